"""The public map in four languages, and the files that it is made of."""

import mimetypes
from pathlib import Path

from flask import Blueprint, Response, redirect, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import NotFoundError
from layers.messages import LANGUAGES
from mapserver import negotiation, params
from mapserver.documents import page_config
from mapserver.documents.page import compose
from mapserver.documents.page_description import PageDescription
from mapserver.documents.page_figure import PREVIEW
from mapserver.services import first_view
from mapserver.services.previews import Previews
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
    """Return the addresses ``/``, ``/kk`` to ``/en``, ``/embed`` and ``/static/...``."""
    bp = Blueprint("pages", __name__)
    composed: dict[tuple[str, bool], tuple[PageDescription, str]] = {}
    previews = Previews(site)

    def html(language: str, embedded: bool) -> str:
        # folium takes a tenth of a second; what is described anew every hour is composed as often.
        description = _description(site, language, embedded=embedded)
        held = composed.get((language, embedded))
        if held is None or held[0] != description:
            held = composed[language, embedded] = (description, compose(description))
        return held[1]

    def page(language: str, *, vary: bool = False, embedded: bool = False) -> Response:
        head = previews.head(request, language)
        response = negotiation.answer(
            html(language, embedded).replace(PREVIEW, head, 1).encode(),
            "text/html",
            request,
            cache=negotiation.ASKED_AGAIN,
        )
        response.headers["Content-Language"] = language
        if embedded:
            negotiation.allow_frames(response, site.settings.embed)
        if vary:
            response.vary.add("Accept-Language")
        return response

    @bp.get("/")
    def front() -> Response:
        return page(wished(request.accept_languages), vary=True)

    @bp.get("/embed")
    def embedded() -> Response:
        if "lang" in request.args:
            return page(params.language(request.args), embedded=True)
        return page(wished(request.accept_languages), vary=True, embedded=True)

    for language in LANGUAGES:
        bp.add_url_rule(
            f"/{language}",
            f"page_{language}",
            lambda language=language: page(language),
            methods=["GET"],
        )

    _serve_files(bp, site)
    return bp


def _serve_files(bp: Blueprint, site: Site) -> None:
    """Add what the pages are made of: assets, texts, the service worker, the icon."""

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

    @bp.get("/sw.js")
    def worker() -> Response:
        # At the root, for a worker answers below its own address; under one name, for it is asked
        # again after a day whether it is still the same.
        body = (site.assets.folder / site.assets["sw.js"].file).read_bytes()
        return negotiation.answer(body, "text/javascript", request, cache=negotiation.ASKED_AGAIN)

    @bp.get("/favicon.ico")
    def icon() -> AnyResponse:
        return redirect(f"/static/{site.assets['icon.svg'].file}", 302)


def wished(accepted: LanguageAccept) -> str:
    """Return the language of ours that is wished most; "kk-KZ" wishes for "kk"."""
    for tag, quality in accepted:
        language = tag.lower().partition("-")[0]
        if quality > 0 and language in LANGUAGES:
            return language
    return DEFAULT_LANGUAGE


def _description(site: Site, language: str, *, embedded: bool) -> PageDescription:
    state = first_view.summary(site, language)
    return PageDescription(
        language=language,
        catalog=site.credited_catalog(language),
        extents={layer_id: kind.extent() for layer_id, kind in site.catalog.kinds.items()},
        assets=site.assets,
        view=first_view.view(site),
        state=state,
        pictures=first_view.pictures(site, language),
        embedded=embedded,
    )
