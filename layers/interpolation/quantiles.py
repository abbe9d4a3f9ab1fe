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


def likely(p: FloatArray, q: Bands, count: int) -> Bands:
    """Equally likely values, shape (count, ...), rising along the first axis."""
    score, wanted = ndtri(p), ndtri((np.arange(count) + 0.5) / count)
    i = np.clip(np.searchsorted(score, wanted) - 1, 0, len(p) - 2)
    share = np.clip((wanted - score[i]) / (score[i + 1] - score[i]), 0.0, 1.0)
    share = share.astype(q.dtype).reshape(-1, *[1] * (q.ndim - 1))
    return np.asarray(q[i] + share * (q[i + 1] - q[i]))


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
    return np.asarray(ndtr(score(p, q, threshold)), q.dtype)


def score(p: FloatArray, q: Bands, threshold: float) -> Bands:
    """Normal score of ``exceedance``: infinite where that is certain, NaN where a cell is NaN."""
    u = ndtri(p).astype(q.dtype)
    passed = np.zeros(q.shape[1:], np.min_scalar_type(len(p)))
    for value in q:
        passed += value <= threshold
    piece = np.clip(passed, 1, len(p) - 1).astype(np.intp)[None]
    low, high = (np.take_along_axis(q, piece - back, axis=0)[0] for back in (1, 0))
    inside = (passed > 0) & (passed < len(p))
    share = np.zeros_like(low)
    np.divide(threshold - low, high - low, out=share, where=inside)
    s, t = (u[piece[0] - back] for back in (1, 0))
    found = -(s + share * (t - s))
    found[passed == 0] = np.inf
    found[passed == len(p)] = -np.inf
    found[np.isnan(q[0])] = np.nan
    return np.asarray(found)


def of_samples(values: ArrayLike, p: FloatArray) -> FloatArray:
    """Quantile function, shape (k, m), of equally likely values, shape (m, samples)."""
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=1)
    place = np.clip(p * ordered.shape[1] - 0.5, 0, ordered.shape[1] - 1)
    low = place.astype(np.intp)
    high = np.minimum(low + 1, ordered.shape[1] - 1)
    found = ordered[:, low] + (place - low) * (ordered[:, high] - ordered[:, low])
    return np.asarray(found.T)
