"""What every batch shares: its number, the answer that was given, the rows that were refused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from layers import temporal
from layers.errors import ConflictError
from layers.model import BatchAnswer, Context, RejectedRecord
from layers.store.schema import BATCH, QUARANTINE

LONGEST_RAW = 4_000
"""Characters of a refused row that are kept; the reason is always whole."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came in together, and who vouches for it.

    ``organisation_id`` None is the operator of the server itself, who may write for any station.
    """

    id: str
    content_hash: str
    writer: str
    organisation_id: str | None
    context: Context
    received_at: datetime
    source: str = ""


def renewed(connection: Connection, batch: Batch) -> Batch:
    """Return a batch that its content names, under the name by which it is answered now.

    Content that came before is the same batch, until a later one has corrected anything: who sends
    it again then may mean to take that back, and it is a batch of its own.
    """
    numbered = and_(BATCH.c.id > f"{batch.id}-", BATCH.c.id < f"{batch.id}.")
    query = select(BATCH.c.id, BATCH.c.seq).where(or_(BATCH.c.id == batch.id, numbered))
    taken = connection.execute(query.order_by(BATCH.c.seq.desc())).all()
    if not taken:
        return batch
    corrected = func.json_extract(BATCH.c.answer, "$.corrected") > 0
    later = select(BATCH.c.seq).where(BATCH.c.seq > taken[0].seq, corrected).limit(1)
    if connection.execute(later).first() is None:
        return replace(batch, id=taken[0].id)
    return replace(batch, id=f"{batch.id}-{len(taken) + 1}")


def answered(connection: Connection, batch: Batch) -> BatchAnswer | None:
    """Return the answer that this batch has had, or None.

    Raises
    ------
    ConflictError
        Where the id was used for other content.
    """
    row = connection.execute(select(BATCH).where(BATCH.c.id == batch.id)).one_or_none()
    if row is None:
        return None
    if row.content_hash != batch.content_hash:
        raise ConflictError(
            f'batch "{batch.id}" was received before with other content; send a new batch id'
        )
    counts = json.loads(row.answer)
    refused = select(QUARANTINE).where(QUARANTINE.c.batch == row.seq).order_by(QUARANTINE.c.seq)
    rejected = tuple(
        RejectedRecord(q.line, q.code, q.reason, q.raw) for q in connection.execute(refused)
    )
    return BatchAnswer(
        batch_id=batch.id,
        accepted=counts["accepted"],
        duplicate=counts["duplicate"],
        corrected=counts["corrected"],
        rejected=rejected,
        rows=counts["rows"],
        repeated=True,
    )


def opened(connection: Connection, batch: Batch) -> int:
    """Insert the batch and return its number."""
    result = connection.execute(
        insert(BATCH).values(
            id=batch.id,
            content_hash=batch.content_hash,
            writer=batch.writer,
            organisation_id=batch.organisation_id or "",
            source=batch.source,
            context=str(batch.context),
            received_at=temporal.epoch_s(batch.received_at),
        )
    )
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101 - an insert of one row has a key
    return int(key[0])


def closed(
    connection: Connection,
    batch: Batch,
    seq: int,
    *,
    accepted: int,
    duplicate: int,
    corrected: int,
    rejected: Sequence[tuple[RejectedRecord, str]],
) -> BatchAnswer:
    """Keep the refused rows (each with its record, if it was one) and the answer; return it."""
    if rejected:
        connection.execute(
            insert(QUARANTINE),
            [
                {
                    "batch": seq,
                    "line": row.line,
                    "code": row.code,
                    "reason": row.reason,
                    "raw": row.raw[:LONGEST_RAW],
                    "record": record,
                }
                for row, record in rejected
            ],
        )
    rows = accepted + duplicate + corrected + len(rejected)
    counts = {
        "accepted": accepted,
        "duplicate": duplicate,
        "corrected": corrected,
        "rejected": len(rejected),
        "rows": rows,
    }
    connection.execute(update(BATCH).where(BATCH.c.seq == seq).values(answer=json.dumps(counts)))
    return BatchAnswer(
        batch.id, accepted, duplicate, corrected, tuple(row for row, _ in rejected), rows
    )
