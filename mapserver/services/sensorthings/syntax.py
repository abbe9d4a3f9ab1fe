"""What an expression says, as a tree, and the options of a query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mapserver.services.sensorthings.values import Value


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written down."""

    value: Value
    position: int


@dataclass(frozen=True, slots=True)
class Path:
    """A property of an entity, or of one that it leads to."""

    parts: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or an operator under its own word, with its arguments."""

    name: str
    arguments: tuple["Expression", ...]
    position: int


@dataclass(frozen=True, slots=True)
class Logic:
    """``and``, ``or`` of several, ``not`` of one."""

    name: str
    arguments: tuple["Expression", ...]
    position: int


Expression = Literal | Path | Call | Logic


@dataclass(frozen=True, slots=True)
class Order:
    """One key of ``$orderby``."""

    path: Path
    descending: bool


@dataclass(frozen=True, slots=True)
class Options:
    """The query options of one collection or entity; ``raw`` holds them as they were written."""

    top: int | None = None
    skip: int = 0
    count: bool = False
    filter: Expression | None = None
    orderby: tuple[Order, ...] = ()
    select: tuple[str, ...] = ()
    expand: Mapping[str, "Options"] = field(default_factory=dict)
    skiptoken: str | None = None
    result_format: str | None = None
    raw: Mapping[str, str] = field(default_factory=dict)


def conjuncts(expression: Expression | None) -> Sequence[Expression]:
    """Return the parts of an expression that must all hold."""
    if expression is None:
        return ()
    if isinstance(expression, Logic) and expression.name == "and":
        return [part for each in expression.arguments for part in conjuncts(each)]
    return (expression,)


def paths(expression: Expression) -> list[Path]:
    """Return all paths that an expression names."""
    if isinstance(expression, Path):
        return [expression]
    if isinstance(expression, Literal):
        return []
    return [path for each in expression.arguments for path in paths(each)]
