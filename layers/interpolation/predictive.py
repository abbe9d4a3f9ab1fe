"""The bands of a surface and all that is read off them, on any day."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from layers.errors import BadParameterError
from layers.interpolation import distribution, quantiles
from layers.interpolation.distribution import Bands
from layers.interpolation.event import PROBABILITIES
from layers.interpolation.measured import measured
from layers.interpolation.parameters import FloatArray, Parameters, Transform

LIKELY, NOISES = 100, 51
"""Equally likely values of the field, and of what a measurement adds, whose sums are looked at."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What a new measurement adds to the field (or by what it multiplies it under ``log``).

    ``values``, shape (``NOISES``,), are equally likely.
    """

    values: FloatArray
    transform: Transform


@functools.lru_cache(maxsize=16)
def _scores(p: tuple[float, ...]) -> FloatArray:
    """Normal scores of some probabilities, and of what is equally likely."""
    return np.asarray(ndtri([*p, *((i + 0.5) / LIKELY for i in range(LIKELY))]))


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
    return Noise(values, parameters.transform)


@dataclass(frozen=True, slots=True)
class Predictive:
    """Predictive distribution of the field in each cell.

    Attributes
    ----------
    bands : array of float, shape (bands, ...)
        ``mu``, ``sigma`` and support of a routine day; of an event the values at
        ``PROBABILITIES`` and support.
    transform : "log", "none" or "quantiles"
        Which of the two they are, and of what ``mu`` and ``sigma`` are.
    """

    bands: Bands
    transform: Transform | str

    @property
    def support(self) -> Bands:
        """Share of the variance that no station took away; near 1 the network cannot know."""
        return np.asarray(self.bands[-1])

    def mean(self) -> Bands:
        """Expected value."""
        if (latent := self._latent) is None:
            return quantiles.mean(PROBABILITIES, self.bands[:-1])
        return distribution.mean(*latent)

    def sd(self) -> Bands:
        """Standard deviation."""
        return self.moments()[1]

    def moments(self) -> tuple[Bands, Bands]:
        """Return ``mean`` and ``sd``, for less than the two of them apart."""
        if (latent := self._latent) is None:
            q = self.bands[:-1]
            return quantiles.mean(PROBABILITIES, q), quantiles.sd(PROBABILITIES, q)
        return distribution.moments(*latent)

    def quantile(self, p: float) -> Bands:
        """Value not exceeded with probability ``p``, 0 < p < 1.

        Raises
        ------
        BadParameterError
            If ``p`` is not between 0 and 1.
        """
        if (latent := self._latent) is None:
            return quantiles.quantile(PROBABILITIES, self.bands[:-1], p)
        return distribution.quantile(*latent, p)

    def exceedance(self, threshold: float) -> Bands:
        """Probability that the value exceeds ``threshold``, in the unit of the values."""
        if (latent := self._latent) is None:
            return quantiles.exceedance(PROBABILITIES, self.bands[:-1], threshold)
        return distribution.exceedance(*latent, threshold)

    def score(self, threshold: float) -> Bands:
        """Normal score of ``exceedance``: it rises with the probability, and costs no integral."""
        if (latent := self._latent) is None:
            return quantiles.score(PROBABILITIES, self.bands[:-1], threshold)
        return distribution.score(*latent, threshold)

    def log_mean(self) -> Bands | None:
        """Logarithm of ``mean``, where it costs less than that."""
        return distribution.log_mean(*self.bands[:2]) if self.transform == "log" else None

    def relative_uncertainty(self) -> Bands:
        """Standard deviation over the absolute mean; NaN where the mean is 0."""
        if (latent := self._latent) is None:
            mean, sd = self.moments()
            empty = np.full_like(sd, np.nan)
            return np.asarray(np.divide(sd, np.abs(mean), out=empty, where=mean != 0))
        return distribution.relative_uncertainty(*latent)

    def likely(self, p: tuple[float, ...] = ()) -> tuple[Sequence[Bands], Bands]:
        """Return the quantiles of some probabilities, and equally likely values of the field.

        The latter are ``LIKELY``, shape (LIKELY, ...).
        """
        if (latent := self._latent) is None:
            q = self.bands[:-1]
            told = [quantiles.quantile(PROBABILITIES, q, each) for each in p]
            return told, quantiles.likely(PROBABILITIES, q, LIKELY)
        found = distribution.at_scores(*latent, _scores(p))
        return list(found[: len(p)]), found[len(p) :]

    def measured(self, noise: Noise, likely: Bands | None = None) -> Bands:
        """Equally likely values of a new measurement, shape (``LIKELY`` x ``NOISES``, ...).

        Parameters
        ----------
        noise : Noise
            Of the surface: ``noise_of``.
        likely : array of float, shape (LIKELY, ...), optional
            Of the field, where they are at hand.
        """
        field = self.likely()[1] if likely is None else likely
        field = field.astype(np.float64)
        off = noise.values.reshape(-1, *[1] * field.ndim)
        found = field * off if noise.transform == "log" else field + off
        return np.asarray(found.reshape(-1, *field.shape[1:]))

    @property
    def _latent(self) -> tuple[Bands, Bands, Transform] | None:
        if self.transform == "quantiles":
            return None
        if self.transform not in ("log", "none"):
            raise BadParameterError(f'bands of transform "{self.transform}" are not known.')
        transform: Transform = "log" if self.transform == "log" else "none"
        return self.bands[0], self.bands[1], transform
