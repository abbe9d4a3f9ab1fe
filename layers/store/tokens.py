"""Tokens of organisations: a prefix to recognise one by, a secret that only its hash knows."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from layers import temporal
from layers.errors import ForbiddenError, NotFoundError, nearest
from layers.store import audit
from layers.store.schema import ORGANISATION, TOKEN


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token without its secret."""

    prefix: str
    organisation_id: str
    note: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()


def create(
    connection: Connection,
    organisation_id: str,
    *,
    writer: str,
    at: datetime,
    expires_at: datetime | None = None,
    note: str = "",
) -> str:
    """Return a new token, shown this once.

    Raises
    ------
    NotFoundError
        Where the organisation is not registered.
    """
    known = select(ORGANISATION.c.id).where(ORGANISATION.c.id == organisation_id)
    if connection.execute(known).one_or_none() is None:
        near = nearest(organisation_id, connection.execute(select(ORGANISATION.c.id)).scalars())
        raise NotFoundError(f'no organisation "{organisation_id}" is registered{near}')
    prefix, secret = "kz" + secrets.token_hex(4), secrets.token_urlsafe(32)
    connection.execute(
        insert(TOKEN).values(
            prefix=prefix,
            secret_hash=_hash(secret),
            organisation_id=organisation_id,
            note=note,
            created_at=temporal.epoch_s(at),
            expires_at=None if expires_at is None else temporal.epoch_s(expires_at),
        )
    )
    audit.record(connection, at, writer, "token created", prefix, organisation_id)
    return f"{prefix}.{secret}"


def organisation_of(connection: Connection, token: str, now: datetime) -> str:
    """Return the organisation that a token writes for.

    Raises
    ------
    ForbiddenError
        Where the token is unknown, expired or revoked; which of them, the caller is not told.
    """
    prefix, _, secret = token.partition(".")
    row = connection.execute(select(TOKEN).where(TOKEN.c.prefix == prefix)).one_or_none()
    moment = temporal.epoch_s(now)
    good = (
        row is not None
        and hmac.compare_digest(row.secret_hash, _hash(secret))
        and row.revoked_at is None
        and (row.expires_at is None or row.expires_at > moment)
    )
    if row is None or not good:
        raise ForbiddenError("that token is not valid here")
    return str(row.organisation_id)


def revoke(connection: Connection, prefix: str, *, writer: str, at: datetime) -> None:
    """Make a token useless at once.

    Raises
    ------
    NotFoundError
        Where no token has that prefix.
    """
    statement = (
        update(TOKEN)
        .where(TOKEN.c.prefix == prefix, TOKEN.c.revoked_at.is_(None))
        .values(revoked_at=temporal.epoch_s(at))
    )
    if connection.execute(statement).rowcount == 0:
        raise NotFoundError(f'no token with the prefix "{prefix}" is in use')
    audit.record(connection, at, writer, "token revoked", prefix)


def tokens(connection: Connection) -> list[TokenInfo]:
    """Return all tokens, oldest first, without their secrets."""

    def moment(seconds: int | None) -> datetime | None:
        return None if seconds is None else temporal.from_epoch_s(seconds)

    return [
        TokenInfo(
            row.prefix,
            row.organisation_id,
            row.note,
            temporal.from_epoch_s(row.created_at),
            moment(row.expires_at),
            moment(row.revoked_at),
        )
        for row in connection.execute(select(TOKEN).order_by(TOKEN.c.created_at, TOKEN.c.prefix))
    ]
