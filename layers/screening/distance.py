"""Geodesic distances from a place to points, lines and areas, exact to a metre.

The shortest way to a segment is found on the azimuthal equidistant plane around the place, where
every distance from it is true; the point that it leads to is then measured on the ellipsoid.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import GEOD, Point

FloatArray = NDArray[np.float64]
LONGEST_DEG = 0.02
"""Longer segments are divided: between ends 2 km apart a straight line on any plane, a geodesic
and a line of constant bearing lie within 0.1 m of each other up to 57 degrees of latitude."""
_SPHERE_M = 6_371_008.8
_FLATTENING = 0.006
"""A distance on that sphere differs by less from one on WGS 84."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The shortest ways from a place to n things.

    ``azimuth_deg`` is clockwise from north, at the place; ``lon`` and ``lat`` are where each way
    ends. A way into an area that holds the place has length 0, azimuth NaN, and ends at the place.
    """

    distance_m: FloatArray
    azimuth_deg: FloatArray
    lon: FloatArray
    lat: FloatArray

    def __len__(self) -> int:
        return len(self.distance_m)

    def order(self) -> NDArray[np.intp]:
        """Return the things from the nearest to the farthest; ties stay as they came."""
        return np.argsort(self.distance_m, kind="stable")

    def azimuth(self, i: int) -> float | None:
        """Return the azimuth of one, in tenths of a degree; None within an area."""
        value = float(self.azimuth_deg[i])
        return None if np.isnan(value) else round(value, 1)


def to_points(place: Point, lon: FloatArray, lat: FloatArray) -> Ways:
    """Return the ways to points in degrees, shapes (n,)."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    azimuth, distance = _seen(place, lon, lat)
    return Ways(distance, azimuth % 360.0, lon, lat)


class Shapes:
    """Lines and areas, made ready to be measured from many places."""

    def __init__(self, geometry: Sequence[shapely.Geometry]) -> None:
        """Take n geometries in degrees, WGS 84; none is empty."""
        found = np.empty(len(geometry), object)
        found[:] = geometry
        self.geometry = found
        self._areas = np.flatnonzero(shapely.get_dimensions(found) == 2)
        shapely.prepare(found[self._areas])
        owners, begins, ends = [], [], []
        lines = np.where(shapely.get_dimensions(found) == 2, shapely.boundary(found), found)
        parts, owner = shapely.get_parts(lines, return_index=True)
        parts = shapely.segmentize(parts, LONGEST_DEG)
        xy, part = shapely.get_coordinates(parts, return_index=True)
        if len(xy):
            follows = part[1:] == part[:-1]
            begins.append(xy[:-1][follows])
            ends.append(xy[1:][follows])
            owners.append(owner[part[1:][follows]])
            # A point is a segment without a length.
            alone = np.flatnonzero(np.bincount(part, minlength=len(parts)) == 1)
            single = np.isin(part, alone)
            begins.append(xy[single])
            ends.append(xy[single])
            owners.append(owner[part[single]])
        self._begin = np.concatenate(begins) if begins else np.empty((0, 2))
        self._end = np.concatenate(ends) if ends else np.empty((0, 2))
        self._owner = np.concatenate(owners) if owners else np.empty(0, np.intp)
        middle = (self._begin + self._end) / 2
        self._half_m = 1.01 * _on_sphere_between(self._begin, middle)

    def __len__(self) -> int:
        return len(self.geometry)

    def ways(self, place: Point) -> Ways:
        """Return the way to each of the n geometries."""
        return self._ways(place, self._worth_a_look(place))

    def nearest_m(self, place: Point) -> float:
        """Return the way to the nearest of them, in metres; infinite where there is none."""
        if not len(self._owner):
            return np.inf
        rows = self._worth_a_look(place, of_all=True)
        return float(self._ways(place, rows).distance_m.min())

    def _ways(self, place: Point, rows: NDArray[np.intp]) -> Ways:
        """Return the ways over some of the segments; infinite to those that have none of them."""
        n = len(self)
        distance, azimuth = np.full(n, np.inf), np.full(n, np.nan)
        lon, lat = np.full(n, np.nan), np.full(n, np.nan)
        owner = self._owner[rows]
        begin, end = self._begin[rows], self._end[rows]
        x, y = _plane(place, begin)
        dx, dy = (b - a for a, b in zip((x, y), _plane(place, end), strict=True))
        length = dx * dx + dy * dy
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.clip(np.where(length > 0, -(x * dx + y * dy) / length, 0.0), 0.0, 1.0)
        far = np.hypot(x + share * dx, y + share * dy)
        # The nearest segment of each owner: the first one when sorted by owner and distance.
        by = np.lexsort((far, owner))
        first = by[np.flatnonzero(np.diff(owner[by], prepend=-1))]
        at = begin[first] + share[first, None] * (end[first] - begin[first])
        seen_azimuth, seen = _seen(place, at[:, 0], at[:, 1])
        which = owner[first]
        distance[which], azimuth[which] = seen, seen_azimuth % 360.0
        lon[which], lat[which] = at[:, 0], at[:, 1]
        holds = self.holding(place)
        distance[holds], azimuth[holds], lon[holds], lat[holds] = 0.0, np.nan, place.lon, place.lat
        return Ways(distance, azimuth, lon, lat)

    def holders(self, lon: FloatArray, lat: FloatArray) -> NDArray[np.intp]:
        """Return which area holds each of n points in degrees, -1 for none."""
        found = np.full(len(lon), -1, np.intp)
        if not len(lon):
            return found
        box = shapely.box(lon.min(), lat.min(), lon.max(), lat.max())
        for i in self._areas[shapely.intersects(self.geometry[self._areas], box)].tolist():
            open_ = np.flatnonzero(found < 0)
            found[open_[shapely.intersects_xy(self.geometry[i], lon[open_], lat[open_])]] = i
        return found

    def holding(self, place: Point) -> NDArray[np.intp]:
        """Return which of the geometries are areas that hold the place, their edges included."""
        here = shapely.Point(place.lon, place.lat)
        return self._areas[shapely.covers(self.geometry[self._areas], here)]

    def around(self, place: Point, reach_m: float) -> list[FloatArray]:
        """Return the lines and outlines in a square around a place, for a drawing.

        Each part has shape (n, 2): metres east and north of the place, on the azimuthal
        equidistant plane around it.
        """
        dlat = reach_m / 110_000.0
        dlon = dlat / math.cos(math.radians(min(89.0, abs(place.lat) + dlat)))
        box = (place.lon - dlon, place.lat - dlat, place.lon + dlon, place.lat + dlat)
        lines = np.where(
            shapely.get_dimensions(self.geometry) == 2,
            shapely.boundary(self.geometry),
            self.geometry,
        )
        parts = shapely.get_parts(shapely.clip_by_rect(lines, *box))
        parts = shapely.segmentize(parts[shapely.get_dimensions(parts) == 1], 0.2)
        xy, part = shapely.get_coordinates(parts, return_index=True)
        east_north = np.column_stack(_plane(place, xy)) if len(xy) else np.empty((0, 2))
        return [east_north[part == i] for i in range(len(parts))]

    def _worth_a_look(self, place: Point, *, of_all: bool = False) -> NDArray[np.intp]:
        """Return the segments that may be the nearest of their owner, or of all."""
        mid = (self._begin + self._end) / 2
        far = _on_sphere(place, mid[:, 0], mid[:, 1])
        half = self._half_m
        if of_all:
            limit = float((far * (1 + _FLATTENING) + half).min())
            return np.flatnonzero(far * (1 - _FLATTENING) - half <= limit)
        most = np.full(len(self), np.inf)
        np.minimum.at(most, self._owner, far * (1 + _FLATTENING) + half)
        return np.flatnonzero(far * (1 - _FLATTENING) - half <= most[self._owner])


def _seen(place: Point, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return azimuth and distance of positions as seen from a place."""
    n = len(lon)
    azimuth, _, distance = GEOD.inv(np.full(n, place.lon), np.full(n, place.lat), lon, lat)
    return np.asarray(azimuth, float), np.asarray(distance, float)


def _plane(place: Point, position: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return metres east and north on the azimuthal equidistant plane around a place."""
    azimuth, distance = _seen(place, position[:, 0], position[:, 1])
    angle = np.radians(azimuth)
    return distance * np.sin(angle), distance * np.cos(angle)


def _on_sphere(place: Point, lon: FloatArray, lat: FloatArray) -> FloatArray:
    return _haversine_m(
        np.radians(lon), np.radians(lat), np.radians(place.lon), np.radians(place.lat)
    )


def _on_sphere_between(a: FloatArray, b: FloatArray) -> FloatArray:
    x, y = np.radians(a), np.radians(b)
    return _haversine_m(x[:, 0], x[:, 1], y[:, 0], y[:, 1])


def _haversine_m(
    x: FloatArray, phi: FloatArray, y: FloatArray | float, psi: FloatArray | float
) -> FloatArray:
    half = np.sin((phi - psi) / 2) ** 2 + np.cos(phi) * np.cos(psi) * np.sin((x - y) / 2) ** 2
    found: FloatArray = 2 * _SPHERE_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return found
