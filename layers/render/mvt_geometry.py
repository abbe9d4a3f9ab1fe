"""Geometries of a vector tile: cut, simplified, put on the tile's grid, written as commands.

Source: Mapbox Vector Tile Specification 2.1, section 4.3.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import Window
from layers.render.varint import IntArray, Uint64Array, zigzag

GeometryArray = NDArray[np.object_]
FloatArray = NDArray[np.float64]

POINT, LINE, POLYGON = 1, 2, 3
_MOVE, _LINE, _CLOSE = 1, 2, 7
# Type ids of GEOS: point, line, ring, polygon, and the same as multi; 7 is a collection.
_KIND_OF_TYPE = np.array([POINT, LINE, LINE, POLYGON, POINT, LINE, POLYGON, 0])


@dataclass(frozen=True, slots=True)
class Commands:
    """What is drawn of each feature of one kind: ``counts`` of ``tokens`` belong to ``feature``."""

    kind: int
    feature: IntArray
    tokens: Uint64Array
    counts: IntArray


@dataclass(frozen=True, slots=True)
class _Runs:
    """Vertices on the grid, and of which part and feature each is; both rise."""

    xy: IntArray
    part: IntArray
    feature: IntArray


def commands(geometry: GeometryArray, grid: "Grid") -> list[Commands]:
    """Return the commands of polygons, lines and points, in this order; no empty ones.

    ``geometry`` has shape (n,), in metres of EPSG:3857. The parts of a collection count as parts of
    their own kind.
    """
    parts, feature = _single(geometry)
    kinds = _KIND_OF_TYPE[shapely.get_type_id(parts)]
    runs = {
        kind: make(parts[kinds == kind], feature[kinds == kind], grid)
        for kind, make in ((POLYGON, _polygons), (LINE, _lines), (POINT, _points))
        if (kinds == kind).any()
    }
    return [_written(found, kind) for kind, found in runs.items() if len(found.xy)]


class Grid:
    """The integer coordinates of a tile: (0, 0) is its north-west corner, y grows southward.

    ``extent`` units lie across the window; ``buffer`` units more are kept beyond each edge.
    """

    def __init__(self, window: Window, extent: int, buffer: int) -> None:
        self.west, south, east, self.north = window.bounds_m
        self.unit_m = (east - self.west) / extent
        more = buffer * self.unit_m
        self.box = (self.west - more, south - more, east + more, self.north + more)

    def place(self, coordinates: FloatArray) -> FloatArray:
        """Return metres, shape (n, 2), as whole numbers of the grid."""
        x = (coordinates[:, 0] - self.west) / self.unit_m
        y = (self.north - coordinates[:, 1]) / self.unit_m
        return np.rint(np.column_stack((x, y)))


def _single(geometry: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """Return the single geometries that are not empty, and the feature of each."""
    parts, feature = geometry, np.arange(len(geometry))
    # A part of a collection may be a collection itself.
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        feature = feature[inner]
    there = ~(shapely.is_missing(parts) | shapely.is_empty(parts))
    return parts[there], feature[there]


def _of_kind(
    geometry: GeometryArray, feature: IntArray, kind: int
) -> tuple[GeometryArray, IntArray]:
    """Return the single geometries of one kind, and the feature of each."""
    parts, of = _single(geometry)
    mine = _KIND_OF_TYPE[shapely.get_type_id(parts)] == kind
    return parts[mine], feature[of[mine]]


def _cut(
    parts: GeometryArray, feature: IntArray, kind: int, grid: Grid
) -> tuple[GeometryArray, IntArray]:
    """Return what lies within the buffered window, without detail finer than half a unit."""
    west, south, east, north = grid.box
    w, s, e, n = shapely.bounds(parts).T
    near = (w <= east) & (e >= west) & (s <= north) & (n >= south)
    inside = (w >= west) & (e <= east) & (s >= south) & (n <= north)
    cut = parts.copy()
    across = near & ~inside
    cut[across] = shapely.clip_by_rect(parts[across], west, south, east, north)
    cut, feature = cut[near], feature[near]
    cut = shapely.simplify(cut, grid.unit_m / 2, preserve_topology=False)
    return _of_kind(cut, feature, kind)


def _points(parts: GeometryArray, feature: IntArray, grid: Grid) -> _Runs:
    xy = shapely.get_coordinates(parts)
    west, south, east, north = grid.box
    x, y = xy.T
    near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    # All points of one feature are one run.
    return _Runs(grid.place(xy[near]).astype(np.int64), feature[near], feature[near])


def _lines(parts: GeometryArray, feature: IntArray, grid: Grid) -> _Runs:
    parts, feature = _cut(parts, feature, LINE, grid)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    return _thinned(_Runs(grid.place(xy).astype(np.int64), part, feature[part]), least=2)


def _polygons(parts: GeometryArray, feature: IntArray, grid: Grid) -> _Runs:
    """Return rings, outer ones clockwise on the screen, each followed by its holes.

    Where the grid makes a ring touch or cross itself, the polygon is snapped again by an overlay
    that keeps it valid; what collapses to a line is left out.
    """
    parts, feature = _cut(parts, feature, POLYGON, grid)
    placed = shapely.transform(parts, grid.place)
    broken = ~shapely.is_valid(placed)
    if broken.any():
        repaired = shapely.set_precision(shapely.make_valid(placed[broken]), 1.0)
        single, of = _of_kind(repaired, feature[broken], POLYGON)
        feature = np.concatenate((feature[~broken], of))
        placed = np.concatenate((placed[~broken], single))
        order = np.argsort(feature, kind="stable")
        feature, placed = feature[order], placed[order]
    # Counter-clockwise with y upward is a positive area with y downward, as outer rings must have.
    placed = shapely.orient_polygons(placed, exterior_cw=False)
    rings, polygon = shapely.get_rings(placed, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring[1:] != ring[:-1], True) if len(ring) else np.empty(0, bool)
    kept = ~last  # a ring is closed by a command, not by its first vertex again
    runs = _Runs(xy[kept].astype(np.int64), ring[kept], feature[polygon[ring[kept]]])
    return _thinned(runs, least=3)


def _thinned(runs: _Runs, least: int) -> _Runs:
    """Leave out vertices equal to the one before, and then runs of fewer than ``least``."""
    if not len(runs.xy):
        return runs
    fresh = np.ones(len(runs.xy), bool)
    fresh[1:] = (np.diff(runs.xy, axis=0) != 0).any(axis=1) | (np.diff(runs.part) != 0)
    xy, part, feature = runs.xy[fresh], runs.part[fresh], runs.feature[fresh]
    enough = (np.bincount(part) >= least)[part]
    return _Runs(xy[enough], part[enough], feature[enough])


def _written(runs: _Runs, kind: int) -> Commands:
    """Return the numbers of the commands: MoveTo, LineTo, ClosePath with steps from the cursor."""
    first_of_part = np.append(True, np.diff(runs.part) != 0)
    first_of_feature = np.append(True, np.diff(runs.feature) != 0)
    step = np.diff(runs.xy, axis=0, prepend=0)
    step[first_of_feature] = runs.xy[first_of_feature]
    begin = np.flatnonzero(first_of_part)
    size = np.diff(np.append(begin, len(runs.xy)))
    within = np.arange(len(runs.xy)) - np.repeat(begin, size)

    moves = size if kind == POINT else np.ones_like(size)
    drawn = size - moves
    numbers = 1 + 2 * size + (drawn > 0) + (kind == POLYGON)
    start = np.cumsum(numbers) - numbers
    tokens = np.empty(int(numbers.sum()), np.uint64)
    tokens[start] = moves << 3 | _MOVE
    place = np.repeat(start, size) + 1 + 2 * within
    if kind != POINT:
        tokens[start + 3] = drawn << 3 | _LINE
        place += within > 0
    tokens[place], tokens[place + 1] = zigzag(step[:, 0]), zigzag(step[:, 1])
    if kind == POLYGON:
        tokens[start + numbers - 1] = 1 << 3 | _CLOSE
    owner = runs.feature[begin]
    head = np.flatnonzero(np.append(True, np.diff(owner) != 0))
    return Commands(kind, owner[head], tokens, np.add.reduceat(numbers, head))
