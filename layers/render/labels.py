"""Names on a picture: as many as fit beside what is there, the more important first."""

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw

from layers.render.canvas import typeface

Box = tuple[float, float, float, float]

_HALO_PX, _CELL_PX = 2, 64
_DOT_PX, _SMOOTH = 4, 8
_EDGE_PX = 4
"""Names keep this far from the edge of the picture: a cut one is not read."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name at a pixel of the picture.

    ``gap_px`` is the distance from the position to the name, 0 where the name stands on it; with
    ``dot`` the position gets a mark of its own. ``weight`` is 400 to 700.
    """

    text: str
    x: float
    y: float
    gap_px: float = 0.0
    dot: bool = False
    size_px: int = 12
    weight: int = 600
    ink: str = "#1B2430"


class Taken:
    """Boxes of the picture that are no longer free; a grid makes thousands of questions cheap."""

    def __init__(self, boxes: Iterable[Box] = ()) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}
        for box in boxes:
            self.take(box)

    def free(self, box: Box) -> bool:
        """Tell whether nothing lies in a box: left, top, right, bottom."""
        left, top, right, bottom = box
        return not any(
            left < r and w < right and top < b and n < bottom
            for cell in _cells(box)
            for w, n, r, b in self._cells.get(cell, ())
        )

    def take(self, box: Box) -> None:
        """Occupy a box."""
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (int(side // _CELL_PX) for side in box)
    return itertools.product(range(left, right + 1), range(top, bottom + 1))


def around(x: float, y: float, reach_px: float) -> Box:
    """Return the square around a pixel."""
    return x - reach_px, y - reach_px, x + reach_px, y + reach_px


def fitted(
    label: Label, taken: Taken, size: tuple[int, int], font: bytes | None = None
) -> "Fitted | None":
    """Return where a label has room on a picture of (width, height), and take it; None: nowhere."""
    width, height = size
    west, _, east, _ = typeface(font, label.size_px, label.weight).getbbox(label.text)
    wide, high = east - west, label.size_px + 4
    for left, top in _places(label, wide, high):
        box = (left, top, left + wide, top + high)
        inside = min(left, top) >= _EDGE_PX and box[2] <= width - _EDGE_PX
        if inside and box[3] <= height - _EDGE_PX and taken.free(box):
            taken.take(box)
            if label.dot:
                taken.take(around(label.x, label.y, 4))
            return Fitted(label, (left + wide / 2, top + high / 2))
    return None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A label and the pixel that its middle stands on."""

    label: Label
    middle: tuple[float, float]


def written(
    rgba: NDArray[np.uint8],
    found: Sequence[Fitted],
    halo: str = "#FFFFFF",
    font: bytes | None = None,
) -> NDArray[np.uint8]:
    """Return the picture, shape (height, width, 4), with labels on it."""
    picture = Image.fromarray(rgba)
    pen = ImageDraw.Draw(picture, "RGBA")
    for label, middle in ((each.label, each.middle) for each in found):
        if label.dot:
            dot = _dot(halo, label.ink)
            picture.paste(dot, (round(label.x) - _DOT_PX, round(label.y) - _DOT_PX), dot)
        face = typeface(font, label.size_px, label.weight)
        pen.text(middle, label.text, label.ink, face, "mm", stroke_width=_HALO_PX, stroke_fill=halo)
    return np.asarray(picture)


@functools.cache
def _dot(halo: str, ink: str) -> Image.Image:
    """Return the mark of a place, drawn large and averaged: small circles have corners."""
    side = (2 * _DOT_PX + 1) * _SMOOTH
    large = Image.new("RGBA", (side, side), (*ImageColor.getrgb(halo)[:3], 0))
    pen = ImageDraw.Draw(large)
    for radius, colour in ((_DOT_PX, halo), (_DOT_PX - 1.6, ink)):
        pen.ellipse(around(side / 2, side / 2, radius * _SMOOTH), colour)
    return large.reduce(_SMOOTH)


def _places(label: Label, wide: float, high: float) -> Iterable[tuple[float, float]]:
    """Yield the corners where a label may stand, the best first."""
    x, y, gap = label.x, label.y, label.gap_px
    if not gap:
        yield x - wide / 2, y - high / 2
        return
    yield x + gap, y - high / 2
    yield x - gap - wide, y - high / 2
    yield x - wide / 2, y + gap
    yield x - wide / 2, y - gap - high
