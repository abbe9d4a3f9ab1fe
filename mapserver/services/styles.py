"""Styles of layers for maps in a browser."""

from flask import Blueprint, Response, request

from mapserver import negotiation, params
from mapserver.documents import maplibre_style
from mapserver.services.site import Site
from mapserver.services.tiles import description


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/styles/...``."""
    bp = Blueprint("styles", __name__)

    @bp.get("/styles/<layer>/<style>.json")
    def maplibre(layer: str, style: str) -> Response:
        params.only(request.args, ("time",))
        definition = site.credited(site.catalog.layer(layer))
        chosen = site.catalog.style(definition, style)
        at = params.layer_time(definition, request.args.get("time", params.LATEST))
        version, moment = site.tiler.newest(definition.id, chosen.id, at)
        tiles = description(site, definition, chosen, version, moment, site.base_url(request))
        document = maplibre_style.document(definition, chosen, tiles, site.catalog.definition)
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)

    return bp
