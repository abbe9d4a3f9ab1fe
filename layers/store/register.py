"""The register: organisations, networks and stations."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from layers import temporal
from layers.errors import BadInputError, ForbiddenError, UnknownStationError, nearest
from layers.model import (
    BatchAnswer,
    Network,
    Organisation,
    RejectedRecord,
    Release,
    Station,
)
from layers.store import audit, batches, hours, policy, surfaces
from layers.store.batches import Batch
from layers.store.policy import Audience
from layers.store.schema import NETWORK, ORGANISATION, STATION

_Mapped = tuple[str, tuple[Any, ...], tuple[Any, ...]]
AT_ONCE = 1_000
"""More rows are compared with the whole table: a question holds only so many parameters."""


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else temporal.epoch_s(moment)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else temporal.from_epoch_s(seconds)


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> list[str]:
    """Insert or update rows; return the keys of those that changed anything."""
    key = next(iter(table.primary_key)).name
    query = select(table)
    if len(rows) <= AT_ONCE:
        query = query.where(table.c[key].in_([row[key] for row in rows]))
    before = {row[key]: dict(row) for row in connection.execute(query).mappings()}
    changed = [row for row in rows if before.get(row[key]) != row]
    if changed:
        statement = upsert(table)
        fields = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[key], set_=fields), changed
        )
    return [row[key] for row in changed]


def put_organisations(
    connection: Connection, rows: Iterable[Organisation], *, writer: str, at: datetime
) -> None:
    """Register organisations, or change their names."""
    for key in _put(
        connection,
        ORGANISATION,
        [{"id": o.id, "name": o.name, "country": o.country} for o in rows],
    ):
        audit.record(connection, at, writer, "organisation", key)


def put_networks(
    connection: Connection, rows: Iterable[Network], *, writer: str, at: datetime
) -> None:
    """Register networks, or change their licence and release policy."""
    table = [
        {
            "id": n.id,
            "organisation_id": n.organisation_id,
            "name": n.name,
            "licence": n.licence,
            "attribution": n.attribution,
            "release": str(n.release),
            "embargo_until": _seconds(n.embargo_until),
        }
        for n in rows
    ]
    query = select(NETWORK.c.id, NETWORK.c.release, NETWORK.c.embargo_until)
    before = {row.id: tuple(row) for row in connection.execute(query)}
    for row in table:
        was = before.get(row["id"])
        if was is not None and was != (row["id"], row["release"], row["embargo_until"]):
            surfaces.withdraw_hours(connection, hours.of_key(connection, str(row["id"])))
    released = {row["id"]: row["release"] for row in table}
    for key in _put(connection, NETWORK, table):
        audit.record(connection, at, writer, "network", key, f"release {released[key]}")


def put_stations(
    connection: Connection,
    rows: Iterable[Station],
    *,
    writer: str,
    organisation_id: str | None,
    at: datetime,
) -> list[str]:
    """Register stations or change what is known of them; return the codes that changed.

    Raises
    ------
    BadInputError
        Where a station names a network that is not registered.
    ForbiddenError
        Where a station would come from, or go to, a network of another organisation.
    """
    given = list(rows)
    table = [
        {
            "code": s.code,
            "network_id": s.network_id,
            "names": json.dumps(dict(s.names), ensure_ascii=False, sort_keys=True),
            "lon": s.lon,
            "lat": s.lat,
            "elevation_m": s.elevation_m,
            "country": s.country,
            "valid_from": _seconds(s.valid_from),
            "valid_to": _seconds(s.valid_to),
            "release": None if s.release is None else str(s.release),
            "embargo_until": _seconds(s.embargo_until),
        }
        for s in given
    ]
    owner = dict(connection.execute(select(NETWORK.c.id, NETWORK.c.organisation_id)).all())
    for station in given:
        if station.network_id not in owner:
            raise BadInputError(
                f'station "{station.code}" names the network "{station.network_id}", which is not '
                f"registered{nearest(station.network_id, owner)}"
            )
    if organisation_id is not None:
        _only_own(connection, table, organisation_id, owner)
    before = _mapped(connection)
    changed = _put(connection, STATION, table)
    for code in changed:
        audit.record(connection, at, writer, "station", code)
    _touch(connection, before, changed, at)
    return changed


def _mapped(connection: Connection) -> dict[str, _Mapped]:
    """Return of every station who may see it, and what else a surface takes from the register."""
    released = (STATION.c.release, STATION.c.embargo_until)
    place = (STATION.c.lon, STATION.c.lat, STATION.c.valid_from, STATION.c.valid_to)
    query = select(STATION.c.code, policy.policy_key(), *released, *place)
    return {row[0]: (row[1], tuple(row[2:4]), tuple(row[4:])) for row in connection.execute(query)}


def _touch(
    connection: Connection, before: Mapping[str, _Mapped], changed: Sequence[str], at: datetime
) -> None:
    """Hours that hold values of stations that moved, or are released otherwise, are others now.

    What was made of values that others may see now than before is taken back at once.
    """
    after = _mapped(connection)
    known = [code for code in changed if code in before]
    released = {code for code in known if before[code][:2] != after[code][:2]}
    moved = {code for code in known if before[code] != after[code]} - released
    for codes, withdrawn in ((moved, False), (released, True)):
        keys = {code: {before[code][0], after[code][0]} for code in codes}
        # With the time: a state that was forgotten must not come back for other values.
        told = repr([at, *(after[code] for code in sorted(codes))])
        touched = hours.touch(connection, keys, hours.state_of(told))
        if withdrawn:
            surfaces.withdraw_hours(connection, touched)
    hours.forget(connection, {before[c][0] for c in released if before[c][0] != after[c][0]})


def append(
    connection: Connection,
    batch: Batch,
    rows: Sequence[Station],
    refused: Sequence[RejectedRecord],
) -> BatchAnswer:
    """Register the stations of a batch within the caller's transaction; refused rows are kept."""
    repeated = batches.answered(connection, batch)
    if repeated is not None:
        return repeated
    seq = batches.opened(connection, batch)
    known = set(connection.execute(select(STATION.c.code)).scalars())
    changed = put_stations(
        connection,
        rows,
        writer=batch.writer,
        organisation_id=batch.organisation_id,
        at=batch.received_at,
    )
    corrected = len(known.intersection(changed))
    return batches.closed(
        connection,
        batch,
        seq,
        accepted=len(changed) - corrected,
        duplicate=len(rows) - len(changed),
        corrected=corrected,
        rejected=[(row, "") for row in refused],
    )


def _only_own(
    connection: Connection,
    table: list[dict[str, Any]],
    organisation_id: str,
    owner: Mapping[str, str],
) -> None:
    now_in = dict(connection.execute(select(STATION.c.code, STATION.c.network_id)).all())
    for row in table:
        for network in (row["network_id"], now_in.get(row["code"], row["network_id"])):
            if owner.get(network) != organisation_id:
                raise ForbiddenError(
                    f'station "{row["code"]}": network "{network}" belongs to another organisation'
                )


def organisations(connection: Connection) -> list[Organisation]:
    """Return all organisations: who takes part is public."""
    return [Organisation(*row) for row in connection.execute(select(ORGANISATION))]


def networks(connection: Connection) -> list[Network]:
    """Return all networks: that they exist is public, what they measure may not be."""
    return [
        Network(
            row.id,
            row.organisation_id,
            row.name,
            row.licence,
            row.attribution,
            Release(row.release),
            _moment(row.embargo_until),
        )
        for row in connection.execute(select(NETWORK).order_by(NETWORK.c.id))
    ]


def stations(
    connection: Connection, audience: Audience, now: datetime, at: datetime | None = None
) -> list[Station]:
    """Return the visible stations by code; with ``at``, those that were valid then."""
    query = policy.stations(select(STATION), audience, now).order_by(STATION.c.code)
    if at is not None:
        moment = temporal.epoch_s(at)
        query = query.where(
            and_(
                or_(STATION.c.valid_from.is_(None), STATION.c.valid_from <= moment),
                or_(STATION.c.valid_to.is_(None), STATION.c.valid_to > moment),
            )
        )
    return [_station(row) for row in connection.execute(query)]


def station(connection: Connection, audience: Audience, now: datetime, code: str) -> Station:
    """Return one visible station.

    Raises
    ------
    UnknownStationError
        Where it does not exist, or is not for this audience: the two read the same.
    """
    query = policy.stations(select(STATION), audience, now).where(STATION.c.code == code)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UnknownStationError(f'no station "{code}"')
    return _station(row)


def _station(row: Any) -> Station:
    return Station(
        code=row.code,
        network_id=row.network_id,
        lon=row.lon,
        lat=row.lat,
        names=json.loads(row.names),
        elevation_m=row.elevation_m,
        country=row.country,
        valid_from=_moment(row.valid_from),
        valid_to=_moment(row.valid_to),
        release=None if row.release is None else Release(row.release),
        embargo_until=_moment(row.embargo_until),
    )
