"""OGC API Environmental Data Retrieval: values of surfaces and of stations, with uncertainty."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response

from layers import temporal
from layers.errors import BadParameterError
from layers.model import SurfaceInfo
from layers.views import projection
from mapserver import negotiation
from mapserver.documents import tilejson
from mapserver.documents.ogcapi import collection as described
from mapserver.documents.ogcapi import coverages, crs
from mapserver.documents.ogcapi.coverages import Coverage
from mapserver.documents.ogcapi.links import COVJSON, CSV, GEOJSON, HTML, JSON, Link, link, word
from mapserver.documents.ogcapi.page import Cell, Page, Section
from mapserver.documents.ogcapi.parameters import Observable
from mapserver.services.ogcapi import edr_query as query
from mapserver.services.ogcapi import edr_stations, edr_surfaces
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.ogcapi.described import title
from mapserver.services.ogcapi.part import Members, Parameter, Part, Route
from mapserver.services.site import Site

OUTPUTS: Mapping[str, str] = {"CoverageJSON": COVJSON, "GeoJSON": GEOJSON, "CSV": CSV}
FORMATS = {**OUTPUTS, "covjson": COVJSON, "json": COVJSON, "geojson": GEOJSON, "csv": CSV}
LISTS: Mapping[str, str] = {"GeoJSON": GEOJSON, "geojson": GEOJSON, "json": GEOJSON, "html": HTML}
TOO_LARGE = {413: "More values than are sent at once; the sentence says what can be left out."}


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


def own_keys(site: Site, collection: Collection) -> Sequence[Parameter]:
    """Return the keys that hang on the collection: its parameters, the threshold of a surface."""
    more = [query.THRESHOLD] if has_surfaces(site, collection) else []
    return [*query.names(known(site, collection)), *more]


# Answers


def position(asked: Asked) -> Response:
    """Answer ``position``: the values of surfaces at points."""
    _ready(asked, "coords")
    of, infos = edr_surfaces.wanted(asked), edr_surfaces.published(asked)
    return _sent(asked, edr_surfaces.at_points(asked, infos, of), of, infos)


def area(asked: Asked) -> Response:
    """Answer ``area``: all values within a polygon."""
    _ready(asked, "coords")
    shape = query.area(asked.query["coords"], query.system(asked.query))
    return _within(asked, shape)


def cube(asked: Asked) -> Response:
    """Answer ``cube``: all values within a box."""
    _ready(asked, "bbox")
    return _within(asked, query.box(asked.query["bbox"], query.system(asked.query)))


def _within(asked: Asked, shape: Any) -> Response:
    if has_surfaces(asked.site, asked.collection):
        of, infos = edr_surfaces.wanted(asked), edr_surfaces.published(asked)
        return _sent(asked, edr_surfaces.in_shape(asked, shape, infos, of), of, infos)
    of = _wanted(asked)
    return _sent(asked, edr_stations.in_shape(asked, shape, of), of)


def location(asked: Asked) -> Response:
    """Answer ``locations/{locationId}``: the series of one station."""
    _ready(asked)
    of = _wanted(asked)
    code = asked.words["locationId"].rstrip("/")
    return _sent(asked, edr_stations.at_station(asked, code, of), of)


def _wanted(asked: Asked) -> list[Observable]:
    every = edr_stations.known(asked.site, asked.collection, query.own(asked))
    return query.chosen(asked.query, every)[0]


def _ready(asked: Asked, needed: str = "") -> None:
    """Refuse what has no meaning before anything is read."""
    query.flat(asked.query, asked.collection.id)
    if needed and needed not in asked.query:
        raise BadParameterError(f"{needed} is missing")


def _sent(
    asked: Asked,
    found: Sequence[Coverage],
    of: Sequence[Observable],
    infos: Sequence[SurfaceInfo] = (),
) -> Response:
    system = query.system(asked.query)
    headers = {"Content-Crs": f"<{crs.uri(system.name)}>"}
    if len(infos) == 1:
        headers["X-Data-Time"] = f"{asked.collection.id}={temporal.word(infos[0].valid_time)}"
        headers["X-Data-Version"] = f"{asked.collection.id}={infos[0].token}"
    members = _facts(asked, infos)
    if asked.media_type == CSV:
        body = coverages.table(found, of, system, members["context"])
    else:
        write = coverages.covjson if asked.media_type == COVJSON else coverages.geojson
        body = negotiation.json_bytes(write(found, of, system, asked.language, members))
    fixed = "instanceId" in asked.words
    cache = negotiation.IMMUTABLE if fixed else negotiation.LATEST
    return asked.answer({}, body=body, cache=cache, headers=headers, linked=asked.itself())


def _facts(asked: Asked, infos: Sequence[SurfaceInfo]) -> dict[str, Any]:
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


# Lists


def locations(asked: Asked) -> Response:
    """Answer ``locations``: the stations."""
    of = known(asked.site, asked.collection, query.own(asked))
    features = edr_stations.features(asked, of)
    document = {
        "type": "FeatureCollection",
        "parameters": {each.id: each.metadata(asked.language) for each in of},
        "features": features,
        "numberReturned": len(features),
        **_facts(asked, ()),
        "links": asked.itself(),
    }
    return asked.answer(document, _locations_page(asked, features, document))


def _locations_page(
    asked: Asked, features: Sequence[Mapping[str, Any]], document: Mapping[str, Any]
) -> Page:
    rows: list[list[Cell]] = []
    for each in features:
        said = each["properties"]
        href = f"{said['edrqueryendpoint']}/{word(each['id'])}"
        rows.append([{"text": each["id"], "href": href}, said["name"], said["datetime"]])
    heading = asked.say("edr.locations")
    columns = ["id", asked.say("ogcapi.name"), asked.say("about.times")]
    return Page(
        title=f"{title(asked, asked.collection)} · {heading}",
        notice=document.get("notice", ""),
        sections=[Section(heading, columns=columns, rows=rows)],
    )


def instances(asked: Asked) -> Response:
    """Answer ``instances``: the version of every time."""
    kind = edr_surfaces.kind_of(asked.site, asked.collection)
    # The systems and parameters of hundreds of instances are told once, by the collection.
    found = [_instance(asked, info, brief=True) for info in reversed(kind.published())]
    heading = asked.say("edr.instances")
    rows: list[list[Cell]] = [
        [{"text": each["id"], "href": each["links"][0]["href"]}, each["title"]] for each in found
    ]
    page = Page(
        title=f"{title(asked, asked.collection)} · {heading}",
        sections=[Section(heading, columns=["id", asked.say("ogcapi.description")], rows=rows)],
    )
    return asked.answer({"links": asked.itself(), "instances": found}, page)


def instance(asked: Asked) -> Response:
    """Answer ``instances/{instanceId}``: one version of one time."""
    kind = edr_surfaces.kind_of(asked.site, asked.collection)
    info = kind.published_at(None, asked.words["instanceId"])
    found = _instance(asked, info)
    own = asked.itself()
    found["links"] = [*own, *(each for each in found["links"] if each["rel"] != "self")]
    facts: list[tuple[str, Cell]] = [("id", info.token), (asked.say("about.times"), found["time"])]
    page = Page(
        title=found["title"],
        sections=[Section(asked.say("ogcapi.about_collection"), facts=facts, links=found["links"])],
    )
    return asked.answer(found, page, cache=negotiation.LATEST)


def _instance(asked: Asked, info: SurfaceInfo, *, brief: bool = False) -> dict[str, Any]:
    here = f"/collections/{asked.collection.id}/instances/{info.token}"
    when = temporal.word(info.valid_time)
    said = asked.say("edr.instance", version=info.token, time=when)
    members = _queries(asked, asked.collection, here, ("position", "area", "cube"))
    found: dict[str, Any] = {
        "id": info.token,
        "title": said,
        "time": when,
        "extent": described.extent(info.grid.bounds, (info.valid_time, info.valid_time)),
        **members,
    }
    found["links"] = [link("self", asked.address(here), JSON, said), *members["links"]]
    if brief:
        del found["parameter_names"]
        for each in found["data_queries"].values():
            del each["link"]["variables"]["crs_details"]
    return found


# What a collection's document says


def _collection(asked: Asked, collection: Collection) -> Members:
    if not has_values(asked.site, collection):
        return {}
    here = f"/collections/{collection.id}"
    if has_surfaces(asked.site, collection):
        return _queries(asked, collection, here, ("position", "area", "cube", "instances"))
    return _queries(asked, collection, here, ("area", "cube", "locations", "items"))


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


def _queries(
    asked: Asked, collection: Collection, here: str, types: Sequence[str]
) -> dict[str, Any]:
    """Return links, parameters and queries of a collection or an instance."""
    links: list[Link] = []
    queries: dict[str, Any] = {}
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
        if name in _COORDS:
            told |= {"coords": _COORDS[name], "crs_details": _SYSTEMS}
        found = link("data", asked.address(f"{here}/{name}"), lists.get(name, COVJSON), said)
        # The features of a collection are linked already.
        if name != "items":
            links.append(found)
        queries[name] = {"link": {**found, "variables": told}}
    every = known(asked.site, collection, query.own(asked))
    return {
        "links": links,
        "data_queries": queries,
        "output_formats": [*OUTPUTS],
        "parameter_names": {each.id: each.metadata(asked.language) for each in every},
    }


_KEYS = (query.TIME, query.SYSTEM, query.HEIGHT)
_INSTANCE = {"instanceId": Parameter("instanceId", "A version of the data of one time.")}
_LOCATION = {"locationId": Parameter("locationId", "The code of a station.")}
_OF = "/collections/{collectionId}"
_BELOW = f"{_OF}/instances/{{instanceId}}"
Answer = Callable[[Asked], Response]


def _values(path: str, answer: Answer, summary: str, *keys: Parameter, **more: Any) -> Route:
    return Route(
        path, answer, summary, FORMATS, (*keys, *_KEYS), own=own_keys, cites=TOO_LARGE, **more
    )


_CONF = "http://www.opengis.net/spec/ogcapi-edr-1/"

PART = Part(
    name="edr",
    title="OGC API – Environmental Data Retrieval",
    conforms=(
        *(
            f"{_CONF}1.0/conf/{name}"
            for name in (
                "core",
                "collections",
                "json",
                "geojson",
                "edr-geojson",
                "covjson",
                "html",
                "oas30",
                "queries",
            )
        ),
        # The suite of the OGC looks for the class under this name.
        f"{_CONF}1.0/req/edr-geojson",
    ),
    routes=(
        _values(
            f"{_OF}/position", position, "Values at points", query.POINTS, offered=has_surfaces
        ),
        _values(f"{_OF}/area", area, "Values in an area", query.AREA, offered=has_values),
        _values(f"{_OF}/cube", cube, "Values in a box", query.BOX, offered=has_values),
        Route(
            f"{_OF}/locations",
            locations,
            "Stations",
            LISTS,
            (query.SOME_BOX, query.TIME),
            offered=has_series,
        ),
        _values(
            f"{_OF}/locations/{{locationId:path}}",
            location,
            "Values at a station",
            words=_LOCATION,
            offered=has_series,
        ),
        Route(f"{_OF}/instances", instances, "Versions of the data", offered=has_surfaces),
        Route(_BELOW, instance, "One version", words=_INSTANCE, offered=has_surfaces),
        _values(
            f"{_BELOW}/position",
            position,
            "Values of a version at points",
            query.POINTS,
            words=_INSTANCE,
            offered=has_surfaces,
        ),
        _values(
            f"{_BELOW}/area",
            area,
            "Values of a version in an area",
            query.AREA,
            words=_INSTANCE,
            offered=has_surfaces,
        ),
        _values(
            f"{_BELOW}/cube",
            cube,
            "Values of a version in a box",
            query.BOX,
            words=_INSTANCE,
            offered=has_surfaces,
        ),
    ),
    collection=_collection,
)
