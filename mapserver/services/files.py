"""The files of a layer: made once for each version, sent piece by piece from the disk."""

import io
from datetime import datetime

from flask import Blueprint, Response, request

from layers.errors import (
    BadParameterError,
    GoneError,
    UnavailableError,
    UnsupportedFormatError,
    nearest,
)
from layers.exchange import kml
from layers.files import MEDIA_TYPES, Wanted, offered, qgis
from layers.kinds import FeatureKind
from layers.kinds.collection import degrees
from layers.kinds.surface import SurfaceKind
from layers.model import LayerDefinition, StyleDefinition
from layers.tiles import data_part
from mapserver import negotiation, params
from mapserver.documents import geojson, tilejson
from mapserver.documents.columns import columns
from mapserver.services.downloads import SHARE, Downloads
from mapserver.services.held import Documents
from mapserver.services.site import Site

LIVE = "live"
"""The name of a link that a globe follows again and again."""
LIVE_EVERY_S = 600
KEYS = {"csv": ("bom",), "kmz": ("style",), "qml": ("style", "lang")}
"""What a query may say of a file, by its suffix."""


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/files/...``."""
    bp = Blueprint("files", __name__)
    downloads = Downloads(max(1, site.settings.threads // SHARE))
    documents = Documents()

    @bp.get("/files/<layer>/<version>/<name>")
    def file(layer: str, version: str, name: str) -> Response:
        word, _, suffix = name.rpartition(".")
        definition = site.credited(site.catalog.layer(layer))
        params.only(request.args, _keys(definition, suffix))
        listed = suffix == "json" and definition.kind == "stations"
        if not listed:
            _offered(definition, suffix)
        style = site.catalog.style(definition, request.args.get("style"))
        if word == LIVE and suffix == "kmz":
            return _link(site, definition, style)
        at = params.layer_time(definition, word)
        newest, at = site.tiler.newest(layer, definition.styles[0].id, at)
        token = data_part(newest if version == params.LATEST else params.version(version))
        fixed = params.LATEST not in (version, word)
        if fixed:
            params.one_spelling(word, at)
        if listed:
            return _columns(site, documents, layer, token, at)
        cache = negotiation.IMMUTABLE if fixed else negotiation.LATEST
        wanted = _wanted(site, definition, style, suffix, token, at)
        if suffix == "geojson":
            return _features(site, wanted)
        if suffix == "qml":
            _kept(site, wanted, data_part(newest))
            return _named(_qgis(definition, style), wanted)
        if not fixed:
            location = f"/files/{layer}/{token}/{wanted.time_word}.{suffix}"
            return _sent(site, downloads, wanted, cache, location)
        return _sent(site, downloads, wanted, cache)

    return bp


def _keys(layer: LayerDefinition, suffix: str) -> tuple[str, ...]:
    if _weighed(layer) and suffix == "tif":
        return "style", "weights"
    return KEYS.get(suffix, ())


def _weighed(layer: LayerDefinition) -> bool:
    """Tell whether a file of a layer is of one style, with weights."""
    return layer.kind == "suitability"


def _offered(layer: LayerDefinition, suffix: str) -> None:
    known = offered(layer)
    if not known:
        raise UnsupportedFormatError(f'layer "{layer.id}" is offered as tiles only')
    if suffix not in known:
        raise UnsupportedFormatError(
            f'layer "{layer.id}" is offered as .{", .".join(known)}, not ".{suffix}"'
            f"{nearest(suffix, known)}"
        )


def _wanted(
    site: Site,
    layer: LayerDefinition,
    style: StyleDefinition,
    suffix: str,
    version: str,
    at: datetime | None,
) -> Wanted:
    bom = request.args.get("bom", "0")
    if bom not in ("0", "1"):
        raise BadParameterError(f'bom is "{bom}"; 0 or 1 was expected')
    return Wanted(
        layer=layer,
        style=style,
        suffix=suffix,
        version=version,
        time=at,
        context=str(site.catalog.definition.context),
        notice=tilejson.notice(layer, site.catalog.definition),
        bom=bom == "1",
        packed=suffix == "csv" and _takes_packed(),
        weights=params.weights(request.args, style) if _weighed(layer) else None,
    )


def _takes_packed() -> bool:
    """Tell whether a table may be sent packed: whoever asks for a part means the plain bytes."""
    accepted = request.headers.get("Accept-Encoding", "")
    return negotiation.takes_gzip(accepted) and "Range" not in request.headers


def _sent(
    site: Site, downloads: Downloads, wanted: Wanted, cache: str, location: str | None = None
) -> Response:
    for _ in range(2):
        path = site.files.file(wanted)
        try:
            response = downloads.send(
                path,
                mimetype=MEDIA_TYPES[wanted.suffix],
                etag=f"{wanted.tag}.{wanted.suffix}{'-gz' if wanted.packed else ''}",
            )
        except FileNotFoundError:
            continue  # it gave way to others in between: it is made again, once
        response.headers["Content-Type"] = MEDIA_TYPES[wanted.suffix]  # as it stands
        # The date is that of its last use here: the entity tag alone says what it is.
        response.headers.pop("Last-Modified", None)
        response.headers["Cache-Control"] = cache
        if wanted.suffix == "csv":
            response.headers["Vary"] = "Accept-Encoding"
        if wanted.packed:
            response.headers["Content-Encoding"] = "gzip"
        if location:
            query = request.query_string.decode("ascii", "ignore")
            response.headers["Content-Location"] = f"{location}?{query}" if query else location
        return _named(response, wanted)
    raise UnavailableError("the file gave way to others before it was sent")


def _named(response: Response, wanted: Wanted) -> Response:
    """Give a download the name by which a GIS finds the style beside the data."""
    of = f"{wanted.layer.id}-{wanted.style.id}" if _weighed(wanted.layer) else wanted.layer.id
    stem = f"{of}-{wanted.time_word.replace(':', '')}"
    response.headers["Content-Disposition"] = f'inline; filename="{stem}.{wanted.suffix}"'
    return response


def _kept(site: Site, wanted: Wanted, newest: str) -> None:
    """Raise where a version is none that a layer has: its style has no version of its own."""
    kind = site.catalog.kind(wanted.layer.id)
    if isinstance(kind, SurfaceKind):
        kind.published_at(wanted.time, wanted.version)
    elif wanted.version != newest:
        raise GoneError(f"version {wanted.version} is not kept; see /current.json")


def _features(site: Site, wanted: Wanted) -> Response:
    """Return GeoJSON, which a page reads a thousand times: packed, and no download.

    Title, licence and attribution stand in it and are the catalogue's: it is asked for again.
    """
    kind = site.catalog.kind(wanted.layer.id)
    assert isinstance(kind, FeatureKind)  # noqa: S101 - it is offered of these alone
    features = kind.everything(wanted.time, wanted.version)
    said = {
        "version": wanted.version,
        "time": wanted.time_word,
        "context": wanted.context,
        "notice": wanted.notice,
    }
    document = geojson.feature_collection(features, degrees(features), wanted.layer, said)
    return negotiation.json_answer(
        document, request, cache=negotiation.LATEST, media_type=MEDIA_TYPES["geojson"]
    )


def _columns(
    site: Site, documents: Documents, layer: str, version: str, at: datetime | None
) -> Response:
    """Return stations as the page reads them; every reader asks for them, hour by hour."""
    kind = site.catalog.kind(layer)
    assert isinstance(kind, FeatureKind)  # noqa: S101 - stations are
    features = kind.everything(at, version)

    def make() -> bytes:
        return negotiation.json_bytes(columns(features, degrees(features)))

    document = documents((layer, at), version, make)
    return negotiation.answer(
        document.body,
        "application/json",
        request,
        cache=negotiation.LATEST,
        etag=document.etag,
        packed=document.packed,
    )


def _qgis(layer: LayerDefinition, style: StyleDefinition) -> Response:
    body = qgis.style(layer, style, params.language(request.args))
    return negotiation.answer(body, MEDIA_TYPES["qml"], request, cache=negotiation.LATEST)


def _link(site: Site, layer: LayerDefinition, style: StyleDefinition) -> Response:
    """Return a KMZ that shows the newest of a layer, and looks for it again."""
    wanted = _wanted(site, layer, style, "kmz", params.LATEST, None)
    href = f"{site.base_url(request)}/files/{layer.id}/latest/latest.kmz?style={style.id}"
    stream = io.BytesIO()
    kml.write_link(stream, href, LIVE_EVERY_S, wanted.facts)
    return negotiation.answer(
        stream.getvalue(),
        kml.MEDIA_TYPE,
        request,
        cache=negotiation.LATEST,
        filename=f"{layer.id}.kmz",
    )
