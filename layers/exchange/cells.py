"""Cells of a table: numbers, durations, and back."""

import math
import re
from datetime import timedelta

from layers.exchange.rows import RowFault

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?", re.A)


def number(text: str, comma: bool = False) -> float | None:
    """Return the finite number that a cell holds, or None where it holds none.

    With ``comma`` a decimal comma is understood too. Thousands separators never are: what
    ``1.234,5`` means depends on who wrote it.
    """
    word = text.replace(",", ".") if comma else text
    if _NUMBER.fullmatch(word) is None:
        return None
    value = float(word)
    return value if math.isfinite(value) else None


def needed(text: str, name: str, code: str, comma: bool = False) -> float:
    """Return the number of a cell that must hold one.

    Raises
    ------
    RowFault
        With ``code``.
    """
    value = number(text, comma)
    if value is None:
        raise RowFault(code, f'{name} "{text[:40]}" is no number' if text else f"{name} is empty")
    return value


def optional(text: str, name: str, code: str, comma: bool = False) -> float | None:
    """Return the number of a cell, None where it is empty.

    Raises
    ------
    RowFault
        With ``code``, for anything else.
    """
    return needed(text, name, code, comma) if text else None


def duration(text: str) -> timedelta | None:
    """Return the length that an ISO 8601 duration of days to seconds names, > 0, or None."""
    parts = _DURATION.fullmatch(text)
    if parts is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return length if length > timedelta(0) else None


def duration_word(length: timedelta) -> str:
    """Return the ISO 8601 duration of a length in whole seconds: PT1H, PT10M, P1D."""
    seconds = int(length.total_seconds())
    for size_s, form in ((86_400, "P{}D"), (3_600, "PT{}H"), (60, "PT{}M")):
        if seconds % size_s == 0:
            return form.format(seconds // size_s)
    return f"PT{seconds}S"
