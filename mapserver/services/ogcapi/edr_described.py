"""What documents say of values at places: queries, parameters, where values come from."""

from collections.abc import Mapping, Sequence
from typing import Any

from layers import temporal
from layers.geo import Bounds
from layers.model import SurfaceInfo
from layers.views import projection
from mapserver.documents import tilejson
from mapserver.documents.ogcapi import collection as described
from mapserver.documents.ogcapi.links import COVJSON, CSV, GEOJSON, JSON, Link, link
from mapserver.documents.ogcapi.parameters import Observable
from mapserver.services.ogcapi import edr_query as query
from mapserver.services.ogcapi import edr_stations, edr_surfaces
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.ogcapi.described import extent, is_empty
from mapserver.services.ogcapi.part import Members
from mapserver.services.site import Site

OUTPUTS: Mapping[str, str] = {"CoverageJSON": COVJSON, "GeoJSON": GEOJSON, "CSV": CSV}


def has_surfaces(site: Site, collection: Collection) -> bool:
    """Tell whether a collection has surfaces."""
    layer = collection.layer
    return layer is not None and layer.kind == "surface" and collection.measure is None


def has_series(site: Site, collection: Collection) -> bool:
    """Tell whether a collection has values of stations."""
    return collection.layer is None or collection.layer.kind == "stations"


def has_values(site: Site, collection: Collection) -> bool:
    """Tell whether a collection has values that are asked for by place."""
    return has_surfaces(site, collection) or has_series(site, collection)


def known(site: Site, collection: Collection, own: str = "") -> list[Observable]:
    """Return all parameters of a collection."""
    if has_surfaces(site, collection):
        return edr_surfaces.known(site, collection, own)
    return edr_stations.known(site, collection, own)


def facts(asked: Asked, infos: Sequence[SurfaceInfo]) -> dict[str, Any]:
    """Return what stands beside values: where they come from, and which versions they are."""
    site, layer = asked.site, asked.collection.layer
    mark = context = str(site.catalog.definition.context)
    found: dict[str, Any] = {"context": context}
    if layer is None:
        networks = site.store.shown_networks(site.audience, site.now())
        found["attribution"] = "; ".join(dict.fromkeys(n.attribution or n.name for n in networks))
    else:
        mark = tilejson.notice(layer, site.catalog.definition)
        found["attribution"] = site.credited(layer).attribution
        found["licence"] = layer.licence
    found["notice"] = described.notice_of(mark, asked.language)
    found = {key: text for key, text in found.items() if text}
    if infos:
        found["versions"] = {temporal.word(info.valid_time): info.token for info in infos}
    return found


def members(asked: Asked, collection: Collection) -> Members:
    """Return what the document of a collection says of its values."""
    if not has_values(asked.site, collection) or is_empty(asked.site, collection):
        return {}
    here = f"/collections/{collection.id}"
    types: Sequence[str] = ("area", "cube", "locations", "items")
    if has_surfaces(asked.site, collection):
        types = ("position", "area", "cube", "instances")
    return queries(asked, collection, here, types, extent(asked.site, collection)[0])


_SYSTEMS = [
    {"crs": name, "wkt": projection(system).crs.to_wkt()}
    for name, system in (
        ("CRS84", "CRS:84"),
        ("EPSG:4326", "EPSG:4326"),
        ("EPSG:3857", "EPSG:3857"),
    )
]
_COORDS = {
    "position": query.POINTS.description,
    "area": query.AREA.description,
    "cube": query.BOX.description,
}


def _example(name: str, bounds: Bounds) -> str:
    """Return the middle of the data as a question, for a link that leads to an answer."""
    x, y = (bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2
    if name == "position":
        return f"POINT({x:.3f} {y:.3f})"
    west, south, east, north = (f"{v:.3f}" for v in (x - 0.5, y - 0.5, x + 0.5, y + 0.5))
    if name == "cube":
        return f"{west},{south},{east},{north}"
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return f"POLYGON(({','.join(' '.join(corner) for corner in corners)}))"


def queries(
    asked: Asked, collection: Collection, here: str, types: Sequence[str], bounds: Bounds
) -> dict[str, Any]:
    """Return links, parameters and queries of a collection or an instance.

    The links among ``links`` are examples that lead to an answer; those of ``data_queries`` are
    templates.
    """
    links: list[Link] = []
    told_of: dict[str, Any] = {}
    for name in types:
        said = asked.say(f"edr.{name}")
        lists = {"instances": JSON, "locations": GEOJSON, "items": GEOJSON}
        outputs = [*OUTPUTS] if name not in lists or name == "locations" else ["GeoJSON"]
        if name == "instances":
            outputs = ["JSON"]
        told: dict[str, Any] = {
            "title": said,
            "query_type": name,
            "output_formats": outputs,
            "default_output_format": outputs[0],
        }
        address = asked.address(f"{here}/{name}")
        media_type = lists.get(name, COVJSON)
        found = link("data", address, media_type, said)
        if name in _COORDS:
            told |= {"coords": _COORDS[name], "crs_details": _SYSTEMS}
            key = "bbox" if name == "cube" else "coords"
            found |= {"href": f"{address}?{key}={{{key}}}", "templated": True}
            example = {key: _example(name, bounds)}
            links.append(link("data", asked.address(f"{here}/{name}", **example), media_type, said))
        elif name != "items":  # the features of a collection are linked already
            links.append(found)
        told_of[name] = {"link": {**found, "variables": told}}
    every = known(asked.site, collection, query.own(asked))
    return {
        "links": links,
        "data_queries": told_of,
        "output_formats": [*OUTPUTS],
        "parameter_names": {each.id: each.metadata(asked.language) for each in every},
    }
