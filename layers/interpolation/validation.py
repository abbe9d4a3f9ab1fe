"""How good a field is: every site predicted from all the others, without a refit."""

from dataclasses import dataclass, replace

import numpy as np

from layers.interpolation import distribution
from layers.interpolation.field import Field, left_out
from layers.interpolation.parameters import FloatArray, Parameters

SCORED = 2_000
"""Sites that are left out, evenly spread over the list, when there are more."""
GATE = (0.85, 0.95)
"""Coverage of the 90 % interval between which nothing is corrected."""
GATE_SITES = 30
"""Fewer sites cannot tell whether the coverage is right."""
Z90 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Report:
    """Leave-one-out scores, in the unit of the values; NaN where fewer than 2 sites exist.

    Attributes
    ----------
    method : str
        "exact", "local" or "none".
    fallback : str or None
        Why the parameters are not the data's own.
    n : int
        Sites that were left out and predicted, those that stand far out included.
    masked, merged, outliers : int
        Values not used, values that share a site, sites with a noise of their own.
    mean_error, mae, rmse : float
        Of the predicted mean minus the value.
    crps : float
        Mean continuous ranked probability score.
    coverage_90 : float
        Share of the values inside their central 90 % interval.
    z_mean, z_sd : float
        Of the standardised errors of the latent field.
    inflation : float
        Factor that the honesty gate applied to the standard deviations.
    """

    method: str
    fallback: str | None
    n: int
    masked: int
    merged: int
    outliers: int
    mean_error: float
    mae: float
    rmse: float
    crps: float
    coverage_90: float
    z_mean: float
    z_sd: float
    inflation: float


def loo(field: Field) -> Report:
    """Leave every site out once (2,000 of them when there are more) and score its prediction.

    The prediction is that of a new measurement: the noise of site and device is included, the
    extra noise of a value that stands far out is not.
    """
    z, error, spread = _left_out(field)
    scores = (np.nan,) * 7
    if len(z):
        transform = field.parameters.transform
        value = np.exp(z) if transform == "log" else z
        mu = z - error
        off = distribution.mean(mu, spread, transform) - value
        u = error / spread
        scores = (
            float(off.mean()),
            float(np.abs(off).mean()),
            float(np.sqrt(np.mean(off**2))),
            float(distribution.crps(value, mu, spread, transform).mean()),
            float(np.mean(np.abs(u) <= Z90)),
            float(u.mean()),
            float(u.std()),
        )
    return Report(
        field.method,
        field.fallback,
        len(z),
        field.sites.masked,
        field.sites.merged,
        int(np.count_nonzero(field.extra)),
        *scores,
        inflation=field.parameters.inflation,
    )


def calibrated(field: Field) -> Parameters:
    """Parameters under which the 90 % intervals hold; the same object where they already do.

    Notes
    -----
    All variances are multiplied by one factor, so that the mean does not move.
    """
    p = field.parameters
    _, error, spread = _left_out(field)
    if len(error) < GATE_SITES:
        return p
    u = np.abs(error / spread)
    if GATE[0] <= float(np.mean(u <= Z90)) <= GATE[1]:
        return p
    factor = float(np.clip(np.quantile(u, 0.9) / Z90, 0.1, 10.0))
    return replace(
        p,
        sill=p.sill * factor**2,
        nugget_site=p.nugget_site * factor**2,
        inflation=p.inflation * factor,
    )


def _left_out(field: Field) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Value, error and standard deviation of a new measurement, of the sites that are scored."""
    if field.solver is None or field.sites.n < 2:
        return np.empty(0), np.empty(0), np.empty(0)
    n = field.sites.n
    at = np.unique(np.linspace(0, n - 1, min(n, SCORED)).astype(np.intp))
    error, spread = left_out(field.solver, field.sites.z, at)
    plain = np.sqrt(np.maximum(spread**2 - field.extra[at], np.finfo(np.float64).tiny))
    return field.sites.z[at], error, plain
