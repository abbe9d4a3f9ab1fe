"""One tile: vector tiles and tiles of maps, the bytes of ``/tiles`` wherever there are such."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from flask import Response

from layers.errors import BadParameterError, NotFoundError, nearest
from layers.geo import TILE_PX, Bounds, Window
from layers.kinds import KINDS
from layers.pictures import Sheet
from layers.render import draw, mvt
from layers.tiles import TileRequest
from layers.views import QUADS, Quad
from mapserver import negotiation
from mapserver.documents import tilejson
from mapserver.documents.ogcapi import tile_sets
from mapserver.services.newest import asked_twice
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.ogcapi.described import extent
from mapserver.services.ogcapi.drawn import drawn, sheets, told
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


def quad_of(asked: Asked, known: Sequence[str]) -> Quad:
    """Return the set that the address names, or raise NotFoundError with those there are."""
    name = asked.words["tileMatrixSetId"]
    if name not in known:
        offered = ", ".join(known)
        near = nearest(name, known)
        raise NotFoundError(f'no tile matrix set "{name}" here; known are {offered}{near}')
    return QUADS[name]


def bounds_of(asked: Asked, shown: Sequence[Collection]) -> Bounds:
    """Return the box of all that is shown."""
    boxes = [extent(asked.site, each)[0] for each in shown]
    return Bounds(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )


def shown_of(asked: Asked, kind: Kind) -> list[Collection]:
    """Return the collections that are asked for; those that nobody named have such tiles."""
    found = drawn(asked)
    if kind == "vector" and not asked.route.of_collection:
        plain = [each for each in found if has_vector(asked.site, each)]
        if "collections" in asked.query and plain != found:
            missing = next(each.id for each in found if each not in plain)
            raise BadParameterError(f'collection "{missing}" has no vector tiles')
        return plain
    return found


def margin_of(shown: Sequence[Collection]) -> float:
    """Return how far symbols reach beyond their features, in tiles."""
    styles = [
        style
        for each in shown
        if each.layer is not None and KINDS[each.layer.kind].vector
        for style in each.styles
    ]
    return max(map(draw.overhang_px, styles), default=0) / TILE_PX


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
    rows, cols = tile_sets.within(quad, bounds_of(asked, shown), level, margin_of(shown))
    if not (rows[0] <= row <= rows[1] and cols[0] <= col <= cols[1]):
        raise NotFoundError(
            f"tile {level}/{row}/{col} lies outside of rows {rows[0]} to {rows[1]} and columns "
            f"{cols[0]} to {cols[1]}"
        )
    return level, row, col


@asked_twice
def map_tile(asked: Asked) -> Response:
    """Answer a tile of a map: of one layer in WebMercatorQuad it is the tile of ``/tiles``."""
    quad, shown = quad_of(asked, MAP_SETS), drawn(asked)
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


@asked_twice
def vector_tile(asked: Asked) -> Response:
    """Answer a vector tile; of several collections it holds a layer of each. Empty ones are 204."""
    quad, shown = quad_of(asked, VECTOR_SETS), shown_of(asked, "vector")
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


def _joint(tags: Iterable[str]) -> str:
    return hashlib.blake2b("|".join(tags).encode(), digest_size=12).hexdigest()
