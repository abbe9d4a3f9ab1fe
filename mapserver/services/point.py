"""What every layer knows of one place: the answer to a click."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from layers import temporal
from layers.errors import BadParameterError
from layers.geo import Point
from layers.kinds import is_timed
from layers.kinds import scenario as shaking
from layers.kinds.suitability import SuitabilityKind
from layers.kinds.surface import SurfaceKind
from layers.model import LayerDefinition, StyleDefinition
from layers.model.kind import LayerKind, Scenario
from mapserver import negotiation, params
from mapserver.documents import tilejson
from mapserver.documents.wms_capabilities import queryable
from mapserver.services.site import Site

PATH = "/api/v1/point"
KEYS = ("lon", "lat", "time", "layer", "style", "threshold", "weights")
MEDIA_TYPE = "application/json"


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/api/v1/point``."""
    bp = Blueprint("point", __name__)
    clicks = Clicks(site)

    @bp.get(PATH)
    def point() -> Response:
        document = clicks.document(request.args)
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)

    return bp


@dataclass(frozen=True, slots=True)
class Known:
    """A layer that is asked, and what is said of it whatever the place."""

    layer: LayerDefinition
    kind: LayerKind
    timed: bool
    head: Mapping[str, Any]

    @classmethod
    def of(cls, site: Site, layer: LayerDefinition) -> "Known":
        """Return a layer of a site."""
        head = {
            "layer": layer.id,
            "title": layer.title,
            "kind": layer.kind,
            "notice": tilejson.notice(layer, site.catalog.definition),
        }
        return cls(layer, site.catalog.kind(layer.id), is_timed(layer), head)


class Clicks:
    """What all layers of a site know of places."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @functools.cached_property
    def _known(self) -> tuple[Known, ...]:
        layers = self._site.catalog.layers.values()
        return tuple(Known.of(self._site, each) for each in layers if queryable(each))

    def document(self, query: MultiDict[str, str]) -> dict[str, Any]:
        """Return the answer to a click.

        Raises
        ------
        LayersError
            For a query that is none.
        """
        site = self._site
        params.only(query, (*KEYS, *shaking.FILTERS))
        place = params.point(query)
        at = params.instant_or_latest(query.get("time"))
        asked = _asked(site, query)
        layers: list[dict[str, Any]] = []
        nearest: list[Any] = []
        with site.store.still():
            for each in self._known:
                found = _found(site, each, place, at, asked.get(each.layer.id))
                stations = found.pop("nearest_stations", None)
                if stations is not None and each.layer.visible:
                    nearest = nearest or stations
                layers.append(found)
        return {
            "lon": place.lon,
            "lat": place.lat,
            "time": "latest" if at is None else temporal.word(at),
            "context": str(site.catalog.definition.context),
            "layers": layers,
            "nearest_stations": nearest,
        }


@dataclass(frozen=True, slots=True)
class AsShown:
    """How a layer is looked at: a style, a threshold of its own, other weights, an earthquake."""

    style: StyleDefinition | None = None
    threshold: float | None = None
    weights: tuple[float, ...] | None = None
    scenario: Scenario | None = None


def _asked(site: Site, query: Mapping[str, str]) -> dict[str, AsShown]:
    """Return how the query looks at the one layer that it names."""
    shaken = [key for key in shaking.FILTERS if key in query]
    asked = [key for key in ("threshold", "style", "weights", *shaken) if key in query]
    if "layer" not in query:
        if asked:
            raise BadParameterError(f'"{asked[0]}" is of one layer; name it by layer=')
        return {}
    layer = site.catalog.layer(query["layer"])
    kind, style = site.catalog.kind(layer.id), None
    if isinstance(kind, SuitabilityKind):
        style = site.catalog.style(layer, query.get("style"))
    elif not asked:
        raise BadParameterError(
            '"layer" names the surface of a threshold, what is weighed, or what shows a rupture; '
            "send threshold= too, or rupture="
        )
    elif "style" in query or "weights" in query:
        raise BadParameterError(f'layer "{layer.id}" weighs nothing: a click on it has no style')
    if "threshold" in query and not isinstance(kind, SurfaceKind):
        raise BadParameterError(f'layer "{layer.id}" has no threshold: it is no surface')
    if shaken and not isinstance(kind, shaking.ScenarioKind):
        raise BadParameterError(f'layer "{layer.id}" has no "{shaken[0]}": it is no scenario')
    number = params.number(query["threshold"], "threshold") if "threshold" in query else None
    weights = params.weights(query, style) if style and "weights" in query else None
    return {layer.id: AsShown(style, number, weights, params.scenario(query) if shaken else None)}


def told(
    site: Site,
    layer: LayerDefinition,
    place: Point,
    at: datetime | None,
    shown: AsShown | None = None,
) -> dict[str, Any]:
    """Return what one layer knows of a place, as JSON has it; every face says the same."""
    found: dict[str, Any] = _plain(_found(site, Known.of(site, layer), place, at, shown))
    return found


def _found(
    site: Site, known: Known, place: Point, at: datetime | None, shown: AsShown | None
) -> dict[str, Any]:
    kind, moment = known.kind, at if known.timed else None
    if shown is None:
        found = kind.inspect(place, moment)
    elif isinstance(kind, SurfaceKind):
        found = kind.inspect(place, moment, shown.threshold)
    elif isinstance(kind, SuitabilityKind):
        found = kind.inspect(place, moment, shown.style, shown.weights)
    elif isinstance(kind, shaking.ScenarioKind):
        found = kind.inspect(place, moment, shown.scenario)
    else:
        found = kind.inspect(place, moment)
    return {**known.head, "attribution": site.attribution(known.layer), **found}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: times as words, sequences as lists."""
    if isinstance(value, datetime):
        return temporal.word(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
