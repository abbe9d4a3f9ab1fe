"""What a view shows of the base map's shapes, at its scale: fills and strokes as edges.

Nothing is kept from one view to the next: only what a view shows is made simpler and drawn wide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.render.basemap_coverage import edges
from layers.render.basemap_relief import View
from layers.render.basemap_shapes import COAST, INNER, OTHER, OUTER, Shapes

FloatArray = NDArray[np.float64]
GeometryArray = NDArray[np.object_]

BEND_PX = 0.3  # what may be lost where a line is drawn with fewer points
LEAST_LAKE_PX = 5.0  # square pixels below which a lake is not drawn
BEYOND_PX = 64.0  # of a stroke, outside of the view: how it ends there is not seen


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Edges (n, 4) in pixels of one view, (0, 0) its north-west corner."""

    land: FloatArray
    focus: FloatArray
    lakes: FloatArray
    dry: FloatArray
    shores: FloatArray
    coasts: FloatArray
    rivers: tuple[FloatArray, ...]  # by rank, largest first
    other_borders: FloatArray
    borders: FloatArray
    casing: FloatArray


@dataclass(frozen=True, slots=True)
class Widths:
    """Stroke widths in pixels."""

    river: tuple[float, ...]
    shore: float
    other_border: float
    border: float
    casing: float


class Scaler:
    """Shapes that are ready to be taken at any scale. Threads may share it."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._arcs, self._lakes = _lines(shapes.arcs), _lines(shapes.lakes)
        self._dry, self._rivers = _lines(shapes.dry), _lines(shapes.rivers)
        self._rings = [np.maximum(ring, ~ring) for ring in shapes.rings]
        self._ring_bounds = np.array([shapely.total_bounds(self._arcs[r]) for r in self._rings])

    def at(self, view: View, widths: Widths) -> Scaled:
        """Return what a view shows of the shapes, in its pixels."""
        frame = _Frame(view, max(widths.casing, widths.shore, *widths.river) / 2 + BEYOND_PX)
        countries = np.flatnonzero(frame.meets(self._ring_bounds)).tolist()
        met = frame.meets(shapely.bounds(self._arcs))
        # A ring that is filled needs all of its arcs, those outside of the view too.
        for n in countries:
            met[self._rings[n]] = True
        arcs = np.full(len(met), None)
        arcs[met] = frame.pixels(self._arcs[met])
        points = {n: shapely.get_coordinates(arcs[n]) for n in np.flatnonzero(met).tolist()}
        land = [self._ring(n, points) for n in countries]
        ours = self._shapes.ring_country[countries] > 0
        rivers = frame.meets(shapely.bounds(self._rivers))
        kind, rank = self._shapes.arc_class, self._shapes.river_rank[rivers]
        focus = arcs[met & np.isin(kind, (OUTER, INNER))]
        flows = frame.pixels(self._rivers[rivers])
        shores = frame.seen(self._lakes)
        shores = shores[_area(shores) >= LEAST_LAKE_PX]
        return Scaled(
            land=edges(land),
            focus=edges([ring for ring, of_two in zip(land, ours, strict=True) if of_two]),
            lakes=_edges(shores),
            dry=_edges(frame.seen(self._dry)),
            shores=frame.strokes(shores, widths.shore),
            coasts=frame.strokes(arcs[met & (kind == COAST)], widths.shore),
            rivers=tuple(
                frame.strokes(flows[rank == order], width)
                for order, width in enumerate(widths.river, start=1)
            ),
            other_borders=frame.strokes(arcs[met & (kind == OTHER)], widths.other_border),
            borders=frame.strokes(focus, widths.border),
            casing=frame.strokes(focus, widths.casing),
        )

    def _ring(self, number: int, points: Mapping[int, FloatArray]) -> FloatArray:
        parts = [points[a] if a >= 0 else points[~a][::-1] for a in self._shapes.rings[number]]
        return np.concatenate([part[:-1] for part in parts])


class _Frame:
    """A view, and as much around it as a stroke needs to end unseen."""

    def __init__(self, view: View, margin_px: float) -> None:
        self._world_px = view.world_px
        self._corner = np.array([view.west_px, view.north_px])
        size = np.array([view.width, view.height])
        self._box = (*(0 * size - margin_px), *(size + margin_px))

    def meets(self, bounds: FloatArray) -> NDArray[np.bool_]:
        """Tell of each of (n, 4) bounds in the unit square whether it meets the frame."""
        at = bounds * self._world_px - np.tile(self._corner, 2)
        west, north, east, south = self._box
        across = (at[:, 0] <= east) & (at[:, 2] >= west)
        return np.asarray(across & (at[:, 1] <= south) & (at[:, 3] >= north))

    def pixels(self, lines: GeometryArray) -> GeometryArray:
        """Return lines of the unit square in pixels of the view, with as few points as it shows.

        Each is made simpler as a whole, so that it is the same in all views of a scale.
        """
        simple = shapely.simplify(lines, BEND_PX / self._world_px, preserve_topology=False)
        return shapely.transform(simple, lambda at: at * self._world_px - self._corner)

    def seen(self, lines: GeometryArray) -> GeometryArray:
        """Return those of the lines that meet the frame, in pixels of the view."""
        return self.pixels(lines[self.meets(shapely.bounds(lines))])

    def strokes(self, lines: GeometryArray, width: float) -> FloatArray:
        """Return the edges of the lines drawn ``width`` pixels wide with round joins."""
        if width <= 0:
            return np.empty((0, 4))
        # Each for itself: their union takes ten times as long and differs only where ends meet.
        parts = shapely.get_parts(shapely.clip_by_rect(lines, *self._box))
        drawn = shapely.buffer(parts, width / 2, quad_segs=3)
        return _edges(shapely.get_rings(shapely.get_parts(shapely.orient_polygons(drawn))))


def _lines(lines: Sequence[FloatArray]) -> GeometryArray:
    of = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return np.asarray(shapely.linestrings(np.concatenate(lines), indices=of))


def _edges(rings: GeometryArray) -> FloatArray:
    return _steps(rings)[0]


def _steps(lines: GeometryArray) -> tuple[FloatArray, NDArray[np.intp]]:
    """Return the edges of the lines, and of which line each is."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    same = line[:-1] == line[1:]
    return np.concatenate([points[:-1], points[1:]], axis=1)[same], line[:-1][same]


def _area(rings: GeometryArray) -> FloatArray:
    """Return what each closed line encloses."""
    (x0, y0, x1, y1), ring = (each.T for each in _steps(rings))
    return np.abs(np.bincount(ring, x0 * y1 - x1 * y0, len(rings))) / 2
