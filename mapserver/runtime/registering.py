"""Organisations and networks, as the operator of the server registers them."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from layers import temporal
from layers.errors import BadInputError, nearest
from layers.model import Network, Organisation, Release
from layers.store import Reader, Writer

T = TypeVar("T", Organisation, Network)
Put = Callable[[Writer, Reader, Mapping[str, Any], datetime], dict[str, Any]]
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def organisation(
    writer: Writer, reader: Reader, told: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Register an organisation, or change what is told of one; say which it was."""
    known = _known(reader.organisations(), told)
    wanted = _with(known or Organisation(_id(told), "", ""), told, ("name", "country"))
    if not wanted.name:
        raise BadInputError(f'organisation "{wanted.id}" is new here and needs a name')
    writer.put_organisations([wanted], writer=str(told["writer"]), at=now)
    return _said(known, wanted)


def network(
    writer: Writer, reader: Reader, told: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Register a network, or change what is told of one; say which it was.

    Raises
    ------
    BadInputError
        Where its organisation is not registered, or an embargo has no end.
    """
    known = _known(reader.networks(), told)
    begun = known or Network(_id(told), "", "")
    wanted = _with(begun, told, ("organisation_id", "name", "licence", "attribution"))
    for field, word in ((wanted.organisation_id, "an organisation"), (wanted.name, "a name")):
        if not field:
            raise BadInputError(f'network "{wanted.id}" is new here and needs {word}')
    ids = {each.id for each in reader.organisations()}
    if wanted.organisation_id not in ids:
        owner = wanted.organisation_id
        raise BadInputError(f'organisation "{owner}" is not registered{nearest(owner, ids)}')
    wanted = _released(wanted, told)
    writer.put_networks([wanted], writer=str(told["writer"]), at=now)
    return _said(known, wanted)


def _released(network: Network, told: Mapping[str, Any]) -> Network:
    release = Release(told.get("release") or network.release)
    until = told.get("embargo_until")
    if release is not Release.EMBARGO:
        if until:
            raise BadInputError(f'an end of the embargo was given, but the release is "{release}"')
        return dataclasses.replace(network, release=release, embargo_until=None)
    moment = temporal.instant(str(until)) if until else network.embargo_until
    if moment is None:
        raise BadInputError("an embargo needs its end: a time such as 2027-01-01T00:00:00Z")
    return dataclasses.replace(network, release=release, embargo_until=moment)


def _known(rows: Iterable[T], told: Mapping[str, Any]) -> T | None:
    return next((row for row in rows if row.id == told["id"]), None)


def _id(told: Mapping[str, Any]) -> str:
    if not _ID.fullmatch(str(told["id"])):
        raise BadInputError(
            f'"{told["id"]}" is no id: letters, digits, "-" and "_", at most 63, no sign first'
        )
    return str(told["id"])


def _with(known: T, told: Mapping[str, Any], names: Iterable[str]) -> T:
    given: dict[str, Any] = {name: str(told[name]) for name in names if told.get(name) is not None}
    return dataclasses.replace(known, **given)


def _said(known: T | None, wanted: T) -> dict[str, Any]:
    done = "is registered" if known is None else "stays as it was"
    return {"done": done if known is None or known == wanted else "is changed"}
