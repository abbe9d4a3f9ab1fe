"""Which cells of a grid a window shows: whole cells at every zoom, never an average."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from layers.geo import TILE_PX, CellGrid, Window

Scalar = TypeVar("Scalar", bound=np.generic)
Target = tuple[slice, slice]
DEEPEST_OVERZOOM = 8
"""Zoom levels below the native one at which one cell fills a whole tile."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows and columns of a grid, possibly outside of it: start, count and step, in cells."""

    row: int
    col: int
    count: int
    step: int


def pixel_zoom(window: Window) -> int:
    """Return the zoom at which a cell is a pixel of the window."""
    return window.zoom + (window.size_px > TILE_PX)


def cut(grid: CellGrid, window: Window, margin: int) -> Cut:
    """Return the cells that show a window, with ``margin`` more (in steps) on each side.

    At the native zoom a tile is 256 x 256 cells; k zooms deeper it is 256 / 2^k. At lower zooms
    every 2^k-th cell is taken, the one in the middle of those that a pixel covers; a tile of
    512 px shows what its four children do.
    """
    zoom = min(grid.zoom, pixel_zoom(window))
    step = 1 << (grid.zoom - zoom)
    if zoom >= window.zoom:
        count = TILE_PX << (zoom - window.zoom)
        row, col = window.row * count, window.col * count
    else:
        depth = window.zoom - zoom
        count = TILE_PX >> min(depth, DEEPEST_OVERZOOM)
        # Deeper than one cell a tile: the cell that holds the tile.
        shift = max(0, depth - DEEPEST_OVERZOOM)
        row, col = (window.row >> shift) * count, (window.col >> shift) * count
    row, col = row * step + step // 2, col * step + step // 2
    return Cut(
        row - grid.row - margin * step, col - grid.col - margin * step, count + 2 * margin, step
    )


def overlap(start: int, count: int, step: int, size: int) -> tuple[slice, slice]:
    """Return (target, source) slices of the part of a strided run that lies within 0..size."""
    first = max(0, -(start // step))
    last = min(count, -(-(size - start) // step))
    if last <= first:
        return slice(0, 0), slice(0, 0)
    begin = start + first * step
    return slice(first, last), slice(begin, start + (last - 1) * step + 1, step)


def placed(
    cells: NDArray[Scalar], target: Target, count: int, fill: float | NDArray[Scalar] = np.nan
) -> NDArray[Scalar]:
    """Return (..., count, count) with ``cells`` at their place and ``fill`` around them."""
    whole = np.empty((*cells.shape[:-2], count, count), dtype=cells.dtype)
    whole[...] = fill
    whole[..., target[0], target[1]] = cells
    return whole
