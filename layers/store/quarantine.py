"""Refused rows wait with their reason until what they lacked has been added."""

import dataclasses

from sqlalchemy import Connection, select, update

from layers.model import BatchAnswer, Context
from layers.store import observations
from layers.store.batches import Batch
from layers.store.schema import BATCH, QUARANTINE


def reprocess(connection: Connection, batch: Batch, code: str) -> BatchAnswer:
    """Offer the waiting observations that were refused with ``code`` again, and return one account.

    Each goes in for the organisation and in the context that it came with, and never in the place
    of a value that was sent since. Those that are taken leave the quarantine; those refused again
    are in it under a new batch.
    """
    waiting = select(QUARANTINE.c.batch).where(
        QUARANTINE.c.code == code, QUARANTINE.c.released == 0, QUARANTINE.c.record != ""
    )
    origins = connection.execute(
        select(BATCH).where(BATCH.c.seq.in_(waiting)).order_by(BATCH.c.seq)
    )
    answers = [
        _again(connection, batch, code, row.seq, row.organisation_id or None, Context(row.context))
        for row in origins.all()
    ]
    return BatchAnswer(
        batch.id,
        sum(answer.accepted for answer in answers),
        sum(answer.duplicate for answer in answers),
        sum(answer.corrected for answer in answers),
        tuple(row for answer in answers for row in answer.rejected),
        sum(answer.rows for answer in answers),
    )


def _again(
    connection: Connection,
    batch: Batch,
    code: str,
    origin: int,
    organisation_id: str | None,
    context: Context,
) -> BatchAnswer:
    of_origin = (
        (QUARANTINE.c.batch == origin)
        & (QUARANTINE.c.code == code)
        & (QUARANTINE.c.released == 0)
        & (QUARANTINE.c.record != "")
    )
    query = select(QUARANTINE.c.record).where(of_origin).order_by(QUARANTINE.c.seq)
    rows = [observations.observation_of(text) for text in connection.execute(query).scalars()]
    connection.execute(update(QUARANTINE).where(of_origin).values(released=1))
    again = dataclasses.replace(
        batch,
        id=f"{batch.id}-{origin}",
        content_hash=f"{origin}",
        organisation_id=organisation_id,
        context=context,
    )
    return observations.append(connection, again, rows, correcting=False)
