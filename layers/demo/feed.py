"""The simulated feed: hourly observations of every station, with the gaps of a real network."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from layers import temporal, units
from layers.demo import air, chance, dose, rain
from layers.demo.network import StationTable, station_table
from layers.errors import BadInstantError
from layers.model import Context, Observation, Status

FloatArray = NDArray[np.float64]

SEED = 20261123
CONTEXT = Context.SIMULATED
DETECTOR = "simulated"
MISSING_SHARE = 0.01

_Simulation = Callable[[StationTable, int, int], tuple[FloatArray, FloatArray]]
SIMULATIONS: Mapping[str, _Simulation] = {
    "ambient_dose_rate": dose.dose_rate,
    "pm2_5": air.pm2_5,
    "precipitation": rain.precipitation,
}


def simulate(
    quantity: str, begin_time: datetime, seed: int = SEED
) -> tuple[FloatArray, FloatArray]:
    """Return values and standard deviations of all stations for one hour.

    Parameters
    ----------
    quantity : str
        ``ambient_dose_rate`` (nSv/h), ``pm2_5`` (ug/m3) or ``precipitation`` (mm).
    begin_time : datetime
        Aware, on the full hour; the hour is [begin_time, begin_time + 1 h).
    seed : int
        Names the world that is simulated.

    Returns
    -------
    values, standard deviations : array of float, shape (stations,)
        In the order of ``station_table().stations``; NaN where nothing was reported, and in place
        of a deviation that is not known. Each number is a function of (seed, station, hour) alone.

    Raises
    ------
    BadInstantError
        Unless the time is aware and on the full hour.
    UnknownQuantityError
        For a quantity that is not simulated.
    """
    if quantity not in SIMULATIONS:
        raise units.UnknownQuantityError(
            f'"{quantity}" is not simulated; known are {", ".join(SIMULATIONS)}'
        )
    hour = _hour(begin_time)
    table = station_table()
    value, sd = SIMULATIONS[quantity](table, hour, seed)
    silent = _silent(table, hour, seed)
    lost = chance.uniform(seed, f"lost/{quantity}", table.keys, hour) < MISSING_SHARE
    gap = silent | lost | np.isnan(value)
    return np.where(gap, np.nan, value), np.where(gap, np.nan, sd)


def feed(begin_time: datetime, seed: int = SEED) -> Iterator[Observation]:
    """Yield the observations of one hour, all quantities; a gap yields nothing.

    The caller stores them under ``CONTEXT``, which is ``simulated``. Values carry the decimals of
    their quantity, as an instrument would send them.
    """
    for quantity in SIMULATIONS:
        facts = units.QUANTITIES[quantity]
        value, sd = simulate(quantity, begin_time, seed)
        for i in np.flatnonzero(np.isfinite(value)):
            sent = f"{value[i]:.{facts.decimals}f}"
            yield Observation(
                station_code=station_table().stations[i].code,
                quantity=quantity,
                begin_time=begin_time,
                end_time=begin_time + temporal.HOUR,
                value=float(sent),
                sd=round(float(sd[i]), 2) if np.isfinite(sd[i]) else None,
                source_value=sent,
                source_unit=facts.unit,
                status=Status.RAW,
                detector=DETECTOR,
            )


def _silent(table: StationTable, hour: int, seed: int) -> NDArray[np.bool_]:
    """Return which station is silent: each week one station, on one day (UTC)."""
    week, day = divmod(hour // 24, 7)
    one = chance.keys(["day"])
    chosen_day = int(7 * chance.uniform(seed, "silent/day", one, week)[0])
    silent = np.zeros(len(table.stations), dtype=bool)
    if day == chosen_day:
        silent[np.argmin(chance.uniform(seed, "silent/station", table.keys, week))] = True
    return silent


def _hour(begin_time: datetime) -> int:
    if begin_time.tzinfo is None or temporal.floor_hour(begin_time) != begin_time:
        raise BadInstantError(
            f"{begin_time.isoformat()} is not the beginning of an hour in UTC, "
            "such as 2026-11-23T09:00:00Z"
        )
    return temporal.epoch_s(begin_time) // 3600
