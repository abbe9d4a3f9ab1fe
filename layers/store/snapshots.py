"""Reading observations: one hour of all stations, one station over time, the hours there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, func, select, union_all

from layers import temporal
from layers.model import Context, Observation, Status, StoredObservation
from layers.store import policy
from layers.store.policy import Audience
from layers.store.schema import (
    BATCH,
    OBSERVATION,
    OBSERVATION_REVISION,
    STATION,
)

FloatArray = NDArray[np.float64]
HOURS_BY_NAME = 24 * 367
"""Hours of a series that are asked for one by one."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One hour of one quantity as columns of n rows, ordered by station code.

    Values and standard deviations are in the canonical unit, NaN where missing; times are epoch
    seconds. ``reasons`` are comma-separated codes.
    """

    quantity: str
    hour: datetime
    codes: list[str]
    networks: list[str]
    lon: FloatArray
    lat: FloatArray
    elevation_m: FloatArray
    value: FloatArray
    sd: FloatArray
    status: list[str]
    reasons: list[str]
    begin_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    received_s: NDArray[np.int64]
    revision: NDArray[np.int64]
    context: list[str]


def _known_at(known_at: datetime) -> Any:
    """Return the rows that stood at a moment: of each identity, the newest received by then."""
    columns = [c.name for c in OBSERVATION.c]
    every = union_all(
        select(*(OBSERVATION.c[n] for n in columns)),
        select(*(OBSERVATION_REVISION.c[n] for n in columns)),
    ).subquery()
    then = (
        select(
            every,
            func.row_number()
            .over(
                partition_by=[every.c[c.name] for c in OBSERVATION.primary_key],
                order_by=every.c.revision.desc(),
            )
            .label("place"),
        )
        .join(BATCH, BATCH.c.seq == every.c.batch)
        .where(BATCH.c.received_at <= temporal.epoch_s(known_at))
        .subquery()
    )
    return select(then).where(then.c.place == 1).subquery()


def query(
    audience: Audience, now: datetime, known_at: datetime | None = None
) -> tuple[Any, Select[Any]]:
    """Return the table of observations, and a query of the visible ones with all that is told."""
    table = OBSERVATION if known_at is None else _known_at(known_at)
    rows = (
        select(
            table,
            STATION.c.lon,
            STATION.c.lat,
            STATION.c.elevation_m,
            STATION.c.network_id,
            BATCH.c.received_at,
            BATCH.c.id.label("batch_id"),
            BATCH.c.writer,
            BATCH.c.context,
        )
        .select_from(table)
        .join(STATION, STATION.c.code == table.c.station)
        .join(BATCH, BATCH.c.seq == table.c.batch)
    )
    return table, policy.stations(rows, audience, now)


def snapshot(
    connection: Connection,
    audience: Audience,
    now: datetime,
    quantity: str,
    hour: datetime,
    known_at: datetime | None = None,
) -> Snapshot:
    """Return the observations that begin within one hour.

    Where a station reports several within the hour (every ten minutes, say), all are rows.
    """
    table, asked = query(audience, now, known_at)
    asked = asked.where(
        table.c.hour == temporal.epoch_s(hour) // 3600, table.c.quantity == quantity
    ).order_by(table.c.station, table.c.begin_s)
    told = _columns(connection, asked)

    def floats(name: str) -> FloatArray:
        return np.array(told[name], dtype=np.float64)

    def whole(name: str) -> NDArray[np.int64]:
        return np.array(told[name], dtype=np.int64)

    return Snapshot(
        quantity=quantity,
        hour=hour,
        codes=list(told["station"]),
        networks=list(told["network_id"]),
        lon=floats("lon"),
        lat=floats("lat"),
        elevation_m=floats("elevation_m"),
        value=floats("value"),
        sd=floats("sd"),
        status=list(told["status"]),
        reasons=list(told["reasons"]),
        begin_s=whole("begin_s"),
        end_s=whole("end_s"),
        received_s=whole("received_at"),
        revision=whole("revision"),
        context=list(told["context"]),
    )


def _columns(connection: Connection, query: Select[Any]) -> dict[str, tuple[Any, ...]]:
    """Return an answer by columns: of ten thousand rows, a third of the time of row by row."""
    result = connection.execute(query)
    names, rows = list(result.keys()), result.all()
    return dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))


def values_before(
    connection: Connection,
    audience: Audience,
    now: datetime,
    quantity: str,
    begin: datetime,
    end: datetime,
) -> list[tuple[str, float]]:
    """Return (station, value) of all that began within the hours from ``begin`` to before ``end``.

    Whatever was said of a value; oldest first for each station.
    """
    first, last = (temporal.epoch_s(moment) // 3600 for moment in (begin, end))
    rows = (
        select(OBSERVATION.c.station, OBSERVATION.c.value)
        .join(STATION, STATION.c.code == OBSERVATION.c.station)
        .where(
            OBSERVATION.c.hour.in_(range(first, last)),
            OBSERVATION.c.quantity == quantity,
            OBSERVATION.c.value.is_not(None),
        )
        .order_by(OBSERVATION.c.begin_s)
    )
    found = connection.execute(policy.stations(rows, audience, now))
    return [(station, value) for station, value in found]


def history(
    connection: Connection,
    audience: Audience,
    now: datetime,
    quantity: str,
    hours: Sequence[datetime],
) -> tuple[list[str], FloatArray, FloatArray]:
    """Return what the visible stations measured in some hours.

    Returns
    -------
    list of str
        Codes of the n stations that measured in any of them.
    array of float, shape (n, len(hours))
        The last value that began within the hour; NaN where there is none, or it was rejected.
    array of float, shape (n, len(hours))
        Its standard deviation; NaN where it is unknown.
    """
    place = {temporal.epoch_s(hour) // 3600: number for number, hour in enumerate(hours)}
    query = (
        policy.stations(
            select(
                OBSERVATION.c.station, OBSERVATION.c.hour, OBSERVATION.c.value, OBSERVATION.c.sd
            ).join(STATION, STATION.c.code == OBSERVATION.c.station),
            audience,
            now,
        )
        .where(
            OBSERVATION.c.hour.in_(list(place)),
            OBSERVATION.c.quantity == quantity,
            OBSERVATION.c.value.is_not(None),
            OBSERVATION.c.status.not_in([str(Status.REJECTED), str(Status.MISSING)]),
        )
        .order_by(OBSERVATION.c.station, OBSERVATION.c.begin_s)
    )
    told = _columns(connection, query)
    codes = list(dict.fromkeys(told["station"]))
    number = {code: n for n, code in enumerate(codes)}
    value, sd = np.full((2, len(codes), len(hours)), np.nan)
    # Of several within an hour the last one stays.
    at = [number[code] for code in told["station"]], [place[hour] for hour in told["hour"]]
    value[at], sd[at] = (np.array(told[name], np.float64) for name in ("value", "sd"))
    return codes, value, sd


def series(
    connection: Connection,
    audience: Audience,
    now: datetime,
    station_code: str,
    quantity: str,
    begin: datetime,
    end: datetime,
    known_at: datetime | None = None,
) -> list[StoredObservation]:
    """Return what one station measured over [begin, end), oldest first."""
    table, asked = query(audience, now, known_at)
    begin_s, end_s = temporal.epoch_s(begin), temporal.epoch_s(end)
    first, last = begin_s // 3600, end_s // 3600
    # The table lies by hours: places are found faster than all between them are read. A year of
    # one station among 96 takes a ninth of the processor's time.
    named = last - first < HOURS_BY_NAME
    hour = table.c.hour
    asked = asked.where(
        hour.in_(range(first, last + 1)) if named else hour.between(first, last),
        table.c.station == station_code,
        table.c.quantity == quantity,
        table.c.begin_s >= begin_s,
        table.c.begin_s < end_s,
    ).order_by(table.c.begin_s, table.c.end_s)
    return [stored(row) for row in connection.execute(asked)]


def stored(row: Any) -> StoredObservation:
    """Return an observation of a row of ``query``."""
    return StoredObservation(
        Observation(
            station_code=row.station,
            quantity=row.quantity,
            begin_time=temporal.from_epoch_s(row.begin_s),
            end_time=temporal.from_epoch_s(row.end_s),
            value=row.value,
            sd=row.sd,
            source_value=row.source_value,
            source_unit=row.source_unit,
            conversion=row.conversion,
            status=Status(row.status),
            reasons=tuple(filter(None, row.reasons.split(","))),
            detector=row.detector,
        ),
        revision=row.revision,
        received_at=temporal.from_epoch_s(row.received_at),
        batch_id=row.batch_id,
        writer=row.writer,
        context=Context(row.context),
    )


def reaching(
    connection: Connection,
    audience: Audience,
    now: datetime,
    quantity: str,
    hour: datetime,
    threshold: float,
) -> list[StoredObservation]:
    """Return what visible stations measured in one hour at or above a value, by station.

    What was rejected or is missing is no measurement.
    """
    table, asked = query(audience, now, None)
    asked = asked.where(
        table.c.hour == temporal.epoch_s(hour) // 3600,
        table.c.quantity == quantity,
        table.c.value >= threshold,
        table.c.status.not_in([str(Status.REJECTED), str(Status.MISSING)]),
    ).order_by(table.c.station, table.c.begin_s)
    return [stored(row) for row in connection.execute(asked)]


def measuring(
    connection: Connection,
    audience: Audience,
    now: datetime,
    quantity: str,
    begin: datetime,
    end: datetime,
) -> list[str]:
    """Return the codes of visible stations that reported a quantity over [begin, end)."""
    hours = OBSERVATION.c.hour.between(
        temporal.epoch_s(begin) // 3600, temporal.epoch_s(end) // 3600 - 1
    )
    query = (
        policy.stations(
            select(OBSERVATION.c.station).join(STATION, STATION.c.code == OBSERVATION.c.station),
            audience,
            now,
        )
        .where(hours, OBSERVATION.c.quantity == quantity)
        .distinct()
        .order_by(OBSERVATION.c.station)
    )
    return list(connection.execute(query).scalars())
