"""Candidate sites: what all loaded layers say of them, for programs."""

import threading

from flask import Blueprint, Response, request

from layers.errors import TooLargeError, UnavailableError
from layers.exchange import sites
from layers.siting import compare, sheet
from mapserver import negotiation, params
from mapserver.errors import LengthMissingError
from mapserver.services import screening_query
from mapserver.services.screening_query import Asked
from mapserver.services.site import Site

AT_ONCE = 4
"""Questions that a worker answers at once: each takes a core for up to some seconds."""
WAIT_S = 20.0

_places = threading.BoundedSemaphore(AT_ONCE)


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/api/v1/screening``."""
    bp = Blueprint("screening", __name__)

    @bp.route("/api/v1/screening", methods=["GET", "POST"])
    def screening() -> Response:
        params.only(request.args, screening_query.KEYS)
        if request.method == "POST":
            asked = screening_query.of_body(body(), request.args)
        else:
            asked = screening_query.of_query(request.args)
        return negotiation.uncached(answer(site, screening_query.whole(asked)), 200)

    return bp


def answer(site: Site, asked: Asked) -> dict[str, object]:
    """Return the sheets of all sites, and their comparison where there are several."""
    if not _places.acquire(timeout=WAIT_S):
        raise UnavailableError("many sites are being screened; ask again in a moment")
    try:
        loaded = site.desk.loaded(asked.time)
        sheets = [sheet(each, loaded, asked.options) for each in asked.sites]
    finally:
        _places.release()
    return {
        "context": str(site.catalog.definition.context),
        "sites": sheets,
        "comparison": compare(sheets, asked.options) if len(sheets) > 1 else None,
    }


def body() -> bytes:
    """Return the posted body, whole and within the limit of files of sites."""
    declared = request.content_length
    if declared is None:
        raise LengthMissingError("the body does not say its length; send Content-Length")
    if declared > sites.MAX_BYTES:
        raise TooLargeError(
            f"the body has {declared:,} bytes; sites are read of at most {sites.MAX_BYTES:,}: "
            "send points, or simpler outlines"
        )
    return request.stream.read(declared)
