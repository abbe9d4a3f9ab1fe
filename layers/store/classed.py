"""The classes of a surface in one style, as the lines of its pictures: a tile is one run of bytes.

A pyramid of 256 lines a tile, all of one length, beside the other files of the surface. What the
bytes of a line mean is a matter of who draws; 0 is nothing. Such a copy may be deleted at any time.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layers.geo import TILE_PX, CellGrid, Window
from layers.store.pyramid import Pyramid, levels

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


def mapped(path: Path, grid: CellGrid) -> Pyramid[np.uint8]:
    """Map the lines of one file: tiles of shape (256, bytes of a line). Raises OSError."""
    return Pyramid(path, grid, np.uint8, (TILE_PX, -1))


def part(held: Pyramid[np.uint8], zoom: int, rows: slice, cols: slice) -> tuple[Lines, int]:
    """Return the bytes of lines in which cells of a level lie, shape (rows, n), without the first.

    Where a byte is several cells, some before the first column may be in it: so many is the second.
    """
    level, tiles = held.level(zoom)
    cells = TILE_PX // (tiles.shape[-1] - 1)
    side = TILE_PX // cells
    top, left = level.grid.row - level.row * TILE_PX, level.grid.col - level.col * TILE_PX
    first_row, last_row = rows.start + top, rows.stop + top
    first, last = (cols.start + left) // cells, -(-(cols.stop + left) // cells)
    found = np.empty((last_row - first_row, last - first), np.uint8)
    for row in range(first_row // TILE_PX, -(-last_row // TILE_PX)):
        r, down = row * TILE_PX, _within(row * TILE_PX, TILE_PX, first_row, last_row)
        for col in range(first // side, -(-last // side)):
            c, across = col * side, _within(col * side, side, first, last)
            found[
                down.start + r - first_row : down.stop + r - first_row,
                across.start + c - first : across.stop + c - first,
            ] = tiles[row, col, down, 1 + across.start : 1 + across.stop]
    return found, (cols.start + left) % cells


def _within(begin: int, count: int, first: int, last: int) -> slice:
    """Return the part of ``count`` that begin somewhere which lies between two places."""
    return slice(max(0, first - begin), min(count, last - begin))
