"""Tile matrix sets and tile sets, as OGC Two Dimensional Tile Matrix Set 2.0 writes them."""

import functools
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from layers import geo
from layers.geo import Bounds
from layers.views import QUADS, Quad
from mapserver.documents.ogcapi import crs
from mapserver.documents.ogcapi.links import Link

HAIR = 1e-9
"""Of a tile: an edge that lies on the border of a tile does not reach into the next one."""


@functools.cache
def tile_matrix_set(set_id: str) -> Mapping[str, Any]:
    """Return the definition of a set as it is registered, down to the deepest level offered."""
    registered = geo.tile_matrix_set(set_id)
    found: dict[str, Any] = json.loads(registered.model_dump_json(exclude_none=True))
    found["tileMatrices"] = found["tileMatrices"][: QUADS[set_id].levels]
    return found


def limits(quad: Quad, bounds: Bounds, margin: float) -> list[dict[str, Any]]:
    """Return which tiles of each level a box of degrees touches."""
    found = []
    for level in range(quad.levels):
        rows, cols = within(quad, bounds, level, margin)
        keys = ("minTileRow", "maxTileRow", "minTileCol", "maxTileCol")
        limit = dict(zip(keys, (*rows, *cols), strict=True))
        found.append({"tileMatrix": str(level), **limit})
    return found


def within(
    quad: Quad, bounds: Bounds, level: int, margin: float
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the first and last row, and the first and last column, that a box touches.

    ``margin`` is what is added on each side, as a part of a tile.
    """
    west, south, east, north = _box(quad, bounds)
    rows, cols = quad.size(level)
    side = quad.side / 2**level
    more = margin - HAIR

    def held(place: float, count: int) -> int:
        return max(0, min(math.floor(place), count - 1))

    return (
        held((quad.north - north) / side - more, rows),
        held((quad.north - south) / side + more, rows),
    ), (
        held((west - quad.west) / side - more, cols),
        held((east - quad.west) / side + more, cols),
    )


@functools.lru_cache(maxsize=1_024)
def _box(quad: Quad, bounds: Bounds) -> tuple[float, float, float, float]:
    """Return a box of degrees in the system of a set."""
    if quad.crs == "CRS:84":
        return bounds.as_tuple()
    west, south = geo.mercator(bounds.west, bounds.south)
    east, north = geo.mercator(bounds.east, bounds.north)
    return float(west), float(south), float(east), float(north)


def tile_set(
    quad: Quad, title: str, kind: str, links: Sequence[Link], **more: Any
) -> dict[str, Any]:
    """Return what stands of a tile set in a list; ``kind`` is "map" or "vector"."""
    return {
        "title": title,
        "dataType": kind,
        "crs": crs.uri(quad.crs),
        "tileMatrixSetURI": tile_matrix_set(quad.id)["uri"],
        "links": list(links),
        **more,
    }


def bounding_box(bounds: Bounds) -> dict[str, Any]:
    """Return a box as tile sets tell it."""
    west, south, east, north = (round(v, 6) for v in bounds.as_tuple())
    return {"lowerLeft": [west, south], "upperRight": [east, north], "crs": crs.CRS84}
