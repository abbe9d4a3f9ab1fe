"""The map that stands on every page for people: of its collection, else of what is shown first."""

from layers.geo import Bounds
from mapserver.documents.ogcapi import collection as described
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import pictured
from mapserver.services.ogcapi.described import extent
from mapserver.services.ogcapi.drawn import first


def picture_of(asked: Asked) -> str:
    """Return the address of a picture of layers above the land."""
    if not asked.route.of_collection:
        return _address(asked, [each.id for each in first(asked.site)], _whole(asked))
    shown = asked.collection
    bounds, _ = extent(asked.site, shown)
    style = {"STYLES": shown.styles[0].id} if shown.styles else {}
    return _address(asked, pictured(asked.site, shown), bounds, **style)


def _address(asked: Asked, layers: list[str], bounds: Bounds, **query: str) -> str:
    base_url = asked.site.base_url(asked.request)
    return described.picture_address(base_url, layers, bounds, LANGUAGE=asked.language, **query)


def _whole(asked: Asked) -> Bounds:
    """Return the box of all layers that have data and are not the land."""
    site = asked.site
    boxes = [
        site.catalog.kind(layer.id).extent().bounds
        for layer in site.catalog.layers.values()
        if layer.kind != "basemap" and layer.visible
    ] or [Bounds(-180.0, -85.0, 180.0, 85.0)]
    return Bounds(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )
