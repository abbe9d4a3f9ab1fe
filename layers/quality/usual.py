"""Whether a value is normal for its place: measured against the station's own last month.

A station is its own best reference: ground, altitude and instrument stay what they are. What
moves the dose rate of a place from day to day is rain, which washes radon progeny out of the air
for some hours, so hours after rain are compared with hours after rain.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

HISTORY = timedelta(days=30)
"""Near enough for the season to be the same, long enough for rain and dry days."""
LEAST_HOURS = 48
"""Below two days nothing is said to be usual."""
LEAST_LIKE = 24
"""Hours of the same weather below which all hours are compared with."""
WET_MM, WET_HOURS = 0.1, 3
"""A tenth of a millimetre within three hours: the progeny decay within about that time
(half-lives of 27 and 20 minutes)."""
USUAL = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Usual:
    """What a station read before: nine hours of ten lay between ``low`` and ``high``.

    ``below`` is the share of those hours that read less than the value, None without a value.
    ``weather`` tells which hours were compared: ``dry``, ``wet`` or ``all``. ``rain_mm`` is what
    fell in the three hours up to the end of the hour, None where nobody measured it.
    """

    hours: int
    low: float
    median: float
    high: float
    below: float | None
    weather: str
    rain_mm: float | None


def usual(value: FloatArray, rain_mm: FloatArray) -> Usual | None:
    """Return what is usual for a place, for the last of some hours.

    Parameters
    ----------
    value : array of float, shape (hours,)
        What the station read, one value an hour without a break, NaN where there is none. The last
        one is the hour that is judged; it is no part of what it is compared with.
    rain_mm : array of float, shape (hours,)
        Precipitation of the same hours in mm, NaN where it was not measured.

    Returns
    -------
    Usual or None
        None where there are fewer than ``LEAST_HOURS`` values before.
    """
    before, now = value[:-1], value[-1]
    known = ~np.isnan(before)
    if known.sum() < LEAST_HOURS:
        return None
    fallen = _fallen(rain_mm)
    weather, like = "all", known
    if not np.isnan(fallen[-1]):
        wet = bool(fallen[-1] >= WET_MM)
        same = known & ((fallen[:-1] >= WET_MM) if wet else (fallen[:-1] < WET_MM))
        if same.sum() >= LEAST_LIKE:
            weather, like = ("wet" if wet else "dry"), same
    low, median, high = np.quantile(before[like], USUAL)
    below = None if np.isnan(now) else float(np.mean(before[like] < now))
    rain = None if np.isnan(fallen[-1]) else float(fallen[-1])
    return Usual(int(like.sum()), float(low), float(median), float(high), below, weather, rain)


def _fallen(rain_mm: FloatArray) -> FloatArray:
    """Return the rain of each hour and the hours before it; NaN where the hour itself has none."""
    known = np.nan_to_num(rain_mm)
    total = known.copy()
    for back in range(1, WET_HOURS):
        total[back:] += known[:-back]
    total[np.isnan(rain_mm)] = np.nan
    return total
