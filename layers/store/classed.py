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
