"""Simulated ambient dose equivalent rate: ground, cosmic rays, washed-out progeny, counting noise.

value = terrestrial x ground(season, soil moisture, snow) + cosmic(elevation) + washout(rain),
counted by a Geiger-Mueller tube for one hour.
"""

import numpy as np
from numpy.typing import NDArray

from layers.demo import chance, rain, washout
from layers.demo.network import StationTable

FloatArray = NDArray[np.float64]

# UNSCEAR (2000), annex B: ionising component at sea level, outdoors, 31 to 32 nSv/h.
COSMIC_SEA_LEVEL_NSV_H = 32.0
# A small environmental tube: 36 counts a minute at 0.1 uSv/h.
SENSITIVITY_CPS_PER_USV_H = 6.0
COUNTS_PER_NSV_H = SENSITIVITY_CPS_PER_USV_H * 3600 / 1000
_HOURS_PER_YEAR = 8766.0


def cosmic_nsv_h(elevation_m: FloatArray) -> FloatArray:
    """Return the ionising cosmic component in nSv/h at elevations in metres.

    C(0) (0.21 exp(-1.649 z) + 0.79 exp(0.4528 z)), z in km. Source: UNSCEAR (2000), annex B.
    """
    z = elevation_m / 1000.0
    factor = 0.21 * np.exp(-1.649 * z) + 0.79 * np.exp(0.4528 * z)
    return np.asarray(COSMIC_SEA_LEVEL_NSV_H * factor, dtype=np.float64)


def ground_factor(table: StationTable, hour: int, seed: int) -> FloatArray:
    """Return what soil moisture and snow leave of the terrestrial part, shape (n,), about 1.

    Soil moisture moves it by about 2 % over days and hundreds of kilometres. Snow cover grows
    from 46 N to 52 N and takes up to 15 % in February, where 10 to 40 % have been observed.
    """
    moisture = chance.smooth_field(
        seed, "soil", table.x_km, table.y_km, hour, length_km=350.0, time_h=150.0
    )
    north = np.clip((table.lat - 46.0) / 6.0, 0.0, 1.0)
    # Deepest in the first days of February, none from May to October.
    winter = max(0.0, float(np.cos(2.0 * np.pi * (hour / _HOURS_PER_YEAR - 35 / 365))))
    return np.asarray((1.0 + 0.02 * moisture) * (1.0 - 0.15 * north * winter), dtype=np.float64)


def expected_nsv_h(table: StationTable, hour: int, seed: int) -> FloatArray:
    """Return the rates that an ideal instrument would see, shape (n,), in nSv/h.

    ``hour`` counts hours since 1970-01-01T00:00Z.
    """
    rates = rain.rate_mm_h(seed, table.x_km, table.y_km, washout.step_hours(hour))
    terrestrial = table.terrestrial_nsv_h * ground_factor(table, hour, seed)
    return terrestrial + cosmic_nsv_h(table.elevation_m) + washout.hourly_nsv_h(rates)


def dose_rate(table: StationTable, hour: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return counted hourly means and their standard deviations, both shape (n,), in nSv/h."""
    mean = expected_nsv_h(table, hour, seed) * COUNTS_PER_NSV_H
    # Hundreds of counts and more: Poisson is normal to within the rounding to whole counts.
    noise = chance.normal(seed, "counts", table.keys, hour)
    counts = np.maximum(np.rint(mean + np.sqrt(mean) * noise), 1.0)
    return counts / COUNTS_PER_NSV_H, np.sqrt(counts) / COUNTS_PER_NSV_H
