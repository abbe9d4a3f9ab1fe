"""Is it alive, is it ready, and what is counted. None of them waits for a render."""

from types import MappingProxyType

from flask import Blueprint, Response, request

from layers.errors import LayersError
from mapserver import negotiation, params
from mapserver.services.site import Site

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/healthz``, ``/readyz`` and ``/metrics``."""
    bp = Blueprint("health", __name__)

    @bp.get("/healthz")
    def alive() -> Response:
        params.only(request.args, ())
        return negotiation.uncached({"status": "alive"}, 200)

    @bp.get("/readyz")
    def ready() -> Response:
        params.only(request.args, ())
        reasons = []
        try:
            status = site.keeper_status()
            if not status["ready"]:
                reasons.append("the newest surface is being made")
        except LayersError as error:
            status = MappingProxyType({})
            reasons.append(str(error))
        document = {
            "status": "waiting" if reasons else "ready",
            "reasons": reasons,
            "surfaces_waiting": status.get("waiting"),
            "context": str(site.catalog.definition.context),
        }
        response = negotiation.uncached(document, 503 if reasons else 200)
        if reasons:
            response.headers["Retry-After"] = "1"
        return response

    @bp.get("/metrics")
    def metrics() -> Response:
        params.only(request.args, ())
        now = site.now()
        ages = {}
        for layer, kind in site.catalog.kinds.items():
            if times := kind.extent().times:
                ages[layer] = (now - times[-1]).total_seconds()
        response = Response(site.metrics(ages), content_type=EXPOSITION)
        response.headers["Cache-Control"] = negotiation.NO_STORE
        return response

    return bp
