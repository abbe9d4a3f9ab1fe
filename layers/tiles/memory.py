"""Finished tiles of this process, the latest used first, within a number of bytes."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from layers.tiles.tile import Tile

_OVERHEAD_BYTES = 512
"""Key, object and table entry of one tile."""
LOOK_S = 1.0
"""Between two looks whether something was taken back; a look costs more than a tile."""


class Memory:
    """A byte-bounded least-recently-used table.

    ``state`` is a number that changes when something is taken back from the public. All that was
    held before is then forgotten, within ``LOOK_S``.
    """

    def __init__(self, limit_bytes: int, state: Callable[[], int]) -> None:
        self._limit = limit_bytes
        self._state = state
        self._seen, self._look_s = state(), 0.0
        self._mutex = threading.Lock()
        self._tiles: OrderedDict[str, Tile] = OrderedDict()
        self.held_bytes = 0

    def get(self, key: str) -> Tile | None:
        """Return a tile and mark it as used."""
        with self._mutex:
            if time.monotonic() >= self._look_s:
                self._look()
            tile = self._tiles.get(key)
            if tile is not None:
                self._tiles.move_to_end(key)
            return tile

    def put(self, key: str, tile: Tile, state: int) -> None:
        """Keep a tile that was begun in a state, if it is still that; the least used make room."""
        with self._mutex:
            self._look()
            if state != self._seen:
                return
            old = self._tiles.pop(key, None)
            self.held_bytes += _size(tile) - (_size(old) if old else 0)
            self._tiles[key] = tile
            while self.held_bytes > self._limit and self._tiles:
                _, gone = self._tiles.popitem(last=False)
                self.held_bytes -= _size(gone)

    def _look(self) -> None:
        state, self._look_s = self._state(), time.monotonic() + LOOK_S
        if state != self._seen:
            self._tiles.clear()
            self._seen, self.held_bytes = state, 0


def _size(tile: Tile) -> int:
    return len(tile.body) + len(tile.packed or b"") + _OVERHEAD_BYTES
