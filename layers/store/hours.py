"""The state of an hour: a name that changes with all that may be seen of it."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from layers import temporal
from layers.store import policy
from layers.store.policy import Audience
from layers.store.schema import HOUR_REVISION, OBSERVATION, STATION

STATIONS_AT_ONCE = 500
SHOWN_HOURS = 24 * 62
"""Hours that are listed where nobody says how many; older ones are there for who names them."""
CHAIN = 2**56
Span = tuple[datetime, datetime]
Part = tuple[str, int, str]


def hours(
    connection: Connection,
    audience: Audience,
    now: datetime,
    quantity: str,
    *,
    newest: int = SHOWN_HOURS,
    span: Span | None = None,
) -> list[tuple[datetime, int]]:
    """Return the hours that hold visible observations with the name of their state, oldest first.

    The name is a number of 56 bits: another value, place or release of a station is another
    number. What the audience may not see leaves no trace in it.

    Parameters
    ----------
    newest : int
        At most so many hours, the newest ones.
    span : (datetime, datetime), optional
        All hours that begin in this half-open interval instead.
    """
    visible = (
        policy.stations(
            select(policy.policy_key().label("key")).select_from(STATION), audience, now
        )
        .distinct()
        .subquery()
    )
    known = (
        select(HOUR_REVISION.c.hour, HOUR_REVISION.c.policy_key, HOUR_REVISION.c.revision)
        .join(visible, visible.c.key == HOUR_REVISION.c.policy_key)
        .where(HOUR_REVISION.c.quantity == quantity)
    )
    hour = HOUR_REVISION.c.hour
    if span is not None:
        first, last = (temporal.epoch_s(moment) // 3600 for moment in span)
        known = known.where(hour >= first, hour < last)
    else:
        # Walks the index from its end, so that years of history cost nothing.
        latest = known.with_only_columns(hour).distinct().order_by(hour.desc()).limit(newest)
        found = connection.execute(latest).scalars().all()
        known = known.where(hour >= (found[-1] if found else 0))
    query = known.order_by(hour, HOUR_REVISION.c.policy_key)
    states: dict[int, str] = {}
    for hour, key, revision in connection.execute(query):
        states[hour] = f"{states.get(hour, '')}{key} {revision}|"
    return [(temporal.from_epoch_s(hour * 3600), state_of(told)) for hour, told in states.items()]


def state_of(told: str) -> int:
    """Return a number of 56 bits for all that makes a state."""
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=7).digest())


def note(connection: Connection, changed: Mapping[Part, int]) -> None:
    """Name the new state of every part that changed, in the caller's transaction.

    Parameters
    ----------
    changed : mapping of (quantity, hour, policy key) to int
        A number of 56 bits made of what was changed. A state is a chain of all its changes, so a
        restored copy of the store that goes on with other values comes to other names.
    """
    if not changed:
        return
    rows = [
        {"quantity": quantity, "hour": hour, "policy_key": key, "revision": change % CHAIN}
        for (quantity, hour, key), change in sorted(changed.items())
    ]
    statement = upsert(HOUR_REVISION)
    chained = (HOUR_REVISION.c.revision * 31 + statement.excluded.revision) % CHAIN
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=HOUR_REVISION.primary_key, set_={"revision": chained}
        ),
        rows,
    )


def touch(
    connection: Connection, keys: Mapping[str, Iterable[str]], change: int
) -> set[tuple[str, int]]:
    """Name the new state of every hour that some stations have values in; return those.

    Parameters
    ----------
    keys : mapping of str to iterable of str
        The policy keys of each station that was moved or released otherwise, before and after.
    change : int
        A number made of what was changed.

    Returns
    -------
    set of (str, int)
        Quantity and hour.
    """
    touched: set[tuple[str, int]] = set()
    codes = sorted(keys)
    for start in range(0, len(codes), STATIONS_AT_ONCE):
        query = (
            select(OBSERVATION.c.quantity, OBSERVATION.c.hour, OBSERVATION.c.station)
            .join(
                HOUR_REVISION,
                (HOUR_REVISION.c.hour == OBSERVATION.c.hour)
                & (HOUR_REVISION.c.quantity == OBSERVATION.c.quantity),
            )
            .where(OBSERVATION.c.station.in_(codes[start : start + STATIONS_AT_ONCE]))
            .distinct()
        )
        found = connection.execute(query).all()
        note(connection, {(q, hour, key): change for q, hour, code in found for key in keys[code]})
        touched |= {(quantity, hour) for quantity, hour, _ in found}
    return touched


def forget(connection: Connection, keys: Iterable[str]) -> None:
    """Forget the hours of policy keys under which nothing was measured: a trace would tell it."""
    key = HOUR_REVISION.c.policy_key
    under = select(STATION.c.code).where(policy.policy_key() == key).correlate(HOUR_REVISION)
    measured = select(OBSERVATION.c.station).where(
        OBSERVATION.c.hour == HOUR_REVISION.c.hour,
        OBSERVATION.c.quantity == HOUR_REVISION.c.quantity,
        OBSERVATION.c.station.in_(under),
    )
    connection.execute(delete(HOUR_REVISION).where(key.in_(sorted(keys)), ~measured.exists()))


def of_key(connection: Connection, key: str) -> set[tuple[str, int]]:
    """Return (quantity, hour) of all values that are released together under a policy key."""
    query = select(HOUR_REVISION.c.quantity, HOUR_REVISION.c.hour)
    rows = connection.execute(query.where(HOUR_REVISION.c.policy_key == key))
    return {(quantity, hour) for quantity, hour in rows}
