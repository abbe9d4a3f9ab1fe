"""The public map in four languages, and the files that it is made of."""

import mimetypes
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, redirect, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import NotFoundError
from layers.geo import Bounds
from layers.kinds.stations import StationsKind
from layers.messages import LANGUAGES
from mapserver import negotiation, params
from mapserver.documents import page_config
from mapserver.documents.page import FirstStation, PageDescription, compose
from mapserver.documents.page_config import AREA
from mapserver.services.site import Site

DEFAULT_LANGUAGE = "en"

# Sent gzipped, and by names that do not hang on the machine's table of types.
TEXTUAL = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/``, ``/kk``, ``/uz``, ``/ru``, ``/en`` and ``/static/...``."""
    bp = Blueprint("pages", __name__)
    composed: dict[str, tuple[PageDescription, bytes]] = {}

    def html(language: str) -> bytes:
        # folium takes a tenth of a second; what is described anew every hour is composed as often.
        description = _description(site, language)
        held = composed.get(language)
        if held is None or held[0] != description:
            held = composed[language] = (description, compose(description).encode())
        return held[1]

    def page(language: str, *, vary: bool = False) -> Response:
        params.only(request.args, ())
        response = negotiation.answer(
            html(language), "text/html", request, cache=negotiation.ASKED_AGAIN
        )
        response.headers["Content-Language"] = language
        if vary:
            response.vary.add("Accept-Language")
        return response

    @bp.get("/")
    def front() -> Response:
        return page(wished(request.accept_languages), vary=True)

    for language in LANGUAGES:
        bp.add_url_rule(
            f"/{language}",
            f"page_{language}",
            lambda language=language: page(language),
            methods=["GET"],
        )

    @bp.get("/static/<path:name>")
    def static(name: str) -> Response:
        found = safe_join(str(site.assets.folder), name)
        if found is None or "\0" in found or not (path := Path(found)).is_file():
            raise NotFoundError(f'no file "{name}" belongs to the page')
        cache = negotiation.IMMUTABLE if site.assets.is_immutable(name) else negotiation.LATEST
        guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        # Whole, and not piece by piece: a slow reader then holds a little memory and no thread.
        return negotiation.answer(
            path.read_bytes(), TEXTUAL.get(path.suffix, guessed), request, cache=cache
        )

    @bp.get("/words/<name>")
    def words(name: str) -> Response:
        params.only(request.args, ())
        language = name[:2]
        known = language in LANGUAGES
        if not known or name != f"{language}-{page_config.words_digest(language)}.json":
            raise NotFoundError(f'no list of texts is called "{name}"')
        found = page_config.later_messages(language)
        return negotiation.json_answer(found, request, cache=negotiation.IMMUTABLE)

    @bp.get("/favicon.ico")
    def icon() -> AnyResponse:
        return redirect(f"/static/{site.assets['icon.svg'].file}", 302)

    return bp


def wished(accepted: LanguageAccept) -> str:
    """Return the language of ours that is wished most; "kk-KZ" wishes for "kk"."""
    for tag, quality in accepted:
        language = tag.lower().partition("-")[0]
        if quality > 0 and language in LANGUAGES:
            return language
    return DEFAULT_LANGUAGE


def _description(site: Site, language: str) -> PageDescription:
    stations, newest = _first_view(site, language)
    catalog = site.catalog.definition
    return PageDescription(
        language=language,
        catalog=replace(catalog, layers=tuple(map(site.credited, catalog.layers))),
        extents={layer_id: kind.extent() for layer_id, kind in site.catalog.kinds.items()},
        assets=site.assets,
        view=_view(site),
        stations=stations,
        newest=newest,
    )


def _view(site: Site) -> Bounds:
    """Return what is looked at first: the two states, or the first surface that lies elsewhere."""
    for layer in site.catalog.layers.values():
        if layer.kind != "surface" or not layer.visible:
            continue
        extent = site.catalog.kinds[layer.id].extent()
        box = extent.bounds
        lon, lat = (box.west + box.east) / 2, (box.south + box.north) / 2
        if extent.times and not (AREA.west < lon < AREA.east and AREA.south < lat < AREA.north):
            return box
        break
    return AREA


def _first_view(site: Site, language: str) -> tuple[tuple[FirstStation, ...], datetime | None]:
    """Return the stations of the first visible stations layer with their newest values."""
    for layer in site.catalog.layers.values():
        kind = site.catalog.kinds[layer.id]
        if not (isinstance(kind, StationsKind) and layer.visible):
            continue
        times = kind.extent().times
        if not times:
            return (), None
        found = kind.everything(times[-1], kind.version(times[-1]))
        columns = found.properties
        return tuple(
            FirstStation(
                name=columns[f"name_{language}"][i] or found.ids[i],
                value=columns["value"][i],
                unit=columns["unit"][i],
                begin_time=times[-1],
            )
            for i in range(len(found))
        ), times[-1]
    return (), None
