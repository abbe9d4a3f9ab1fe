"""Parameters of the covariance from data: restricted likelihood with weak priors."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from layers.interpolation import likelihood, vecchia
from layers.interpolation.drift import Drift
from layers.interpolation.parameters import SMOOTH, FloatArray, Model, Parameters, Transform

FEW = 15
"""Below so many sites range and nugget share cannot be learnt; the pooled defaults stand in."""
EXACT_LIKELIHOOD = 600
"""Sites up to which the likelihood is exact; beyond, Vecchia's approximation."""
DEFAULT = Parameters("exponential", "log", sill=0.05, range_m=250_000.0, nugget_site=0.01)
"""Pooled from gamma dose rate: 11 days of the 200 given SIC2004 stations (sill 0.033, range 220 km,
nugget 0.0085) and the European network at 600 to 3,574 stations (0.06 to 0.07, 250 to 360 km,
0.010 to 0.015). Other quantities take the shape, not the size."""
PRIOR_WEIGHT = 4.0
"""Sites that the default variance counts for when there are fewer than ``FEW``."""
PRIOR_SPREAD = np.array([1.5, 1.0, 1.5])
"""Standard deviations of the priors of log sill, log range and log nugget."""
DIRECTED = 60
"""Sites from which on the data may ask for a direction of the covariance."""
RATIOS, RATIO_SPREAD = (1.4, 2.0, 3.0), 0.5
"""Ratios of the ranges that are looked at, and standard deviation of the prior of its logarithm."""
LEAST_WEIGHT = 0.01
"""Probability below which a model is not averaged in."""
ANGLES = tuple(math.pi * k / 6.0 for k in range(6))

FEW_STATIONS, FLAT, NO_STATIONS, EQUAL, NO_PATTERN = (
    "few-stations",
    "flat-likelihood",
    "no-stations",
    "equal-values",
    "no-pattern",
)


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


def estimate(
    days: Sequence[Days],
    *,
    transform: Transform,
    model: Model | None = None,
    prior: Parameters | None = None,
) -> tuple[Parameters, str | None]:
    """Parameters with the largest posterior density, and why they are not, if they are not.

    Parameters
    ----------
    days : sequence of Days
        At least one; each counts with the number of its days.
    transform : "log" or "none"
        What the values have been through.
    model : Model, optional
        Correlation of the latent field. By default ``DEFAULT.model`` and ``SMOOTH`` are averaged
        by how likely they are.
    prior : Parameters, optional
        Centre of the priors and the fallback, for example of yesterday.

    Returns
    -------
    Parameters, str or None
        The reason is one of ``no-stations``, ``few-stations``, ``equal-values``,
        ``flat-likelihood``, or None where the data decided.

    Notes
    -----
    Priors are normal on the logarithms, centred on the variance of the data split as in
    ``DEFAULT`` and on its range (Diggle & Ribeiro (2007), Model-based Geostatistics, 7;
    they only remove the ridges of the likelihood described there). A direction is taken where its
    two parameters gain more than log n (Schwarz (1978), Annals of Statistics 6(2)). The average of
    two covariances is the covariance of their mixture; the weights are the posterior
    probabilities of the models (Hoeting et al. (1999), Statistical Science 14(4)).
    """
    largest = max(days, key=lambda day: len(day.z))
    n = len(largest.z)
    base = prior if prior is not None else DEFAULT
    total = (base.sill + base.nugget_site) / base.inflation**2
    share = base.nugget_site / (base.sill + base.nugget_site)
    if transform == "none" and prior is None:
        # A variance without a unit must come from the values themselves.
        size = max((float(np.max(np.abs(day.z))) for day in days if day.z.size), default=0.0)
        total *= size**2 if size > 0 else 1.0

    first: Model = DEFAULT.model if model is None else model

    def split(variance: float) -> Parameters:
        sill, nugget = (1.0 - share) * variance, share * variance
        return Parameters(first, transform, sill, base.range_m, nugget)

    if n == 0:
        return split(total), NO_STATIONS
    spread = _variance(days)
    if n < FEW:
        return split(_few(largest, split(total), total)), FEW_STATIONS
    if spread <= 1e-8 * total:
        # The network cannot have measured a variance of nothing: resolution is finite.
        return split(1e-4 * total), EQUAL

    terms = [_term(day, first) for day in days if len(day.z) >= FEW]
    weights = np.array([term.day.z.shape[1] for term in terms], dtype=np.float64)
    weights /= weights.sum()
    centre_variance = spread if prior is None else total
    range_m = base.range_m
    diagonal = float(np.hypot(np.ptp(largest.x_m), np.ptp(largest.y_m)))
    if diagonal <= 0:
        return split(spread), FLAT
    if prior is None:
        range_m = min(range_m, diagonal / 3.0)
    centre = np.log([(1.0 - share) * centre_variance, range_m, max(share, 1e-3) * centre_variance])
    low, high = centre - 7.0, centre + 7.0
    high[1] = math.log(2.0 * diagonal) if diagonal > range_m else centre[1] + 1.0
    low[1] = math.log(range_m) - 4.0

    def objective(theta: FloatArray, terms: Sequence[_Term]) -> tuple[float, FloatArray]:
        off = (theta - centre) / PRIOR_SPREAD
        value, slope = 0.5 * float(off @ off), off / PRIOR_SPREAD
        for term, weight in zip(terms, weights, strict=True):
            part, part_slope = term.slope(theta)
            value += part * weight
            slope = slope + part_slope * weight
        return value, slope

    # Here, since whoever only reads surfaces would wait a third of a second for it.
    from scipy.optimize import minimize

    def best(begin: FloatArray, terms: Sequence[_Term]) -> tuple[float, FloatArray]:
        found = minimize(
            objective,
            begin,
            args=(terms,),
            jac=True,
            method="L-BFGS-B",
            bounds=list(zip(low, high, strict=True)),
            options={"maxiter": 60, "ftol": 1e-8, "maxls": 30},
        )
        return float(found.fun), np.asarray(found.x)

    value, theta = best(centre, terms)
    if not (np.all(np.isfinite(theta)) and math.isfinite(value)):
        return split(spread), FLAT
    way = (1.0, 0.0)
    if n >= DIRECTED:

        def seen(way: tuple[float, float]) -> float:
            parts = [term.along(*way).value(theta) for term in terms]
            return float(weights @ parts) + _unlikely(way[0])

        likely = min(((r, a) for r in RATIOS for a in ANGLES), key=seen)
        again, other = best(theta, [term.along(*likely) for term in terms])
        if value - again - _unlikely(likely[0]) > math.log(n):
            value, theta, way = again, other, likely
    sill, range_found, nugget = (float(size) for size in np.exp(theta))
    found = Parameters(first, transform, sill, range_found, nugget, ratio=way[0], angle=way[1])
    if model is not None:
        return found, None
    smooth = [replace(term, model=SMOOTH).along(*way) for term in terms]
    again, theta = best(theta, smooth)
    return _averaged(found, value, theta, again), None


def _averaged(one: Parameters, value: float, theta: FloatArray, other: float) -> Parameters:
    """Nested covariance of ``one`` and of ``SMOOTH``, by their negative log posteriors."""
    weight = 1.0 / (1.0 + math.exp(min(other - value, 700.0)))
    if not weight > LEAST_WEIGHT:
        return one
    weight = min(weight, 1.0 - LEAST_WEIGHT)
    sill, range_m, nugget = (float(size) for size in np.exp(theta))
    whole = (1.0 - weight) * one.sill + weight * sill
    return replace(
        one,
        sill=whole,
        nugget_site=(1.0 - weight) * one.nugget_site + weight * nugget,
        smooth=weight * sill / whole,
        smooth_range_m=range_m,
    )


def _unlikely(ratio: float) -> float:
    """Negative log prior of a ratio of ranges."""
    return 0.5 * (math.log(ratio) / RATIO_SPREAD) ** 2


def _variance(days: Sequence[Days]) -> float:
    """Average over the days of the variance between sites."""
    parts = [day.z.var(axis=0) for day in days if len(day.z) > 1]
    return float(np.mean(np.concatenate(parts))) if parts else 0.0


def _few(day: Days, shape: Parameters, total: float) -> float:
    """Variance of few sites: the data's, drawn towards ``total`` by ``PRIOR_WEIGHT`` sites.

    Notes
    -----
    Scale of the scaled inverse chi-squared posterior; Gelman et al. (2013), Bayesian Data
    Analysis, 3.2, with the quadratic form of generalised least squares as the sum of squares.
    """
    lag = likelihood.distances_m(day.x_m, day.y_m)
    n, days = day.z.shape
    k = shape.covariance(lag)
    k[np.diag_indices(n)] += shape.nugget_site + day.error + 1e-9 * total
    design = day.drift.columns
    told = np.linalg.solve(k, np.column_stack([day.z, design]))
    values, told = told[:, :days], told[:, days:]
    information = design.T @ told + np.diag(day.drift.precision)
    left = values - told @ np.linalg.solve(information, design.T @ values)
    squares = float(np.sum(day.z * left)) / days
    return float(total * (PRIOR_WEIGHT + max(squares, 0.0)) / (PRIOR_WEIGHT + n - 1.0))


@dataclass(frozen=True, slots=True)
class _Term:
    """Negative log likelihood of some days at the same sites, as a function of the parameters."""

    day: Days
    model: Model
    sets: vecchia.Conditioning | None

    def along(self, ratio: float, angle: float) -> "_Term":
        """The same in the plane of a direction."""
        if ratio == 1.0:
            return self
        shape = Parameters(self.model, "none", 1.0, 1.0, 0.0, ratio=ratio, angle=angle)
        xy = shape.plane(self.day.x_m, self.day.y_m)
        day = replace(self.day, x_m=xy[:, 0], y_m=xy[:, 1])
        sets = None if self.sets is None else vecchia.measured_in(self.sets, xy)
        return _Term(day, self.model, sets)

    def value(self, theta: FloatArray) -> float:
        day = self.day
        if self.sets is None:
            return self.slope(theta)[0]
        sill, range_m, nugget = (float(size) for size in np.exp(theta))
        shape = Parameters(self.model, "none", sill, range_m, nugget)
        return vecchia.restricted(self.sets, shape, day.error, day.z, day.drift)

    def slope(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """The value and its derivatives."""
        day = self.day
        if self.sets is None:
            lag = likelihood.distances_m(day.x_m, day.y_m)
            return likelihood.restricted(theta, lag, day.error, day.z, self.model, day.drift)
        here, step = self.value(theta), 1e-4
        slope = [(self.value(theta + step * unit) - here) / step for unit in np.eye(3)]
        return here, np.array(slope)


def _term(day: Days, model: Model) -> _Term:
    few = len(day.z) <= EXACT_LIKELIHOOD
    return _Term(day, model, None if few else vecchia.conditioning(day.x_m, day.y_m))
