"""The functions of expressions (OGC 18-088, clause 9.3.3.5.2), over values that are there.

A function of nothing is nothing. Spatial relations hold in the plane of longitude and latitude;
lengths are geodesic, in metres.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.geo import GEOD
from layers.temporal import Interval
from mapserver.services.sensorthings.values import (
    MeaningError,
    Value,
    called,
    geometry,
    moment,
    number,
)


@dataclass(frozen=True, slots=True)
class Function:
    """What a function takes: ``kinds`` has one word for each argument, the last ones optional."""

    kinds: tuple[str, ...]
    compute: Callable[..., Value]
    optional: int = 0

    @property
    def arity(self) -> range:
        """How many arguments it takes."""
        return range(len(self.kinds) - self.optional, len(self.kinds) + 1)


def call(name: str, arguments: list[Value]) -> Value:
    """Return the value of a function.

    Raises
    ------
    MeaningError
        Where an argument is not of the kind that it takes.
    """
    function = FUNCTIONS[name]
    if any(argument is None for argument in arguments):
        return None
    taken = []
    for kind, argument in zip(function.kinds, arguments, strict=False):
        value = _AS[kind](argument)
        if value is None:
            raise MeaningError(f"{name} takes {_CALLED[kind]}, not {called(argument)}")
        taken.append(value)
    try:
        return function.compute(*taken)
    except shapely.errors.GEOSException as reason:
        raise MeaningError(f"{name}: {reason}") from None
    except (OverflowError, ValueError):
        raise MeaningError(f"{name}: a number is too large, or none") from None


def _instant(value: Value) -> datetime | None:
    value = moment(value)
    if isinstance(value, Interval):
        return value.begin
    return value if isinstance(value, datetime) else None


def _day(value: Value) -> Value:
    found = _instant(value)
    if found is not None:
        return found
    return value if isinstance(value, date) else None


def _clock(value: Value) -> Value:
    found = _instant(value)
    if found is not None:
        return found
    return value if isinstance(value, time) else None


_AS: Mapping[str, Callable[[Value], Any]] = {
    "text": lambda value: value if isinstance(value, str) else None,
    "number": lambda value: value if number(value) else None,
    "instant": _instant,
    "day": _day,
    "clock": _clock,
    "geometry": geometry,
}
_CALLED = {
    "text": "a text",
    "number": "a number",
    "instant": "a time",
    "day": "a time or a date",
    "clock": "a time",
    "geometry": "a geometry",
}


def _substring(text: str, start: float, length: float | None = None) -> str:
    first = max(0, int(start))
    return text[first:] if length is None else text[first : first + max(0, int(length))]


def _rounded(value: float) -> Value:
    # OData rounds half away from zero; Python's own round goes to the even neighbour.
    return _finite(lambda: math.copysign(math.floor(abs(value) + 0.5), value))


def _finite(compute: Callable[[], float]) -> Value:
    try:
        return compute()
    except (OverflowError, ValueError):
        return None


def _distance(left: BaseGeometry, right: BaseGeometry) -> float:
    if not (isinstance(left, shapely.Point) and isinstance(right, shapely.Point)):
        raise MeaningError("geo.distance takes two points")
    return float(GEOD.inv(left.x, left.y, right.x, right.y)[2])


def _length(line: BaseGeometry) -> float:
    if not isinstance(line, shapely.LineString | shapely.MultiLineString):
        raise MeaningError("geo.length takes a line")
    return float(GEOD.geometry_length(line))


def _relate(left: BaseGeometry, right: BaseGeometry, pattern: str) -> bool:
    if len(pattern) != 9 or set(pattern.upper()) - set("TF*012"):
        raise MeaningError(f'"{pattern}" is no DE-9IM pattern of nine of T, F, *, 0, 1, 2')
    return bool(shapely.relate_pattern(left, right, pattern.upper()))


def _relation(name: str) -> Function:
    return Function(("geometry", "geometry"), lambda a, b: bool(getattr(shapely, name)(a, b)))


def _part(name: str, kind: str) -> Function:
    return Function((kind,), lambda when: int(getattr(when, name)))


FUNCTIONS: Mapping[str, Function] = {
    "substringof": Function(("text", "text"), lambda part, text: part in text),
    "contains": Function(("text", "text"), lambda text, part: part in text),
    "startswith": Function(("text", "text"), str.startswith),
    "endswith": Function(("text", "text"), str.endswith),
    "length": Function(("text",), len),
    "indexof": Function(("text", "text"), str.find),
    "substring": Function(("text", "number", "number"), _substring, optional=1),
    "tolower": Function(("text",), str.lower),
    "toupper": Function(("text",), str.upper),
    "trim": Function(("text",), str.strip),
    "concat": Function(("text", "text"), lambda left, right: left + right),
    "year": _part("year", "day"),
    "month": _part("month", "day"),
    "day": _part("day", "day"),
    "hour": _part("hour", "clock"),
    "minute": _part("minute", "clock"),
    "second": _part("second", "clock"),
    "fractionalseconds": Function(("clock",), lambda when: when.microsecond / 1e6),
    "date": Function(("instant",), lambda when: when.date()),
    "time": Function(("instant",), lambda when: when.time()),
    "totaloffsetminutes": Function(("instant",), lambda when: when.utcoffset() // timedelta(0, 60)),
    "now": Function((), lambda: None),  # the question knows its moment
    "mindatetime": Function((), lambda: datetime.min.replace(tzinfo=UTC)),
    "maxdatetime": Function((), lambda: datetime.max.replace(tzinfo=UTC)),
    "round": Function(("number",), _rounded),
    "floor": Function(("number",), lambda value: _finite(lambda: math.floor(value))),
    "ceiling": Function(("number",), lambda value: _finite(lambda: math.ceil(value))),
    "geo.distance": Function(("geometry", "geometry"), _distance),
    "geo.length": Function(("geometry",), _length),
    "geo.intersects": _relation("intersects"),
    "st_equals": _relation("equals"),
    "st_disjoint": _relation("disjoint"),
    "st_touches": _relation("touches"),
    "st_within": _relation("within"),
    "st_overlaps": _relation("overlaps"),
    "st_crosses": _relation("crosses"),
    "st_intersects": _relation("intersects"),
    "st_contains": _relation("contains"),
    "st_relate": Function(("geometry", "geometry", "text"), _relate),
}
