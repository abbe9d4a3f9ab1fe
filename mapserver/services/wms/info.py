"""GetFeatureInfo: what the layers know of one pixel of a map, the same as ``/api/v1/point``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from flask import Response, request

from layers.errors import nearest
from layers.geo import Point, lonlat
from layers.views import View
from mapserver import negotiation
from mapserver.documents import wms_gml, wms_info
from mapserver.documents.wms_capabilities import GML, INFO_FORMATS, queryable
from mapserver.services.point import AsShown, told
from mapserver.services.site import Site
from mapserver.services.wms.maps import asked
from mapserver.services.wms.moments import moment
from mapserver.services.wms.query import WHOLE, Query, Shown, WmsError

MOST_FEATURES = 100
WRITERS: Mapping[str, Callable[[wms_info.Found, Point | None], str]] = {
    "text/plain": wms_info.text,
    "text/html": wms_info.html,
    GML: wms_gml.document,
}


def answer(site: Site, query: Query) -> Response:
    """Answer GetFeatureInfo."""
    view, layers = asked(site, query)
    media_type = info_format(query.get("INFO_FORMAT"))
    count = query.whole("FEATURE_COUNT", 1, 1_000_000, 1)
    place = _place(query, view)
    found = [] if place is None else _found(site, query, layers, place, min(count, MOST_FEATURES))
    return written(found, place, media_type)


def info_format(text: str) -> str:
    """Return a format of what a click finds; of none asked for, the first.

    Raises
    ------
    WmsError
        InvalidFormat for one that is not offered.
    """
    media_type = text.lower() or INFO_FORMATS[0]
    if media_type not in INFO_FORMATS:
        near = nearest(media_type, INFO_FORMATS)
        offered = ", ".join(INFO_FORMATS)
        raise WmsError(f'no format "{media_type}"; known are {offered}{near}', "InvalidFormat")
    return media_type


def written(found: wms_info.Found, place: Point | None, media_type: str) -> Response:
    """Return what was found at a place in a format of ``INFO_FORMATS``."""
    if media_type == "application/json":
        document = wms_info.collection(found, place)
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)
    body = WRITERS[media_type](found, place).encode()
    return negotiation.answer(body, media_type, request, cache=negotiation.SHORT)


def _place(query: Query, view: View) -> Point | None:
    """Return the middle of the pixel that is asked for; None where it is nowhere on Earth.

    Raises
    ------
    WmsError
        InvalidPoint for a pixel that is not in the map.
    """
    keys = (("I", "X"), ("J", "Y")) if query.version == "1.3.0" else (("X", "I"), ("Y", "J"))
    words = [query.need(*pair) for pair in keys]
    col, row = (int(word) if WHOLE.fullmatch(word) else -1 for word in words)
    if not (0 <= col < view.width and 0 <= row < view.height):
        raise WmsError(f"pixel {','.join(words)} is not in the map", "InvalidPoint")
    return middle(view, row, col)


def middle(view: View, row: int, col: int) -> Point | None:
    """Return the middle of a pixel; None where it is nowhere on Earth."""
    across, down = view.size
    x_m, y_m = view.projection.to_mercator(
        np.array([view.west + (col + 0.5) * across]), np.array([view.north - (row + 0.5) * down])
    )
    lon, lat = (float(v[0]) for v in lonlat(x_m, y_m))
    return Point(lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _found(
    site: Site, query: Query, layers: Sequence[Shown], place: Point, count: int
) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(query.need("QUERY_LAYERS").split(",")))
    drawn = {each.layer.id: each for each in layers}
    found = []
    for name in names:
        layer = site.catalog.named(name)
        if layer.id not in drawn:
            raise WmsError(f'layer "{name}" is not in the map', "LayerNotDefined")
        if not queryable(layer):
            raise WmsError(f'layer "{name}" is a picture without values', "LayerNotQueryable")
        at = moment(layer, site.catalog.kind(layer.id), query.get("TIME"))
        shown, options = drawn[layer.id], drawn[layer.id].options
        chosen = AsShown(shown.style, options.threshold, options.weights, options.scenario)
        entry = told(site, layer, place, at, chosen)
        if "features" in entry:
            entry["features"] = entry["features"][:count]
        if "nearest_stations" in entry:
            entry["nearest_stations"] = entry["nearest_stations"][:count]
        found.append(entry)
    return found
