"""A picture that is drawn four times as large and then averaged, so that edges are smooth.

Positions are rounded in the pixels of the world, before the place of the picture is taken off: a
symbol on the border of two tiles has the same pixels in both, and the halves meet.
"""

import functools
import io
import itertools
from collections.abc import Callable, Iterable
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

CELL_PX = (128, 64)
"""Width and height of what is drawn at once: its dots, half a megabyte, stay in a cache."""

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


_Row = dict[int, tuple[IntArray, IntArray]]
"""What is left of vertices in a row of cells, by the identity of their array, which it keeps."""


def _cut(vertices: IntArray, axis: int, low: int, high: int) -> IntArray:
    """Return vertices less those between the ends of each stretch that lies beyond one side."""
    along = vertices[:, axis]
    side = np.sign(along - np.clip(along, low, high))
    kept = np.ones(len(vertices), np.bool_)
    kept[1:-1] = (side[1:-1] == 0) | (side[:-2] != side[1:-1]) | (side[2:] != side[1:-1])
    found: IntArray = vertices[kept]
    return found


class _Cell:
    """A part of the picture, whose dots are counted from a corner of its own.

    Cells of one row share ``row``.
    """

    def __init__(self, corner: IntArray, size: tuple[int, int], row: _Row) -> None:
        self.image = Image.new("RGBA", size, CLEAR)
        self.pen = ImageDraw.Draw(self.image)
        self._corner = corner
        self._row = row

    def meets(self, box: IntArray) -> bool:
        """Tell whether a box, its least and its largest corner, lies in the cell, or a part."""
        low, high = box - self._corner
        return bool((low <= self.image.size).all() and (high >= 0).all())

    def listed(self, vertices: IntArray, reach: int = 0) -> list[float]:
        """Return x, y, x, y of vertices, less those that make no difference here.

        Of a stretch that lies beyond one side of the cell by more than ``reach`` only the ends do.
        """
        (x, y), (width, height) = self._corner.tolist(), self.image.size
        if id(vertices) not in self._row:
            self._row[id(vertices)] = vertices, _cut(vertices, 1, y - reach, y + height + reach)
        found = _cut(self._row[id(vertices)][1], 0, x - reach, x + width + reach) - self._corner
        return [float(number) for number in found.ravel().tolist()]


class Canvas:
    """Draws in dots, of which ``unit`` make a pixel; sizes are given in pixels.

    What is drawn is noted first, and then drawn in cells that stay in a processor's cache: a cell
    that nothing touches costs nothing, and no picture needs memory for all of its dots.
    """

    def __init__(self, frame: Frame, font: bytes | None) -> None:
        self.frame = frame
        self.unit = SUPERSAMPLING * frame.dense
        self._font = font
        self._boxes: list[IntArray] = []
        self._strokes: list[Callable[[_Cell], None]] = []

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
        boxed = [(hole, _box_of(hole)) for hole in holes if len(hole) > 1]
        if len(outer) < 2:
            return

        def into(cell: _Cell) -> None:
            inner = [hole for hole, box in boxed if cell.meets(box)]
            if not inner:
                cell.pen.polygon(cell.listed(outer), fill)
                return
            mask = Image.new("L", cell.image.size)
            pen = ImageDraw.Draw(mask)
            pen.polygon(cell.listed(outer), 255)
            for hole in inner:
                pen.polygon(cell.listed(hole), 0)
            cell.image.paste(fill, (0, 0), mask)

        self._note(outer, 0, into)

    def line(self, vertices: IntArray, colour: Colour, width_px: float) -> None:
        """Draw a line with round corners."""
        width = self.dots(width_px)
        self._note(
            vertices,
            width,
            lambda cell: cell.pen.line(cell.listed(vertices, width), colour, width, "curve"),
        )

    def disc(self, centre: IntArray, radius_px: float, fill: Colour) -> None:
        """Fill a circle."""
        box = self._box(centre, radius_px)
        self._note(box, 0, lambda cell: cell.pen.ellipse(cell.listed(box), fill))

    def arc(
        self, centre: IntArray, radius_px: float, colour: Colour, width_px: float, share: float
    ) -> None:
        """Draw a ring of eight dashes; ``share`` of each eighth is drawn."""
        box, width = self._box(centre, radius_px), self.dots(width_px)

        def into(cell: _Cell) -> None:
            for step in range(8):
                cell.pen.arc(cell.listed(box), step * 45, (step + share) * 45, colour, width)

        self._note(box, 0, into)

    def corners(
        self, centre: IntArray, offsets_px: Iterable[tuple[float, float]], fill: Colour
    ) -> None:
        """Fill a polygon given by offsets from a centre."""
        offsets = np.round(np.multiply(list(offsets_px), self.unit))
        self.polygon([centre + offsets.astype(np.int64)], fill)

    def text(
        self, centre: IntArray, words: str, size_px: float, ink: str, halo: Colour | None = None
    ) -> None:
        """Write a word around a centre."""
        said, face = self._spelt(words), self._type(size_px)
        around = self.dots(1.2) if halo else 0
        west, north, east, south = face.getbbox(said, anchor="mm", stroke_width=around)

        def into(cell: _Cell) -> None:
            x, y = cell.listed(centre[None])
            cell.pen.text(
                (x, y),
                said,
                ink,
                face,
                anchor="mm",
                stroke_width=around,
                stroke_fill=halo,
            )

        self._note(centre + np.array(((west, north), (east, south)), np.int64), 1, into)

    def text_size_px(self, words: str, size_px: float) -> tuple[float, float]:
        """Return width and height that a word would take."""
        west, north, east, south = self._type(size_px).getbbox(self._spelt(words), anchor="mm")
        return (east - west) / self.unit, (south - north) / self.unit

    def rgba(self) -> NDArray[np.uint8]:
        """Return the picture, shape (height, width, 4); colours are averaged by their opacity."""
        dense = self.frame.dense
        width, height = self.frame.width_px * dense, self.frame.height_px * dense
        whole = np.zeros((height, width, 4), np.uint8)
        low, high = np.array(self._boxes, np.int64).reshape(-1, 2, 2).swapaxes(0, 1)
        across, down = CELL_PX
        shared: _Row = {}
        for row, col in itertools.product(range(0, height, down), range(0, width, across)):
            if col == 0:
                shared.clear()
            part = whole[row : row + down, col : col + across]
            first = np.array((col, row)) * SUPERSAMPLING
            size = part.shape[1] * SUPERSAMPLING, part.shape[0] * SUPERSAMPLING
            met = np.flatnonzero(((low <= first + size) & (high >= first)).all(axis=1)).tolist()
            if met:
                cell = _Cell(first, size, shared)
                for i in met:
                    self._strokes[i](cell)
                part[:] = np.asarray(cell.image.reduce(SUPERSAMPLING))
        return whole

    def _note(self, vertices: IntArray, reach: int, stroke: Callable[[_Cell], None]) -> None:
        self._boxes.append(_box_of(vertices) + np.array(((-reach,), (reach,))))
        self._strokes.append(stroke)

    def _spelt(self, words: str) -> str:
        return words if self._font else words.translate(_FOR_THE_BUILT_IN)

    def _type(self, size_px: float) -> ImageFont.FreeTypeFont:
        return typeface(self._font, self.dots(size_px))

    def _box(self, centre: IntArray, radius_px: float) -> IntArray:
        box: IntArray = centre + np.array(((-1,), (1,))) * self.dots(radius_px)
        return box


def _box_of(vertices: IntArray) -> IntArray:
    return np.array((vertices.min(axis=0), vertices.max(axis=0)))


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
