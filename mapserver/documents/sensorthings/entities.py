"""The properties of every kind of entity, without links: those know their own address."""

from datetime import datetime
from typing import Any

from layers import temporal, units
from layers.messages import text
from layers.model import Context, Datastream, Network, Station, StoredObservation
from mapserver.documents import quantities, time_extent

GEOJSON = "application/geo+json"
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
UNTOLD = "not-told"
"""The sensor of datastreams whose network has not said with what it measures."""


def station_name(station: Station) -> str:
    """Return the English name of a station, or its code."""
    return station.names.get("en") or station.code


def notice(context: Context) -> str:
    """Return the sentence that must stand on what is no measurement; empty where it is one."""
    shown = (Context.SIMULATED, Context.EXERCISE)
    return text(f"context.{context}", "en") if context in shown else ""


def _said(sentence: str, context: Context) -> str:
    mark = notice(context)
    return f"{sentence} {mark}." if mark else sentence


def _marked(properties: dict[str, Any], context: Context) -> dict[str, Any]:
    mark = notice(context)
    return properties | {"context": str(context)} | ({"notice": mark} if mark else {})


def thing(station: Station, network: Network | None, context: Context) -> dict[str, Any]:
    """Return a station as a Thing."""
    known_as = network.name or network.id if network else station.network_id
    properties = {
        "code": station.code,
        "names": dict(station.names),
        "country": station.country,
        "elevation_m": station.elevation_m,
        "network": station.network_id,
        "network_name": known_as,
        "licence": network.licence if network else "",
        "attribution": network.attribution if network else "",
        "valid_from": _word(station.valid_from),
        "valid_to": _word(station.valid_to),
    }
    return {
        "name": station_name(station),
        "description": _said(f"Station {station.code} of {known_as}.", context),
        "properties": _marked(properties, context),
    }


def location(station: Station) -> dict[str, Any]:
    """Return the place of a station."""
    return {
        "name": station_name(station),
        "description": f"Where station {station.code} stands.",
        "properties": {"elevation_m": station.elevation_m, "country": station.country},
        "encodingType": GEOJSON,
        "location": point(station),
    }


def historical_location(time: datetime) -> dict[str, Any]:
    """Return since when a station is known to stand at its place."""
    return {"time": temporal.word(time)}


def feature_of_interest(station: Station) -> dict[str, Any]:
    """Return what the values of a station are of: the air and ground around it."""
    return {
        "name": station_name(station),
        "description": f"The surroundings of station {station.code}.",
        "properties": {"elevation_m": station.elevation_m, "country": station.country},
        "encodingType": GEOJSON,
        "feature": point(station),
    }


def point(station: Station) -> dict[str, Any]:
    """Return the position of a station as GeoJSON."""
    return {"type": "Point", "coordinates": [station.lon, station.lat]}


def observed_property(quantity: units.Quantity, address: str) -> dict[str, Any]:
    """Return a quantity; ``address`` is that of the entity, for one that no vocabulary has."""
    name = text(f"quantity.{quantity.id}", "en")
    return {
        "name": name,
        "description": f"{name} ({quantity.symbol}), in {quantity.unit}.",
        "properties": {"quantity": quantity.id, "symbol": quantity.symbol, "unit": quantity.unit},
        "definition": quantities.definition(quantity.id, address),
    }


def sensor(detector: str) -> dict[str, Any]:
    """Return a detector under the name that its network gives it; an empty one is not told."""
    told = detector or "Not told"
    said = f"Detector {detector}." if detector else "The network has not told which detector."
    return {
        "name": told,
        "description": said,
        "properties": {"detector": detector or None},
        "encodingType": "text/plain",
        "metadata": said,
    }


def datastream(stream: Datastream, code: str, station: Station, context: Context) -> dict[str, Any]:
    """Return what one detector of a station measures of one quantity; ``code`` is its name."""
    quantity = units.QUANTITIES[stream.quantity]
    name = text(f"quantity.{quantity.id}", "en")
    every = time_extent.period(stream.averaging)
    begin, end = stream.first_time, stream.last_time + stream.averaging
    first_end = stream.first_time + stream.averaging
    properties = {
        "code": code,
        "station": station.code,
        "quantity": quantity.id,
        "averaging": every,
        "detector": stream.detector or None,
        "uncertainty": "resultQuality of each observation: standard deviation, where it is known",
    }
    return {
        "name": f"{name}, {station_name(station)}",
        "description": _said(f"{name} at station {station.code}, means over {every}.", context),
        "properties": _marked(properties, context),
        "observationType": MEASUREMENT,
        "unitOfMeasurement": {
            "name": quantities.UNIT_NAMES[quantity.unit],
            "symbol": quantities.UCUM[quantity.unit],
            "definition": quantities.UCUM_SYSTEM + quantities.UCUM[quantity.unit],
        },
        "observedArea": point(station),
        "phenomenonTime": f"{temporal.word(begin)}/{temporal.word(end)}",
        "resultTime": f"{temporal.word(first_end)}/{temporal.word(end)}",
    }


def observation(stored: StoredObservation) -> dict[str, Any]:
    """Return one value with its quality and with what was received."""
    said = stored.observation
    begin, end = temporal.word(said.begin_time), temporal.word(said.end_time)
    unit = units.QUANTITIES[said.quantity].unit
    return {
        "phenomenonTime": f"{begin}/{end}",
        "result": said.value,
        "resultTime": end,
        "resultQuality": {
            "status": str(said.status),
            "reasons": list(said.reasons),
            "uncertainty": {"type": "standard deviation", "value": said.sd, "unit": unit},
        },
        "parameters": {
            "unit": unit,
            "source_value": said.source_value,
            "source_unit": said.source_unit,
            "conversion": said.conversion,
            "detector": said.detector or None,
            "revision": stored.revision,
            "received_at": temporal.word(stored.received_at),
            "context": str(stored.context),
        },
    }


def _word(moment: datetime | None) -> str | None:
    return None if moment is None else temporal.word(moment)
