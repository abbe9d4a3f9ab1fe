"""The cells of a surface under a window, as the file has them."""

from typing import NamedTuple

import numpy as np

from layers.geo import TILE_PX, Window
from layers.kinds.cells import DEEPEST_OVERZOOM, cut, overlap, pixel_zoom, placed
from layers.model import Float32Array, SurfaceInfo
from layers.store import Reader

MARGIN = 1
"""Cells around a window, so that a smooth picture meets its neighbour without a seam."""

ALL = slice(0, TILE_PX)


class Place(NamedTuple):
    """A tile of the grid, and the part of it that a window shows."""

    zoom: int
    row: int
    col: int
    rows: slice = ALL
    cols: slice = ALL


def place_of(grid_zoom: int, window: Window) -> Place:
    """Return the tile of a grid that holds what a window shows of it."""
    zoom = min(grid_zoom, window.zoom)
    depth = window.zoom - zoom
    split = min(depth, DEEPEST_OVERZOOM)
    row, col = window.row >> (depth - split), window.col >> (depth - split)
    if not split:
        return Place(zoom, row, col)
    side = TILE_PX >> split
    r, c = (at % (1 << split) * side for at in (row, col))
    return Place(zoom, row >> split, col >> split, slice(r, r + side), slice(c, c + side))


def block(store: Reader, info: SurfaceInfo, window: Window) -> Float32Array | None:
    """Return the cells of a window as they lie in the file, (bands, n, n), or None.

    Those of the tile, of the one that holds it, or of its four children. Not to be written to.
    """
    if min(info.grid.zoom, pixel_zoom(window)) > window.zoom:
        return _children(store, info, window)
    place = place_of(info.grid.zoom, window)
    tile = store.tile(info, place.zoom, place.row, place.col)
    return None if tile is None else tile[:, place.rows, place.cols]


def _children(store: Reader, info: SurfaceInfo, window: Window) -> Float32Array | None:
    # NaN where one has none.
    whole = None
    for r, c in ((0, 0), (0, 1), (1, 0), (1, 1)):
        tile = store.tile(info, window.zoom + 1, 2 * window.row + r, 2 * window.col + c)
        if tile is None:
            continue
        if whole is None:
            whole = np.full((len(tile), 2, TILE_PX, 2, TILE_PX), np.nan, np.float32)
        whole[:, r, :, c] = tile
    return None if whole is None else whole.reshape(len(whole), 2 * TILE_PX, 2 * TILE_PX)


def framed(store: Reader, info: SurfaceInfo, window: Window) -> Float32Array | None:
    """Return the cells of a window, ``MARGIN`` more on each side, NaN beyond the grid, or None."""
    part = cut(info.grid, window, MARGIN)
    to_rows, rows = overlap(part.row, part.count, part.step, info.grid.height)
    to_cols, cols = overlap(part.col, part.count, part.step, info.grid.width)
    if rows.stop <= rows.start or cols.stop <= cols.start:
        return None
    cells = store.cells(info, rows, cols)
    return placed(cells, (to_rows, to_cols), part.count)
