"""One table of one TOML file, read key by key: what is missing, misspelt or odd is an error."""

from collections.abc import Callable, Mapping
from typing import Any

from layers.errors import CatalogError, LayersError, nearest


class Fields:
    """Reads the keys of a table and, at the end, refuses those that nobody asked for."""

    def __init__(
        self,
        table: Mapping[str, Any],
        where: str,
        error_type: Callable[[str], LayersError] = CatalogError,
    ) -> None:
        self._table = table
        self._asked: set[str] = set()
        self._error_type = error_type
        self.where = where

    def error(self, text: str) -> LayersError:
        """Return an error that names the entry."""
        return self._error_type(f"{self.where}: {text}")

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """Return the value of ``key``, or ``default`` where the key is absent."""
        self._asked.add(key)
        if key not in self._table:
            return default
        value = self._table[key]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        # bool is an int in Python, and never a number here.
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            expected = " or ".join(k.__name__ for k in kinds)
            raise self.error(f'"{key}" is {value!r}; expected {expected}')
        return value

    def has(self, key: str) -> bool:
        """Tell whether ``key`` is there; it may be."""
        self._asked.add(key)
        return key in self._table

    def need(self, key: str, kind: type | tuple[type, ...]) -> Any:
        """Return the value of ``key``.

        Raises
        ------
        LayersError
            Where the key is absent; CatalogError unless another type was given.
        """
        value = self.get(key, kind)
        if value is None:
            raise self.error(f'"{key}" is missing')
        return value

    def number(self, key: str, default: float | None = None) -> float | None:
        """Return a number, integer or not."""
        value = self.get(key, (int, float), default)
        return None if value is None else float(value)

    def numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of numbers, empty where the key is absent."""
        values = self.get(key, list, [])
        if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            raise self.error(f'"{key}" holds something that is no number: {values!r}')
        return tuple(float(v) for v in values)

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of words, empty where the key is absent."""
        words = self.get(key, list, [])
        if not all(isinstance(word, str) for word in words):
            raise self.error(f'"{key}" holds something that is no text: {words!r}')
        return tuple(words)

    def texts(self, key: str) -> dict[str, str]:
        """Return a table of texts, empty where the key is absent."""
        table = self.get(key, dict, {})
        if not all(isinstance(v, str) for v in table.values()):
            raise self.error(f'"{key}" holds something that is no text')
        return dict(table)

    def choice(
        self, key: str, choices: Mapping[str, Any] | tuple[str, ...], default: str | None
    ) -> str:
        """Return a word out of ``choices``."""
        word: str | None = self.get(key, str, default)
        if word is None:
            raise self.error(f'"{key}" is missing; one of {", ".join(choices)}')
        if word not in choices:
            offered = ", ".join(choices)
            raise self.error(f'"{key}" is "{word}"; known are {offered}{nearest(word, choices)}')
        return word

    def done(self) -> None:
        """Refuse keys that nobody asked for."""
        for key in self._table:
            if key not in self._asked:
                raise self.error(f'unknown key "{key}"{nearest(key, self._asked)}')
