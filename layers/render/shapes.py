"""Lines and areas: zones with numerals, their outlines, faults, and what needs no name."""

from collections.abc import Sequence

import numpy as np
import shapely

from layers.geo import HALF_WORLD_M
from layers.render.canvas import Canvas, IntArray
from layers.render.marks import GeometryArray, Marks
from layers.render.ramp import FAULT, PLAIN, ink, rgba
from layers.render.symbols import HALO, RING

FAULT_INK = rgba(FAULT)
FOLD = rgba(PLAIN)
EDGE = rgba("#FFFFFF", 200)

NUMERAL_PX = 13.0
_LATTICE_PX = 144
_DASH_PX, _GAP_PX = 7.0, 5.0


def areas(canvas: Canvas, marks: Marks) -> None:
    """Fill polygons with the colour of their class; low classes lie below."""
    parts, owner = marks.polygons()
    cut = marks.cut(parts)
    for polygon, of in zip(cut, owner, strict=True):
        if marks.has_classes and marks.classes[of] == 0:
            continue
        for rings in marks.rings(polygon):
            canvas.polygon(rings, marks.fill(of))
    for polygon in cut:
        for stroke in marks.strokes(shapely.boundary(polygon)):
            canvas.line(stroke, EDGE, 0.8)


def zones(canvas: Canvas, marks: Marks) -> None:
    """Fill zones and write their numerals."""
    areas(canvas, marks)
    for centre, of in numerals(canvas, marks):
        fill = marks.fill(of)
        canvas.text(centre, marks.label(of), NUMERAL_PX, ink(fill), halo=fill)


def outlines(canvas: Canvas, marks: Marks) -> None:
    """Draw the borders of zones in the colour of their class, with numerals."""
    parts, owner = marks.polygons()
    borders = [
        (stroke, marks.fill(of))
        for polygon, of in zip(marks.cut(shapely.boundary(parts)), owner, strict=True)
        for stroke in marks.strokes(polygon)
    ]
    for stroke, _ in borders:
        canvas.line(stroke, RING, 3.6)
    for stroke, colour in borders:
        canvas.line(stroke, colour, 2.2)
    for centre, of in numerals(canvas, marks):
        canvas.text(centre, marks.label(of), NUMERAL_PX, "#1C2430", halo=HALO)


def faults(canvas: Canvas, marks: Marks) -> None:
    """Draw traces with a light casing; a ``fold``, which cuts no surface, is dashed."""
    parts, owner = marks.lines()
    cut = marks.cut(parts)
    folded = [marks.flag("fold", of) for of in owner]
    drawn = [
        (stroke, marks.fill(of) if marks.has_classes else FAULT_INK)
        for line, of, fold in zip(cut, owner, folded, strict=True)
        if not fold
        for stroke in marks.strokes(line)
    ]
    for stroke, _ in drawn:
        canvas.line(stroke, HALO, 4.2)
    for stroke, colour in drawn:
        canvas.line(stroke, colour, 2.0)
    for line, fold in zip(parts, folded, strict=True):
        if fold:
            for dash in dashes(canvas, marks.vertices(line)):
                canvas.line(dash, FOLD, 1.6)


def strokes(canvas: Canvas, marks: Marks) -> None:
    """Draw lines in the colour of their class."""
    _stroke(canvas, marks, *marks.lines())


def borders(canvas: Canvas, marks: Marks) -> None:
    """Draw the borders of areas in the colour of their class."""
    parts, owner = marks.polygons()
    _stroke(canvas, marks, shapely.boundary(parts), owner)


def _stroke(canvas: Canvas, marks: Marks, parts: GeometryArray, owner: Sequence[int]) -> None:
    for line, of in zip(marks.cut(parts), owner, strict=True):
        for stroke in marks.strokes(line):
            canvas.line(stroke, HALO, 3.6)
            canvas.line(stroke, marks.fill(of), 1.8)


def numerals(canvas: Canvas, marks: Marks) -> list[tuple[IntArray, int]]:
    """Return the centres of numerals in dots, and the feature of each.

    A zone has one at a point within it, and more on a lattice that is fixed to the world. One that
    does not fit in, or would lie under a higher zone, is left out. All of this is known from what
    lies around the numeral alone, so neighbouring tiles agree.
    """
    parts, owner = marks.polygons()
    frame = canvas.frame
    west, south, east, north = frame.box_m(NUMERAL_PX * 2)
    lattice = _lattice(west, south, east, north, _LATTICE_PX * frame.pixel_m)
    found = []
    for i, (zone, of) in enumerate(zip(parts, owner, strict=True)):
        label = marks.label(of)
        if not label:
            continue
        home = shapely.get_coordinates(shapely.point_on_surface(zone))
        apart = np.hypot(*(lattice - home).T) > _LATTICE_PX / 2 * frame.pixel_m
        places = np.vstack((home, lattice[apart]))
        x, y = places.T
        near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        half_m = np.divide(canvas.text_size_px(label, NUMERAL_PX), 2) * frame.pixel_m
        for place in places[near]:
            box = shapely.box(*(place - half_m), *(place + half_m))
            above = shapely.intersects(parts[i + 1 :], box)
            if shapely.contains_properly(zone, box) and not above.any():
                found.append((canvas.place(place[None])[0], of))
    return found


def _lattice(
    west: float, south: float, east: float, north: float, step_m: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the points of a world-wide lattice within a box, shape (n, 2)."""
    # Half a step off the corner of the world, or the lattice would follow the borders of tiles.
    x = np.arange(np.ceil((west + HALF_WORLD_M) / step_m - 0.5), (east + HALF_WORLD_M) / step_m)
    y = np.arange(np.ceil((south + HALF_WORLD_M) / step_m - 0.5), (north + HALF_WORLD_M) / step_m)
    grid = np.stack(np.meshgrid(x + 0.5, y + 0.5), axis=-1).reshape(-1, 2)
    return np.asarray(grid * step_m - HALF_WORLD_M, dtype=np.float64).reshape(-1, 2)


def dashes(canvas: Canvas, vertices: IntArray) -> list[IntArray]:
    """Return the dashes of a whole line that lie in the picture; they begin where the line does."""
    step = np.hypot(*np.diff(vertices, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(step)))
    begin = np.arange(0.0, along[-1], (_DASH_PX + _GAP_PX) * canvas.unit)
    ends = np.stack((begin, np.minimum(begin + _DASH_PX * canvas.unit, along[-1])), axis=1)
    found = np.stack([np.interp(ends, along, vertices[:, axis]) for axis in (0, 1)], axis=2)
    size = np.array([canvas.frame.width_px, canvas.frame.height_px]) * canvas.unit
    reach = _DASH_PX * canvas.unit
    seen = ((found > -reach) & (found < size + reach)).all(axis=(1, 2))
    return list(np.rint(found[seen]).astype(np.int64))
