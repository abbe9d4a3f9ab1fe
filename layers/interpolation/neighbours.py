"""Kriging from the nearest sites, in blocks of targets that share them: any number of sites."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from layers.interpolation.drift import Drift
from layers.interpolation.parameters import FloatArray, Parameters
from layers.interpolation.solver import Kriged

Indices = NDArray[np.intp]

NEAREST, AROUND = 48, 12
"""Sites that a block sees: the nearest ones, and from beyond them the nearest of an even
thinning. Without these a block beside a dense cluster would look at nothing but the cluster."""
THINNING = 24
"""Squares along the longer side of the network; one site stands for each square."""
BATCH = 4_000_000
"""Numbers in the largest array of one batch of blocks: 32 MB."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Sites with a search tree.

    Attributes
    ----------
    xy_m : array of float, shape (n, 2)
        Sites, in the plane of the parameters.
    noise : array of float, shape (n,)
        Variance beyond the latent field.
    drift : Drift
        Mean of the sites.
    tree : cKDTree
        Search tree of all sites.
    thinned : array of int, shape (t,)
        Sites of the even thinning.
    """

    parameters: Parameters
    xy_m: FloatArray
    noise: FloatArray
    drift: Drift
    tree: cKDTree
    thinned: Indices

    @classmethod
    def of(
        cls, parameters: Parameters, xy_m: FloatArray, noise: FloatArray, drift: Drift
    ) -> "Neighbours":
        """Prepare n sites; noise is beyond the latent field."""
        return cls(parameters, xy_m, noise, drift, cKDTree(xy_m), thinned(xy_m))

    def krige(self, target_m: FloatArray, values: FloatArray, nearest: int = NEAREST) -> Kriged:
        """Simple kriging of b blocks of s x s targets, shape (b, s, s, 2), in that order.

        A block shares the ``nearest`` sites to its centre; one that is ``crowded`` is quartered,
        down to single targets.
        """
        b, s = target_m.shape[:2]
        found, flat = self._outputs(b * s * s), target_m.reshape(-1, 2)
        index = np.arange(b * s * s).reshape(b, s, s)
        while True:
            places = flat[index]
            full = self.crowded(places) if s > 1 and s % 2 == 0 else np.zeros(len(index), np.bool_)
            for part in self._parts(index[~full].reshape(-1, s * s), nearest):
                target = flat[part]
                seen = self._seen(target.mean(axis=1), 1, min(nearest, len(self.noise)))
                self._solve(target, *seen, values, part, found)
            if not full.any():
                return found
            s //= 2
            index = index[full].reshape(-1, 2, s, 2, s).swapaxes(2, 3).reshape(-1, s, s)

    def left_out(self, at: Indices, values: FloatArray) -> Kriged:
        """Each of the sites ``at`` from its nearest others."""
        found, k = self._outputs(len(at)), min(NEAREST, len(self.noise) - 1)
        for part in self._parts(np.arange(len(at))[:, None]):
            target = self.xy_m[at[part]]
            # sites are at least 1 m apart, so the first one found is the site itself
            self._solve(target, *self._seen(target[:, 0], 2, k + 1), values, part, found)
        return found

    def _outputs(self, m: int) -> Kriged:
        return Kriged(np.empty(m), np.empty(m), np.empty((m, self.drift.width)))

    def _parts(self, index: Indices, nearest: int = NEAREST) -> Iterator[Indices]:
        k = min(nearest, len(self.noise)) + AROUND
        step = max(1, BATCH // (k * max(k, index.shape[1])))
        for begin in range(0, len(index), step):
            yield index[begin : begin + step]

    def crowded(self, target_m: FloatArray) -> NDArray[np.bool_]:
        """Which blocks, shape (b, s, s, 2), have so many sites that one set cannot serve all.

        The nearest sites then reach less than twice as far as the block itself.
        """
        flat = target_m.reshape(len(target_m), -1, 2)
        centre = flat.mean(axis=1)
        half = np.sqrt(((flat - centre[:, None]) ** 2).sum(axis=2).max(axis=1))
        k = min(NEAREST, len(self.noise))
        reach = np.asarray(self.tree.query(centre, k=[k])[0])[:, 0]
        return np.asarray((reach < 2.0 * half) & (len(self.noise) > k))

    def _seen(self, at: FloatArray, first: int, last: int) -> tuple[Indices, NDArray[np.bool_]]:
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
        self,
        target: FloatArray,
        near: Indices,
        blind: NDArray[np.bool_],
        values: FloatArray,
        index: Indices,
        into: Kriged,
    ) -> None:
        """Targets, shape (b, q, 2), from sites ``near`` of shape (b, k), to ``index`` (b, q)."""
        sill, least = self.parameters.sill, float(self.noise.min())
        # half the digits suffice where the noise keeps the covariance far from singular
        half = least > 1e-3 * sill and 1e-20 < sill < 1e20
        dtype = np.float32 if half else np.float64
        site = self.xy_m[near]
        origin = site[:, :1]
        site, target = (site - origin).astype(dtype), (target - origin).astype(dtype)
        i = np.arange(near.shape[1])
        covariance = self.parameters.covariance(_lags(site, site))
        # 1e-10 of the sill keeps sites apart that a smooth model without noise cannot
        most = 1e6 * sill  # what is noisier tells nothing
        own = np.where(blind, most, np.minimum(self.noise[near], most)) + 1e-10 * sill
        covariance[:, i, i] += own.astype(dtype)
        c = self.parameters.covariance(_lags(site, target))
        seen = np.concatenate([values[near, None], self.drift.columns[near]], axis=2)
        b, k, q = c.shape
        solved = np.empty((b, q + seen.shape[2], k), dtype)
        solved[:, :q], solved[:, q:] = np.swapaxes(c, 1, 2), np.swapaxes(seen, 1, 2)
        _halve(covariance, solved)
        towards, known = solved[:, :q], np.swapaxes(solved[:, q:], 1, 2)
        into.left[index] = np.clip(sill - np.einsum("bqk,bqk->bq", towards, towards), 0.0, sill)
        told = towards @ known
        into.mean[index], into.told[index] = told[:, :, 0], told[:, :, 1:]


def _halve(covariance: FloatArray, rows: FloatArray) -> None:
    """Solve with the Cholesky factors of b covariances, (b, k, k), for rows (b, r, k), in place.

    One call of LAPACK for each: a third of the time of numpy's solver for all.
    """
    factorise: Any
    solve: Any
    factorise, solve = get_lapack_funcs(("potrf", "trtrs"), (covariance,))  # type: ignore[misc]
    for k, right in zip(covariance, rows, strict=True):
        lower, failed = factorise(k.T, lower=1, clean=0, overwrite_a=1)
        if failed:  # not even with what keeps sites apart: the largest part that can be told
            value, vector = np.linalg.eigh(np.tril(k) + np.tril(k, -1).T)
            scale = np.sqrt(np.maximum(value, 1e-10 * value[-1]))
            right[:] = (right @ vector) / scale
        else:
            right[:] = solve(lower, right.T, lower=1, overwrite_b=1)[0].T


def _lags(a: FloatArray, b: FloatArray) -> FloatArray:
    """Distances between the points of a block, shapes (b, i, 2) and (b, j, 2) -> (b, i, j)."""
    lag = np.square(a[:, :, None, 0] - b[:, None, :, 0])
    lag += np.square(a[:, :, None, 1] - b[:, None, :, 1])
    return np.sqrt(lag, out=lag)  # three times as fast as hypot


def thinned(xy_m: FloatArray) -> Indices:
    """One site for each square of the network, the first of it: at most ``THINNING``² sites."""
    low = xy_m.min(axis=0)
    side = max(float((xy_m.max(axis=0) - low).max()), 1.0) / THINNING
    _, first = np.unique(np.floor((xy_m - low) / side), axis=0, return_index=True)
    return np.asarray(first, dtype=np.intp)
