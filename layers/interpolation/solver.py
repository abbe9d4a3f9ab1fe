"""Exact kriging of a latent field around a mean with unknown coefficients."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dtrtri
from scipy.spatial.distance import cdist

from layers.interpolation.drift import Drift
from layers.interpolation.parameters import FloatArray, Parameters, distances_m

CHUNK = 2_000_000
"""Elements of one block of covariances between sites and targets: 16 MB."""


@dataclass(frozen=True, slots=True)
class Kriged:
    """What the sites tell of the latent field at m targets, around the mean of the drift.

    Attributes
    ----------
    mean : array of float, shape (m,)
        c'K⁻¹(z - F beta).
    left : array of float, shape (m,)
        Variance that the sites leave, sill - c'K⁻¹c, in [0, sill].
    told : array of float, shape (m, p)
        F'K⁻¹c: the part of each coefficient that the sites already know at the target.
    """

    mean: FloatArray
    left: FloatArray
    told: FloatArray


@dataclass(frozen=True, slots=True)
class Exact:
    """Factor of the covariance between n sites; everything else follows by solving with it.

    Attributes
    ----------
    xy_m : array of float, shape (n, 2)
        Sites, in the plane of the parameters.
    root : array of float, shape (n, n)
        Inverse of the Cholesky factor of K = latent covariance + noise: a matrix product with
        it is several times faster than solving with the factor, target after target.
    drift : Drift
        Mean F beta of the sites.
    told : array of float, shape (n, p)
        K⁻¹F.
    variance : array of float, shape (p, p)
        Covariance of the coefficients: (F'K⁻¹F + G)⁻¹, G their precision beforehand.
    left, weight : array of float, shape (n,)
        z - F beta, and K⁻¹(z - F beta).
    beta : array of float, shape (p,)
        Generalised least squares coefficients.
    """

    parameters: Parameters
    xy_m: FloatArray
    root: FloatArray
    drift: Drift
    told: FloatArray
    variance: FloatArray
    left: FloatArray
    weight: FloatArray
    beta: FloatArray

    def predict(self, target_m: FloatArray) -> Kriged:
        """Kriging at targets of shape (m, 2), by blocks.

        Notes
        -----
        Source: Cressie (1993), Statistics for Spatial Data, 3.4.5 (universal kriging).
        """
        m, p = len(target_m), self.told.shape[1]
        mean, left, told = np.empty(m), np.empty(m), np.empty((m, p))
        step = max(1, CHUNK // len(self.weight))
        sill = self.parameters.sill
        for begin in range(0, m, step):
            part = slice(begin, begin + step)
            c = self.parameters.covariance(cdist(self.xy_m, target_m[part]))
            mean[part] = self.weight @ c
            told[part] = c.T @ self.told
            half = self.root @ c
            left[part] = sill - np.square(half, out=half).sum(axis=0)
        return Kriged(mean, np.clip(left, 0.0, sill), told)

    def means(self, target_m: FloatArray) -> FloatArray:
        """Only ``mean``, at targets of shape (..., 2): no product of n² operations a target."""
        flat = target_m.reshape(-1, 2)
        mu = np.empty(len(flat))
        step = max(1, CHUNK // len(self.weight))
        for begin in range(0, len(flat), step):
            lag = cdist(self.xy_m, flat[begin : begin + step])
            mu[begin : begin + step] = self.weight @ self.parameters.covariance(lag)
        return mu.reshape(target_m.shape[:-1])

    def with_values(self, z: FloatArray) -> "Exact":
        """The same sites and noise with other values: two triangular solves, O(n²)."""
        beta = self.variance @ (self.told.T @ z)
        left = z - self.drift.columns @ beta
        return replace(self, beta=beta, left=left, weight=self.root.T @ (self.root @ left))

    def left_out(self, at: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """Error and standard deviation at the sites ``at`` when predicted from all the others.

        Returns
        -------
        array of float, array of float, shape of ``at``
            z minus its prediction, and the standard deviation of that difference.

        Notes
        -----
        (Pz)_i / P_ii and 1 / sqrt(P_ii), P as in ``likelihood.restricted``: no refit.
        Source: Dubrule (1983), Mathematical Geology 15(6).
        """
        brought = of_coefficients(self.told[at], self.variance)
        whole = np.square(self.root[:, at]).sum(axis=0)
        diagonal = np.maximum(whole - brought, 1e-10 * whole)  # nothing is left of more digits
        return self.weight[at] / diagonal, 1.0 / np.sqrt(diagonal)


def of_coefficients(unknown: FloatArray, variance: FloatArray) -> FloatArray:
    """Variance that the coefficients bring: d'Vd for each of the rows, shape (..., p) -> (...)."""
    # In this order: the square of what is told could be too large for a number.
    return np.asarray(np.sum(unknown @ variance * unknown, axis=-1))


def exact(
    parameters: Parameters, xy_m: FloatArray, noise: FloatArray, z: FloatArray, drift: Drift
) -> Exact:
    """Factorise the covariance of n >= 1 sites; noise is the variance beyond the latent field.

    Notes
    -----
    Sites that a smooth model cannot tell apart leave a factor of nothing: the smallest noise
    that lets the factorisation pass is added, from 1e-10 of the sill upwards.
    """
    k = parameters.covariance(distances_m(*xy_m.T))
    diagonal = np.diag_indices(len(z))
    k[diagonal] += noise
    lower: FloatArray | None = None
    jitter = 0.0
    while lower is None:
        try:
            lower = np.asarray(np.linalg.cholesky(k), dtype=np.float64)
        except np.linalg.LinAlgError:
            more = max(10.0 * jitter, 1e-10 * parameters.sill)
            k[diagonal] += more - jitter
            jitter = more
    root = np.asarray(dtrtri(lower, lower=1)[0])
    half = root @ drift.columns
    variance = np.asarray(np.linalg.inv(half.T @ half + np.diag(drift.precision)), np.float64)
    told = root.T @ half
    blank = Exact(parameters, xy_m, root, drift, told, variance, z, z, z)
    return blank.with_values(z)
