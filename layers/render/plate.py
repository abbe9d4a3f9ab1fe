"""What is written around a map so that the picture speaks for itself: title, legend, sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from layers.render.canvas import typeface

Box = tuple[int, int, int, int]

EDGE_PX = 14
FOOT_PX = 10
_PAD_PX, _RADIUS_PX, _BADGE_PX = 14, 11, 7
_SMOOTH = 4
_ROW_PX, _SWATCH_PX = 17, 24
_BOLD, _SEMIBOLD, _PLAIN = 700, 600, 450
LEAST_LEGEND_PX = 560
"""A narrower picture has no room for a legend; its title and sources it has always."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of the panels."""

    panel: str
    ink: str
    quiet: str
    line: str
    warn_back: str
    warn_ink: str
    halo: str
    zones: str
    hatch: tuple[int, int, int, int]


LIGHT = Look(
    "#FFFFFF",
    "#1B2430",
    "#56616F",
    "#D9DEE5",
    "#FDF0D5",
    "#5E3D05",
    "#FFFFFF",
    "#6B3A2A",
    (40, 50, 66, 97),
)
DARK = Look(
    "#1A202B",
    "#EAEFF6",
    "#A8B3C2",
    "#394355",
    "#43351B",
    "#FFDF9E",
    "#12171F",
    "#E9C9A6",
    (222, 230, 240, 87),
)


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A class of the legend: its colour, its edges in figures, and what it means."""

    colour: str
    edges: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class LegendKey:
    """What a line or a circle above the surface is."""

    mark: Literal["dashes", "line", "circle"]
    words: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """All that is written. ``badge`` says what the data are where they are not real ones.

    ``keys`` are left out where the legend has no room for them. ``notes`` stand at the foot: where
    the data are from, and what the borders do not mean.
    """

    title: Sequence[str] = ()
    lines: Sequence[str] = ()
    badge: str = ""
    legend: str = ""
    rows: Sequence[LegendRow] = ()
    unknown: str = ""
    keys: Sequence[LegendKey] = ()
    notes: str = ""


def boxes(width: int, height: int, caption: Caption, font: bytes | None = None) -> list[Box]:
    """Return the boxes that the panels take: left, top, right, bottom."""
    pen = _Pen(width, height, caption, LIGHT, font)
    return [box for box in (pen.title, pen.legend, pen.foot) if box]


def framed(
    rgba: NDArray[np.uint8], caption: Caption, look: Look, font: bytes | None = None
) -> NDArray[np.uint8]:
    """Return an opaque picture, shape (height, width, 4), with its panels."""
    picture = Image.fromarray(rgba).convert("RGB")
    pen = _Pen(picture.width, picture.height, caption, look, font)
    pen.draw(picture)
    return np.asarray(picture.convert("RGBA"))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the title, and the step to the next one."""

    text: str
    size: int
    weight: int
    step: int
    badge: bool = False


class _Pen:
    """Measures and writes the panels of one picture."""

    def __init__(
        self, width: int, height: int, caption: Caption, look: Look, font: bytes | None
    ) -> None:
        self._caption = caption
        self._look = look
        self._font = font
        self._size = width, height
        self._notes = self._wrapped(caption.notes, width - 2 * FOOT_PX, 11, _PLAIN)[:3]
        top = height - len(self._notes) * 15 - 6 if self._notes else height
        self.foot: Box | None = (0, top, width, height) if self._notes else None
        self._heading = self._laid_title(min(380, width - 2 * EDGE_PX - 2 * _PAD_PX))
        self.title: Box | None = None
        if self._heading:
            wide = max(
                self._wide(line.text, line.size, line.weight) + 2 * _BADGE_PX * line.badge
                for line in self._heading
            )
            high = sum(line.step for line in self._heading)
            self.title = _box(EDGE_PX, EDGE_PX, wide + 2 * _PAD_PX, high + 2 * _PAD_PX - 4)
        self.legend: Box | None = self._laid_legend(top)

    def _laid_title(self, room_px: int) -> list[_Line]:
        """Return the lines of the title, wrapped to a width."""
        caption = self._caption
        parts = [(text, 18, _BOLD, 24, False) for text in caption.title]
        parts += [(text, 13, _PLAIN, 19, False) for text in caption.lines]
        parts += [(caption.badge, 13, _SEMIBOLD, 24, True)] if caption.badge else []
        return [
            _Line(line, size, weight, step, badge)
            for text, size, weight, step, badge in parts
            for line in self._wrapped(text, room_px - 2 * _BADGE_PX * badge, size, weight)
        ]

    def _laid_legend(self, foot_top: int) -> Box | None:
        caption, (width, _) = self._caption, self._size
        if not caption.rows or width < LEAST_LEGEND_PX:
            return None
        across = [_SWATCH_PX + 8 + self._wide(row.edges, 12, _SEMIBOLD) for row in caption.rows]
        self._column = max(across) + 10
        words = [self._wide(row.words, 11, _PLAIN) for row in caption.rows]
        inner = max(int(self._column + max(words)), self._wide(caption.legend, 13, _BOLD), 170)
        room = inner - _SWATCH_PX - 8
        self._unknown = self._wrapped(caption.unknown, room, 11, _PLAIN)
        self._keys = [(key, self._wrapped(key.words, room, 11, _PLAIN)) for key in caption.keys]
        wide, most = inner + 2 * _PAD_PX, foot_top - 2 * EDGE_PX
        high = 22 + len(caption.rows) * _ROW_PX + (9 + 15 * len(self._unknown)) + 2 * _PAD_PX - 6
        more = sum(4 + 15 * len(lines) for _, lines in self._keys)
        if high + more > most:
            self._keys, more = [], 0
        if high > most:
            return None
        top = foot_top - EDGE_PX - high - more
        return _box(width - EDGE_PX - wide, top, wide, high + more)

    def draw(self, picture: Image.Image) -> None:
        """Draw all panels."""
        look = self._look
        if self.foot:
            self._panel(picture, self.foot, 0)
            pen = ImageDraw.Draw(picture)
            for i, line in enumerate(self._notes):
                self._write(pen, FOOT_PX, self.foot[1] + 11 + 15 * i, line, 11, _PLAIN, look.quiet)
        if self.title:
            self._panel(picture, self.title, _RADIUS_PX)
            self._draw_title(ImageDraw.Draw(picture))
        if self.legend:
            self._panel(picture, self.legend, _RADIUS_PX)
            self._draw_legend(ImageDraw.Draw(picture), self.legend)

    def _draw_title(self, pen: ImageDraw.ImageDraw) -> None:
        look = self._look
        x, y = EDGE_PX + _PAD_PX, EDGE_PX + _PAD_PX
        for line in self._heading:
            if line.badge:
                wide = self._wide(line.text, line.size, line.weight) + 2 * _BADGE_PX
                pen.rounded_rectangle((x, y + 1, x + wide, y + 21), 5, look.warn_back)
                self._write(
                    pen, x + _BADGE_PX, y + 11, line.text, line.size, line.weight, look.warn_ink
                )
            else:
                ink = look.ink if line.weight == _BOLD else look.quiet
                self._write(pen, x, y + line.step / 2 - 2, line.text, line.size, line.weight, ink)
            y += line.step

    def _draw_legend(self, pen: ImageDraw.ImageDraw, box: Box) -> None:
        caption, look = self._caption, self._look
        x, y = box[0] + _PAD_PX, box[1] + _PAD_PX
        self._write(pen, x, y + 6, caption.legend, 13, _BOLD, look.ink)
        y += 20
        for row in caption.rows:
            pen.rectangle((x, y, x + _SWATCH_PX - 1, y + _ROW_PX - 1), row.colour)
            middle = y + _ROW_PX / 2
            self._write(pen, x + _SWATCH_PX + 8, middle, row.edges, 12, _SEMIBOLD, look.ink)
            self._write(pen, x + self._column, middle, row.words, 11, _PLAIN, look.quiet)
            y += _ROW_PX
        y += 9
        if self._unknown:
            self._hatched(pen, (x, y, x + _SWATCH_PX - 1, y + 15))
        for line in self._unknown:
            self._write(pen, x + _SWATCH_PX + 8, y + 7, line, 11, _PLAIN, look.ink)
            y += 15
        for key, lines in self._keys:
            y += 4
            self._draw_key(pen, key, x, y + 7)
            for line in lines:
                self._write(pen, x + _SWATCH_PX + 8, y + 7, line, 11, _PLAIN, look.ink)
                y += 15

    def _draw_key(self, pen: ImageDraw.ImageDraw, key: LegendKey, x: int, middle: int) -> None:
        look = self._look
        if key.mark == "circle":
            centre = x + _SWATCH_PX / 2
            box = (centre - 5, middle - 5, centre + 5, middle + 5)
            pen.ellipse(box, key.colour or look.line, look.quiet)
            return
        pieces = ((0, 6), (9, 15), (18, 24)) if key.mark == "dashes" else ((0, _SWATCH_PX),)
        for begin, end in pieces:
            ends = (x + begin, middle, x + end - 1, middle)
            pen.line(ends, key.colour or look.zones, 2)

    def _hatched(self, pen: ImageDraw.ImageDraw, box: Box) -> None:
        left, top, right, bottom = box
        pen.rectangle(box, outline=self._look.line)
        for start in range(left - (bottom - top), right, 6):
            low, high = max(0, left - start), min(bottom - top, right - start)
            if low < high:
                pen.line((start + low, bottom - low, start + high, bottom - high), self._look.quiet)

    def _panel(self, picture: Image.Image, box: Box, radius_px: int) -> None:
        left, top, right, bottom = box
        size = (right - left) * _SMOOTH, (bottom - top) * _SMOOTH
        mask = Image.new("L", size, 0)
        area = (0, 0, size[0] - 1, size[1] - 1)
        ImageDraw.Draw(mask).rounded_rectangle(area, radius_px * _SMOOTH, 255)
        picture.paste(self._look.panel, (left, top), mask.reduce(_SMOOTH))

    def _write(
        self,
        pen: ImageDraw.ImageDraw,
        x: float,
        middle: float,
        text: str,
        size: int,
        weight: int,
        ink: str,
    ) -> None:
        pen.text((x, middle), text, ink, typeface(self._font, size, weight), "lm")

    def _wide(self, text: str, size: int, weight: int) -> int:
        return int(typeface(self._font, size, weight).getlength(text) + 0.999)

    def _wrapped(self, text: str, room_px: int, size: int, weight: int) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._wide(longer, size, weight) <= room_px:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


def _box(left: int, top: int, wide: int, high: int) -> Box:
    return left, top, left + wide, top + high
