"""Finished tiles of this process, the latest used first, within a number of bytes."""

import threading
from collections import OrderedDict

from layers.tiles.tile import Tile

_OVERHEAD_BYTES = 512
"""Key, object and table entry of one tile."""


class Memory:
    """A byte-bounded least-recently-used table."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._mutex = threading.Lock()
        self._tiles: OrderedDict[str, Tile] = OrderedDict()
        self.held_bytes = 0

    def get(self, key: str) -> Tile | None:
        """Return a tile and mark it as used."""
        with self._mutex:
            tile = self._tiles.get(key)
            if tile is not None:
                self._tiles.move_to_end(key)
            return tile

    def put(self, key: str, tile: Tile) -> None:
        """Keep a tile; the least recently used ones make room."""
        with self._mutex:
            old = self._tiles.pop(key, None)
            self.held_bytes += _size(tile) - (_size(old) if old else 0)
            self._tiles[key] = tile
            while self.held_bytes > self._limit and self._tiles:
                _, gone = self._tiles.popitem(last=False)
                self.held_bytes -= _size(gone)


def _size(tile: Tile) -> int:
    return len(tile.body) + len(tile.packed or b"") + _OVERHEAD_BYTES
