"""What a client sends after the headers: the loop brings it, a thread reads it."""

import io
import threading
import time
from collections.abc import Callable
from typing import Any

HELD_BYTES = 1 << 16
"""More than this is not taken from the socket before a thread has read it."""
WAIT_S = 30.0
"""How long a reader waits for a sender, and a second more for each ``LEAST_BYTES`` that came."""
LEAST_BYTES = 1_000


class Body(io.RawIOBase):
    """A body as a file that ends where the client ended it.

    Parameters
    ----------
    hungry : callable
        Is called by the reading thread where nothing is held and more is to come.
    """

    def __init__(self, hungry: Callable[[], None]) -> None:
        self._hungry = hungry
        self._told = threading.Condition()
        self._held = bytearray()
        self._came_bytes = 0
        self._broken = False
        self._begun_s = 0.0
        self.complete = False
        """Whether all of it was brought."""

    @property
    def full(self) -> bool:
        """Whether more is held than is taken without a reader, and more is to come."""
        return len(self._held) >= HELD_BYTES and not self.complete

    def bring(self, piece: bytes) -> None:
        """Take what came."""
        with self._told:
            self._held += piece
            self._came_bytes += len(piece)
            self._told.notify()

    def end(self) -> None:
        """Tell the reader that this was all."""
        with self._told:
            self.complete = True
            self._told.notify()

    def break_off(self) -> None:
        """Tell the reader that what is missing will never come."""
        with self._told:
            self._broken = not self.complete
            self._told.notify()

    def readable(self) -> bool:
        """Tell that this is a file to read."""
        return True

    def readinto(self, into: Any) -> int:
        """Fill ``into`` with what is held, waiting for some; 0 at the end.

        Raises
        ------
        ConnectionError
            Where the client broke off, or is too slow.
        """
        with self._told:
            self._begun_s = self._begun_s or time.monotonic()
            if not self._held and not self.complete and not self._broken:
                self._hungry()
                left_s = self._begun_s + WAIT_S + self._came_bytes / LEAST_BYTES - time.monotonic()
                self._told.wait_for(lambda: self._held or self.complete or self._broken, left_s)
            size = min(len(into), len(self._held))
            if not size and not self.complete:
                self._broken = True
                raise ConnectionError("the body broke off")
            into[:size] = self._held[:size]
            del self._held[:size]
            return size
