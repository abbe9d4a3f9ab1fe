"""The legend of a style as a picture: each class drawn by the painters of the map itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image

from layers.geo import HALF_WORLD_M, cell_m
from layers.model import Features, StyleDefinition
from layers.render import draw, hatch, legend
from layers.render.canvas import Canvas, Frame

MOST_WIDE_PX = 480
_TEXT_PX, _EDGE_PX, _GAP_PX = 12.0, 4, 8
_INK, _PAPER = "#1C2430", (255, 255, 255, 255)
_PIXEL_M = cell_m(0)


@dataclass(frozen=True, slots=True)
class Sample:
    """The size of a symbol in a legend, in pixels; 0 is the size that it takes."""

    width_px: int = 0
    height_px: int = 0


def size_px(
    style: StyleDefinition, title: str, sample: Sample, font: bytes | None = None
) -> tuple[int, int]:
    """Return width and height of a legend, at most 480 pixels wide."""
    pen = Canvas(Frame(0, 0, 0, 1, 1), font)
    across, down = _sample_px(style, sample)
    labels = [entry.label if entry else "" for entry in _rows(style)]
    wide = [pen.text_size_px(title, _TEXT_PX)[0] if title else 0.0]
    wide += [across + _GAP_PX + pen.text_size_px(label, _TEXT_PX)[0] for label in labels]
    rows = len(labels) * down + (_title_px() if title else 0)
    return min(MOST_WIDE_PX, round(max(wide) + 2 * _EDGE_PX + 0.5)), rows + 2 * _EDGE_PX


def picture(
    style: StyleDefinition, title: str, sample: Sample, font: bytes | None = None
) -> NDArray[np.uint8]:
    """Return a legend, RGBA of shape (height, width, 4), one class a row below the title."""
    width, height = size_px(style, title, sample, font)
    canvas = Canvas(Frame(0, 0, 0, width, height), font)
    top = _EDGE_PX
    if title:
        _written(canvas, title, _EDGE_PX, top + _title_px() / 2)
        top += _title_px()
    across, down = _sample_px(style, sample)
    entries = _rows(style)
    for row, entry in enumerate(entries):
        if entry is not None:
            middle = top + (row + 0.5) * down
            _written(canvas, entry.label, _EDGE_PX + across + _GAP_PX, middle)
    rgba = np.array(canvas.rgba())
    for row, entry in enumerate(entries):
        symbol = _symbol(style, entry, font).resize((across, down), Image.Resampling.LANCZOS)
        part = rgba[top + row * down :, _EDGE_PX:][:down, :across]
        part[:] = np.asarray(symbol)[: part.shape[0], : part.shape[1]]
    return _on_paper(rgba)


def _rows(style: StyleDefinition) -> Sequence[legend.LegendEntry | None]:
    """Return the classes; of a style without any its one symbol, but for what has no colour."""
    plain = (None,) if _shape(style) != "area" else ()
    return legend.entries(style) or plain


def _shape(style: StyleDefinition) -> str:
    if style.symbol in ("fault", "line", "isoline"):
        return "line"
    return "point" if style.symbol in ("station", "quake", "site", "point") else "area"


def _natural_px(style: StyleDefinition) -> tuple[int, int]:
    return (32, 32) if style.symbol == "station" else (30, 24)


def _sample_px(style: StyleDefinition, sample: Sample) -> tuple[int, int]:
    across, down = _natural_px(style)
    return sample.width_px or across, sample.height_px or down


def _title_px() -> int:
    return round(_TEXT_PX * 1.8)


def _written(canvas: Canvas, words: str, left_px: float, middle_px: float) -> None:
    wide, _ = canvas.text_size_px(words, _TEXT_PX)
    centre = np.array([left_px + wide / 2, middle_px]) * canvas.unit
    canvas.text(np.rint(centre).astype(np.int64), words, _TEXT_PX, _INK)


def _symbol(
    style: StyleDefinition, entry: legend.LegendEntry | None, font: bytes | None
) -> Image.Image:
    """Return one class as the map shows it: a point, a line or an area of its own."""
    wide, high = _natural_px(style)
    if entry is legend.EXCLUDED:
        area = np.zeros((high, wide), bool)
        area[3:-3, 2:-2] = True
        marks = hatch.laid(np.zeros(area.shape, np.uint8), area, 0)
        return Image.fromarray(np.array([(0, 0, 0, 0), hatch.GROUND, hatch.LINE], np.uint8)[marks])

    def at(x: float, y: float) -> tuple[float, float]:
        return x * _PIXEL_M - HALF_WORLD_M, HALF_WORLD_M - y * _PIXEL_M

    shapes = {
        "point": shapely.Point(at(wide / 2, high / 2)),
        "line": shapely.LineString([at(2, high / 2), at(wide - 2, high / 2)]),
        "area": shapely.box(*at(2, high - 3), *at(wide - 2, 3)),
    }
    value = None
    if entry is not None:
        value = entry.low if entry.low is not None else (entry.high or 0.0) - 1.0
    features = Features(
        np.array([shapes[_shape(style)]], dtype=object),
        ["legend"],
        {"magnitude": [6.0], "mark": ["normal"], "label": [""], style.measure: [value]},
    )
    return Image.fromarray(draw.painted(features, style, Frame(0, 0, 0, wide, high), font))


def _on_paper(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = rgba[..., 3:] / np.float32(255)
    laid = rgba[..., :3] * share + np.array(_PAPER[:3], np.float32) * (1 - share)
    solid = np.full((*rgba.shape[:2], 1), 255, np.uint8)
    return np.concatenate([np.rint(laid).astype(np.uint8), solid], axis=2)
