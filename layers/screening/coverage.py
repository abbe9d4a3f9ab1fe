"""Which stations surround a place, how far they are, and in which direction there is none."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.geo import GEOD, Point

FloatArray = NDArray[np.float64]
_DOUBT = 1.03
"""What is farther than by this factor, in squares on a sphere, is farther on the ellipsoid too:
distances on the two differ by 0.6 % at most, their squares by 1.2 %, one way or the other."""


class Spread:
    """Where stations are, with what their distances from any place need of them.

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        Degrees, WGS 84.
    """

    def __init__(self, lon: FloatArray, lat: FloatArray) -> None:
        self.lon, self.lat = lon, lat
        self._x, self._phi = np.radians(lon), np.radians(lat)
        self._cos = np.cos(self._phi)

    def nearest(self, place: Point, count: int) -> list[int]:
        """Return those that may be among the nearest, rising: only these are worth a geodesic."""
        if len(self.lon) <= count:
            return list(range(len(self.lon)))
        y, psi = np.radians(place.lon), np.radians(place.lat)
        # The squared half chord of a sphere, which does not lose what is near as a cosine does.
        across = np.sin((self._x - y) / 2) ** 2
        chord = np.sin((self._phi - psi) / 2) ** 2 + self._cos * np.cos(psi) * across
        reach = np.partition(chord, count - 1)[count - 1]
        found: list[int] = np.flatnonzero(chord <= reach * _DOUBT).tolist()
        return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """The nearest stations of a place.

    ``order`` indexes the stations handed in, nearest first; ``distance_m`` and ``azimuth_deg``
    follow it. ``gap_deg`` is the largest angle, seen from the place, that holds none of them: 360
    with one station or none.
    """

    order: list[int]
    distance_m: list[float]
    azimuth_deg: list[float]
    gap_deg: float


def coverage(place: Point, stations: Spread, *, count: int = 5) -> Coverage:
    """Return the ``count`` nearest stations of ``place`` and the largest angle between them.

    Parameters
    ----------
    place : Point
        Where one stands.
    stations : Spread
        Of which stations.
    count : int
        How many of them are looked at.

    Notes
    -----
    The azimuthal gap is the field's measure of how well a place is surrounded: below 180 degrees
    there are stations on all sides.
    """
    ways = []
    for i in stations.nearest(place, count):
        # One by one: a handful in an array costs twenty times as much.
        azimuth, _, distance_m = GEOD.inv(
            place.lon, place.lat, float(stations.lon[i]), float(stations.lat[i])
        )
        ways.append((distance_m, i, azimuth % 360.0))
    ways = sorted(ways)[:count]
    sides = sorted(azimuth for _, _, azimuth in ways)
    gap = 360.0
    if len(sides) > 1:
        gaps = [after - side for side, after in itertools.pairwise([*sides, sides[0] + 360.0])]
        # Rounding may leave a hair more than the whole circle between two stations at one place.
        gap = min(360.0, max(gaps))
    return Coverage([w[1] for w in ways], [w[0] for w in ways], [w[2] for w in ways], gap)
