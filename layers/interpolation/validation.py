"""How good a field is: every site predicted from all the others, without a refit."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.interpolation.field import Field
from layers.interpolation.measured import learnt, measured
from layers.interpolation.parameters import FloatArray, Parameters

SCORED = 2_000
"""Sites that are left out, evenly spread over the list, when there are more."""
GATE = (0.85, 0.95)
"""Coverage of the 90 % interval between which nothing is corrected."""
GATE_SITES = 30
"""Fewer sites cannot tell whether the coverage is right."""
Z90 = 1.6448536269514722
LEVELS = (0.5, 0.8, 0.9, 0.95)


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
    mean_error, rmse : float
        Of the predicted mean minus the value.
    mae : float
        Of the predicted median minus the value.
    crps : float
        Mean continuous ranked probability score.
    coverage_50, coverage_80, coverage_90, coverage_95 : float
        Share of the values inside their central interval of that probability.
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
    coverage_50: float
    coverage_80: float
    coverage_90: float
    coverage_95: float
    z_mean: float
    z_sd: float
    inflation: float


class LeftOut(NamedTuple):
    """Of the sites that were left out, in the latent unit.

    ``z`` is the value, ``error`` that of its prediction, ``variance`` of the error but for the
    offset of the site; each of shape (sites,).
    """

    z: FloatArray
    error: FloatArray
    variance: FloatArray


def loo(field: Field) -> Report:
    """Leave every site out once (2,000 of them when there are more) and score its prediction.

    The prediction is that of a new measurement: the noise of site and device is included, the
    extra noise of a value that stands far out is not.
    """
    z, error, variance = left_out(field)
    scores: tuple[float, ...] = (np.nan,) * 10
    if len(z):
        p = field.parameters
        value = np.exp(z) if p.transform == "log" else z
        found = measured(z - error, np.sqrt(variance), p)
        off = found.mean() - value
        inside = np.abs(2.0 * found.below(value) - 1.0)
        u = error / np.sqrt(found.share @ found.sigma**2)
        scores = (
            float(off.mean()),
            float(np.abs(found.quantile(0.5) - value).mean()),
            float(np.sqrt(np.mean(off**2))),
            float(found.crps(value).mean()),
            *(float(np.mean(inside <= level)) for level in LEVELS),
            float(u.mean()),
            float(u.std()),
        )
    scores += (field.parameters.inflation,)
    return Report(
        field.method,
        field.fallback,
        len(z),
        field.sites.masked,
        field.sites.merged,
        int(np.count_nonzero(field.extra)),
        *scores,
    )


def patterned(field: Field, left: LeftOut | None = None) -> bool:
    """Whether the places of the stations tell more of a value than the mean of all others does.

    Notes
    -----
    The errors of both, by the criterion of Schwarz (1978), Annals of Statistics 6(2). Fewer than
    ``GATE_SITES`` stations are not asked.
    """
    z, error, _ = left_out(field) if left is None else left
    n = len(z)
    if n < GATE_SITES:
        return True
    calm = field.extra[_scored(field.sites.n)] == 0
    count = max(int(np.count_nonzero(calm)), 2)
    plain = (z - z[calm].mean()) * count / (count - 1)
    before, after = (float(np.mean(off[calm] ** 2)) for off in (plain, error))
    return after <= 0 or n * math.log(max(before / after, 1e-300)) > math.log(n)


def calibrated(field: Field, left: LeftOut | None = None) -> Parameters:
    """Parameters under which the intervals hold.

    Notes
    -----
    Where the 90 % intervals of a normal offset hold too little or too much, all variances are
    multiplied by one factor, so that the mean hardly moves (what is known of the drift beforehand
    stays); then the distribution of the offsets
    is learnt.
    """
    p = field.parameters
    _, error, variance = left_out(field) if left is None else left
    if len(error) < GATE_SITES:
        return p
    u = np.abs(error) / np.sqrt(variance + p.nugget_site)
    factor = 1.0
    if not GATE[0] <= float(np.mean(u <= Z90)) <= GATE[1]:
        factor = float(np.clip(np.quantile(u, 0.9) / Z90, 0.1, 10.0))
    nugget = p.nugget_site * factor**2
    return replace(
        p,
        sill=p.sill * factor**2,
        nugget_site=nugget,
        inflation=p.inflation * factor,
        shares=learnt(error, variance * factor**2, nugget),
    )


def left_out(field: Field) -> LeftOut:
    """Leave every site out that is scored, in their order."""
    if field.solver is None or field.sites.n < 2:
        return LeftOut(np.empty(0), np.empty(0), np.empty(0))
    at = _scored(field.sites.n)
    error, spread = field.solver.left_out(at)
    own = field.extra[at] + field.parameters.nugget_site
    return LeftOut(field.sites.z[at], error, np.maximum(spread**2 - own, 0.0))


def _scored(n: int) -> NDArray[np.intp]:
    """Sites that are left out."""
    return np.unique(np.linspace(0, n - 1, min(n, SCORED)).astype(np.intp))
