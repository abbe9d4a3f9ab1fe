"""Isolines: thin lines, dark or in the colour of their class, with values on the long ones."""

import numpy as np
import shapely

from layers.render.canvas import Canvas, FloatArray, IntArray
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
    vertices = marks.vertices(line).astype(float)
    lengths = np.hypot(*np.diff(vertices, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(lengths)))
    step = APART_PX * canvas.unit
    size = np.array([canvas.frame.width_px, canvas.frame.height_px]) * canvas.unit
    reach = 4 * TEXT_PX * canvas.unit
    enter, leave = _within(vertices, -reach, size + reach)
    met = enter < leave
    # Of a line of any length only what the picture meets is counted, a step more at both ends.
    begin, length = along[:-1][met], lengths[met]
    first = np.floor((begin + enter[met] * length) / step).astype(np.int64) - 1
    last = np.ceil((begin + leave[met] * length) / step).astype(np.int64) + 1
    ranges = [np.arange(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
    numbers = np.unique(np.concatenate([np.empty(0, np.int64), *ranges]))
    at = step / 2 + numbers * step
    at = at[(at > 0) & (at < along[-1])]
    found = np.column_stack([np.interp(at, along, vertices[:, axis]) for axis in (0, 1)])
    seen = ((found > -reach) & (found < size + reach)).all(axis=1)
    return list(np.rint(found[seen]).astype(np.int64))


def _within(vertices: FloatArray, low: float, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return which part of each piece of a line lies in a box, from 0 to 1 (Liang and Barsky)."""
    start, change = vertices[:-1], np.diff(vertices, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        sides = (low - start) / change, (high - start) / change
    enter: FloatArray = np.minimum(*sides).max(axis=1, initial=0)
    leave: FloatArray = np.maximum(*sides).min(axis=1, initial=1)
    return enter, leave
