"""Styles of layers for maps in a browser, and the letters that they write with."""

import re

from flask import Blueprint, Response, request

from layers.errors import NotFoundError, nearest
from layers.render import glyphs
from mapserver import negotiation, params
from mapserver.documents import maplibre_style
from mapserver.services.site import Site
from mapserver.services.tiles import description

_RANGE = re.compile(r"(0|[1-9][0-9]{0,4})-([1-9][0-9]{0,4})\.pbf")


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/styles/...`` and ``/glyphs/...``."""
    bp = Blueprint("styles", __name__)

    @bp.get("/styles/<layer>/<style>.json")
    def maplibre(layer: str, style: str) -> Response:
        params.only(request.args, ("time", "lang"))
        definition = site.credited(site.catalog.layer(layer))
        chosen = site.catalog.style(definition, style)
        language = params.language(request.args)
        at = params.layer_time(definition, request.args.get("time", params.LATEST))
        version, moment = site.tiler.newest(definition.id, chosen.id, at)
        base_url = site.base_url(request)
        tiles = description(site, definition, chosen, version, moment, base_url)
        document = maplibre_style.document(
            definition, chosen, tiles, site.catalog.definition, base_url, language
        )
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)

    @bp.get("/glyphs/<fontstack>/<leaf>")
    def letters(fontstack: str, leaf: str) -> Response:
        params.only(request.args, ())
        if glyphs.NAME not in fontstack.split(","):
            near = nearest(fontstack, [glyphs.NAME])
            raise NotFoundError(f'no font "{fontstack}"; "{glyphs.NAME}" is offered{near}')
        named = _RANGE.fullmatch(leaf)
        first, last = (int(number) for number in named.groups()) if named else (-1, -1)
        if first % glyphs.RANGE or last != first + glyphs.RANGE - 1 or last > glyphs.LAST:
            raise NotFoundError(f'no letters "{leaf}"; ranges are 0-255.pbf to 65280-65535.pbf')
        body = glyphs.encoded(site.pictures.font, first)
        return negotiation.answer(body, glyphs.MEDIA_TYPE, request, cache=negotiation.LATEST)

    return bp
