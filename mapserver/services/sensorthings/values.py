"""Values of expressions: what they are called, how they are compared and reckoned with."""

import math
import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers import temporal
from layers.errors import BadRequestError
from layers.temporal import Interval

Value = (
    None
    | bool
    | int
    | float
    | str
    | datetime
    | date
    | time
    | timedelta
    | Interval
    | BaseGeometry
    | dict[str, Any]
    | list[Any]
)

_TIMES = (datetime, Interval)


class MeaningError(BadRequestError):
    """Values that an operator or a function can do nothing with."""


def called(value: object) -> str:
    """Return what a kind of value is called."""
    for kinds, name in (
        ((bool,), "a truth value"),
        ((int, float), "a number"),
        ((str,), "a text"),
        ((datetime,), "an instant"),
        ((Interval,), "an interval"),
        ((date,), "a date"),
        ((time,), "a time of day"),
        ((timedelta,), "a duration"),
        ((BaseGeometry,), "a geometry"),
    ):
        if isinstance(value, kinds):
            return name
    return "nothing" if value is None else "a structure"


def moment(value: Value) -> Value:
    """Return the instant or interval that a text names, and any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        begin, slash, end = value.partition("/")
        if slash:
            return Interval(temporal.instant(begin), temporal.instant(end))
        return temporal.instant(value)
    except BadRequestError:
        return value


def geometry(value: Value) -> BaseGeometry | None:
    """Return a value as geometry, or None where it is none."""
    if isinstance(value, BaseGeometry):
        return value
    if isinstance(value, dict) and {"type", "coordinates"} <= set(value):
        return shapely.geometry.shape(value)
    return None


def number(value: Value) -> bool:
    """Tell whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def compared(name: str, left: Value, right: Value) -> bool:
    """Return whether a comparison holds.

    An interval beside an instant stands for its beginning, as the valid time of an hourly value
    does; two intervals are ordered by beginning, then end. Nothing is equal to nothing alone, and
    no order holds with it.

    Raises
    ------
    MeaningError
        Where the two are of different kinds.
    """
    compare = _COMPARISONS[name]
    if left is None or right is None:
        same = left is None and right is None
        return {"eq": same, "ne": not same}.get(name, False)
    if isinstance(left, _TIMES) or isinstance(right, _TIMES):
        left, right = moment(left), moment(right)
        if isinstance(left, Interval) != isinstance(right, Interval):
            left = left.begin if isinstance(left, Interval) else left
            right = right.begin if isinstance(right, Interval) else right
    alike = (number(left) and number(right)) or (
        type(left) is type(right) and not isinstance(left, BaseGeometry | dict | list)
    )
    if not alike or (isinstance(left, bool) and name not in ("eq", "ne")):
        raise MeaningError(f"{called(left)} and {called(right)} cannot be compared by {name}")
    return compare(left, right)


def reckoned(name: str, left: Value, right: Value) -> Value:
    """Return the result of ``add``, ``sub``, ``mul``, ``div`` or ``mod``; nothing of nothing.

    Raises
    ------
    MeaningError
        Where the operator has no meaning for the two.
    """
    if left is None or right is None:
        return None
    if name in ("add", "sub") and isinstance(moment(left), _TIMES):
        return _moved(name, moment(left), moment(right))
    if not (number(left) and number(right)):
        both_durations = isinstance(left, timedelta) and isinstance(right, timedelta)
        if not both_durations or name not in ("add", "sub"):
            raise MeaningError(f"{name} has no meaning for {called(left)} and {called(right)}")
    try:
        return _ARITHMETIC[name](left, right)
    except (ArithmeticError, ValueError):
        return None  # a division by zero, or a number beyond all: there is none


def _moved(name: str, left: Value, right: Value) -> Value:
    begin = left.begin if isinstance(left, Interval) else left
    other = right.begin if isinstance(right, Interval) else right
    try:
        if isinstance(begin, datetime) and isinstance(other, timedelta):
            return begin + other if name == "add" else begin - other
        if name == "sub" and isinstance(begin, datetime) and isinstance(other, datetime):
            return begin - other
    except OverflowError:
        return None
    raise MeaningError(f"{name} has no meaning for {called(left)} and {called(right)}")


def _quotient(left: Any, right: Any) -> Any:
    # OData divides whole numbers to a whole number, toward zero.
    if isinstance(left, int) and isinstance(right, int):
        return int(math.copysign(abs(left) // abs(right), left * right)) if left else 0
    return left / right


_ARITHMETIC: Mapping[str, Callable[[Any, Any], Value]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": _quotient,
    "mod": math.fmod,
}
