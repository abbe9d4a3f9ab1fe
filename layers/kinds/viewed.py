"""Which cells of a grid the pixels of a view show: the one that holds a pixel's centre.

Zoomed out, every 2^k-th cell is looked at, the same ones that tiles of that scale show.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.geo import CellGrid, cell_m
from layers.model import Float32Array, Raster
from layers.views import View

IntArray = NDArray[np.intp]
FloatArray = NDArray[np.floating[Any]]

Read = Callable[[IntArray, IntArray], Float32Array]
"""Values of rising rows and columns of a grid, shape (rows, columns)."""

_HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class _Axis:
    """Cells along one axis: every ``step``-th from ``first`` on, ``count`` of them in the grid."""

    first: int
    count: int
    step: int
    start: int

    @classmethod
    def of(cls, start: int, size: int, step: int) -> "_Axis":
        """Return the axis of ``size`` cells of a grid that begin at ``start`` in the world."""
        first = -((step // 2 - start) // step)
        end = (start + size - 1 - step // 2) // step + 1
        return cls(first, max(0, end - first), step, start)

    def index(self, position: FloatArray) -> IntArray:
        """Return which cell a position is in; ``count`` for those outside.

        Positions are counted from one cell before the first: cut down to whole numbers, what
        lies before is then below one.
        """
        with np.errstate(invalid="ignore"):  # NaN and what is far away become any number outside
            whole = position.astype(np.int32) - 1
        return np.minimum(whole.view(np.uint32), self.count).astype(np.intp)

    def cells(self, index: IntArray) -> IntArray:
        """Return rows or columns of the grid."""
        return (self.first + index) * self.step + self.step // 2 - self.start


def shown(view: View, grid: CellGrid, read: Read, *, smooth: bool) -> Raster | None:
    """Return the cells that a view shows, and which of them each pixel does.

    Parameters
    ----------
    read : callable
        Gives the values of rows and columns of the grid; only what is needed is asked for.
    smooth : bool
        Interpolate between cell centres where pixels are smaller than cells.
    """
    if not view.pixel_m > 0:
        return None
    larger = math.log2(view.pixel_m / cell_m(grid.zoom))
    step = 1 << min(max(0, math.floor(larger + _HAIR)), grid.zoom)
    down, across = _Axis.of(grid.row, grid.height, step), _Axis.of(grid.col, grid.width, step)
    if not down.count or not across.count:
        return None
    where = view.positions(cell_m(grid.zoom) * step, down.first - 1, across.first - 1)
    rows, cols = down.index(where[0]), across.index(where[1])
    between = smooth and larger < -_HAIR
    used = [_used(index, axis.count, between) for index, axis in ((rows, down), (cols, across))]
    if not all(map(len, used)):
        return None
    value = _framed(read(down.cells(used[0]), across.cells(used[1])))
    if np.isnan(value).all():
        return None
    if between:
        near = [w - 1 - u[0] for w, u in zip(where, used, strict=True)]
        return Raster({"value": _bilinear(value, near[0], near[1])}, 0)
    at = [np.searchsorted(u, i) for u, i in zip(used, (rows, cols), strict=True)]
    return Raster({"value": value}, 0, at[0], at[1])


def _used(index: IntArray, count: int, between: bool) -> IntArray:
    """Return the cells that any pixel shows, rising.

    All between the first and last of them where rows and columns hang together, or where what
    lies between is asked for.
    """
    inside = index[index < count]
    if not len(inside):
        return inside
    if 1 in index.shape and not between:
        return np.unique(inside)
    more = 1 if between else 0
    return np.arange(max(0, inside.min() - more), min(count, inside.max() + 1 + more))


def _framed(value: Float32Array) -> Float32Array:
    """Return values with a last row and column of NaN, for pixels without a cell."""
    whole = np.full((value.shape[0] + 1, value.shape[1] + 1), np.nan, np.float32)
    whole[:-1, :-1] = value
    return whole


def _bilinear(framed: Float32Array, rows: FloatArray, cols: FloatArray) -> Float32Array:
    """Return values between cell centres; weights of unknown neighbours go to the known.

    A pixel whose own cell is unknown stays unknown, so that borders stay where they are.
    """
    known = ~np.isnan(framed)
    filled = np.where(known, framed, np.float32(0))
    total = np.zeros(np.broadcast_shapes(rows.shape, cols.shape), np.float32)
    weight = np.zeros_like(total)
    (low_r, share_r), (low_c, share_c) = _beside(rows), _beside(cols)
    last = framed.shape[0] - 1, framed.shape[1] - 1
    for dr, part_r in ((0, 1 - share_r), (1, share_r)):
        r = _held(low_r + dr, last[0])
        for dc, part_c in ((0, 1 - share_c), (1, share_c)):
            c = _held(low_c + dc, last[1])
            part = (part_r * part_c).astype(np.float32)
            total += part * filled[r, c]
            weight += part * known[r, c]
    own = known[_held(np.floor(rows), last[0]), _held(np.floor(cols), last[1])]
    value = np.full(total.shape, np.nan, np.float32)
    np.divide(total, weight, out=value, where=own & (weight > 0))
    return value


def _beside(position: FloatArray) -> tuple[FloatArray, FloatArray]:
    low = np.floor(position - 0.5)
    return low, position - 0.5 - low


def _held(index: FloatArray, last: int) -> IntArray:
    """Return whole indices; those outside, and NaN, are the frame's."""
    inside = (index >= 0) & (index < last)
    return np.where(inside, index, last).astype(np.intp)


def pixels(
    view: View, rgba: NDArray[np.uint8], pixel_m: float, first: tuple[int, int]
) -> NDArray[np.uint8]:
    """Return the pixels of a view out of a picture of EPSG:3857.

    Parameters
    ----------
    rgba : array of uint8, shape (rows, columns, 4)
    pixel_m, first
        Side of its pixels, and its first row and column, counted from the corner of the world.
    """
    rows, cols = view.positions(pixel_m, *first)
    last = rgba.shape[0], rgba.shape[1]
    whole = np.zeros((last[0] + 1, last[1] + 1, 4), np.uint8)
    whole[:-1, :-1] = rgba
    return whole[_held(np.floor(rows), last[0]), _held(np.floor(cols), last[1])]
