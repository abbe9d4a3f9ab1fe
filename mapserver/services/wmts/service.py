"""The addresses below ``/wmts``: which operation is asked for, and how an error is told."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from layers.errors import LayersError, UnavailableError, nearest
from mapserver import errors, negotiation
from mapserver.documents import wmts_capabilities
from mapserver.documents.wmts_capabilities import ADDRESS, DOCUMENT, INFO_SUFFIXES, SECTIONS, SUFFIX
from mapserver.services import ows
from mapserver.services.held import Documents
from mapserver.services.site import Site
from mapserver.services.wms import legends
from mapserver.services.wms.info import info_format
from mapserver.services.wms.query import Query
from mapserver.services.wmts import tiles
from mapserver.services.wmts.query import (
    NotThereError,
    WmtsError,
    checked,
    image,
    language,
    locating,
    need,
    said,
    status_of,
)

VERSION = "1.0.0"
XML_TYPES = ("application/xml", "text/xml")
CODES = ("InvalidParameterValue",)
"""Codes of the common table that OWS has too; its own come with ``WmtsError``."""
TILE = f"{ADDRESS}/<layer>/<style>/<time>/<matrix_set>/<matrix>/<row>"


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/wmts`` and ``/wmts/...``."""
    bp = Blueprint("wmts", __name__)
    documents = Documents()
    operations: Mapping[str, ows.Operation] = {
        "GetCapabilities": lambda site, query: capabilities(site, query, documents),
        "GetTile": tile,
        "GetFeatureInfo": value,
    }

    @bp.get(ADDRESS)
    def by_keys() -> Response:
        query = Query(request.args)
        service = need(query, "Service")
        if service.upper() != "WMTS":
            raise WmtsError(f'Service is "{service}"; this is WMTS', locator="Service")
        name = need(query, "Request")
        operation = ows.operation(name, operations)
        if operation is None:
            text = f'no operation "{name}"{nearest(name, operations)}'
            raise WmtsError(text, "OperationNotSupported", name)
        return operation(site, query)

    @bp.get(DOCUMENT)
    def document() -> Response:
        return _document(site, Query(request.args), documents)

    @bp.get(f"{TILE}/<image_leaf>", strict_slashes=True)
    def by_address(image_leaf: str, **words: str) -> Response:
        col, _, suffix = image_leaf.rpartition(".")
        if suffix != SUFFIX:
            text = f'no format ".{suffix}"; tiles are .{SUFFIX}'
            raise NotThereError(text, locator="Format")
        tile = checked(site, _named(words, col), by_keys=False)
        return tiles.picture(site, tile, language(Query(request.args)))

    @bp.get(f"{TILE}/<col>/<pixel_row>/<info_leaf>", strict_slashes=True)
    def value_by_address(col: str, pixel_row: str, info_leaf: str, **words: str) -> Response:
        pixel_col, _, suffix = info_leaf.rpartition(".")
        if suffix not in INFO_SUFFIXES:
            text = f'no format ".{suffix}"; known are .{", .".join(INFO_SUFFIXES)}'
            raise NotThereError(text, locator="InfoFormat")
        tile = checked(site, _named(words, col), by_keys=False)
        return tiles.values(site, tile, (pixel_col, pixel_row), INFO_SUFFIXES[suffix])

    ows.speak(bp, told)
    return bp


def _named(words: Mapping[str, str], col: str) -> dict[str, str]:
    """Return the words of an address by the names of WMTS."""
    return {
        "Layer": words["layer"],
        "Style": words["style"],
        "Time": words["time"],
        "TileMatrixSet": words["matrix_set"],
        "TileMatrix": words["matrix"],
        "TileRow": words["row"],
        "TileCol": col,
    }


def capabilities(site: Site, query: Query, documents: Documents) -> Response:
    """Answer GetCapabilities; who accepts other versions or formats alone is told so."""
    versions = query.get("ACCEPTVERSIONS", "VERSION")
    if versions and VERSION not in versions.split(","):
        text = f"the versions {versions} are not spoken; {VERSION} is"
        raise WmtsError(text, "VersionNegotiationFailed", "AcceptVersions")
    return _document(site, query, documents)


def _document(site: Site, query: Query, documents: Documents) -> Response:
    spoken = language(query)
    asked = query.get("SECTIONS")
    sections = SECTIONS if asked in ("", "All") else tuple(asked.split(","))
    for name in sections:
        if name not in SECTIONS:
            text = f'no section "{name}"; known are {", ".join(SECTIONS)}{nearest(name, SECTIONS)}'
            raise WmtsError(text, locator="Sections")
    layers = ows.offered(site)
    described = wmts_capabilities.Capabilities(
        language=spoken,
        catalog=site.catalog.definition,
        layers=layers,
        base_url=site.base_url(request),
        legend_size=lambda layer, style: legends.size(site, layer, style, spoken),
    )
    known = query.get("UPDATESEQUENCE")
    found = documents(
        (spoken, described.base_url, sections, known),
        layers,
        lambda: wmts_capabilities.document(described, sections, known),
    )
    accepted = [word.strip() for word in query.get("ACCEPTFORMATS").split(",")]
    media_type = next((each for each in accepted if each in XML_TYPES), XML_TYPES[0])
    return ows.sent(found, media_type, spoken)


def _version(query: Query) -> None:
    version = need(query, "Version")
    if version != VERSION:
        text = f'the version "{version}" is not spoken; {VERSION} is'
        raise WmtsError(text, locator="Version")


def tile(site: Site, query: Query) -> Response:
    """Answer GetTile."""
    _version(query)
    words = said(query)
    image(need(query, "Format"))
    return tiles.picture(site, checked(site, words, by_keys=True), language(query))


def value(site: Site, query: Query) -> Response:
    """Answer GetFeatureInfo."""
    _version(query)
    words = said(query)
    with locating("InfoFormat"):
        media_type = info_format(need(query, "InfoFormat"))
    pixel = need(query, "I"), need(query, "J")
    return tiles.values(site, checked(site, words, by_keys=True), pixel, media_type)


def told(error: LayersError) -> Response:
    """Return an error as an ExceptionReport of OWS."""
    known, text = errors.answer_for(error), errors.text_for(error)
    code, locator = known.code if known.code in CODES else "NoApplicableCode", ""
    status = known.status
    if isinstance(error, WmtsError):
        code, locator = error.code, error.locator
        status = status_of(error, by_keys=request.path.rstrip("/") == ADDRESS)
    body = errors.exception_report(code, text, locator)
    response = Response(body, status, content_type=f"{XML_TYPES[0]}; charset=utf-8")
    response.headers["Cache-Control"] = negotiation.NO_STORE
    if isinstance(error, UnavailableError):
        response.headers["Retry-After"] = str(known.retry_after_s)
    return response
