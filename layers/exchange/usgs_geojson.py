"""The earthquake feed of the USGS: GeoJSON with depth in km and times in milliseconds.

Source: https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from layers import temporal
from layers.errors import BadFileError
from layers.exchange import documents, places
from layers.exchange.adapter import Adapter, Defaults, Record
from layers.exchange.geojson import members, rejected
from layers.exchange.quakes import COLLECTION, quake
from layers.exchange.rows import RowFault
from layers.geo import Bounds
from layers.model import Feature, WithdrawnRecord

WITHDRAWN = "withdrawn"
_EPOCH = temporal.from_epoch_s(0)


def read(stream: BinaryIO, defaults: Defaults) -> Iterator[Record]:
    """Yield one earthquake or rejected record per feature; ``line`` is its number, from 1.

    An event that the agency has withdrawn (status ``deleted``) is a withdrawn record. A magnitude
    or depth of null stays None.

    Raises
    ------
    BadFileError, BadParameterError, TooLargeError
        As ``Adapter.records`` says.
    """
    document = documents.parsed(stream)
    found = documents.features(document)
    if found and not any(_looks_like_one(item) for item in found):
        raise BadFileError(
            "no feature has the properties mag and time of a USGS earthquake feed; "
            "other features are read as geojson"
        )
    box = places.domain(defaults)
    collection = defaults.get("collection", COLLECTION)
    seen: dict[str, int] = {}
    for number, item in enumerate(found, start=1):
        try:
            feature = _feature(item, number, collection, defaults.get("source", ""), box)
            if feature.id in seen:
                raise RowFault(
                    "duplicate_id", f'the id "{feature.id}" was used by number {seen[feature.id]}'
                )
        except RowFault as fault:
            refused = rejected(number, fault, item)
            if fault.code == WITHDRAWN:
                told = refused.line, refused.code, refused.reason, refused.raw
                yield WithdrawnRecord(*told, collection, str(item.get("id")))
            else:
                yield refused
            continue
        seen[feature.id] = number
        yield feature


def _looks_like_one(item: Any) -> bool:
    properties = item.get("properties") if isinstance(item, dict) else None
    return isinstance(properties, dict) and {"mag", "time"} <= properties.keys()


def _feature(item: Any, number: int, collection: str, source: str, box: Bounds | None) -> Feature:
    facts = members(item)
    key = item.get("id")
    if not isinstance(key, str) or not 0 < len(key) <= 200 or not key.isprintable():
        raise RowFault("id", "the event has no id")
    if facts.get("status") == "deleted":
        raise RowFault(WITHDRAWN, "the agency has withdrawn this event")
    shape = item.get("geometry")
    position = shape.get("coordinates") if isinstance(shape, dict) else None
    if not isinstance(position, list) or not 2 <= len(position) <= 3:
        raise RowFault("empty_geometry", "the event has no position")
    lon, lat = _number(position[0], "position"), _number(position[1], "position")
    if lon is None or lat is None:
        raise RowFault("empty_geometry", "the event has no position")
    return quake(
        key, collection, lon, lat, box,
        time=_time(facts.get("time")),
        magnitude=_number(facts.get("mag"), "magnitude"),
        magnitude_type=_word(facts, "magType"),
        depth_km=_number(position[2], "depth") if len(position) > 2 else None,
        place=_word(facts, "place"),
        time_precision="time",
        source=_word(facts, "net") or source,
        line=number,
        event_type=_word(facts, "type"),
    )  # fmt: skip


def _number(value: Any, code: str) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not abs(value) < 1e9:
        raise RowFault(code, f"{code} {str(value)[:40]} is no number")
    return float(value)


def _word(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def _time(value: Any) -> datetime:
    # 1e14 ms are the year 5138; the calendar of Python ends with 9999.
    if type(value) not in (int, float) or not -6e13 < value < 1e14:
        raise RowFault("time", f"time {str(value)[:40]} is no number of milliseconds since 1970")
    return _EPOCH + timedelta(milliseconds=value)


ADAPTER = Adapter(
    id="usgs-geojson",
    title="Earthquake feed of the USGS",
    suffixes=(".geojson", ".json"),
    yields="features",
    read=read,
    options=("collection", "source", "bounds"),
)
