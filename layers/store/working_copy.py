"""The cells of a surface, laid out so that a tile is one run of bytes: nothing is decoded.

A pyramid of raw little-endian float32, tiles of shape (bands, 256, 256). What lies beyond the grid
is NaN.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layers.geo import TILE_PX, CellGrid
from layers.model import Float32Array
from layers.store.pyramid import Pyramid, levels

IntArray = NDArray[np.intp]


def write(path: Path, grid: CellGrid, bands: Float32Array) -> None:
    """Write the cells, shape (bands, height, width), and what is shown of them at lower zooms."""
    with path.open("wb") as stream:
        for level in levels(grid):
            cells = bands[:, *grid.taken(level.grid)]
            top, left = level.row * TILE_PX - level.grid.row, level.col * TILE_PX - level.grid.col
            for row in range(top, top + level.rows * TILE_PX, TILE_PX):
                for col in range(left, left + level.cols * TILE_PX, TILE_PX):
                    stream.write(_framed(cells, row, col).data)
        stream.flush()
        os.fsync(stream.fileno())


def _framed(cells: Float32Array, row: int, col: int) -> Float32Array:
    """Return the tile that begins at a row and column of the cells, possibly outside of them."""
    tile = np.full((len(cells), TILE_PX, TILE_PX), np.nan, dtype="<f4")
    r, c = max(row, 0), max(col, 0)
    part = cells[:, r : row + TILE_PX, c : col + TILE_PX]
    tile[:, r - row : r - row + part.shape[1], c - col : c - col + part.shape[2]] = part
    return tile


class WorkingCopy(Pyramid[np.float32]):
    """The cells of one file: tiles of shape (bands, 256, 256)."""

    def __init__(self, path: Path, grid: CellGrid) -> None:
        super().__init__(path, grid, "<f4", (-1, TILE_PX, TILE_PX))
        self._grid = grid

    def picked(self, zoom: int, rows: IntArray, cols: IntArray) -> Float32Array:
        """Return cells of a zoom, shape (bands, rows, cols).

        ``rows`` and ``cols`` rise, and count cells of the grid as it is thinned to that zoom.
        """
        level, tiles = self._levels[zoom]
        r = rows + (level.grid.row - level.row * TILE_PX)
        c = cols + (level.grid.col - level.col * TILE_PX)
        found = np.empty((tiles.shape[2], len(r), len(c)), dtype=np.float32)
        for tile_row, to_rows, in_rows in _by_tile(r):
            for tile_col, to_cols, in_cols in _by_tile(c):
                part = _taken(_taken(tiles[tile_row, tile_col], in_rows, 1), in_cols, 2)
                found[:, to_rows, to_cols] = part
        return found

    def cell(self, row: int, col: int) -> Float32Array:
        """Return one cell of the grid, shape (bands,)."""
        level, tiles = self._levels[self._grid.zoom]
        r = row + self._grid.row - level.row * TILE_PX
        c = col + self._grid.col - level.col * TILE_PX
        found: Float32Array = tiles[r // TILE_PX, c // TILE_PX, :, r % TILE_PX, c % TILE_PX]
        return found

    def read(self, rows: slice, cols: slice) -> Float32Array:
        """Return cells of shape (bands, rows, cols); slices count cells of the grid, any step."""
        level, tiles = self._levels[self._grid.zoom]
        down = list(_parts(rows, self._grid.height, self._grid.row - level.row * TILE_PX))
        across = list(_parts(cols, self._grid.width, self._grid.col - level.col * TILE_PX))
        shape = [sum(n for _, _, n in parts) for parts in (down, across)]
        found = np.empty((tiles.shape[2], *shape), dtype=np.float32)
        y = 0
        for r, in_rows, height in down:
            x = 0
            for c, in_cols, width in across:
                found[:, y : y + height, x : x + width] = tiles[r, c][:, in_rows, in_cols]
                x += width
            y += height
        return found


def _parts(wanted: slice, size: int, offset: int) -> Iterator[tuple[int, slice, int]]:
    """Return, tile by tile, which tile, which of its cells, and how many, along one axis."""
    taken = range(*wanted.indices(size))
    if not taken:
        return
    for tile in range((taken[0] + offset) // TILE_PX, (taken[-1] + offset) // TILE_PX + 1):
        first = tile * TILE_PX - offset
        within = range(
            max(0, -(-(first - taken.start) // taken.step)),
            min(len(taken), -(-(first + TILE_PX - taken.start) // taken.step)),
        )
        if within:
            begin = taken[within[0]] - first
            yield tile, slice(begin, taken[within[-1]] - first + 1, taken.step), len(within)


def _by_tile(cells: IntArray) -> Iterator[tuple[int, slice, slice | IntArray]]:
    """Yield tile, place in the answer and cells within the tile of rising cells, tile by tile."""
    tiles = np.arange(cells[0] // TILE_PX, cells[-1] // TILE_PX + 2)
    edges = np.searchsorted(cells, tiles * TILE_PX).tolist()
    for tile, first, last in zip(tiles[:-1].tolist(), edges[:-1], edges[1:], strict=True):
        if first == last:
            continue
        local = cells[first:last] - tile * TILE_PX
        # What lies side by side is read as it lies, at a tenth of the cost of picking.
        whole = local[-1] - local[0] == last - first - 1
        yield tile, slice(first, last), slice(local[0], local[-1] + 1) if whole else local


def _taken(cells: Float32Array, which: slice | IntArray, axis: int) -> Float32Array:
    if isinstance(which, slice):
        return cells[:, which] if axis == 1 else cells[:, :, which]
    return cells.take(which, axis=axis, mode="clip")
