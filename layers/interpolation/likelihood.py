"""Restricted likelihood of the covariance parameters, with its gradient."""

import math
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve

from layers.interpolation.drift import Drift
from layers.interpolation.parameters import (
    FloatArray,
    Model,
    correlation_and_slope,
    distances_m,
)
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
    """Negative log restricted likelihood with the coefficients of the mean unknown, and gradient.

    Parameters
    ----------
    theta : array of float, shape (3,)
        Logarithms of sill, range in metres and nugget.
    sets : Conditioning
        Which of the n sites are taken together, and which are each given a few others: exact where
        all are taken together, else Vecchia's approximation.
    error : array of float, shape (n,)
        Variance of the measurement error.
    z : array of float, shape (n, d)
        Latent values of d days at the same sites; the result is the average over the days.
    model : Model
        Correlation of the latent field.
    drift : Drift
        Of the n sites; what is known of its coefficients beforehand counts.

    Returns
    -------
    float
        -log L, infinite where the covariance is not positive definite in floating point; but for
        a constant that the coefficients' prior alone gives.
    array of float, shape (3,)
        Derivatives by ``theta``.

    Notes
    -----
    2 (-log L) = log|K| + log|F'K⁻¹F + G| + z'Pz + (n-1) log 2 pi,
    P = K⁻¹ - K⁻¹F(F'K⁻¹F + G)⁻¹F'K⁻¹, G the precision of the coefficients. Of K no more is needed
    than log|K| and B'K⁻¹B, B the values and the columns F: sums over conditional densities.
    Source: Harville (1974), Biometrika 61(2); Cressie (1993), Statistics for Spatial Data, 2.6;
    Vecchia (1988), JRSS B 50(2); Stein, Chi & Welty (2004), JRSS B 66(2);
    derivatives: Guinness (2021), Statistics and Computing 31, 25.
    """
    days = z.shape[1]
    sill, range_m, nugget = (float(size) for size in np.exp(theta))
    field = _Field(model, sill, range_m, nugget)
    sites = _Sites(nugget + error, np.column_stack([z, drift.columns]))
    try:
        parts = [_joint(sets, field, sites)]
        if len(sets.site):
            parts.append(_conditional(sets, field, sites))
        whole = _Part(*(sum(each) for each in zip(*parts, strict=True)))
        product = whole.product
        root = np.linalg.cholesky(product[days:, days:] + np.diag(drift.precision))
    except np.linalg.LinAlgError:
        return math.inf, np.zeros(3)
    inverse = cho_solve((root, True), np.eye(len(root)), check_finite=False)
    best = inverse @ product[days:, :days]
    squares = np.trace(product[:days, :days]) - np.sum(product[days:, :days] * best)
    doubled = (
        whole.determinant
        + 2.0 * np.log(np.diagonal(root)).sum()
        + squares / days
        + (len(sets.joint) + len(sets.site) - 1) * math.log(2.0 * math.pi)
    )
    # The coefficients are at their best: that they move, too, changes nothing of the squares.
    left = np.concatenate([np.eye(days), -best])
    gradient = (
        whole.of_determinant
        + np.einsum("bc,pbc->p", inverse, whole.of_product[:, days:, days:])
        + np.einsum("bd,pbd->p", left, whole.of_product @ left) / days
    )
    return 0.5 * float(doubled), 0.5 * gradient


def _joint(sets: Conditioning, field: _Field, sites: _Sites) -> _Part:
    """The sites whose joint density is taken."""
    k, of_range = field.at(distances_m(*sets.joint_xy_m.T))
    columns = sites.columns[sets.joint]
    lower = np.linalg.cholesky(k + np.diag(sites.noise[sets.joint]))
    inverse = cho_solve((lower, True), np.eye(len(lower)), check_finite=False)
    told = inverse @ columns
    of_determinant = [np.sum(inverse * k), np.sum(inverse * of_range)]
    of_determinant.append(field.nugget * np.trace(inverse))
    of_told = np.stack([k @ told, of_range @ told, field.nugget * told])
    return _Part(
        2.0 * float(np.log(np.diagonal(lower)).sum()),
        columns.T @ told,
        np.array(of_determinant),
        -(told.T @ of_told),
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
