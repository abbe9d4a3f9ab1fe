"""Reads ``$filter``, ``$orderby``, ``$select`` and ``$expand``, and what may stand within them."""

from collections.abc import Callable, Mapping

from layers.errors import nearest
from mapserver.services.sensorthings.expressions import Expressions
from mapserver.services.sensorthings.lexer import ExpressionError
from mapserver.services.sensorthings.syntax import Options, Order
from mapserver.services.sensorthings.vocabulary import Navigation

MOST_SKIPPED = 10**9


class Parser(Expressions):
    """Reads the text of one option in the words of one kind of entity."""

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
