"""What every layer knows of one place: the answer to a click."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from layers import temporal
from layers.errors import BadParameterError
from layers.geo import Point
from layers.kinds import is_timed
from layers.kinds import scenario as shaking
from layers.kinds.surface import SurfaceKind
from layers.model import LayerDefinition
from layers.model.kind import Scenario
from mapserver import negotiation, params
from mapserver.documents import tilejson
from mapserver.documents.wms_capabilities import queryable
from mapserver.services.site import Site

KEYS = ("lon", "lat", "time", "layer", "threshold")


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/api/v1/point``."""
    bp = Blueprint("point", __name__)

    @bp.get("/api/v1/point")
    def point() -> Response:
        params.only(request.args, (*KEYS, *shaking.FILTERS))
        place = params.point(request.args)
        at = params.instant_or_latest(request.args.get("time"))
        chosen = _chosen(site, request.args)
        layers: list[dict[str, Any]] = []
        nearest: list[Any] = []
        with site.store.still():
            for definition in site.catalog.layers.values():
                if not queryable(definition):
                    continue
                found = _found(site, definition, place, at, **chosen.get(definition.id, {}))
                stations = found.pop("nearest_stations", None)
                if stations is not None and definition.visible:
                    nearest = nearest or stations
                layers.append(found)
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


def _chosen(site: Site, query: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return what the query chooses of the layer that it names: a threshold, or an earthquake."""
    shaken = [key for key in shaking.FILTERS if key in query]
    asked = [key for key in ("threshold", *shaken) if key in query]
    if "layer" not in query:
        if asked:
            raise BadParameterError(f'"{asked[0]}" is of one layer; name it by layer=')
        return {}
    if not asked:
        raise BadParameterError(
            '"layer" names the surface of a threshold, or what shows a rupture; '
            "send threshold= too, or rupture="
        )
    layer = query["layer"]
    kind = site.catalog.kind(layer)
    if "threshold" in query and not isinstance(kind, SurfaceKind):
        raise BadParameterError(f'layer "{layer}" has no threshold: it is no surface')
    if shaken and not isinstance(kind, shaking.ScenarioKind):
        raise BadParameterError(f'layer "{layer}" has no "{shaken[0]}": it is no scenario')
    if "threshold" in query:
        return {layer: {"threshold": params.number(query["threshold"], "threshold")}}
    return {layer: {"scenario": params.scenario(query)}}


def told(
    site: Site,
    layer: LayerDefinition,
    place: Point,
    at: datetime | None,
    scenario: Scenario | None = None,
    threshold: float | None = None,
) -> dict[str, Any]:
    """Return what one layer knows of a place, as JSON has it; every face says the same."""
    found: dict[str, Any] = _plain(_found(site, layer, place, at, threshold, scenario))
    return found


def _found(
    site: Site,
    layer: LayerDefinition,
    place: Point,
    at: datetime | None,
    threshold: float | None = None,
    scenario: Scenario | None = None,
) -> dict[str, Any]:
    kind = site.catalog.kind(layer.id)
    moment = at if is_timed(layer) else None
    if isinstance(kind, SurfaceKind):
        known = kind.inspect(place, moment, threshold)
    elif isinstance(kind, shaking.ScenarioKind):
        known = kind.inspect(place, moment, scenario)
    else:
        known = kind.inspect(place, moment)
    return {
        "layer": layer.id,
        "title": layer.title,
        "kind": layer.kind,
        "notice": tilejson.notice(layer, site.catalog.definition),
        "attribution": site.attribution(layer),
        **known,
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: times as words, sequences as lists."""
    if isinstance(value, datetime):
        return temporal.word(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
