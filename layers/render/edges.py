"""The edges of zones that lie side by side, each drawn once: quiet dashes above a surface."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.model import Features, StyleDefinition
from layers.render import placed, shapes
from layers.render.canvas import Canvas
from layers.render.marks import GeometryArray, Marks
from layers.render.ramp import rgba
from layers.views import View

_WIDTH_PX = 1.3
_FIRST_PX, _APART_PX = 130.0, 260.0
"""Along an edge, from its begin to the first numeral and from one to the next."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """The label of a zone at a pixel of its edge."""

    text: str
    x: float
    y: float


def dashed(
    features: Features, style: StyleDefinition, view: View, ink: str
) -> tuple[NDArray[np.uint8], list[Numeral]]:
    """Return zones as dashed edges, RGBA of shape (height, width, 4), and where numerals may stand.

    The border of two zones is that of the higher one. Zones below the lowest break have no edge of
    their own: where the others end, the drawing ends.
    """
    laid, frame = placed.laid(features, view)
    canvas = Canvas(frame, None)
    marks = Marks(canvas, laid, style)
    parts, owner = marks.polygons()
    harmless = 1 if style.breaks else 0
    shown = [i for i, of in enumerate(owner) if marks.classes[of] > harmless][::-1]
    lines, of = edges(parts[shown])
    numerals: list[Numeral] = []
    for line, k in zip(marks.cut(lines), of, strict=True):
        # The signs of open classes are for legends: what lies within an edge has one grade.
        text = marks.label(owner[shown[k]]).strip("≤≥ ")
        for vertices in marks.strokes(line):
            for dash in shapes.dashes(canvas, vertices):
                canvas.line(dash, rgba(ink), _WIDTH_PX)
            numerals += _along(vertices / canvas.unit, text)
    return canvas.rgba(), numerals


def _along(vertices: NDArray[np.float64], text: str) -> list[Numeral]:
    step = np.hypot(*np.diff(vertices, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(step)))
    at = np.arange(_FIRST_PX, along[-1], _APART_PX)
    x, y = (np.interp(at, along, vertices[:, axis]).tolist() for axis in (0, 1))
    return [Numeral(text, *place) for place in zip(x, y, strict=True)]


def edges(polygons: GeometryArray) -> tuple[GeometryArray, list[int]]:
    """Return the edges of polygons as lines, and whose they are: of several, the first one's.

    Shared are edges between the same two vertices, whichever way round.
    """
    rings, of = shapely.get_rings(polygons, return_index=True)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    begin = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.stack((places[begin], places[begin + 1]), axis=1)
    (west, south), (east, north) = ends[:, 0].T, ends[:, 1].T
    backward = (west > east) | ((west == east) & (south > north))
    ends[backward] = ends[backward][:, ::-1]
    _, first = np.unique(ends.reshape(-1, 4), axis=0, return_index=True)
    kept = begin[np.sort(first)]
    runs = np.split(kept, np.flatnonzero(np.diff(kept) > 1) + 1) if len(kept) else []
    lines = [shapely.LineString(places[run[0] : run[-1] + 2]) for run in runs]
    return np.array(lines, object), [int(of[ring[run[0]]]) for run in runs]
