"""What the page and other programs read beside tiles: current.json, files, a point's values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request, send_file

from layers import temporal
from layers.errors import GoneError, UnsupportedFormatError
from layers.kinds.collection import CollectionKind, degrees
from layers.kinds.stations import StationsKind
from layers.kinds.surface import SurfaceKind
from layers.tiles import data_part
from mapserver import negotiation, params
from mapserver.documents import current, geojson, tilejson
from mapserver.services.site import Site


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/current.json``, ``/files/...`` and ``/api/v1/point``."""
    bp = Blueprint("data", __name__)

    @bp.get("/current.json")
    def newest() -> Response:
        params.only(request.args, ())
        counts = site.store.collections(site.audience)
        document = current.current(
            site.catalog,
            {
                e.id: counts.get(e.collection or "", 0)
                for e in site.catalog.layers.values()
                if e.collection
            },
            site.now(),
        )
        # The moment of asking is no change: without it, unchanged data keep their entity tag.
        generated = document.pop("generated")
        body = negotiation.json_bytes(document)
        etag = negotiation.body_etag(body)
        return negotiation.json_answer(
            {"generated": generated, **document}, request, cache=negotiation.SHORT, etag=etag
        )

    @bp.get("/files/<layer>/<version>/<name>")
    def file(layer: str, version: str, name: str) -> Response:
        params.only(request.args, ())
        definition = site.catalog.layer(layer)
        kind = site.catalog.kind(layer)
        word, _, suffix = name.rpartition(".")
        at = None if word in (params.STATIC, params.LATEST) else temporal.instant(word)
        wanted = (
            kind.version(at) if version == params.LATEST else data_part(params.version(version))
        )
        cache = negotiation.LATEST if params.LATEST in (version, word) else negotiation.IMMUTABLE
        if isinstance(kind, SurfaceKind):
            if suffix != "tif":
                raise UnsupportedFormatError(f'layer "{layer}" is offered as .tif, not ".{suffix}"')
            info = site.store.surface(layer, at, wanted)
            path = site.store.geotiff(info)
            if not path.is_file():
                raise GoneError(f'version "{wanted}" of layer "{layer}" is no longer kept')
            response = send_file(
                path,
                mimetype="image/tiff; application=geotiff; profile=cloud-optimized",
                conditional=True,
                etag=info.token,
                download_name=f"{layer}-{tilejson.time_word(info.valid_time)}.tif",
            )
            response.headers["Cache-Control"] = cache
            return response
        if isinstance(kind, StationsKind | CollectionKind):
            if suffix != "geojson":
                raise UnsupportedFormatError(
                    f'layer "{layer}" is offered as .geojson, not ".{suffix}"'
                )
            features = kind.everything(at, wanted)
            document = geojson.feature_collection(
                features,
                degrees(features),
                definition,
                {
                    "version": wanted,
                    "time": tilejson.time_word(at),
                    "context": str(site.catalog.definition.context),
                    "notice": tilejson.notice(definition, site.catalog.definition),
                },
            )
            return negotiation.json_answer(
                document, request, cache=cache, media_type="application/geo+json"
            )
        raise UnsupportedFormatError(f'layer "{layer}" is offered as tiles only')

    @bp.get("/api/v1/point")
    def point() -> Response:
        params.only(request.args, ("lon", "lat", "time"))
        place = params.point(request.args)
        at = params.instant_or_latest(request.args.get("time"))
        layers: list[dict[str, Any]] = []
        nearest: list[Any] = []
        for definition in site.catalog.layers.values():
            if definition.kind == "basemap":
                continue
            kind = site.catalog.kind(definition.id)
            found = dict(kind.inspect(place, at if kind.extent().times else None))
            stations = found.pop("nearest_stations", None)
            if stations is not None and definition.visible:
                nearest = nearest or stations
            layers.append(
                {
                    "layer": definition.id,
                    "title": definition.title,
                    "kind": definition.kind,
                    "notice": tilejson.notice(definition, site.catalog.definition),
                    "attribution": definition.attribution,
                    **_plain(found),
                }
            )
        document = {
            "lon": place.lon,
            "lat": place.lat,
            "time": "latest" if at is None else temporal.word(at),
            "context": str(site.catalog.definition.context),
            "layers": layers,
            "nearest_stations": nearest,
        }
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)

    return bp


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: times as words, sequences as lists."""
    if isinstance(value, datetime):
        return temporal.word(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
