"""Observations: append-only revisions, idempotent batches, any past state."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from layers import temporal
from layers.model import BatchAnswer, Observation, RejectedRecord, Status
from layers.store import batches, datastreams, hours
from layers.store.batches import Batch
from layers.store.database import write_many
from layers.store.policy import policy_key
from layers.store.schema import NETWORK, OBSERVATION, OBSERVATION_REVISION, STATION

SKEW = timedelta(minutes=10)
"""How far the clock of a sender may run ahead before a value is taken for a mistake."""
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""What is dated before is a mistake: nobody measured, and the calendar nearly begins."""
HOURS_AT_ONCE = 500
STATIONS_AT_ONCE = 500

Key = tuple[int, str, str, int, int]
Row = dict[str, Any]

COMPARED = ("value", "sd", "status", "reasons", "source_value", "source_unit", "detector")
"""What makes a repeated observation another one."""
JUDGED = frozenset({Status.VALIDATED, Status.REJECTED})
"""What only a person says of a value."""


def _row(observation: Observation, batch: int) -> Row:
    begin_s = temporal.epoch_s(observation.begin_time)
    return {
        "hour": begin_s // 3600,
        "station": observation.station_code,
        "quantity": observation.quantity,
        "begin_s": begin_s,
        "end_s": temporal.epoch_s(observation.end_time),
        "value": observation.value,
        "sd": observation.sd,
        "source_value": observation.source_value,
        "source_unit": observation.source_unit,
        "conversion": observation.conversion,
        "status": str(observation.status),
        "reasons": ",".join(observation.reasons),
        "detector": observation.detector,
        "batch": batch,
        "revision": 1,
    }


def _key(row: Any) -> Key:
    return row["hour"], row["station"], row["quantity"], row["begin_s"], row["end_s"]


def _record(observation: Observation) -> str:
    """Return an observation as text, so that quarantine can give it back."""
    return json.dumps(
        {
            "station_code": observation.station_code,
            "quantity": observation.quantity,
            "begin_time": temporal.word(observation.begin_time),
            "end_time": temporal.word(observation.end_time),
            "value": observation.value,
            "sd": observation.sd,
            "source_value": observation.source_value,
            "source_unit": observation.source_unit,
            "conversion": observation.conversion,
            "status": str(observation.status),
            "reasons": list(observation.reasons),
            "detector": observation.detector,
            "line": observation.line,
        },
        ensure_ascii=False,
    )


def observation_of(record: str) -> Observation:
    """Return the observation that ``_record`` wrote."""
    facts = json.loads(record)
    facts["begin_time"] = temporal.instant(facts["begin_time"])
    facts["end_time"] = temporal.instant(facts["end_time"])
    facts["status"] = Status(facts["status"])
    facts["reasons"] = tuple(facts["reasons"])
    return Observation(**facts)


def append(
    connection: Connection,
    batch: Batch,
    rows: Iterable[Observation | RejectedRecord],
    *,
    correcting: bool = True,
) -> BatchAnswer:
    """Store a batch within the caller's transaction; every row is accounted for.

    A bad row never stops the good ones. A row that names no detector keeps the one that is known,
    and one that nobody has judged keeps what a person said of the same value. Within a batch the
    last of several values for one identity stands, and each of them is counted. Where the batch is
    not ``correcting``, a value that stands already is left as it is, and the row is a duplicate.
    """
    repeated = batches.answered(connection, batch)
    if repeated is not None:
        return repeated
    seq = batches.opened(connection, batch)
    rejected: list[tuple[RejectedRecord, str]] = []
    good: list[Row] = []
    owners = _owners(connection)
    latest_s = temporal.epoch_s(batch.received_at + SKEW)
    for row in rows:
        if isinstance(row, RejectedRecord):
            rejected.append((row, ""))
            continue
        reason = _refusal(row, batch, owners, latest_s)
        if reason is None:
            good.append(_row(row, seq))
        else:
            code, text = reason
            raw = f"{row.station_code},{temporal.word(row.begin_time)},{row.source_value}"
            rejected.append((RejectedRecord(row.line, code, text, raw), _record(row)))
    counts = _write(connection, good, owners, correcting=correcting)
    return batches.closed(
        connection,
        batch,
        seq,
        accepted=counts["accepted"],
        duplicate=counts["duplicate"],
        corrected=counts["corrected"],
        rejected=rejected,
    )


def _owners(connection: Connection) -> dict[str, tuple[str, str]]:
    """Return (organisation, policy key) of every station."""
    query = select(STATION.c.code, NETWORK.c.organisation_id, policy_key()).join(
        NETWORK, NETWORK.c.id == STATION.c.network_id
    )
    return {code: (owner, key) for code, owner, key in connection.execute(query)}


def _refusal(
    row: Observation, batch: Batch, owners: dict[str, tuple[str, str]], latest_s: int
) -> tuple[str, str] | None:
    owner = owners.get(row.station_code)
    if owner is None:
        return "unknown_station", f'station "{row.station_code}" is not registered'
    if batch.organisation_id is not None and owner[0] != batch.organisation_id:
        return (
            "forbidden_station",
            f'station "{row.station_code}" belongs to another organisation',
        )
    if temporal.epoch_s(row.begin_time) > latest_s:
        return "future", f"the value begins at {temporal.word(row.begin_time)}, in the future"
    if row.begin_time < EARLIEST:
        begin = temporal.word(row.begin_time)
        return "time", f"the value begins at {begin}, before {EARLIEST.year}"
    return None


def _write(
    connection: Connection,
    rows: Sequence[Row],
    owners: dict[str, tuple[str, str]],
    *,
    correcting: bool,
) -> Counter[str]:
    counts: Counter[str] = Counter(accepted=0, duplicate=0, corrected=0)
    current = _stored(
        connection, sorted({row["hour"] for row in rows}), {row["station"] for row in rows}
    )
    new: dict[Key, Row] = {}
    old: list[Row] = []
    changed: dict[hours.Part, hashlib.blake2b] = {}
    for row in rows:
        key = _key(row)
        before = current.get(key)
        if before is not None:
            row["detector"] = row["detector"] or before["detector"]
        if before is not None and (not correcting or _says_nothing_new(row, before)):
            counts["duplicate"] += 1
            continue
        if before is None:
            counts["accepted"] += 1
        else:
            counts["corrected"] += 1
            row["revision"] = before["revision"] + 1
            old.append(before)
        current[key] = new[key] = row
        part = (row["quantity"], row["hour"], owners[row["station"]][1])
        if part not in changed:
            changed[part] = hashlib.blake2b(digest_size=7)
        changed[part].update(repr([*key, *(row[name] for name in COMPARED)]).encode())
    if old:
        write_many(connection, insert(OBSERVATION_REVISION), old)
    if new:
        statement = upsert(OBSERVATION)
        fields = {c.name: statement.excluded[c.name] for c in OBSERVATION.c if not c.primary_key}
        write_many(
            connection,
            statement.on_conflict_do_update(index_elements=OBSERVATION.primary_key, set_=fields),
            list(new.values()),
        )
        datastreams.note(connection, list(new.values()), old)
    hours.note(connection, {p: int.from_bytes(d.digest()) for p, d in changed.items()})
    return counts


def _says_nothing_new(row: Row, before: Row) -> bool:
    """Tell whether a row repeats what stands: a feed that sends a value again judges nothing."""
    if before["status"] in JUDGED and row["status"] not in JUDGED:
        return bool(before["value"] == row["value"] and before["sd"] == row["sd"])
    return all(before[name] == row[name] for name in COMPARED)


def _stored(
    connection: Connection, needed: Sequence[int], stations: Collection[str]
) -> dict[Key, Row]:
    found: dict[Key, Row] = {}
    for start in range(0, len(needed), HOURS_AT_ONCE):
        part = needed[start : start + HOURS_AT_ONCE]
        query = select(OBSERVATION).where(OBSERVATION.c.hour.in_(part))
        if len(stations) <= STATIONS_AT_ONCE:
            query = query.where(OBSERVATION.c.station.in_(stations))
        for row in connection.execute(query).mappings():
            found[_key(row)] = dict(row)
    return found
