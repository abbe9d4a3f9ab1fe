"""GeoJSON: zones, faults, points and stations in longitude and latitude on WGS 84 (RFC 7946)."""

import hashlib
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import shapely
from shapely.geometry.base import BaseGeometry

from layers import temporal
from layers.errors import BadInstantError, BadParameterError
from layers.exchange import documents, places
from layers.exchange.adapter import Adapter, Defaults, Record
from layers.exchange.geometry import geometry
from layers.exchange.limits import RAW_CHARS
from layers.exchange.rows import RowFault
from layers.geo import Bounds
from layers.model import Feature, RejectedRecord, Station

STATIONS = "stations"
MAX_ID_CHARS = 200
MAX_PROPERTY_BYTES = 100_000
_LONG = re.compile(r"\d{19}", re.ASCII)
_TIMES = ("time", "valid_from", "valid_to")


def read(stream: BinaryIO, defaults: Defaults) -> Iterator[Record]:
    """Yield one record per feature; ``line`` is its number in the file, from 1.

    The option ``collection`` says what the features are; ``stations`` makes stations of points.
    The id is the member ``id``, else the property that ``id_property`` names (default ``id``), else
    a hash of the content. Heights in coordinates are kept for stations only. The properties
    ``time``, ``valid_from`` and ``valid_to`` become those of the feature.

    Raises
    ------
    BadFileError, BadParameterError, TooLargeError
        As ``Adapter.records`` says.
    """
    collection = defaults.get("collection")
    if not collection:
        raise BadParameterError(
            "a GeoJSON file does not say what its features are: the option collection is needed, "
            "such as faults, seismic-zones or stations"
        )
    box = places.domain(defaults)
    seen: dict[str, int] = {}
    for number, item in enumerate(documents.features(documents.parsed(stream)), start=1):
        try:
            record: Feature | Station
            if collection == STATIONS:
                record = station = _station(item, defaults, box)
                key = station.code
            else:
                record = feature = _feature(item, number, collection, defaults, box)
                key = feature.id
            if key in seen:
                raise RowFault(
                    "duplicate_id", f'the id "{key}" was used by number {seen[key]} of the file'
                )
        except RowFault as fault:
            yield rejected(number, fault, item)
            continue
        seen[key] = number
        yield record


def members(item: Any) -> dict[str, Any]:
    """Return the properties of a feature, after a look at its shape.

    Raises
    ------
    RowFault
        ``geometry`` where it is no feature, ``properties`` or ``number`` where they cannot be kept.
    """
    if not isinstance(item, dict) or item.get("type") != "Feature":
        raise RowFault("geometry", 'the entry is no GeoJSON object of type "Feature"')
    properties = item.get("properties")
    if properties is None:
        return {}
    if not isinstance(properties, dict):
        raise RowFault("properties", "the properties are no JSON object")
    try:
        text = json.dumps(properties, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except UnicodeEncodeError:
        raise RowFault("characters", "a property holds half of a character pair") from None
    except ValueError:
        raise RowFault("number", "a property is NaN or infinite; JSON has no such number") from None
    except RecursionError:
        raise RowFault("properties", "the properties are nested too deeply") from None
    if size > MAX_PROPERTY_BYTES:
        raise RowFault("size", f"the properties are longer than {MAX_PROPERTY_BYTES:,} bytes")
    if _LONG.search(text) and _holds_long(properties):
        raise RowFault("number", "a property is a whole number of more than 64 bits")
    return dict(properties)


def _holds_long(value: Any) -> bool:
    """Tell whether a value or one within it is a whole number that has no place in 64 bits."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left.extend(each.values())
        elif isinstance(each, list):
            left.extend(each)
        elif isinstance(each, int) and not -(2**63) <= each < 2**63:
            return True
    return False


def rejected(number: int, fault: RowFault, item: Any) -> RejectedRecord:
    """Return the record of a feature that was not taken."""
    try:
        # Only the beginning is kept, so a large geometry is not written out first.
        chunks = json.JSONEncoder().iterencode(item)
        raw = ""
        while len(raw) < RAW_CHARS and (chunk := next(chunks, "")):
            raw += chunk[:RAW_CHARS]
    except (ValueError, RecursionError):
        raw = ""
    return fault.record(number, raw)


def _feature(
    item: Any, number: int, collection: str, defaults: Defaults, box: Bounds | None
) -> Feature:
    properties = members(item)
    shape = geometry(item.get("geometry"), box)
    key = item.get("id")
    if key is None:
        key = properties.get(defaults.get("id_property", "id"))
    key = _hash(shape, properties) if key is None else _id(key)
    times = {name: moment for name in _TIMES if (moment := _time(properties, name)) is not None}
    for name in times:
        del properties[name]
    begin, end = times.get("valid_from"), times.get("valid_to")
    if begin and end and end <= begin:
        raise RowFault("interval", "valid_to is not later than valid_from")
    return Feature(
        id=key,
        collection=collection,
        geometry=shape,
        properties=properties,
        time=times.get("time"),
        valid_from=begin,
        valid_to=end,
        line=number,
    )


def _station(item: Any, defaults: Defaults, box: Bounds | None) -> Station:
    properties = members(item)
    shape = geometry(item.get("geometry"), box)
    if not isinstance(shape, shapely.Point):
        raise RowFault("geometry", f"a station is a Point, not a {shape.geom_type}")
    words = {name: value for name, value in properties.items() if isinstance(value, str)}
    country = words.get("country", defaults.get("country", ""))
    places.check(shape.x, shape.y, box, country)
    code = properties.get("code", properties.get("station_code", item.get("id")))
    height = properties.get("elevation_m")
    if height is None:
        height = next(iter(item["geometry"]["coordinates"][2:]), None)
    if height is not None and (type(height) not in (int, float) or not abs(height) < 1e5):
        raise RowFault("position", f"elevation {str(height)[:40]} is no height in metres")
    return Station(
        code=places.checked_code("" if code is None else _id(code)),
        network_id=words.get("network", defaults.get("network", "")),
        lon=shape.x,
        lat=shape.y,
        names=places.names_of(words),
        elevation_m=None if height is None else float(height),
        country=country,
        valid_from=_time(properties, "valid_from"),
        valid_to=_time(properties, "valid_to"),
    )


def _id(key: Any) -> str:
    text = str(key) if isinstance(key, str) or type(key) is int else ""
    if not 0 < len(text) <= MAX_ID_CHARS or not text.isprintable():
        raise RowFault(
            "id", f"the id {str(key)[:40]!r} is no word of 1 to {MAX_ID_CHARS} characters"
        )
    return text


def _hash(shape: BaseGeometry, properties: Mapping[str, Any]) -> str:
    content = shapely.to_wkb(shape) + json.dumps(properties, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def _time(properties: Mapping[str, Any], name: str) -> datetime | None:
    value = properties.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise RowFault("time", f"{name} is no text such as 2026-11-23T09:00:00Z")
    try:
        return temporal.instant(value)
    except BadInstantError as error:
        raise RowFault("time", f"{name}: {error}") from None


def write(records: Iterable[Record], stream: BinaryIO) -> int:
    """Write the features and stations among ``records`` as a FeatureCollection; return how many."""
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    text.write('{"type":"FeatureCollection","features":[')
    count = 0
    for record in records:
        if isinstance(record, Feature | Station):
            text.write(",\n" if count else "\n")
            text.write(json.dumps(_written(record), ensure_ascii=False, allow_nan=False))
            count += 1
    text.write("\n]}\n")
    text.detach()
    return count


def _written(record: Feature | Station) -> dict[str, Any]:
    times = {
        name: temporal.word(moment)
        for name in _TIMES
        if (moment := getattr(record, name, None)) is not None
    }
    if isinstance(record, Feature):
        return {
            "type": "Feature",
            "id": record.id,
            "geometry": json.loads(shapely.to_geojson(record.geometry)),
            "properties": {**record.properties, **times},
        }
    height = record.elevation_m
    return {
        "type": "Feature",
        "id": record.code,
        "geometry": {"type": "Point", "coordinates": [record.lon, record.lat]},
        "properties": {
            "code": record.code,
            "network": record.network_id,
            **{f"name_{language}": name for language, name in record.names.items()},
            "country": record.country,
            **({} if height is None or not math.isfinite(height) else {"elevation_m": height}),
            **times,
        },
    }


ADAPTER = Adapter(
    id="geojson",
    title="Features as GeoJSON",
    suffixes=(".geojson", ".json"),
    yields="features",
    read=read,
    write=write,
    options=("collection", "id_property", "network", "country", "bounds"),
)
