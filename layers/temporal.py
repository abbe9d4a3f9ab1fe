"""Time: aware UTC, half-open intervals, RFC 3339 words.

The valid time of an hourly value is the beginning of its hour: ``09:00Z`` stands for
[09:00, 10:00).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from layers.errors import BadInstantError

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
FIRST_YEAR, LAST_YEAR = 10, 9990
"""Years of an instant: some years on both sides of it can be reckoned with."""
_DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}")


def utc_now() -> datetime:
    """Return the present moment: the one clock that is handed down."""
    return datetime.now(UTC)


def instant(text: str) -> datetime:
    """Return the instant that an RFC 3339 text names, in UTC.

    Raises
    ------
    BadInstantError
        For anything else; a time without zone is refused, never taken for UTC.
    """
    word = text.strip()
    if _DATE_ONLY.fullmatch(word):
        raise BadInstantError(f'"{text}" is a date; an instant such as {word}T00:00:00Z is needed')
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise BadInstantError(
            f'"{text}" is no RFC 3339 time such as 2026-11-23T09:00:00Z'
        ) from None
    if moment.tzinfo is None:
        raise BadInstantError(f'"{text}" has no time zone; write {word}Z if it is UTC')
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        years = f"the years {FIRST_YEAR} to {LAST_YEAR}"
        raise BadInstantError(f'"{text}" lies outside the calendar of {years}')
    return moment.astimezone(UTC)


def word(moment: datetime) -> str:
    """Return the RFC 3339 text of an aware instant, with ``Z``."""
    if moment.tzinfo is None:
        raise BadInstantError(f"{moment.isoformat()} has no time zone")
    text = moment.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def floor_hour(moment: datetime) -> datetime:
    """Return the beginning of the UTC hour that contains ``moment``."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def epoch_s(moment: datetime) -> int:
    """Return whole seconds since 1970-01-01T00:00:00Z (rounded down; negative before)."""
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1))


def from_epoch_s(seconds: int) -> datetime:
    """Return the aware instant of an epoch second; correct before 1970 too."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """[begin, end), both aware UTC."""

    begin: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.begin.tzinfo is None or self.end.tzinfo is None:
            raise BadInstantError("an interval needs aware times")
        if self.end <= self.begin:
            raise BadInstantError(
                f"the interval ends ({word(self.end)}) before it begins ({word(self.begin)})"
            )

    def __contains__(self, moment: datetime) -> bool:
        return self.begin <= moment < self.end
