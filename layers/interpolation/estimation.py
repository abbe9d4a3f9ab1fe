"""Parameters of the covariance from data: restricted likelihood with weak priors."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from layers.interpolation.parameters import SMOOTH, Model, Parameters, Transform, distances_m
from layers.interpolation.posterior import Days, Mode, Posterior, Way, posterior, unlikely

FEW = 15
"""Below so many sites range and nugget share cannot be learnt; the pooled defaults stand in."""
DEFAULT = Parameters("exponential", "log", sill=0.05, range_m=250_000.0, nugget_site=0.01)
"""Pooled from gamma dose rate: 11 days of the 200 given SIC2004 stations (sill 0.033, range 220 km,
nugget 0.0085) and the European network at 600 to 3,574 stations (0.06 to 0.07, 250 to 360 km,
0.010 to 0.015). Other quantities take the shape, not the size."""
PRIOR_WEIGHT = 4.0
"""Sites that the default variance counts for when there are fewer than ``FEW``."""
DIRECTED = 60
"""Sites from which on the data may ask for a direction of the covariance."""
LEAST_WEIGHT = 0.01
"""Probability below which a model is not averaged in."""

FEW_STATIONS, FLAT, NO_STATIONS, EQUAL, NO_PATTERN = (
    "few-stations",
    "flat-likelihood",
    "no-stations",
    "equal-values",
    "no-pattern",
)


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
    diagonal = float(np.hypot(np.ptp(largest.x_m), np.ptp(largest.y_m)))
    if diagonal <= 0:
        return split(spread), FLAT
    variance, range_m = (
        (total, base.range_m) if prior else (spread, min(base.range_m, diagonal / 3))
    )
    centre = np.log([(1.0 - share) * variance, range_m, max(share, 1e-3) * variance])
    low, high = centre - 7.0, centre + 7.0
    low[1] = math.log(range_m) - 4.0
    high[1] = math.log(2.0 * diagonal) if diagonal > range_m else centre[1] + 1.0
    found = _found(posterior([d for d in days if len(d.z) >= FEW], first, centre, low, high), n)
    if found is None:
        return split(spread), FLAT
    one, way, other = found
    sizes = Parameters(first, transform, *one.sizes, ratio=way[0], angle=way[1])
    return (_averaged(sizes, one.value, other) if model is None else sizes), None


def _found(of: Posterior, n: int) -> tuple[Mode, Way, Mode] | None:
    """Modes of the first model and of ``SMOOTH``, and the direction of both; n sites at most."""
    one, way = of.mode(of.centre), (1.0, 0.0)
    if not one.found:
        return None
    if n >= DIRECTED:
        likely = of.likely_way(one.theta)
        directed = of.along(likely).mode(one.theta)
        if one.value - directed.value - unlikely(likely[0]) > math.log(n):
            one, way = directed, likely
    return one, way, of.along(way, SMOOTH).mode(one.theta)


def _averaged(one: Parameters, value: float, other: Mode) -> Parameters:
    """Nested covariance of ``one``, with its negative log posterior, and of ``SMOOTH``."""
    weight = 1.0 / (1.0 + math.exp(min(other.value - value, 700.0))) if other.found else 0.0
    if weight <= LEAST_WEIGHT:
        return one
    weight = min(weight, 1.0 - LEAST_WEIGHT)
    sill, range_m, nugget = other.sizes
    whole = (1.0 - weight) * one.sill + weight * sill
    return replace(
        one,
        sill=whole,
        nugget_site=(1.0 - weight) * one.nugget_site + weight * nugget,
        smooth=weight * sill / whole,
        smooth_range_m=range_m,
    )


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
    lag = distances_m(day.x_m, day.y_m)
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
