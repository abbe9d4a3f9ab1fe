"""The classes of a surface in one style, as the lines of its pictures: a tile is one run of bytes.

Beside the other files of the surface, level by level and tile by tile as in its working copy: 256
lines a tile, all of one length. What the bytes of a line mean is a matter of who draws; 0 is
nothing. Such a copy may be deleted at any time.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layers.geo import TILE_PX, CellGrid, Window
from layers.store.working_copy import Level, levels

Lines = NDArray[np.uint8]


def write(path: Path, grid: CellGrid, lines: Callable[[Window], Lines]) -> None:
    """Write the lines of all tiles, each an array of shape (256, bytes of a line)."""
    aside = path.with_name(path.name + ".part")
    with aside.open("wb") as stream:
        for level in levels(grid):
            for row in range(level.row, level.row + level.rows):
                for col in range(level.col, level.col + level.cols):
                    stream.write(lines(Window(level.grid.zoom, col, row)).data)
    aside.replace(path)


class ClassedCopy:
    """The lines of one file, mapped.

    Raises
    ------
    OSError
        Where there is no such file, or it is not of this grid.
    """

    def __init__(self, path: Path, grid: CellGrid) -> None:
        if not path.stat().st_size:
            raise OSError(f"{path.name} is empty")
        flat = np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)
        found = list(levels(grid))
        lines = sum(level.rows * level.cols for level in found) * TILE_PX
        if len(flat) % lines:
            raise OSError(f"{path.name} does not hold this grid")
        length = len(flat) // lines
        self._tiles: dict[int, tuple[Level, Lines]] = {}
        begin = 0
        for level in found:
            end = begin + level.rows * level.cols * TILE_PX * length
            shape = (level.rows, level.cols, TILE_PX, length)
            self._tiles[level.grid.zoom] = level, flat[begin:end].reshape(shape)
            begin = end

    def tile(self, zoom: int, row: int, col: int) -> Lines | None:
        """Return the lines of a tile, shape (256, bytes of a line), or None where it has none."""
        if zoom not in self._tiles:
            return None
        level, tiles = self._tiles[zoom]
        r, c = row - level.row, col - level.col
        if not (0 <= r < level.rows and 0 <= c < level.cols):
            return None
        found: Lines = tiles[r, c]
        return found
