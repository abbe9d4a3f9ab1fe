"""What ``mapserver interpolate`` answers: a new measurement at each point."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from layers.interpolation import quantiles
from layers.interpolation.event import PROBABILITIES, Event, recognise
from layers.interpolation.field import Field
from layers.interpolation.fitting import fit
from layers.interpolation.measured import Measured, measured
from layers.interpolation.parameters import FloatArray, Transform


@dataclass(frozen=True, slots=True)
class PointPrediction:
    """Distribution of a new measurement at m points, in the unit of the input.

    Site offset and measurement error are included. Arrays of shape (m,) are NaN where no station
    at all could be used.

    Attributes
    ----------
    field : Field
        What was fitted, the background in an event: ``loo(field)``, ``field.outliers``,
        ``field.fallback``.
    event : Event or None
        What told of a release; None on any other day.
    mean, sd : array of float
        Expected value and standard deviation.
    support : array of float
        Latent variance over prior variance; near 1 the network cannot know.
    """

    field: Field
    event: Event | None
    mean: FloatArray
    sd: FloatArray
    support: FloatArray
    _new: Measured | None
    _quantiles: FloatArray | None

    @property
    def median(self) -> FloatArray:
        """Value that is as likely passed as not."""
        return self.quantile(0.5)

    def quantile(self, p: float) -> FloatArray:
        """Value not exceeded with probability ``p``, 0 < p < 1."""
        if self._quantiles is not None:
            return quantiles.quantile(PROBABILITIES, self._quantiles, p)
        assert self._new is not None  # noqa: S101 - one of the two is there
        return self._new.quantile(p)


def predict_points(
    x_m: ArrayLike,
    y_m: ArrayLike,
    value: ArrayLike,
    at_x_m: ArrayLike,
    at_y_m: ArrayLike,
    *,
    sd: ArrayLike | None = None,
    history: ArrayLike | None = None,
    transform: Transform | None = None,
    alarm: float | None = None,
    covariates: ArrayLike | None = None,
    at_covariates: ArrayLike | None = None,
    networks: Sequence[str] | None = None,
) -> PointPrediction:
    """Fit to the stations and predict a new measurement at each point.

    Parameters
    ----------
    x_m, y_m, value : array of float, shape (n,)
        Stations, positions in metres of a projected plane.
    at_x_m, at_y_m : array of float, shape (m,)
        Points.
    sd : array of float, shape (n,), optional
        Standard deviation of the measurement error of each station, in the unit of the value; what
        is not above 0 is unknown.
    history : array of float, shape (n, days), optional
        Earlier values of the same stations, NaN where there is none: with it a release is
        recognised, and mapped apart from the background.
    transform : "log" or "none", optional
        By default "log", unless a value is below 0: then it is not a dose rate or
        concentration. A value of 0 is masked under "log": it has no logarithm.
    alarm : float, optional
        A value in the same unit above which one station alone tells of a release.
    covariates, at_covariates : array of float, shape (n, q) and (m, q), optional
        Such as altitude, of the stations and of the points.
    networks : sequence of str, length n, optional
        Which network each station belongs to.

    Raises
    ------
    BadInputError
        If shapes do not belong together.
    """
    if transform is None:
        v = np.asarray(value, dtype=np.float64)
        transform = "none" if bool(np.any(v[np.isfinite(v)] < 0)) else "log"
    event = None
    if history is not None:
        event = recognise(
            x_m,
            y_m,
            value,
            history,
            sd=sd,
            transform=transform,
            alarm=alarm,
            covariates=covariates,
            networks=networks,
        )
    if event is not None:
        q, support = event.predict(at_x_m, at_y_m, at_covariates, new=True)
        mean, sd = quantiles.mean(PROBABILITIES, q), quantiles.sd(PROBABILITIES, q)
        return PointPrediction(event.background, event, mean, sd, support, None, q)
    field = fit(
        x_m,
        y_m,
        value,
        sd=sd,
        transform=transform,
        history=history,
        covariates=covariates,
        networks=networks,
    )
    found = field.predict(at_x_m, at_y_m, at_covariates)
    new = measured(found.mu, found.sigma, field.parameters, field.error)
    mean = new.mean()
    sd = np.where(np.isnan(mean), np.nan, new.sd())
    return PointPrediction(field, None, mean, sd, found.support, new, None)
