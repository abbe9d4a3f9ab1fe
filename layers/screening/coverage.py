"""Which stations surround a place, how far they are, and in which direction there is none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.geo import GEOD, Point

FloatArray = NDArray[np.float64]
_DOUBT = 1.03
"""What is farther than by this factor, in squares on a sphere, is farther on the ellipsoid too:
distances on the two differ by 0.6 % at most, their squares by 1.2 %, one way or the other."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The nearest stations of a place.

    ``order`` indexes the stations handed in, nearest first; ``distance_m`` and ``azimuth_deg``
    follow it. ``gap_deg`` is the largest angle, seen from the place, that holds none of them: 360
    with one station or none.
    """

    order: NDArray[np.intp]
    distance_m: FloatArray
    azimuth_deg: FloatArray
    gap_deg: float


def coverage(place: Point, lon: FloatArray, lat: FloatArray, *, count: int = 5) -> Coverage:
    """Return the ``count`` nearest stations of ``place`` and the largest angle between them.

    Parameters
    ----------
    place : Point
        Where one stands.
    lon, lat : array of float, shape (n,)
        The stations, degrees, WGS 84.
    count : int
        How many of them are looked at.

    Notes
    -----
    The azimuthal gap is the field's measure of how well a place is surrounded: below 180 degrees
    there are stations on all sides.
    """
    near = _nearest(place, lon, lat, count)
    n = len(near)
    azimuth, _, distance = GEOD.inv(
        np.full(n, place.lon), np.full(n, place.lat), lon[near], lat[near]
    )
    first = np.argsort(distance, kind="stable")[:count]
    order, distance = near[first], np.asarray(distance)[first]
    around = np.asarray(azimuth)[first] % 360.0
    sides = np.sort(around)
    gaps = np.diff(np.append(sides, sides[:1] + 360.0))
    # Rounding may leave a hair more than the whole circle between two stations at one place.
    gap = min(360.0, float(gaps.max(initial=0.0))) if len(sides) > 1 else 360.0
    return Coverage(order, distance, around, gap)


def _nearest(place: Point, lon: FloatArray, lat: FloatArray, count: int) -> NDArray[np.intp]:
    """Return those that may be among the nearest, rising: only these are worth a geodesic."""
    if len(lon) <= count:
        return np.arange(len(lon))
    x, y, phi, psi = (np.radians(v) for v in (lon, place.lon, lat, place.lat))
    # The squared half chord of a sphere, which does not lose what is near as a cosine does.
    chord = np.sin((phi - psi) / 2) ** 2 + np.cos(phi) * np.cos(psi) * np.sin((x - y) / 2) ** 2
    reach = np.partition(chord, count - 1)[count - 1]
    return np.flatnonzero(chord <= reach * _DOUBT)
