"""Which cells of a grid the pixels of a view show: the one that holds a pixel's centre.

Zoomed out, every 2^k-th cell is looked at, the same ones that tiles of that scale show.
"""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.geo import CellGrid, cell_m
from layers.model import Float32Array, Raster
from layers.views import Mesh, View

IntArray = NDArray[np.int32]
FloatArray = NDArray[np.floating[Any]]

_HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Seen:
    """The cells that a view shows, and which of them each pixel does.

    ``rows`` and ``cols`` rise, and count cells of the grid as it is thinned to ``zoom``.
    ``at`` are the positions of pixel centres where the view is to be ``smooth``, counted in cells
    from the first that is seen; else indices into ``rows`` and ``cols``, or a mesh over all cells
    between the first and the last where the two are not independent.
    """

    zoom: int
    rows: NDArray[np.intp]
    cols: NDArray[np.intp]
    smooth: bool
    at: tuple[NDArray[Any], NDArray[Any]] | Mesh

    def at_pixels(self, cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return what lies at each pixel out of bytes of the cells, 0 where there is no cell."""
        if isinstance(self.at, Mesh):
            return self.at.picked(cells, int(self.rows[0]), int(self.cols[0]))
        for axis, index in enumerate(self.at):
            count = cells.shape[axis]
            if index[0] == 0 and index[-1] == len(index) - 1 == count - 1:
                continue  # each pixel has its own
            framed = np.zeros((cells.shape[0] + (axis == 0), cells.shape[1] + axis), np.uint8)
            framed[: cells.shape[0], : cells.shape[1]] = cells
            cells = framed.take(index, axis=axis, mode="clip")
        return cells

    def shown(self, raster: Raster) -> Raster:
        """Return the raster of these cells as one of the view's pixels."""
        if not self.smooth:
            return dataclasses.replace(raster, at_pixels=self.at_pixels)
        assert isinstance(self.at, tuple)  # noqa: S101 - a mesh is not smooth
        known = raster.known
        value = raster.bands["value"]
        if known is not None:
            value = np.where(known, value, np.float32(np.nan))
        return Raster({"value": _bilinear(value, *self.at)}, 0)


def seen(view: View, grid: CellGrid, *, smooth: bool) -> Seen | None:
    """Return the cells that a view shows; only what is needed is to be read.

    Parameters
    ----------
    smooth : bool
        Interpolate between cell centres where pixels are smaller than cells.

    Returns
    -------
    Seen or None
        None where no pixel is on the grid.
    """
    if not view.pixel_m > 0:
        return None
    larger = math.log2(view.pixel_m / cell_m(grid.zoom))
    zoom = max(0, grid.zoom - max(0, math.floor(larger + _HAIR)))
    thinned = grid.thinned(zoom)
    if thinned is None:
        return None
    between = smooth and larger < -_HAIR
    if view.projection.independent or between:
        return _placed(view, zoom, thinned, between)
    mesh = view.mesh(cell_m(zoom), thinned.row, thinned.col)
    box = mesh.box(*thinned.shape)
    if box is None:
        return None
    rows, cols = (np.arange(each.start, each.stop) for each in box)
    return Seen(zoom, rows, cols, False, mesh)


def _placed(view: View, zoom: int, grid: CellGrid, between: bool) -> Seen | None:
    # Counted from one cell before the first: cut down to whole numbers, what lies before is 0.
    where = view.positions(cell_m(zoom), grid.row - 1, grid.col - 1)
    index = [_index(*each) for each in zip(where, grid.shape, strict=True)]
    used = [_used(*each, between) for each in zip(index, grid.shape, strict=True)]
    if not all(map(len, used)):
        return None
    if between:
        rows, cols = (w - (1 + u[0]) for w, u in zip(where, used, strict=True))
    else:
        # What is outside is one beyond the last.
        rows, cols = (np.searchsorted(u, i.ravel()) for u, i in zip(used, index, strict=True))
    return Seen(zoom, used[0], used[1], between, (rows, cols))


def _crossing(rows: NDArray[Any], cols: NDArray[Any]) -> bool:
    """Tell whether rows and columns are independent of each other."""
    return bool(rows.shape[1] == 1 and cols.shape[0] == 1)


def _index(position: FloatArray, count: int) -> IntArray:
    """Return which cell a position is in; ``count`` for those outside."""
    with np.errstate(invalid="ignore"):  # NaN and what is far away become any number outside
        whole = position.astype(np.int32)
    whole -= 1
    # What is negative is large without a sign.
    outside = whole.view(np.uint32)
    np.minimum(outside, np.uint32(count), out=outside)
    return whole


def _used(index: IntArray, count: int, between: bool) -> NDArray[np.intp]:
    """Return the cells that any pixel shows, rising.

    With ``between`` all from the first to the last, and their neighbours.
    """
    if not between:
        found = np.unique(index)
        return found[found < count].astype(np.intp)
    inside = index[index < count]
    if not inside.size:
        return np.empty(0, np.intp)
    return np.arange(max(0, int(inside.min()) - 1), min(count, int(inside.max()) + 2))


def _bilinear(value: Float32Array, rows: FloatArray, cols: FloatArray) -> Float32Array:
    """Return values between cell centres; weights of unknown neighbours go to the known.

    A pixel whose own cell is unknown stays unknown, so that borders stay where they are.
    """
    framed = np.pad(value, ((0, 1), (0, 1)), constant_values=np.nan)
    known = ~np.isnan(framed)
    last = framed.shape[0] - 1, framed.shape[1] - 1
    own = known[_held(np.floor(rows), last[0]), _held(np.floor(cols), last[1])]
    between = _crossed if _crossing(rows, cols) else _gathered
    total = between(np.where(known, framed, np.float32(0)), rows, cols)
    weight = between(known.astype(np.float32), rows, cols)
    found = np.full(total.shape, np.nan, np.float32)
    np.divide(total, weight, out=found, where=own & (weight > 0))
    return found


def _crossed(framed: Float32Array, rows: FloatArray, cols: FloatArray) -> Float32Array:
    """Interpolate along one axis after the other, where rows and columns are independent."""
    for axis, position in enumerate((rows.ravel(), cols.ravel())):
        last = framed.shape[axis] - 1
        low, share = _beside(position)
        part = share.astype(np.float32)[:, None] if axis == 0 else share.astype(np.float32)
        here, there = (framed.take(_held(low + d, last), axis, mode="clip") for d in (0, 1))
        there -= here
        there *= part
        there += here
        framed = there
    return framed


def _gathered(framed: Float32Array, rows: FloatArray, cols: FloatArray) -> Float32Array:
    """Interpolate between the four cells around each pixel."""
    (low_r, share_r), (low_c, share_c) = _beside(rows), _beside(cols)
    last = framed.shape[0] - 1, framed.shape[1] - 1
    total = np.zeros(rows.shape, np.float32)
    for dr, part_r in ((0, 1 - share_r), (1, share_r)):
        r = _held(low_r + dr, last[0])
        for dc, part_c in ((0, 1 - share_c), (1, share_c)):
            total += (part_r * part_c) * framed[r, _held(low_c + dc, last[1])]
    return total


def _beside(position: FloatArray) -> tuple[FloatArray, FloatArray]:
    low = np.floor(position - 0.5)
    return low, position - 0.5 - low


def _held(index: FloatArray, last: int) -> NDArray[np.intp]:
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
