"""The address ``/wms``: which operation is asked for, and how an error is told."""

import functools
import re
from collections.abc import Mapping

from flask import Blueprint, Response, request

from layers.errors import BusyError, LayersError, UnavailableError, nearest
from layers.pictures import MEDIA_TYPES, blank, noted
from mapserver import errors, negotiation
from mapserver.documents import wms_capabilities
from mapserver.services import ows
from mapserver.services.held import Documents
from mapserver.services.site import Site
from mapserver.services.wms import info, legends, maps
from mapserver.services.wms.query import Query, WmsError

EXCEPTION_TYPES = {"1.3.0": "text/xml", "1.1.1": "application/vnd.ogc.se_xml"}
CAPABILITIES_TYPES = {"1.3.0": "text/xml", "1.1.1": "application/vnd.ogc.wms_xml"}
SEQUENCE = re.compile(r"[0-9]{1,18}")
CODES = ("LayerNotDefined", "StyleNotDefined", "InvalidFormat")
"""Codes of the common table that WMS has too; its own come with ``WmsError``."""


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/wms``."""
    bp = Blueprint("wms", __name__)
    documents = Documents()
    operations: Mapping[str, ows.Operation] = {
        "GetCapabilities": lambda site, query: capabilities(site, query, documents),
        "GetMap": maps.answer,
        "GetFeatureInfo": info.answer,
        "GetLegendGraphic": legends.answer,
    }

    @bp.get("/wms")
    def wms() -> Response:
        query = Query(request.args)
        name = query.need("REQUEST")
        service = query.get("SERVICE") or "WMS"
        if service.upper() != "WMS":
            raise WmsError(f'SERVICE is "{service}"; this is WMS', "InvalidParameterValue")
        operation = ows.operation(name, operations)
        if operation is None:
            near = nearest(name, operations)
            raise WmsError(f'no operation "{name}"{near}', "OperationNotSupported")
        return operation(site, query)

    ows.speak(bp, functools.partial(told, site))
    return bp


def capabilities(site: Site, query: Query, documents: Documents) -> Response:
    """Answer GetCapabilities."""
    version = query.version
    language = query.language
    sequence = site.sequence()
    _newer_than(query.get("UPDATESEQUENCE"), sequence)
    said = wms_capabilities.Capabilities(
        version=version,
        sequence=sequence,
        language=language,
        catalog=site.catalog.definition,
        layers=ows.offered(site),
        systems=maps.systems(site),
        base_url=site.base_url(request),
        legend_size=lambda layer, style: legends.size(site, layer, style, language),
    )
    found = documents(
        (version, language, said.base_url),
        (sequence, said.layers),
        lambda: wms_capabilities.document(said),
    )
    return ows.sent(found, CAPABILITIES_TYPES[version], language)


def _newer_than(known: str, sequence: int) -> None:
    """Refuse to send a client what it has already, or to one that has what never was."""
    if not known:
        return
    if not SEQUENCE.fullmatch(known) or int(known) > sequence:
        raise WmsError(
            f'UPDATESEQUENCE is "{known}"; the newest is {sequence}', "InvalidUpdateSequence"
        )
    if int(known) == sequence:
        raise WmsError(f"nothing has changed since {sequence}", "CurrentUpdateSequence")


def told(site: Site, error: LayersError) -> Response:
    """Return an error in the way that the request asks for.

    It is an HTTP 200, because clients show the text only then; a server that is too busy says 503
    and when to ask again.
    """
    try:
        query = Query(request.args)
    except WmsError:
        query = Query(request.args.__class__())
    known, text = errors.answer_for(error), errors.text_for(error)
    way = query.exceptions()
    if way != "xml" and not isinstance(error, UnavailableError):
        try:
            with site.tiler.gate.passed():
                picture = _pictured(query, way, text)
        except (WmsError, BusyError):
            pass  # without a size, a format or room there is no picture to say it in
        else:
            picture.headers["Cache-Control"] = negotiation.NO_STORE
            return picture
    code = getattr(error, "code", known.code if known.code in CODES else "")
    version = query.version
    body = errors.service_exception(code, text, version)
    response = Response(body, content_type=f"{EXCEPTION_TYPES[version]}; charset=utf-8")
    response.headers["Cache-Control"] = negotiation.NO_STORE
    if isinstance(error, UnavailableError):
        response.status_code = known.status
        response.headers["Retry-After"] = str(known.retry_after_s)
    return response


def _pictured(query: Query, way: str, text: str) -> Response:
    image, (width, height), ground = query.image(), query.size(), query.ground()
    if way == "blank":
        body = blank(width, height, ground, image)
    else:
        body = noted(width, height, ground, image, text)
    return Response(body, content_type=MEDIA_TYPES[image])
