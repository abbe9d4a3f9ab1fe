"""Who wrote what: an append-only list in which every row holds the hash of the one before."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, insert, select

from layers import temporal
from layers.store.schema import AUDIT


def _hash(previous: str, at: int, writer: str, action: str, subject: str, detail: str) -> str:
    # Lengths before texts: no two different rows may read the same.
    parts = (previous, str(at), writer, action, subject, detail)
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def record(
    connection: Connection, at: datetime, writer: str, action: str, subject: str, detail: str = ""
) -> None:
    """Append one row within the caller's transaction."""
    last = select(AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)
    previous = connection.execute(last).scalar() or ""
    moment = temporal.epoch_s(at)
    connection.execute(
        insert(AUDIT).values(
            at=moment,
            writer=writer,
            action=action,
            subject=subject,
            detail=detail,
            hash=_hash(previous, moment, writer, action, subject, detail),
        )
    )


def broken_row(connection: Connection) -> int | None:
    """Return the number of the first row that is not what was written, or None."""
    previous = ""
    rows = connection.execute(select(AUDIT).order_by(AUDIT.c.seq))
    for number, row in enumerate(rows, start=1):
        expected = _hash(previous, row.at, row.writer, row.action, row.subject, row.detail)
        # A row taken out leaves a hole in the numbers as well as in the chain.
        if row.hash != expected or row.seq != number:
            return int(row.seq)
        previous = row.hash
    return None
