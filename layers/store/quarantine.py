"""Refused rows wait with their reason until what they lacked has been added."""

from sqlalchemy import Connection, select, update

from layers.model import BatchAnswer
from layers.store import observations
from layers.store.batches import Batch
from layers.store.schema import QUARANTINE


def reprocess(connection: Connection, batch: Batch, code: str) -> BatchAnswer:
    """Offer the waiting observations that were refused with ``code`` again, as one batch.

    Those that are taken leave the quarantine; those refused again are in it under the new batch.
    """
    query = (
        select(QUARANTINE.c.seq, QUARANTINE.c.record)
        .where(
            QUARANTINE.c.code == code,
            QUARANTINE.c.released == 0,
            QUARANTINE.c.record != "",
        )
        .order_by(QUARANTINE.c.seq)
    )
    waiting = connection.execute(query).all()
    answer = observations.append(
        connection, batch, [observations.observation_of(row.record) for row in waiting]
    )
    if waiting:
        connection.execute(
            update(QUARANTINE)
            .where(QUARANTINE.c.seq.in_([row.seq for row in waiting]))
            .values(released=1)
        )
    return answer
