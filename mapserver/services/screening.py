"""Candidate sites: what all loaded layers say of them, for programs."""

import contextlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, request

from layers.errors import UnavailableError, UnsupportedFormatError, nearest
from layers.exchange import site_package, sites
from layers.siting import Lines, compare, lines_around, sheet
from mapserver import negotiation, params
from mapserver.documents.blocks import Document
from mapserver.documents.site_comparison import Comparison
from mapserver.documents.site_sheet import Sheet
from mapserver.services import bodies, screening_query
from mapserver.services.screening_query import Asked
from mapserver.services.site import Site

AT_ONCE = 4
"""Questions that a worker answers at once: each takes a core for up to some seconds."""
WAITING = 8
"""Questions that wait for that; each holds a thread."""
WAIT_S = 20.0
DRAWN_KM = 310.0
FORMATS = ("json", "pdf", "gpkg")

_places = threading.BoundedSemaphore(AT_ONCE)
_waiting = threading.BoundedSemaphore(WAITING)


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/api/v1/screening``."""
    bp = Blueprint("screening", __name__)

    @bp.route("/api/v1/screening", methods=["GET", "POST"])
    def screening() -> Response:
        params.only(request.args, screening_query.KEYS)
        format_ = request.args.get("format", FORMATS[0])
        if format_ not in FORMATS:
            raise UnsupportedFormatError(
                f'no format "{format_}"; known are {", ".join(FORMATS)}{nearest(format_, FORMATS)}'
            )
        if request.method == "POST":
            asked = screening_query.of_body(
                bodies.whole(sites.MAX_BYTES, sites.too_large),
                request.args,
                presets=site.catalog.definition.presets,
            )
        else:
            asked = screening_query.of_query(request.args, site.catalog.definition.presets)
        asked = screening_query.whole(asked)
        with place():
            return _written(site, asked, format_)

    return bp


def _written(site: Site, asked: Asked, format_: str) -> Response:
    found = answer(site, asked)
    if format_ == "json":
        return negotiation.uncached(found, 200)
    if format_ == "gpkg":
        content, media_type = site_package.write(found["sites"]), site_package.MEDIA_TYPE
    else:
        documents = site_documents(site, asked, found)
        from mapserver.documents import blocks_pdf  # seldom asked for, and large

        content = blocks_pdf.pdf(documents, site.assets.folder / "print", site.now())
        media_type = "application/pdf"
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = negotiation.NO_STORE
    response.headers["Content-Disposition"] = f'attachment; filename="sites.{format_}"'
    return response


def said(
    site: Site, language: str, found: Mapping[str, Any], drawn: Iterable[Lines]
) -> list[Sheet]:
    """Return what says the sheets of an answer in a language, each with what its picture shows."""
    context = str(site.catalog.definition.context)
    return [
        Sheet(told, lines, language, context)
        for told, lines in zip(found["sites"], drawn, strict=False)
    ]


def site_documents(site: Site, asked: Asked, found: Mapping[str, Any]) -> list[Document]:
    """Return an answer as documents in its language: the comparison of several, then the sheets."""
    loaded = site.desk.loaded(asked.time)
    drawn = [lines_around(each, loaded, DRAWN_KM) for each in asked.sites]
    sheets, compared = said(site, asked.language, found, drawn), found["comparison"]
    first = [Comparison(compared, sheets).document()] if compared else []
    return first + [each.document() for each in sheets]


@contextlib.contextmanager
def place() -> Iterator[None]:
    """Hold one of the places in which sites are screened and their sheets written.

    Raises
    ------
    UnavailableError
        Where none became free in time, or as many wait as may.
    """
    if not (_places.acquire(blocking=False) or _awaited()):
        raise UnavailableError("many sites are being screened; ask again in a moment")
    try:
        yield
    finally:
        _places.release()


def _awaited() -> bool:
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return _places.acquire(timeout=WAIT_S)
    finally:
        _waiting.release()


def answer(site: Site, asked: Asked) -> dict[str, Any]:
    """Return the sheets of all sites, and their comparison where there are several."""
    loaded = site.desk.loaded(asked.time)
    sheets = [sheet(each, loaded, asked.options) for each in asked.sites]
    return {
        "context": str(site.catalog.definition.context),
        "sites": sheets,
        "comparison": compare(sheets, asked.options) if len(sheets) > 1 else None,
    }
