"""Hazard curves at a place, and the words of time they are told in.

A *return period* T is the inverse of the annual **rate** of exceedance; the annual **probability**
of at least one exceedance is 1 - exp(-rate). They agree below a tenth and part above: no axis or
column ever leaves open which of them it shows.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInputError

FloatArray = NDArray[np.floating[Any]]

RETURN_PERIODS_Y = (475.0, 975.0, 2475.0, 10_000.0)
"""10, 5 and 2 % in 50 years, and the level that plants are designed to."""
_ROUNDED = 0.002
"""475 stands for 474.56 years: within this share, a return period is the one that was asked."""


def annual_rate(return_period_y: float) -> float:
    """Return the mean annual rate of exceedance, in 1/year."""
    if not return_period_y > 0:
        raise BadInputError(f"a return period is above 0 years, not {return_period_y:g}")
    return 1 / return_period_y


def probability(rate: float, years: float = 1.0) -> float:
    """Return the probability of at least one exceedance in ``years``, of a Poisson process."""
    return -math.expm1(-rate * years)


def return_period_y(chance: float, years: float) -> float:
    """Return the return period of a probability of exceedance in ``years``.

    Ten per cent in 50 years are 474.56 years.
    """
    if not (0 < chance < 1 and years > 0):
        raise BadInputError(f"a probability of {chance:g} in {years:g} years has no return period")
    return -years / math.log1p(-chance)


def same_period(a: float, b: float) -> bool:
    """Tell whether two return periods are one, rounded or not (475 and 474.56)."""
    return abs(a - b) <= _ROUNDED * max(a, b)


def between_periods(
    periods_y: FloatArray, values: FloatArray, period_y: float
) -> NDArray[np.float64]:
    """Return values at a return period, straight in log-log between its neighbours.

    Parameters
    ----------
    periods_y : array of float, shape (n,)
        Rising strictly, above 0.
    values : array of float, shape (n, ...)
        Accelerations in g at each of them; NaN where unknown.
    period_y : float
        Where to look.

    Returns
    -------
    array of float, shape (...)
        NaN beyond the first and last period, and where a neighbour that is needed is unknown or
        not above 0: nothing is carried on beyond what a model says.

    Notes
    -----
    ln a(T) = ln a1 + (ln a2 - ln a1) ln(T/T1) / ln(T2/T1); with rate = 1/T it is the usual straight
    line between points of a hazard curve on two logarithmic axes.
    """
    held = np.asarray(values, float)
    for i, known in enumerate(periods_y):
        if same_period(float(known), period_y):
            return np.array(held[i], float)
    after = int(np.searchsorted(periods_y, period_y))
    if not 0 < after < len(periods_y):
        return np.full(held.shape[1:], np.nan)
    low, high = held[after - 1], held[after]
    share = math.log(period_y / periods_y[after - 1]) / math.log(
        periods_y[after] / periods_y[after - 1]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.exp((1 - share) * np.log(low) + share * np.log(high))
    return np.where((low > 0) & (high > 0), found, np.nan)


@dataclass(frozen=True, slots=True)
class HazardCurve:
    """Peak acceleration by return period at one place, of one model.

    ``periods_y`` rise strictly; ``pga_g`` belong to them and never fall.
    """

    periods_y: tuple[float, ...]
    pga_g: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.periods_y) != len(self.pga_g) or not self.periods_y:
            raise BadInputError("a hazard curve has one acceleration for each return period")
        numbers = (*self.periods_y, *self.pga_g)
        if not all(map(math.isfinite, numbers)) or min(*self.periods_y, 1) <= 0:
            raise BadInputError("a hazard curve is of finite numbers, its return periods above 0")
        if any(np.diff(self.periods_y) <= 0) or any(np.diff(self.pga_g) < 0):
            raise BadInputError("a hazard curve falls: rarer motion cannot be weaker")

    @property
    def rates(self) -> tuple[float, ...]:
        """Mean annual rates of exceedance of ``pga_g``, in 1/year."""
        return tuple(annual_rate(period) for period in self.periods_y)

    def pga_at(self, period_y: float) -> float | None:
        """Return the acceleration in g at a return period; None beyond what the curve says."""
        found = float(between_periods(np.array(self.periods_y), np.array(self.pga_g), period_y))
        return None if math.isnan(found) else found
