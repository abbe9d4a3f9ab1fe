"""Features in few bytes: texts in one block, properties as codes, points as coordinates."""

import json
import math
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import shapely
from numpy.typing import NDArray

ABSENT = 0
"""Code of a property that a feature has not."""
_READ = json.JSONDecoder().raw_decode
"""Reads one value at half the cost of ``json.loads``, which looks for what is around it."""


class Values(Sequence[Any]):
    """Texts, numbers, truths and nested values in one block of bytes, read one by one.

    A hundred thousand names take their letters and 5 bytes each, a fifth of a list of them.
    """

    __slots__ = ("_block", "_edge", "_is_text")

    def __init__(self, values: Iterable[Any]) -> None:
        block, edge, is_text = bytearray(), [0], bytearray()
        for value in values:
            plain = isinstance(value, str) and not isinstance(value, _Nested)
            block += (value if plain else _json(value)).encode()
            edge.append(len(block))
            is_text.append(plain)
        self._block, self._is_text = bytes(block), bytes(is_text)
        self._edge = array("I" if len(block) < 1 << 32 else "Q", edge)

    def __len__(self) -> int:
        return len(self._is_text)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        return self.one(range(len(self))[at])

    def one(self, i: int) -> Any:
        """Return the value at a place, counted from the first one."""
        word = self._block[self._edge[i] : self._edge[i + 1]].decode()
        return word if self._is_text[i] else _READ(word)[0]

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return len(self._block) + len(self._is_text) + len(self._edge) * self._edge.itemsize


class Column(Sequence[Any]):
    """One property of some features: codes into values that all columns of a table share."""

    __slots__ = ("_codes", "_values")

    def __init__(self, values: Values, codes: NDArray[np.uint32]) -> None:
        self._values, self._codes = values, codes

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return list(Column(self._values, self._codes[at]))
        code = int(self._codes[at])
        return None if code == ABSENT else self._values[code - 1]

    def __iter__(self) -> Iterator[Any]:
        known: dict[int, Any] = {ABSENT: None}
        for code in self._codes.tolist():
            if code not in known:
                known[code] = self._values[code - 1]
            yield known[code]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Table:
    """All features of a layer at one version.

    Rows are ``shapes_count`` geometries that are no single points, in metres of EPSG:3857, and
    then single points, ``xy`` of shape (points, 2). ``codes`` of shape (rows, names) are places in
    ``values``, counted from 1; ``ABSENT`` where a feature has no such property.
    """

    shapes: NDArray[np.object_]
    xy: NDArray[np.float64]
    ids: Values
    names: tuple[str, ...]
    codes: NDArray[np.uint32]
    values: Values

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def shapes_count(self) -> int:
        """How many rows, the first ones, are no single points."""
        return len(self.shapes)

    def facts(self, row: int) -> dict[str, Any]:
        """Return the properties that a feature has."""
        codes = zip(self.names, self.codes[row].tolist(), strict=True)
        return {name: self.values.one(code - 1) for name, code in codes if code != ABSENT}

    @property
    def nbytes(self) -> int:
        """Bytes of the columns, without those of the shapes."""
        return self.xy.nbytes + self.ids.nbytes + self.codes.nbytes + self.values.nbytes


class TableMaker:
    """Takes features one by one, so that no list of them need be held."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._columns: dict[str, array[int]] = {}
        self._texts: dict[str, int] = {}
        self._others: dict[tuple[type, Any], int] = {}
        self._values: list[Any] = []

    def add(self, feature_id: str, properties: Mapping[str, Any]) -> None:
        """Take the id and the properties of the next feature."""
        at = len(self._ids)
        for name, value in properties.items():
            column = self._columns.setdefault(name, array("I"))
            column.extend([ABSENT] * (at - len(column)))
            column.append(self._code(value))
        self._ids.append(feature_id)

    def table(self, geometry: NDArray[np.object_], order: NDArray[np.int64]) -> Table:
        """Return the table of the features in this order, in which single points come last.

        ``geometry``, shape (n,), is in metres of EPSG:3857 and as the features came.
        """
        count = len(geometry)
        codes = np.zeros((count, len(self._columns)), np.uint32)
        for k, column in enumerate(self._columns.values()):
            codes[: len(column), k] = np.frombuffer(column, np.uintc)
        codes = codes[order]
        # Codes rise along each column: values of neighbours are neighbours in the block.
        used, first = np.unique(codes.T, return_index=True)
        used = used[np.argsort(first)]
        used = used[used != ABSENT]
        renumbered = np.zeros(len(self._values) + 1, np.uint32)
        renumbered[used] = np.arange(1, len(used) + 1)
        shapes = count - int(single_points(geometry).sum())
        return Table(
            geometry[order[:shapes]],
            shapely.get_coordinates(geometry[order[shapes:]]),
            Values(self._ids[i] for i in order.tolist()),
            tuple(self._columns),
            renumbered[codes],
            Values(self._values[code - 1] for code in used.tolist()),
        )

    def _code(self, value: Any) -> int:
        """Return the code of a value; a number that is not finite is absent."""
        if isinstance(value, np.generic):
            value = value.item()
        if type(value) is str:
            return self._known(self._texts, value, value)
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return ABSENT
        if not isinstance(value, int | float):
            # A list has no hash: its text stands for it.
            value = _Nested(_json(value))
        # True == 1 == 1.0: the type tells them apart.
        return self._known(self._others, (type(value), value), value)

    def _known(self, place: dict[Any, int], key: Any, value: Any) -> int:
        found = place.get(key)
        if found is None:
            self._values.append(value)
            found = place[key] = len(self._values)
        return found


def number(value: Any) -> float | None:
    """Return a value of a property as a number; None for what is none, or not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared as it is, for a whole number may be too large to become a float.
    return float(value) if abs(value) <= sys.float_info.max else None


def single_points(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which geometries are single points that are somewhere."""
    found: NDArray[np.bool_] = (
        shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    ) & ~shapely.is_empty(geometry)
    return found


class _Nested(str):
    """The JSON of a value that is neither text nor number."""

    __slots__ = ()


def _json(value: Any) -> str:
    if isinstance(value, _Nested):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
