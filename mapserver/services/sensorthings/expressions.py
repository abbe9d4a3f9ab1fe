"""Reads expressions by recursive descent.

The grammar is that part of OData 4 which SensorThings 1.1 (OGC 18-088, clause 9.3) asks for.
"""

from collections.abc import Callable
from typing import TypeVar

from layers.errors import nearest
from mapserver.services.sensorthings.functions import FUNCTIONS
from mapserver.services.sensorthings.lexer import ExpressionError, Token, tokens
from mapserver.services.sensorthings.literals import READERS, WORDS, read
from mapserver.services.sensorthings.syntax import Call, Expression, Literal, Logic, Path
from mapserver.services.sensorthings.vocabulary import EntitySet

T = TypeVar("T")

DEEPEST = 40
"""How deep parentheses, functions, chains of operators and expansions may be nested."""
COMPARING = ("eq", "ne", "gt", "ge", "lt", "le")
ADDING, MULTIPLYING = ("add", "sub"), ("mul", "div", "mod")


class Expressions:
    """Reads expressions over the properties of one kind of entity."""

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
        if token.kind in READERS:
            return Literal(read(token), token.position)
        if token.kind != "name":
            self._next -= token.kind != "end"
            raise self._unexpected("a value")
        if self._peek().text == "(":
            return self._call(token)
        if token.text in WORDS and self._peek().text != "/":
            return Literal(WORDS[token.text], token.position)
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
