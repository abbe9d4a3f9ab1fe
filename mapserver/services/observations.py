"""Deliveries by HTTP: a POST with a token of one organisation, every row accounted for."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from layers import exchange
from layers.errors import (
    BadParameterError,
    UnsupportedFormatError,
)
from layers.model import Context
from mapserver import auth, negotiation, params
from mapserver.errors import UnsupportedBodyError
from mapserver.services import bodies
from mapserver.services.site import Site

NAME = "the body"
KEYS = ("format", "batch_id", "context", "quantity", "unit", "time", "averaging", "network")
TAKEN = ("observations", "stations")
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
        named = request.args.get("format")
        adapter = None if named is None else exchange.adapter(named)
        batch_id = request.args.get("batch_id")
        # Batches of two organisations never meet, whatever they are called.
        home = f"{organisation}/"
        own_id = None if batch_id is None else home + params.batch_id(batch_id)
        body = bodies.whole(site.settings.max_upload_bytes)
        if not body:
            raise BadParameterError("the body is empty; send the rows in it")
        answer = site.call_keeper(
            {
                "op": "ingest",
                "name": NAME,
                "format": _format(adapter, body),
                "defaults": {k: request.args[k] for k in DEFAULTS if k in request.args},
                "batch_id": own_id,
                "writer": f"token {auth.prefix(auth.bearer(request))}",
                "organisation_id": organisation,
                "context": context,
            },
            body,
        )
        told = account(answer)
        return negotiation.uncached({**told, "batch_id": told["batch_id"].removeprefix(home)}, 200)

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


def _format(named: exchange.Adapter | None, body: bytes) -> str:
    """Return the format of a body: as it was named, or as its first bytes show."""
    head = body[: exchange.SNIFFED_BYTES]
    try:
        found = named or exchange.sniff(NAME, head, request.mimetype)
    except UnsupportedFormatError as error:
        raise UnsupportedBodyError(str(error)) from None
    if found.yields not in TAKEN:
        raise UnsupportedBodyError(
            f'format "{found.id}" holds {found.yields}; this address takes tables of '
            f"{' and '.join(TAKEN)}, and the operator of the server brings in features and rasters "
            "with mapserver ingest and the catalogue"
        )
    return found.id
