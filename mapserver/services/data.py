"""What the page and other programs read beside tiles: current.json and the files of a layer."""

from datetime import datetime

from flask import Blueprint, Response, request

from layers.errors import GoneError, UnsupportedFormatError
from layers.kinds import FeatureKind
from layers.kinds.collection import degrees
from layers.kinds.surface import SurfaceKind
from layers.model import LayerDefinition
from layers.tiles import data_part
from mapserver import negotiation, params
from mapserver.documents import geojson, tilejson
from mapserver.services.downloads import SHARE, Downloads
from mapserver.services.held import Held
from mapserver.services.site import Site


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/current.json`` and ``/files/...``."""
    bp = Blueprint("data", __name__)
    # Thousands of pages ask for it in the moment that something is published.
    current = Held(lambda: site.store, lambda: _current(site))
    downloads = Downloads(max(1, site.settings.threads // SHARE))

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

    @bp.get("/files/<layer>/<version>/<name>")
    def file(layer: str, version: str, name: str) -> Response:
        params.only(request.args, ())
        definition = site.credited(site.catalog.layer(layer))
        kind = site.catalog.kind(layer)
        word, _, suffix = name.rpartition(".")
        at = params.layer_time(definition, word)
        newest, at = site.tiler.newest(layer, definition.styles[0].id, at)
        wanted = data_part(newest if version == params.LATEST else params.version(version))
        fixed = params.LATEST not in (version, word)
        cache = negotiation.IMMUTABLE if fixed else negotiation.LATEST
        if isinstance(kind, SurfaceKind):
            _offered(definition, "tif", suffix)
            return _geotiff(site, downloads, definition, at, wanted, cache)
        if isinstance(kind, FeatureKind):
            _offered(definition, "geojson", suffix)
            features = kind.everything(at, wanted)
            said = {
                "version": wanted,
                "time": tilejson.time_word(at),
                "context": str(site.catalog.definition.context),
                "notice": tilejson.notice(definition, site.catalog.definition),
            }
            document = geojson.feature_collection(features, degrees(features), definition, said)
            return negotiation.json_answer(
                document, request, cache=cache, media_type="application/geo+json"
            )
        raise UnsupportedFormatError(f'layer "{layer}" is offered as tiles only')

    return bp


def _current(site: Site) -> tuple[bytes, bytes, str]:
    """Return ``/current.json``, the same packed, and its entity tag."""
    document, etag = site.current()
    body = negotiation.json_bytes(document)
    return body, negotiation.gzip_of(body), etag


def _offered(layer: LayerDefinition, offered: str, asked: str) -> None:
    if asked != offered:
        raise UnsupportedFormatError(f'layer "{layer.id}" is offered as .{offered}, not ".{asked}"')


def _geotiff(
    site: Site,
    downloads: Downloads,
    layer: LayerDefinition,
    at: datetime | None,
    version: str,
    cache: str,
) -> Response:
    info = site.store.surface(layer.id, at, version)
    path = site.store.geotiff(info)
    if not path.is_file():
        raise GoneError(f'version "{version}" of layer "{layer.id}" is no longer kept')
    response = downloads.send(
        path,
        mimetype="image/tiff; application=geotiff; profile=cloud-optimized",
        etag=info.token,
        download_name=f"{layer.id}-{tilejson.time_word(info.valid_time)}.tif",
    )
    response.headers["Cache-Control"] = cache
    return response
