"""A command of our own that is run beside a server, as often as there is a reason to."""

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from mapserver.runtime.parent import PARENT
from mapserver.settings import Settings

COMMAND = (sys.executable, "-m", "mapserver")


class Errand(ABC):
    """A thread that runs ``_work`` from ``start`` to ``close``, and the one child it has."""

    def __init__(self, name: str, settings: Settings, environ: Mapping[str, str]) -> None:
        self._environ = {**environ, **settings.environment(), PARENT: str(os.getpid())}
        self._log = logging.getLogger(f"mapserver.{name}")
        self._closing = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End what is running."""
        with self._starting:
            self._closing.set()
            if self._child is not None:
                self._child.terminate()
        if self._thread.ident is not None:
            self._thread.join()

    @abstractmethod
    def _work(self) -> None:
        """Run commands until ``_closing`` is set."""

    def _run(self, words: Sequence[str], *, nice: int = 0, quiet: bool = False) -> bool:
        """Run a command to its end, and tell whether it was done."""
        # No pipe at all: a worker that is forked in this moment would hold its other end open for
        # ever. So what is said goes to a file, and `close_fds=False` starts without fork and pipe.
        with tempfile.TemporaryFile("w+") as saying:
            with self._starting:
                if self._closing.is_set():
                    return False
                child = self._child = subprocess.Popen(
                    [*COMMAND, *words],
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL if nice else None,
                    stderr=saying,
                    close_fds=False,
                )
            with contextlib.suppress(OSError):  # where it is forbidden, or the child is gone
                os.setpriority(os.PRIO_PROCESS, child.pid, nice)
            child.wait()
            saying.seek(0)
            said = saying.read().splitlines()
        if child.returncode > 0 and not quiet:
            self._log.warning("%s", said[-1] if said else f"{' '.join(words)} failed")
        return child.returncode == 0
