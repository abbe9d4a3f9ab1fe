"""Which stations surround a place, how far they are, and in which direction there is none."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.geo import GEOD, Point

FloatArray = NDArray[np.float64]
_DOUBT = 1.03
"""What is farther than by this factor, in squares on a sphere, is farther on the ellipsoid too:
distances on the two differ by 0.6 % at most, their squares by 1.2 %, one way or the other."""
_HAIR = 1e-13
"""A cosine tells nothing below this of 1, which is 3 m: all that is as near is measured."""


class Spread:
    """Where stations are, with what their distances from any place need of them.

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        Degrees, WGS 84.
    """

    def __init__(self, lon: FloatArray, lat: FloatArray) -> None:
        self.lon, self.lat = lon, lat
        phi = np.radians(lat)
        x, y = np.cos(np.radians(lon)) * np.cos(phi), np.sin(np.radians(lon)) * np.cos(phi)
        self._xyz = np.stack((x, y, np.sin(phi)))

    def nearest(self, place: Point, count: int) -> list[int]:
        """Return those that may be among the nearest, rising: only these are worth a geodesic."""
        if len(self.lon) <= count:
            return list(range(len(self.lon)))
        lam, phi = math.radians(place.lon), math.radians(place.lat)
        here = (math.cos(lam) * math.cos(phi), math.sin(lam) * math.cos(phi), math.sin(phi))
        far = 1.0 - np.dot(here, self._xyz)
        ranked = far.copy()
        ranked.partition(count - 1)
        found: list[int] = (far <= ranked[count - 1] * _DOUBT + _HAIR).nonzero()[0].tolist()
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
            place.lon, place.lat, stations.lon.item(i), stations.lat.item(i)
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
