"""Kriging from more sites than can be factorised together."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from layers.interpolation import conjugate, vecchia
from layers.interpolation.drift import Drift
from layers.interpolation.neighbours import Indices, Neighbours
from layers.interpolation.parameters import FloatArray, Parameters
from layers.interpolation.solver import Kriged, of_coefficients
from layers.interpolation.summation import Summation, summation

SINGLES = 20_000
"""Targets with sites of their own that are held at a time."""


@dataclass(frozen=True, slots=True)
class Local:
    """Spreads from the nearest sites; means from all of them, or else from the nearest.

    Attributes
    ----------
    near : Neighbours
        The n sites.
    root : sparse array, shape (n, n)
        From ``vecchia.root``.
    told : array of float, shape (n, p)
        K⁻¹F, or what ``root`` makes of it where sums cannot be had.
    sums : Summation or None
        Sums of the covariance over all sites, where they can be had.
    variance : array of float, shape (p, p)
        Covariance of the coefficients of the drift.
    left : array of float, shape (n,)
        Latent value minus its mean F beta.
    weight : array of float, shape (n,), or None
        Weights of all sites, K⁻¹ left, where they can be had.
    beta : array of float, shape (p,)
        Generalised least squares coefficients.
    """

    near: Neighbours
    root: csr_array
    told: FloatArray
    sums: Summation | None
    variance: FloatArray
    left: FloatArray
    weight: FloatArray | None
    beta: FloatArray

    @property
    def xy_m(self) -> FloatArray:
        """Sites, in the plane of the parameters."""
        return self.near.xy_m

    def predict(self, target_m: FloatArray) -> Kriged:
        """Kriging at targets of shape (m, 2), each from its own nearest sites."""
        m = len(target_m)
        found = Kriged(np.empty(m), np.empty(m), np.empty((m, len(self.beta))))
        for begin in range(0, m, SINGLES):
            part = slice(begin, begin + SINGLES)
            some = self.near.krige(target_m[part, None, None, :], self.left)
            found.mean[part], found.left[part], found.told[part] = some.mean, some.left, some.told
        if m and self.sums is not None and self.weight is not None:
            mean = self.sums.at(self.weight, target_m[:, None, :])
            return found if mean is None else replace(found, mean=mean[:, 0])
        return found

    def with_values(self, z: FloatArray) -> "Local":
        """The same sites and noise with other values."""
        beta = self.variance @ (self.told.T @ z)
        left = z - self.near.drift.columns @ beta
        weight = None
        if self.sums is not None:
            weight = conjugate.solve(self.sums, self.near.noise, self.root, left)
        return replace(self, beta=beta, left=left, weight=weight)

    def left_out(self, at: Indices) -> tuple[FloatArray, FloatArray]:
        """As ``Exact.left_out``: spreads from the nearest others, errors from all where known."""
        found = self.near.left_out(at, self.left)
        unknown = self.near.drift.columns[at] - found.told
        variance = found.left + of_coefficients(unknown, self.variance) + self.near.noise[at]
        error = self.left[at] - found.mean if self.weight is None else self.weight[at] * variance
        return np.asarray(error), np.sqrt(variance)


def local(
    parameters: Parameters, xy_m: FloatArray, noise: FloatArray, z: FloatArray, drift: Drift
) -> Local:
    """Prepare n > ``vecchia.JOINT`` sites; noise is beyond the latent field."""
    noise = np.asarray(noise + 1e-10 * parameters.sill)
    near = Neighbours.of(parameters, xy_m, noise, drift)
    root = vecchia.root(parameters, xy_m, noise)
    sums = summation(parameters, xy_m, near.tree)
    columns, size = drift.columns, float(np.sqrt(parameters.sill))  # as large as values are
    told = [
        None if sums is None else conjugate.solve(sums, noise, root, f * size) for f in columns.T
    ]
    known = [each / size for each in told if each is not None]
    every = np.stack(known, axis=1) if len(known) == len(told) else root.T @ (root @ columns)
    variance = np.linalg.inv(columns.T @ every + np.diag(drift.precision))
    return Local(near, root, every, sums, variance, z, None, z[:0]).with_values(z)
