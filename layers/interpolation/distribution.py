"""From the bands of a surface to what is read off it: mean, quantiles, exceedance.

Every function takes ``mu`` and ``sigma`` of the latent field (arrays that fit together, any float
dtype, kept) and its transform. A cell that is NaN stays NaN. ``measured`` has the distribution of
a new measurement.
"""

import functools
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from layers.errors import BadParameterError
from layers.interpolation.parameters import Transform

Bands: TypeAlias = NDArray[Any]

CAP = 1.6448536269514722
"""The mean of a lognormal is drawn no higher than its 95 % quantile."""


def mean(mu: ArrayLike, sigma: ArrayLike, transform: Transform) -> Bands:
    """Expected value, in the unit of the values.

    Notes
    -----
    Lognormal: exp(mu + sigma²/2), capped at the 95 % quantile, which it passes where sigma
    exceeds 3.29: there the expectation only tells how little is known.
    Source: Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions 1, 14.
    """
    m, s = _floats(mu), _floats(sigma)
    if transform == "none":
        return m + 0.0 * s
    return _exp(log_mean(m, s))


def log_mean(mu: Bands, sigma: Bands) -> Bands:
    """Logarithm of the ``mean`` of a lognormal."""
    found = sigma * sigma
    found *= sigma.dtype.type(0.5)
    np.minimum(found, sigma * sigma.dtype.type(CAP), out=found)
    found += mu
    return found


def median(mu: ArrayLike, sigma: ArrayLike, transform: Transform) -> Bands:
    """Value that is as likely passed as not."""
    return quantile(mu, sigma, transform, 0.5)


def sd(mu: ArrayLike, sigma: ArrayLike, transform: Transform) -> Bands:
    """Standard deviation in the unit of the values, of the capped mean's lognormal."""
    return moments(mu, sigma, transform)[1]


def moments(mu: ArrayLike, sigma: ArrayLike, transform: Transform) -> tuple[Bands, Bands]:
    """Return ``mean`` and ``sd``, for less than the two of them apart."""
    centre, s = mean(mu, sigma, transform), _floats(sigma)
    if transform == "none":
        return centre, s + 0.0 * _floats(mu)
    return centre, np.asarray(centre * _relative(s))


def quantile(mu: ArrayLike, sigma: ArrayLike, transform: Transform, p: float) -> Bands:
    """Value not exceeded with probability ``p``, 0 < p < 1.

    Raises
    ------
    BadParameterError
        If ``p`` is not between 0 and 1.
    """
    if not 0.0 < p < 1.0:
        raise BadParameterError(f"a quantile of {p} was asked; it lies between 0 and 1.")
    m, s = _floats(mu), _floats(sigma)
    latent = m + s * s.dtype.type(ndtri(p))
    return _exp(latent) if transform == "log" else latent


def exceedance(mu: ArrayLike, sigma: ArrayLike, transform: Transform, threshold: float) -> Bands:
    """Probability that the value exceeds ``threshold`` (unit of the values).

    Notes
    -----
    A lognormal always exceeds a threshold of 0 or below. Where sigma is 0 the answer is 0 or 1.
    """
    return np.asarray(ndtr(score(mu, sigma, transform, threshold)))


def score(mu: ArrayLike, sigma: ArrayLike, transform: Transform, threshold: float) -> Bands:
    """Normal score of ``exceedance``: infinite where that is certain, NaN where a cell is NaN."""
    m, s = _floats(mu), _floats(sigma)
    if transform == "log" and threshold <= 0:
        return np.where(np.isnan(m + s), m + s, np.full_like(m + s, np.inf))
    level = np.log(threshold) if transform == "log" else threshold
    above = m - s.dtype.type(level)
    with np.errstate(over="ignore"):  # certainty is what an infinite score means
        return np.asarray(above / np.maximum(s, np.finfo(s.dtype).tiny))


def relative_uncertainty(mu: ArrayLike, sigma: ArrayLike, transform: Transform) -> Bands:
    """Standard deviation over the absolute mean; NaN where the mean is 0."""
    if transform == "log":
        return _relative(_floats(sigma)) + 0.0 * _floats(mu)
    centre = np.abs(mean(mu, sigma, transform))
    spread = sd(mu, sigma, transform)
    empty = np.full_like(spread, np.nan)
    return np.asarray(np.divide(spread, centre, out=empty, where=centre > 0))


def _relative(sigma: Bands) -> Bands:
    """Standard deviation of a lognormal over its mean, as far as the mean is not capped."""
    narrow = np.minimum(sigma, sigma.dtype.type(2.0 * CAP))
    return np.asarray(np.sqrt(np.expm1(narrow * narrow)))


def _floats(a: ArrayLike) -> Bands:
    array = np.asarray(a)
    kept = array.dtype.kind == "f" and array.dtype.itemsize > 2
    return array if kept else array.astype(np.float64)


def _exp(latent: Bands) -> Bands:
    """Exponential that ends where its square would leave the dtype, instead of at infinity."""
    return np.asarray(np.exp(np.minimum(latent, top(latent.dtype))))


@functools.cache
def top(dtype: np.dtype[Any]) -> Any:
    """Return the logarithm of the largest value that is told in a dtype."""
    return dtype.type(np.log(np.finfo(dtype).max) * 0.5)
