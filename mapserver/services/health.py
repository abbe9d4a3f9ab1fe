"""Is it alive, and is it ready."""

from flask import Blueprint, Response

from layers.errors import LayersError
from mapserver import negotiation
from mapserver.services.site import Site


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/healthz`` and ``/readyz``."""
    bp = Blueprint("health", __name__)

    @bp.get("/healthz")
    def alive() -> Response:
        return negotiation.uncached({"status": "alive"}, 200)

    @bp.get("/readyz")
    def ready() -> Response:
        reasons = []
        try:
            status = site.call_keeper({"op": "status"}, b"")
            if not status["ready"]:
                reasons.append("the newest surface is being made")
        except LayersError as error:
            status = {}
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

    return bp
