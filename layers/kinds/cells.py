"""Which cells of a grid a window shows: whole cells at every zoom, never an average."""

from dataclasses import dataclass, replace

import numpy as np

from layers.geo import TILE_PX, CellGrid, Window
from layers.model import Float32Array

DEEPEST_OVERZOOM = 8
"""Zoom levels below the native one at which one cell fills a whole tile."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows and columns of a grid, possibly outside of it: start, count and step, in cells."""

    row: int
    col: int
    count: int
    step: int


def cut(grid: CellGrid, window: Window, margin: int) -> Cut:
    """Return the cells that show a window, with ``margin`` more (in steps) on each side.

    At the native zoom a tile is 256 x 256 cells; k zooms deeper it is 256 / 2^k. At lower zooms
    every 2^k-th cell is taken, the one in the middle of those that a pixel covers. A tile of twice
    as many pixels takes the cells that its four children take.
    """
    if window.size_px > TILE_PX and window.zoom < grid.zoom:
        children = Window(window.zoom + 1, 2 * window.col, 2 * window.row)
        part = cut(grid, children, margin)
        return replace(part, count=part.count + window.size_px // 2)
    if window.zoom >= grid.zoom:
        depth = min(window.zoom - grid.zoom, DEEPEST_OVERZOOM)
        count, step = TILE_PX >> depth, 1
        # Deeper than one cell a tile: the cell that holds the tile.
        shift = window.zoom - grid.zoom - depth
        row, col = (window.row >> shift) * count, (window.col >> shift) * count
    else:
        step = 1 << (grid.zoom - window.zoom)
        count = TILE_PX
        row = window.row * TILE_PX * step + step // 2
        col = window.col * TILE_PX * step + step // 2
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


def placed(cells: Float32Array, target: tuple[slice, slice], count: int) -> Float32Array:
    """Return (bands, count, count) with ``cells`` at their place and NaN around them."""
    whole = np.full((len(cells), count, count), np.nan, dtype=np.float32)
    whole[:, target[0], target[1]] = cells
    return whole
