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
    excluded = raster.excluded
    if raster.at_pixels is not None:
        found = raster.at_pixels(found)
        if excluded is not None:
            excluded = raster.at_pixels(excluded.view(np.uint8)).view(bool)
    if excluded is None:
        return found
    return hatch.laid(found, excluded, len(limits) + 1, 1, origin)
