"""Drawings of lines, circles and words, written as SVG and onto paper alike.

Units are those of the drawing: x to the right, y down. Colours are names of ``COLOURS``: pages give
them by class, so that they follow light and dark, and paper takes the values.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

import shapely

COLOURS = {
    "ink": (24, 28, 34),
    "quiet": (110, 118, 130),
    "line": (205, 208, 212),
    "part": (47, 111, 143),
    "mark": (179, 84, 30),
    "fault": (150, 45, 40),
    "water": (90, 130, 170),
    "other": (120, 90, 150),
}
SERIES = ("part", "mark", "other", "fault", "water", "ink")
"""Of several lines in one drawing, by their order; dashes tell them apart as well."""
DASHES = ((), (6.0, 3.0), (2.0, 2.0), (8.0, 2.0, 2.0, 2.0))


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    colour: str = "ink"
    width: float = 1.0
    dash: tuple[float, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle, filled or not."""

    x: float
    y: float
    radius: float
    colour: str = "ink"
    width: float = 1.0
    filled: bool = False
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """Words; ``anchor`` is start, middle or end, and y is the line that they stand on."""

    x: float
    y: float
    words: str
    size: float = 9.0
    anchor: str = "start"
    colour: str = "ink"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes in a box, later ones above; nothing is drawn beyond it."""

    width: float
    height: float
    shapes: tuple[Line | Circle | Label, ...] = field(default=())


def svg(drawing: Drawing, title: str) -> str:
    """Return a drawing as SVG without a style of its own."""
    parts = [
        f'<svg class="drawing" viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img" '
        f"aria-label={quoteattr(title)}>"
    ]
    for shape in drawing.shapes:
        dash = ""
        if not isinstance(shape, Label) and shape.dash:
            dash = f' stroke-dasharray="{" ".join(f"{d:g}" for d in shape.dash)}"'
        if isinstance(shape, Line):
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
            kind = "polygon" if shape.closed else "polyline"
            parts.append(
                f'<{kind} class="s-{shape.colour}" points="{points}" fill="none" '
                f'stroke-width="{shape.width:g}"{dash}/>'
            )
        elif isinstance(shape, Circle):
            word = "f" if shape.filled else "s"
            fill = "" if shape.filled else ' fill="none"'
            parts.append(
                f'<circle class="{word}-{shape.colour}" cx="{shape.x:.1f}" cy="{shape.y:.1f}" '
                f'r="{shape.radius:.1f}"{fill} stroke-width="{shape.width:g}"{dash}/>'
            )
        else:
            parts.append(
                f'<text class="f-{shape.colour}" x="{shape.x:.1f}" y="{shape.y:.1f}" '
                f'font-size="{shape.size:g}" text-anchor="{shape.anchor}">'
                f"{escape(shape.words)}</text>"
            )
    return "".join([*parts, "</svg>"])


def within(
    points: Sequence[tuple[float, float]], width: float, height: float
) -> list[list[tuple[float, float]]]:
    """Return the parts of a line that lie in the box of a drawing."""
    if len(points) < 2:
        return []
    cut = shapely.clip_by_rect(shapely.LineString(points), 0, 0, width, height)
    parts = (shapely.get_coordinates(part).tolist() for part in shapely.get_parts(cut))
    return [[(x, y) for x, y in part] for part in parts if len(part) > 1]
