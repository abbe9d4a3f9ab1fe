"""Values that stand far out, kept from bending the surface around everybody else."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from layers.interpolation.parameters import FloatArray, Transform

BoolArray = NDArray[np.bool_]

FAR = 6.0
"""Standard deviations from which a value stands out by itself."""
SUSPECT, CHANGED = 3.0, 1.0
"""The same for a value whose neighbours all disagree, and for one that left its own past."""
CALM = 4.0
"""The same for a value that tells nothing of how calm the others are."""
NEIGHBOURS = 8
PAST = 2
"""Days of its own that a site needs before a change can be told."""
MAD = 1.4826
"""Median absolute deviation to standard deviation under a normal distribution."""


def scale(residual: FloatArray) -> float:
    """Robust standard deviation of residuals around their median."""
    return float(MAD * np.median(np.abs(residual - np.median(residual))))


def among_neighbours(
    x_m: FloatArray, y_m: FloatArray, z: FloatArray, far: float = FAR
) -> BoolArray:
    """Which of n sites differ from the median of their nearest ones as none should.

    Notes
    -----
    The first look, before any parameter is known, so that the parameters are not learnt from
    the values that stand out; the fitted model has the last word (``extra_noise``).
    """
    if len(z) < 4:
        return np.zeros(len(z), dtype=np.bool_)
    xy = np.stack([x_m, y_m], axis=1)
    k = min(NEIGHBOURS, len(z) - 1)
    _, near = cKDTree(xy).query(xy, k=np.arange(2, k + 2))
    residual = z - np.median(z[near], axis=1)
    return _far(residual, float(np.ptp(z)), far)


def expected(z: FloatArray, history: FloatArray) -> tuple[BoolArray, FloatArray, float]:
    """What each of n sites would show today by its own past, shape (n, d), NaN for a missing day.

    Returns
    -------
    array of bool, array of float, shape (n,)
        Which sites have a past of two days or more, and what they are expected to show: the
        median of the past plus what all rose by (a rise everywhere is weather, not news); the
        value itself where there is no past.
    float
        Robust standard deviation of the difference; infinite where fewer than four sites have one.
    """
    known = np.isfinite(history).sum(axis=1) >= PAST
    usual = z.copy()
    if np.count_nonzero(known) < 4:
        return np.zeros(len(z), dtype=np.bool_), usual, np.inf
    usual[known] = np.nanmedian(history[known], axis=1)
    residual = (z - usual)[known]
    size = float(np.ptp(usual[known]))
    calm, before = np.ones(len(residual), dtype=np.bool_), -1
    centre, spread = 0.0, np.inf
    while np.count_nonzero(calm) != before:  # half of the sites may see a release
        before = int(np.count_nonzero(calm))
        centre, spread = float(np.median(residual[calm])), _spread(residual[calm], size)
        calm &= np.abs(residual - centre) <= CALM * spread
    usual[known] += centre
    return known, usual, spread


def left(z: FloatArray, history: FloatArray) -> tuple[BoolArray, FloatArray, BoolArray]:
    """Which of n sites have a past, what it lets expect, and which left it, up or down."""
    known, usual, spread = expected(z, history)
    return known, usual, np.asarray(known & (np.abs(z - usual) > FAR * spread))


def doubled(z: FloatArray, usual: FloatArray, transform: Transform) -> BoolArray:
    """Which values are more than twice the usual one, or less than half: no rain does that."""
    off, size = np.abs(z - usual), np.log(2.0) if transform == "log" else np.abs(usual)
    return np.asarray(off > size)


def together(x_m: FloatArray, y_m: FloatArray, struck: BoolArray) -> BoolArray:
    """Which of the struck sites, of n, have another one among their nearest neighbours."""
    at, found = np.flatnonzero(struck), np.zeros(len(struck), np.bool_)
    if len(at) < 2:
        return found
    xy = np.stack([x_m, y_m], axis=1)
    k = min(NEIGHBOURS + 1, len(xy))
    near = np.asarray(cKDTree(xy).query(xy[at], k=np.arange(2, k + 1))[1])
    with_other = struck[near]
    found[at[with_other.any(axis=1)]] = True
    found[near[with_other]] = True
    return found


def _far(residual: FloatArray, size: float, limit: float = FAR) -> BoolArray:
    far = np.abs(residual - np.median(residual)) > limit * _spread(residual, size)
    return np.asarray(far)


def _spread(residual: FloatArray, size: float) -> float:
    # A spread of nothing (all alike but one) must not make rounding noise stand out.
    return max(scale(residual), 1e-3 * size, float(np.finfo(np.float64).tiny))


def extra_noise(error: FloatArray, spread: FloatArray, limit: FloatArray) -> FloatArray:
    """Variance of its own for every value that the model cannot believe, 0 for the others.

    Parameters
    ----------
    error, spread : array of float, shape (n,)
        Leave-one-out error and its standard deviation.
    limit : array of float, shape (n,)
        Standard deviations, at least 1, beyond which the value is not believed.

    Notes
    -----
    The variance that makes N(error; 0, spread² + extra) largest: extra = error² - spread².
    Source: the variance shift model, Cook, Holschuh & Weisberg (1982), JRSS B 44(2).
    """
    beyond = np.abs(error) > limit * spread
    return np.where(beyond, error**2 - spread**2, 0.0)


def medians(values: FloatArray) -> FloatArray:
    """Median of what is known in each row, shape (n, m) to (n,), NaN where nothing is."""
    found = np.full(len(values), np.nan)
    some = np.isfinite(values).any(axis=1)
    found[some] = np.nanmedian(values[some], axis=1)
    return found
