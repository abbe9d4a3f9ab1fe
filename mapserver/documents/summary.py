"""What all stations say together, in a sentence or three: the first thing that a page tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from layers import messages
from layers.temporal import HOUR
from mapserver.documents import figures, page_config

MOST_NAMES = 5
"""Stations that are named; a longer list is read in the table."""
LATE = 3 * HOUR
"""From the end of the newest hour on: a network that delivers hourly has missed two by then."""
SHAPES = ("alarm", "raised", "late", "normal", "missing")


@dataclass(frozen=True, slots=True)
class FirstStation:
    """A station with its newest value; ``mark`` is one of ``SHAPES``, ``name`` in the language."""

    name: str
    value: float | None
    unit: str
    mark: str = "normal"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The state of a network in one hour.

    ``limits`` are the upper end of the natural range and the alarm level, None for a quantity
    that has none. ``age_h`` is how many hours ago a late hour began, 0 for one that is not late: a
    page is composed anew when its description changes, and that must not be every second.
    """

    language: str
    stations: Sequence[FirstStation]
    hour: datetime | None
    age_h: int = 0
    limits: tuple[float, float] | None = None
    utc_offset_min: int = 300

    @property
    def level(self) -> str:
        """The loudest that is known: alarm, raised, calm, plain (no limits), or none."""
        marks = {station.mark for station in self.stations}
        if not self._reporting:
            return "none"
        if self.limits is None:
            return "plain"
        return next((mark for mark in ("alarm", "raised") if mark in marks), "calm")

    @property
    def _reporting(self) -> list[FirstStation]:
        return [station for station in self.stations if station.value is not None]

    @property
    def when(self) -> str:
        """The hour that is spoken of, in local time; empty where there is none."""
        if self.hour is None:
            return ""
        return figures.hour(self.hour, self.language, self.utc_offset_min)

    @property
    def is_late(self) -> bool:
        """Whether the newest hour is so old that it tells nothing of now."""
        return self.age_h > 0

    @property
    def sentences(self) -> list[str]:
        """The state in words, the most important first."""
        said = []
        if self.is_late:
            said.append(self._text("late", age=self._age()))
        reporting = self._reporting
        values = {"count": figures.count(len(reporting), self.language)}
        if self.limits is not None:
            first = next((s for s in reporting), None)
            unit = first.unit if first else ""
            names = ("limit", "alarm")
            for name, limit in zip(names, self.limits, strict=True):
                values[name] = page_config.value_text(limit, unit, self.language)
        for mark in ("alarm", "raised"):
            named = [station.name for station in reporting if station.mark == mark]
            if named:
                said.append(self._text(mark, names=self._named(named), **values))
        if self.level in ("calm", "plain", "none"):
            said.append(self._text(self.level, **values))
        else:
            calm = sum(station.mark not in ("alarm", "raised") for station in reporting)
            said.append(self._text("others", **{**values, "count": str(calm)}))
        silent = len(self.stations) - len(reporting)
        if silent and reporting:
            said.append(self._text("silent", count=figures.count(silent, self.language)))
        return said

    def _age(self) -> str:
        name, number = ("hours", self.age_h) if self.age_h < 48 else ("days", self.age_h // 24)
        return messages.text(f"age.{name}", self.language, count=number)

    def _named(self, names: Sequence[str]) -> str:
        shown = ", ".join(names[:MOST_NAMES])
        more = len(names) - MOST_NAMES
        return shown if more <= 0 else f"{shown} {self._text('more', count=more)}"

    def _text(self, message: str, **values: object) -> str:
        return messages.text(f"public.state.{message}", self.language, **values)


def age_h(hour: datetime, now: datetime) -> int:
    """Return how many hours ago an hour began that is late, 0 for one that is not."""
    return int((now - hour) / HOUR) if now - (hour + HOUR) >= LATE else 0


def loudest_first(stations: Sequence[FirstStation]) -> list[FirstStation]:
    """Return the stations in the order of a list: alarms, raised ones, then by name."""
    rank = {mark: place for place, mark in enumerate(SHAPES)}
    return sorted(stations, key=lambda s: (min(rank.get(s.mark, 3), 3), s.name.casefold()))
