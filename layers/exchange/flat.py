"""Features as one Arrow table: what every file of rows is written from.

Arrow takes a third of a second to import: only who makes a file pays for it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import temporal
from layers.errors import BadInstantError
from layers.geo import DECIMALS
from layers.model import Features

if TYPE_CHECKING:
    import pyarrow as pa

GEOMETRY = "geometry"
PLACE = ("lon", "lat")
"""Columns of tables whose geometries are all single points."""
RESERVED = (GEOMETRY, "geom", "fid", "bbox", "wkt")
"""Names that a format has for something else."""
_NUMBERS = ("value", "sd", "elevation_m", "depth_km", "magnitude")
_WHOLE = ("revision",)
_TIMES = ("begin_time", "end_time", "received_at", "time", "valid_from", "valid_to", "data_time")
"""Columns that keep their type, whatever a single hour may hold."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands with every row of a file, so that it can be traced where the file is cut up.

    ``notice`` is the word that must stand on every face, such as "simulated", or an empty text.
    """

    layer: str
    title: str
    version: str
    time: datetime | None
    context: str
    notice: str
    attribution: str
    licence: str

    def columns(self) -> dict[str, str | None]:
        """Return them by the names of their columns."""
        return {
            "data_layer": self.layer,
            "data_version": self.version,
            "data_time": None if self.time is None else temporal.word(self.time),
            "data_context": self.context,
            "data_notice": self.notice,
            "data_attribution": self.attribution,
        }


def rounded(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return geometries of degrees as files have them."""
    return np.asarray(shapely.transform(geometry, lambda c: np.round(c, DECIMALS)), object)


def table(features: Features, geometry: NDArray[np.object_], facts: Facts) -> "pa.Table":
    """Return one row a feature: ``id``, its place, its properties, the facts, its geometry as WKB.

    The place are ``lon`` and ``lat`` where all are points. A property whose name is taken, in
    whatever case, has a number behind it: some formats do not tell ``Name`` from ``name``.

    Parameters
    ----------
    geometry : array of object, shape (n,)
        The geometries in degrees.
    """
    import pyarrow as pa

    columns: dict[str, pa.Array] = {"id": pa.array(list(features.ids), pa.string())}
    shapes = rounded(geometry)
    if is_points(shapes):
        columns |= {"lon": pa.array(shapely.get_x(shapes)), "lat": pa.array(shapely.get_y(shapes))}
    taken = {name.lower() for name in (*columns, *RESERVED, *facts.columns())}
    for name, values in features.properties.items():
        columns[_free(name, taken)] = _typed(name, list(values))
    return finished(columns, shapely.to_wkb(shapes).tolist(), facts)


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found.lower() in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found.lower())
    return found


def finished(columns: "Mapping[str, pa.Array]", wkb: Any, facts: Facts) -> "pa.Table":
    """Return a table of columns, the facts in every row, and geometries."""
    import pyarrow as pa

    count = len(wkb)
    said = {
        name: pa.repeat(_typed(name, [fact])[0], count) for name, fact in facts.columns().items()
    }
    return pa.table({**columns, **said, GEOMETRY: pa.array(wkb, pa.binary())})


def _typed(name: str, values: Sequence[Any]) -> "pa.Array":
    """Return a column of one type: truths, whole numbers, numbers, times, or texts."""
    import pyarrow as pa

    there = [value for value in values if value is not None]
    kinds = {type(value) for value in there}
    instant = pa.timestamp("ms", "UTC")
    if (name in _TIMES and not there) or (there and kinds == {str} and _are_times(there)):
        try:
            return pa.array([v and temporal.instant(v) for v in values], instant)
        except BadInstantError:
            pass  # a text such as that of a thirteenth month stays one
    if name in _NUMBERS and kinds <= {int, float}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    if name in _WHOLE and kinds <= {int}:
        return pa.array(values, pa.int64())
    if there and kinds == {bool}:
        return pa.array(values, pa.bool_())
    if there and kinds == {int} and all(-(2**63) <= v < 2**63 for v in there):
        return pa.array(values, pa.int64())
    if there and kinds <= {int, float}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array([None if v is None else _text(v) for v in values], pa.string())


def _are_times(values: Sequence[str]) -> bool:
    return all(_INSTANT.fullmatch(value) for value in values)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def written(value: Any) -> Any:
    """Return a value of the table as text formats have it: times as words."""
    return temporal.word(value) if isinstance(value, datetime) else value


def is_points(geometry: NDArray[np.object_]) -> bool:
    """Tell whether all geometries are single points."""
    return bool((shapely.get_type_id(geometry) == shapely.GeometryType.POINT).all())
