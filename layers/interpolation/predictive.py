"""The bands of a surface and all that is read off them, on any day."""

from dataclasses import dataclass

import numpy as np

from layers.errors import BadParameterError
from layers.interpolation import distribution, quantiles
from layers.interpolation.distribution import Bands
from layers.interpolation.event import PROBABILITIES
from layers.interpolation.parameters import Transform


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

    @property
    def _latent(self) -> tuple[Bands, Bands, Transform] | None:
        if self.transform == "quantiles":
            return None
        if self.transform not in ("log", "none"):
            raise BadParameterError(f'bands of transform "{self.transform}" are not known.')
        transform: Transform = "log" if self.transform == "log" else "none"
        return self.bands[0], self.bands[1], transform
