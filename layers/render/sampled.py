"""Cells to the classes of a view's pixels, however the view lies over them."""

from layers.model import Raster, StyleDefinition
from layers.render.surface import ClassArray, classified


def classes(raster: Raster, style: StyleDefinition, breaks: tuple[float, ...] = ()) -> ClassArray:
    """Return the class of every pixel of a view, as ``surface.classes`` does for a tile.

    Each cell is classed once, however many pixels show it.

    Returns
    -------
    array of uint8, shape (height, width)
        0 where the value is unknown, else 1 + the number of breaks at or below the value.
    """
    found = classified(raster.bands["value"], breaks or style.breaks)
    rows, cols = raster.rows, raster.cols
    if rows is None or cols is None:
        return found
    if 1 in rows.shape and 1 in cols.shape:
        across = found.take(cols.ravel(), axis=1, mode="clip")
        return across.take(rows.ravel(), axis=0, mode="clip")
    shown: ClassArray = found.ravel().take(rows * found.shape[1] + cols, mode="clip")
    return shown
