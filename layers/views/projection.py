"""Coordinate reference systems by their names: axis order, and the way to EPSG:3857."""

import functools
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from layers.errors import BadParameterError, nearest
from layers.geo import MAX_LATITUDE, Bounds, lonlat, mercator

FloatArray = NDArray[np.floating[Any]]

WEB_MERCATOR, WGS84, CRS84 = "EPSG:3857", "EPSG:4326", "CRS:84"
_RANGE = re.compile(r"EPSG:(?P<first>[0-9]{4,6})(-(?P<last>[0-9]{4,6}))?|CRS:84")
_MOST = 200
_DENSITY = 21


@dataclass(frozen=True)
class Projection:
    """One coordinate reference system, easting first.

    ``northing_first`` tells that the registry names northing (or latitude) before easting.
    ``independent`` tells that columns are meridians and rows are parallels, as in EPSG:3857.
    """

    name: str
    crs: pyproj.CRS
    northing_first: bool
    independent: bool

    @property
    def authority(self) -> str:
        """The name by which PROJ and GDAL know it."""
        return "OGC:CRS84" if self.name == CRS84 else self.name

    @functools.cached_property
    def _to_mercator(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs(self.crs, WEB_MERCATOR, always_xy=True)

    def to_mercator(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return metres of EPSG:3857, shapes as given; NaN for what has no place there."""
        if self.name == WEB_MERCATOR:
            return x, y
        if self.independent:
            x_m, y_m = mercator(x, y)
            return x_m, np.where(np.abs(y) <= MAX_LATITUDE, y_m, np.nan)
        found = self._to_mercator.transform(x, y)
        x_m, y_m = (np.where(np.isfinite(f), f, np.nan) for f in found)
        return x_m, y_m

    def from_mercator(self, x_m: FloatArray, y_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return coordinates, shapes as given; NaN for what has no place here."""
        if self.name == WEB_MERCATOR:
            return x_m, y_m
        if self.independent:
            return lonlat(x_m, y_m)
        found = self._to_mercator.transform(x_m, y_m, direction="INVERSE")
        x, y = (np.where(np.isfinite(f), f, np.nan) for f in found)
        return x, y

    def box(self, bounds: Bounds) -> tuple[float, float, float, float]:
        """Return west, south, east, north of a box of degrees, its curved edges included."""
        if self.independent and self.name != WEB_MERCATOR:
            return bounds.as_tuple()
        lon = np.linspace(bounds.west, bounds.east, _DENSITY)
        lat = np.linspace(bounds.south, bounds.north, _DENSITY)
        x, y = self.from_mercator(*mercator(*np.meshgrid(lon, lat)))
        if np.isnan(x).all():
            return 0.0, 0.0, 1.0, 1.0
        west, south, east, north = np.nanmin(x), np.nanmin(y), np.nanmax(x), np.nanmax(y)
        return float(west), float(south), float(east), float(north)


@functools.lru_cache(maxsize=_MOST)
def projection(name: str) -> Projection:
    """Return a coordinate reference system by its name: ``CRS:84`` or ``EPSG:`` and a number.

    Raises
    ------
    BadParameterError
        For a name that the registry does not hold, or that is no system of two axes.
    """
    try:
        crs = pyproj.CRS.from_user_input("OGC:CRS84" if name == CRS84 else name)
    except CRSError as reason:
        raise BadParameterError(f'"{name}" is no coordinate reference system') from reason
    if len(crs.axis_info) != 2:
        raise BadParameterError(f'"{name}" does not have two axes')
    return Projection(
        name,
        crs,
        northing_first=crs.axis_info[0].direction.lower() == "north",
        independent=name in (WEB_MERCATOR, WGS84, CRS84),
    )


@functools.lru_cache(maxsize=8)
def listed(text: str) -> tuple[str, ...]:
    """Return the names of a list such as ``EPSG:3857 CRS:84 EPSG:32639-32645``, in its order.

    Raises
    ------
    BadParameterError
        For a word that is no name or range, and for more than 200 of them.
    """
    names: list[str] = []
    for word in text.split():
        found = _RANGE.fullmatch(word)
        if found is None:
            near = nearest(word, (WEB_MERCATOR, WGS84, CRS84))
            raise BadParameterError(f'"{word}" is no EPSG number or range of numbers{near}')
        if found["first"] is None:
            names.append(word)
            continue
        first = int(found["first"])
        last = int(found["last"] or first)
        if not first <= last < first + _MOST:
            raise BadParameterError(f'"{word}" is no rising range of at most {_MOST} numbers')
        names += [f"EPSG:{number}" for number in range(first, last + 1)]
    if len(names) > _MOST:
        raise BadParameterError(f"{len(names)} coordinate reference systems; at most {_MOST}")
    for name in names:
        projection(name)
    return tuple(dict.fromkeys(names))
