"""What a release adds to the background: a zero-mean field seen by a few stations."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dtrtri
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from layers.interpolation.parameters import FloatArray, Model, correlation
from layers.interpolation.sample import LARGEST_M

MODEL: Model = "matern32"
RANGES_M = tuple(10_000.0 * 2.0**k for k in range(6))
"""Ranges that are weighed against each other, 10 to 320 km."""
RANGE_M, RANGE_SPREAD = 40_000.0, 0.8
"""Centre and log standard deviation of the prior of the range."""
SHAPES = ((1.0, 0.0), *((r, math.pi * k / 6.0) for r in (2.0, 4.0) for k in range(6)))
"""Ratio of the ranges along and across, and the direction along, radians from the x axis."""
SILLS = (0.5, 1.0, 2.0)
"""Sills that are weighed, in units of the mean square of what the release shows."""
LINEAR = 3.0
"""Increments up to so many standard deviations of their noise are taken as they are; the
logarithm takes over beyond."""
ROUGH = 0.1
"""Standard deviation, in the transformed unit, of what a release changes from site to site."""
LEAST_WEIGHT = 0.01
MOST_SITES = 400
CEILING = 3.0
"""Largest increments measured beyond which nothing is supposed between the stations."""
REACH, FADE = 1.5, 1.0
"""Ranges from the nearest station that sees the release beyond which nothing is supposed; over the
last of them what is supposed fades away. A network without stations there cannot contradict."""
INFORMS = 4.0
"""Longest ranges from it up to which stations inform the field."""
CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class _Component:
    """One covariance out of those that the data cannot tell apart."""

    share: float
    turn: FloatArray  # (2, 2): metres to ranges
    sill: float
    root: FloatArray  # inverse Cholesky factor, (n, n)
    weight: FloatArray  # K⁻¹g


@dataclass(frozen=True, slots=True)
class Increment:
    """The increment of a release, asked anywhere; made by ``fit_increment``.

    The latent increment is asinh(increment / ``scale``), in the unit of the values.

    Attributes
    ----------
    scale : float
        Where the linear part of the transform ends, in the unit of the values.
    highest : float
        Largest latent increment that a station shows.
    range_m : float
        Average range, weighted as the predictions are.
    xy_m, seen_m : array of float, shape (n, 2) and (k, 2)
        Stations that inform the field, and those of them that see the release.
    """

    scale: float
    highest: float
    range_m: float
    xy_m: FloatArray
    seen_m: FloatArray
    components: tuple[_Component, ...]

    def nearness(self, target_m: FloatArray) -> FloatArray:
        """Share of what the field says that is supposed at targets of shape (m, 2); 0 far away."""
        place = np.where(np.abs(target_m) <= LARGEST_M, target_m, LARGEST_M)
        lag = np.asarray(cKDTree(self.seen_m).query(place)[0])
        return np.asarray(np.clip((REACH - lag / self.range_m) / FADE, 0.0, 1.0))

    def predict(self, target_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the latent increment at targets of shape (m, 2).

        Notes
        -----
        The first two moments of the mixture of all components; simple kriging in each. The mean is
        not above the largest increment measured: a smooth field overshoots between few stations.
        """
        near = self.nearness(target_m)
        reached = np.flatnonzero(near)
        found = np.zeros((2, len(target_m)))
        found[:, reached] = near[reached] * self._predict(target_m[reached])
        return found[0], found[1]

    def _predict(self, target_m: FloatArray) -> FloatArray:
        mean, square = np.zeros(len(target_m)), np.zeros(len(target_m))
        step = max(1, CHUNK // len(self.xy_m))
        for part in self.components:
            sites = self.xy_m @ part.turn
            for begin in range(0, len(target_m), step):
                rows = slice(begin, begin + step)
                c = part.sill * correlation(cdist(sites, target_m[rows] @ part.turn), MODEL)
                mu = part.weight @ c
                left = np.maximum(part.sill - np.square(part.root @ c).sum(axis=0), 0.0)
                mean[rows] += part.share * mu
                square[rows] += part.share * (mu * mu + left)
        variance = np.maximum(square - mean * mean, 0.0)
        return np.stack([np.minimum(mean, self.highest), np.sqrt(variance)])

    @property
    def most(self) -> float:
        """Largest increment that is supposed anywhere: ``CEILING`` times the largest measured."""
        return self.scale * CEILING * math.sinh(self.highest)

    def value(self, latent: FloatArray) -> FloatArray:
        """Increment of the latent one: from 0 to the largest supposed."""
        found = self.scale * np.sinh(np.clip(latent, 0.0, self.highest + CEILING))
        return np.asarray(np.minimum(found, self.most))

    def latent(self, value: FloatArray | float) -> FloatArray:
        """Latent value of an increment."""
        return np.asarray(np.arcsinh(np.asarray(value) / self.scale))


def fit_increment(
    xy_m: FloatArray, increment: FloatArray, noise_sd: FloatArray, seen: NDArray[np.bool_]
) -> Increment:
    """Fit the increment to the difference between what was measured and what was expected.

    Parameters
    ----------
    xy_m : array of float, shape (n, 2)
        Sites.
    increment, noise_sd : array of float, shape (n,)
        Measured minus expected, and the standard deviation that this difference has without
        a release, > 0; in the unit of the values.
    seen : array of bool, shape (n,)
        Sites that see the release, at least one.

    Notes
    -----
    A handful of stations cannot choose one covariance: all of a grid are kept with the weight
    of their posterior probability. The choice of model, transform and priors was made on
    synthetic releases, see ``docs/decisions``.
    """
    lag = np.asarray(cKDTree(xy_m[seen]).query(xy_m)[0])
    reach = INFORMS * RANGES_M[-1]
    near = np.argsort(lag, kind="stable")[: max(MOST_SITES, int(seen.sum()))]
    near = np.sort(near[lag[near] < reach])
    xy, d, noise, seen = xy_m[near], increment[near], noise_sd[near], seen[near]
    scale = LINEAR * float(np.median(noise))
    g = np.arcsinh(d / scale)
    error = (noise / np.hypot(d, scale)) ** 2 + ROUGH**2
    size = float(np.mean(g[seen] ** 2))
    found = list(_components(xy, g, error, size))
    score = np.array([each for each, _, _ in found])
    share = np.exp(score - score.max())
    kept = np.flatnonzero(share / share.sum() > LEAST_WEIGHT)
    total = float(share[kept].sum())
    parts = []
    for place in kept:
        _, turn, sill = found[place]
        root = _root(xy @ turn, sill, error)
        parts.append(_Component(float(share[place]) / total, turn, sill, root, root.T @ (root @ g)))
    ranges = [part.share * math.log(_range_m(part.turn)) for part in parts]
    highest = float(g[seen].max())
    return Increment(scale, highest, math.exp(math.fsum(ranges)), xy, xy[seen], tuple(parts))


def _components(
    xy: FloatArray, g: FloatArray, error: FloatArray, size: float
) -> Iterator[tuple[float, FloatArray, float]]:
    """Yield log posterior, turn and sill of every covariance of the grid."""
    for range_m in RANGES_M:
        prior = -0.5 * ((math.log(range_m / RANGE_M)) / RANGE_SPREAD) ** 2
        for ratio, angle in SHAPES:
            turn = _turn(range_m, ratio, angle)
            shape = correlation(cdist(xy @ turn, xy @ turn), MODEL)
            share = prior - (math.log(len(SHAPES) - 1) if ratio > 1 else 0.0)
            for factor in SILLS:
                k = factor * size * shape
                k[np.diag_indices(len(g))] += error
                lower = np.linalg.cholesky(k)  # error > 0 on the diagonal: never singular
                half = np.linalg.solve(lower, g)
                fit = -0.5 * float(half @ half) - float(np.log(np.diagonal(lower)).sum())
                yield fit + share, turn, factor * size


def _turn(range_m: float, ratio: float, angle: float) -> FloatArray:
    along, across = range_m * math.sqrt(ratio), range_m / math.sqrt(ratio)
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos / along, -sin / across], [sin / along, cos / across]])


def _range_m(turn: FloatArray) -> float:
    return float(abs(np.linalg.det(turn)) ** -0.5)


def _root(scaled: FloatArray, sill: float, error: FloatArray) -> FloatArray:
    k = sill * correlation(cdist(scaled, scaled), MODEL)
    k[np.diag_indices(len(error))] += error
    return np.asarray(dtrtri(np.linalg.cholesky(k), lower=1)[0])
