"""Cells to the classes of a view's pixels, however the view lies over them."""

import numpy as np

from layers.model import Raster, StyleDefinition
from layers.render import hatch
from layers.render.surface import ClassArray, classified, on_scale


def classes(
    raster: Raster,
    style: StyleDefinition,
    breaks: tuple[float, ...] = (),
    origin: tuple[int, int] = (0, 0),
) -> ClassArray:
    """Return the class of every pixel of a view, as ``surface.classes`` does for a tile.

    Each cell is classed once, however many pixels show it.

    Returns
    -------
    array of uint8, shape (height, width)
        0 where the value is unknown, else 1 + the number of breaks at or below the value; what is
        excluded is hatched, from ``origin`` on (the first row and column in the plane of the map).
    """
    value = raster.bands["value"]
    limits = breaks or style.breaks
    known = ~np.isnan(value) if raster.known is None else raster.known
    rising = on_scale(raster.scale, limits)
    found = classified(value, known, rising)
    shown = _at_pixels(found, raster)
    if raster.excluded is None:
        return shown
    excluded = _at_pixels(raster.excluded.view(np.uint8), raster).view(bool)
    return hatch.laid(shown, excluded, len(limits) + 1, 1, origin)


def _at_pixels(found: ClassArray, raster: Raster) -> ClassArray:
    rows, cols = raster.rows, raster.cols
    if rows is None or cols is None:
        return found
    framed = np.zeros((found.shape[0] + 1, found.shape[1] + 1), np.uint8)
    framed[:-1, :-1] = found
    if rows.shape[1] == 1 and cols.shape[0] == 1:
        across = framed.take(cols.ravel(), axis=1, mode="clip")
        return across.take(rows.ravel(), axis=0, mode="clip")
    place = rows * np.int32(framed.shape[1])
    place += cols
    shown: ClassArray = framed.ravel().take(place, mode="clip")
    return shown
