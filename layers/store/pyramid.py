"""Files of tiles, level by level: a tile is one run of bytes, mapped and not decoded.

The first level is a grid itself, row of tiles by row of tiles, aligned to WebMercatorQuad; each
further one is the grid as it is shown one zoom lower, down to the first of a few tiles. All tiles
of a file have one shape.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from layers.geo import TILE_PX, CellGrid

T = TypeVar("T", bound=np.generic)

FEW_TILES = 4
"""A level of so few tiles is the last: those below are drawn once and kept."""


@dataclass(frozen=True, slots=True)
class Level:
    """Cells of one zoom, and the tiles that they touch."""

    grid: CellGrid
    row: int
    col: int
    rows: int
    cols: int

    @classmethod
    def of(cls, grid: CellGrid) -> "Level":
        """Return the level of a grid."""
        row, col = grid.row // TILE_PX, grid.col // TILE_PX
        rows = -(-(grid.row + grid.height) // TILE_PX) - row
        cols = -(-(grid.col + grid.width) // TILE_PX) - col
        return cls(grid, row, col, rows, cols)


def levels(grid: CellGrid) -> Iterator[Level]:
    """Yield the levels of a pyramid, the grid itself first."""
    at: CellGrid | None = grid
    while at is not None:
        level = Level.of(at)
        yield level
        done = level.rows * level.cols <= FEW_TILES or at.zoom == 0
        at = None if done else grid.thinned(at.zoom - 1)


class Pyramid(Generic[T]):
    """The tiles of one file, mapped: what is not asked for is not read."""

    def __init__(
        self, path: Path, grid: CellGrid, dtype: DTypeLike, shape: tuple[int, ...]
    ) -> None:
        """Map a file.

        Parameters
        ----------
        dtype : data type
            Of what a tile holds.
        shape : tuple of int
            Of a tile; one length may be -1, which the file tells by its size.

        Raises
        ------
        OSError
            Where there is no such file, or it is not of this grid.
        """
        self._path = str(path)
        if not path.stat().st_size:
            raise OSError(f"{path.name} is empty")
        # A plain array: a memmap would make each of its slices at ten times the cost.
        flat = np.memmap(path, dtype=dtype, mode="r").view(np.ndarray)
        found = list(levels(grid))
        tiles = sum(level.rows * level.cols for level in found)
        try:
            whole = flat.reshape(tiles, *shape)
        except ValueError:
            raise OSError(f"{path.name} does not hold this grid") from None
        self._levels: dict[int, tuple[Level, NDArray[T]]] = {}
        begin = 0
        for level in found:
            end = begin + level.rows * level.cols
            part = whole[begin:end].reshape(level.rows, level.cols, *whole.shape[1:])
            self._levels[level.grid.zoom] = level, part
            begin = end

    @property
    def is_gone(self) -> bool:
        """Whether the file was deleted; the disk has its room back when nobody maps it any more."""
        return not os.path.exists(self._path)  # noqa: PTH110 - a tenth of the time of Path's

    def holds(self, zoom: int) -> bool:
        """Tell whether there is a level of a zoom."""
        return zoom in self._levels

    def level(self, zoom: int) -> tuple[Level, NDArray[T]]:
        """Return a level and its tiles, shape (rows, cols, *shape)."""
        return self._levels[zoom]

    def tile(self, zoom: int, row: int, col: int) -> NDArray[T] | None:
        """Return a tile of a level, or None where the grid is not; it is not to be written to."""
        level, tiles = self._levels[zoom]
        r, c = row - level.row, col - level.col
        if not (0 <= r < level.rows and 0 <= c < level.cols):
            return None
        found: Any = tiles[r, c]
        return found  # type: ignore[no-any-return]
