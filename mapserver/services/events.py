"""Server-sent events: a page that is open is told when something new is there."""

from flask import Blueprint, Response, request

from mapserver import negotiation, params
from mapserver.services.held import Held
from mapserver.services.site import Site

MEDIA_TYPE = "text/event-stream"


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/api/v1/events``."""
    bp = Blueprint("events", __name__, url_prefix="/api/v1")
    # Asked twice a second by the one watcher of a worker: nothing is read while nobody writes.
    news = Held(lambda: site.store, lambda: _event(site))

    @bp.get("/events")
    def events() -> Response:
        params.only(request.args, ())
        # A HEAD is never read to its end, so it must not take a place among the streams.
        seen = request.headers.get("Last-Event-ID")
        body = b"" if request.method == "HEAD" else site.open_stream(news, seen)
        response = Response(body, content_type=MEDIA_TYPE)
        response.headers["Cache-Control"] = negotiation.NO_STORE
        response.headers["X-Accel-Buffering"] = "no"  # a proxy in front hands on what it gets
        return response

    return bp


def _event(site: Site) -> tuple[str, bytes]:
    """Return the entity tag of ``/current.json``, and the newest of each layer under that id."""
    document, etag = site.current()
    newest = [{"id": e["id"], **e["times"][-1]} for e in document["layers"] if e["times"]]
    told = negotiation.json_bytes({"generated": document["generated"], "newest": newest}).decode()
    return etag, f"id: {etag}\nevent: current\ndata: {told}\n\n".encode()
