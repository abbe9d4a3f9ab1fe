"""Features of a layer: rows of the columns that its vector tiles are made of."""

import contextlib
from collections.abc import Callable
from datetime import datetime

import numpy as np

from layers import filtering
from layers.errors import BadParameterError, BusyError, GoneError, NoSurfaceError
from layers.filtering import Period, Rows, rows_of
from layers.kinds import FeatureKind, is_timed
from layers.model import Features, LayerDefinition
from layers.model.kind import LayerKind
from layers.views import Projection
from mapserver.documents.ogcapi import features as written
from mapserver.services.ogcapi.items import Found, IntArray, Question
from mapserver.services.site import Site

ATTEMPTS = 20
NOTHING = Features(np.empty(0, object), [], {})


def found(site: Site, layer: LayerDefinition, question: Question) -> Found:
    """Return a page of the features of a layer, by their ids."""
    features, at, version = held(site, layer, question)
    rows = rows_of(features)
    mask = question.mask(rows)
    if question.period is not None and not is_timed(layer):
        mask &= filtering.within(rows, question.period)
    # What no feature has at that time cannot sort them.
    keys = [each for each in question.sort if each[0] == filtering.ID or each[0] in rows.names]
    order = rows.sorted_by(keys) if keys else rows.by_id
    places = np.flatnonzero(mask[order])
    matched = len(places)
    if question.after is not None:
        if not isinstance(question.after, str):
            raise BadParameterError("the token is of another collection")
        first = _after(rows, order, question.after) if keys else rows.after(question.after)
        places = places[np.searchsorted(places, first) :]
    places = places[question.offset :]
    chosen = order[places[: question.limit]]
    more = len(places) > len(chosen)
    last = rows.table.ids[int(chosen[-1])] if more else None
    return Found(rows, chosen, _texts(rows, chosen), last, matched, at, version, features)


def _after(rows: Rows, order: IntArray, feature_id: str) -> int:
    """Return the place after a feature in an order of its own."""
    row = rows.row_of(feature_id)
    if row is None:
        raise BadParameterError("the feature that the page before ended with is gone; begin again")
    return int(np.flatnonzero(order == row)[0]) + 1


def held(
    site: Site, layer: LayerDefinition, question: Question
) -> tuple[Features, datetime | None, str]:
    """Return all features at the time that is asked for, that time and their version.

    A layer that has nothing at that time has no features then: nothing stands in for them.

    Raises
    ------
    BusyError
        Where deliveries come faster than they are read.
    """
    kind = site.catalog.kind(layer.id)
    assert isinstance(kind, FeatureKind)  # noqa: S101 - only such collections have items
    for _ in range(ATTEMPTS):
        # What was newest may give way in between: then what stands now is asked for.
        with contextlib.suppress(GoneError):
            try:
                at = question.at
                if at is None and is_timed(layer):
                    at = moment(kind, question.period)
                version = kind.version(at)
                return kind.everything(at, version), at, version
            except NoSurfaceError:
                return NOTHING, None, ""
    raise BusyError(f'layer "{layer.id}" is changing; come back in a moment')


def moment(kind: LayerKind, period: Period | None) -> datetime:
    """Return the hour that a period asks for: the newest one within it.

    Raises
    ------
    NoSurfaceError
        Where there is none.
    """
    times = kind.extent().times
    if period is None:
        if not times:
            raise NoSurfaceError("there is nothing yet")
        return times[-1]
    if period.begin is not None and period.begin == period.end:
        kind.version(period.begin)  # older hours than those that are listed may be named
        return period.begin
    within = [at for at in times if period.holds(at)]
    if not within:
        raise NoSurfaceError(f"there is nothing within {period.word}")
    return within[-1]


def present(site: Site, layer: LayerDefinition) -> tuple[Rows, Features]:
    """Return the rows of what is newest, and what holds them."""
    features, _, _ = held(site, layer, Question())
    return rows_of(features), features


def one(site: Site, layer: LayerDefinition, question: Question, feature_id: str) -> Found | None:
    """Return one feature by its id, or None."""
    features, at, version = held(site, layer, question)
    rows = rows_of(features)
    row = rows.row_of(feature_id)
    if row is None:
        return None
    chosen = np.array([row])
    return Found(rows, chosen, _texts(rows, chosen), None, 1, at, version, features)


def _texts(rows: Rows, chosen: IntArray) -> Callable[[Projection], list[str]]:
    return lambda system: written.written(rows, chosen, system)
