"""Background plus increment: the quantile function of the sum of two independent values."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from layers.interpolation.increment import Increment
from layers.interpolation.measured import Measured
from layers.interpolation.parameters import FloatArray, Transform

_SCORES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(16)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
TAIL = 3.5
"""Spreads on both sides by which widths are compared: the tail of an increment is far wider than
its middle."""
PASSES = 2
"""Looks at the distribution of the sum; each starts from the quantiles that the last one gave."""
END = 4
"""Values looked at around the smallest sum, and around the largest."""
CHUNK = 400
"""Targets at a time: few enough for the cache."""


def superposed(
    base: Measured, mean: FloatArray, spread: FloatArray, increment: Increment, p: FloatArray
) -> FloatArray:
    """Quantile function of the sum at m targets, shape (k, m), in the unit of the values.

    Parameters
    ----------
    base : Measured
        Background at the targets.
    mean, spread : array of float, shape (m,)
        Of the latent increment there: ``Increment.predict``.
    p : array of float, shape (k,)
        Probabilities, rising.
    """
    found = np.empty((len(p), len(mean)))
    for begin in range(0, len(mean), CHUNK):
        part = np.arange(begin, min(begin + CHUNK, len(mean)))
        found[:, part] = _superposed(base.rows(part), mean[part], spread[part], increment, p)
    return found


def _superposed(
    base: Measured, mean: FloatArray, spread: FloatArray, increment: Increment, p: FloatArray
) -> FloatArray:
    score = ndtri(p)[:, None]
    under = np.stack([base.quantile(each) for each in p])
    over = increment.value(mean + spread * score)
    middle = [base.quantile(0.5), increment.value(mean)]
    off = np.hypot(under - middle[0], over - middle[1])
    found = sum(middle) + np.where(score < 0, -off, off)
    # none at all, and the largest supposed, have chances of their own, wide as the background
    few = under[:: len(p) // END]
    ends = np.concatenate([few, increment.most + few])
    for _ in range(PASSES):
        tried = np.sort(np.concatenate([found, ends]), axis=0)
        reached = ndtri(np.clip(below(tried, base, mean, spread, increment), 1e-12, 1 - 1e-12))
        found = _read(np.maximum.accumulate(reached, axis=0), tried, score[:, 0])
    return np.maximum(np.maximum.accumulate(found, axis=0), under)  # an increment is not below 0


def below(
    value: FloatArray,
    base: Measured,
    mean: FloatArray,
    spread: FloatArray,
    increment: Increment,
) -> FloatArray:
    """Probability that the sum is at most ``value``, shape (t, m).

    Notes
    -----
    The narrower of the two is summed over (Gauss and Hermite's rule), the distribution of the
    wider one is known: so what is summed is smooth. Where the increment is the wider one, the
    chances that it is 0, or the largest supposed, are taken apart. Source of the rule: Abramowitz
    & Stegun (1964), Handbook of Mathematical Functions, 25.4.46.
    """
    spread = np.maximum(spread, 1e-9)
    wide = increment.value(mean + TAIL * spread) - increment.value(mean - TAIL * spread)
    found = np.zeros_like(value)
    for share, sigma in zip(base.share, base.sigma, strict=True):
        high, low = (_of_latent(base.mu + s * sigma, base.transform) for s in (TAIL, -TAIL))
        narrow = wide < high - low
        for at, rule in ((np.flatnonzero(narrow), _over_it), (np.flatnonzero(~narrow), _under_it)):
            if len(at):
                known = base.mu[at], sigma[at], base.transform
                found[:, at] += share * rule(value[:, at], known, mean[at], spread[at], increment)
    return found


Known = tuple[FloatArray, FloatArray, Transform]


def _over_it(
    value: FloatArray, known: Known, mean: FloatArray, spread: FloatArray, increment: Increment
) -> FloatArray:
    """Sum over the increment."""
    added = increment.value(mean + spread * _SCORES[:, None])
    return np.asarray(np.tensordot(_WEIGHTS, _at_most(value - added[:, None], known), axes=1))


def _under_it(
    value: FloatArray, known: Known, mean: FloatArray, spread: FloatArray, increment: Increment
) -> FloatArray:
    """Sum over the background."""
    mu, sigma, transform = known
    under = _of_latent(mu + sigma * _SCORES[:, None], transform)
    none = ndtr(-mean / spread)
    most = ndtr((increment.latent(increment.most) - mean) / spread)
    share = ndtr((increment.latent(value - under[:, None]) - mean) / spread)
    between = np.tensordot(_WEIGHTS, np.clip(share, none, most) - none, axes=1)
    ends = none * _at_most(value, known) + (1.0 - most) * _at_most(value - increment.most, known)
    return np.asarray(between + ends)


def _of_latent(latent: FloatArray, transform: Transform) -> FloatArray:
    return np.exp(latent) if transform == "log" else latent


def _at_most(value: FloatArray, known: Known) -> FloatArray:
    mu, sigma, transform = known
    if transform == "log":
        value = np.log(np.maximum(value, np.finfo(np.float64).tiny))
    return np.asarray(ndtr((value - mu) / sigma))


def _read(score: FloatArray, value: FloatArray, wanted: ArrayLike) -> FloatArray:
    """Values at wanted scores, linear between those reached and a little beyond, shapes (k, m)."""
    k, m = score.shape
    found, column = np.empty((len(np.asarray(wanted)), m)), np.arange(m)
    for row, each in enumerate(np.asarray(wanted)):
        i: NDArray[np.intp] = np.clip((score < each).sum(axis=0), 1, k - 1)
        low, high = score[i - 1, column], score[i, column]
        share = np.divide(each - low, high - low, out=np.zeros(m), where=high > low)
        share = np.clip(share, -2.0, 3.0)  # beyond the ends it goes on in line for a little
        found[row] = value[i - 1, column] + share * (value[i, column] - value[i - 1, column])
    return found
