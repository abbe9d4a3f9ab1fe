"""Reads ``$filter``, ``$orderby``, ``$select`` and ``$expand`` by recursive descent.

The grammar is that part of OData 4 which SensorThings 1.1 (OGC 18-088, clause 9.3) asks for.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import TypeVar

import numpy as np
import shapely

from layers import temporal
from layers.errors import BadInstantError, nearest
from mapserver.services.sensorthings.functions import FUNCTIONS
from mapserver.services.sensorthings.lexer import ExpressionError, Token, tokens, unquoted
from mapserver.services.sensorthings.syntax import (
    Call,
    Expression,
    Literal,
    Logic,
    Options,
    Order,
    Path,
)
from mapserver.services.sensorthings.values import Value
from mapserver.services.sensorthings.vocabulary import EntitySet, Navigation

T = TypeVar("T")

DEEPEST = 40
"""How deep parentheses, functions, chains of operators and expansions may be nested."""
MOST_SKIPPED = 10**9
COMPARING = ("eq", "ne", "gt", "ge", "lt", "le")
ADDING, MULTIPLYING = ("add", "sub"), ("mul", "div", "mod")
_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6}(?:\.\d+)?)S)?)?"
)
_WORDS: Mapping[str, Value] = {"null": None, "true": True, "false": False}


class Parser:
    """Reads the words of one option in the words of one kind of entity."""

    def __init__(self, text: str, entities: EntitySet) -> None:
        self._text = text
        self._words = tokens(text)
        self._next = 0
        self._deep = 0
        self._entities = entities

    # ---- words

    def _peek(self) -> Token:
        return self._words[self._next]

    def _take(self) -> Token:
        token = self._words[self._next]
        self._next = min(self._next + 1, len(self._words) - 1)
        return token

    def _takes(self, *texts: str) -> Token | None:
        return self._take() if self._peek().text in texts else None

    def _need(self, text: str) -> Token:
        found = self._takes(text)
        if found is None:
            raise self._unexpected(f'"{text}"')
        return found

    def _unexpected(self, expected: str) -> ExpressionError:
        token = self._peek()
        met = "it ends" if token.kind == "end" else f'"{token.text}" stands'
        return ExpressionError(f"{met} where {expected} was expected", token.position)

    def _deeper(self, token: Token) -> None:
        self._deep += 1
        if self._deep > DEEPEST:
            raise ExpressionError(f"nested deeper than {DEEPEST}", token.position)

    def whole(self, read: Callable[[], T]) -> T:
        """Return what is read, where nothing is left after it."""
        found = read()
        if self._peek().kind != "end":
            raise self._unexpected("the end")
        return found

    # ---- expressions, from the loosest operator to the tightest

    def expression(self) -> Expression:
        """Return an expression that holds or does not."""
        return self._joined("or", lambda: self._joined("and", self._negated))

    def _joined(self, name: str, part: Callable[[], Expression]) -> Expression:
        position = self._peek().position
        parts = [part()]
        while self._takes(name):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Logic(name, tuple(parts), position)

    def _negated(self) -> Expression:
        if self._peek().text != "not":
            return self._comparison()
        token = self._take()
        self._deeper(token)
        found = Logic("not", (self._negated(),), token.position)
        self._deep -= 1
        return found

    def _comparison(self) -> Expression:
        left = self._sum()
        token = self._takes(*COMPARING)
        if token is None:
            return left
        return Call(token.text, (left, self._sum()), token.position)

    def _sum(self) -> Expression:
        return self._chain(ADDING, lambda: self._chain(MULTIPLYING, self._signed))

    def _chain(self, names: tuple[str, ...], part: Callable[[], Expression]) -> Expression:
        left, before = part(), self._deep
        while token := self._takes(*names):
            self._deeper(token)  # the tree grows to the left
            left = Call(token.text, (left, part()), token.position)
        self._deep = before
        return left

    def _signed(self) -> Expression:
        token = self._peek()
        if token.text != "-":
            return self._primary()
        self._deeper(self._take())
        found = Call("neg", (self._signed(),), token.position)
        self._deep -= 1
        return found

    def _primary(self) -> Expression:
        token = self._take()
        if token.text == "(":
            self._deeper(token)
            found = self.expression()
            self._deep -= 1
            self._need(")")
            return found
        if token.kind in _LITERALS:
            return Literal(_read(token), token.position)
        if token.kind != "name":
            self._next -= token.kind != "end"
            raise self._unexpected("a value")
        if self._peek().text == "(":
            return self._call(token)
        if token.text in _WORDS and self._peek().text != "/":
            return Literal(_WORDS[token.text], token.position)
        return self._path(token)

    def _call(self, token: Token) -> Call:
        known = FUNCTIONS.get(token.text)
        if known is None:
            near = nearest(token.text, FUNCTIONS)
            raise ExpressionError(f'no function "{token.text}"{near}', token.position)
        self._deeper(self._take())
        arguments: list[Expression] = []
        if self._peek().text != ")":
            arguments.append(self.expression())
            while self._takes(","):
                arguments.append(self.expression())
        self._need(")")
        self._deep -= 1
        if len(arguments) not in known.arity:
            wanted = " or ".join(map(str, known.arity))
            raise ExpressionError(
                f"{token.text} takes {wanted} arguments, not {len(arguments)}", token.position
            )
        return Call(token.text, tuple(arguments), token.position)

    def _path(self, first: Token) -> Path:
        parts, here = [first], self._entities
        while self._takes("/"):
            if self._peek().kind != "name":
                raise self._unexpected("a name")
            parts.append(self._take())
        for token in parts:
            way = here.navigation(token.text)
            if way is None:
                # All beyond a property is within its own structure.
                here.need_property(token.text, token.position)
                break
            here = way.target
            if here.name == "Observations":
                said = "no expression looks through Observations; ask these by Datastream/..."
                raise ExpressionError(said, token.position)
        else:
            said = f"{parts[-1].text} is an entity; name one of its properties"
            raise ExpressionError(said, parts[-1].position)
        return Path(tuple(token.text for token in parts), first.position)

    # ---- options

    def orderby(self) -> tuple[Order, ...]:
        """Return the keys of an order."""
        keys = []
        while True:
            if self._peek().kind != "name":
                raise self._unexpected("a property")
            path = self._path(self._take())
            word = self._takes("asc", "desc")
            keys.append(Order(path, word is not None and word.text == "desc"))
            if not self._takes(","):
                return tuple(keys)

    def select(self) -> tuple[str, ...]:
        """Return the names of properties and of ways to other entities."""
        names = []
        while True:
            token = self._take()
            if token.kind != "name":
                self._next -= token.kind != "end"
                raise self._unexpected("a property")
            if self._entities.navigation(token.text) is None:
                self._entities.need_property(token.text, token.position)
            names.append(token.text)
            if not self._takes(","):
                return tuple(names)

    def expand(self) -> dict[str, Options]:
        """Return the options of every way that is to be followed."""
        found: dict[str, Options] = {}
        while True:
            token = self._peek()
            way, options = self._expanded()
            if way.name in found:
                raise ExpressionError(f'"{way.name}" is expanded twice', token.position)
            found[way.name] = options
            if not self._takes(","):
                return found

    def _expanded(self) -> tuple[Navigation, Options]:
        token = self._take()
        way = self._entities.navigation(token.text)
        if way is None:
            known = self._entities.ways
            near = nearest(token.text, known)
            said = f'"{token.text}" is no way from {self._entities.name}; known are '
            raise ExpressionError(f"{said}{', '.join(known)}{near}", token.position)
        outer, self._entities = self._entities, way.target
        self._deeper(token)
        if self._takes("/"):
            start = self._peek().position
            inner, inner_options = self._expanded()
            raw = self._text[start : self._ended()]
            options = Options(expand={inner.name: inner_options}, raw={"$expand": raw})
        elif self._takes("("):
            options = self._nested()
        else:
            options = Options()
        self._deep -= 1
        self._entities = outer
        return way, options

    def _nested(self) -> Options:
        raw: dict[str, str] = {}
        said: dict[str, object] = {}
        while True:
            name = self._take()
            read = self._readers().get(name.text)
            if read is None:
                known = list(self._readers())
                near = nearest(name.text, known)
                told = f'"{name.text}" is no option here; known are {", ".join(known)}{near}'
                raise ExpressionError(told, name.position)
            if name.text in raw:
                raise ExpressionError(f"{name.text} stands twice", name.position)
            self._need("=")
            start = self._peek().position
            said[name.text.removeprefix("$")] = read()
            raw[name.text] = self._text[start : self._ended()].strip()
            if not self._takes(";"):
                break
        self._need(")")
        return Options(**said, raw=raw)  # type: ignore[arg-type]

    def _ended(self) -> int:
        return self._peek().position

    def _readers(self) -> Mapping[str, Callable[[], object]]:
        return {
            "$filter": self.expression,
            "$orderby": self.orderby,
            "$select": self.select,
            "$expand": self.expand,
            "$top": self.number,
            "$skip": self.number,
            "$count": self.truth,
        }

    def number(self) -> int:
        """Return a whole number that is not negative."""
        token = self._peek()
        if token.kind != "number" or not token.text.isdigit() or int(token.text) > MOST_SKIPPED:
            raise self._unexpected("a whole number")
        return int(self._take().text)

    def truth(self) -> bool:
        """Return true or false."""
        token = self._takes("true", "false")
        if token is None:
            raise self._unexpected("true or false")
        return token.text == "true"


def _read(token: Token) -> Value:
    try:
        return _LITERALS[token.kind](token.text)
    except (ValueError, BadInstantError, shapely.errors.ShapelyError) as reason:
        said = str(reason).partition("\n")[0]
        raise ExpressionError(f'"{token.text[:80]}" cannot be read ({said})', token.position) from (
            None
        )


def _number(text: str) -> int | float:
    if text.isdigit():
        if len(text) > 18:
            raise ValueError("too large")
        return int(text)
    return float(text)


def _interval(text: str) -> temporal.Interval:
    begin, _, end = text.partition("/")
    return temporal.Interval(temporal.instant(begin), temporal.instant(end))


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(unquoted(text))
    if match is None or not any(match[name] for name in ("days", "hours", "minutes", "seconds")):
        raise ValueError("a duration such as PT1H was expected")
    parts = {name: float(match[name] or 0) for name in ("days", "hours", "minutes", "seconds")}
    return timedelta(**parts) * (-1 if match["sign"] else 1)


def _geography(text: str) -> Value:
    words = re.sub(r"^SRID=(4326|0);", "", unquoted(text).strip(), flags=re.IGNORECASE)
    with np.errstate(all="ignore"):
        shape = shapely.from_wkt(words)
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise ValueError("a coordinate is no number")
    return shape


_LITERALS: Mapping[str, Callable[[str], Value]] = {
    "number": _number,
    "string": unquoted,
    "instant": temporal.instant,
    "interval": _interval,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "duration": _duration,
    "geography": _geography,
}
