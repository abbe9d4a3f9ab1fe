"""Simulated PM2.5: winter inversions over cities, a daily cycle, washing by rain, Aral dust.

Levels between summer and winter are typed per station; their order of size follows what is known of
these cities, the numbers are not measurements.
"""

import numpy as np
from numpy.typing import NDArray

from layers.demo import chance, rain
from layers.demo.network import StationTable, plane_km

FloatArray = NDArray[np.float64]

LOCAL_UTC_OFFSET_H = 5  # both states
_HOURS_PER_YEAR = 8766.0
_ARAL_KUM = (59.5, 44.8)  # lon, lat: the dry bed of the Aral Sea
_DUST_REACH_KM = 320.0


def pm2_5(table: StationTable, hour: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return hourly means and standard deviations, shape (n,), in ug/m3; NaN without a device."""
    winter = 0.5 + 0.5 * float(np.cos(2.0 * np.pi * (hour / _HOURS_PER_YEAR - 15 / 365)))
    summer_level, winter_level = table.pm2_5_summer_ug_m3, table.pm2_5_winter_ug_m3
    level = summer_level ** (1.0 - winter) * winter_level**winter
    stagnation = chance.smooth_field(
        seed, "stagnation", table.x_km, table.y_km, hour, length_km=450.0, time_h=40.0
    )
    # Inversions make the winter air of cities far more variable than summer air.
    calm = np.exp((0.30 + 0.25 * winter) * stagnation - 0.08)
    wet = rain.rate_mm_h(seed, table.x_km, table.y_km, hour - 1.0 + np.arange(6) / 3).mean(axis=1)
    washed = np.exp(-0.35 * np.minimum(wet, 4.0))
    clean = level * daily_cycle(hour, winter) * calm * washed + dust_ug_m3(table, hour, seed)
    value = clean * np.exp(0.08 * chance.normal(seed, "pm2_5", table.keys, hour))
    return np.maximum(value, 1.0), np.hypot(1.5, 0.08 * clean)


def daily_cycle(hour: int, winter: float) -> float:
    """Return the factor of the local hour; ``winter`` from 0 to 1 sharpens its two peaks."""
    local = (hour + LOCAL_UTC_OFFSET_H) % 24
    morning = np.exp(-0.5 * ((local - 8.0) / 2.0) ** 2)
    # The evening peak lasts past midnight.
    evening = np.exp(-0.5 * (((local - 21.0 + 12.0) % 24.0 - 12.0) / 3.0) ** 2)
    return float(0.8 + (0.25 + 0.25 * winter) * morning + (0.3 + 0.4 * winter) * evening)


def dust_ug_m3(table: StationTable, hour: int, seed: int) -> FloatArray:
    """Return dust from the dry bed of the Aral Sea, shape (n,): rare, mostly from March to July."""
    x, y = plane_km(np.array([_ARAL_KUM[0]]), np.array([_ARAL_KUM[1]]))
    storm = chance.smooth_field(seed, "dust", x, y, hour, length_km=600.0, time_h=14.0)
    season = 0.3 + 0.7 * max(0.0, float(np.cos(2.0 * np.pi * (hour / _HOURS_PER_YEAR - 130 / 365))))
    distance = np.hypot(table.x_km - x, table.y_km - y)
    near = np.exp(-0.5 * (distance / _DUST_REACH_KM) ** 2)
    return np.asarray(160.0 * season * np.maximum(storm - 1.2, 0.0) * near, dtype=np.float64)
