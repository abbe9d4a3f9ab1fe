"""Relations of times in filters: instants and intervals as spans of seconds."""

import math
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from layers import temporal
from layers.errors import BadInstantError, BadParameterError
from layers.filtering.periods import OPEN, moment, seconds


class Span(NamedTuple):
    """Begin and end in seconds since 1970; an instant has both equal, an open end is infinite."""

    begin: float
    end: float


Relation = Callable[[float, float, float, float], bool]

RELATIONS: Mapping[str, Relation] = {
    "t_after": lambda a, b, c, d: a > d,
    "t_before": lambda a, b, c, d: b < c,
    "t_contains": lambda a, b, c, d: a < c and b > d,
    "t_disjoint": lambda a, b, c, d: b < c or a > d,
    "t_during": lambda a, b, c, d: a > c and b < d,
    "t_equals": lambda a, b, c, d: a == c and b == d,
    "t_finishedby": lambda a, b, c, d: a < c and b == d,
    "t_finishes": lambda a, b, c, d: a > c and b == d,
    "t_intersects": lambda a, b, c, d: a <= d and b >= c,
    "t_meets": lambda a, b, c, d: b == c,
    "t_metby": lambda a, b, c, d: a == d,
    "t_overlappedby": lambda a, b, c, d: c < a < d < b,
    "t_overlaps": lambda a, b, c, d: a < c < b < d,
    "t_startedby": lambda a, b, c, d: a == c and b > d,
    "t_starts": lambda a, b, c, d: a == c and b < d,
}
"""Between [a, b] and [c, d], by the names of CQL2 in small letters (Allen's relations)."""


def is_literal(node: Mapping[str, Any]) -> bool:
    """Tell whether a node is a time."""
    return any(key in node for key in ("timestamp", "date", "interval"))


def literal(node: Mapping[str, Any]) -> Span:
    """Return the span of a timestamp or a date; a date is the whole day, in UTC.

    Raises
    ------
    BadParameterError
        For a text that is none.
    """
    if "date" in node:
        return _day(str(node["date"]))
    return _instant(str(node["timestamp"]))


def interval(begin: Any, end: Any) -> Span | None:
    """Return the span between two edges; None where one is unknown."""
    first, last = _edge(begin, -math.inf), _edge(end, math.inf)
    if first is None or last is None:
        return None
    return Span(first.begin, last.end)


def span(value: Any) -> Span | None:
    """Return the span of a value of a property, or of a literal; None where it is no time."""
    if isinstance(value, Span):
        return value
    if isinstance(value, str) and not math.isnan(at := moment(value)):
        return Span(at, at)
    return None


def compared(name: str, a: Span, b: Span) -> bool:
    """Return what a comparison says of two times; a day begins when it begins and then lasts."""
    match name:
        case "=":
            return a.begin >= b.begin and a.end <= b.end
        case "<>":
            return not compared("=", a, b)
        case "<":
            return a.end < b.begin
        case ">":
            return a.begin > b.end
        case "<=":
            return a.end <= b.end
        case _:
            return a.begin >= b.begin


def _edge(value: Any, open_end: float) -> Span | None:
    if isinstance(value, Span):
        return value
    if not isinstance(value, str):
        return None
    if value in OPEN:
        return Span(open_end, open_end)
    known = span(value)
    if known is not None:
        return known
    return _day(value) if len(value) == 10 else _instant(value)


def _instant(text: str) -> Span:
    try:
        at = seconds(temporal.instant(text))
    except BadInstantError as reason:
        raise BadParameterError(f"the filter: {reason}") from None
    return Span(at, at)


def _day(text: str) -> Span:
    try:
        day = date.fromisoformat(text)
        begin = seconds(temporal.instant(f"{day.isoformat()}T00:00:00Z"))
    except ValueError:
        raise BadParameterError(f'the filter: "{text}" is no date') from None
    return Span(begin, begin + timedelta(days=1).total_seconds() - 1e-6)
