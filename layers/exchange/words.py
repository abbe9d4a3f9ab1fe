"""Words that come again and again in rows (times, units): understood once a file."""

import contextlib
import functools
import re
from collections.abc import Callable
from datetime import datetime

from layers import temporal, units
from layers.errors import BadInstantError, BadParameterError, UnknownUnitError
from layers.exchange.adapter import Defaults
from layers.exchange.cells import duration
from layers.exchange.rows import RowFault

_KEPT = 100_000
_ZONE = re.compile(r"Z|[+-]\d\d:\d\d")

Span = tuple[datetime, datetime, tuple[str, ...]]
"""Begin, end, and reason codes about the two."""

Scale = tuple[units.Quantity, str, Callable[[float], float], Callable[[float], float]]
"""Quantity, note of the conversion, and how values and spreads convert."""


class Spans(dict[tuple[str, str, str], Span]):
    """(start, end, averaging) as texts to a span; RowFault where they make none.

    ``zone`` (``Z`` or ``+05:00``) is taken for times that carry none; without it they are refused.
    """

    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, key: tuple[str, str, str]) -> Span:
        start, end, averaging = key
        begin_time = self._instant(start)
        length = duration(averaging or "PT1H")
        if length is None:
            raise RowFault(
                "averaging",
                f'"{averaging[:40]}" is no duration such as PT1H or PT10M, longer than zero',
            )
        try:
            average = begin_time + length
        except OverflowError:
            raise RowFault("time", f"{start} lies at the end of the calendar") from None
        end_time = self._instant(end) if end else average
        if end_time <= begin_time:
            raise RowFault("interval", f"the interval ends ({end}) before it begins ({start})")
        differs = averaging and end_time != average
        span = (begin_time, end_time, ("averaging_differs",) if differs else ())
        if len(self) >= _KEPT:
            self.clear()
        self[key] = span
        return span

    def _instant(self, text: str) -> datetime:
        if not text:
            raise RowFault("time", "the time is empty")
        try:
            return temporal.instant(text)
        except BadInstantError as error:
            if self._zone:
                with contextlib.suppress(BadInstantError):
                    return temporal.instant(text + self._zone)
            raise RowFault("time", str(error)) from None


class Scales(dict[tuple[str, str], Scale]):
    """(quantity, unit) as texts to a scale; RowFault where one is not known."""

    def __missing__(self, key: tuple[str, str]) -> Scale:
        word, unit = key
        facts = quantity(word)
        if not unit:
            raise RowFault("unit", "the row has a value and no unit; none is assumed")
        try:
            name = units.unit(unit, facts.id)
        except UnknownUnitError as error:
            raise RowFault("unit", str(error)) from None
        rule = units.CONVERSIONS[facts.id][name]
        convert = functools.partial(units.to_canonical, unit_name=name, quantity_id=facts.id)
        spread = functools.partial(units.spread_to_canonical, unit_name=name, quantity_id=facts.id)
        if rule.factor.denominator == 1 and rule.offset == 0:
            # The product with a whole factor is rounded once, as the exact conversion would be.
            convert = spread = float(rule.factor).__mul__  # type: ignore[assignment]
        scale = (facts, rule.note, convert, spread)
        if len(self) >= _KEPT:
            self.clear()
        self[key] = scale
        return scale


def quantity(word: str) -> units.Quantity:
    """Return the quantity that a cell names.

    Raises
    ------
    RowFault
        ``quantity``, with the nearest known id.
    """
    try:
        return units.quantity(word)
    except units.UnknownQuantityError as error:
        raise RowFault("quantity", str(error)) from None


def check_options(options: Defaults) -> None:
    """Refuse a wrong option once, rather than every row for it.

    Raises
    ------
    BadParameterError
        For ``time``, ``quantity``, ``unit``, ``averaging`` or ``zone`` that name none.
    """
    zone = options.get("zone", "Z")
    if _ZONE.fullmatch(zone) is None:
        raise BadParameterError(
            f'the option zone is "{zone}"; Z or an offset such as +05:00 was expected'
        )
    try:
        if "time" in options:
            temporal.instant(options["time"])
        if "quantity" in options:
            facts = units.quantity(options["quantity"])
            if "unit" in options:
                units.unit(options["unit"], facts.id)
    except (BadInstantError, units.UnknownQuantityError, UnknownUnitError) as error:
        raise BadParameterError(str(error)) from None
    if duration(options.get("averaging", "PT1H")) is None:
        raise BadParameterError(
            f'the option averaging is "{options["averaging"]}"; '
            "a duration such as PT1H or PT10M was expected"
        )
