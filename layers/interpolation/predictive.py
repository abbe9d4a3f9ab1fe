"""The bands of a surface and all that is read off them, on any day."""

import functools
from dataclasses import dataclass, replace

import numpy as np

from layers.errors import BadParameterError
from layers.interpolation import distribution, quantiles
from layers.interpolation.distribution import Bands
from layers.interpolation.event import PROBABILITIES
from layers.interpolation.measured import measured
from layers.interpolation.parameters import FloatArray, Parameters, Transform

LIKELY, NOISES = 100, 51
"""Equally likely values of the field, and of what a measurement adds, whose sums are looked at."""
_EVEN = tuple((i + 0.5) / LIKELY for i in range(LIKELY))


@dataclass(frozen=True, slots=True)
class Noise:
    """What a new measurement adds to the field (or by what it multiplies it under ``log``).

    ``values``, shape (``NOISES``,), are equally likely.
    """

    values: FloatArray
    transform: Transform


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
        if self._latent is None:
            return quantiles.mean(PROBABILITIES, self.bands[:-1])
        return distribution.mean(*self._latent)

    def sd(self) -> Bands:
        """Standard deviation."""
        if self._latent is None:
            return quantiles.sd(PROBABILITIES, self.bands[:-1])
        return distribution.sd(*self._latent)

    def quantile(self, p: float) -> Bands:
        """Value not exceeded with probability ``p``, 0 < p < 1.

        Raises
        ------
        BadParameterError
            If ``p`` is not between 0 and 1.
        """
        if self._latent is None:
            return quantiles.quantile(PROBABILITIES, self.bands[:-1], p)
        return distribution.quantile(*self._latent, p)

    def quantiles(self, p: tuple[float, ...]) -> Bands:
        """Values not exceeded with each of some probabilities, shape (len(p), ...)."""
        if self._latent is None:
            return np.stack([self.quantile(each) for each in p])
        return distribution.quantiles(*self._latent, p)

    def exceedance(self, threshold: float) -> Bands:
        """Probability that the value exceeds ``threshold``, in the unit of the values."""
        if self._latent is None:
            return quantiles.exceedance(PROBABILITIES, self.bands[:-1], threshold)
        return distribution.exceedance(*self._latent, threshold)

    def score(self, threshold: float) -> Bands:
        """Normal score of ``exceedance``: it rises with the probability, and costs no integral."""
        if self._latent is None:
            return quantiles.score(PROBABILITIES, self.bands[:-1], threshold)
        return distribution.score(*self._latent, threshold)

    def log_mean(self) -> Bands | None:
        """Logarithm of ``mean``, where it costs less than that."""
        return distribution.log_mean(*self.bands[:2]) if self.transform == "log" else None

    def relative_uncertainty(self) -> Bands:
        """Standard deviation over the absolute mean; NaN where the mean is 0."""
        if self._latent is None:
            mean, sd = self.mean(), self.sd()
            empty = np.full_like(sd, np.nan)
            return np.asarray(np.divide(sd, np.abs(mean), out=empty, where=mean != 0))
        return distribution.relative_uncertainty(*self._latent)

    def measured(self, noise: Noise) -> Bands:
        """Equally likely values of a new measurement, shape (``LIKELY`` x ``NOISES``, ...).

        Parameters
        ----------
        noise : Noise
            Of the surface: ``noise_of``.
        """
        if self._latent is None:
            field = quantiles.likely(PROBABILITIES, self.bands[:-1], LIKELY)
        else:
            field = distribution.quantiles(*self._latent, _EVEN)
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
