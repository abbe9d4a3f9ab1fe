"""What a client sends after the headers: the loop brings it, a thread reads it."""

import io
import threading
from collections.abc import Callable
from typing import Any

HELD_BYTES = 1 << 16
"""More than this is not taken from the socket before a thread has read it."""
WAIT_S = 30.0
"""A sender from whom nothing comes for so long has gone."""


class Body(io.RawIOBase):
    """A body as a file that ends where the client ended, or broke off.

    Parameters
    ----------
    hungry : callable
        Is called by the reading thread where nothing is held and more is to come.
    """

    def __init__(self, hungry: Callable[[], None]) -> None:
        self._hungry = hungry
        self._told = threading.Condition()
        self._held = bytearray()
        self.ended = False
        """Whether all of it was brought, or will never be."""

    def bring(self, piece: bytes) -> bool:
        """Take what came; tell whether enough is held for now."""
        with self._told:
            self._held += piece
            self._told.notify()
            return len(self._held) >= HELD_BYTES

    def end(self) -> None:
        """Tell the reader that nothing more comes."""
        with self._told:
            self.ended = True
            self._told.notify()

    def readable(self) -> bool:
        """Tell that this is a file to read."""
        return True

    def readinto(self, into: Any) -> int:
        """Fill ``into`` with what is held, waiting for some; 0 at the end."""
        with self._told:
            if not self._held and not self.ended:
                self._hungry()
                if not self._told.wait_for(lambda: self._held or self.ended, WAIT_S):
                    self.ended = True
            size = min(len(into), len(self._held))
            into[:size] = self._held[:size]
            del self._held[:size]
            return size
