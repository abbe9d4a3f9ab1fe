"""Tables of stations and points: columns by name, numbers where numbers are expected."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from layers.errors import BadFileError, BadParameterError, nearest

FloatArray = NDArray[np.floating[Any]]
PLACES = ("id", "x", "y", "lon", "lat")


@dataclass(frozen=True, slots=True)
class PointTable:
    """A table of stations or points.

    Attributes
    ----------
    ids : list of str, length n
        Who.
    system : "xy" or "lonlat"
        What positions are.
    east, north : array of float, shape (n,)
        Where.
    columns : dict
        The columns that every such table has; NaN where a cell is empty.
    """

    path: Path
    header: list[str]
    rows: list[dict[str, str]]
    ids: list[str]
    system: str
    east: FloatArray
    north: FloatArray
    columns: dict[str, FloatArray]

    def numbers(self, name: str, least: float = -np.inf) -> FloatArray:
        """Column that the user named, NaN where a cell is empty.

        Raises
        ------
        BadFileError
            Where there is no such column, or a cell is no number, infinite or below ``least``.
        """
        self._must_have(name)

        def read(text: str | None, path: Path, line: int, name: str) -> float:
            number = _number(text, path, line, name)
            if np.isinf(number):
                raise BadFileError(f'{path}, line {line}: {name} is "{text}"; it must be finite')
            if number < least:
                raise BadFileError(
                    f'{path}, line {line}: {name} is "{text}"; it cannot be below {least:g}'
                )
            return number

        return _column(self.rows, self.path, name, read)

    def words(self, name: str) -> list[str]:
        """The same of words; none may be missing."""
        self._must_have(name)
        found = [(row[name] or "").strip() for row in self.rows]
        if "" in found:
            line = found.index("") + 2
            raise BadFileError(f"{self.path}, line {line}: {name} is empty; a name was expected")
        return found

    def _must_have(self, name: str) -> None:
        if name not in self.header:
            near = nearest(name, self.header) or f"; it has {', '.join(self.header)}"
            raise BadFileError(f'{self.path} has no column "{name}"{near}')


def read(path: Path, wanted: Sequence[str]) -> PointTable:
    """Read a table with positions and the columns ``wanted``.

    Raises
    ------
    BadParameterError, BadFileError
        With the path, and the line where it is one.
    """
    header, rows = _rows(path)
    system = "lonlat" if {"lon", "lat"} <= set(header) else "xy"
    east, north = ("lon", "lat") if system == "lonlat" else ("x", "y")
    for name in ("id", east, north, *wanted):
        if name not in header:
            raise BadFileError(
                f'{path} has no column "{name}"; expected id,x,y or id,lon,lat'
                + "".join(f",{each}" for each in wanted)
            )
    # A value may be missing, a position never.
    columns = {name: _column(rows, path, name, _number) for name in wanted}
    x, y = (_column(rows, path, name, _position) for name in (east, north))
    return PointTable(path, header, rows, [row["id"] for row in rows], system, x, y, columns)


def history(path: Path, ids: Sequence[str], but: Sequence[str] = ()) -> FloatArray:
    """Return earlier days in the order of the stations, NaN where a station has none.

    Parameters
    ----------
    but : sequence of str
        Columns that are no days, beside id and place.
    """
    header, rows = _rows(path)
    days = [name for name in header if name not in (*PLACES, *but)]
    if "id" not in header or not days:
        raise BadFileError(f"{path} needs id and one column for every earlier day")
    by_id = {
        row["id"]: [_number(row[day], path, line, day) for day in days]
        for line, row in enumerate(rows, start=2)
    }
    return np.array([by_id.get(each, [np.nan] * len(days)) for each in ids], dtype=float)


def plane(
    stations: PointTable, points: PointTable, crs: str
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    """Return both sets of positions in metres of one plane."""
    place, at = (stations.east, stations.north), (points.east, points.north)
    if stations.system != points.system:
        raise BadFileError("stations and points must use the same coordinates: x,y or lon,lat")
    if stations.system == "xy" and crs == "none":
        return place, at
    try:
        source = pyproj.CRS.from_user_input("OGC:CRS84" if stations.system == "lonlat" else crs)
    except pyproj.exceptions.CRSError:
        raise BadParameterError(
            f'"{crs}" is no coordinate reference system; write EPSG:n'
        ) from None
    if source.is_projected and all(axis.unit_name == "metre" for axis in source.axis_info):
        return place, at
    from layers import geo

    forward = pyproj.Transformer.from_crs(source, "OGC:CRS84", always_xy=True)
    lon, lat = forward.transform(
        np.concatenate([place[0], at[0]]), np.concatenate([place[1], at[1]])
    )
    good = np.isfinite(lon) & np.isfinite(lat)
    if not good.all() or np.abs(lat).max() > 90:
        raise BadFileError("some positions are no longitude and latitude in degrees")
    more = 0.01
    box = geo.Bounds(lon.min() - more, lat.min() - more, lon.max() + more, lat.max() + more)
    x, y = geo.plane(box, lon, lat)
    n = len(place[0])
    return (x[:n], y[:n]), (x[n:], y[n:])


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            rows = list(reader)
            return list(reader.fieldnames or ()), rows
    except OSError as reason:
        raise BadParameterError(f"{path}: {reason.strerror}") from reason
    except (UnicodeDecodeError, csv.Error) as reason:
        raise BadFileError(f"{path} is no CSV in UTF-8: {reason}") from reason


def _column(
    rows: Sequence[dict[str, str]], path: Path, name: str, read: Callable[..., float]
) -> FloatArray:
    numbers = [read(row[name], path, line, name) for line, row in enumerate(rows, start=2)]
    return np.array(numbers, dtype=float)


def _number(text: str | None, path: Path, line: int, name: str) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        raise BadFileError(
            f'{path}, line {line}: {name} is "{text}"; a number was expected'
        ) from None


def _position(text: str | None, path: Path, line: int, name: str) -> float:
    number = _number(text, path, line, name)
    if not np.isfinite(number):
        raise BadFileError(f'{path}, line {line}: {name} is "{text or ""}"; it must be finite')
    return number
