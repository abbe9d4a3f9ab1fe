"""Which cells a surface has: a domain around the stations, and a zoom that suits their spacing."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from layers import geo
from layers.geo import Bounds, CellGrid
from layers.model import LayerDefinition

FloatArray = NDArray[np.float64]

CELLS_PER_SPACING = 10
"""Cells along the median distance between neighbouring stations: the field is smooth below that."""
LARGEST_CELLS = 2_000_000
SHALLOWEST, DEEPEST = 3, 12
DOMAIN_BUFFER, SMALL_BUFFER = 0.06, 0.5
"""Shares of the stations' extent that the domain reaches beyond them; the larger one holds up to
three degrees, so that not the frame but what the network knows ends a small network's surface."""


def grid_for(layer: LayerDefinition, lon: FloatArray, lat: FloatArray) -> CellGrid:
    """Return the cells of a layer's surfaces.

    Parameters
    ----------
    layer : LayerDefinition
        Its ``domain`` and ``native_zoom`` win where they are given.
    lon, lat : array of float, shape (n,)
        All stations of the quantity, degrees; n >= 1 unless the layer has a domain.
    """
    domain = layer.domain or _domain(lon, lat)
    if layer.native_zoom is not None:
        return CellGrid.covering(domain, layer.native_zoom)
    zoom = _zoom(domain, lon, lat)
    grid = CellGrid.covering(domain, zoom)
    while grid.width * grid.height > LARGEST_CELLS and zoom > 0:
        zoom -= 1
        grid = CellGrid.covering(domain, zoom)
    return grid


def _domain(lon: FloatArray, lat: FloatArray) -> Bounds:
    west, east = float(lon.min()), float(lon.max())
    south, north = float(lat.min()), float(lat.max())
    extent = max(east - west, north - south)
    more = max(0.5, DOMAIN_BUFFER * extent, min(3.0, SMALL_BUFFER * extent))
    return Bounds(
        max(-180.0, west - more),
        max(-85.0, south - more),
        min(180.0, east + more),
        min(85.0, north + more),
    )


def _zoom(domain: Bounds, lon: FloatArray, lat: FloatArray) -> int:
    x_m, y_m = geo.plane(domain, lon, lat)
    places = np.unique(np.column_stack([x_m, y_m]).round(), axis=0)
    if len(places) < 2:
        return SHALLOWEST + 2
    nearest_m, _ = cKDTree(places).query(places, k=[2])
    spacing_m = float(np.median(nearest_m))
    # The ground size of a cell shrinks with the cosine of the latitude.
    middle = math.radians((domain.south + domain.north) / 2)
    ground_m = geo.cell_m(0) * math.cos(middle)
    wanted = math.log2(ground_m * CELLS_PER_SPACING / max(spacing_m, 1.0))
    return min(DEEPEST, max(SHALLOWEST, math.ceil(wanted)))
