"""OGC API Tiles 1.0: vector tiles and map tiles of one collection or of several."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response

from layers.errors import (
    NoSurfaceError,
)
from layers.views import QUADS, Quad
from mapserver.documents.ogcapi import tile_sets
from mapserver.documents.ogcapi.links import JSON, OGC_REL, SCHEMA, Link, link
from mapserver.documents.ogcapi.page import Page, Section
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection, has_items, has_maps
from mapserver.services.ogcapi.described import extent, is_empty, title
from mapserver.services.ogcapi.drawn import (
    COLLECTIONS,
    DATETIME,
    IMAGES,
    SHOWN,
    STYLE,
    sheets,
    told,
)
from mapserver.services.ogcapi.part import Members, Parameter, Part, Route
from mapserver.services.ogcapi.tile_answers import (
    MAP_SETS,
    VECTOR,
    VECTOR_SETS,
    Kind,
    bounds_of,
    has_vector,
    map_tile,
    margin_of,
    quad_of,
    shown_of,
    vector_tile,
)
from mapserver.services.site import Site


def _offered(kind: Kind) -> Callable[[Site, Collection], bool]:
    return has_vector if kind == "vector" else has_maps


def _sets(kind: Kind) -> Sequence[str]:
    return VECTOR_SETS if kind == "vector" else MAP_SETS


# Sets


def matrix_sets(asked: Asked) -> Response:
    """Answer ``/tileMatrixSets``."""
    listed = [
        {
            "id": name,
            "title": tile_sets.tile_matrix_set(name)["title"],
            "uri": tile_sets.tile_matrix_set(name)["uri"],
            "crs": tile_sets.tile_matrix_set(name)["crs"],
            "links": [link("self", asked.address(f"/tileMatrixSets/{name}"), JSON, name)],
        }
        for name in QUADS
    ]
    document = {"links": asked.itself(), "tileMatrixSets": listed}
    rows = [
        [{"text": each["id"], "href": each["links"][0]["href"]}, each["title"], each["crs"]]
        for each in listed
    ]
    heading = asked.say("ogcapi.tile_sets")
    return asked.answer(document, Page(title=heading, sections=[Section(heading, rows=rows)]))


def matrix_set(asked: Asked) -> Response:
    """Answer ``/tileMatrixSets/{tileMatrixSetId}``."""
    quad = quad_of(asked, tuple(QUADS))
    document = dict(tile_sets.tile_matrix_set(quad.id))
    rows = [
        [each["id"], f"{each['scaleDenominator']:.6g}", f"{each['cellSize']:.6g}"]
        for each in document["tileMatrices"]
    ]
    columns = ["id", asked.say("ogcapi.scale"), "cellSize"]
    section = Section(asked.say("ogcapi.levels"), columns=columns, rows=rows)
    page = Page(title=f"{document['title']} ({quad.id})", sections=[section])
    return asked.answer(document, page, linked=asked.itself())


# Tile sets


def _here(asked: Asked, kind: Kind) -> str:
    """Return the path of the tile sets of what is asked for."""
    path = "" if not asked.route.of_collection else f"/collections/{asked.collection.id}"
    if "styleId" in asked.words:
        path += f"/styles/{asked.words['styleId']}"
    return f"{path}/map/tiles" if kind == "map" else f"{path}/tiles"


def _kept(asked: Asked) -> dict[str, str]:
    """Return the keys that a tile is to be asked with, as those of the set."""
    return {
        key: asked.query[key]
        for key in ("collections", "datetime", *(each.name for each in SHOWN))
        if key in asked.query
    }


def _name(asked: Asked) -> str:
    if asked.route.of_collection:
        return title(asked, asked.collection)
    catalog = asked.site.catalog.definition
    return catalog.titles.get(asked.language, catalog.title)


def _entry(asked: Asked, kind: Kind, quad: Quad) -> dict[str, Any]:
    name, kept = _name(asked), _kept(asked)
    href = asked.address(f"{_here(asked, kind)}/{quad.id}", **kept)
    scheme = asked.address(f"/tileMatrixSets/{quad.id}")
    return tile_sets.tile_set(
        quad,
        f"{name} ({quad.id})",
        kind,
        [
            link("self", href, JSON, name),
            link(f"{OGC_REL}tiling-scheme", scheme, JSON, quad.id),
            *_templates(asked, kind, quad),
        ],
    )


def _templates(asked: Asked, kind: Kind, quad: Quad) -> list[Link]:
    """Return the links with addresses of tiles, one for each format."""
    path = f"{_here(asked, kind)}/{quad.id}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    kept = _kept(asked)
    formats = VECTOR if kind == "vector" else IMAGES
    return [
        link("item", asked.address(path, **kept, f=word), media_type, word, templated=True)
        for word, media_type in formats.items()
    ]


def listing(kind: Kind) -> Callable[[Asked], Response]:
    """Return what answers with the list of tile sets."""

    def answer(asked: Asked) -> Response:
        shown_of(asked, kind)
        listed = [_entry(asked, kind, QUADS[name]) for name in _sets(kind)]
        document = {"links": asked.itself(), "tilesets": listed}
        rows = [
            [{"text": each["title"], "href": each["links"][0]["href"]}, each["crs"]]
            for each in listed
        ]
        heading = asked.say(f"ogcapi.{kind}_tiles")
        section = Section(asked.say("ogcapi.tile_sets"), rows=rows)
        page = Page(title=f"{_name(asked)} · {heading}", sections=[section])
        return asked.answer(document, page)

    return answer


def one(kind: Kind) -> Callable[[Asked], Response]:
    """Return what answers with one tile set."""

    def answer(asked: Asked) -> Response:
        quad = quad_of(asked, _sets(kind))
        shown = shown_of(asked, kind)
        bounds = bounds_of(asked, shown)
        document = _entry(asked, kind, quad)
        document["links"] = [*asked.itself(), *document["links"][1:]]
        document["tileMatrixSetLimits"] = tile_sets.limits(quad, bounds, margin_of(shown))
        document["boundingBox"] = tile_sets.bounding_box(bounds)
        document["layers"] = [_layer(asked, kind, each) for each in shown]
        try:
            found = sheets(asked, shown)
        except NoSurfaceError:  # a set of tiles is there before the first of them
            found = []
        templates = [each for each in document["links"] if each.get("templated")]
        items = [each["href"] for each in templates]
        sections = [
            Section(asked.say("ogcapi.template"), items=items),
            Section(
                asked.say("ogcapi.levels"),
                columns=["id", "minTileRow", "maxTileRow", "minTileCol", "maxTileCol"],
                rows=[[str(v) for v in each.values()] for each in document["tileMatrixSetLimits"]],
            ),
        ]
        response = asked.answer(document, Page(title=document["title"], sections=sections))
        told(response, asked, found)
        return response

    return answer


def _layer(asked: Asked, kind: Kind, shown: Collection) -> dict[str, Any]:
    """Return what a tile set says of one of its layers."""
    box, _ = extent(asked.site, shown)
    found: dict[str, Any] = {
        "id": shown.id,
        "title": title(asked, shown),
        "dataType": kind,
        "boundingBox": tile_sets.bounding_box(box),
        "links": [link("collection", asked.address(f"/collections/{shown.id}"), JSON, shown.id)],
    }
    if has_items(asked.site, shown):
        schema = asked.address(f"/collections/{shown.id}/schema")
        found["links"].append(link("describedby", schema, SCHEMA, shown.id))
    return found


# What the documents say


def _links(asked: Asked, path: str, kinds: Sequence[Kind]) -> list[Link]:
    return [
        link(
            f"{OGC_REL}tilesets-{kind}",
            asked.address(f"{path}{'/map' if kind == 'map' else ''}/tiles"),
            JSON,
            asked.say(f"ogcapi.{kind}_tiles"),
        )
        for kind in kinds
    ]


def _landing(asked: Asked) -> list[Link]:
    sets = asked.address("/tileMatrixSets")
    return [
        *_links(asked, "", ("vector", "map")),
        link(f"{OGC_REL}tiling-schemes", sets, JSON, asked.say("ogcapi.tile_sets")),
    ]


def _collection(asked: Asked, shown: Collection) -> Members:
    if is_empty(asked.site, shown):
        return {}
    kinds = [kind for kind in ("vector", "map") if _offered(kind)(asked.site, shown)]
    return {"links": _links(asked, f"/collections/{shown.id}", kinds)}


def _parameters(kind: Kind, path: str) -> tuple[Parameter, ...]:
    found = (DATETIME,) if "{collectionId}" in path else (COLLECTIONS, DATETIME)
    return found + (SHOWN if kind == "map" and "{collectionId}" in path else ())


_NUMBER: Mapping[str, Any] = {"type": "integer", "minimum": 0}


def _words(kind: Kind, path: str) -> dict[str, Parameter]:
    sets = list(QUADS) if path.startswith("/tileMatrixSets") else list(_sets(kind))
    known = {
        "styleId": STYLE,
        "tileMatrixSetId": Parameter(
            "tileMatrixSetId", "A tile matrix set.", {"type": "string", "enum": sets}
        ),
        "tileMatrix": Parameter("tileMatrix", "The level.", _NUMBER),
        "tileRow": Parameter("tileRow", "The row, counted from the north.", _NUMBER),
        "tileCol": Parameter("tileCol", "The column, counted from the west.", _NUMBER),
    }
    return {name: each for name, each in known.items() if f"{{{name}}}" in path}


def _routes() -> list[Route]:
    found = []
    scopes = (
        ("vector", "/tiles"),
        ("map", "/map/tiles"),
        ("vector", "/collections/{collectionId}/tiles"),
        ("map", "/collections/{collectionId}/map/tiles"),
        ("map", "/collections/{collectionId}/styles/{styleId}/map/tiles"),
    )
    for kind, path in scopes:
        what = "vector tiles" if kind == "vector" else "tiles of the map"
        tile = path + "/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
        answers = (
            (path, listing(kind), f"Tile sets of {what}", None),
            (f"{path}/{{tileMatrixSetId}}", one(kind), f"One tile set of {what}", None),
            (
                tile,
                vector_tile if kind == "vector" else map_tile,
                f"One of the {what}",
                VECTOR if kind == "vector" else IMAGES,
            ),
        )
        for address, answer, summary, formats in answers:
            more: dict[str, Any] = {} if formats is None else {"formats": formats}
            if formats is VECTOR:
                more["cites"] = {204: "Nothing is there."}
            found.append(
                Route(
                    address,
                    answer,
                    summary,
                    parameters=_parameters(kind, path),
                    words=_words(kind, address),
                    offered=_offered(kind),
                    **more,
                )
            )
    return found


_CONF = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
_SET_PATH = "/tileMatrixSets/{tileMatrixSetId}"

PART = Part(
    name="tiles",
    title="OGC API – Tiles",
    conforms=(
        *(
            _CONF + name
            for name in (
                "core",
                "tileset",
                "tilesets-list",
                "dataset-tilesets",
                "geodata-tilesets",
                "collections-selection",
                "datetime",
                "mvt",
                "png",
                "oas30",
            )
        ),
        "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
        "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
        "http://www.opengis.net/spec/tms/2.0/conf/json-tilesetmetadata",
    ),
    routes=(
        Route("/tileMatrixSets", matrix_sets, "Tile matrix sets"),
        Route(_SET_PATH, matrix_set, "One tile matrix set", words=_words("map", _SET_PATH)),
        *_routes(),
    ),
    landing=_landing,
    collection=_collection,
)
