"""Features: collections of things with a geometry, each with its history."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from sqlalchemy import Connection, RowMapping, and_, func, insert, or_, select, union, union_all
from sqlalchemy.dialects.sqlite import insert as upsert

from layers import temporal
from layers.geo import Bounds
from layers.model import (
    BatchAnswer,
    Context,
    Feature,
    RejectedRecord,
    Release,
    StoredFeature,
    WithdrawnRecord,
)
from layers.store import batches
from layers.store.batches import Batch
from layers.store.policy import Audience, feature_visible
from layers.store.schema import BATCH, FEATURE, FEATURE_REVISION

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ROWS = 1000
"""Rows that are read at a time."""
COMPARED = ("geometry", "properties", "time_us", "valid_from", "valid_to", "release")


def _microseconds(moment: datetime | None) -> int | None:
    # Origin times carry fractions of a second, and lie before 1970 too.
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def _row(feature: Feature, batch: int) -> dict[str, Any]:
    west, south, east, north = feature.geometry.bounds
    return {
        "collection": feature.collection,
        "id": feature.id,
        "geometry": shapely.to_wkb(feature.geometry, include_srid=False),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "properties": json.dumps(
            dict(feature.properties), ensure_ascii=False, sort_keys=True, allow_nan=False
        ),
        "time_us": _microseconds(feature.time),
        "valid_from": None if feature.valid_from is None else temporal.epoch_s(feature.valid_from),
        "valid_to": None if feature.valid_to is None else temporal.epoch_s(feature.valid_to),
        "release": str(feature.release),
        "batch": batch,
        "revision": 1,
    }


def append(
    connection: Connection, batch: Batch, rows: Iterable[Feature | RejectedRecord]
) -> BatchAnswer:
    """Store a batch of features within the caller's transaction; every row is accounted for.

    A feature that is withdrawn holds until the batch was received, and stays in the history.
    """
    repeated = batches.answered(connection, batch)
    if repeated is not None:
        return repeated
    seq = batches.opened(connection, batch)
    rejected: list[tuple[RejectedRecord, str]] = []
    counts: Counter[str] = Counter(accepted=0, duplicate=0, corrected=0)
    new: dict[tuple[str, str], dict[str, Any]] = {}
    old: list[dict[str, Any]] = []
    held: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        if isinstance(row, RejectedRecord) and not isinstance(row, WithdrawnRecord):
            rejected.append((row, ""))
            continue
        if row.collection not in held:
            held[row.collection] = _stored(connection, row.collection)
        before = held[row.collection].get(row.id)
        if isinstance(row, Feature):
            fresh = _row(row, seq)
        elif before is None:
            rejected.append((row, ""))
            continue
        else:
            fresh = _ended(before, batch, seq)
        if before is None:
            counts["accepted"] += 1
        elif all(before[name] == fresh[name] for name in COMPARED):
            counts["duplicate"] += 1
            continue
        else:
            counts["corrected"] += 1
            fresh["revision"] = before["revision"] + 1
            old.append(before)
        held[row.collection][row.id] = new[row.collection, row.id] = fresh
    if old:
        connection.execute(insert(FEATURE_REVISION), old)
    if new:
        statement = upsert(FEATURE)
        fields = {c.name: statement.excluded[c.name] for c in FEATURE.c if not c.primary_key}
        connection.execute(
            statement.on_conflict_do_update(index_elements=FEATURE.primary_key, set_=fields),
            list(new.values()),
        )
    return batches.closed(
        connection,
        batch,
        seq,
        accepted=counts["accepted"],
        duplicate=counts["duplicate"],
        corrected=counts["corrected"],
        rejected=rejected,
    )


def _ended(before: dict[str, Any], batch: Batch, seq: int) -> dict[str, Any]:
    """Return a stored feature as one that holds no longer than until a batch was received."""
    end = temporal.epoch_s(batch.received_at)
    known = before["valid_to"]
    return {**before, "valid_to": end if known is None else min(known, end), "batch": seq}


def _stored(connection: Connection, collection: str) -> dict[str, dict[str, Any]]:
    query = select(FEATURE).where(FEATURE.c.collection == collection)
    return {row["id"]: dict(row) for row in connection.execute(query).mappings()}


def features(
    connection: Connection,
    audience: Audience,
    collection: str,
    *,
    bounds: Bounds | None = None,
    at: datetime | None = None,
    known_at: datetime | None = None,
    feature_id: str | None = None,
) -> Iterator[StoredFeature]:
    """Yield the visible features of a collection by id, without holding them all.

    Parameters
    ----------
    bounds : Bounds, optional
        Only features whose box touches it.
    at : datetime, optional
        Only features that are valid then.
    known_at : datetime, optional
        As the collection stood at that moment.
    feature_id : str, optional
        Only the feature of that id.
    """
    table = FEATURE if known_at is None else _known_at(known_at)
    query = (
        select(table, BATCH.c.received_at, BATCH.c.context)
        .join(BATCH, BATCH.c.seq == table.c.batch)
        .where(table.c.collection == collection, feature_visible(table, audience))
        .order_by(table.c.id)
    )
    if feature_id is not None:
        query = query.where(table.c.id == feature_id)
    if bounds is not None:
        query = query.where(
            table.c.west <= bounds.east,
            table.c.east >= bounds.west,
            table.c.south <= bounds.north,
            table.c.north >= bounds.south,
        )
    if at is not None:
        moment = temporal.epoch_s(at)
        query = query.where(
            and_(
                or_(table.c.valid_from.is_(None), table.c.valid_from <= moment),
                or_(table.c.valid_to.is_(None), table.c.valid_to > moment),
            )
        )
    found = connection.execution_options(yield_per=_ROWS).execute(query).mappings()
    return map(_feature, found)


def _known_at(known_at: datetime) -> Any:
    columns = [c.name for c in FEATURE.c]
    every = union_all(
        select(*(FEATURE.c[n] for n in columns)), select(*(FEATURE_REVISION.c[n] for n in columns))
    ).subquery()
    place = func.row_number().over(
        partition_by=[every.c.collection, every.c.id], order_by=every.c.revision.desc()
    )
    then = (
        select(every, place.label("place"))
        .join(BATCH, BATCH.c.seq == every.c.batch)
        .where(BATCH.c.received_at <= temporal.epoch_s(known_at))
        .subquery()
    )
    return select(then).where(then.c.place == 1).subquery()


def _feature(row: RowMapping) -> StoredFeature:
    def seconds(name: str) -> datetime | None:
        return None if row[name] is None else temporal.from_epoch_s(row[name])

    return StoredFeature(
        Feature(
            id=row["id"],
            collection=row["collection"],
            geometry=shapely.from_wkb(row["geometry"]),
            properties=json.loads(row["properties"]),
            time=None if row["time_us"] is None else _EPOCH + row["time_us"] * _MICROSECOND,
            valid_from=seconds("valid_from"),
            valid_to=seconds("valid_to"),
            release=Release(row["release"]),
        ),
        revision=row["revision"],
        received_at=temporal.from_epoch_s(row["received_at"]),
        context=Context(row["context"]),
    )


def collection_token(
    connection: Connection, audience: Audience, collection: str
) -> tuple[str, list[int]]:
    """Return a hash of the visible features, and the moments at which any begins or ends to hold.

    The hash changes with every change of one of them, and with nothing else. It is made of the
    contents of the batches that they came in: a restored copy of the store that goes on with other
    features comes to other hashes. The moments are epoch seconds, rising.
    """
    visible = (FEATURE.c.collection == collection) & feature_visible(FEATURE, audience)
    query = (
        select(BATCH.c.content_hash, func.count(), func.sum(FEATURE.c.revision))
        .join(FEATURE, FEATURE.c.batch == BATCH.c.seq)
        .where(visible)
        .group_by(BATCH.c.seq)
        .order_by(BATCH.c.seq)
    )
    told = repr((collection, [tuple(row) for row in connection.execute(query)]))
    ends = (
        select(c).where(visible, c.is_not(None)) for c in (FEATURE.c.valid_from, FEATURE.c.valid_to)
    )
    return hashed(told), sorted(connection.execute(union(*ends)).scalars())


def hashed(told: str) -> str:
    """Return the hash that a token is."""
    return hashlib.blake2b(told.encode(), digest_size=5).hexdigest()


def collections(connection: Connection, audience: Audience) -> dict[str, int]:
    """Return the number of visible features of every collection."""
    query = (
        select(FEATURE.c.collection, func.count())
        .where(feature_visible(FEATURE, audience))
        .group_by(FEATURE.c.collection)
        .order_by(FEATURE.c.collection)
    )
    return {name: int(count) for name, count in connection.execute(query)}
