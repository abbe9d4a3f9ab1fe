"""Where the centres of pixels lie, in degrees: for values that are functions of the place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.geo import HALF_WORLD_M, Window, lonlat
from layers.views import View

FloatArray = NDArray[np.floating[Any]]


def pixel_places(window: Window | View) -> tuple[FloatArray, FloatArray]:
    """Return longitudes and latitudes of pixel centres, both of the picture's shape.

    NaN where a pixel of a view has no place.
    """
    if isinstance(window, View):
        # In metres from the corner of the world: "cells" of one metre.
        rows, cols = window.positions(1.0, 0, 0)
        lon, lat = lonlat(cols.astype(float) - HALF_WORLD_M, HALF_WORLD_M - rows.astype(float))
        shape = (window.height, window.width)
    else:
        west, south, east, north = window.bounds_m
        step = np.arange(window.size_px) + 0.5
        lon, lat = lonlat(
            west + step[None, :] * (east - west) / window.size_px,
            north - step[:, None] * (north - south) / window.size_px,
        )
        shape = (window.size_px, window.size_px)
    return np.broadcast_to(lon, shape), np.broadcast_to(lat, shape)
