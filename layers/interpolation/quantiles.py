"""A predictive distribution kept as its quantile function at fixed probabilities.

Every function takes ``p`` (shape (k,), rising, between 0 and 1) and ``q`` (shape (k, ...), rising
along the first axis, any float dtype, kept). Between two probabilities the value is linear in the
normal score; beyond the first and the last it stays. All numbers follow from that one function.
"""

import functools

import numpy as np
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


def mean(p: FloatArray, q: Bands) -> Bands:
    """Expected value, exact for the function between its probabilities: a weighted sum."""
    weights, _, _ = _weights(tuple(p))
    found = q.dtype.type(weights[0]) * q[0]
    for weight, value in zip(weights[1:], q[1:], strict=True):
        found += q.dtype.type(weight) * value
    return np.asarray(found)


def sd(p: FloatArray, q: Bands) -> Bands:
    """Standard deviation, exact for the function between its probabilities."""
    _, squares, products = _weights(tuple(p))
    # Around the mean: squares of large numbers would cancel.
    centre = mean(p, q)
    here = q[0] - centre
    variance = q.dtype.type(squares[0]) * here * here
    for square, product, value in zip(squares[1:], products, q[1:], strict=True):
        there = value - centre
        variance += there * (q.dtype.type(square) * there + q.dtype.type(product) * here)
        here = there
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


@functools.lru_cache(maxsize=8)
def _weights(probabilities: tuple[float, ...]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weights of the values, their squares and their products with the next one.

    Notes
    -----
    On a piece the value is a + (b - a) t with t from 0 to 1 linear in the score u. Between scores
    v and w, E[1], E[u] and E[u²] are P, phi(v) - phi(w) and P + v phi(v) - w phi(w), where
    P = Phi(w) - Phi(v).
    Source: Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions 1, 13.10.
    """
    p = np.array(probabilities)
    u = ndtri(p)
    density = np.exp(-0.5 * u * u) / np.sqrt(2.0 * np.pi)
    mass, first = np.diff(p), -np.diff(density)
    second = mass - np.diff(u * density)
    step = np.diff(u)
    t1 = (first - u[:-1] * mass) / step
    t2 = (second - 2.0 * u[:-1] * first + u[:-1] ** 2 * mass) / step**2
    weights, squares = np.zeros((2, len(p)))
    weights[0] = squares[0] = p[0]
    weights[-1] = squares[-1] = 1.0 - p[-1]
    weights[:-1] += mass - t1
    weights[1:] += t1
    squares[:-1] += mass - 2.0 * t1 + t2
    squares[1:] += t2
    return weights, squares, 2.0 * (t1 - t2)


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
