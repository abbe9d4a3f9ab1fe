"""Symbols at points: stations, earthquakes, sites.

Light fills alone do not stand out from land, so every symbol has a dark ring and a white halo;
state is told by shape, never by colour alone.
"""

import math
from collections.abc import Callable

import numpy as np

from layers.render.canvas import Canvas, Colour, IntArray
from layers.render.cover import uppermost
from layers.render.marks import Marks
from layers.render.ramp import ink, rgba

HALO = rgba("#FFFFFF")
RING = rgba("#27303F")
PAPER = rgba("#FFFFFF", 235)

RADIUS_PX = 13.0
_RING_PX = 1.6
_HALO_PX = 1.8
TEXT_PX = 10.0
_WHOLE_PX = RADIUS_PX + _HALO_PX
_MISSING_PX = 6.0
_ROUND = (_WHOLE_PX, _WHOLE_PX)
_EXTENT = {
    "missing": (_MISSING_PX + _HALO_PX, _MISSING_PX + _HALO_PX),
    "raised": (_WHOLE_PX * math.sqrt(2), _WHOLE_PX),
    "alarm": (_WHOLE_PX * 1.5, _WHOLE_PX * 0.75),
}
"""Radius of the least circle around a mark, and of the largest within it."""
_LOUDNESS = {"missing": 0, "late": 1, "normal": 2, "raised": 3, "alarm": 4}

Shape = Callable[[Canvas, IntArray, float, Colour], None]


def stations(canvas: Canvas, marks: Marks) -> None:
    """Draw circles with values; a square is raised, a triangle an alarm, a dashed ring late.

    ``mark`` is one of missing (hollow), late, normal, raised and alarm. What is louder lies above,
    then what is higher.
    """
    known = marks.column("mark", "normal")
    labels = marks.column("label", "")
    value = np.nan_to_num(marks.value, nan=-np.inf)
    loud = [_LOUDNESS.get(str(mark), _LOUDNESS["normal"]) for mark in known]
    unknown = [marks.has_classes and marks.classes[of] == 0 for _, of in marks.points]
    shown = ["missing" if none else str(mark) for none, mark in zip(unknown, known, strict=True)]
    order = sorted(range(len(marks)), key=lambda i: (loud[i], value[i], marks.ids[i]))
    reach_px = [_EXTENT.get(mark, _ROUND)[0] for mark in shown]
    solid_px = [_EXTENT.get(mark, _ROUND)[1] for mark in shown]
    for i in uppermost(canvas, marks.centres, order, reach_px, solid_px):
        centre, of = marks.points[i]
        _station(canvas, centre, shown[i], marks.fill(of), str(labels[i] or ""))


def _station(canvas: Canvas, centre: IntArray, mark: str, fill: Colour, label: str) -> None:
    if mark == "missing":
        canvas.disc(centre, _MISSING_PX + _HALO_PX, HALO)
        canvas.disc(centre, _MISSING_PX, RING)
        canvas.disc(centre, _MISSING_PX - _RING_PX, PAPER)
        return
    shape = {"raised": _square, "alarm": _triangle}.get(mark, _circle)
    shape(canvas, centre, RADIUS_PX + _HALO_PX, HALO)
    if mark == "late":
        _circle(canvas, centre, RADIUS_PX, fill)
        canvas.arc(centre, RADIUS_PX, RING, _RING_PX, share=0.6)
    else:
        shape(canvas, centre, RADIUS_PX, RING)
        shape(canvas, centre, RADIUS_PX - _RING_PX, fill)
    if label:
        width_px, _ = canvas.text_size_px(label, TEXT_PX)
        size_px = TEXT_PX * min(1.0, 2 * (RADIUS_PX - 3) / width_px)
        below = np.array([0, canvas.dots(3)]) if mark == "alarm" else 0
        canvas.text(centre + below, label, size_px, ink(fill))


def _circle(canvas: Canvas, centre: IntArray, radius_px: float, fill: Colour) -> None:
    canvas.disc(centre, radius_px, fill)


def _square(canvas: Canvas, centre: IntArray, radius_px: float, fill: Colour) -> None:
    r = radius_px
    canvas.corners(centre, ((-r, -r), (r, -r), (r, r), (-r, r)), fill)


def _triangle(canvas: Canvas, centre: IntArray, radius_px: float, fill: Colour) -> None:
    # Its inner circle is three quarters of the circle it stands for, so that the value fits.
    corner = 1.5 * radius_px
    wide = corner * math.sqrt(3) / 2
    canvas.corners(centre, ((0, -corner), (wide, corner / 2), (-wide, corner / 2)), fill)


def quakes(canvas: Canvas, marks: Marks) -> None:
    """Draw circles, larger with ``magnitude``, coloured by class; small ones lie above."""
    magnitude = [
        float(m) if isinstance(m, int | float) and math.isfinite(m) else 0.0
        for m in marks.column("magnitude", 0.0)
    ]
    # A step of one in magnitude is 2.6 times the area; M 6 is 9 pixels wide.
    radius_px = [min(20.0, max(2.5, 4.5 * 1.62 ** (m - 6))) for m in magnitude]
    whole_px = [each + 1.0 for each in radius_px]
    order = sorted(range(len(marks)), key=lambda i: (-magnitude[i], marks.ids[i]))
    for i in uppermost(canvas, marks.centres, order, whole_px, whole_px):
        centre, of = marks.points[i]
        canvas.disc(centre, whole_px[i], HALO)
        canvas.disc(centre, radius_px[i], RING)
        canvas.disc(centre, radius_px[i] - 1.1, marks.fill(of))


def sites(canvas: Canvas, marks: Marks) -> None:
    """Draw diamonds."""
    for centre, of in marks.points:
        for reach, fill in ((9.5, HALO), (8.0, RING), (6.2, marks.fill(of))):
            canvas.corners(centre, ((0, -reach), (reach, 0), (0, reach), (-reach, 0)), fill)


def dots(canvas: Canvas, marks: Marks) -> None:
    """Draw small circles."""
    for centre, of in marks.points:
        canvas.disc(centre, 6.2, HALO)
        canvas.disc(centre, 5.0, RING)
        canvas.disc(centre, 3.6, marks.fill(of))
