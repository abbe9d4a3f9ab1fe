"""Values that are written down: numbers, texts, times, durations, geometries."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta

import numpy as np
import shapely

from layers import temporal
from layers.errors import BadInstantError
from mapserver.services.sensorthings.lexer import ExpressionError, Token, unquoted
from mapserver.services.sensorthings.values import Value

MOST_DIGITS = 18
_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6}(?:\.\d+)?)S)?)?"
)
WORDS: Mapping[str, Value] = {"null": None, "true": True, "false": False}


def read(token: Token) -> Value:
    """Return the value of a word of a kind in ``READERS``.

    Raises
    ------
    ExpressionError
        Where it is no such value.
    """
    try:
        return READERS[token.kind](token.text)
    except (ValueError, BadInstantError, shapely.errors.ShapelyError) as reason:
        said = str(reason).partition("\n")[0]
        raise ExpressionError(f'"{token.text[:80]}" cannot be read ({said})', token.position) from (
            None
        )


def _number(text: str) -> int | float:
    if text.isdigit():
        if len(text) > MOST_DIGITS:
            raise ValueError("too large")
        return int(text)
    found = float(text)
    if not math.isfinite(found):
        raise ValueError("too large")
    return found


def _interval(text: str) -> temporal.Interval:
    begin, _, end = text.partition("/")
    return temporal.Interval(temporal.instant(begin), temporal.instant(end))


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(unquoted(text))
    if match is None or not any(match[name] for name in ("days", "hours", "minutes", "seconds")):
        raise ValueError("a duration such as PT1H was expected")
    parts = {name: float(match[name] or 0) for name in ("days", "hours", "minutes", "seconds")}
    return timedelta(**parts) * (-1 if match["sign"] else 1)


def _geography(text: str) -> Value:
    words = re.sub(r"^SRID=(4326|0);", "", unquoted(text).strip(), flags=re.IGNORECASE)
    with np.errstate(all="ignore"):
        try:
            shape = shapely.from_wkt(words)
        except NotImplementedError:  # shapely names curves, and does not make them
            raise ValueError("curves are not understood") from None
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise ValueError("a coordinate is no number")
    return shape


READERS: Mapping[str, Callable[[str], Value]] = {
    "number": _number,
    "string": unquoted,
    "instant": temporal.instant,
    "interval": _interval,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "duration": _duration,
    "geography": _geography,
}
