"""The base map: paper land, soft relief, grey water, the two states a tone brighter.

It holds no text: names are drawn by the page, in the reader's language. A style of lines is what
stands above a data surface: water, rivers and borders on a transparent ground.
"""

import contextlib
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from layers.errors import BadFileError, UnknownStyleError
from layers.geo import HALF_WORLD_M, Bounds, Window, mercator
from layers.render.basemap_coverage import coverage
from layers.render.basemap_relief import RELIEF_PX, Relief, View, halves, keep, kept
from layers.render.basemap_scaled import Scaler, Widths
from layers.render.basemap_shapes import Shapes, unpack
from layers.render.basemap_style import STYLES, Colour, Style

FloatArray = NDArray[np.float64]
Uint8Array = NDArray[np.uint8]

FADE_PX = 190  # of the relief: width of the fading at the edge of the data


class Basemap:
    """Draws the base map. Threads may share it."""

    def __init__(self, shapes: Shapes, relief: Sequence[Image.Image], bounds: Bounds) -> None:
        self.bounds = bounds
        self._shapes = Scaler(shapes)
        x_m, y_m = mercator(
            np.array([bounds.west, bounds.east]), np.array([bounds.north, bounds.south])
        )
        self._box = np.stack([x_m, -y_m], axis=1) / (2 * HALF_WORLD_M) + 0.5
        self._relief = Relief(relief, self._box[0])

    def draw(self, window: Window, style: str) -> Uint8Array:
        """Return one tile, shape (size_px, size_px, 3), or 4 bands for a style of lines.

        Raises
        ------
        UnknownStyleError
            Unless ``style`` is one of ``STYLES``.
        """
        return next(tile for _, tile in self._drawn(window, 1, style))

    def block(
        self, window: Window, style: str, block_px: int
    ) -> Iterator[tuple[Window, Uint8Array]]:
        """Yield the tile and its neighbours, drawn together: far cheaper than one by one.

        The tiles are those of the same block of ``block_px`` pixels a side, in rows; each is what
        ``draw`` returns for it.
        """
        yield from self._drawn(window, block_px // window.size_px, style)

    def picture(
        self,
        bounds_m: tuple[float, float, float, float],
        width_px: int,
        style: str,
        *,
        ratio: float = 1.0,
    ) -> Uint8Array:
        """Return a picture of a box in EPSG:3857 metres: west, south, east, north.

        The height follows from the box. ``ratio`` is how many pixels a stroke of width 1 takes.
        """
        west, south, east, north = bounds_m
        world_px = width_px / (east - west) * 2 * HALF_WORLD_M
        corner = (west + HALF_WORLD_M, HALF_WORLD_M - north)
        x, y = (metres / (2 * HALF_WORLD_M) * world_px for metres in corner)
        height = max(1, round(width_px * (north - south) / (east - west)))
        return self._render(View(world_px, x, y, width_px, height, ratio), _style(style))

    def region(
        self, pixel_m: float, first: tuple[int, int], size: tuple[int, int], style: str
    ) -> Uint8Array:
        """Return ``size`` (rows, columns) pixels, ``first`` counted from the corner of the world.

        Pixels of the size of a zoom's show what the tiles of that zoom show.
        """
        view = View(2 * HALF_WORLD_M / pixel_m, first[1], first[0], size[1], size[0], 1.0)
        return self._render(view, _style(style))

    def _drawn(self, window: Window, side: int, name: str) -> Iterator[tuple[Window, Uint8Array]]:
        style = _style(name)
        size = window.size_px
        col0, row0 = window.col // side * side, window.row // side * side
        last = min(side, 2**window.zoom)
        # Tiles beyond the data are flat: only the rest of the block is drawn.
        low, high = (self._box * 2**window.zoom).tolist()
        first = [max(c, math.floor(v)) for c, v in zip((col0, row0), low, strict=True)]
        end = [min(c + last, math.ceil(v)) for c, v in zip((col0, row0), high, strict=True)]
        width, height = (max(0, e - f) for e, f in zip(end, first, strict=True))
        block = None
        if width and height:
            block = self._render(
                View(
                    float(size << window.zoom),
                    float(first[0] * size),
                    float(first[1] * size),
                    width * size,
                    height * size,
                    size / 256,
                ),
                style,
            )
        for row in range(row0, row0 + last):
            for col in range(col0, col0 + last):
                at = Window(window.zoom, col, row, size)
                x, y = col - first[0], row - first[1]
                if block is not None and 0 <= x < width and 0 <= y < height:
                    yield at, block[y * size : (y + 1) * size, x * size : (x + 1) * size].copy()
                else:
                    yield at, _flat(style, size)

    def _render(self, view: View, style: Style) -> Uint8Array:
        zoom = math.log2(view.world_px / view.stroke / 256)
        shapes = self._shapes.at(view, _widths(zoom, view.stroke))
        size = (view.width, view.height)

        def mask(of: FloatArray) -> Image.Image:
            return Image.fromarray(coverage(of, (view.height, view.width)))

        sea = Image.eval(mask(shapes.land), lambda covered: 255 - covered)
        canvas = Image.new("RGBA", size, (*style.water, 0))
        if style.ground:
            canvas = Image.new("RGB", size, style.neighbour)
            _paint(canvas, style.focus, mask(shapes.focus))
            _paint(canvas, style.dry, mask(shapes.dry), 0.55)
            self._shade(canvas, view, zoom, style)
        for river, share in zip(shapes.rivers, (1.0, 1.0, 0.75), strict=True):
            _paint(canvas, style.river, mask(river), share)
        _paint(canvas, style.water, sea)
        _paint(canvas, style.water, mask(shapes.lakes))
        _paint(canvas, style.shore, mask(shapes.shores), 0.8)
        _paint(canvas, style.shore, mask(shapes.coasts), 0.9)
        _paint(canvas, style.other_border, mask(shapes.other_borders), 0.8)
        _paint(canvas, style.casing, mask(shapes.casing), style.casing_share)
        _paint(canvas, style.border, mask(shapes.borders))
        self._fade(canvas, view, style)
        return np.array(canvas)

    def _shade(self, canvas: Image.Image, view: View, zoom: float, style: Style) -> None:
        """Lay the relief over the land; from zoom 7 on it fades, because it has no more detail."""
        strength = float(np.interp(zoom, [6, 7, 8, 9], [1, 0.65, 0.3, 0]))
        if strength == 0:
            return
        relief = self._relief.of(view)
        _paint(canvas, style.shade, relief.point(_TO_SHADE), style.shade_share * strength)
        _paint(canvas, style.light, relief.point(_TO_LIGHT), style.light_share * strength)

    def _fade(self, canvas: Image.Image, view: View, style: Style) -> None:
        """Fade into the outside towards the edge of the data."""
        low, high = self._box * view.world_px
        width = FADE_PX * view.world_px / RELIEF_PX
        ramps = []
        for start, count, axis in ((view.west_px, view.width, 0), (view.north_px, view.height, 1)):
            at = start + np.arange(count) + 0.5
            near = np.clip(np.minimum(at - low[axis], high[axis] - at) / width, 0, 1)
            ramps.append(near * near * (3 - 2 * near))
        if min(ramp.min() for ramp in ramps) == 1:
            return
        kept = Image.fromarray(np.rint(np.outer(ramps[1], ramps[0]) * 255).astype(np.uint8))
        if style.ground:
            canvas.paste(style.outside, mask=Image.eval(kept, lambda v: 255 - v))
        else:
            alpha = np.asarray(canvas.getchannel("A"), np.uint16) * np.asarray(kept) // 255
            canvas.putalpha(Image.fromarray(alpha.astype(np.uint8)))


def load(files: Mapping[str, bytes], cache: Path | None = None) -> Basemap:
    """Return the base map of the files that ``static/basemap/build.py`` writes.

    Parameters
    ----------
    files : mapping of name to content
        ``shapes.npz``, ``relief.webp`` and ``manifest.json``; others are not looked at.
    cache : path, optional
        A folder for the relief as pixels, named after the files: all processes map the same 19 MB
        from there, and none unpacks it again.

    Raises
    ------
    BadFileError
        If one is missing or is not what the build writes.
    """
    bounds = bounds_of(files)
    try:
        return Basemap(unpack(files["shapes.npz"]), _relief(files["relief.webp"], cache), bounds)
    except (KeyError, ValueError, TypeError, OSError) as reason:
        raise _broken(reason) from reason


def _relief(content: bytes, cache: Path | None) -> Sequence[Image.Image]:
    if cache is not None:
        with contextlib.suppress(OSError, ValueError):
            return kept(cache)
    with Image.open(io.BytesIO(content)) as picture:
        levels = halves(picture.convert("L"))
    if cache is not None:
        # A disk that is full or read only costs memory; another process may have been quicker.
        with contextlib.suppress(OSError):
            keep(levels, cache)
        with contextlib.suppress(OSError, ValueError):
            return kept(cache)
    return levels


def bounds_of(files: Mapping[str, bytes]) -> Bounds:
    """Return the region that the files of a base map cover, as ``load`` takes them.

    Raises
    ------
    BadFileError
        If ``manifest.json`` is missing or does not tell.
    """
    try:
        return Bounds(*json.loads(files["manifest.json"])["bounds"])
    except (KeyError, ValueError, TypeError) as reason:
        raise _broken(reason) from reason


def _broken(reason: Exception) -> BadFileError:
    return BadFileError(f"the base map's files are not whole: {reason}")


def _style(name: str) -> Style:
    if name not in STYLES:
        raise UnknownStyleError(f'no style "{name}" of the base map; there are {", ".join(STYLES)}')
    return STYLES[name]


def _widths(zoom: float, stroke: float) -> Widths:
    """Return the stroke widths of a zoom, in pixels."""

    def at(*widths: float) -> float:
        return stroke * float(np.interp(zoom, [3, 5, 7, 10], widths))

    return Widths(
        river=(at(0.6, 1.0, 1.5, 2.2), at(0.0, 0.7, 1.1, 1.7), at(0.0, 0.4, 0.8, 1.3)),
        shore=at(0.3, 0.6, 0.8, 1.0),
        other_border=at(0.5, 0.8, 1.0, 1.2),
        border=at(0.7, 1.1, 1.4, 1.8),
        casing=at(2.5, 5.0, 7.0, 9.0),
    )


def _flat(style: Style, size: int) -> Uint8Array:
    tile = np.zeros((size, size, 3 if style.ground else 4), np.uint8)
    tile[:] = style.outside if style.ground else (*style.water, 0)
    return tile


def _paint(canvas: Image.Image, colour: Colour, mask: Image.Image, share: float = 1.0) -> None:
    """Lay the colour over the canvas where the mask is, opaque or transparent alike."""
    if mask.getbbox() is None:
        return
    if share < 1:
        mask = mask.point([round(level * share) for level in range(256)])
    if canvas.mode == "RGB":
        canvas.paste(colour, mask=mask)
        return
    layer = Image.new("RGBA", canvas.size, colour)
    layer.putalpha(mask)
    canvas.alpha_composite(layer)


_TO_SHADE = [min(255, max(0, 128 - level) * 3) for level in range(256)]
_TO_LIGHT = [min(255, max(0, level - 128) * 2) for level in range(256)]
