"""Many features as columns: what a kind hands to a renderer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.model.table import Column, Table, TableMaker, single_points
from layers.views import Box

GeometryArray = NDArray[np.object_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Features:
    """Columns of equal length n.

    ``geometry`` is an object array of shapely geometries in metres of EPSG:3857; ``ids`` are the
    ids of the features; each property is a sequence of n values (str, int, float, bool or None).
    """

    geometry: GeometryArray
    ids: Sequence[str]
    properties: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(self.ids)

    def selection(self) -> "Selection":
        """Return all of them as rows of a table; points come last there."""
        maker = TableMaker()
        for i, feature_id in enumerate(self.ids):
            maker.add(feature_id, {name: column[i] for name, column in self.properties.items()})
        order = np.argsort(single_points(self.geometry), kind="stable")
        return Selection(maker.table(self.geometry, order), np.arange(len(order)))


class Selection(Features):
    """Rows of a table that many selections share; nothing is copied before it is asked for.

    ``rows`` rise, so that points come last. ``shift_m``, where there is one, is what is added to
    the x of each row: the antimeridian is within a window, and this is the copy on its other side.
    ``box`` says, where it is known, that they are what touches it; ``filtered``, that rows are
    missing that do.
    """

    table: Table
    rows: IntArray
    shift_m: FloatArray | None
    box: Box | None
    filtered: bool

    def __init__(
        self,
        table: Table,
        rows: IntArray,
        shift_m: FloatArray | None = None,
        *,
        box: Box | None = None,
        filtered: bool = False,
    ) -> None:
        vars(self).update(table=table, rows=rows, shift_m=shift_m, box=box, filtered=filtered)

    def __len__(self) -> int:
        return len(self.rows)

    def selection(self) -> "Selection":
        """Return itself."""
        return self

    def where(self, kept: NDArray[np.bool_]) -> "Selection":
        """Return the rows for which ``kept``, shape (n,), is true."""
        shift_m = None if self.shift_m is None else self.shift_m[kept]
        return Selection(self.table, self.rows[kept], shift_m, box=self.box, filtered=True)

    @cached_property
    def shapes(self) -> int:
        """How many of the rows, the first ones, are no single points."""
        count = len(self.table.shapes)
        return int(self.rows.searchsorted(count)) if count else 0

    def points(self) -> FloatArray:
        """Return x and y of the single points, shape (n - shapes, 2)."""
        xy: FloatArray = self.table.xy.take(
            self.rows[self.shapes :] - self.table.shapes_count, axis=0
        )
        if self.shift_m is not None:
            xy[:, 0] += self.shift_m[self.shapes :]
        return xy

    def outlines(self) -> GeometryArray:
        """Return the geometries of the rows that are no single points, shape (shapes,)."""
        found = self.table.shapes[self.rows[: self.shapes]]
        if self.shift_m is None or not self.shift_m[: self.shapes].any():
            return found
        size = shapely.get_num_coordinates(found)
        xy = shapely.get_coordinates(found)
        xy[:, 0] += np.repeat(self.shift_m[: self.shapes], size)
        moved: GeometryArray = shapely.set_coordinates(found, xy)
        return moved

    @cached_property
    def geometry(self) -> GeometryArray:
        """Shape (n,), made when first asked for."""
        xy = self.points()
        return np.concatenate((self.outlines(), np.asarray(shapely.points(xy), object)))

    @cached_property
    def ids(self) -> Sequence[str]:
        """Ids of the rows."""
        return [self.table.ids[row] for row in self.rows.tolist()]

    @cached_property
    def properties(self) -> Mapping[str, Sequence[Any]]:
        """Columns of the rows."""
        codes = self.table.codes[self.rows]
        return {
            name: Column(self.table.values, codes[:, k]) for k, name in enumerate(self.table.names)
        }
