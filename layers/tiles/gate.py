"""How many renders go on at once, and how many may wait for it: the rest is refused at once."""

import contextlib
import threading
from collections.abc import Iterator

from layers.errors import BusyError


class Gate:
    """Lets some renders through and some wait; safe for threads.

    What waits holds a thread of the server. A short waiting room keeps threads for answers that
    need no render, and an honest refusal reaches the client before it gives up.
    """

    def __init__(self, renders: int, waiting: int) -> None:
        self._most = renders + waiting
        self._renders = threading.BoundedSemaphore(renders)
        self._at_once = renders
        self._mutex = threading.Lock()
        self._inside = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return max(0, self._inside - self._at_once)

    @contextlib.contextmanager
    def passed(self) -> Iterator[None]:
        """Wait for one's turn, and hold it.

        Raises
        ------
        BusyError
            Where the waiting room is full.
        """
        with self._mutex:
            if self._inside >= self._most:
                self.refused += 1
                raise BusyError("more pictures are being drawn than fit; ask again in a second")
            self._inside += 1
        try:
            with self._renders:
                yield
        finally:
            with self._mutex:
                self._inside -= 1
