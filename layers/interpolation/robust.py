"""Values that stand far out, kept from bending the surface around everybody else."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from layers.interpolation.parameters import FloatArray

BoolArray = NDArray[np.bool_]

FAR = 6.0
"""Standard deviations from which a value stands out by itself."""
SUSPECT, CHANGED = 3.0, 1.0
"""The same for a value whose neighbours all disagree, and for one that left its own past."""
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


def against_history(z: FloatArray, history: FloatArray) -> BoolArray:
    """Which of n sites left their own past, shape (n, d) with NaN for a missing day.

    Notes
    -----
    Today minus the median of the site's past, against the same difference of all sites (a rise
    everywhere is weather, not news). A site without two days of past cannot stand out.
    """
    known = np.isfinite(history).sum(axis=1) >= PAST
    far = np.zeros(len(z), dtype=np.bool_)
    if np.count_nonzero(known) >= 4:
        residual = z[known] - np.nanmedian(history[known], axis=1)
        far[known] = _far(residual, float(np.ptp(z)))
    return far


def _far(residual: FloatArray, size: float, limit: float = FAR) -> BoolArray:
    # A spread of nothing (all alike but one) must not make rounding noise stand out.
    spread = max(scale(residual), 1e-3 * size, np.finfo(np.float64).tiny)
    return np.asarray(np.abs(residual - np.median(residual)) > limit * spread)


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
