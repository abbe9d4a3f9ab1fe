"""Observations of chosen datastreams in the order of time, newest or oldest first.

Observations are clustered by hour, so the hours that hold any are walked in order, a few at once,
and of each only the stations and quantities that are wanted are looked up. Whoever needs the
newest one reads one hour, however many years are stored.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from layers import temporal
from layers.errors import TooLargeError
from layers.model import Datastream, StoredObservation
from layers.store import policy, snapshots
from layers.store.observations import STATIONS_AT_ONCE
from layers.store.policy import Audience
from layers.store.schema import HOUR_REVISION, OBSERVATION, STATION

HOURS_AT_ONCE = 256
ROWS_AT_ONCE = 20_000
"""About how many rows one query may find: hours of a large network are read one by one."""
GROWTH = 4

Stream = tuple[str, str, int, str]
Step = tuple[datetime, str, str, datetime]
"""Where an observation stands in the order: beginning, station, quantity, end."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Observations of ``streams`` that begin in [begin, end); None leaves that side open.

    They come by beginning (newest first, or oldest first), then by station, quantity and end;
    ``after`` is the place of one of them, and leaves out all that come before it and itself.
    """

    streams: Sequence[Datastream]
    begin: datetime | None = None
    end: datetime | None = None
    newest_first: bool = True
    after: Step | None = None


def step(found: StoredObservation) -> Step:
    """Return where an observation stands in the order."""
    said = found.observation
    return said.begin_time, said.station_code, said.quantity, said.end_time


def observations(
    connection: Connection, audience: Audience, now: datetime, wanted: Walk
) -> Iterator[StoredObservation]:
    """Yield the observations of a walk in its order."""
    table, every = snapshots.query(audience, now)
    begin = table.c.begin_s.desc() if wanted.newest_first else table.c.begin_s.asc()
    every = every.order_by(begin, table.c.station, table.c.quantity, table.c.end_s)
    streams = {_stream(each) for each in wanted.streams}
    for query in _queries(connection, every, wanted):
        for row in connection.execute(query):
            if (row.station, row.quantity, row.end_s - row.begin_s, row.detector) in streams:
                found = snapshots.stored(row)
                if wanted.after is None or _follows(step(found), wanted):
                    yield found


def count(
    connection: Connection, audience: Audience, now: datetime, wanted: Walk, most: int
) -> int:
    """Return how many observations a walk has, whatever it comes after.

    Raises
    ------
    TooLargeError
        Where there are more than ``most``: counting them would read as much.
    """
    averaging = OBSERVATION.c.end_s - OBSERVATION.c.begin_s
    parts = (OBSERVATION.c.station, OBSERVATION.c.quantity, averaging, OBSERVATION.c.detector)
    every = policy.stations(
        select(*parts, func.count()).join(STATION, STATION.c.code == OBSERVATION.c.station),
        audience,
        now,
    ).group_by(*parts)
    streams = {_stream(each) for each in wanted.streams}
    counted = 0
    for query in _queries(connection, every, wanted):
        counted += sum(n for *part, n in connection.execute(query) if tuple(part) in streams)
        if counted > most:
            raise TooLargeError(
                f"more than {most:,} observations are meant, too many to be counted; "
                "ask for fewer datastreams or a shorter time"
            )
    return counted


def _stream(each: Datastream) -> Stream:
    averaging_s = int(each.averaging.total_seconds())
    return each.station_code, each.quantity, averaging_s, each.detector


def _follows(here: Step, wanted: Walk) -> bool:
    assert wanted.after is not None  # noqa: S101 - the caller has looked
    if here[0] != wanted.after[0]:
        return (here[0] < wanted.after[0]) == wanted.newest_first
    return here[1:] > wanted.after[1:]


def _queries(connection: Connection, every: Select[Any], wanted: Walk) -> Iterator[Select[Any]]:
    """Yield queries of a few hours each, in the order of time."""
    table = OBSERVATION.c
    if wanted.begin is not None:
        every = every.where(table.begin_s >= _above(wanted.begin))
    if wanted.end is not None:
        every = every.where(table.begin_s < _above(wanted.end))
    quantities = sorted({each.quantity for each in wanted.streams})
    every = every.where(table.quantity.in_(quantities))
    stations = {each.station_code for each in wanted.streams}
    if len(stations) <= STATIONS_AT_ONCE:
        every = every.where(table.station.in_(sorted(stations)))
    most = max(1, min(HOURS_AT_ONCE, ROWS_AT_ONCE // max(1, len(wanted.streams))))
    hours = _hours(connection, wanted)
    size = 1
    while chunk := list(itertools.islice(hours, size)):
        yield every.where(table.hour.in_(chunk))
        size = min(size * GROWTH, most)


def _above(moment: datetime) -> int:
    """Return the first whole second that is not before a moment."""
    seconds = temporal.epoch_s(moment)
    return seconds + (temporal.from_epoch_s(seconds) < moment)


def _hours(connection: Connection, wanted: Walk) -> Iterator[int]:
    """Yield the hours in which any of the quantities was measured, in the order asked for."""
    spans: dict[str, list[int]] = defaultdict(list)
    for each in wanted.streams:
        for moment in (each.first_time, each.last_time):
            spans[each.quantity].append(temporal.epoch_s(moment) // 3600)
    limits = {quantity: _limits(span, wanted) for quantity, span in spans.items()}
    size = 1
    while True:
        found: set[int] = set()
        for quantity, (first, last) in limits.items():
            hour = HOUR_REVISION.c.hour
            query = (
                select(hour)
                .where(HOUR_REVISION.c.quantity == quantity, hour.between(first, last))
                .distinct()
                .order_by(hour.desc() if wanted.newest_first else hour.asc())
                .limit(size)
            )
            found.update(connection.execute(query).scalars())
        chunk = sorted(found, reverse=wanted.newest_first)[:size]
        if not chunk:
            return
        yield from chunk
        end = chunk[-1]
        limits = {
            quantity: (first, min(last, end - 1))
            if wanted.newest_first
            else (max(first, end + 1), last)
            for quantity, (first, last) in limits.items()
        }
        size = min(size * GROWTH, HOURS_AT_ONCE)


def _limits(span: Sequence[int], wanted: Walk) -> tuple[int, int]:
    first, last = min(span), max(span)
    if wanted.begin is not None:
        first = max(first, temporal.epoch_s(wanted.begin) // 3600)
    if wanted.end is not None:
        last = min(last, temporal.epoch_s(wanted.end) // 3600)
    if wanted.after is not None:
        here = temporal.epoch_s(wanted.after[0]) // 3600
        first, last = (first, min(last, here)) if wanted.newest_first else (max(first, here), last)
    return first, last
