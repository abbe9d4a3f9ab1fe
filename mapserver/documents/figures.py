"""Numbers and times as the four languages write them."""

import math
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context

from layers import messages, temporal, units

DASH = "–"
"""Stands where nothing is known: a gap is never filled."""
DIGITS = 3
MINUS, NO_BREAK_SPACE = "\u2212", "\u00a0"
PLAIN = (-6, 12)
"""Powers of ten between which a number is written without one."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def known(fact: object) -> float | None:
    """Return a finite number, or None for whatever else stands in its place."""
    if isinstance(fact, bool) or not isinstance(fact, int | float):
        return None
    return float(fact) if math.isfinite(fact) else None


def rounded(value: float | None, language: str, digits: int = DIGITS) -> str:
    """Return a number with so many digits that mean something; a dash where there is none."""
    if value is None:
        return DASH
    if value == 0:
        return "0"
    # A half goes up, as on the page: of what is written, not of the double that stands for it.
    shortest = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(repr(abs(float(value))))
    mantissa, _, power = f"{shortest:.{digits - 1}e}".partition("e")
    size = int(power)
    if PLAIN[0] <= size <= PLAIN[1]:
        text = f"{float(f'{mantissa}e{size}'):.{max(0, digits - 1 - size)}f}"
    else:
        text = f"{mantissa} · 10{str(size).translate(_RAISED)}".replace(" ", NO_BREAK_SPACE)
    return (MINUS if value < 0 else "") + _written(text, language)


def count(number: float | None, language: str) -> str:
    """Return a whole number; a dash where there is none."""
    return DASH if number is None else _written(units.with_decimals(number, 0), language)


def edge(value: float, language: str) -> str:
    """Return the edge of a class, with no digit more than it needs."""
    text = f"{abs(value):.6f}".rstrip("0").rstrip(".")
    return (MINUS if value < 0 and text != "0" else "") + _written(text, language)


def percent(share: float | None, language: str, digits: int = DIGITS) -> str:
    """Return a share of 1 in percent; a dash where there is none."""
    if share is None:
        return DASH
    return f"{rounded(100 * share, language, digits)}{NO_BREAK_SPACE}%"


def unit(name: str, language: str) -> str:
    """Return the word of a unit, or the unit itself where there is none."""
    return messages.catalogue(language).get(f"unit.{name}", name)


def with_unit(text: str, unit_word: str) -> str:
    """Return a written number with its unit; a dash has none."""
    return text if text == DASH or not unit_word else f"{text}{NO_BREAK_SPACE}{unit_word}"


def hour(begin: datetime, language: str, offset_min: int) -> str:
    """Return an hour as [begin, end) with its date, in the time of an offset from UTC."""
    zone = timezone(timedelta(minutes=offset_min))
    first, last = begin.astimezone(zone), (begin + temporal.HOUR).astimezone(zone)
    return f"{_date(first, language)}, {first:%H:%M}–{last:%H:%M} {_zone(offset_min)}"


def moment(at: datetime, language: str, offset_min: int) -> str:
    """Return an instant with its date, in the time of an offset from UTC."""
    local = at.astimezone(timezone(timedelta(minutes=offset_min)))
    return f"{_date(local, language)}, {local:%H:%M} {_zone(offset_min)}"


def _date(local: datetime, language: str) -> str:
    months = messages.text("date.months_long", language).split("|")
    return messages.text(
        "date.full", language, day=local.day, month=months[local.month - 1], year=local.year
    )


def _zone(offset_min: int) -> str:
    if not offset_min:
        return "UTC"
    hours, minutes = divmod(abs(offset_min), 60)
    sign = MINUS if offset_min < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def _written(text: str, language: str) -> str:
    """Group the thousands and set the decimal sign: four digits stay together, English apart."""
    whole, _, fraction = text.partition(".")
    if whole.isdigit() and (language == "en" or len(whole) > 4):
        whole = f"{int(whole):,}".replace(",", "," if language == "en" else NO_BREAK_SPACE)
    return whole + (("." if language == "en" else ",") + fraction if fraction else "")
