"""Predictive distribution of a new measurement: the field, the offset of its site, its device.

Offsets of sites have heavier tails than a normal distribution: a mixture of normals stands for
them, whose shares are learnt from what stations left out show (``learnt``).
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from layers.errors import BadParameterError
from layers.interpolation import distribution
from layers.interpolation.distribution import Bands
from layers.interpolation.parameters import FACTORS, NORMAL, FloatArray, Parameters, Transform

PRIOR_SITES = 4.0
"""Sites that a normal offset counts for beforehand."""
PASSES = 200
HALVINGS = 60
MOST = 350.0
"""Logarithm of the largest value that is told: its square still is a number."""


@dataclass(frozen=True, slots=True)
class Measured:
    """New measurements at targets: a mixture of normals of the latent value.

    Attributes
    ----------
    mu : array of float, shape (...)
        Mean of every part.
    sigma : array of float, shape (k, ...)
        Standard deviation of each part.
    share : array of float, shape (k,)
        Of each part; their sum is 1.
    transform : "log" or "none"
        What the latent value is of the value.
    """

    mu: FloatArray
    sigma: FloatArray
    share: FloatArray
    transform: Transform

    def mean(self) -> FloatArray:
        """Expected value."""
        return self._average(distribution.mean(self.mu, self.sigma, self.transform))

    def sd(self) -> FloatArray:
        """Standard deviation."""
        mean, spread = distribution.moments(self.mu, self.sigma, self.transform)
        size = np.maximum(mean.max(axis=0), np.finfo(np.float64).tiny)  # squares may overflow
        if self.transform == "none":
            size = 1.0 + 0.0 * size
        off = mean / size - self._average(mean / size)
        return np.asarray(size * np.sqrt(self._average((spread / size) ** 2 + off**2)))

    def quantile(self, p: float) -> FloatArray:
        """Value not exceeded with probability ``p``, 0 < p < 1.

        Raises
        ------
        BadParameterError
            If ``p`` is not between 0 and 1.
        """
        if not 0.0 < p < 1.0:
            raise BadParameterError(f"a quantile of {p} was asked; it lies between 0 and 1.")
        score = float(ndtri(p))
        if len(self.share) == 1:
            return self._value(self.mu + self.sigma[0] * score)
        # it lies between those of the narrowest and the widest part
        low, high = (self.mu + edge(self.sigma * score, axis=0) for edge in (np.min, np.max))
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            below = self._average(ndtr((middle - self.mu) / self.sigma)) < p
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return self._value(0.5 * (low + high))

    def below(self, value: ArrayLike) -> FloatArray:
        """Probability of a measurement of at most ``value``, shape of the targets."""
        latent = _log(value) if self.transform == "log" else np.asarray(value)
        with np.errstate(over="ignore"):  # certainty is what an infinite score means
            return self._average(ndtr((latent - self.mu) / self.sigma))

    def crps(self, value: ArrayLike) -> FloatArray:
        """Continuous ranked probability score of a measured value, in its unit.

        Notes
        -----
        E|X - y| - E|X - X'| / 2, each from its parts (Gneiting & Raftery (2007), JASA 102). For
        lognormals with one mu: E|X - X'| = m (2 Phi(s² / t) - 1) + m' (2 Phi(s'² / t) - 1),
        m the means and t² = s² + s'².
        """
        y, s, w = np.asarray(value, dtype=np.float64), self.sigma, self.share
        if self.transform == "none":
            off = self._average(_absolute(y - self.mu, s))
            apart = sum(
                a * self._average(_absolute(0.0, np.hypot(s, t))) for a, t in zip(w, s, strict=True)
            )
            return np.asarray(off - 0.5 * apart)
        with np.errstate(over="ignore"):
            u = (_log(y) - self.mu) / s
        mean = np.exp(np.minimum(self.mu + 0.5 * s * s, MOST))
        off = self._average(y * (2 * ndtr(u) - 1) - mean * (2 * ndtr(u - s) - 1))
        apart = sum(
            2 * a * self._average(mean * (2 * ndtr(s * s / np.hypot(s, t)) - 1))
            for a, t in zip(w, s, strict=True)
        )
        return np.asarray(off - 0.5 * apart)

    def rows(self, at: NDArray[np.intp]) -> "Measured":
        """The same at some of the targets."""
        return replace(self, mu=self.mu[at], sigma=self.sigma[:, at])

    def _value(self, latent: FloatArray) -> FloatArray:
        return np.exp(np.minimum(latent, MOST)) if self.transform == "log" else latent

    def _average(self, parts: Bands) -> FloatArray:
        return np.asarray(np.tensordot(self.share, parts, axes=1))


def measured(
    mu: ArrayLike, sigma: ArrayLike, parameters: Parameters, error: ArrayLike = 0.0
) -> Measured:
    """Distribution of new measurements where the latent field is known to be ``mu``, ``sigma``.

    Parameters
    ----------
    mu, sigma : array of float, one shape
        Latent field.
    parameters : Parameters
        For the offsets of sites.
    error : array of float, shape of ``mu``, or one float
        Variance of the measurement error.
    """
    share = np.array(parameters.shares)
    kept = share > 0
    m, s = np.asarray(mu, dtype=np.float64), np.asarray(sigma, dtype=np.float64)
    own = parameters.nugget_site * np.array(FACTORS)[kept] ** 2
    variance = (s * s + np.asarray(error, dtype=np.float64))[None] + own.reshape(-1, *[1] * s.ndim)
    least = np.finfo(np.float64).tiny ** 0.5
    return Measured(m, np.maximum(np.sqrt(variance), least), share[kept], parameters.transform)


def of_field(mu: FloatArray, sigma: FloatArray, transform: Transform) -> Measured:
    """The field itself, with nothing of a measurement: one part."""
    return Measured(mu, sigma[None], np.ones(1), transform)


def learnt(error: FloatArray, variance: FloatArray, nugget: float) -> tuple[float, ...]:
    """Shares of the parts of the offset, from n stations left out.

    Parameters
    ----------
    error : array of float, shape (n,)
        Latent value minus its prediction.
    variance : array of float, shape (n,)
        Of that difference without the offset: the field's and the measurement's.
    nugget : float
        Variance of the offset.

    Notes
    -----
    Expectation-maximisation of a mixture with known variances, with a weak prior for a normal
    offset: the nonparametric scale mixture of Kiefer & Wolfowitz (1956), Ann. Math. Stat. 27(4).
    """
    if not len(error) or not nugget > 0:
        return NORMAL
    parts = variance[:, None] + nugget * np.square(FACTORS)
    likely = -0.5 * (error[:, None] ** 2 / parts + np.log(parts))
    density = np.exp(likely - likely.max(axis=1, keepdims=True))
    before = PRIOR_SITES * np.array(NORMAL)
    share = np.full(len(FACTORS), 1.0 / len(FACTORS))
    for _ in range(PASSES):
        member = density * share
        member /= member.sum(axis=1, keepdims=True)
        share = (member.sum(axis=0) + before) / (len(error) + PRIOR_SITES)
    share = np.where(share < 1e-4, 0.0, share)
    return tuple(float(each) for each in share / share.sum())


def _log(value: ArrayLike) -> FloatArray:
    return np.asarray(np.log(np.maximum(value, np.finfo(np.float64).tiny)))


def _absolute(off: FloatArray | float, s: FloatArray) -> FloatArray:
    """E|X - y| of a normal with mean 0 whose y is ``off`` away."""
    with np.errstate(over="ignore"):
        u = off / s
        density = np.exp(-0.5 * u * u) / math.sqrt(2.0 * math.pi)
    return np.asarray(s * (u * (2.0 * ndtr(u) - 1.0) + 2.0 * density))
