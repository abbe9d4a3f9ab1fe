"""Parameters of the covariance from data: restricted likelihood with weak priors."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from layers.interpolation import likelihood, vecchia
from layers.interpolation.parameters import FloatArray, Model, Parameters, Transform

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

FEW_STATIONS, FLAT, NO_STATIONS, EQUAL = (
    "few-stations",
    "flat-likelihood",
    "no-stations",
    "equal-values",
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
    """

    x_m: FloatArray
    y_m: FloatArray
    error: FloatArray
    z: FloatArray


def estimate(
    days: Sequence[Days],
    *,
    transform: Transform,
    model: Model = DEFAULT.model,
    prior: Parameters | None = None,
) -> tuple[Parameters, str | None]:
    """Parameters with the largest posterior density, and why they are not, if they are not.

    Parameters
    ----------
    days : sequence of Days
        At least one; each counts with the number of its days.
    transform : "log" or "none"
        What the values have been through.
    model : Model
        Correlation of the latent field.
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
    they only remove the ridges of the likelihood described there).
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

    def split(variance: float, range_m: float = base.range_m) -> Parameters:
        sill, nugget = (1.0 - share) * variance, share * variance
        return Parameters(model, transform, sill, range_m, nugget)

    if n == 0:
        return split(total), NO_STATIONS
    spread = _variance(days)
    if n < FEW:
        return split(_few(largest, split(total), total)), FEW_STATIONS
    if spread <= 1e-8 * total:
        # The network cannot have measured a variance of nothing: resolution is finite.
        return split(1e-4 * total), EQUAL

    terms = [(_term(day, model), day.z.shape[1]) for day in days if len(day.z) >= FEW]
    count = sum(number for _, number in terms)
    centre_variance = spread if prior is None else total
    range_m = base.range_m
    diagonal = float(np.hypot(np.ptp(largest.x_m), np.ptp(largest.y_m)))
    if diagonal <= 0:
        return split(spread), FLAT
    if prior is None:
        range_m = min(range_m, diagonal / 3.0)
    centre = np.log([(1.0 - share) * centre_variance, range_m, max(share, 1e-3) * centre_variance])

    def objective(theta: FloatArray) -> tuple[float, FloatArray]:
        off = (theta - centre) / PRIOR_SPREAD
        value, slope = 0.5 * float(off @ off), off / PRIOR_SPREAD
        for term, number in terms:
            part, part_slope = term(theta)
            value += part * number / count
            slope = slope + part_slope * (number / count)
        return value, slope

    # Here, since whoever only reads surfaces would wait a third of a second for it.
    from scipy.optimize import minimize

    low, high = centre - 7.0, centre + 7.0
    high[1] = math.log(2.0 * diagonal) if diagonal > range_m else centre[1] + 1.0
    low[1] = math.log(range_m) - 4.0
    found = minimize(
        objective,
        centre,
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(low, high, strict=True)),
        options={"maxiter": 60, "ftol": 1e-8, "maxls": 30},
    )
    if not (np.all(np.isfinite(found.x)) and math.isfinite(found.fun)):
        return split(spread), FLAT
    sill, range_found, nugget = (float(size) for size in np.exp(found.x))
    return Parameters(model, transform, sill, range_found, nugget), None


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
    whole = np.linalg.solve(k, np.column_stack([day.z, np.ones(n)]))
    mean = whole[:, :-1].sum(axis=0) / whole[:, -1].sum()
    left = day.z - mean
    squares = float(np.sum(left * (whole[:, :-1] - whole[:, -1:] * mean))) / days
    return float(total * (PRIOR_WEIGHT + max(squares, 0.0)) / (PRIOR_WEIGHT + n - 1.0))


def _term(day: Days, model: Model) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    """Negative log likelihood of some days and its gradient, as a function of theta."""
    if len(day.z) <= EXACT_LIKELIHOOD:
        lag = likelihood.distances_m(day.x_m, day.y_m)
        return lambda theta: likelihood.restricted(theta, lag, day.error, day.z, model)
    sets = vecchia.conditioning(day.x_m, day.y_m)

    def value(theta: FloatArray) -> float:
        sill, range_m, nugget = (float(size) for size in np.exp(theta))
        shape = Parameters(model, "none", sill, range_m, nugget)
        return vecchia.restricted(sets, shape, day.error, day.z)

    def term(theta: FloatArray) -> tuple[float, FloatArray]:
        here, step = value(theta), 1e-4
        slope = [(value(theta + step * unit) - here) / step for unit in np.eye(3)]
        return here, np.array(slope)

    return term
