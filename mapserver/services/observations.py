"""Deliveries by HTTP: a POST with a token of one organisation, every row accounted for."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from layers.errors import BadParameterError, TooLargeError
from layers.model import Context
from mapserver import auth, negotiation, params
from mapserver.services.site import Site

KEYS = ("format", "batch_id", "context", "quantity", "unit", "time", "averaging", "network")
DEFAULTS = ("quantity", "unit", "time", "averaging", "network")


def blueprint(site: Site) -> Blueprint:
    """Return the address ``POST /api/v1/observations``."""
    bp = Blueprint("observations", __name__, url_prefix="/api/v1")

    @bp.post("/observations")
    def post() -> Response:
        organisation = site.store.organisation_of(auth.bearer(request), site.now())
        params.only(request.args, KEYS)
        context = request.args.get("context", str(Context.ROUTINE))
        if context not in tuple(Context):
            raise BadParameterError(
                f'context is "{context}"; one of {", ".join(Context)} was expected'
            )
        body = _body(site.settings.max_upload_bytes)
        answer = site.call_keeper(
            {
                "op": "ingest",
                "name": "posted",
                "format": request.args.get("format"),
                "media_type": request.mimetype,
                "defaults": {k: request.args[k] for k in DEFAULTS if k in request.args},
                "batch_id": request.args.get("batch_id"),
                "writer": f"token {auth.prefix(auth.bearer(request))}",
                "organisation_id": organisation,
                "context": context,
            },
            body,
        )
        return negotiation.uncached(account(answer), 200)

    return bp


def account(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what became of every row: accepted + duplicate + corrected + rejected = sum."""
    rejected = [
        {"row": r["line"], "code": r["code"], "reason": r["reason"]} for r in answer["rejected"]
    ]
    return {
        "batch_id": answer["batch_id"],
        "accepted": answer["accepted"],
        "duplicate": answer["duplicate"],
        "corrected": answer["corrected"],
        "rejected": rejected,
        "sum": answer["rows"],
        "repeated": answer["repeated"],
    }


def _body(limit: int) -> bytes:
    """Return the body, read no further than the limit."""
    declared = request.content_length
    if declared is not None and declared > limit:
        raise TooLargeError(f"the body has {declared:,} bytes; the limit is {limit:,}")
    body = request.stream.read(limit + 1)
    if len(body) > limit:
        raise TooLargeError(f"the body is longer than the limit of {limit:,} bytes")
    if not body:
        raise BadParameterError("the body is empty; send the rows in it")
    return body
