"""Kriging from the nearest sites, in blocks of targets that share them: any number of sites."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from layers.interpolation import vecchia
from layers.interpolation.parameters import FloatArray, Parameters
from layers.interpolation.solver import Latent

NEAREST, AROUND = 64, 16
"""Sites that a block sees: the nearest ones, and from beyond them the nearest of an even
thinning. Without these a block beside a dense cluster would look at nothing but the cluster."""
THINNING = 24
"""Squares along the longer side of the network; one site stands for each square."""
BATCH = 4_000_000
"""Numbers in the largest array of one batch of blocks: 32 MB."""


@dataclass(frozen=True, slots=True)
class Local:
    """Sites with a search tree; the mean of the field is that of all of them.

    Attributes
    ----------
    xy_m : array of float, shape (n, 2)
        Sites.
    noise, z : array of float, shape (n,)
        Variance beyond the latent field, and latent value.
    mean, mean_variance : float
        Generalised least squares mean and its variance.
    tree : cKDTree
        Search tree of all sites.
    thinned : array of int, shape (t,)
        Sites of the even thinning.
    """

    parameters: Parameters
    xy_m: FloatArray
    noise: FloatArray
    z: FloatArray
    mean: float
    mean_variance: float
    tree: cKDTree
    thinned: NDArray[np.intp]

    def predict(self, x_m: FloatArray, y_m: FloatArray) -> Latent:
        """Latent field at targets of shape (m,), each from its own nearest sites."""
        return self._each(np.stack([x_m, y_m], axis=1)[:, None, :])

    def predict_blocks(self, target_m: FloatArray) -> Latent:
        """Latent field at b blocks of s x s targets, shape (b, s, s, 2) -> flat, (b s s,).

        A block shares the sites nearest to its centre; one that is ``crowded`` is quartered, down
        to single targets.
        """
        b, s = target_m.shape[:2]
        flat = target_m.reshape(b, s * s, 2)
        full = self.crowded(target_m) & (s % 2 == 0)
        latent = Latent(*np.empty((3, b, s * s)))
        for rows, found in (
            (~full, self._each(flat[~full])),
            (full, self._quarters(target_m[full]) if full.any() else None),
        ):
            if found is not None:
                latent.mu[rows] = found.mu.reshape(-1, s * s)
                latent.sigma[rows] = found.sigma.reshape(-1, s * s)
                latent.support[rows] = found.support.reshape(-1, s * s)
        return Latent(*(a.reshape(-1) for a in (latent.mu, latent.sigma, latent.support)))

    def crowded(self, target_m: FloatArray) -> NDArray[np.bool_]:
        """Which blocks, shape (b, s, s, 2), have so many sites that one set cannot serve all.

        The nearest sites then reach less than three times as far as the block itself.
        """
        flat = target_m.reshape(len(target_m), -1, 2)
        centre = flat.mean(axis=1)
        half = np.sqrt(((flat - centre[:, None]) ** 2).sum(axis=2).max(axis=1))
        k = min(NEAREST, len(self.z))
        reach = np.asarray(self.tree.query(centre, k=[k])[0])[:, 0]
        return np.asarray((reach < 3.0 * half) & (len(self.z) > k))

    def _quarters(self, target_m: FloatArray) -> Latent:
        b, s = target_m.shape[:2]
        h = s // 2
        parts = target_m.reshape(b, 2, h, 2, h, 2).swapaxes(2, 3).reshape(4 * b, h, h, 2)
        found = self.predict_blocks(parts)

        def whole(a: FloatArray) -> FloatArray:
            return a.reshape(b, 2, 2, h, h).swapaxes(2, 3).reshape(-1)

        return Latent(whole(found.mu), whole(found.sigma), whole(found.support))

    def _each(self, target_m: FloatArray) -> Latent:
        """Latent field at b groups of q targets, shape (b, q, 2) -> flat, (b q,)."""
        b, q, _ = target_m.shape
        k = min(NEAREST, len(self.z))
        mu, sigma, support = np.empty((3, b, q))
        step = max(1, BATCH // ((k + AROUND) * max(k + AROUND, q)))
        for begin in range(0, b, step):
            part = slice(begin, begin + step)
            target = target_m[part]
            near, blind = self._seen(target.mean(axis=1), 1, k)
            mu[part], sigma[part], support[part] = self._solve(target, near, blind)
        return Latent(mu.reshape(-1), sigma.reshape(-1), support.reshape(-1))

    def _seen(
        self, at: FloatArray, first: int, last: int
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Sites that groups around ``at``, shape (b, 2), see, and which of them to overlook."""
        found = self.tree.query(at, k=np.arange(first, last + 1))
        far, near = np.asarray(found[0]), np.asarray(found[1], dtype=np.intp)
        count = min(AROUND, len(self.thinned))
        lag = cdist(at, self.xy_m[self.thinned])
        lag[lag <= far[:, -1:]] = np.inf
        ring = np.argpartition(lag, count - 1, axis=1)[:, :count]
        overlook = np.isinf(np.take_along_axis(lag, ring, axis=1))
        return (
            np.concatenate([near, self.thinned[ring]], axis=1),
            np.concatenate([np.zeros(near.shape, dtype=np.bool_), overlook], axis=1),
        )

    def _solve(
        self, target: FloatArray, near: NDArray[np.intp], blind: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Simple kriging around the common mean, from sites ``near`` of shape (b, k)."""
        site = self.xy_m[near]
        sill = self.parameters.sill
        i = np.arange(near.shape[1])
        covariance = self.parameters.covariance(_lags(site, site))
        # 1e-10 of the sill keeps sites apart that a smooth model without noise cannot
        covariance[:, i, i] += np.where(blind, 1e12 * sill, self.noise[near]) + 1e-10 * sill
        c = self.parameters.covariance(_lags(site, target))
        weight = np.linalg.solve(covariance, c)
        mu = self.mean + np.einsum("bk,bkq->bq", self.z[near] - self.mean, weight)
        left = np.clip(sill - np.einsum("bkq,bkq->bq", weight, c), 0.0, sill)
        unknown = 1.0 - weight.sum(axis=1)
        return mu, np.sqrt(left + unknown * unknown * self.mean_variance), left / sill

    def with_values(self, z: FloatArray) -> "Local":
        """The same sites and noise with other values."""
        return local(self.parameters, self.xy_m[:, 0], self.xy_m[:, 1], self.noise, z, self.tree)

    def left_out(self, z: FloatArray, at: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """As ``Exact.left_out`` for the sites ``at``, each from its nearest others."""
        k = min(NEAREST, len(z) - 1)
        error, spread = np.empty(len(at)), np.empty(len(at))
        step = max(1, BATCH // (k + AROUND) ** 2)
        for begin in range(0, len(at), step):
            part = at[begin : begin + step]
            # sites are at least 1 m apart, so the first one found is the site itself
            near, blind = self._seen(self.xy_m[part], 2, k + 1)
            mu, sigma, _ = self._solve(self.xy_m[part, None, :], near, blind)
            error[begin : begin + step] = z[part] - mu[:, 0]
            spread[begin : begin + step] = np.sqrt(sigma[:, 0] ** 2 + self.noise[part])
        return error, spread


def local(
    parameters: Parameters,
    x_m: FloatArray,
    y_m: FloatArray,
    noise: FloatArray,
    z: FloatArray,
    tree: cKDTree | None = None,
) -> Local:
    """Prepare local kriging of n > ``vecchia.JOINT`` sites; noise is beyond the latent field."""
    xy = np.stack([x_m, y_m], axis=1)
    sets = vecchia.conditioning(x_m, y_m)
    noise = np.asarray(noise + 1e-10 * parameters.sill)
    mean, variance = vecchia.generalised_mean(sets, parameters, noise, z)
    tree = cKDTree(xy) if tree is None else tree
    return Local(parameters, xy, noise, z, mean, variance, tree, thinned(xy))


def _lags(a: FloatArray, b: FloatArray) -> FloatArray:
    """Distances between the points of a block, shapes (b, i, 2) and (b, j, 2) -> (b, i, j)."""
    lag = np.square(a[:, :, None, 0] - b[:, None, :, 0])
    lag += np.square(a[:, :, None, 1] - b[:, None, :, 1])
    return np.sqrt(lag, out=lag)  # three times as fast as hypot


def thinned(xy_m: FloatArray) -> NDArray[np.intp]:
    """One site for each square of the network, the first of it: at most ``THINNING``² sites."""
    low = xy_m.min(axis=0)
    side = max(float((xy_m.max(axis=0) - low).max()), 1.0) / THINNING
    _, first = np.unique(np.floor((xy_m - low) / side), axis=0, return_index=True)
    return np.asarray(first, dtype=np.intp)
