"""One station over time: its series as JSON or CSV, and what is usual for its place."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np
from flask import Blueprint, Response, request
from numpy.typing import NDArray

from layers import messages, quality, temporal, units
from layers.errors import BadParameterError, NoSurfaceError, UnsupportedFormatError
from layers.exchange.rows import guarded
from layers.kinds.stations import StationsKind
from layers.model import LayerDefinition, Station, Status, StoredObservation
from mapserver import negotiation, params
from mapserver.services.site import Site

KEYS = ("layer", "station", "begin", "end", "step", "format")
STEPS = ("hour", "day")
FORMATS = ("json", "csv")
SPAN = timedelta(hours=48)
"""What is answered where no begin is named."""
LONGEST = timedelta(days=366)
COLUMNS = (
    "station", "quantity", "begin_time", "end_time", "value", "unit", "sd", "status", "reasons",
    "context", "revision",
)  # fmt: skip
RAIN = "precipitation"
NO_VALUE = (Status.REJECTED, Status.MISSING)


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/api/v1/series`` and ``/api/v1/usual``."""
    bp = Blueprint("series", __name__, url_prefix="/api/v1")

    @bp.get("/series")
    def series() -> Response:
        params.only(request.args, KEYS)
        layer, station = _asked(site)
        begin, end = _span(site, layer)
        step = params.choice(request.args, "step", STEPS)
        form = params.choice(request.args, "format", FORMATS)
        found = _observed(site, station, str(layer.quantity), begin, end)
        if form == "csv":
            if step != STEPS[0]:
                raise BadParameterError("a CSV table holds what was observed; leave step out")
            name = f"{station.code}-{layer.quantity}.csv"
            return negotiation.answer(
                _table(found).encode(), "text/csv", request, cache=negotiation.SHORT, filename=name
            )
        rows = [_row(each) for each in found] if step == "hour" else _days(found)
        document = {
            **_said(site, layer, station),
            "begin": temporal.word(begin),
            "end": temporal.word(end),
            "step": step,
            "rows": rows,
        }
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)

    @bp.get("/usual")
    def usual() -> Response:
        params.only(request.args, ("layer", "station", "time", "lang"))
        layer, station = _asked(site)
        at = params.instant_or_latest(request.args.get("time")) or _newest(site, layer)
        hour = temporal.floor_hour(at)
        value = _hourly(site, station, str(layer.quantity), hour)
        found = quality.usual(value, _hourly(site, station, RAIN, hour))
        document = {
            **_said(site, layer, station, params.language(request.args)),
            "time": temporal.word(hour),
            "days": quality.HISTORY.days,
            "value": None if np.isnan(value[-1]) else float(value[-1]),
            "usual": None if found is None else asdict(found),
        }
        return negotiation.json_answer(document, request, cache=negotiation.SHORT)

    return bp


def _asked(site: Site) -> tuple[LayerDefinition, Station]:
    """Return the layer and the station that the query names."""
    for key in ("layer", "station"):
        if not request.args.get(key):
            raise BadParameterError(f'"{key}" is missing; send layer= and station=')
    layer = site.catalog.layer(request.args["layer"])
    if not isinstance(site.catalog.kind(layer.id), StationsKind):
        raise UnsupportedFormatError(f'layer "{layer.id}" has no stations')
    return layer, site.store.station(site.audience, site.now(), request.args["station"])


def _newest(site: Site, layer: LayerDefinition) -> datetime:
    times = site.catalog.kind(layer.id).extent().times
    if not times:
        raise NoSurfaceError(f'layer "{layer.id}" has no values yet')
    return times[-1]


def _span(site: Site, layer: LayerDefinition) -> tuple[datetime, datetime]:
    """Return the half-open interval that the query names; by itself the newest two days."""
    named = params.instant_or_latest(request.args.get("end"))
    end = named or _newest(site, layer) + temporal.HOUR
    begin = params.instant_or_latest(request.args.get("begin")) or end - SPAN
    if begin >= end:
        raise BadParameterError(f"begin {temporal.word(begin)} is not before the end")
    if end - begin > LONGEST:
        raise BadParameterError(
            f"{(end - begin).days} days were asked for; the limit is {LONGEST.days}"
        )
    return begin, end


def _observed(
    site: Site, station: Station, quantity: str, begin: datetime, end: datetime
) -> list[StoredObservation]:
    return site.store.series(site.audience, site.now(), station.code, quantity, begin, end)


def _said(
    site: Site, layer: LayerDefinition, station: Station, language: str = "en"
) -> dict[str, Any]:
    """Return what every document says of the station: who, what, and whether it is real."""
    networks = {network.id: network for network in site.store.networks()}
    network = networks[station.network_id]
    return {
        "station": station.code,
        "name": dict(station.names),
        "layer": layer.id,
        "quantity": layer.quantity,
        "unit": units.QUANTITIES[str(layer.quantity)].unit,
        "context": str(site.catalog.definition.context),
        "network": messages.shipped(network.name, language),
        "licence": network.licence,
        "attribution": messages.shipped(network.attribution, language),
    }


def _shown(each: StoredObservation) -> float | None:
    """Return a value that counts; what was rejected is in the table, and in no mean."""
    observation = each.observation
    return None if observation.status in NO_VALUE else observation.value


def _row(each: StoredObservation) -> dict[str, Any]:
    observation = each.observation
    return {
        "begin_time": temporal.word(observation.begin_time),
        "end_time": temporal.word(observation.end_time),
        "value": observation.value,
        "status": str(observation.status),
    }


def _days(found: Sequence[StoredObservation]) -> list[dict[str, Any]]:
    """Return one row for each day of UTC that has values: their mean, least, largest and number."""
    rows = []
    for day, group in groupby(found, key=lambda each: each.observation.begin_time.date()):
        values = [value for each in group if (value := _shown(each)) is not None]
        if not values:
            continue
        rows.append(
            {
                "begin_time": f"{day.isoformat()}T00:00:00Z",
                "value": sum(values) / len(values),
                "low": min(values),
                "high": max(values),
                "count": len(values),
            }
        )
    return rows


def _table(found: Sequence[StoredObservation]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for each in found:
        o = each.observation
        begin, end = temporal.word(o.begin_time), temporal.word(o.end_time)
        unit = units.QUANTITIES[o.quantity].unit
        table.writerow(
            [
                guarded(o.station_code), o.quantity, begin, end, o.value, unit, o.sd, o.status,
                guarded(" ".join(o.reasons)), each.context, each.revision,
            ]
        )  # fmt: skip
    return text.getvalue()


def _hourly(site: Site, station: Station, quantity: str, hour: datetime) -> NDArray[np.float64]:
    """Return one value for each hour of the history up to an hour; NaN where there is none."""
    count = int(quality.HISTORY / temporal.HOUR) + 1
    begin = hour - quality.HISTORY
    value = np.full(count, np.nan)
    for each in _observed(site, station, quantity, begin, hour + temporal.HOUR):
        shown = _shown(each)
        if shown is not None:
            value[int((each.observation.begin_time - begin) / temporal.HOUR)] = shown
    return value
