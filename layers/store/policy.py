"""Who may see what: the one place where context and release are turned into SQL.

Every reading function of the store builds its query on one of these. Context needs no clause of
its own: a data folder holds only the contexts that may be seen together, and refuses the others
at the door (`contexts_of`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, literal, or_, true

from layers import temporal
from layers.model import Context, Release
from layers.store.schema import NETWORK, STATION


class Role(StrEnum):
    """What somebody may see: the public, partners of the joint network, an operator."""

    PUBLIC = "public"
    PARTNER = "partner"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who asks.

    An operator sees all of the own organisation, and of others what partners see; the operator of
    the server itself (no organisation) sees everything.
    """

    role: Role
    organisation_id: str | None = None


PUBLIC = Audience(Role.PUBLIC)


def contexts_of(folder: Context) -> tuple[Context, ...]:
    """Return the contexts that a data folder of this context may hold."""
    if folder in (Context.ROUTINE, Context.EVENT):
        return (Context.ROUTINE, Context.EVENT)
    return (folder,)


def _released(
    release: ColumnElement[str],
    embargo_until: ColumnElement[int],
    audience: Audience,
    now: datetime,
) -> ColumnElement[bool]:
    lifted = and_(release == Release.EMBARGO, embargo_until <= temporal.epoch_s(now))
    public = or_(release == Release.PUBLIC, lifted)
    if audience.role is Role.PUBLIC:
        return public
    return or_(public, release == Release.PARTNER)


def station_visible(audience: Audience, now: datetime) -> ColumnElement[bool]:
    """Return the condition on STATION joined with NETWORK."""
    own = STATION.c.release.is_not(None)
    release = case((own, STATION.c.release), else_=NETWORK.c.release)
    embargo = case((own, STATION.c.embargo_until), else_=NETWORK.c.embargo_until)
    visible = _released(release, embargo, audience, now)
    if audience.role is Role.OPERATOR:
        if audience.organisation_id is None:
            return true()
        return or_(visible, NETWORK.c.organisation_id == audience.organisation_id)
    return visible


def stations(select: Select[Any], audience: Audience, now: datetime) -> Select[Any]:
    """Join a query on STATION with its network, and keep what the audience may see."""
    joined = select.join(NETWORK, NETWORK.c.id == STATION.c.network_id)
    return joined.where(station_visible(audience, now))


def feature_visible(table: FromClause, audience: Audience) -> ColumnElement[bool]:
    """Return the condition on a table of features; an embargo keeps one with its operators."""
    release = table.c.release
    if audience.role is Role.PUBLIC:
        return release == Release.PUBLIC
    if audience.role is Role.PARTNER:
        return release.in_([Release.PUBLIC, Release.PARTNER])
    return true()


def policy_key() -> ColumnElement[str]:
    """Return what stations that are released together share: their network, or the station."""
    return case(
        (STATION.c.release.is_not(None), literal("station:").concat(STATION.c.code)),
        else_=STATION.c.network_id,
    )
