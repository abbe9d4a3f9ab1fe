"""A predictive distribution kept as its quantile function at fixed probabilities.

Every function takes ``p`` (shape (k,), rising, between 0 and 1) and ``q`` (shape (k, ...), rising
along the first axis, any float dtype, kept). Between two probabilities the value is linear in the
normal score; beyond the first and the last it stays. All numbers follow from that one function.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from layers.errors import BadParameterError
from layers.interpolation.distribution import Bands
from layers.interpolation.parameters import FloatArray


def quantile(p: FloatArray, q: Bands, at: float) -> Bands:
    """Value not exceeded with probability ``at``, 0 < at < 1.

    Raises
    ------
    BadParameterError
        If ``at`` is not between 0 and 1.
    """
    if not 0.0 < at < 1.0:
        raise BadParameterError(f"a quantile of {at} was asked; it lies between 0 and 1.")
    score, wanted = ndtri(p), float(ndtri(at))
    i = int(np.clip(np.searchsorted(score, wanted) - 1, 0, len(p) - 2))
    share = np.clip((wanted - score[i]) / (score[i + 1] - score[i]), 0.0, 1.0)
    return np.asarray(q[i] + q.dtype.type(share) * (q[i + 1] - q[i]))


def moments(p: FloatArray, q: Bands) -> tuple[Bands, Bands]:
    """Mean and standard deviation, exact for the function between its probabilities.

    Notes
    -----
    On a piece q = a + b u with u standard normal between two scores s and t:
    E[u] and E[u²] are phi(s) - phi(t) and P + s phi(s) - t phi(t), P = Phi(t) - Phi(s).
    Source: Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions 1, 13.10.
    """
    u = ndtri(p)
    density = np.exp(-0.5 * u * u) / np.sqrt(2.0 * np.pi)
    mass, first = np.diff(p), -np.diff(density)
    second = mass - np.diff(u * density)
    base = np.asarray(q, dtype=np.float64)
    slope = np.diff(base, axis=0) / np.diff(u).reshape(-1, *[1] * (base.ndim - 1))
    start = base[:-1] - slope * u[:-1].reshape(-1, *[1] * (base.ndim - 1))

    def over(weights: FloatArray, values: FloatArray) -> FloatArray:
        return np.asarray(np.tensordot(weights, values, axes=1))

    mean = p[0] * base[0] + (1 - p[-1]) * base[-1] + over(mass, start) + over(first, slope)
    # around the mean: squares of large numbers would cancel
    start = start - mean
    square = p[0] * (base[0] - mean) ** 2 + (1 - p[-1]) * (base[-1] - mean) ** 2
    square = square + over(mass, start**2) + over(second, slope**2)
    square = square + 2.0 * over(first, start * slope)
    return np.asarray(mean, q.dtype), np.asarray(np.sqrt(np.maximum(square, 0.0)), q.dtype)


def exceedance(p: FloatArray, q: Bands, threshold: float) -> Bands:
    """Probability that the value exceeds ``threshold``; NaN stays NaN."""
    u = ndtri(p)
    below = np.where(np.isnan(q[0]), np.nan, 0.0)
    level = np.asarray(np.full(q.shape[1:], -np.inf))
    for low, high, s, t in zip(q[:-1], q[1:], u[:-1], u[1:], strict=True):
        inside = (low <= threshold) & (threshold < high)
        share = np.divide(threshold - low, high - low, out=np.zeros_like(low), where=inside)
        level = np.where(inside, s + share * (t - s), level)
    level = np.where(threshold >= q[-1], np.inf, level)
    return np.asarray(ndtr(-level) + below, q.dtype)


def of_samples(values: ArrayLike, p: FloatArray) -> FloatArray:
    """Quantile function, shape (k, m), of equally likely values, shape (m, samples)."""
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=1)
    place = np.clip(p * ordered.shape[1] - 0.5, 0, ordered.shape[1] - 1)
    low = place.astype(np.intp)
    high = np.minimum(low + 1, ordered.shape[1] - 1)
    found = ordered[:, low] + (place - low) * (ordered[:, high] - ordered[:, low])
    return np.asarray(found.T)
