"""What a field learnt of its mean: offsets of networks, effects of covariates."""

import math
from typing import NamedTuple

import numpy as np

from layers.interpolation.field import Field
from layers.interpolation.parameters import FloatArray


class Coefficient(NamedTuple):
    """A coefficient of the mean and its standard error, in latent units.

    Under "log" these are shares for small numbers: 0.05 is five per cent.
    """

    value: float
    sd: float


_NOTHING = Coefficient(math.nan, math.nan)


def offsets(field: Field) -> dict[str, Coefficient]:
    """What each network shows beyond the average of all networks; empty where there is only one.

    Notes
    -----
    What all networks share cannot be told from the mean of the field, so that the error is that of
    the contrast: of o_k - (o_1 + ... + o_m) / m, from the covariance of the coefficients.
    """
    names = field.drift.networks
    if not names:
        return {}
    first, m = 1 + field.drift.covariates, len(names)
    contrast = np.zeros((m, field.drift.width))
    contrast[:, first:] = np.eye(m) - 1.0 / m
    return dict(zip(names, _told(field, contrast), strict=True))


def effects(field: Field) -> list[Coefficient]:
    """What one standard deviation of each covariate adds, in the order of the fit.

    NaN where a covariate is the same at all sites, or not known at any: it tells nothing.
    """
    q = field.drift.covariates
    told = _told(field, np.eye(field.drift.width)[1 : 1 + q])
    differs = np.isfinite(field.drift.scale)
    return [each if d else _NOTHING for each, d in zip(told, differs, strict=True)]


def _told(field: Field, contrast: FloatArray) -> list[Coefficient]:
    """Value and standard error of combinations of coefficients, shape (k, p)."""
    solver = field.solver
    if solver is None:
        return [_NOTHING] * len(contrast)
    value = contrast @ solver.beta
    variance = np.einsum("kp,pq,kq->k", contrast, solver.variance, contrast)
    sd = np.sqrt(np.maximum(variance, 0.0))
    return [Coefficient(float(v), float(s)) for v, s in zip(value, sd, strict=True)]
