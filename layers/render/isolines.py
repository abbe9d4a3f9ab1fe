"""Isolines: thin lines, dark or in the colour of their class, with values on the long ones."""

import numpy as np
import shapely

from layers.render.canvas import Canvas, IntArray
from layers.render.marks import Marks
from layers.render.ramp import rgba

CASING = rgba("#FFFFFF", 150)
PAPER = rgba("#FFFFFF", 225)
INK = "#1C2430"
LINE = rgba(INK, 200)

_LINE_PX, _CASING_PX = 1.5, 3.0
TEXT_PX = 10.0
APART_PX = 420
"""From one number on a line to the next; the first stands half as far from its beginning."""


def isolines(canvas: Canvas, marks: Marks) -> None:
    """Draw lines, low values first, and their values upon them."""
    parts, owner = marks.lines()
    drawn = [
        (stroke, marks.fill(of) if marks.has_classes else LINE)
        for line, of in zip(marks.cut(parts), owner, strict=True)
        for stroke in marks.strokes(line)
    ]
    for stroke, _ in drawn:
        canvas.line(stroke, CASING, _CASING_PX)
    for stroke, colour in drawn:
        canvas.line(stroke, colour, _LINE_PX)
    for line, of in zip(parts, owner, strict=True):
        for place in _places(canvas, marks, line):
            canvas.text(place, f"{marks.value[of]:.6g}", TEXT_PX, INK, halo=PAPER)


def _places(canvas: Canvas, marks: Marks, line: shapely.Geometry) -> list[IntArray]:
    """Return where a whole line has numbers: the same in every tile that shows a part of it."""
    vertices = marks.vertices(line)
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(vertices, axis=0).T))))
    step = APART_PX * canvas.unit
    at = np.arange(step / 2, along[-1], step)
    found = np.column_stack([np.interp(at, along, vertices[:, axis]) for axis in (0, 1)])
    size = np.array([canvas.frame.width_px, canvas.frame.height_px]) * canvas.unit
    reach = 4 * TEXT_PX * canvas.unit
    seen = ((found > -reach) & (found < size + reach)).all(axis=1)
    return list(np.rint(found[seen]).astype(np.int64))
