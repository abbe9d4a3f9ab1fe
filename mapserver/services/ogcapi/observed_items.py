"""Observations as features: what stations measured over time, read page by page."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import timedelta
from typing import Any

import numpy as np
import shapely

from layers import temporal, units
from layers.errors import BadInstantError, BadParameterError
from layers.filtering import Rows, rows_of
from layers.geo import mercator
from layers.model.features import Selection
from layers.model.table import TableMaker
from layers.store import Observed, Place, Wanted
from layers.views import Projection
from mapserver.documents.ogcapi import features
from mapserver.services.ogcapi.items import Found, Question
from mapserver.services.site import Site

MOST_READ = 100_000
"""Observations that one request looks at; what lies behind is on the next page."""
LEAST_READ = 1_000
FARTHEST_S = 253_402_300_799
"""The last second of the calendar; no number of a key is larger."""
_SECONDS = re.compile("[0-9]{1,10}")
_TEXT: Mapping[str, Any] = {"type": "string"}
_TIME: Mapping[str, Any] = {"type": "string", "format": "date-time"}

SCHEMA: Mapping[str, Mapping[str, Any]] = {
    "station_code": _TEXT,
    "network": _TEXT,
    "quantity": {"type": "string", "enum": list(units.QUANTITIES)},
    "unit": _TEXT,
    "begin_time": {**_TIME, "x-ogc-role": "primary-instant"},
    "end_time": _TIME,
    "value": {"type": "number"},
    "sd": {"type": "number"},
    "status": _TEXT,
    "reasons": {"type": "array", "items": {"type": "string"}},
    "source_value": _TEXT,
    "source_unit": _TEXT,
    "conversion": _TEXT,
    "detector": _TEXT,
    "elevation_m": {"type": "number"},
    "received_at": _TIME,
    "revision": {"type": "number"},
    "context": _TEXT,
}
"""Properties of an observation; ``value`` and ``sd`` are in ``unit``."""


def found(site: Site, question: Question, *, tabled: bool) -> Found:
    """Return a page of observations, by hour, station, quantity and begin.

    ``tabled`` ones are rows of a table, as a page for people shows them; the others are written
    one by one, which costs a third.
    """
    wanted, rest = _wanted(question)
    after = _place(question.after)
    taken: list[Observed] = []
    skip, read, more = question.offset, 0, True
    while more and len(taken) < question.limit and read < MOST_READ:
        count = max(LEAST_READ, min(question.limit + 1, MOST_READ - read))
        part = site.store.observed(site.audience, site.now(), wanted, after=after, limit=count)
        more = len(part) == count
        read += len(part)
        if not part:
            break
        after = part[-1].place
        chosen = part if rest.is_plain else _chosen(part, rest)
        skip, chosen = max(0, skip - len(chosen)), chosen[skip:]
        room = question.limit - len(taken)
        if len(chosen) > room:
            more, chosen = True, chosen[:room]
            after = chosen[-1].place
        taken += chosen
    if question.offset and skip and more:
        raise BadParameterError(
            f"offset {question.offset} lies too far behind; follow the links of relation next"
        )
    last = list(astuple(after)) if more and after is not None else None
    return _page(site, taken, last, tabled=tabled)


def _chosen(part: list[Observed], question: Question) -> list[Observed]:
    """Return those that are asked for of some."""
    held = table(part)
    wishes = question.mask(rows_of(held)).tolist()
    return [each for each, wish in zip(part, wishes, strict=True) if wish]


def _page(site: Site, taken: Sequence[Observed], after: Any, *, tabled: bool) -> Found:
    """Return observations as they are answered."""

    def texts(system: Projection) -> list[str]:
        ids = [feature_id(each.place) for each in taken]
        places = np.array([(each.lon, each.lat) for each in taken], float).reshape(-1, 2)
        return features.points(ids, places, list(map(_properties, taken)), system)

    held, chosen = table(taken if tabled else ()), np.arange(len(taken))
    return Found(rows_of(held), chosen, texts, after, version=version(site, taken), kept=held)


def one(site: Site, feature_id: str) -> Found | None:
    """Return one observation by the id of its feature, or None."""
    place = named(feature_id)
    seen = place and site.store.observation(site.audience, site.now(), place)
    return _page(site, [seen], None, tabled=True) if seen else None


def nothing() -> tuple[Rows, Selection]:
    """Return rows that have all properties and no row."""
    held = table([])
    return rows_of(held), held


def table(observed: Iterable[Observed]) -> Selection:
    """Return observations as points with properties, in their order."""
    maker = TableMaker()
    points = []
    for each in observed:
        maker.add(feature_id(each.place), _properties(each))
        points.append((each.lon, each.lat))
    degrees = np.array(points, float).reshape(-1, 2)
    xy = np.column_stack(mercator(degrees[:, 0], degrees[:, 1], 90 - 1e-9))
    order = np.arange(len(points))
    made = maker.table(np.asarray(shapely.points(xy), object).reshape(-1), order)
    return Selection(made, order)


def feature_id(place: Place) -> str:
    """Return the id of an observation: quantity, begin, seconds of its interval, station."""
    begin = temporal.from_epoch_s(place.begin_s)
    length = place.end_s - place.begin_s
    return f"{place.quantity}.{begin:%Y%m%dT%H%M%SZ}.{length}.{place.station}"


def named(feature: str) -> Place | None:
    """Return the place of the observation that has this id, or None where it is no such id."""
    words = feature.split(".", 3)
    if len(words) != 4 or not _SECONDS.fullmatch(words[2]):
        return None
    try:
        begin = temporal.instant(words[1])
    except BadInstantError:
        return None
    begin_s = temporal.epoch_s(begin)
    return Place.of(words[3], words[0], begin_s, begin_s + int(words[2]))


def _properties(each: Observed) -> dict[str, Any]:
    place = each.place
    return {
        "station_code": place.station,
        "network": each.network,
        "quantity": place.quantity,
        "unit": units.QUANTITIES[place.quantity].unit,
        "begin_time": temporal.word(temporal.from_epoch_s(place.begin_s)),
        "end_time": temporal.word(temporal.from_epoch_s(place.end_s)),
        "value": each.value,
        "sd": each.sd,
        "status": each.status,
        "reasons": [r for r in each.reasons.split(",") if r],
        "source_value": each.source_value,
        "source_unit": each.source_unit,
        "conversion": each.conversion,
        "detector": each.detector,
        "elevation_m": each.elevation_m,
        "received_at": temporal.word(temporal.from_epoch_s(each.received_s)),
        "revision": each.revision,
        "context": each.context,
    }


def _wanted(question: Question) -> tuple[Wanted, Question]:
    """Return what the store can choose by itself, and what is to be looked at row by row."""
    begin_s = end_s = None
    if question.period is not None:
        begin, end = question.period.seconds
        begin_s = None if question.period.begin is None else begin
        end_s = None if question.period.end is None else end
    rest = dict(question.equal)
    station, quantity = rest.pop("station_code", None), rest.pop("quantity", None)
    wanted = Wanted(
        begin_s,
        end_s,
        None if station is None else [station],
        None if quantity is None else [quantity],
    )
    return wanted, replace(question, equal=rest)


def _place(after: Any) -> Place | None:
    if after is None:
        return None
    kinds = (int, str, str, int, int)
    if not isinstance(after, list) or [type(each) for each in after] != list(kinds):
        raise BadParameterError("the token is of another collection")
    if any(isinstance(each, int) and abs(each) > FARTHEST_S for each in after):
        raise BadParameterError("the token is of no time")
    return Place(*after)


def version(site: Site, seen: Sequence[Observed]) -> str:
    """Return the token of the hours that observations are of: it changes with any of their values.

    An empty page has none.
    """
    if not seen:
        return ""
    first, last = (temporal.from_epoch_s(each.place.hour * 3600) for each in (seen[0], seen[-1]))
    span = (first, last + timedelta(hours=1))
    told = [
        (name, site.store.hours(site.audience, site.now(), name, span=span))
        for name in sorted({each.place.quantity for each in seen})
    ]
    return hashlib.blake2b(repr(told).encode(), digest_size=5).hexdigest()
