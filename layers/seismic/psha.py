"""Probabilistic seismic hazard: annual rates at which accelerations are exceeded.

Every source is a set of places with a rate of earthquakes each, all with one distribution of
magnitudes. The rate at which a level is exceeded then depends on a place only by its distance, so
that a table over distance is made once and a site is a sum over it (Cornell 1968, Engineering
seismic risk analysis, Bulletin of the Seismological Society of America 58(5), 1583-1606; McGuire
2004, Seismic hazard and risk analysis, chapter 4).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from layers.errors import BadInputError
from layers.seismic.events import Model
from layers.seismic.motion import Distances, Motion, Source

FloatArray = NDArray[np.floating[Any]]

_RINGS = 12


@dataclass(frozen=True, eq=False)
class Magnitudes:
    """A distribution of magnitudes: bins with the share of all earthquakes that each holds."""

    mw: FloatArray
    share: FloatArray


def gutenberg_richter(b: float, least: float, largest: float, step: float = 0.1) -> Magnitudes:
    """Return the doubly truncated distribution of Gutenberg and Richter, in bins.

    Parameters
    ----------
    b : float
        Slope of log10 N(M).
    least, largest : float
        Between them all earthquakes are; ``least`` < ``largest``.
    step : float
        About the width of a bin.

    Raises
    ------
    BadInputError
        For a slope or magnitudes that cannot be.

    Notes
    -----
    1 - F(m) = (10^-b(m - m0) - 10^-b(mx - m0)) / (1 - 10^-b(mx - m0)); each bin stands for its
    mean magnitude, so that a wide bin is as good as many narrow ones.
    """
    if not (0 < b < 5 and least < largest and step > 0):
        raise BadInputError(f"no magnitudes from {least:g} to {largest:g} with b = {b:g}")
    edges = np.linspace(least, largest, max(1, round((largest - least) / step)) + 1)
    beta = b * np.log(10)
    falling = np.exp(-beta * (edges - least))
    share = -np.diff(falling)
    # The mean of an exponential distribution within a bin.
    mean = (edges[:-1] * falling[:-1] - edges[1:] * falling[1:]) / share + 1 / beta
    return Magnitudes(mean, share / share.sum())


def exceeding(motion: Motion, ln_levels: FloatArray, truncation: float) -> FloatArray:
    """Return the probability that each level is exceeded, shape (levels, *sites).

    Parameters
    ----------
    motion : Motion
    ln_levels : array of float, shape (levels,)
    truncation : float
        How many deviations motion may be from its mean; 0 takes the mean alone.
    """
    shape = (len(ln_levels), *([1] * motion.mean.ndim))
    above = motion.mean - ln_levels.reshape(shape)
    if truncation == 0:
        return (above >= 0).astype(float)
    low = ndtr(-truncation)
    return np.asarray(np.clip((ndtr(above / motion.sigma) - low) / (1 - 2 * low), 0.0, 1.0))


@dataclass(frozen=True, eq=False)
class Laws:
    """Ground motion models with their weights, and the ground they are asked for."""

    models: Sequence[tuple[Model, float]]
    vs30_m_s: float
    truncation: float = 3.0


def distance_table(
    distances: Callable[[FloatArray, float], tuple[Source, Distances]],
    magnitudes: Magnitudes,
    laws: Laws,
    levels_g: FloatArray,
    km: FloatArray,
) -> FloatArray:
    """Return how likely one earthquake exceeds each level, by epicentral distance.

    Parameters
    ----------
    distances : callable
        Epicentral distances of shape (n,) and a magnitude to a source and its distances, of shape
        (n,) or (ways, n): all ways are as likely.
    levels_g : array of float, shape (levels,)
        Rising, above 0.
    km : array of float, shape (n,)
        Epicentral distances.

    Returns
    -------
    array of float, shape (levels, n)
    """
    ln_levels = np.log(levels_g)
    table = np.zeros((len(levels_g), len(km)))
    weight = sum(share for _, share in laws.models)
    for mw, share in zip(magnitudes.mw, magnitudes.share, strict=True):
        source, away = distances(km, float(mw))
        for model, part in laws.models:
            chance = exceeding(model(source, away, laws.vs30_m_s), ln_levels, laws.truncation)
            if chance.ndim == 3:
                chance = chance.mean(axis=1)
            table += share * part / weight * chance
    return table


def spread(table: FloatArray, step_km: float, width_km: float) -> FloatArray:
    """Return a table for sources that are spread around their places by a Gaussian.

    A cell of a grid whose earthquakes all lay at its centre would shake a site there far too
    often, and one between centres too seldom. With half of the distance between centres as width
    their sum is even to 1.4 %: 2 exp(-2 pi^2 / 4).

    Parameters
    ----------
    table : array of float, shape (levels, k)
        As of ``distance_table``, at 0, ``step_km``, ...
    width_km : float
        Standard deviation along each axis.
    """
    km = np.arange(table.shape[1]) * step_km
    # Rings that are as likely as each other, and directions of one side: the other mirrors it.
    part = (np.arange(_RINGS) + 0.5) / _RINGS
    found = np.zeros_like(table)
    for r in width_km * np.sqrt(-2 * np.log1p(-part)):
        for cosine in np.cos(part * np.pi):
            at = np.sqrt(np.maximum(km**2 + r**2 - 2 * km * r * cosine, 0.0)) / step_km
            low = np.minimum(at.astype(np.intp), len(km) - 2)
            share = np.minimum(at - low, 1.0)
            found += table[:, low] * (1 - share) + table[:, low + 1] * share
    return found / _RINGS**2


def probabilities(rates: FloatArray) -> FloatArray:
    """Return annual probabilities of at least one exceedance, of a Poisson process."""
    return np.asarray(-np.expm1(-np.asarray(rates, float)))


def at_return_periods(
    levels_g: FloatArray, rates: FloatArray, periods_y: Sequence[float]
) -> FloatArray:
    """Return the acceleration at each return period, straight in log-log between levels.

    Parameters
    ----------
    levels_g : array of float, shape (levels,)
    rates : array of float, shape (n, levels)
        Annual rates, falling.

    Returns
    -------
    array of float, shape (periods, n)
        NaN where the rate of even the lowest level is below that of the period, or that of the
        highest above it.
    """
    wanted = -np.log(np.asarray(periods_y, float))
    ln_levels = np.log(levels_g)
    found = np.full((len(wanted), len(rates)), np.nan)
    for i, curve in enumerate(rates):
        known = curve > 0
        ln_rate = np.log(curve[known])
        found[:, i] = (
            np.interp(-wanted, -ln_rate, ln_levels[known], left=np.nan, right=np.nan)
            if known.any()
            else np.nan
        )
    return np.asarray(np.exp(found))
