"""Which symbols of a crowd can be seen at all: what lies wholly below others need not be drawn."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from layers.render.canvas import Canvas

_SLACK_PX = math.sqrt(2) + 0.25
"""Half a pixel's diagonal for the centre that is rounded, half for the pixel, and a dot."""
_LOOK_EVERY = 64


def uppermost(
    canvas: Canvas,
    centres: NDArray[np.int64],
    order: Sequence[int],
    reach_px: Sequence[float],
    solid_px: Sequence[float],
) -> list[int]:
    """Return those of ``order`` of which something may be seen, in the same order.

    Parameters
    ----------
    centres : array of int, shape (n, 2)
        Places in dots of the canvas.
    order : sequence of int
        What is drawn, the lowest first; whatever is drawn hides all below it.
    reach_px, solid_px : sequence of float, length n
        Radius beyond which a symbol has no dot, and of the disc within which all dots are its own.
    """
    width, height = canvas.frame.width_px, canvas.frame.height_px
    covered = np.zeros((height, width), bool)
    where = (centres / canvas.unit).tolist()
    discs: dict[float, NDArray[np.bool_]] = {}
    found: list[int] = []
    for place, i in enumerate(reversed(order)):
        if place % _LOOK_EVERY == 0 and covered.all():
            break
        (x, y), reach = where[i], reach_px[i] + 1.0
        left, right = max(0, math.floor(x - reach)), min(width, math.ceil(x + reach))
        top, bottom = max(0, math.floor(y - reach)), min(height, math.ceil(y + reach))
        if left >= right or top >= bottom or covered[top:bottom, left:right].all():
            continue
        found.append(i)
        disc = discs.get(solid_px[i])
        if disc is None:
            disc = discs[solid_px[i]] = _disc(solid_px[i])
        _lay(covered, disc, round(x), round(y))
    return found[::-1]


def _disc(radius_px: float) -> NDArray[np.bool_]:
    """Return which pixels lie within a circle around the corner of four, shape (2 n, 2 n)."""
    side = max(0, math.floor(radius_px))
    centre = np.arange(-side, side) + 0.5
    return np.asarray(np.hypot(centre[:, None], centre) <= radius_px - _SLACK_PX)


def _lay(covered: NDArray[np.bool_], disc: NDArray[np.bool_], x: int, y: int) -> None:
    half = len(disc) // 2
    height, width = covered.shape
    top, left = max(0, y - half), max(0, x - half)
    bottom, right = min(height, y + half), min(width, x + half)
    if top < bottom and left < right:
        part = disc[top - y + half : bottom - y + half, left - x + half : right - x + half]
        covered[top:bottom, left:right] |= part
