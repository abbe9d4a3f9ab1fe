"""Datastreams: what every station has ever measured, kept beside the observations."""

import hashlib
import json
from collections.abc import Collection, Container, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from layers import temporal
from layers.errors import TooLargeError
from layers.model import Datastream
from layers.store import policy
from layers.store.database import write_many
from layers.store.policy import Audience
from layers.store.schema import DATASTREAM, HOUR_REVISION, OBSERVATION, STATION

NUMBER_BITS = 20
"""A million datastreams: with a beginning beside it, the number of one still fits in 53 bits."""
MOST_TRIES = 1_000
_FIRST, _LAST = (
    "UPDATE datastream SET first_s = ? WHERE number IN (SELECT value FROM json_each(?))",
    "UPDATE datastream SET last_s = ? WHERE number IN (SELECT value FROM json_each(?))",
)
Row = Mapping[str, Any]
Key = tuple[str, str, int, str]


def _key(row: Row) -> Key:
    return row["station"], row["quantity"], row["end_s"] - row["begin_s"], row["detector"]


def free_number(key: Key, taken: Container[int]) -> int:
    """Return a number for a datastream that no other one has.

    It hangs on the name of the datastream and not on how many there are: a count would tell those
    who may not see all of them that there are more.

    Raises
    ------
    TooLargeError
        Where hardly any number is left.
    """
    for attempt in range(MOST_TRIES):
        digest = hashlib.blake2b(repr((attempt, *key)).encode(), digest_size=4).digest()
        number = int.from_bytes(digest) >> (32 - NUMBER_BITS)
        if number and number not in taken:
            return number
    raise TooLargeError(f"more than {2**NUMBER_BITS:,} datastreams are not known to a store")


def note(connection: Connection, written: Sequence[Row], replaced: Sequence[Row]) -> None:
    """Widen the datastreams by observations that were written; look again at those that lost one.

    An observation leaves its datastream where a correction names another detector.
    """
    spans: dict[Key, tuple[int, int]] = {}
    for row in written:
        key, begin_s = _key(row), row["begin_s"]
        span = spans.get(key)
        if span is None:
            spans[key] = begin_s, begin_s
        elif not span[0] <= begin_s <= span[1]:
            spans[key] = min(span[0], begin_s), max(span[1], begin_s)
    known = _known(connection, {key[0] for key in spans})
    taken, names = _Taken(connection), DATASTREAM.c.keys()
    new: list[Row] = []
    earlier: dict[int, list[int]] = {}
    later: dict[int, list[int]] = {}
    for key, (first, last) in spans.items():
        if key not in known:
            number = free_number(key, taken)
            taken.add(number)
            new.append(dict(zip(names, (*key, number, first, last), strict=True)))
            continue
        number, held_first, held_last = known[key]
        if held_first is None or first < held_first:
            earlier.setdefault(first, []).append(number)
        if held_last is None or last > held_last:
            later.setdefault(last, []).append(number)
    write_many(connection, insert(DATASTREAM), new)
    _move(connection, _FIRST, earlier)
    _move(connection, _LAST, later)
    # A row keeps its station, quantity and times: with another detector its datastream is new.
    for key in {_key(row) for row in replaced} - set(spans):
        _look_again(connection, key)


def _look_again(connection: Connection, key: Key) -> None:
    station, quantity, averaging_s, detector = key
    mine = (
        (DATASTREAM.c.station == station)
        & (DATASTREAM.c.quantity == quantity)
        & (DATASTREAM.c.averaging_s == averaging_s)
        & (DATASTREAM.c.detector == detector)
    )
    known = select(DATASTREAM.c.first_s, DATASTREAM.c.last_s).where(mine)
    span = connection.execute(known).one_or_none()
    if span is None or span.first_s is None:  # the batch replaced what it had said itself
        return
    first, last = (_edge(connection, key, span, newest=newest) for newest in (False, True))
    connection.execute(update(DATASTREAM).where(mine).values(first_s=first, last_s=last))


def _edge(connection: Connection, key: Key, span: tuple[int, int], *, newest: bool) -> int | None:
    """Return the oldest or newest beginning of a datastream within a span, or None."""
    station, quantity, averaging_s, detector = key
    # Hour by hour from the side that is asked for: it is mostly found in the first one.
    hour, begin_s = HOUR_REVISION.c.hour, OBSERVATION.c.begin_s
    order = (hour.desc(), begin_s.desc()) if newest else (hour.asc(), begin_s.asc())
    query = (
        select(begin_s)
        .select_from(HOUR_REVISION)
        .join(OBSERVATION, OBSERVATION.c.hour == hour)
        .where(
            HOUR_REVISION.c.quantity == quantity,
            hour.between(span[0] // 3600, span[1] // 3600),
            OBSERVATION.c.station == station,
            OBSERVATION.c.quantity == quantity,
            OBSERVATION.c.end_s - begin_s == averaging_s,
            OBSERVATION.c.detector == detector,
        )
        .order_by(*order)
        .limit(1)
    )
    return connection.execute(query).scalar()


def _driver(connection: Connection) -> Any:
    """Return what is asked without a detour: a delivery may name ten thousand datastreams."""
    return connection.connection.driver_connection


class _Taken:
    """The numbers that datastreams have: looked up one by one, and those of this batch."""

    def __init__(self, connection: Connection) -> None:
        self._driver = _driver(connection)
        self._new: set[int] = set()

    def __contains__(self, number: object) -> bool:
        if number in self._new:
            return True
        query = "SELECT 1 FROM datastream WHERE number = ?"
        return self._driver.execute(query, (number,)).fetchone() is not None

    def add(self, number: int) -> None:
        """Take a number."""
        self._new.add(number)


def _known(connection: Connection, stations: Collection[str]) -> dict[Key, tuple[int, Any, Any]]:
    """Return number, first and last beginning of the datastreams of some stations."""
    found = _driver(connection).execute(
        "SELECT station, quantity, averaging_s, detector, number, first_s, last_s FROM datastream"
        " WHERE station IN (SELECT value FROM json_each(?))",
        (json.dumps(list(stations)),),
    )
    return {row[:4]: row[4:] for row in found}


def _move(connection: Connection, statement: str, numbers: Mapping[int, Sequence[int]]) -> None:
    """Write a beginning into the datastreams of some numbers: those of an hour share theirs."""
    if numbers:
        rows = [(begin_s, json.dumps(each)) for begin_s, each in numbers.items()]
        connection.exec_driver_sql(statement, rows)


def datastreams(connection: Connection, audience: Audience, now: datetime) -> list[Datastream]:
    """Return the datastreams of visible stations by station, quantity, averaging and detector."""
    query = policy.stations(
        select(DATASTREAM)
        .join(STATION, STATION.c.code == DATASTREAM.c.station)
        .where(DATASTREAM.c.first_s.is_not(None)),
        audience,
        now,
    ).order_by(*DATASTREAM.primary_key)
    return [
        Datastream(
            station_code=row.station,
            quantity=row.quantity,
            averaging=timedelta(seconds=row.averaging_s),
            detector=row.detector,
            first_time=temporal.from_epoch_s(row.first_s),
            last_time=temporal.from_epoch_s(row.last_s),
            number=row.number,
        )
        for row in connection.execute(query)
    ]
