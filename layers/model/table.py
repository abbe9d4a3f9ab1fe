"""Features in few bytes: texts in one block, properties as codes, points as coordinates."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import shapely
from numpy.typing import NDArray

ABSENT = 0
"""Code of a property that a feature has not."""


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
        self._edge = np.array(edge, np.uint32 if len(block) < 1 << 32 else np.uint64)

    def __len__(self) -> int:
        return len(self._is_text)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        i = range(len(self))[at]
        word = self._block[int(self._edge[i]) : int(self._edge[i + 1])].decode()
        return word if self._is_text[i] else json.loads(word)

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return len(self._block) + len(self._is_text) + self._edge.nbytes


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

    @property
    def nbytes(self) -> int:
        """Bytes of the columns, without those of the shapes."""
        return self.xy.nbytes + self.ids.nbytes + self.codes.nbytes + self.values.nbytes


def tabled(
    geometry: NDArray[np.object_], ids: Sequence[str], properties: Mapping[str, Sequence[Any]]
) -> tuple[Table, NDArray[np.int64]]:
    """Return features as a table, and which of those given each row is.

    Points come last; within both halves the order is kept. A number that is not finite is absent.
    """
    single = (shapely.get_type_id(geometry) == shapely.GeometryType.POINT) & ~shapely.is_empty(
        geometry
    )
    order = np.argsort(single, kind="stable")
    count = len(geometry) - int(single.sum())
    place: dict[tuple[type, Any], int] = {}
    codes = np.zeros((len(geometry), len(properties)), np.uint32)
    for k, column in enumerate(properties.values()):
        codes[:, k] = _coded(column, order, place)
    return Table(
        geometry[order[:count]],
        shapely.get_coordinates(geometry[order[count:]]),
        Values([ids[i] for i in order.tolist()]),
        tuple(properties),
        codes,
        Values(value for _, value in place),
    ), order


def _coded(
    column: Sequence[Any], order: NDArray[np.int64], place: dict[tuple[type, Any], int]
) -> list[int]:
    """Return the code of each value of ``order``, adding new values to ``place``."""
    found = []
    for i in order.tolist():
        value = column[i]
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            found.append(ABSENT)
            continue
        if not isinstance(value, str | int | float):
            # A list has no hash: its text stands for it.
            value = _Nested(_json(value))
        # True == 1 == 1.0: the type tells them apart.
        found.append(place.setdefault((type(value), value), len(place) + 1))
    return found


class _Nested(str):
    """The JSON of a value that is neither text nor number."""

    __slots__ = ()


def _json(value: Any) -> str:
    if isinstance(value, _Nested):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
