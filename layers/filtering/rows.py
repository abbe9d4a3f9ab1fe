"""A table as filters see it: values by property, positions in degrees, rows by id.

What is found is kept for as long as the table lives, so that the second question is cheap.
"""

import bisect
import threading
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import DECIMALS, lonlat
from layers.model import Features
from layers.model.features import Selection
from layers.model.table import ABSENT, Table, number

ID, GEOMETRY = "id", "geometry"

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
GeometryArray = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Coded:
    """One value for each row: ``values[index]``; an index of length 1 stands for all rows."""

    values: Sequence[Any]
    index: IntArray

    @property
    def single(self) -> bool:
        """Whether it is one value for all rows."""
        return len(self.values) == 1 and len(self.index) == 1

    @cached_property
    def numbers(self) -> FloatArray:
        """The values as numbers, NaN where one is none."""
        return np.array([number(v) for v in self.values], np.float64)


class Rows:
    """The rows of a table. Everything here has the order of the table."""

    def __init__(self, table: Table) -> None:
        # Not held: rows are kept for as long as their table is, and would keep it for ever.
        self._table = weakref.ref(table)
        self._columns: dict[str, Coded] = {}

    @property
    def table(self) -> Table:
        """The table, which the one who asks holds."""
        found = self._table()
        if found is None:
            raise ReferenceError("the table of these rows is no longer there")
        return found

    def __len__(self) -> int:
        return len(self.table)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the properties."""
        return self.table.names

    def column(self, name: str) -> Coded:
        """Return the values of a property; ``id`` is the feature's where no property has it.

        Raises
        ------
        KeyError
            For a name that no feature has.
        """
        if name not in self._columns:
            self._columns[name] = self._coded(name)
        return self._columns[name]

    def _coded(self, name: str) -> Coded:
        if name not in self.names:
            if name != ID:
                raise KeyError(name)
            return Coded(list(self.table.ids), np.arange(len(self)))
        codes, index = np.unique(self.table.codes[:, self.names.index(name)], return_inverse=True)
        values = self.table.values
        return Coded([None if c == ABSENT else values[c - 1] for c in codes.tolist()], index)

    def each(self, name: str) -> Iterator[Any]:
        """Yield the different values of a property; nothing is kept."""
        if name in self._columns:
            yield from self._columns[name].values
            return
        values = self.table.values
        for code in np.unique(self.table.codes[:, self.names.index(name)]).tolist():
            yield None if code == ABSENT else values[code - 1]

    @cached_property
    def lonlat(self) -> FloatArray:
        """Positions of the single points, the last rows, shape (points, 2), in degrees."""
        lon, lat = lonlat(self.table.xy[:, 0], self.table.xy[:, 1])
        return np.round(np.column_stack((lon, lat)), DECIMALS)

    @cached_property
    def shapes(self) -> GeometryArray:
        """Geometries of the first rows, in degrees."""

        def back(xy: FloatArray) -> FloatArray:
            return np.round(np.column_stack(lonlat(xy[:, 0], xy[:, 1])), DECIMALS)

        found: GeometryArray = np.asarray(shapely.transform(self.table.shapes, back), object)
        return found

    @cached_property
    def boxes(self) -> FloatArray:
        """West, south, east, north of every row, shape (n, 4), in degrees."""
        points = np.concatenate((self.lonlat, self.lonlat), axis=1)
        shapes = shapely.bounds(self.shapes).reshape(-1, 4)
        return np.concatenate((shapes, points))

    def geometry(self, rows: IntArray) -> GeometryArray:
        """Return the geometries of some rows, in degrees."""
        count = self.table.shapes_count
        found = np.empty(len(rows), object)
        shape = rows < count
        found[shape] = self.shapes[rows[shape]]
        found[~shape] = shapely.points(self.lonlat[rows[~shape] - count])
        return found

    @cached_property
    def by_id(self) -> IntArray:
        """Rows in the order of their ids."""
        ids = list(self.table.ids)
        return np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)

    def sorted_by(self, keys: Sequence[tuple[str, bool]]) -> IntArray:
        """Return rows by properties, each with whether its values fall; equal ones by their ids.

        Numbers stand before texts, and what has no value stands last in either direction.
        """
        rank = np.empty(len(self), np.int64)
        rank[self.by_id] = np.arange(len(self))
        found = [rank]
        for name, falls in reversed(keys):
            coded = self.column(name)
            order = sorted(range(len(coded.values)), key=lambda i: _place(coded.values[i]))
            places = np.empty(len(order), np.int64)
            places[order] = np.arange(len(order))
            missing = np.array([value is None for value in coded.values])
            places = np.where(missing, len(order), -places if falls else places)
            found.append(np.broadcast_to(places[coded.index], rank.shape))
        return np.lexsort(found)

    def after(self, feature_id: str) -> int:
        """Return how many rows have an id that is not greater, in the order of ``by_id``."""
        return bisect.bisect_right(self.by_id, feature_id, key=lambda row: self.table.ids[int(row)])

    def row_of(self, feature_id: str) -> int | None:
        """Return the row of an id, or None."""
        place = self.after(feature_id) - 1
        if place < 0:
            return None
        row = int(self.by_id[place])
        return row if self.table.ids[row] == feature_id else None


def _place(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool | int | float):
        return 0, value
    return 1, "" if value is None else str(value)


_HELD: "WeakKeyDictionary[Any, tuple[Rows, Table | None]]" = WeakKeyDictionary()
_HOLDING = threading.Lock()


def rows_of(features: Features) -> Rows:
    """Return the rows of all features of a table; the same features give the same."""
    if isinstance(features, Selection):
        return _held(features.table, features.table, None)
    with _HOLDING:
        known = _HELD.get(features)
    if known is not None:
        return known[0]
    made = features.selection().table
    return _held(features, made, made)


def _held(key: Any, table: Table, kept: Table | None) -> Rows:
    with _HOLDING:
        known = _HELD.get(key)
        if known is None:
            known = _HELD[key] = (Rows(table), kept)
    return known[0]
