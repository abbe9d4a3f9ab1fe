"""CQL2 texts and JSON, parsed by the ``cql2`` library; the one place that knows it.

Its parser goes one call deeper for each operator, and takes twice as long for each parenthesis
within another: what is nested too deep is refused before, and a stack of its own bears the rest.
"""

import functools
import json
import threading
from collections.abc import Callable
from typing import Any

import cql2

from layers.errors import BadParameterError

LANGUAGES = ("cql2-text", "cql2-json")
DEEPEST_TEXT = 10
"""Parentheses within each other: at ten a text that is wrong is refused within milliseconds."""
DEEPEST_JSON = 24
MOST_CHARS = 8_000
STACK_BYTES = 256 << 20
"""Reserved, not used: eight thousand operators in a row go that deep."""

Expression = Any
"""A node of the JSON encoding: a mapping, a list, a text, a number or a truth."""


@functools.lru_cache(maxsize=256)
def parse(text: str, language: str = LANGUAGES[0]) -> Expression:
    """Return the JSON encoding of a filter.

    Raises
    ------
    BadParameterError
        For what is no CQL2 of that language, is too long or nested too deep.
    """
    if len(text) > MOST_CHARS:
        raise BadParameterError(f"the filter has more than {MOST_CHARS:,} characters")
    if language == "cql2-text":
        _look_over(text)
        parsed = _apart(lambda: cql2.parse_text(text).to_json())
    else:
        try:
            given = json.loads(text)
        except (ValueError, RecursionError) as reason:
            raise BadParameterError(f"the filter is no JSON: {reason}") from None
        _refuse_deep(given)
        # Numbers that are not finite are no JSON, though Python reads them.
        try:
            plain = json.dumps(given, allow_nan=False)
        except ValueError:
            raise BadParameterError("the filter holds a number that is not finite") from None
        parsed = _apart(lambda: cql2.parse_json(plain).to_json())
    _refuse_deep(parsed)
    return parsed


def _look_over(text: str) -> None:
    """Refuse a text whose parentheses do not close, or lie too deep within each other."""
    depth, quote = 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "(":
            depth += 1
            if depth > DEEPEST_TEXT:
                raise BadParameterError(
                    f"the filter has more than {DEEPEST_TEXT} parentheses within each other"
                )
        elif char == ")":
            depth -= 1
            if depth < 0:
                break
    if depth or quote:
        what = "a quotation mark" if quote else "a parenthesis"
        raise BadParameterError(f"the filter has {what} without its other half")


def _refuse_deep(node: Any) -> None:
    level, depth = [node], 0
    while level:
        depth += 1
        if depth > DEEPEST_JSON:
            raise BadParameterError(f"the filter is nested more than {DEEPEST_JSON} deep")
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        level = inner


def _apart(work: Callable[[], Any]) -> Any:
    """Return what work returns, done on a stack that is large enough."""
    done: list[Any] = []

    def run() -> None:
        try:
            done.append(work())
        except Exception as reason:  # the library raises Exception itself for some
            done.append(BadParameterError(f"the filter cannot be read: {_told(reason)}"))

    with _STACKING:
        before = threading.stack_size(STACK_BYTES)
        try:
            thread = threading.Thread(target=run)
            thread.start()
        finally:
            threading.stack_size(before)
    thread.join()
    if isinstance(done[0], BadParameterError):
        raise done[0]
    return done[0]


_STACKING = threading.Lock()


def _told(reason: Exception) -> str:
    """Return the complaint of the library in one line."""
    return " ".join(str(reason).split())
