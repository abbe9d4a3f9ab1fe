"""Letters as fields of distances to their outline, as maps in a browser draw names with them.

A glyph is 24 pixels high and has 3 more on each side; a byte is 191 on the outline, and 8 pixels
are 255. Source: glyphs.proto of Mapbox GL (fields of fontstack and glyph), and the encoding of
node-fontnik and tiny-sdf: ``255 - 255 (d / 8 + 1/4)``, d in pixels, below 0 inside.
"""

import functools

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import distance_transform_edt

from layers.render.canvas import typeface
from layers.render.varint import one

MEDIA_TYPE = "application/x-protobuf"
SIZE, BORDER_PX = 24, 3
RANGE = 256
LAST = 0xFFFF
"""Names of signs beyond it are none of the format."""
NAME = "Inter SemiBold"
"""What the font of the server's pictures is called."""
_RADIUS_PX, _CUTOFF = 8.0, 0.25
_ASCENDER_PX = 26
"""Tops of letters are told from there: what clients take the middle of a line to be by."""
_DOTS = 4
"""Dots a pixel that distances are measured in."""
_NOTHING = "\uffff"
"""No font has a letter for it: what is drawn stands for one that is missing."""


@functools.lru_cache(maxsize=64)
def encoded(font: bytes | None, first: int) -> bytes:
    """Return the letters from a code on, ``RANGE`` of them; those that the font lacks are left out.

    Parameters
    ----------
    font : bytes or None
        A font as ``typeface`` takes it.
    first : int
        A multiple of ``RANGE``, at most ``LAST``.
    """
    face = typeface(font, SIZE * _DOTS)
    missing = bytes(face.getmask(_NOTHING))
    letters = b"".join(
        _field(3, _glyph(face, code))
        for code in range(first, first + RANGE)
        if not 0xD800 <= code < 0xE000 and bytes(face.getmask(chr(code))) != missing
    )
    span = f"{first}-{first + RANGE - 1}"
    stack = _field(1, NAME.encode()) + _field(2, span.encode()) + letters
    return _field(1, stack)


def _glyph(face: ImageFont.FreeTypeFont, code: int) -> bytes:
    """Return one letter as a message."""
    word = chr(code)
    advance = round(face.getlength(word) / _DOTS)
    west, north, east, south = face.getbbox(word, anchor="ls")
    left, top = int(west // _DOTS), int(north // _DOTS)
    width, height = int(-(-east // _DOTS)) - left, int(-(-south // _DOTS)) - top
    bitmap = b""
    if east <= west or south <= north:
        left = top = width = height = 0
    else:
        bitmap = _field(2, _distances(face, word, (left, top, width, height)).tobytes())
    numbers = ((3, width), (4, height), (5, _zigzag(left)), (6, _zigzag(-top - _ASCENDER_PX)))
    body = _number(1, code) + bitmap
    body += b"".join(_number(field, number) for field, number in numbers)
    return body + _number(7, advance)


def _distances(
    face: ImageFont.FreeTypeFont, word: str, box: tuple[int, int, int, int]
) -> NDArray[np.uint8]:
    """Return the bytes of a letter whose box in pixels is left, top, width and height."""
    left, top, width, height = box
    size = ((width + 2 * BORDER_PX) * _DOTS, (height + 2 * BORDER_PX) * _DOTS)
    image = Image.new("L", size)
    corner = ((BORDER_PX - left) * _DOTS, (BORDER_PX - top) * _DOTS)
    ImageDraw.Draw(image).text(corner, word, 255, face, anchor="ls")
    inside = np.asarray(image) >= 128
    # From centre to centre: the outline lies half a dot before the next one.
    outer = distance_transform_edt(~inside) - 0.5
    inner = distance_transform_edt(inside) - 0.5
    dots: NDArray[np.float64] = np.where(inside, -inner, outer)
    if not inside.any():
        dots = np.full(inside.shape, 1e3)
    pixels = dots.reshape(size[1] // _DOTS, _DOTS, size[0] // _DOTS, _DOTS).mean(axis=(1, 3))
    found = 255 - 255 * (pixels / _DOTS / _RADIUS_PX + _CUTOFF)
    return np.asarray(np.clip(np.round(found), 0, 255), np.uint8)


def _zigzag(number: int) -> int:
    return 2 * number if number >= 0 else -2 * number - 1


def _number(field: int, number: int) -> bytes:
    return one(field << 3) + one(number)


def _field(field: int, body: bytes) -> bytes:
    return one(field << 3 | 2) + one(len(body)) + body
