"""What the properties of features are: JSON Schema (2020-12), and what can be asked of them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from layers import units
from layers.filtering import GEOMETRY, ID, Rows, temporal_name
from layers.filtering.periods import moment

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LOOKED_AT = 200
"""Values of a property that are looked at for what they are: times are written alike."""
_ANY_GEOMETRY = "geometry-any"
_GEOMETRIES = {
    "Point": "geometry-point",
    "MultiPoint": "geometry-multipoint",
    "LineString": "geometry-linestring",
    "MultiLineString": "geometry-multilinestring",
    "Polygon": "geometry-polygon",
    "MultiPolygon": "geometry-multipolygon",
}

_KNOWN: "WeakKeyDictionary[Rows, dict[str, dict[str, Any]]]" = WeakKeyDictionary()


def properties(rows: Rows) -> dict[str, dict[str, Any]]:
    """Return the schema of every property, by name, from the values that occur."""
    known = _KNOWN.get(rows)
    if known is None:
        known = _KNOWN[rows] = _properties(rows)
    return {name: dict(schema) for name, schema in known.items()}


def _properties(rows: Rows) -> dict[str, dict[str, Any]]:
    when = temporal_name(rows.names)
    found = {}
    for name in rows.names:
        schema = of_values(rows.each(name))
        if name == when and schema.get("format") == "date-time":
            schema["x-ogc-role"] = "primary-instant"
        found[name] = schema
    return found


def of_values(values: Iterable[Any]) -> dict[str, Any]:
    """Return the schema of a property that has these values, None among them."""
    kinds, is_time, looked = set(), True, 0
    for value in values:
        if value is None:
            continue
        kinds.add(_kind(value))
        if is_time and looked < _LOOKED_AT:
            looked += 1
            is_time = isinstance(value, str) and not math.isnan(moment(value))
    if kinds == {"string"} and is_time:
        return {"type": "string", "format": "date-time"}
    if len(kinds) == 1:
        return {"type": kinds.pop()}
    return {} if kinds else {"type": "string"}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int | float):
        return "number"
    return "array" if isinstance(value, list) else "object"


def with_unit(found: dict[str, dict[str, Any]], quantity: str | None) -> None:
    """Say in the schemas of a value and its deviation which unit they are in."""
    if quantity is None:
        return
    for name in ("value", "sd"):
        if name in found:
            found[name]["x-ogc-unit"] = units.MAPPED[quantity].unit
            found[name].setdefault("type", "number")


def geometry(types: Sequence[str]) -> dict[str, Any]:
    """Return the schema of the geometry of features of some types."""
    kind = _GEOMETRIES.get(types[0], _ANY_GEOMETRY) if len(types) == 1 else _ANY_GEOMETRY
    return {"x-ogc-role": "primary-geometry", "format": kind}


def document(
    address: str,
    title: str,
    found: Mapping[str, Mapping[str, Any]],
    shape: Mapping[str, Any],
    *,
    queryables: bool,
) -> dict[str, Any]:
    """Return the schema of a collection, or of what can be asked of it."""
    listed: dict[str, Any] = {}
    if queryables or ID in found:
        listed[ID] = {"type": "string", "x-ogc-role": "id", **found.get(ID, {})}
    listed[GEOMETRY] = dict(shape)
    listed |= {name: dict(schema) for name, schema in found.items() if name != ID}
    if queryables:
        # A list or a mapping cannot be compared.
        listed = {n: s for n, s in listed.items() if s.get("type") not in ("array", "object")}
    for name, schema in listed.items():
        schema.setdefault("title", name)
    return {
        "$schema": DIALECT,
        "$id": address,
        "type": "object",
        "title": title,
        "properties": listed,
        "additionalProperties": False,
    }
