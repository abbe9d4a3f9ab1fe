"""What a surface tells of one place, as numbers: arrays of one element cost ten times as much."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from layers.interpolation import distribution, quantiles
from layers.interpolation.distribution import CAP, Bands
from layers.interpolation.event import PROBABILITIES
from layers.interpolation.measured import measured
from layers.interpolation.parameters import FloatArray, Parameters, Transform
from layers.interpolation.predictive import Predictive

LIKELY, NOISES = 100, 51
"""Equally likely values of the field, and of what a measurement adds, whose sums are looked at."""
_CERTAIN = 1e-30
"""A deviation below this divides beyond all numbers."""
_SCORES = np.asarray(ndtri((np.arange(LIKELY) + 0.5) / LIKELY))


@dataclass(frozen=True, slots=True)
class Noise:
    """What a new measurement adds to the field (or by what it multiplies it under ``log``).

    ``values``, shape (``NOISES``,), are equally likely; ``mean`` and ``variance`` are theirs.
    """

    values: FloatArray
    transform: Transform
    mean: float
    variance: float


@functools.lru_cache(maxsize=256)
def noise_of(parameters: Parameters, noise_sigma: float) -> Noise:
    """What a new measurement adds to the field: the offset of its site, and the rest of its noise.

    It is the same in every cell of a surface, and remembered.

    Parameters
    ----------
    noise_sigma : float
        Standard deviation of all of it, as ``Field.noise_sigma``.
    """
    error = max(noise_sigma**2 - parameters.offset_variance, 0.0)
    alone = replace(parameters, transform="none")
    found = replace(
        measured(np.zeros(1), np.zeros(1), alone, error), transform=parameters.transform
    )
    even = (np.arange(NOISES) + 0.5) / NOISES
    values = np.array([float(found.quantile(float(p))[0]) for p in even])
    return Noise(values, parameters.transform, float(values.mean()), float(values.var()))


@functools.lru_cache(maxsize=16)
def _score(p: float) -> float:
    return float(ndtri(p))


class Place:
    """Predictive distribution of the field in one cell: bit by bit as ``Predictive`` has it.

    Parameters
    ----------
    bands : array of float, shape (bands,)
    transform : "log", "none" or "quantiles"
        As of ``Predictive``.
    """

    def __init__(self, bands: Bands, transform: Transform | str) -> None:
        self._map = Predictive(bands[:, None], transform)
        self._log = transform == "log"
        self._is_event = transform == "quantiles"
        self._mu, self._sigma = bands[0], bands[1]

    def moments(self) -> tuple[float, float]:
        """Return expected value and standard deviation."""
        if not self._log:
            mean, sd = self._map.moments()
            return float(mean[0]), float(sd[0])
        sigma, number = self._sigma, self._sigma.dtype.type
        spread = min(sigma * sigma * number(0.5), sigma * number(CAP))
        centre = np.exp(min(spread + self._mu, distribution.top(sigma.dtype)))
        narrow = min(sigma, number(2.0 * CAP))
        return float(centre), float(centre * np.sqrt(np.expm1(narrow * narrow)))

    def quantiles(self, probabilities: Sequence[float]) -> list[float]:
        """Return the values not exceeded with some probabilities, each between 0 and 1."""
        if self._is_event:
            return [float(self._map.quantile(p)[0]) for p in probabilities]
        number, most = self._sigma.dtype.type, distribution.top(self._sigma.dtype)
        latent = [self._mu + self._sigma * number(_score(p)) for p in probabilities]
        return [float(np.exp(min(e, most)) if self._log else e) for e in latent]

    def exceedance(self, threshold: float) -> float:
        """Return the probability that the value exceeds ``threshold``, in its unit."""
        if not self._log or threshold <= 0.0 or not self._sigma > _CERTAIN:
            return float(self._map.exceedance(threshold)[0])
        above = self._mu - self._sigma.dtype.type(np.log(threshold))
        return float(ndtr(above / self._sigma))

    def likely(self) -> FloatArray:
        """Return equally likely values of the field, rising, shape (``LIKELY``,)."""
        if self._is_event:
            found = quantiles.likely(PROBABILITIES, self._map.bands[:-1], LIKELY)
            return found[:, 0].astype(np.float64)
        latent = float(self._mu) + float(self._sigma) * _SCORES
        if not self._log:
            return latent
        return np.exp(np.minimum(latent, float(distribution.top(self._sigma.dtype))))

    def measured(self, noise: Noise) -> "Measurements":
        """Return what a new measurement may be, with the ``noise_of`` the surface."""
        field = self.likely()
        mean = float(np.add.reduce(field)) / LIKELY
        off = field - mean
        variance = float(np.dot(off, off)) / LIKELY
        if noise.transform == "log":
            values = np.multiply.outer(field, noise.values)
            # Of a product of what is independent, without a difference of large numbers.
            variance = noise.mean**2 * variance + (mean**2 + variance) * noise.variance
            return Measurements(values.ravel(), mean * noise.mean, math.sqrt(variance))
        values = np.add.outer(field, noise.values).ravel()
        return Measurements(values, mean + noise.mean, math.sqrt(variance + noise.variance))


@dataclass(frozen=True, slots=True)
class Measurements:
    """Equally likely values of a new measurement, in no order, and their mean and deviation."""

    values: FloatArray
    mean: float
    sd: float

    def usual(self) -> tuple[float, float, float]:
        """Return the quantiles of 5, 50 and 95 %, interpolated between values; reorders them."""
        values, last = self.values, len(self.values) - 1
        median = _ranked(values, 0.5 * last)
        middle = int(0.5 * last) + 1  # those before it are no larger than those from there on
        low = _ranked(values[:middle], 0.05 * last)
        return low, median, _ranked(values[middle:], 0.95 * last, middle)


def _ranked(values: FloatArray, place: float, first: int = 0) -> float:
    """Return what lies at a place of values by size, which leaves the smaller ones before it.

    ``first`` is the place of their smallest. One at a time: with one rank to find, numpy uses the
    vectors of the processor, and needs a quarter of the time that two or more ranks at once take.
    """
    rank = int(place)
    values.partition(rank - first)
    below, above = values[rank - first], np.minimum.reduce(values[rank - first + 1 :])
    return float((above - below) * (place - rank) + below)
