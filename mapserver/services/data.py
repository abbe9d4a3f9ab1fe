"""What the page and other programs poll: current.json."""

from flask import Blueprint, Response, request

from mapserver import negotiation, params
from mapserver.services.held import Held
from mapserver.services.site import Site


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/current.json``."""
    bp = Blueprint("data", __name__)
    # Thousands of pages ask for it in the moment that something is published.
    current = Held(lambda: site.store, lambda: _current(site))

    @bp.get("/current.json")
    def newest() -> Response:
        params.only(request.args, ())
        body, packed, etag = current()
        return negotiation.answer(
            body,
            "application/json",
            request,
            cache=negotiation.SHORT,
            etag=etag,
            packed=packed,
        )

    return bp


def _current(site: Site) -> tuple[bytes, bytes, str]:
    """Return ``/current.json``, the same packed, and its entity tag."""
    document, etag = site.current()
    body = negotiation.json_bytes(document)
    return body, negotiation.gzip_of(body), etag
