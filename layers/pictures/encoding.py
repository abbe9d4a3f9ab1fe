"""Pixels become the bytes of a picture's format, and texts become pictures."""

import io
import textwrap
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from layers.render import png, webp

Uint8Array = NDArray[np.uint8]
Colour = tuple[int, int, int]

MEDIA_TYPES: Mapping[str, str] = {
    "png": png.MEDIA_TYPE,
    "png8": "image/png; mode=8bit",
    "webp": webp.MEDIA_TYPE,
    "jpeg": "image/jpeg",
}
FORMATS = tuple(MEDIA_TYPES)
_OPAQUE_ONLY = ("jpeg",)
_WHITE = (255, 255, 255)
_COLOURS = 256
_LOOKED_AT = {"webp": 45, "jpeg": 58}
"""Quality of what is only looked at: letters are still read well."""
_LETTER_PX, _LINE_PX, _EDGE_PX = 13, 17, 8


def encoded(rgba: Uint8Array, image: str) -> bytes:
    """Return RGBA of shape (height, width, 4) in one of ``FORMATS``; "png8" has 256 colours."""
    if image == "png":
        return png.picture(rgba)
    if image == "webp":
        return webp.picture(rgba)
    stream = io.BytesIO()
    if image == "jpeg":
        Image.fromarray(rgba[..., :3]).save(stream, "JPEG", quality=85)
        return stream.getvalue()
    few = Image.fromarray(rgba).quantize(_COLOURS, Image.Quantize.FASTOCTREE)
    few.save(stream, "PNG", compress_level=2)
    return stream.getvalue()


def scenery(rgba: Uint8Array, image: str) -> bytes:
    """Return an opaque picture to be looked at, not to be measured: a few of its colours or less.

    On a slow line the whole map then weighs as much as two or three tiles.
    """
    stream = io.BytesIO()
    picture = Image.fromarray(rgba).convert("RGB")
    if image == "png":
        _of_few_colours(picture).save(stream, "PNG", optimize=True)
    elif image == "webp":
        picture.save(stream, "WEBP", quality=_LOOKED_AT[image], method=4)
    else:
        picture.save(stream, "JPEG", quality=_LOOKED_AT[image], optimize=True, progressive=True)
    return stream.getvalue()


def _of_few_colours(picture: Image.Image) -> Image.Image:
    """Return an RGB picture with a palette, each colour the mean of what it stands for.

    The colours that are found are far from each other, and none is in the middle of its own: all of
    a land would be tinted.
    """
    few = picture.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE)
    chosen, rgb = np.asarray(few).ravel(), np.asarray(picture).reshape(-1, 3).T
    pixels = np.maximum(np.bincount(chosen, minlength=_COLOURS), 1)
    sums = np.stack([np.bincount(chosen, band, _COLOURS) for band in rgb], axis=1)
    few.putpalette(np.rint(sums / pixels[:, None]).astype(np.uint8).tobytes())
    return few


def classed(classes: Uint8Array, colours: Uint8Array, image: str) -> bytes:
    """Return a picture of few colours: ``classes`` are rows of ``colours``, RGBA."""
    if image in ("png", "png8"):
        return png.indexed(classes, colours)
    return encoded(colours[classes], image)


def ground_of(ground: Colour | None, image: str) -> Colour | None:
    """Return what lies below in a format: white where it knows nothing transparent."""
    return _WHITE if ground is None and image in _OPAQUE_ONLY else ground


def blank(width: int, height: int, ground: Colour | None, image: str) -> bytes:
    """Return a picture of nothing: transparent, or of one colour."""
    ground = ground_of(ground, image)
    colour = (0, 0, 0, 0) if ground is None else (*ground, 255)
    return classed(np.zeros((height, width), np.uint8), np.array([colour], np.uint8), image)


def noted(width: int, height: int, ground: Colour | None, image: str, text: str) -> bytes:
    """Return a picture that says a text, as much of it as there is room for."""
    ground = ground_of(ground, image)
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0) if ground is None else (*ground, 255))
    font = ImageFont.load_default(_LETTER_PX)
    room = max(4, (width - 2 * _EDGE_PX) // 7)
    pen = ImageDraw.Draw(picture)
    # The built-in font knows ASCII and a little more; what it lacks would be an empty box.
    plain = text.encode("ascii", "replace").decode()
    for number, line in enumerate(textwrap.wrap(plain, room)):
        place = (_EDGE_PX, _EDGE_PX + number * _LINE_PX)
        pen.text(place, line, (176, 0, 32), font, stroke_width=2, stroke_fill=(255, 255, 255))
    return encoded(np.asarray(picture), image)
