"""A picture that is drawn four times as large and then averaged, so that edges are smooth.

Positions are rounded in the pixels of the world, before the place of the picture is taken off: a
symbol on the border of two tiles has the same pixels in both, and the halves meet.
"""

import functools
import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from layers.geo import HALF_WORLD_M, TILE_PX, Window, cell_m

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Colour = tuple[int, int, int, int]

SUPERSAMPLING = 4
"""Measured in docs/decisions/0005: below it circles look worn, above it only the cost grows."""

_SEMIBOLD = 600

CLEAR: Colour = (0, 0, 0, 0)

_FOR_THE_BUILT_IN = str.maketrans({"≤": "<=", "≥": ">=", "–": "-"})
"""Signs that the font of Pillow lacks."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the world in pixels of ``zoom``; ``dense`` pixels a side stand for each."""

    zoom: int
    west_px: int
    north_px: int
    width_px: int
    height_px: int
    dense: int = 1

    @classmethod
    def of(cls, window: Window) -> "Frame":
        """Return the frame of a tile."""
        return cls(
            window.zoom,
            window.col * TILE_PX,
            window.row * TILE_PX,
            TILE_PX,
            TILE_PX,
            window.size_px // TILE_PX,
        )

    @property
    def pixel_m(self) -> float:
        """Metres of EPSG:3857 in one pixel."""
        return cell_m(self.zoom)

    def box_m(self, more_px: float) -> tuple[float, float, float, float]:
        """Return west, south, east, north in metres, with ``more_px`` on each side."""
        west = (self.west_px - more_px) * self.pixel_m - HALF_WORLD_M
        north = HALF_WORLD_M - (self.north_px - more_px) * self.pixel_m
        return (
            west,
            north - (self.height_px + 2 * more_px) * self.pixel_m,
            west + (self.width_px + 2 * more_px) * self.pixel_m,
            north,
        )


class Canvas:
    """Draws in dots, of which ``unit`` make a pixel; sizes are given in pixels."""

    def __init__(self, frame: Frame, font: bytes | None) -> None:
        self.frame = frame
        self.unit = SUPERSAMPLING * frame.dense
        self._font = font
        size = (frame.width_px * self.unit, frame.height_px * self.unit)
        self._image = Image.new("RGBA", size, CLEAR)
        self._draw = ImageDraw.Draw(self._image)

    def place(self, coordinates: FloatArray) -> IntArray:
        """Return dots, shape (n, 2), x and y, of metres of EPSG:3857."""
        dot_m = self.frame.pixel_m / self.unit
        x = np.floor((coordinates[:, 0] + HALF_WORLD_M) / dot_m + 0.5)
        y = np.floor((HALF_WORLD_M - coordinates[:, 1]) / dot_m + 0.5)
        corner = (self.frame.west_px * self.unit, self.frame.north_px * self.unit)
        placed: IntArray = np.column_stack((x, y)).astype(np.int64) - np.array(corner)
        return placed

    def dots(self, pixels: float) -> int:
        """Return a length in whole dots, at least one."""
        return max(1, round(pixels * self.unit))

    def polygon(self, rings: list[IntArray], fill: Colour) -> None:
        """Fill the first ring, less the others."""
        # A ring smaller than a dot is a single vertex, and fills nothing.
        outer, *holes = rings
        holes = [hole for hole in holes if len(hole) > 1]
        if len(outer) < 2:
            return
        if not holes:
            self._draw.polygon(_listed(outer), fill)
            return
        width, height = self._image.size
        west, north = np.maximum(outer.min(axis=0), 0).tolist()
        east, south = np.minimum(outer.max(axis=0) + 1, (width, height)).tolist()
        if east <= west or south <= north:
            return
        mask = Image.new("L", (east - west, south - north))
        pen = ImageDraw.Draw(mask)
        pen.polygon(_listed(outer - (west, north)), 255)
        for hole in holes:
            pen.polygon(_listed(hole - (west, north)), 0)
        self._image.paste(fill, (west, north), mask)

    def line(self, vertices: IntArray, colour: Colour, width_px: float) -> None:
        """Draw a line with round corners."""
        self._draw.line(_listed(vertices), colour, self.dots(width_px), "curve")

    def disc(self, centre: IntArray, radius_px: float, fill: Colour) -> None:
        """Fill a circle."""
        self._draw.ellipse(self._box(centre, radius_px), fill)

    def arc(
        self, centre: IntArray, radius_px: float, colour: Colour, width_px: float, share: float
    ) -> None:
        """Draw a ring of eight dashes; ``share`` of each eighth is drawn."""
        box = self._box(centre, radius_px)
        for step in range(8):
            self._draw.arc(box, step * 45, (step + share) * 45, colour, self.dots(width_px))

    def corners(
        self, centre: IntArray, offsets_px: Iterable[tuple[float, float]], fill: Colour
    ) -> None:
        """Fill a polygon given by offsets from a centre."""
        moved = [centre + np.round(np.multiply(offset, self.unit)) for offset in offsets_px]
        self._draw.polygon(_listed(np.array(moved, np.int64)), fill)

    def text(
        self, centre: IntArray, words: str, size_px: float, ink: str, halo: Colour | None = None
    ) -> None:
        """Write a word around a centre."""
        self._draw.text(
            tuple(centre.tolist()),
            self._spelt(words),
            ink,
            self._type(size_px),
            anchor="mm",
            stroke_width=self.dots(1.2) if halo else 0,
            stroke_fill=halo,
        )

    def text_size_px(self, words: str, size_px: float) -> tuple[float, float]:
        """Return width and height that a word would take."""
        west, north, east, south = self._type(size_px).getbbox(self._spelt(words), anchor="mm")
        return (east - west) / self.unit, (south - north) / self.unit

    def rgba(self) -> NDArray[np.uint8]:
        """Return the picture, shape (height, width, 4); colours are averaged by their opacity."""
        return np.asarray(self._image.reduce(SUPERSAMPLING))

    def _spelt(self, words: str) -> str:
        return words if self._font else words.translate(_FOR_THE_BUILT_IN)

    def _type(self, size_px: float) -> ImageFont.FreeTypeFont:
        return typeface(self._font, self.dots(size_px))

    def _box(self, centre: IntArray, radius_px: float) -> list[int]:
        radius = self.dots(radius_px)
        x, y = centre.tolist()
        return [x - radius, y - radius, x + radius, y + radius]


def _listed(vertices: IntArray) -> list[float]:
    return [float(number) for number in vertices.ravel().tolist()]


@functools.lru_cache(maxsize=64)
def typeface(font: bytes | None, size: int, weight: int = _SEMIBOLD) -> ImageFont.FreeTypeFont:
    """Return a font of a size in dots; without a file, Pillow's own."""
    if font is None:
        built_in = ImageFont.load_default(size)
        if not isinstance(built_in, ImageFont.FreeTypeFont):
            raise RuntimeError("this Pillow was built without FreeType")
        return built_in
    # Plain layout: labels are digits and short words, and look the same on every build.
    face = ImageFont.truetype(io.BytesIO(font), size, layout_engine=ImageFont.Layout.BASIC)
    try:
        axes = face.get_variation_axes()
    except OSError:
        return face  # a font of one weight
    face.set_variation_by_axes(
        [weight if axis["name"] == b"Weight" else axis["default"] or 0 for axis in axes]
    )
    return face
