"""OGC API Environmental Data Retrieval: values of surfaces and of stations, with uncertainty."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response

from layers import temporal
from layers.errors import BadParameterError
from layers.model import SurfaceInfo
from mapserver import negotiation
from mapserver.documents.ogcapi import coverages, crs
from mapserver.documents.ogcapi.coverages import Coverage
from mapserver.documents.ogcapi.links import COVJSON, CSV, GEOJSON, HTML
from mapserver.documents.ogcapi.parameters import Observable
from mapserver.services.ogcapi import edr_query as query
from mapserver.services.ogcapi import edr_stations, edr_surfaces
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.ogcapi.edr_described import (
    OUTPUTS,
    facts,
    has_series,
    has_surfaces,
    has_values,
    known,
    members,
)
from mapserver.services.ogcapi.edr_lists import instance, instances, locations
from mapserver.services.ogcapi.part import Parameter, Part, Route
from mapserver.services.site import Site

FORMATS = {**OUTPUTS, "covjson": COVJSON, "json": COVJSON, "geojson": GEOJSON, "csv": CSV}
LISTS: Mapping[str, str] = {"GeoJSON": GEOJSON, "geojson": GEOJSON, "json": GEOJSON, "html": HTML}
TOO_LARGE = {413: "More values than are sent at once; the sentence says what can be left out."}


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
    said = facts(asked, infos)
    if asked.media_type == CSV:
        body = coverages.table(found, of, system, said["context"])
    else:
        write = coverages.covjson if asked.media_type == COVJSON else coverages.geojson
        body = negotiation.json_bytes(write(found, of, system, asked.language, said))
    # Of an instance too: units, titles and licence in it are the catalogue's.
    return asked.answer({}, body=body, headers=headers, linked=asked.itself())


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
    collection=members,
)
