"""Observations of all stations in the order in which they are stored, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, tuple_

from layers import temporal
from layers.store import policy, snapshots
from layers.store.policy import Audience
from layers.store.schema import BATCH, HOUR_REVISION, OBSERVATION, STATION

_KEY = (
    OBSERVATION.c.hour,
    OBSERVATION.c.station,
    OBSERVATION.c.quantity,
    OBSERVATION.c.begin_s,
    OBSERVATION.c.end_s,
)
_TOLD = (
    *(STATION.c[name] for name in ("lon", "lat", "elevation_m", "network_id")),
    *(
        OBSERVATION.c[name]
        for name in (
            "value", "sd", "source_value", "source_unit", "conversion", "status", "reasons",
            "detector", "revision",
        )
    ),
    BATCH.c.received_at,
    BATCH.c.context,
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an observation stands in the order: by hour, station, quantity, begin and end."""

    hour: int
    station: str
    quantity: str
    begin_s: int
    end_s: int

    @classmethod
    def of(cls, station: str, quantity: str, begin_s: int, end_s: int) -> "Place":
        """Return the place of an observation by its identity."""
        return cls(begin_s // 3600, station, quantity, begin_s, end_s)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which observations: None asks for all. Begins lie within [begin_s, end_s], both included."""

    begin_s: float | None = None
    end_s: float | None = None
    stations: Sequence[str] | None = None
    quantities: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation with its station; times are epoch seconds, values in canonical units."""

    place: Place
    lon: float
    lat: float
    elevation_m: float | None
    network: str
    value: float | None
    sd: float | None
    source_value: str
    source_unit: str
    conversion: str
    status: str
    reasons: str
    detector: str
    revision: int
    received_s: int
    context: str


def observed(
    connection: Connection,
    audience: Audience,
    now: datetime,
    wanted: Wanted,
    *,
    after: Place | None = None,
    limit: int,
) -> list[Observed]:
    """Return the next visible observations after a place, at most ``limit``."""
    _, every = snapshots.query(audience, now)
    # As they are told: a row is an observation without looking for its columns by name.
    query = every.with_only_columns(*_KEY, *_TOLD)
    hour, begin = OBSERVATION.c.hour, OBSERVATION.c.begin_s
    if wanted.begin_s is not None:
        query = query.where(hour >= int(wanted.begin_s // 3600), begin >= wanted.begin_s)
    if wanted.end_s is not None:
        query = query.where(hour <= int(wanted.end_s // 3600), begin <= wanted.end_s)
    if wanted.stations is not None:
        query = query.where(OBSERVATION.c.station.in_(wanted.stations))
    if wanted.quantities is not None:
        query = query.where(OBSERVATION.c.quantity.in_(wanted.quantities))
    if after is not None:
        place = (after.hour, after.station, after.quantity, after.begin_s, after.end_s)
        # The hour by itself as well: SQLite looks only that up in its index.
        query = query.where(hour >= after.hour, tuple_(*_KEY) > place)
    rows = connection.execute(query.order_by(*_KEY).limit(limit))
    return [Observed(Place(*row[:5]), *row[5:]) for row in rows]


def one(connection: Connection, audience: Audience, now: datetime, place: Place) -> Observed | None:
    """Return the visible observation at a place, or None."""
    before = Place(place.hour, place.station, place.quantity, place.begin_s, place.end_s - 1)
    wanted = Wanted(place.begin_s, place.begin_s, [place.station], [place.quantity])
    found = observed(connection, audience, now, wanted, after=before, limit=1)
    return found[0] if found and found[0].place == place else None


def span(
    connection: Connection, audience: Audience, now: datetime
) -> tuple[datetime, datetime] | None:
    """Return the first and last hour with visible observations, or None where there are none."""
    visible = (
        policy.stations(
            select(policy.policy_key().label("key")).select_from(STATION), audience, now
        )
        .distinct()
        .subquery()
    )
    hour = HOUR_REVISION.c.hour
    query = select(func.min(hour), func.max(hour)).join(
        visible, visible.c.key == HOUR_REVISION.c.policy_key
    )
    first, last = connection.execute(query).one()
    if first is None:
        return None
    return temporal.from_epoch_s(first * 3600), temporal.from_epoch_s(last * 3600)
