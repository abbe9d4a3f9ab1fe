"""Colours of the classes of a style."""

import functools

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError
from layers.model import StyleDefinition
from layers.render import hatch

ColourArray = NDArray[np.uint8]

PLAIN = "#6B7480"
"""What has no palette is drawn in one quiet grey."""
FAULT = "#8A2B1E"
"""Faults are not: they are seen on land of every colour."""


def plain(style: StyleDefinition) -> str:
    """Return the one colour of a style without a palette."""
    return FAULT if style.symbol == "fault" else PLAIN


def words(style: StyleDefinition, breaks: tuple[float, ...] = ()) -> tuple[str, ...]:
    """Return one ``#RRGGBB`` a class, low to high.

    A palette with more colours than classes is thinned evenly, so that its ends are always used.

    Raises
    ------
    BadParameterError
        Where there are more classes than colours.
    """
    count = len(breaks or style.breaks) + 1
    if style.palette is None:
        return (PLAIN,) * count
    known = style.palette.colours
    if count > len(known):
        raise BadParameterError(
            f'{count} classes were asked of style "{style.id}"; '
            f'its ramp "{style.palette.id}" has {len(known)} colours'
        )
    return _thinned(known, count)


@functools.lru_cache(maxsize=1024)
def _thinned(known: tuple[str, ...], count: int) -> tuple[str, ...]:
    if count == 1:
        return (known[len(known) // 2],)
    return tuple(known[round(i * (len(known) - 1) / (count - 1))] for i in range(count))


def colours(style: StyleDefinition, breaks: tuple[float, ...] = ()) -> ColourArray:
    """Return RGBA, shape (classes + 1, 4): row 0 is "unknown", transparent; then low to high.

    Of a style that knows exclusions the ground and the lines of their hatch follow.
    """
    return _table(words(style, breaks), style.symbol == hatch.SYMBOL)


@functools.lru_cache(maxsize=1024)
def _table(colours: tuple[str, ...], hatched: bool) -> ColourArray:
    more = [hatch.GROUND, hatch.LINE] if hatched else []
    table = np.zeros((len(colours) + 1 + len(more), 4), np.uint8)
    table[1:] = [*(rgba(word) for word in colours), *more]
    table.flags.writeable = False
    return table


def rgba(word: str, alpha: int = 255) -> tuple[int, int, int, int]:
    """Return the four bytes of ``#RRGGBB``."""
    red, green, blue = bytes.fromhex(word.removeprefix("#"))
    return red, green, blue, alpha


def ink(fill: tuple[int, int, int, int]) -> str:
    """Return dark or white, whichever reads better on a colour (WCAG 2 relative luminance)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (byte / 255 for byte in fill[:3])
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    # The dark ink #1C2430 has luminance 0.017: both contrasts are equal at 0.2153.
    return "#1C2430" if luminance > 0.2153 - 0.0017 else "#FFFFFF"
