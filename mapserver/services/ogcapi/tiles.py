"""OGC API Tiles 1.0: vector tiles and map tiles of one collection or of several."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response

from layers.errors import (
    BadParameterError,
    GoneError,
    NoSurfaceError,
    NotFoundError,
    nearest,
)
from layers.geo import TILE_PX, Bounds, Window
from layers.kinds import KINDS
from layers.pictures import Sheet
from layers.render import draw, mvt
from layers.tiles import TileRequest
from layers.views import QUADS, Quad
from mapserver import negotiation
from mapserver.documents import tilejson
from mapserver.documents.ogcapi import tile_sets
from mapserver.documents.ogcapi.links import JSON, OGC_REL, SCHEMA, Link, link
from mapserver.documents.ogcapi.page import Page, Section
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection, has_items, has_maps
from mapserver.services.ogcapi.described import extent, title
from mapserver.services.ogcapi.drawn import (
    COLLECTIONS,
    DATETIME,
    IMAGES,
    SHOWN,
    STYLE,
    drawn,
    sheets,
    told,
)
from mapserver.services.ogcapi.part import Members, Parameter, Part, Route
from mapserver.services.site import Site

XYZ = QUADS["WebMercatorQuad"]
"""The set of the addresses of tiles, whose bytes are the same here."""
VECTOR_SETS, MAP_SETS = ("WebMercatorQuad",), tuple(QUADS)
VECTOR: Mapping[str, str] = {"mvt": mvt.MEDIA_TYPE}
_MVT_FORMAT = "mvt"
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")

Kind = str
"""``vector`` or ``map``."""


def has_vector(site: Site, shown: Collection) -> bool:
    """Tell whether a collection has vector tiles."""
    layer = shown.layer
    return layer is not None and shown.measure is None and KINDS[layer.kind].vector


def _offered(kind: Kind) -> Callable[[Site, Collection], bool]:
    return has_vector if kind == "vector" else has_maps


def _sets(kind: Kind) -> Sequence[str]:
    return VECTOR_SETS if kind == "vector" else MAP_SETS


def _quad(asked: Asked, known: Sequence[str]) -> Quad:
    name = asked.words["tileMatrixSetId"]
    if name not in known:
        offered = ", ".join(known)
        near = nearest(name, known)
        raise NotFoundError(f'no tile matrix set "{name}" here; known are {offered}{near}')
    return QUADS[name]


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
    quad = _quad(asked, tuple(QUADS))
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


def _bounds(asked: Asked, shown: Sequence[Collection]) -> Bounds:
    boxes = [extent(asked.site, each)[0] for each in shown]
    return Bounds(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )


def _shown(asked: Asked, kind: Kind) -> list[Collection]:
    found = drawn(asked)
    if kind == "vector" and not asked.route.of_collection:
        plain = [each for each in found if has_vector(asked.site, each)]
        if "collections" in asked.query and plain != found:
            missing = next(each.id for each in found if each not in plain)
            raise BadParameterError(f'collection "{missing}" has no vector tiles')
        return plain
    return found


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
        _shown(asked, kind)
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
        quad = _quad(asked, _sets(kind))
        shown = _shown(asked, kind)
        bounds = _bounds(asked, shown)
        document = _entry(asked, kind, quad)
        document["links"] = [*asked.itself(), *document["links"][1:]]
        document["tileMatrixSetLimits"] = tile_sets.limits(quad, bounds, _margin(shown))
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


# Tiles


def _margin(shown: Sequence[Collection]) -> float:
    """Return how far symbols reach beyond their features, in tiles."""
    vector = any(each.layer is not None and KINDS[each.layer.kind].vector for each in shown)
    return draw.BUFFER_PX / TILE_PX if vector else 0.0


def _place(asked: Asked, quad: Quad, shown: Sequence[Collection]) -> tuple[int, int, int]:
    """Return level, row and column.

    Raises
    ------
    BadParameterError
        For what is no whole number.
    NotFoundError
        For a tile beyond the limits that the tile set tells.
    """
    numbers = []
    for name in ("tileMatrix", "tileRow", "tileCol"):
        text = asked.words[name]
        if not _WHOLE.fullmatch(text):
            raise BadParameterError(f'{name} is "{text}"; a whole number was expected')
        numbers.append(int(text))
    level, row, col = numbers
    if level >= quad.levels:
        raise NotFoundError(f"{quad.id} is offered to level {quad.levels - 1}, not {level}")
    rows, cols = tile_sets.within(quad, _bounds(asked, shown), level, _margin(shown))
    if not (rows[0] <= row <= rows[1] and cols[0] <= col <= cols[1]):
        raise NotFoundError(
            f"tile {level}/{row}/{col} lies outside of rows {rows[0]} to {rows[1]} and columns "
            f"{cols[0]} to {cols[1]}"
        )
    return level, row, col


def _again(answer: Callable[[Asked], Response]) -> Callable[[Asked], Response]:
    """Return what asks once more where what was newest gave way in between."""

    def asked_twice(asked: Asked) -> Response:
        try:
            return answer(asked)
        except GoneError:
            return answer(asked)

    return asked_twice


@_again
def map_tile(asked: Asked) -> Response:
    """Answer a tile of a map: of one layer in WebMercatorQuad it is the tile of ``/tiles``."""
    quad, shown = _quad(asked, MAP_SETS), drawn(asked)
    level, row, col = _place(asked, quad, shown)
    found = sheets(asked, shown)
    if quad is XYZ and len(found) == 1:
        response = _cached(asked, found, Window(level, col, row))
    else:
        response = picture(asked, found, quad, level, row, col)
    told(response, asked, found)
    return response


def picture(
    asked: Asked, found: Sequence[Sheet], quad: Quad, level: int, row: int, col: int
) -> Response:
    """Return layers above each other, drawn for one tile."""
    view = quad.view(level, row, col)
    pictures = asked.site.pictures
    etag = pictures.etag(found, view, None, asked.format)
    known = negotiation.not_modified(asked.request, etag, negotiation.LATEST, varies=False)
    return known or negotiation.answer(
        pictures.draw(found, view, None, asked.format),
        asked.media_type,
        asked.request,
        cache=negotiation.LATEST,
        etag=etag,
    )


def _pinned(sheet: Sheet, window: Window, image: str) -> TileRequest:
    return TileRequest(
        sheet.layer, sheet.style, sheet.version, sheet.time, window, image, sheet.options
    )


def _cached(asked: Asked, found: Sequence[Sheet], window: Window) -> Response:
    pinned = _pinned(found[0], window, asked.format)
    tiler = asked.site.tiler
    etag = tiler.etag(pinned)
    known = negotiation.not_modified(asked.request, etag, negotiation.LATEST, varies=False)
    if known is not None:
        return known
    tile = tiler.fetch(pinned)
    return negotiation.answer(
        tile.body,
        tile.media_type,
        asked.request,
        cache=negotiation.LATEST,
        etag=etag,
        content_location=None if pinned.options.token else tilejson.tile_path(pinned),
    )


@_again
def vector_tile(asked: Asked) -> Response:
    """Answer a vector tile; of several collections it holds a layer of each. Empty ones are 204."""
    quad, shown = _quad(asked, VECTOR_SETS), _shown(asked, "vector")
    level, row, col = _place(asked, quad, shown)
    found = sheets(asked, shown)
    tiler, window = asked.site.tiler, Window(level, col, row)
    pinned = [_pinned(sheet, window, _MVT_FORMAT) for sheet in found]
    etag = tiler.etag(pinned[0]) if len(pinned) == 1 else _joint(map(tiler.etag, pinned))
    response = negotiation.not_modified(asked.request, etag, negotiation.LATEST, varies=True)
    if response is None:
        tiles = [tiler.fetch(each) for each in pinned]
        # A tile is a list of its layers: one after the other, tiles are a tile.
        body = b"".join(tile.body for tile in tiles)
        if body:
            single = len(tiles) == 1
            response = negotiation.answer(
                body,
                mvt.MEDIA_TYPE,
                asked.request,
                cache=negotiation.LATEST,
                etag=etag,
                packed=tiles[0].packed if single else None,
                content_location=tilejson.tile_path(pinned[0]) if single else None,
            )
        else:
            response = Response(status=204)
            response.set_etag(etag)
            response.headers["Cache-Control"] = negotiation.LATEST
    told(response, asked, found)
    return response


def _joint(tags: Any) -> str:
    return hashlib.blake2b("|".join(tags).encode(), digest_size=12).hexdigest()


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
