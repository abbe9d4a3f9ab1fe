"""The state of an hour: a name that changes with all that may be seen of it."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from layers import temporal
from layers.store import policy
from layers.store.policy import Audience
from layers.store.schema import HOUR_REVISION, OBSERVATION, STATION

STATIONS_AT_ONCE = 500


def hours(
    connection: Connection, audience: Audience, now: datetime, quantity: str
) -> list[tuple[datetime, int]]:
    """Return the hours that hold visible observations with the name of their state, oldest first.

    The name is a number of 56 bits: another value, place or release of a station is another
    number. What the audience may not see leaves no trace in it.
    """
    visible = (
        policy.stations(
            select(policy.policy_key().label("key")).select_from(STATION), audience, now
        )
        .distinct()
        .subquery()
    )
    query = (
        select(HOUR_REVISION.c.hour, HOUR_REVISION.c.policy_key, HOUR_REVISION.c.revision)
        .join(visible, visible.c.key == HOUR_REVISION.c.policy_key)
        .where(HOUR_REVISION.c.quantity == quantity)
        .order_by(HOUR_REVISION.c.hour, HOUR_REVISION.c.policy_key)
    )
    states: dict[int, str] = {}
    for hour, key, revision in connection.execute(query):
        states[hour] = f"{states.get(hour, '')}{key} {revision}|"
    return [(temporal.from_epoch_s(hour * 3600), state_of(told)) for hour, told in states.items()]


def state_of(told: str) -> int:
    """Return a number of 56 bits for all that makes a state."""
    return int.from_bytes(hashlib.blake2b(told.encode(), digest_size=7).digest())


def raise_revisions(connection: Connection, changed: Iterable[tuple[str, int, str]]) -> None:
    """Count a change of (quantity, hour, policy key), each once, in the caller's transaction."""
    rows = [
        {"quantity": quantity, "hour": hour, "policy_key": key, "revision": 1}
        for quantity, hour, key in sorted(set(changed))
    ]
    if not rows:
        return
    statement = upsert(HOUR_REVISION)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=HOUR_REVISION.primary_key,
            set_={"revision": HOUR_REVISION.c.revision + 1},
        ),
        rows,
    )


def touch(connection: Connection, keys: Mapping[str, Iterable[str]]) -> None:
    """Count a change of every hour that some stations have values in.

    Parameters
    ----------
    keys : mapping of str to iterable of str
        The policy keys of each station that was moved or released otherwise, before and after.
    """
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
        raise_revisions(
            connection,
            {(quantity, hour, key) for quantity, hour, code in found for key in keys[code]},
        )
