"""What two values of a filter say of each other: compared, folded, matched by a pattern."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from layers.filtering import times
from layers.model.table import number

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def relation(name: str, a: Any, b: Any) -> bool | None:
    """Return what a comparison of two values says; None where they cannot be compared."""
    if a is None or b is None:
        return None
    if isinstance(a, times.Span) or isinstance(b, times.Span):
        one, other = times.span(a), times.span(b)
        if one is None or other is None:
            return None
        return times.compared(name, one, other)
    sort = sort_of(a)
    return bool(COMPARISONS[name](a, b)) if sort and sort == sort_of(b) else None


def sort_of(value: Any) -> str:
    """Return which values this one can be compared with; none with an empty one."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "truth"
    return "" if number(value) is None else "number"


def folded(name: str, value: Any) -> Any:
    """Return a text without its capitals (``casei``) or its accents (``accenti``); else None."""
    if not isinstance(value, str):
        return None
    if name == "casei":
        return value.casefold()
    apart = unicodedata.normalize("NFKD", value)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def as_regex(text: str) -> str:
    """Return the regular expression of a pattern with ``%``, ``_`` and a backslash before them.

    The parts between ``%`` are looked for one after the other and never again, so that no pattern
    takes longer than a few passes over a text.
    """
    parts, part, escaped = [], "", False
    for char in text:
        if escaped:
            part, escaped = part + re.escape(char), False
        elif char == "\\":
            escaped = True
        elif char == "%":
            parts.append(part)
            part = ""
        else:
            part += "." if char == "_" else re.escape(char)
    if not parts:
        return part
    head, *inner = parts
    between = "".join(f"(?>.*?{each})" for each in inner if each)
    return f"{head}{between}.*{part}"
