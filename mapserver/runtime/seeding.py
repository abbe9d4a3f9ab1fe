"""Keeps seeded levels seeded while a server runs: a publication never waits for it."""

import json
import logging
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping

from layers.store import Paths
from layers.tiles import LATEST, Seeded, SeedOrder
from mapserver.settings import Settings

LOG = logging.getLogger("mapserver.seeding")
FIRST = ("basemap", "--zoom", "3-6")
FIRST_ZOOMS = (3, 6)
"""What every map shows first: a first visitor need not wait for it."""
AGAIN_S = 10.0
COMMAND = (sys.executable, "-m", "mapserver", "seed")
LOOK_S = 2.0
"""Between two looks at the pointer."""

Names = dict[SeedOrder, list[str]]


class Seeding:
    """Runs `mapserver seed` in the background whenever something newer than it drew is shown."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._environ = {**environ, **settings.environment()}
        self._paths = Paths(settings.data_dir)
        self._seeded = Seeded(self._paths.cache / "seeded")
        self._closing = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="seeding", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End what is running."""
        with self._starting:
            self._closing.set()
            if self._child is not None:
                self._child.terminate()
        self._thread.join()

    def _work(self) -> None:
        self._run(*FIRST)
        drawn: Names = {}
        seen = 0
        while not self._closing.wait(LOOK_S):
            try:
                written = self._paths.pointer.stat().st_mtime_ns
                if written == seen:
                    continue
                shown = self._shown()
            except (OSError, ValueError):
                continue  # no keeper has written it yet
            if shown == drawn or self._run():
                seen, drawn = written, shown
            else:
                self._closing.wait(AGAIN_S)

    def _shown(self) -> Names:
        """Return the versions that each order means now; the first one has been drawn above."""
        document = json.loads(self._paths.pointer.read_bytes())
        times = {layer["id"]: layer["times"] for layer in document["layers"]}
        found = {}
        for order in self._seeded.orders():
            named = [at["versions"].get(order.style, "") for at in times.get(order.layer, [])]
            if (order.layer, order.zooms) != (FIRST[0], FIRST_ZOOMS):
                found[order] = named[-1:] if order.time == LATEST else named
        return found

    def _run(self, *words: str) -> bool:
        """Seed, and tell whether it was done."""
        # No pipe at all: a worker that is forked in this moment would hold its other end open for
        # ever. So what is said goes to a file, and `close_fds=False` starts without fork and pipe.
        with tempfile.TemporaryFile("w+") as saying:
            with self._starting:
                if self._closing.is_set():
                    return False
                child = self._child = subprocess.Popen(
                    [*COMMAND, *words, "--wait", "--processes", "1"],
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stderr=saying,
                    close_fds=False,
                )
            child.wait()
            saying.seek(0)
            said = saying.read().splitlines()
        # A catalogue need not have a base map; that what was ordered cannot be drawn is news.
        if child.returncode > 0 and not words:
            LOG.warning("%s", said[-1] if said else "seeding failed")
        return child.returncode == 0
