"""Lines around a site for a drawing: kilometres east and north of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.model import CandidateSite
from layers.screening import to_points
from layers.siting.loaded import Loaded

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lines:
    """Parts of shape (n, 2), in km east and north; stations (n, 2)."""

    borders: list[FloatArray]
    waters: list[FloatArray]
    faults: list[FloatArray]
    stations: FloatArray


NOTHING = Lines([], [], [], np.empty((0, 2)))
"""For what is said in words alone."""


def lines_around(site: CandidateSite, loaded: Loaded, reach_km: float) -> Lines:
    """Return what a drawing of a site shows beside circles and earthquakes."""
    place, reach_m = site.place, reach_km * 1000
    around = loaded.surroundings
    lon = np.array([s.lon for s in loaded.stations])
    lat = np.array([s.lat for s in loaded.stations])
    ways = to_points(place, lon, lat)
    near = ways.distance_m <= reach_m
    angle = np.radians(ways.azimuth_deg[near])
    far = ways.distance_m[near, None] / 1000
    return Lines(
        [part / 1000 for part in around.borders.around(place, reach_m)],
        [part / 1000 for part in around.lakes.around(place, reach_m)],
        [part / 1000 for t in loaded.faults for part in t.shapes.around(place, reach_m)],
        far * np.column_stack([np.sin(angle), np.cos(angle)]),
    )
