"""Times of features and of questions: instants and closed intervals with open ends."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers import temporal
from layers.errors import BadInstantError, BadParameterError
from layers.filtering.rows import Rows

OPEN = ("", "..")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``begin`` to ``end``, both included; None is open. An instant has both equal."""

    begin: datetime | None
    end: datetime | None

    @property
    def seconds(self) -> tuple[float, float]:
        """Begin and end in seconds since 1970, infinite where they are open."""
        begin = -math.inf if self.begin is None else seconds(self.begin)
        return begin, math.inf if self.end is None else seconds(self.end)

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies within."""
        begin, end = self.seconds
        return begin <= seconds(moment) <= end

    @property
    def word(self) -> str:
        """The text that names it."""
        if self.begin is not None and self.begin == self.end:
            return temporal.word(self.begin)
        ends = ("..", ".."), (self.begin, self.end)
        return "/".join(o if at is None else temporal.word(at) for o, at in zip(*ends, strict=True))


def seconds(moment: datetime) -> float:
    """Return seconds since 1970, exact to the microsecond."""
    return (moment - _EPOCH) / timedelta(seconds=1)


def period(text: str, name: str = "datetime") -> Period:
    """Return the period of an instant, ``a/b``, ``../b`` or ``a/..``.

    Raises
    ------
    BadParameterError
        For anything else.
    """
    words = [word.strip() for word in text.split("/")]
    if len(words) > 2:
        raise BadParameterError(f'{name} is "{text}"; an instant or begin/end was expected')
    try:
        if len(words) == 1:
            at = temporal.instant(words[0])
            return Period(at, at)
        begin, end = (None if word in OPEN else temporal.instant(word) for word in words)
    except BadInstantError as reason:
        raise BadParameterError(f"{name}: {reason}") from None
    if begin is not None and end is not None and begin > end:
        raise BadParameterError(f'{name} "{text}" ends before it begins')
    return Period(begin, end)


@lru_cache(maxsize=1 << 16)
def moment(text: str) -> float:
    """Return seconds since 1970 of the text of an instant, NaN where it is none."""
    try:
        return seconds(temporal.instant(text))
    except BadInstantError:
        return math.nan


def temporal_name(names: Sequence[str]) -> str | None:
    """Return the property that says when a feature is; None for features without a time.

    An observation counts by the beginning of its interval, as everywhere.
    """
    return next((name for name in ("time", "begin_time") if name in names), None)


def within(rows: Rows, asked: Period) -> NDArray[np.bool_]:
    """Tell which rows lie within a period; where no row has a time, all do."""
    name = temporal_name(rows.names)
    if name is None:
        return np.ones(len(rows), bool)
    coded = rows.column(name)
    at = np.array([_of(value) for value in coded.values])
    begin, end = asked.seconds
    found: NDArray[np.bool_] = ((at >= begin) & (at <= end))[coded.index]
    return found


def _of(value: Any) -> float:
    return moment(value) if isinstance(value, str) else math.nan
