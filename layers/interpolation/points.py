"""What ``mapserver interpolate`` answers: a new measurement at each point."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.interpolation import distribution
from layers.interpolation.field import Field
from layers.interpolation.fitting import fit
from layers.interpolation.parameters import FloatArray, Transform


@dataclass(frozen=True, slots=True)
class PointPrediction:
    """Distribution of a new measurement at m points, in the unit of the input.

    Site offset and measurement error are included. All arrays have shape (m,); they are NaN
    where no station at all could be used.

    Attributes
    ----------
    mu, sigma : array of float
        Of the latent field, noise included in ``sigma``.
    support : array of float
        Latent variance over prior variance; near 1 the network cannot know.
    field : Field
        What was fitted: ``loo(field)``, ``field.outliers``, ``field.fallback``.
    """

    mu: FloatArray
    sigma: FloatArray
    support: FloatArray
    field: Field

    @property
    def mean(self) -> FloatArray:
        """Expected value."""
        return self._double(distribution.mean(self.mu, self.sigma, self._transform))

    @property
    def median(self) -> FloatArray:
        """Value that is as likely passed as not."""
        return self.quantile(0.5)

    @property
    def sd(self) -> FloatArray:
        """Standard deviation."""
        spread = distribution.sd(self.mu, self.sigma, self._transform)
        return self._double(np.where(np.isnan(self.mu), np.nan, spread))

    def quantile(self, p: float) -> FloatArray:
        """Value not exceeded with probability ``p``, 0 < p < 1."""
        return self._double(distribution.quantile(self.mu, self.sigma, self._transform, p))

    @property
    def _transform(self) -> Transform:
        return self.field.parameters.transform

    @staticmethod
    def _double(a: NDArray[np.floating]) -> FloatArray:
        return np.asarray(a, dtype=np.float64)


def predict_points(
    x_m: ArrayLike,
    y_m: ArrayLike,
    value: ArrayLike,
    at_x_m: ArrayLike,
    at_y_m: ArrayLike,
    *,
    history: ArrayLike | None = None,
    transform: Transform | None = None,
) -> PointPrediction:
    """Fit to the stations and predict a new measurement at each point.

    Parameters
    ----------
    x_m, y_m, value : array of float, shape (n,)
        Stations, positions in metres of a projected plane.
    at_x_m, at_y_m : array of float, shape (m,)
        Points.
    history : array of float, shape (n, days), optional
        Earlier values of the same stations, NaN where there is none.
    transform : "log" or "none", optional
        By default "log", unless a value is below 0: then it is not a dose rate or
        concentration. A value of 0 is masked under "log": it has no logarithm.

    Raises
    ------
    BadInputError
        If shapes do not belong together.
    """
    if transform is None:
        v = np.asarray(value, dtype=np.float64)
        transform = "none" if bool(np.any(v[np.isfinite(v)] < 0)) else "log"
    field = fit(x_m, y_m, value, transform=transform, history=history)
    found = field.predict(at_x_m, at_y_m)
    sigma = np.asarray(distribution.measured(found.sigma, found.noise_sigma), dtype=np.float64)
    return PointPrediction(found.mu, sigma, found.support, field)
