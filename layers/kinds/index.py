"""Which features are near a box: points by the Morton order of their cells, shapes by a tree.

A tile of any zoom is one run of that order, so a layer whose points are sorted by it gives a tile
by copying a few runs. Of 100,000 points each takes 24 bytes this way, and 310 as objects in a tree,
which finds those of a small tile in half the time: 13 and not 31 microseconds.

Source of the order: Morton (1966), A computer oriented geodetic data base.
"""

import functools
import math
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import HALF_WORLD_M
from layers.model.features import Selection
from layers.model.table import Table
from layers.views import Box

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ZOOM = 20
"""Zoom whose tiles are the cells of the order: 38 m at the equator."""
WORLD_M = 2 * HALF_WORLD_M
_COARSE, _FINER = 2.25, ((2048, 4.5), (32_768, 18))
"""Cells across a box: a tile and its buffer of a sixteenth are 18 sixteenths. Where more points
than so many are within the cells, smaller ones are taken before each point is looked at."""
_FEW = 2048
"""Points and boxes that are all looked at sooner than their order, or the tree."""
_SPREAD_BITS = 10
_SPREAD = np.array(
    [sum((n >> k & 1) << (2 * k) for k in range(_SPREAD_BITS)) for n in range(1 << _SPREAD_BITS)],
    np.int64,
)
_LISTED: list[int] = _SPREAD.tolist()


def morton(xy: FloatArray) -> IntArray:
    """Return the place in the order of positions, shape (n, 2), in metres of EPSG:3857."""
    size_m = WORLD_M / (1 << ZOOM)
    cell = np.floor((xy * (1, -1) + HALF_WORLD_M) / size_m).astype(np.int64)
    col, row = np.clip(cell, 0, (1 << ZOOM) - 1).T
    return _spread(col) | _spread(row) << 1


def _spread(numbers: IntArray) -> IntArray:
    """Return numbers below 2^20 with a zero before each of their bits."""
    low = _SPREAD[numbers & (1 << _SPREAD_BITS) - 1]
    found: IntArray = low | _SPREAD[numbers >> _SPREAD_BITS] << 2 * _SPREAD_BITS
    return found


def _spread_one(number: int) -> int:
    low = _LISTED[number & (1 << _SPREAD_BITS) - 1]
    return low | _LISTED[number >> _SPREAD_BITS] << 2 * _SPREAD_BITS


@functools.lru_cache(maxsize=16)
def _position(x_m: float, y_m: float) -> shapely.Point:
    """Return a position as the tree takes it; all layers are asked of the same one in turn."""
    return shapely.points([x_m, y_m])  # of one array: of two it takes five times as long


class Index:
    """Finds rows of a table whose points are sorted by ``morton``."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._order = morton(table.xy)

    @cached_property
    def _shapes(self) -> NDArray[np.object_]:
        shapely.prepare(self._table.shapes)  # what is clicked once is clicked again
        return self._table.shapes

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._shapes)

    @cached_property
    def _boxes(self) -> FloatArray:
        return np.ascontiguousarray(shapely.bounds(self._shapes).T)

    def _reached(self, x_m: float, y_m: float, reach_m: float) -> IntArray:
        """Return the shapes, rising, whose boxes are within a distance of a position."""
        if self._table.shapes_count > _FEW:
            # Without a predicate the tree is asked once, not as for an array of positions.
            box = shapely.box(x_m - reach_m, y_m - reach_m, x_m + reach_m, y_m + reach_m)
            return np.sort(self._tree.query(box))
        west, south, east, north = self._boxes
        across = (west <= x_m + reach_m) & (east >= x_m - reach_m)
        along = (south <= y_m + reach_m) & (north >= y_m - reach_m)
        found: IntArray = (across & along).nonzero()[0]
        return found

    def within(self, box: Box) -> Selection | None:
        """Return the features that touch a box of metres, or None; it may cross the antimeridian.

        What is beyond 180 degrees is found on the other side, shifted by a world.
        """
        west, south, east, north = box
        if west >= -HALF_WORLD_M and east <= HALF_WORLD_M:
            rows = self._rows(box)
            return Selection(self._table, rows, box=box) if len(rows) else None
        found, shift_m = [], []
        for turns in (-1, 0, 1):
            rows = self._rows((west - turns * WORLD_M, south, east - turns * WORLD_M, north))
            found.append(rows)
            shift_m.append(np.full(len(rows), turns * WORLD_M))
        rows = np.concatenate(found)
        order = np.argsort(rows, kind="stable")
        if not len(order):
            return None
        return Selection(self._table, rows[order], np.concatenate(shift_m)[order], box=box)

    def near(self, x_m: float, y_m: float, reach_m: float) -> IntArray:
        """Return the rows within a distance of a position."""
        count, found = self._table.shapes_count, np.empty(0, np.int64)
        if count:
            found = self._reached(x_m, y_m, reach_m)
            if len(found):
                shapes = self._shapes[found]
                found = found[shapely.dwithin(shapes, _position(x_m, y_m), reach_m)]
        if not len(self._order):
            return found
        xy, points = self._table.xy, None
        if len(xy) > _FEW:
            points = self._points((x_m - reach_m, y_m - reach_m, x_m + reach_m, y_m + reach_m))
            xy = xy[points - count]
        near = (np.hypot(xy[:, 0] - x_m, xy[:, 1] - y_m) <= reach_m).nonzero()[0]
        near = near + count if points is None else points[near]
        return np.concatenate((found, near)) if len(found) else near

    def _rows(self, box: Box) -> IntArray:
        if not self._table.shapes_count:
            return self._points(box)
        shapes = np.sort(self._tree.query(shapely.box(*box)))
        return np.concatenate((shapes, self._points(box))) if len(self._order) else shapes

    def _points(self, box: Box) -> IntArray:
        """Return the rows of points within a box, edges included."""
        begin, size = self._runs(box, _COARSE)
        first = size.cumsum()
        for enough, cells in _FINER:
            if first[-1] <= enough:
                break
            begin, size = self._runs(box, cells)
            first = size.cumsum()
        place = np.arange(int(first[-1])) + (begin - first + size).repeat(size)
        west, south, east, north = box
        xy = self._table.xy.take(place, axis=0)
        x, y = xy[:, 0], xy[:, 1]
        found: IntArray = place[(x >= west) & (x <= east) & (y >= south) & (y <= north)]
        count = self._table.shapes_count
        return found + count if count else found

    def _runs(self, box: Box, cells: float) -> tuple[IntArray, IntArray]:
        """Return begin and size of runs of the order that cover a box, some cells across."""
        west, south, east, north = box
        widest = max(east - west, north - south, WORLD_M / (1 << ZOOM))
        level = min(max(int(math.log2(WORLD_M / widest * cells * 1.0001)), 0), ZOOM)
        last, size_m = (1 << level) - 1, WORLD_M / (1 << level)
        col0, row0, col1, row1 = [
            min(max(int((v + HALF_WORLD_M) // size_m), 0), last)
            for v in (west, -north, east, -south)
        ]
        cols = [_spread_one(col) for col in range(col0, col1 + 1)]
        rows = [_spread_one(row) << 1 for row in range(row0, row1 + 1)]
        found = np.array(sorted([row | col for row in rows for col in cols]))
        each = 2 * (ZOOM - level)
        begin = self._order.searchsorted(found << each)
        return begin, self._order.searchsorted(found + 1 << each) - begin

    @property
    def nbytes(self) -> int:
        """Bytes of the order; a tree takes what it takes."""
        return self._order.nbytes
