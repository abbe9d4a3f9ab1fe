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
    """What is drawn of each piece of one kind: ``counts`` of ``tokens`` belong to ``piece``."""

    kind: int
    piece: IntArray
    tokens: Uint64Array
    counts: IntArray


@dataclass(frozen=True, slots=True)
class _Runs:
    """Vertices on the grid, and of which part and piece each is; both rise."""

    xy: IntArray
    part: IntArray
    piece: IntArray


class Grid:
    """The integer coordinates of a tile: (0, 0) is its north-west corner, y grows southward.

    ``extent`` units lie across the window; ``buffer`` units more are kept beyond each edge.
    """

    def __init__(self, window: Window, extent: int, buffer: int) -> None:
        west, south, east, north = window.bounds_m
        self._extent, self._buffer = extent, buffer
        self.origin = np.array((west, north))
        self.unit_m = (east - west) / extent
        more = buffer * self.unit_m
        self.box = (west - more, south - more, east + more, north + more)

    def kept(self, rows: IntArray, xy: FloatArray, *, cut: bool) -> tuple[IntArray, IntArray]:
        """Return the rows of points within the buffered window, and their places on the grid.

        ``cut`` says that nothing lies beyond.
        """
        place = (xy - self.origin) * np.array((1 / self.unit_m, -1 / self.unit_m))
        if not cut:
            low, high = -self._buffer, self._extent + self._buffer
            near = ((place >= low) & (place <= high)).all(axis=1)
            rows, place = rows[near], place[near]
        return rows, np.rint(place).astype(np.int64)


def placed(xy: FloatArray, origin: FloatArray, unit_m: float) -> FloatArray:
    """Return metres as whole units from an origin, y southward; shapes (n, 2)."""
    found: FloatArray = np.rint((xy - origin) * (1 / unit_m, -1 / unit_m))
    return found


def single(geometry: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """Return the single geometries that are not empty, and which of those given each is of."""
    parts, owner = geometry, np.arange(len(geometry))
    # A part of a collection may be a collection itself.
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    there = ~(shapely.is_missing(parts) | shapely.is_empty(parts))
    return parts[there], owner[there]


def cut(
    parts: GeometryArray, owner: IntArray, box: tuple[float, float, float, float]
) -> tuple[GeometryArray, IntArray]:
    """Return what lies within a box."""
    west, south, east, north = box
    w, s, e, n = shapely.bounds(parts).T
    near = (w <= east) & (e >= west) & (s <= north) & (n >= south)
    inside = (w >= west) & (e <= east) & (s >= south) & (n <= north)
    found = parts.copy()
    across = near & ~inside
    if across.any():
        found[across] = shapely.clip_by_rect(parts[across], west, south, east, north)
    return found[near], owner[near]


def commands(
    parts: GeometryArray, piece: IntArray, origin: FloatArray, unit_m: float
) -> list[Commands]:
    """Return the commands of polygons, lines and points, in this order; no empty ones.

    ``parts`` are cut; each belongs to a ``piece``, which rise, and whose origins are ``origin``,
    shape (pieces, 2), in metres of EPSG:3857. Parts of a collection count as of their own kind.
    """
    parts, owner = single(parts)
    piece = piece[owner]
    kinds = _KIND_OF_TYPE[shapely.get_type_id(parts)]
    found = []
    for kind, make in ((POLYGON, _polygons), (LINE, _lines), (POINT, _points)):
        mine = kinds == kind
        if mine.any():
            runs = make(_on_grid(parts[mine], piece[mine], origin, unit_m), piece[mine])
            if len(runs.xy):
                found.append(_written(runs, kind))
    return found


def _on_grid(
    parts: GeometryArray, piece: IntArray, origin: FloatArray, unit_m: float
) -> GeometryArray:
    """Return geometries with whole coordinates."""
    xy, part = shapely.get_coordinates(parts, return_index=True)
    moved: GeometryArray = shapely.set_coordinates(
        parts.copy(), placed(xy, origin[piece[part]], unit_m)
    )
    return moved


def _points(parts: GeometryArray, piece: IntArray) -> _Runs:
    # All points of one piece are one run.
    return _Runs(shapely.get_coordinates(parts).astype(np.int64), piece, piece)


def _lines(parts: GeometryArray, piece: IntArray) -> _Runs:
    xy, part = shapely.get_coordinates(parts, return_index=True)
    return _thinned(_Runs(xy.astype(np.int64), part, piece[part]), least=2)


def _polygons(parts: GeometryArray, piece: IntArray) -> _Runs:
    """Return rings, outer ones clockwise on the screen, each followed by its holes.

    Where the grid makes a ring touch or cross itself, the polygon is snapped again by an overlay
    that keeps it valid; what collapses to a line is left out.
    """
    broken = ~shapely.is_valid(parts)
    if broken.any():
        repaired = shapely.set_precision(shapely.make_valid(parts[broken]), 1.0)
        whole, of = single(repaired)
        areas = shapely.get_dimensions(whole) == 2
        piece = np.concatenate((piece[~broken], piece[broken][of[areas]]))
        parts = np.concatenate((parts[~broken], whole[areas]))
        order = np.argsort(piece, kind="stable")
        piece, parts = piece[order], parts[order]
    # Counter-clockwise with y upward is a positive area with y downward, as outer rings must have.
    parts = shapely.orient_polygons(parts, exterior_cw=False)
    rings, polygon = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring[1:] != ring[:-1], True) if len(ring) else np.empty(0, bool)
    kept = ~last  # a ring is closed by a command, not by its first vertex again
    runs = _Runs(xy[kept].astype(np.int64), ring[kept], piece[polygon[ring[kept]]])
    return _thinned(runs, least=3)


def _thinned(runs: _Runs, least: int) -> _Runs:
    """Leave out vertices equal to the one before, and then runs of fewer than ``least``."""
    if not len(runs.xy):
        return runs
    fresh = np.ones(len(runs.xy), bool)
    fresh[1:] = (np.diff(runs.xy, axis=0) != 0).any(axis=1) | (np.diff(runs.part) != 0)
    xy, part, piece = runs.xy[fresh], runs.part[fresh], runs.piece[fresh]
    enough = (np.bincount(part) >= least)[part]
    return _Runs(xy[enough], part[enough], piece[enough])


def _written(runs: _Runs, kind: int) -> Commands:
    """Return the numbers of the commands: MoveTo, LineTo, ClosePath with steps from the cursor."""
    first_of_part = np.append(True, np.diff(runs.part) != 0)
    first_of_piece = np.append(True, np.diff(runs.piece) != 0)
    step = np.diff(runs.xy, axis=0, prepend=0)
    step[first_of_piece] = runs.xy[first_of_piece]
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
    owner = runs.piece[begin]
    head = np.flatnonzero(np.append(True, np.diff(owner) != 0))
    return Commands(kind, owner[head], tokens, np.add.reduceat(numbers, head))
