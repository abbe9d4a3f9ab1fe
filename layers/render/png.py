"""PNG, written chunk by chunk: a paletted tile takes a tenth of a millisecond.

Source: Portable Network Graphics (PNG) Specification, third edition, W3C 2025.
"""

import functools
import struct
import zlib

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from layers.render.ramp import ColourArray
from layers.render.surface import ClassArray

MEDIA_TYPE = "image/png"

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INDEXED, _RGB, _RGBA = 3, 2, 6
_UP = 2


def indexed(classes: ClassArray, colours: ColourArray) -> bytes:
    """Return a paletted PNG.

    Parameters
    ----------
    classes : array of uint8, shape (height, width)
        Rows of ``colours``.
    colours : array of uint8, shape (n, 4)
        RGBA; up to 16 rows are written with 4 bits a pixel.
    """
    height, width = classes.shape
    depth = 4 if len(colours) <= 16 else 8
    lines = np.zeros((height, 1 + -(-width * depth // 8)), np.uint8)  # first byte: no filter
    if depth == 4:
        even = classes if width % 2 == 0 else np.pad(classes, ((0, 0), (0, 1)))
        pairs = np.ascontiguousarray(even).view("<u2")
        lines[:, 1:] = (pairs << 4) | (pairs >> 8)
    else:
        lines[:, 1:] = classes
    return b"".join(
        (
            _head(width, height, depth, colours.tobytes()),
            _chunk(b"IDAT", isal_zlib.compress(lines, 1)),
            _END,
        )
    )


@functools.lru_cache(maxsize=1024)
def _head(width: int, height: int, depth: int, rgba: bytes) -> bytes:
    """Return all that stands before the pixels of a paletted PNG."""
    opacity = rgba[3::4].rstrip(b"\xff")
    palette = b"".join(rgba[i : i + 3] for i in range(0, len(rgba), 4))
    return b"".join(
        (
            _SIGNATURE,
            _header(width, height, depth, _INDEXED),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", opacity) if opacity else b"",
        )
    )


def picture(rgba: NDArray[np.uint8]) -> bytes:
    """Return a truecolour PNG of shape (height, width, 4), without alpha where all is opaque.

    Lines are written as the difference to the one above: relief and drawn symbols shrink by it,
    and a decoder gives back the same bytes.
    """
    height, width, _ = rgba.shape
    opaque = bool((rgba[:, :, 3] == 255).all())
    pixels = np.ascontiguousarray(rgba[:, :, :3] if opaque else rgba).reshape(height, -1)
    lines = np.empty((height, pixels.shape[1] + 1), np.uint8)
    lines[:, 0] = _UP
    lines[0, 1:] = pixels[0]
    np.subtract(pixels[1:], pixels[:-1], out=lines[1:, 1:])
    return b"".join(
        (
            _SIGNATURE,
            _header(width, height, 8, _RGB if opaque else _RGBA),
            _chunk(b"IDAT", isal_zlib.compress(lines, 2)),
            _END,
        )
    )


@functools.cache
def empty(size_px: int) -> bytes:
    """Return the one transparent tile of that size."""
    nothing = np.zeros((size_px, size_px), np.uint8)
    return indexed(nothing, np.zeros((1, 4), np.uint8))


def _header(width: int, height: int, depth: int, colour: int) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


_END = _chunk(b"IEND", b"")
