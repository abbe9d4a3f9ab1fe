"""The STAC catalogue of surfaces."""

from flask import Blueprint, Response, request

from layers.errors import UnknownLayerError, UnsupportedFormatError
from layers.kinds.surface import SurfaceKind
from layers.model import LayerDefinition
from mapserver import negotiation, params
from mapserver.documents import stac
from mapserver.services.site import Site

ITEMS = "items"
MOST_ITEMS = 1_000
"""Newest surfaces in one answer; the collection links all."""


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/stac`` and below."""
    bp = Blueprint("stac", __name__, url_prefix=stac.ADDRESS)

    @bp.get("")
    def root() -> Response:
        params.only(request.args, ())
        definition = site.catalog.definition
        found = [layer for layer in site.catalog.layers.values() if _has_surfaces(site, layer)]
        document = stac.catalog(definition, found, site.base_url(request))
        return negotiation.json_answer(document, request, cache=negotiation.LATEST)

    @bp.get("/<layer>")
    def collection(layer: str) -> Response:
        params.only(request.args, ())
        known = _surface_layer(site, layer)
        document = stac.collection(
            known,
            site.catalog.definition,
            site.store.surfaces(layer),
            site.catalog.kind(layer).extent().bounds,
            site.base_url(request),
        )
        return negotiation.json_answer(document, request, cache=negotiation.LATEST)

    @bp.get("/<layer>/<name>")
    def item(layer: str, name: str) -> Response:
        params.only(request.args, ())
        known = _surface_layer(site, layer)
        word, _, suffix = name.rpartition(".")
        if suffix != "json":
            raise UnsupportedFormatError(f'"{name}" is no {ITEMS}.json and no time such as '
                                         "2026-11-23T09:00:00Z.json")  # fmt: skip
        definition, base_url = site.catalog.definition, site.base_url(request)
        if word == ITEMS:
            newest = site.store.surfaces(layer)[-MOST_ITEMS:]
            document = stac.items(known, definition, newest, base_url)
        else:
            info = site.store.surface(layer, params.layer_time(known, word))
            document = stac.item(known, definition, info, base_url)
        return negotiation.json_answer(
            document, request, cache=negotiation.LATEST, media_type=stac.ITEM_TYPE
        )

    return bp


def _has_surfaces(site: Site, layer: LayerDefinition) -> bool:
    return isinstance(site.catalog.kind(layer.id), SurfaceKind)


def _surface_layer(site: Site, layer_id: str) -> LayerDefinition:
    layer = site.catalog.layer(layer_id)
    if not _has_surfaces(site, layer):
        raise UnknownLayerError(f'layer "{layer_id}" has no surfaces; {stac.ADDRESS} lists those')
    return site.credited(layer)
