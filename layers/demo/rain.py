"""Rain that never fell: weather systems of moving cells, a function of (seed, place, time).

Every 12 hours a number of systems may be born in the region; how likely, follows the season and
the latitude (spring rain in the south, summer rain in the north). A system drifts eastwards and
carries twelve cells; each cell has a Gaussian footprint and a rise and fall of its own. Sizes,
speeds and rates are those of ordinary frontal showers; they were chosen, not fitted.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from layers.demo import chance
from layers.demo.network import StationTable

FloatArray = NDArray[np.float64]

_EPOCH_H = 12
_STEPS_PER_HOUR = 6
_LONGEST_LIFE_H = 20.0
_SYSTEMS, _CELLS = 10, 12
_HOURS_PER_YEAR = 8766.0
# The region of births, km east and north of 46 E 34 N; systems drift in from the west.
_EAST_KM, _NORTH_KM = (-350.0, 3200.0), (0.0, 2500.0)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Columns of cells: where each would be at hour 0, its drift, size, life and greatest rate."""

    x0_km: FloatArray
    y0_km: FloatArray
    east_km_h: FloatArray
    north_km_h: FloatArray
    radius_km: FloatArray
    begin_h: FloatArray
    life_h: FloatArray
    peak_mm_h: FloatArray


def rate_mm_h(seed: int, x_km: FloatArray, y_km: FloatArray, hours: FloatArray) -> FloatArray:
    """Return rain rates in mm/h, shape (points, times).

    Parameters
    ----------
    seed : int
        Names the weather.
    x_km, y_km : array of float, shape (points,)
        Places on the plane of ``network.plane_km``.
    hours : array of float, shape (times,)
        Instants in hours since 1970-01-01T00:00Z, rising.
    """
    first = int((hours[0] - _LONGEST_LIFE_H) // _EPOCH_H)
    last = int(hours[-1] // _EPOCH_H)
    rate = np.zeros((x_km.size, hours.size))
    for epoch in range(first, last + 1):
        cells = _cells(seed, epoch)
        age = (hours[:, None] - cells.begin_h) / cells.life_h
        # Pairs of an instant and a cell that is alive then, in the order of the instants.
        time, cell = np.nonzero((age > 0) & (age < 1))
        if time.size == 0:
            continue
        peak = cells.peak_mm_h[cell] * np.sin(np.pi * age[time, cell]) ** 2
        scale = 1.0 / cells.radius_km[cell]
        east = (cells.x0_km + cells.east_km_h * hours[:, None])[time, cell] * scale
        north = (cells.y0_km + cells.north_km_h * hours[:, None])[time, cell] * scale
        squared = (np.outer(x_km, scale) - east) ** 2 + (np.outer(y_km, scale) - north) ** 2
        instants, starts = np.unique(time, return_index=True)
        rate[:, instants] += np.add.reduceat(peak * np.exp(-0.5 * squared), starts, axis=1)
    # Below a twentieth of a millimetre per hour the Gaussian skirt is drizzle that wets nothing.
    return np.where(rate < 0.05, 0.0, rate)


def precipitation(table: StationTable, hour: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the millimetres that fell within an hour, and their unknown deviations, shape (n,).

    ``hour`` counts hours since 1970-01-01T00:00Z; the rain is that which washes out in ``dose``.
    """
    steps = hour + (np.arange(_STEPS_PER_HOUR) + 0.5) / _STEPS_PER_HOUR
    fallen = rate_mm_h(seed, table.x_km, table.y_km, steps).mean(axis=1)
    return fallen, np.full_like(fallen, np.nan)


@lru_cache(maxsize=64)
def _cells(seed: int, epoch: int) -> _Cells:
    """Return the cells of the systems born in one epoch: a pure function, kept for speed."""

    def per_system(word: str) -> FloatArray:
        return chance.uniform(seed, f"rain/{word}", np.arange(_SYSTEMS, dtype=np.uint64), epoch)

    birth = epoch * _EPOCH_H + _EPOCH_H * per_system("birth")
    x = _EAST_KM[0] + (_EAST_KM[1] - _EAST_KM[0]) * per_system("x")
    y = _NORTH_KM[0] + (_NORTH_KM[1] - _NORTH_KM[0]) * per_system("y")
    born = np.flatnonzero(per_system("born") < _likelihood(y, birth))
    life = 8.0 + (_LONGEST_LIFE_H - 8.0) * per_system("life")
    east = 15.0 + 35.0 * per_system("east")
    north = 30.0 * (per_system("north") - 0.5)

    index = np.arange(_SYSTEMS * _CELLS, dtype=np.uint64)

    def per_cell(word: str) -> FloatArray:
        return chance.uniform(seed, f"rain/cell/{word}", index, epoch).reshape(_SYSTEMS, _CELLS)

    def scatter(word: str) -> FloatArray:
        drawn = chance.normal(seed, f"rain/cell/{word}", index, epoch)
        return 130.0 * drawn.reshape(_SYSTEMS, _CELLS)

    cell_life = 2.0 + 4.0 * per_cell("life")
    begin = birth[:, None] + (life[:, None] - cell_life) * per_cell("begin")
    x0 = x[:, None] + scatter("x") - east[:, None] * birth[:, None]
    y0 = y[:, None] + scatter("y") - north[:, None] * birth[:, None]
    still = np.zeros((_SYSTEMS, _CELLS))
    return _Cells(
        x0_km=x0[born].ravel(),
        y0_km=y0[born].ravel(),
        east_km_h=(east[:, None] + still)[born].ravel(),
        north_km_h=(north[:, None] + still)[born].ravel(),
        radius_km=(20.0 + 50.0 * per_cell("radius"))[born].ravel(),
        begin_h=begin[born].ravel(),
        life_h=cell_life[born].ravel(),
        # Exponential rates with mean 3 mm/h: most showers are light, a few are heavy.
        peak_mm_h=(-3.0 * np.log(per_cell("peak")))[born].ravel(),
    )


def _likelihood(y_km: FloatArray, hour: FloatArray) -> FloatArray:
    """Return the probability that a system is born at that latitude in that season."""
    season = 2.0 * np.pi * hour / _HOURS_PER_YEAR
    south = 0.40 + 0.35 * np.cos(season - 2.0 * np.pi * 75 / 365)  # wettest in mid-March
    north = 0.45 + 0.20 * np.cos(season - 2.0 * np.pi * 190 / 365)  # wettest in early July
    share = 1.0 / (1.0 + np.exp(-(y_km - 1300.0) / 200.0))  # about 45.7 N
    return np.asarray(share * north + (1.0 - share) * south, dtype=np.float64)
