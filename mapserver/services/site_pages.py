"""Pages of candidate sites in four languages: upload, side by side, and the sheet of each."""

import io
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser

from layers.errors import BadParameterError, LayersError
from layers.exchange import sites as formats
from layers.messages import LANGUAGES
from layers.siting import NOTHING
from mapserver import errors, negotiation, params
from mapserver.documents.blocks import Block
from mapserver.documents.site_comparison import Comparison
from mapserver.documents.sites_page import SitesPage, sheet_page, sites_page
from mapserver.services import bodies, screening, screening_query
from mapserver.services.pages import wished
from mapserver.services.screening_query import Asked, Presets
from mapserver.services.site import Site

FIELDS = ("sites", "preset", "thermal_mw", "weights", "pairs", "lifted", "crs", "time")
FORM_BYTES = 100_000
"""What the fields of the form may have beside a file."""


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/screening``, ``/<language>/screening`` and ``.../sheet``."""
    bp = Blueprint("site_pages", __name__)

    def get(language: str) -> Response:
        params.only(request.args, FIELDS)
        return _compared(
            site, language, screening_query.of_query(request.args, site.catalog.definition.presets)
        )

    def post(language: str) -> Response:
        params.only(request.args, ())
        try:
            return _compared(site, language, _form(site.catalog.definition.presets))
        except LayersError as error:
            # A person sent the form: the answer is the form again, with what was wrong.
            answer = errors.answer_for(error)
            text = errors.text_for(error)
            return _compared(site, language, Asked((), screening_query.options({}), None),
                             text, answer.status)  # fmt: skip

    def sheet(language: str) -> Response:
        params.only(request.args, FIELDS)
        asked = screening_query.whole(
            screening_query.of_query(request.args, site.catalog.definition.presets)
        )
        if len(asked.sites) > 1:
            raise BadParameterError("a sheet is of one site; sites= names several")
        html = _sheet(site, language, asked)
        return _private(html, language, 200)

    def speaking(view: Callable[[str], Response], language: str) -> Callable[[], Response]:
        return lambda: view(language)

    for language in LANGUAGES:
        for name, view, methods in (
            ("screening", get, ["GET"]),
            ("screening", post, ["POST"]),
            ("screening/sheet", sheet, ["GET"]),
        ):
            bp.add_url_rule(
                f"/{language}/{name}",
                f"{view.__name__}_{language}",
                speaking(view, language),
                methods=methods,
            )

    @bp.get("/screening")
    def wished_page() -> Response:
        response = get(wished(request.accept_languages))
        response.vary.add("Accept-Language")
        return response

    return bp


def _form(presets: Presets) -> Asked:
    """Return what a posted form asks: a file, or places that were typed."""
    sent = bodies.whole(formats.MAX_BYTES + FORM_BYTES, formats.too_large)
    parser = FormDataParser(max_form_memory_size=FORM_BYTES, max_form_parts=16)
    _, form, files = parser.parse(
        io.BytesIO(sent), request.mimetype, len(sent), request.mimetype_params
    )
    fields = MultiDict((key, value.strip()) for key, value in form.items() if value.strip())
    params.only(fields, FIELDS)
    file = files.get("file")
    body = b""
    if file is not None:
        with file.stream:  # a large one lies in a temporary file
            body = file.stream.read() if file.filename else b""
    if not body:
        return screening_query.whole(screening_query.of_query(fields, presets))
    fields.poplist("sites")  # a file that was chosen is meant, whatever stands beside it
    return screening_query.of_body(body, fields, (file and file.filename) or "", presets)


def _compared(
    site: Site, language: str, asked: Asked, error: str = "", status: int = 200
) -> Response:
    answer: Mapping[str, Any] = {"sites": (), "comparison": None}
    verdicts: tuple[Block, ...] = ()
    if asked.sites:
        with screening.place():
            answer = screening.answer(site, asked)
            if answer["comparison"]:
                said = screening.said(site, language, answer, itertools.repeat(NOTHING))
                verdicts = tuple(Comparison(answer["comparison"], said).verdicts())
    page = SitesPage(
        language, site.catalog.definition, site.assets, _query(asked) if asked.sites else {}
    )
    links = {
        each.id: urlencode(screening_query.linked(asked, each), safe=",;:/") for each in asked.sites
    }
    html = sites_page(
        page,
        asked.sites,
        {
            "sites": screening_query.written(asked.sites),
            "preset": asked.options.preset.id,
            "thermal_mw": f"{asked.options.thermal_mw:g}",
        },
        links,
        answer["comparison"],
        answer["sites"],
        verdicts,
        error,
    )
    return _private(html, language, status)


def _sheet(site: Site, language: str, asked: Asked) -> str:
    said = replace(asked, language=language)
    with screening.place():
        answer = screening.answer(site, said)
        (document,) = screening.site_documents(site, said, answer)
    page = SitesPage(
        language, site.catalog.definition, site.assets, _query(asked), "screening/sheet"
    )
    api = "/api/v1/screening"
    files = (
        ("PDF", f"{api}{page.asked(format='pdf', lang=language)}"),
        ("JSON", f"{api}{page.asked()}"),
        ("GeoPackage", f"{api}{page.asked(format='gpkg')}"),
    )
    return sheet_page(replace(page, files=files), document)


def _query(asked: Asked) -> dict[str, str]:
    return screening_query.linked(asked)


def _private(html: str, language: str, status: int) -> Response:
    """Return a page that no cache keeps: it shows where somebody's sites are."""
    response = Response(html, status, mimetype="text/html")
    response.headers["Cache-Control"] = negotiation.NO_STORE
    response.headers["Content-Language"] = language
    return response
