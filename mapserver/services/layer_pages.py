"""A page for every layer, in four languages."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, request

from layers.errors import NotFoundError
from layers.files import offered
from layers.kinds import is_timed
from layers.kinds.surface import SurfaceKind
from layers.messages import LANGUAGES
from layers.model import LayerDefinition
from layers.tiles import data_part
from mapserver import negotiation, params
from mapserver.documents.layer_page import LayerPage, compose
from mapserver.services.pages import wished
from mapserver.services.site import Site


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/layers/<layer>`` and ``/kk/layers/<layer>`` to ``/en/...``."""
    bp = Blueprint("layer_pages", __name__)

    def page(layer: str, language: str) -> Response:
        params.only(request.args, ("time",))
        definition = site.catalog.layer(layer)
        at = params.layer_time(definition, request.args.get("time", params.LATEST))
        html = compose(_description(site, definition, language, at))
        response = negotiation.answer(
            html.encode(), "text/html", request, cache=negotiation.ASKED_AGAIN
        )
        response.headers["Content-Language"] = language
        return response

    @bp.get("/layers/<layer>")
    def wished_page(layer: str) -> Response:
        response = page(layer, wished(request.accept_languages))
        response.vary.add("Accept-Language")
        return response

    def speaking(language: str) -> Callable[[str], Response]:
        return lambda layer: page(layer, language)

    for language in LANGUAGES:
        bp.add_url_rule(f"/{language}/layers/<layer>", f"page_{language}", speaking(language))

    return bp


def _description(
    site: Site, layer: LayerDefinition, language: str, asked: datetime | None
) -> LayerPage:
    kind = site.catalog.kind(layer.id)
    surface, version, at = None, "", asked
    try:
        if isinstance(kind, SurfaceKind):
            surface = site.store.surface(layer.id, asked)
            version, at = surface.token, surface.valid_time
        else:
            full, at = site.tiler.newest(layer.id, layer.styles[0].id, asked)
            version = data_part(full)
    except NotFoundError:
        # A layer that has nothing yet has a page; an hour that is not there has none.
        if asked is not None:
            raise
    return LayerPage(
        language=language,
        catalog=site.catalog.definition,
        layer=site.credited(layer, language),
        extent=kind.extent(),
        assets=site.assets,
        version=version,
        time=at,
        asked=asked,
        timed=is_timed(layer),
        files=offered(layer),
        surface=surface,
        names=_names(site, language) if surface else {},
    )


def _names(site: Site, language: str) -> dict[str, str]:
    """Return the names of the stations that the public may see, by code."""
    stations = site.store.stations(site.audience, site.now())
    named = {station.code: station.names for station in stations}
    found = {code: names.get(language) or names.get("en", "") for code, names in named.items()}
    return {code: name for code, name in found.items() if name}
