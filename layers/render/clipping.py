"""A surface within an area: what is unknown there is hatched, what lies outside is left out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from layers.geo import mercator
from layers.render.basemap_coverage import coverage, edges
from layers.views import View

FloatArray = NDArray[np.float64]
Colour = tuple[int, int, int, int]

HATCH_PX = 8
"""From one line of the hatch to the next, as the page draws it."""


def inside(rings: Sequence[FloatArray], view: View) -> NDArray[np.uint8]:
    """Return how much of every pixel lies in an area: 0 to 255, shape (height, width).

    Parameters
    ----------
    rings : sequence of array of float, shape (n, 2)
        Longitude and latitude; holes run the other way.
    view : View
        Of EPSG:3857.
    """
    across, down = view.size
    placed = []
    for ring in rings:
        x_m, y_m = mercator(ring[:, 0], ring[:, 1])
        placed.append(np.stack([(x_m - view.west) / across, (view.north - y_m) / down], axis=1))
    return coverage(edges(placed), (view.height, view.width))


def clipped(
    rgba: NDArray[np.uint8], area: NDArray[np.uint8], opacity: float, hatch: Colour
) -> NDArray[np.uint8]:
    """Return a surface at an opacity, in an area alone, with a hatch where it has no colour.

    Parameters
    ----------
    rgba : array of uint8, shape (height, width, 4)
    area : array of uint8, shape (height, width)
        As ``inside`` gives it.
    """
    height, width = area.shape
    rows, cols = np.mgrid[0:height, 0:width]
    line = ((rows + cols) % HATCH_PX == 0) & (rgba[..., 3] == 0)
    found = np.where(line[..., None], np.array(hatch, np.uint8), rgba)
    share = np.where(line, 1.0, opacity) * (area / np.float32(255))
    found[..., 3] = np.rint(found[..., 3] * share)
    return found
