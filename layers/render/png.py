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
_LINES = 128


def indexed(classes: ClassArray, colours: ColourArray) -> bytes:
    """Return a paletted PNG.

    Parameters
    ----------
    classes : array of uint8, shape (height, width)
        Rows of ``colours``.
    colours : array of uint8, shape (n, 4)
        RGBA; up to 16 rows are written with 4 bits a pixel.
    """
    return of_lines(lines(classes, len(colours)), classes.shape[1], colours)


def lines(classes: ClassArray, count: int) -> ClassArray:
    """Return the lines of a paletted PNG of ``count`` colours, not yet compressed: (height, n).

    The first byte of each says that it is not filtered; 4 bits a pixel follow, or 8.
    """
    height, width = classes.shape
    depth = _depth(count)
    found = np.zeros((height, 1 + -(-width * depth // 8)), np.uint8)
    if depth == 4:
        even = classes if width % 2 == 0 else np.pad(classes, ((0, 0), (0, 1)))
        pairs = np.ascontiguousarray(even).view("<u2")
        for first in range(0, height, _LINES):  # what is in hand stays in the processor's cache
            part = pairs[first : first + _LINES]
            found[first : first + _LINES, 1:] = (part << 4) | (part >> 8)
    else:
        found[:, 1:] = classes
    return found


def enlarged(lines: ClassArray, rows: slice, cols: slice, count: int) -> ClassArray:
    """Return the lines of a picture that shows a part of another as large as the whole.

    The part is a square whose side divides that of the picture, in an even place where four bits
    make a pixel.
    """
    side, whole = rows.stop - rows.start, len(lines)
    factor = whole // side
    if _depth(count) == 8:
        part = lines[rows, 1 + cols.start : 1 + cols.stop]
    else:
        # Each byte is two pixels: as two bytes of two equal pixels it is twice as large.
        pairs = lines[rows, 1 + cols.start // 2 : 1 + cols.stop // 2]
        part = _TWICE[pairs].view(np.uint8).reshape(side, -1)
        factor //= 2
    found = np.zeros_like(lines)
    found[:, 1:] = part.repeat(factor, axis=1).repeat(whole // side, axis=0)
    return found


_TWICE = np.array([[(b >> 4) * 17, (b & 15) * 17] for b in range(256)], np.uint8).view("<u2")[:, 0]


def classes(lines: ClassArray, count: int) -> ClassArray:
    """Return the classes that lines of ``count`` colours stand for, but for their first byte."""
    if _depth(count) == 8:
        return lines
    pairs = lines.astype("<u2")
    return ((pairs >> 4) | ((pairs & 15) << 8)).view(np.uint8)


def of_lines(lines: ClassArray, width: int, colours: ColourArray) -> bytes:
    """Return the paletted PNG of lines."""
    head = _head(width, len(lines), _depth(len(colours)), colours.tobytes())
    return b"".join((head, _chunk(b"IDAT", isal_zlib.compress(lines, 1)), _END))


def _depth(count: int) -> int:
    return 4 if count <= 16 else 8


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
