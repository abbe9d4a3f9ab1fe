"""GeoJSON geometries: checked part by part, never repaired."""

import math
from itertools import chain
from typing import Any

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from layers.exchange import places
from layers.exchange.limits import MAX_VERTICES
from layers.exchange.rows import RowFault
from layers.geo import Bounds

_DEPTH = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}  # fmt: skip
_NUMBERS = frozenset((float, int))  # and no bool, which is an int too


def geometry(value: Any, box: Bounds | None) -> BaseGeometry:
    """Return the geometry that a GeoJSON object describes, in two dimensions.

    Parameters
    ----------
    value : any
        The ``geometry`` member of a feature, as parsed.
    box : Bounds or None
        Where positions are expected; tells swapped coordinates.

    Raises
    ------
    RowFault
        ``geometry`` (missing, unknown, wrongly built), ``empty_geometry``, ``position``,
        ``swapped``, ``crosses_itself`` or ``size``; the sentence says where.
    """
    if value is None:
        raise RowFault("empty_geometry", "the feature has no geometry")
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _DEPTH:
        raise RowFault(
            "geometry",
            f'a geometry of type "{str(kind)[:40]}" is not read; known are {", ".join(_DEPTH)}',
        )
    coordinates = value.get("coordinates")
    if coordinates == [] or coordinates is None:
        raise RowFault("empty_geometry", f"the {kind} has no coordinates")
    lines = _lines(coordinates, _DEPTH[kind])
    count = sum(map(len, lines))
    if count > MAX_VERTICES:
        raise RowFault("size", f"the {kind} has {count:,} vertices; the limit is {MAX_VERTICES:,}")
    for position in chain.from_iterable(lines):
        _check_position(position, box)
    if kind.endswith("Polygon"):
        for ring in lines:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise RowFault(
                    "geometry",
                    f"a ring beginning at {ring[0][0]:g}, {ring[0][1]:g} has {len(ring)} "
                    "positions; at least 4 are needed, the last the same as the first",
                )
    elif kind.endswith("LineString") and min(map(len, lines)) < 2:
        raise RowFault("geometry", "a line has one position; at least 2 are needed")
    made = shape({"type": kind, "coordinates": _flat(coordinates, _DEPTH[kind])})
    if made.is_empty:
        raise RowFault("empty_geometry", f"the {kind} is empty")
    if not made.is_valid:
        raise RowFault("crosses_itself", _where(kind, explain_validity(made)))
    return made


def _lines(coordinates: Any, depth: int) -> list[list[Any]]:
    """Return all lists of positions of nested coordinates, checked to be lists."""
    level: list[Any] = [coordinates]
    if depth == 0:
        return [level]
    for _ in range(depth - 1):
        if not all(isinstance(part, list) for part in level):
            raise RowFault("geometry", "the coordinates are not nested as the type demands")
        level = list(chain.from_iterable(level))
    if not all(isinstance(part, list) and part for part in level):
        raise RowFault("geometry", "a part of the coordinates is empty or no list of positions")
    return level


def _check_position(position: Any, box: Bounds | None) -> None:
    if (
        not isinstance(position, list)
        or not 2 <= len(position) <= 4
        or not _NUMBERS.issuperset(map(type, position))
    ):
        raise RowFault("geometry", f"{str(position)[:60]} is no position of two or three numbers")
    lon, lat = position[:2]
    if box is None and -180 <= lon <= 180 and -90 <= lat <= 90:
        return
    # Whole numbers may have any number of digits; only their size matters here.
    lon, lat = (float(max(-1e9, min(1e9, n))) if n == n else math.nan for n in (lon, lat))
    places.check(lon, lat, box)


def _flat(coordinates: list[Any], depth: int) -> list[Any]:
    """Return checked coordinates without heights, which some positions have and others not."""
    return [_flat(part, depth - 1) for part in coordinates] if depth else coordinates[:2]


def _where(kind: str, explanation: str) -> str:
    """Return GEOS's words, as ``Self-intersection[71.2 43.1]``, as a sentence."""
    fault, _, rest = explanation.partition("[")
    lon, _, lat = rest.rstrip("]").partition(" ")
    at = f" near longitude {lon}, latitude {lat}" if lat else ""
    what = "crosses itself" if "ntersection" in fault else f"is not valid ({fault.lower()})"
    return f"the {kind} {what}{at}; it is not repaired here, correct it at its source"
