"""The process of the keeper, as the server that began it sees it."""

import contextlib
import functools
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import connection
from multiprocessing.connection import Connection

from layers.errors import LayersError, StoreLockedError
from mapserver import wire
from mapserver.settings import Settings

RESTART_AFTER_S = 1.0
STOP_S = 30.0


class KeeperProcess:
    """The keeper as a forked child that shares what is loaded here, and never outlives us."""

    def __init__(self, settings: Settings) -> None:
        # The heavy rooms of the keeper are the first to be loaded: it works while the rest is.
        from mapserver.runtime.keeper_work import keep

        self._work = functools.partial(keep, settings)
        self._ending = False
        self._changing = threading.Lock()
        self._let_go: Callable[[], None] = lambda: None
        self._begin()

    def _begin(self) -> None:
        self._line, far = multiprocessing.Pipe()
        self._child = wire.forked(functools.partial(self._keep, self._line, far))
        far.close()

    def _keep(self, near: Connection, far: Connection) -> None:
        near.close()  # or the child would never hear that nobody is at the other end
        self._let_go()
        self._work(far)

    def _greeted(self) -> None:
        refused = "the keeper did not start; see the lines above"
        # A worker that was forked in between may hold the far end: then it does not end with it.
        if self._line in connection.wait([self._line, self._child.sentinel]):
            with contextlib.suppress(EOFError):
                refused = self._line.recv()
        if refused:
            self._child.join()
            raise StoreLockedError(refused)

    def watch(self, let_go: Callable[[], None]) -> None:
        """Wait until it keeps the folder; from then on begin it again whenever it dies.

        Parameters
        ----------
        let_go : callable
            Closes what a child that is forked later is not to hold.

        Raises
        ------
        StoreLockedError
            Where it cannot keep the folder.
        """
        self._greeted()
        self._let_go = let_go
        threading.Thread(target=self._watch, name="keeper-watch", daemon=True).start()

    def _watch(self) -> None:
        while True:
            connection.wait([self._child.sentinel])
            if self._ending:
                return
            self._child.join()
            if self._child.exitcode:  # else it was told to end, as by Ctrl-C all are
                print(f"the keeper {self._child.pid} died; another one begins", file=sys.stderr)
            self._line.close()
            time.sleep(RESTART_AFTER_S)  # one that dies at once is not begun again at once
            try:
                with self._changing:
                    if self._ending:
                        return
                    self._begin()
                self._greeted()
            except (LayersError, OSError) as error:
                print(f"the keeper could not be started again: {error}", file=sys.stderr)

    def end(self) -> None:
        """Let the keeper finish what it is writing, and wait for it."""
        with self._changing:
            self._ending = True
        with contextlib.suppress(OSError):  # it is gone
            self._line.send("end")
        self._child.join(STOP_S)
        if self._child.is_alive():
            self._child.kill()
