"""What an expression says of one entity.

A path may lead to many entities: an expression then has several values, and a comparison holds
where it does for any of them.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol, TypeVar

from layers.errors import BadParameterError
from mapserver.services.sensorthings.functions import call
from mapserver.services.sensorthings.syntax import Call, Expression, Literal, Order, Path
from mapserver.services.sensorthings.values import (
    MeaningError,
    Value,
    compared,
    number,
    reckoned,
)
from mapserver.services.sensorthings.vocabulary import IDS, SELF_LINKS

COMPARISONS = frozenset(("eq", "ne", "gt", "ge", "lt", "le"))
ARITHMETIC = frozenset(("add", "sub", "mul", "div", "mod"))


class Known(Protocol):
    """An entity as expressions see it."""

    @property
    def id(self) -> int:
        """Its identifier."""

    @property
    def link(self) -> str:
        """Its own address."""

    def value(self, name: str) -> Value:
        """Return a property, or None."""

    def leads_to(self, name: str) -> "Iterator[Known] | None":
        """Yield the entities of a way; None where the name is no way."""


E = TypeVar("E", bound=Known)


class Evaluation:
    """Evaluates expressions at one moment.

    Parameters
    ----------
    step : callable
        Takes note of values that are met, and raises where they are too many.
    """

    def __init__(self, now: datetime, step: Callable[[int], None]) -> None:
        self._now = now
        self._step = step

    def holds(self, expression: Expression, entity: Known) -> bool:
        """Tell whether an expression holds for an entity.

        Raises
        ------
        BadParameterError
            Where an operator meets values that it can do nothing with.
        """
        return any(value is True for value in self.values(expression, entity))

    def values(self, expression: Expression, entity: Known) -> list[Value]:
        """Return the values of an expression: one, or several where a path leads to many."""
        if isinstance(expression, Literal):
            return [expression.value]
        if isinstance(expression, Path):
            return [self._met(value) for value in _followed(entity, expression.parts)]
        if isinstance(expression, Call):
            return self._called(expression, entity)
        if expression.name == "not":
            return [not self.holds(expression.arguments[0], entity)]
        verdicts = (self.holds(part, entity) for part in expression.arguments)
        return [all(verdicts) if expression.name == "and" else any(verdicts)]

    def _called(self, expression: Call, entity: Known) -> list[Value]:
        arguments = [self.values(each, entity) for each in expression.arguments]
        self._step(math.prod(map(len, arguments)))
        combined = itertools.product(*arguments)
        try:
            found = [self._one(expression.name, list(values)) for values in combined]
        except MeaningError as reason:
            place = expression.position + 1
            raise BadParameterError(f"{reason}, at character {place}") from None
        if expression.name in COMPARISONS:
            return [any(found)]
        return found

    def _met(self, value: Value) -> Value:
        self._step(1)
        return value

    def _one(self, name: str, values: list[Value]) -> Value:
        if name in COMPARISONS:
            return compared(name, *values)
        if name in ARITHMETIC:
            return reckoned(name, *values)
        if name == "neg":
            return reckoned("sub", 0, values[0])
        if name == "now":
            return self._now
        return call(name, values)

    def ordered(self, entities: Iterable[E], keys: tuple[Order, ...]) -> list[E]:
        """Return entities in an order; what has no value comes last, first where it descends."""
        found = list(entities)
        # Sorting is stable: the last key first, and the first one has the last word.
        for key in reversed(keys):

            def rank(entity: Known, key: Order = key) -> tuple[int, Any]:
                value = next(_followed(entity, key.path.parts), None)
                return _ranked(value)

            found.sort(key=rank, reverse=key.descending)
        return found


def _ranked(value: Value) -> tuple[int, Any]:
    if value is None:
        return 9, 0
    if number(value):
        return 1, value
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, str):
        return 3, value
    return 4, str(value)


def _followed(entity: Known, parts: tuple[str, ...]) -> Iterator[Value]:
    name, rest = parts[0], parts[1:]
    others = entity.leads_to(name)
    if others is not None:
        for other in others:
            yield from _followed(other, rest)
        return
    if name in IDS:
        yield entity.id
        return
    if name in SELF_LINKS:
        yield entity.link
        return
    value = entity.value(name)
    for word in rest:
        value = value.get(word) if isinstance(value, dict) else None
    yield value
