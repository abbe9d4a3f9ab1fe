"""Restricted likelihood of many sites, each given a few of its predecessors, with its gradient."""

import math
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve

from layers.interpolation.drift import Drift
from layers.interpolation.parameters import FloatArray, Model, correlation_and_slope
from layers.interpolation.vecchia import Conditioning


class _Sites(NamedTuple):
    """The n sites: variance beyond the field, shape (n,), and b columns, shape (n, b)."""

    noise: FloatArray
    columns: FloatArray


class _Field(NamedTuple):
    """Covariance of the field, without nugget."""

    model: Model
    sill: float
    range_m: float
    nugget: float

    def at(self, lag_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Covariance at distances of any shape, and its derivative by the log range."""
        found, slope = correlation_and_slope(lag_m / self.range_m, self.model)
        found *= self.sill
        slope *= self.sill
        return found, slope


class _Part(NamedTuple):
    """What some of the sites, of covariance K and with columns B, add to the likelihood.

    Derivatives are by the logarithms of sill, range and nugget.

    Attributes
    ----------
    determinant : float
        log|K|.
    product : array of float, shape (b, b)
        B'K⁻¹B.
    of_determinant : array of float, shape (3,)
        Derivatives of the determinant.
    of_product : array of float, shape (3, b, b)
        Derivatives of the product.
    """

    determinant: float
    product: FloatArray
    of_determinant: FloatArray
    of_product: FloatArray


def restricted(
    theta: FloatArray,
    sets: Conditioning,
    error: FloatArray,
    z: FloatArray,
    model: Model,
    drift: Drift,
) -> tuple[float, FloatArray]:
    """Vecchia's approximation of ``likelihood.restricted``, whose shapes and result are those here.

    Parameters
    ----------
    sets : Conditioning
        Which of the n sites is conditioned on which.

    Notes
    -----
    log|K| and B'K⁻¹B, B the values and the columns of the mean, are sums over conditional
    densities; all the rest of the restricted likelihood is made of them.
    Source: Vecchia (1988), JRSS B 50(2); restricted form: Stein, Chi & Welty (2004), JRSS B 66(2);
    derivatives: Guinness (2021), Statistics and Computing 31, 25.
    """
    days = z.shape[1]
    sill, range_m, nugget = (float(size) for size in np.exp(theta))
    field = _Field(model, sill, range_m, nugget)
    sites = _Sites(nugget + error, np.column_stack([z, drift.columns]))
    try:
        one, other = _joint(sets, field, sites), _conditional(sets, field, sites)
        product = one.product + other.product
        root = np.linalg.cholesky(product[days:, days:] + np.diag(drift.precision))
    except np.linalg.LinAlgError:
        return math.inf, np.zeros(3)
    inverse = cho_solve((root, True), np.eye(len(root)), check_finite=False)
    best = inverse @ product[days:, :days]
    squares = np.trace(product[:days, :days]) - np.sum(product[days:, :days] * best)
    doubled = (
        one.determinant
        + other.determinant
        + 2.0 * np.log(np.diagonal(root)).sum()
        + squares / days
        + (len(sets.joint) + len(sets.site) - 1) * math.log(2.0 * math.pi)
    )
    slope = one.of_product + other.of_product
    # The coefficients are at their best: that they move, too, changes nothing of the squares.
    left = np.concatenate([np.eye(days), -best])
    gradient = (
        one.of_determinant
        + other.of_determinant
        + np.einsum("bc,pbc->p", inverse, slope[:, days:, days:])
        + np.einsum("bd,pbc,cd->p", left, slope, left, optimize=True) / days
    )
    return 0.5 * float(doubled), 0.5 * gradient


def _joint(sets: Conditioning, field: _Field, sites: _Sites) -> _Part:
    """The sites whose joint density is taken."""
    k, of_range = field.at(sets.joint_m)
    columns, one = sites.columns[sets.joint], np.eye(len(k))
    lower = np.linalg.cholesky(k + np.diag(sites.noise[sets.joint]))
    inverse = cho_solve((lower, True), one, check_finite=False)
    told = inverse @ columns
    of_k = np.stack([k, of_range, field.nugget * one])
    return _Part(
        2.0 * float(np.log(np.diagonal(lower)).sum()),
        columns.T @ told,
        np.einsum("ij,pij->p", inverse, of_k),
        -(told.T @ of_k @ told),
    )


def _conditional(sets: Conditioning, field: _Field, sites: _Sites) -> _Part:
    """The q sites that are each given k others.

    Notes
    -----
    Of a site: weights w = K⁻¹c of the given ones, variance v = c₀ - w'c, residual r = b - w'B.
    With u = dc - dK w: dw = K⁻¹u, dv = dc₀ - w'dc - w'u and dr = -u'K⁻¹B, so that one solution
    with K does for everything.
    """
    (k, k_of_range), (c, c_of_range) = field.at(sets.given_m), field.at(sets.site_m)
    noise, given, i = sites.noise[sets.given], sites.columns[sets.given], np.arange(k.shape[1])
    k[:, i, i] += noise
    told = np.linalg.solve(k, np.concatenate([c[:, :, None], given], axis=2))
    weight, told = told[:, :, 0], told[:, :, 1:]
    variance = field.sill + sites.noise[sets.site] - np.sum(weight * c, axis=1)
    variance = np.maximum(variance, 1e-12 * field.sill)
    residual = sites.columns[sets.site] - np.einsum("qk,qkb->qb", weight, given)

    of_c = np.stack([c, c_of_range, np.zeros_like(c)], axis=1)
    turned = c_of_range - (k_of_range @ weight[:, :, None])[:, :, 0]
    # c - (K - noise) w is noise w
    u = np.stack([noise * weight, turned, -field.nugget * weight], axis=1)
    of_own = np.array([field.sill, 0.0, field.nugget])
    of_variance = of_own - ((of_c + u) @ weight[:, :, None])[:, :, 0]
    of_variance /= variance[:, None]
    of_residual = np.moveaxis(-(u @ told), 1, 0)
    scaled = residual / variance[:, None]
    crossed = of_residual.transpose(0, 2, 1) @ scaled
    return _Part(
        float(np.log(variance).sum()),
        residual.T @ scaled,
        of_variance.sum(axis=0),
        crossed + crossed.transpose(0, 2, 1) - (of_variance.T[:, None] * residual.T) @ scaled,
    )
