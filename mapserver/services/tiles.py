"""XYZ tiles of every layer in the catalogue, and their TileJSON."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from layers.errors import GoneError
from layers.kinds import FeatureKind
from layers.model import LayerDefinition, StyleDefinition
from layers.tiles import data_part
from mapserver import negotiation, params
from mapserver.documents import tilejson
from mapserver.services.site import Site

FOUND = "kyzylkum.error"
"""Key of the environment for an error that was found on the way here."""


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/tiles/...`` and ``/tilejson/...``."""
    bp = Blueprint("tiles", __name__)

    @bp.get("/tiles/<layer>/<style>/<version>/<time>/<zoom>/<col>/<leaf>", strict_slashes=True)
    def tile(**words: str) -> Response:
        if error := request.environ.get(FOUND):
            raise error
        definition = site.catalog.layer(words["layer"])
        style = site.catalog.style(definition, words["style"])
        asked = params.tile_request(definition, style, words, request.args)
        pinned = site.tiler.pinned(asked)
        fixed = params.is_fixed(words)
        cache = negotiation.IMMUTABLE if fixed else negotiation.LATEST
        etag = site.tiler.etag(pinned)
        known = negotiation.not_modified(request, etag, cache, varies=pinned.format == "mvt")
        if known is not None:
            return known
        try:
            found = site.tiler.fetch(pinned)
        except GoneError:
            # What "latest" stood for gave way in between: what stands now is asked for once.
            if asked.version is not None:
                raise
            pinned = site.tiler.pinned(asked)
            etag = site.tiler.etag(pinned)
            found = site.tiler.fetch(pinned)
        return negotiation.answer(
            found.body,
            found.media_type,
            request,
            cache=cache,
            etag=etag,
            packed=found.packed,
            content_location=None if fixed else _with_query(tilejson.tile_path(pinned)),
        )

    @bp.get("/tilejson/<layer>.json")
    def describe(layer: str) -> Response:
        params.only(request.args, ("style", "time"))
        definition = site.credited(site.catalog.layer(layer))
        style = site.catalog.style(definition, request.args.get("style"))
        at = params.layer_time(definition, request.args.get("time", params.LATEST))
        version, moment = site.tiler.newest(definition.id, style.id, at)
        document = description(site, definition, style, version, moment, site.base_url(request))
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)

    return bp


def description(
    site: Site,
    layer: LayerDefinition,
    style: StyleDefinition,
    version: str,
    at: datetime | None,
    base_url: str,
) -> dict[str, Any]:
    """Return the TileJSON of a layer, with the properties that its vector tiles hold."""
    kind = site.catalog.kind(layer.id)
    document = tilejson.tilejson(
        layer, style, kind.extent(), version, at, base_url, site.catalog.definition
    )
    if isinstance(kind, FeatureKind):
        columns = kind.everything(at, data_part(version)).properties
        document["vector_layers"] = [tilejson.vector_layer(layer, columns)]
    return document


def _with_query(path: str) -> str:
    query = request.query_string.decode("ascii", "ignore")
    return f"{path}?{query}" if query else path
