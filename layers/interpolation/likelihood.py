"""Restricted likelihood of the covariance parameters, exact, with its gradient."""

import math

import numpy as np
from scipy.linalg import cho_solve
from scipy.spatial.distance import cdist

from layers.interpolation.drift import Drift
from layers.interpolation.parameters import FloatArray, Model, correlation_and_slope


def distances_m(x_m: FloatArray, y_m: FloatArray) -> FloatArray:
    """Distances between all pairs, shape (n, n)."""
    xy = np.stack([x_m, y_m], axis=1)
    return np.asarray(cdist(xy, xy))


def restricted(
    theta: FloatArray,
    lag_m: FloatArray,
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
    lag_m : array of float, shape (n, n)
        Distances between the sites.
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
    P = K⁻¹ - K⁻¹F(F'K⁻¹F + G)⁻¹F'K⁻¹, d(-log L) = (tr(P dK) - z'P dK Pz) / 2,
    G the precision of the coefficients.
    Source: Harville (1974), Biometrika 61(2); Cressie (1993), Statistics for Spatial Data, 2.6.
    """
    n, days = z.shape
    sill, range_m, nugget = np.exp(theta)
    field, slope = (sill * each for each in correlation_and_slope(lag_m / range_m, model))
    k = field.copy()
    k[np.diag_indices(n)] += nugget + error
    try:
        lower = np.linalg.cholesky(k)
        inverse = cho_solve((lower, True), np.eye(n), check_finite=False)
        told = inverse @ drift.columns
        information = drift.columns.T @ told + np.diag(drift.precision)
        root = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return math.inf, np.zeros(3)
    half = np.linalg.solve(root, told.T)
    p = inverse - half.T @ half
    a = p @ z
    value = 0.5 * (
        2.0 * float(np.log(np.diagonal(lower)).sum())
        + 2.0 * float(np.log(np.diagonal(root)).sum())
        + float(np.sum(z * a)) / days
        + (n - 1) * math.log(2.0 * math.pi)
    )
    # P minus the average outer product of a: one matrix meets every derivative of K
    middle = p - a @ a.T / days
    gradient = 0.5 * np.array(
        [
            float(np.sum(middle * field)),
            float(np.sum(middle * slope)),
            nugget * float(np.trace(middle)),
        ]
    )
    return value, gradient
