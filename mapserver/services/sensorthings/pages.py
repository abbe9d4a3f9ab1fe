"""Pages of entities: filtered, ordered, counted, and where the next one begins."""

import base64
import binascii
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from layers import temporal
from layers.errors import BadParameterError, TooLargeError
from layers.model import Datastream
from layers.store import Walk
from layers.store.walk import Step, step
from mapserver.services.sensorthings.budget import COUNTED_AT_ONCE, Budget
from mapserver.services.sensorthings.evaluation import Evaluation
from mapserver.services.sensorthings.narrowing import Narrowed, narrowed
from mapserver.services.sensorthings.syntax import Options, Order
from mapserver.services.sensorthings.vocabulary import SETS, EntitySet
from mapserver.services.sensorthings.world import Entity, World

DEFAULT_TOP = 100
MOST_TOP = 1_000
"""A larger ``$top`` is cut: the rest follows under the next link."""
MOST_EXAMINED = 20_000
"""Observations that are looked at for one page; where a filter leaves few, the page ends early."""
MOST_COUNTED = 200_000


@dataclass(frozen=True, slots=True)
class Page:
    """Entities in their order; ``following`` are the options that differ on the next page."""

    entities: Sequence[Entity]
    following: Mapping[str, str] | None
    count: int | None


class Collection(Protocol):
    """Entities of one set under one address."""

    @property
    def set(self) -> EntitySet:
        """What they are."""

    @property
    def address(self) -> str:
        """Where they are."""

    def page(self, options: Options, budget: Budget, *, nested: bool = False) -> Page:
        """Return what the options ask for."""


def _top(options: Options, default: int) -> int:
    return min(default if options.top is None else options.top, MOST_TOP)


@dataclass(frozen=True, slots=True)
class Registered:
    """Entities that are all at hand."""

    world: World
    set: EntitySet
    address: str
    entities: Sequence[Entity]

    def page(self, options: Options, budget: Budget, *, nested: bool = False) -> Page:
        """Return a page; the next one is found by ``$skip``."""
        if options.skiptoken is not None:
            raise BadParameterError(f"{self.set.name} have no $skiptoken; use $skip")
        evaluation = Evaluation(self.world.now, budget.step)
        kept = list(self.entities)
        if options.filter is not None:
            wanted = options.filter
            kept = [entity for entity in kept if evaluation.holds(wanted, entity)]
        kept = evaluation.ordered(kept, options.orderby)
        # Some clients never ask for the next page of what is expanded.
        return _cut(kept, options, _top(options, MOST_TOP if nested else DEFAULT_TOP))


def _cut(kept: Sequence[Entity], options: Options, top: int) -> Page:
    end = options.skip + top
    following = {"$skip": str(end)} if top and end < len(kept) else None
    count = len(kept) if options.count else None
    return Page(kept[options.skip : end], following, count)


@dataclass(frozen=True, slots=True)
class Observed:
    """Observations of some datastreams; they stay in the store until they are asked for."""

    world: World
    address: str
    streams: Sequence[Datastream]

    @property
    def set(self) -> EntitySet:
        """Observations."""
        return SETS["Observations"]

    def page(self, options: Options, budget: Budget, *, nested: bool = False) -> Page:
        """Return a page, newest first where no order is asked for.

        The next one is found by the place of the last observation (``$skiptoken``), or by
        ``$skip`` where another order than that of time is asked for.
        """
        evaluation = Evaluation(self.world.now, budget.step)
        left = narrowed(self.world, evaluation, self.streams, options.filter)
        newest_first = _newest_first(options.orderby)
        if newest_first is None:
            return self._sorted(evaluation, left, options, budget)
        token = options.skiptoken
        wanted = Walk(
            left.streams,
            left.begin,
            left.end,
            newest_first,
            None if token is None else _place(token),
        )
        count = self._count(evaluation, left, budget) if options.count else None
        return self._walked(evaluation, wanted, left, options, count, budget)

    def _walked(
        self,
        evaluation: Evaluation,
        wanted: Walk,
        left: Narrowed,
        options: Options,
        count: int | None,
        budget: Budget,
    ) -> Page:
        top, skip = _top(options, DEFAULT_TOP), options.skip
        found: list[Entity] = []
        if not top:
            return Page(found, None, count)
        last: Entity | None = None
        for examined, entity in enumerate(self.world.observations(wanted)):
            if len(found) == top:
                # One more is there, so there is a next page.
                return Page(found, _following(found[-1], 0), count)
            if examined == MOST_EXAMINED:
                assert last is not None  # noqa: S101 - many have been seen
                return Page(found, _following(last, skip), count)
            last = entity
            budget.examine(1)
            if all(evaluation.holds(part, entity) for part in left.rest):
                if skip:
                    skip -= 1
                else:
                    found.append(entity)
        return Page(found, None, count)

    def _count(self, evaluation: Evaluation, left: Narrowed, budget: Budget) -> int:
        wanted = Walk(left.streams, left.begin, left.end)
        if not left.rest:
            found = self.world.count(wanted, MOST_COUNTED)
            budget.examine(found // COUNTED_AT_ONCE)
            return found
        return sum(1 for _ in self._kept(evaluation, wanted, left, budget))

    def _kept(
        self, evaluation: Evaluation, wanted: Walk, left: Narrowed, budget: Budget
    ) -> Iterator[Entity]:
        every = self.world.observations(wanted)
        for entity in itertools.islice(every, MOST_EXAMINED):
            budget.examine(1)
            if all(evaluation.holds(part, entity) for part in left.rest):
                yield entity
        if next(every, None) is not None:
            raise TooLargeError(
                f"more than {MOST_EXAMINED:,} observations would have to be looked at; order them "
                "by phenomenonTime without $count, or name a shorter phenomenonTime or fewer "
                "Datastreams in $filter"
            )

    def _sorted(
        self, evaluation: Evaluation, left: Narrowed, options: Options, budget: Budget
    ) -> Page:
        if options.skiptoken is not None:
            raise BadParameterError("$skiptoken goes with the order of phenomenonTime alone")
        wanted = Walk(left.streams, left.begin, left.end)
        kept = evaluation.ordered(self._kept(evaluation, wanted, left, budget), options.orderby)
        return _cut(kept, options, _top(options, DEFAULT_TOP))


def _newest_first(keys: tuple[Order, ...]) -> bool | None:
    """Return the direction in time that an order asks for; None for any other order."""
    if not keys:
        return True
    if len(keys) == 1 and keys[0].path.parts == ("phenomenonTime",):
        return keys[0].descending
    return None


def _following(last: Entity, skip: int) -> dict[str, str]:
    begin, station, quantity, end = step(last.record)
    told = [temporal.epoch_s(begin), station, quantity, temporal.epoch_s(end)]
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    token = base64.urlsafe_b64encode(body).decode().rstrip("=")
    return {"$skiptoken": token} | ({"$skip": str(skip)} if skip else {})


def _place(token: str) -> Step:
    try:
        body = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        begin_s, station, quantity, end_s = json.loads(body)
        if not (isinstance(station, str) and isinstance(quantity, str)):
            raise TypeError
        begin, end = temporal.from_epoch_s(begin_s), temporal.from_epoch_s(end_s)
        return begin, station, quantity, end
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        raise BadParameterError(f'"{token[:40]}" is no $skiptoken of this server') from None
