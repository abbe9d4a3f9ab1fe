"""How likely the parameters of a covariance are, given the values of some days."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from layers.interpolation import likelihood, vecchia
from layers.interpolation.drift import Drift
from layers.interpolation.parameters import FloatArray, Model, Parameters

PRIOR_SPREAD = np.array([1.5, 1.0, 1.5])
"""Standard deviations of the priors of log sill, log range and log nugget."""
RATIOS, RATIO_SPREAD = (1.4, 2.0, 3.0), 0.5
"""Ratios of the ranges that are looked at, and standard deviation of the prior of its logarithm."""
ANGLES = tuple(math.pi * k / 6.0 for k in range(6))

Way = tuple[float, float]
"""Ratio of the ranges, and direction."""


@dataclass(frozen=True, slots=True)
class Days:
    """Values of d days at the same n sites.

    Attributes
    ----------
    x_m, y_m, error : array of float, shape (n,)
        Position in metres and variance of the measurement error.
    z : array of float, shape (n, d)
        Latent values.
    drift : Drift
        Mean of the sites.
    """

    x_m: FloatArray
    y_m: FloatArray
    error: FloatArray
    z: FloatArray
    drift: Drift


@dataclass(frozen=True, slots=True)
class Mode:
    """Most likely parameters of one model.

    Attributes
    ----------
    value : float
        Negative logarithm of their posterior density.
    theta : array of float, shape (3,)
        Logarithms of sill, range and nugget.
    """

    value: float
    theta: FloatArray

    @property
    def found(self) -> bool:
        """Whether it is a number at all."""
        return math.isfinite(self.value) and bool(np.isfinite(self.theta).all())

    @property
    def sizes(self) -> tuple[float, float, float]:
        """Sill, range in metres, nugget."""
        sill, range_m, nugget = (float(size) for size in np.exp(self.theta))
        return sill, range_m, nugget


@dataclass(frozen=True, slots=True)
class Posterior:
    """Density of log sill, log range and log nugget of one model, along one direction.

    Attributes
    ----------
    terms : tuple of _Term
        Days with the same sites each.
    centre, low, high : array of float, shape (3,)
        Centre of the priors, and bounds.
    """

    terms: "tuple[_Term, ...]"
    centre: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def weights(self) -> FloatArray:
        """Share of each term: a day counts as every other."""
        days = np.array([term.day.z.shape[1] for term in self.terms], dtype=np.float64)
        return np.asarray(days / days.sum())

    def along(self, way: Way, model: Model | None = None) -> "Posterior":
        """The same along a direction, and of another model."""
        terms = (replace(term, model=model or term.model).along(*way) for term in self.terms)
        return replace(self, terms=tuple(terms))

    def density(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Negative logarithm, averaged over the days, and its derivatives."""
        off = (theta - self.centre) / PRIOR_SPREAD
        value, slope = 0.5 * float(off @ off), off / PRIOR_SPREAD
        for term, weight in zip(self.terms, self.weights, strict=True):
            part, part_slope = term.slope(theta)
            value += part * weight
            slope = slope + part_slope * weight
        return value, slope

    def mode(self, begin: FloatArray) -> Mode:
        """Most likely parameters."""
        # Here, since whoever only reads surfaces would wait a third of a second for it.
        from scipy.optimize import minimize

        found = minimize(
            self.density,
            begin,
            jac=True,
            method="L-BFGS-B",
            bounds=list(zip(self.low, self.high, strict=True)),
            options={"maxiter": 60, "ftol": 1e-8, "maxls": 30},
        )
        return Mode(float(found.fun), np.asarray(found.x))

    def likely_way(self, theta: FloatArray) -> Way:
        """Likeliest of some directions, the other parameters known."""

        def seen(way: Way) -> float:
            parts = [term.along(*way).slope(theta)[0] for term in self.terms]
            return float(self.weights @ parts) + unlikely(way[0])

        return min(((ratio, angle) for ratio in RATIOS for angle in ANGLES), key=seen)


def posterior(
    days: Sequence[Days], model: Model, centre: FloatArray, low: FloatArray, high: FloatArray
) -> Posterior:
    """Prepare the days, at least one."""
    return Posterior(tuple(_term(day, model) for day in days), centre, low, high)


def unlikely(ratio: float) -> float:
    """Negative log prior of a ratio of ranges."""
    return 0.5 * (math.log(ratio) / RATIO_SPREAD) ** 2


@dataclass(frozen=True, slots=True)
class _Term:
    """Negative log likelihood of some days at the same sites, as a function of the parameters."""

    day: Days
    model: Model
    sets: vecchia.Conditioning

    def along(self, ratio: float, angle: float) -> "_Term":
        """The same in the plane of a direction."""
        if ratio == 1.0:
            return self
        shape = Parameters(self.model, "none", 1.0, 1.0, 0.0, ratio=ratio, angle=angle)
        xy = shape.plane(self.day.x_m, self.day.y_m)
        day = replace(self.day, x_m=xy[:, 0], y_m=xy[:, 1])
        return _Term(day, self.model, vecchia.measured_in(self.sets, xy))

    def slope(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """The value and its derivatives."""
        day = self.day
        return likelihood.restricted(theta, self.sets, day.error, day.z, self.model, day.drift)


def _term(day: Days, model: Model) -> _Term:
    return _Term(day, model, vecchia.conditioning(day.x_m, day.y_m))
