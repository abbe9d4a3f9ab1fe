"""Exact kriging of a latent field with an unknown constant mean."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dtrtri
from scipy.spatial.distance import cdist

from layers.interpolation.likelihood import distances_m
from layers.interpolation.parameters import FloatArray, Parameters

CHUNK = 2_000_000
"""Elements of one block of covariances between sites and targets: 16 MB."""


@dataclass(frozen=True, slots=True)
class Latent:
    """Latent field at m targets.

    Attributes
    ----------
    mu, sigma : array of float, shape (m,)
        Mean and standard deviation, the unknown mean of the field included.
    support : array of float, shape (m,)
        Variance left over the prior variance, in [0, 1]: 1 where no site tells anything.
    """

    mu: FloatArray
    sigma: FloatArray
    support: FloatArray


@dataclass(frozen=True, slots=True)
class Exact:
    """Factor of the covariance between n sites; everything else follows by solving with it.

    Attributes
    ----------
    xy_m : array of float, shape (n, 2)
        Sites.
    root : array of float, shape (n, n)
        Inverse of the Cholesky factor of K = latent covariance + noise: a matrix product with
        it is several times faster than solving with the factor, target after target.
    ones : array of float, shape (n,)
        K⁻¹1.
    weight : array of float, shape (n,)
        K⁻¹(z - mean).
    mean : float
        Generalised least squares mean.
    """

    parameters: Parameters
    xy_m: FloatArray
    root: FloatArray
    ones: FloatArray
    weight: FloatArray
    mean: float

    @property
    def mean_variance(self) -> float:
        """Variance of the mean: 1 / (1'K⁻¹1)."""
        return float(1.0 / self.ones.sum())

    def predict(self, x_m: FloatArray, y_m: FloatArray) -> Latent:
        """Mean, standard deviation and support at targets of shape (m,), by blocks.

        Notes
        -----
        mu + c'K⁻¹(z - mu); sill - c'K⁻¹c + (1 - 1'K⁻¹c)² / (1'K⁻¹1).
        Source: Cressie (1993), Statistics for Spatial Data, 3.4.5 (universal kriging).
        """
        mu, sigma, support = (np.empty(len(x_m)) for _ in range(3))
        step = max(1, CHUNK // len(self.ones))
        sill = self.parameters.sill
        for begin in range(0, len(x_m), step):
            part = slice(begin, begin + step)
            target = np.stack([x_m[part], y_m[part]], axis=1)
            c = self.parameters.covariance(cdist(self.xy_m, target))
            mu[part] = self.mean + self.weight @ c
            unknown = 1.0 - self.ones @ c
            half = self.root @ c
            left = np.clip(sill - np.square(half, out=half).sum(axis=0), 0.0, sill)
            support[part] = left / sill
            sigma[part] = np.sqrt(left + unknown * unknown * self.mean_variance)
        return Latent(mu, sigma, support)

    def means(self, target_m: FloatArray) -> FloatArray:
        """Mean alone at targets of shape (..., 2): no product of n² operations a target."""
        flat = target_m.reshape(-1, 2)
        mu = np.empty(len(flat))
        step = max(1, CHUNK // len(self.ones))
        for begin in range(0, len(flat), step):
            lag = cdist(self.xy_m, flat[begin : begin + step])
            mu[begin : begin + step] = self.mean + self.weight @ self.parameters.covariance(lag)
        return mu.reshape(target_m.shape[:-1])

    def with_values(self, z: FloatArray) -> "Exact":
        """The same sites and noise with other values: two triangular solves, O(n²)."""
        mean = float(self.ones @ z) * self.mean_variance
        weight = self.root.T @ (self.root @ (z - mean))
        return Exact(self.parameters, self.xy_m, self.root, self.ones, weight, mean)

    def left_out(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Error and standard deviation at every site when predicted from all the others.

        Returns
        -------
        array of float, array of float, shape (n,)
            z minus its prediction, and the standard deviation of that difference.

        Notes
        -----
        (Pz)_i / P_ii and 1 / sqrt(P_ii), P as in ``likelihood.restricted``: no refit.
        Source: Dubrule (1983), Mathematical Geology 15(6).
        """
        diagonal = np.square(self.root).sum(axis=0) - self.ones**2 * self.mean_variance
        diagonal = np.maximum(diagonal, np.finfo(np.float64).tiny)
        weight = self.with_values(z).weight
        return weight / diagonal, 1.0 / np.sqrt(diagonal)


def exact(
    parameters: Parameters, x_m: FloatArray, y_m: FloatArray, noise: FloatArray, z: FloatArray
) -> Exact:
    """Factorise the covariance of n >= 1 sites; noise is the variance beyond the latent field.

    Notes
    -----
    Sites that a smooth model cannot tell apart leave a factor of nothing: the smallest noise
    that lets the factorisation pass is added, from 1e-10 of the sill upwards.
    """
    k = parameters.covariance(distances_m(x_m, y_m))
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
    ones = root.T @ root.sum(axis=1)
    blank = Exact(parameters, np.stack([x_m, y_m], axis=1), root, ones, ones, 0.0)
    return blank.with_values(z)
