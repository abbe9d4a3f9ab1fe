"""The hatch of what is excluded: it lies where values would be, and no colour shows through it."""

import numpy as np
from numpy.typing import NDArray

ByteArray = NDArray[np.uint8]

SYMBOL = "suitability"
"""The symbol of styles that know exclusions."""
GROUND, LINE = (233, 236, 241, 160), (45, 52, 66, 255)
"""Light between dark lines: both are seen on a light map and on a dark one."""
PERIOD_PX, LINE_PX = 8, 3
"""In pixels of the map, dense ones twice as many. A side of a tile is a whole number of periods, so
that lines go on in the next one."""


def laid(
    classes: ByteArray,
    excluded: NDArray[np.bool_],
    count: int,
    dense: int = 1,
    origin: tuple[int, int] = (0, 0),
) -> ByteArray:
    """Return classes with the two colours of the hatch where something is excluded.

    Parameters
    ----------
    classes, excluded : array, shape (height, width)
    count : int
        Classes of the style; the ground is ``count`` + 1, lines are ``count`` + 2.
    dense : int
        Pixels of the picture for one of the map.
    origin : (row, column)
        Where the first pixel lies in the plane of the map: lines run through all its pictures.
    """
    if not excluded.any():
        return classes
    rows, cols = (
        (np.arange(size) + first) // dense
        for size, first in zip(classes.shape, origin, strict=True)
    )
    on_line = (cols[None, :] - rows[:, None]) % PERIOD_PX < LINE_PX
    marks = np.where(on_line, np.uint8(count + 2), np.uint8(count + 1))
    return np.where(excluded, marks, classes)
