"""Puts settings, catalogue, store and services together; knows no process and no socket."""

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestedRangeNotSatisfiable
from werkzeug.middleware.proxy_fix import ProxyFix

from layers.errors import LayersError
from mapserver import negotiation
from mapserver.auth import TokenMissingError
from mapserver.errors import QueryTooLongError
from mapserver.services import (
    alarms,
    data,
    events,
    files,
    health,
    layer_pages,
    lite,
    map_pictures,
    observations,
    ogcapi,
    pages,
    point,
    reading,
    screening,
    sensorthings,
    series,
    site_pages,
    stac,
    styles,
    tiles,
    wms,
    wmts,
)
from mapserver.services.site import Site

LOG = logging.getLogger("mapserver")
MAX_QUERY_BYTES = 4_000
SERVICES = (
    tiles,
    wms,
    wmts,
    ogcapi,
    sensorthings,
    data,
    files,
    stac,
    styles,
    point,
    series,
    observations,
    events,
    pages,
    layer_pages,
    map_pictures,
    lite,
    reading,
    alarms,
    screening,
    site_pages,
    health,
)


def create_app(site: Site) -> Flask:
    """Return the application of a site."""
    app = Flask("mapserver", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # an address has one spelling, and none is sent elsewhere
    # Flask's provider has it, the class it is declared as has not.
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    for service in SERVICES:
        app.register_blueprint(service.blueprint(site))

    if hops := site.settings.proxies:
        # As Flask's own guide puts one application before another.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_port=0, x_prefix=0
        )

    _answer_errors(app)

    @app.before_request
    def bounded() -> None:
        if len(request.query_string) > MAX_QUERY_BYTES:
            raise QueryTooLongError(f"the query has more than {MAX_QUERY_BYTES} bytes")

    @app.after_request
    def finish(response: Response) -> Response:
        return negotiation.finish(response, request)

    return app


def _answer_errors(app: Flask) -> None:
    """Give every error an answer in the dialect of its address, none with a trace."""

    @app.errorhandler(LayersError)
    def known(error: LayersError) -> Response:
        if isinstance(error, TokenMissingError):
            response = negotiation.problem_answer(401, str(error), request)
            response.headers["WWW-Authenticate"] = 'Bearer realm="observations"'
            return response
        return negotiation.error_answer(error, request)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        text = f"no address {request.path}" if error.code == 404 else str(error.description)
        response = negotiation.problem_answer(error.code or 500, text, request)
        if error.code == 405:
            allowed = getattr(error, "valid_methods", None) or ()
            response.headers["Allow"] = ", ".join(sorted(allowed))
        if isinstance(error, RequestedRangeNotSatisfiable) and error.length is not None:
            response.headers["Content-Range"] = f"bytes */{error.length}"
        return response

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        LOG.exception("%s %s failed", request.method, request.path)
        return negotiation.problem_answer(500, "see the server's log", request)
