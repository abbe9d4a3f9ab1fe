"""Features drawn in a view of any coordinate reference system."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import HALF_WORLD_M, cell_m
from layers.model import Features, StyleDefinition
from layers.render.canvas import FloatArray, Frame
from layers.render.draw import painted
from layers.views import View

_HAIR = 1e-6
_PIXEL_M = cell_m(0)
_EDGE_PX, _EDGES = 32, 5_000


def picture(
    features: Features,
    style: StyleDefinition,
    view: View,
    font: bytes | None = None,
    language: str = "",
) -> NDArray[np.uint8]:
    """Return the picture of a view, RGBA of shape (height, width, 4).

    Sizes of symbols and letters are those of tiles. A view of EPSG:3857 whose pixels are those
    of a zoom shows what its tiles show.
    """
    found, frame = laid(features, view)
    return painted(found, style, frame, font, language)


def laid(features: Features, view: View) -> tuple[Features, Frame]:
    """Return features and a frame in which they lie as in a view."""
    frame = _of_zoom(view)
    return _laid(features, view) if frame is None else (features, frame)


def _of_zoom(view: View) -> Frame | None:
    """Return the frame in the pixels of a zoom where a view is one, else None."""
    if view.crs != "EPSG:3857":
        return None
    across, down = view.size
    zoom = round(math.log2(_PIXEL_M / across))
    pixel_m = _PIXEL_M / 2.0**zoom
    west, north = (view.west + HALF_WORLD_M) / pixel_m, (HALF_WORLD_M - view.north) / pixel_m
    longest = max(view.width, view.height)
    even = (
        abs(across / pixel_m - 1) * longest < _HAIR
        and abs(down / pixel_m - 1) * longest < _HAIR
        and abs(west - round(west)) < 1e3 * _HAIR
        and abs(north - round(north)) < 1e3 * _HAIR
    )
    if zoom < 0 or not even:
        return None
    return Frame(zoom, round(west), round(north), view.width, view.height)


def _laid(features: Features, view: View) -> tuple[Features, Frame]:
    """Return features on a plane whose pixels of zoom 0 are those of the view, and its frame there.

    Pixels are counted from the origin of the system, so that two views of one scale that lie a
    whole number of pixels apart show the same.
    """
    across, down = view.size
    west, north = math.floor(view.west / across + _HAIR), math.floor(-view.north / down + _HAIR)
    beyond = view.west / across - west, -view.north / down - north

    def onto(coordinates: FloatArray) -> FloatArray:
        x, y = view.projection.from_mercator(coordinates[:, 0], coordinates[:, 1])
        return np.column_stack(
            (
                (x / across - beyond[0]) * _PIXEL_M - HALF_WORLD_M,
                HALF_WORLD_M - (-y / down - beyond[1]) * _PIXEL_M,
            )
        )

    geometry = features.geometry
    if view.crs != "EPSG:3857":
        # An edge is straight in EPSG:3857; it is bent here, at a bounded number of points.
        length = np.maximum(shapely.length(geometry) / _EDGES, _EDGE_PX * view.pixel_m)
        geometry = shapely.segmentize(geometry, length)
    moved = np.asarray(shapely.transform(geometry, onto), dtype=object)
    kept: list[int] = np.flatnonzero(np.isfinite(shapely.bounds(moved)).all(axis=1)).tolist()
    found = Features(
        moved[kept],
        [features.ids[i] for i in kept],
        {name: [column[i] for i in kept] for name, column in features.properties.items()},
    )
    return found, Frame(0, west, north, view.width, view.height)
