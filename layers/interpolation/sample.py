"""From what stations sent to what a model may read: masked, merged, transformed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.errors import BadInputError
from layers.interpolation.parameters import FloatArray, Transform

MERGE_M = 1.0
"""Stations nearer than this are one site."""
LARGEST_M = 1e9
"""A coordinate beyond this is no place on Earth in any projection; it counts as not a number."""

SMALLEST, LARGEST = 1e-100, 1e100
"""Nothing measured lies beyond; further out a value has no square in floating point."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of m values beside themselves.

    Attributes
    ----------
    x_m, y_m : array of float, shape (m,)
        Positions.
    sd : array of float, shape (m,)
        Standard deviation of the measurement error; whatever is not above 0 is unknown.
    covariates : array of float, shape (m, q), or None
        Such as altitude.
    networks : tuple of str, length m, or None
        Which network each value comes from.
    """

    x_m: FloatArray
    y_m: FloatArray
    sd: FloatArray
    covariates: FloatArray | None = None
    networks: tuple[str, ...] | None = None


def source(
    x_m: ArrayLike,
    y_m: ArrayLike,
    sd: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    networks: Sequence[str] | None = None,
) -> Source:
    """Arrays of what may be lists; one ``sd`` may stand for all.

    Raises
    ------
    BadInputError
        If these are not lists, or ``sd``, ``covariates`` or ``networks`` have another length.
    """
    x, y = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    try:
        s = np.broadcast_to(np.asarray(0.0 if sd is None else sd, dtype=np.float64), x.shape)
    except ValueError:
        raise BadInputError(f"{x.size} values came with deviations of another length.") from None
    if x.ndim != 1:
        raise BadInputError(f"positions must be lists; got shapes {x.shape} and {y.shape}.")
    given = None if covariates is None else np.asarray(covariates, dtype=np.float64)
    if given is not None and (given.ndim != 2 or len(given) != len(x)):
        raise BadInputError(
            f"covariates must have one row for each of the {x.size} values; got shape"
            f" {given.shape}."
        )
    if networks is not None and len(networks) != len(x):
        raise BadInputError(f"{x.size} values came with {len(networks)} networks.")
    if given is not None:
        given = np.where(np.abs(given) <= LARGEST, given, np.nan)
    return Source(x, y, s, given, None if networks is None else tuple(map(str, networks)))


@dataclass(frozen=True, slots=True)
class Sample:
    """Sites of the latent field, n of them, no two at one place.

    Attributes
    ----------
    x_m, y_m, z : array of float, shape (n,)
        Position in metres and transformed value.
    error : array of float, shape (n,)
        Variance of the measurement error of ``z``; 0 where unknown.
    site : array of int, shape of the input
        For every value handed in, the index of its site, or -1 where it was masked.
    """

    x_m: FloatArray
    y_m: FloatArray
    z: FloatArray
    error: FloatArray
    site: NDArray[np.intp]

    @property
    def n(self) -> int:
        """Number of sites."""
        return len(self.z)

    @property
    def masked(self) -> int:
        """Number of values that could not be used: not finite, or not above 0 under a log."""
        return int(np.count_nonzero(self.site < 0))

    @property
    def merged(self) -> int:
        """Number of values that share a site with another one."""
        return len(self.site) - self.masked - self.n


def sample(of: Source, value: ArrayLike, transform: Transform = "log") -> Sample:
    """Mask what cannot be used, transform the rest, merge what stands within one metre.

    Sites stand in the order of their positions, so that nothing depends on that of the values.

    Parameters
    ----------
    of : Source
        Positions and errors.
    value : array of float, shape (m,)
        In any unit.
    transform : "log" or "none"
        Under "log" a value of 0 or below is masked.

    Raises
    ------
    BadInputError
        If positions and values are not one-dimensional and of one length.

    Notes
    -----
    The error of a logarithm is log(1 + (sd / value)²), the exact relation of a lognormal.
    Values of one site are averaged with inverse-variance weights; their disagreement adds
    its own variance of the mean, so that two readings that contradict each other weigh little.
    """
    x, y, s = of.x_m, of.y_m, of.sd
    v = np.asarray(value, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape or x.shape != v.shape:
        raise BadInputError(
            f"positions and values must be lists of one length; got shapes {x.shape}, {y.shape}"
            f" and {v.shape}."
        )
    usable = (np.abs(x) <= LARGEST_M) & (np.abs(y) <= LARGEST_M) & (np.abs(v) <= LARGEST)
    if transform == "log":
        usable &= v >= SMALLEST
    kept = np.flatnonzero(usable)
    kept = kept[np.lexsort((s[kept], v[kept], y[kept], x[kept]))]
    x, y, v, s = x[kept], y[kept], v[kept], s[kept]
    s = np.where(np.isfinite(s) & (s > 0), s, 0.0)
    s = np.minimum(s, LARGEST)
    if transform == "log":
        z, error = np.log(v), 2.0 * np.log(np.hypot(1.0, s / v))
    else:
        z, error = np.where(np.abs(v) < SMALLEST, 0.0, v), s * s

    group = _places(x, y)
    n = int(group.max()) + 1 if group.size else 0
    site = np.full(usable.shape, -1, dtype=np.intp)
    site[kept] = group
    if n == len(z):  # every value has its own place
        return Sample(x, y, z, error, site)

    count = np.bincount(group, minlength=n)
    # where some errors of a group are unknown, its values weigh the same
    known = np.bincount(group, weights=error > 0, minlength=n) == count
    weight = np.where(known[group], 1.0 / np.where(error > 0, error, 1.0), 1.0)
    total = np.bincount(group, weights=weight, minlength=n)

    def average(a: FloatArray) -> FloatArray:
        return np.bincount(group, weights=weight * a, minlength=n) / total

    centre = average(z)
    spread = average((z - centre[group]) ** 2) / np.maximum(count - 1, 1)
    of_mean = np.where(known, 1.0 / total, 0.0)
    return Sample(average(x), average(y), centre, np.maximum(of_mean, spread), site)


def _places(x: FloatArray, y: FloatArray) -> NDArray[np.intp]:
    """Number the places, in the order in which they first occur; nearer than 1 m is one place."""
    if x.size == 0:
        return np.empty(0, dtype=np.intp)
    # Whole-metre cells first: however many values share a place, the pairs below stay few.
    half = MERGE_M / 2.0
    cells = np.stack([np.floor(x / half), np.floor(y / half)], axis=1)
    corner, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    first = np.full(len(corner), x.size, dtype=np.intp)
    np.minimum.at(first, cell, np.arange(x.size, dtype=np.intp))
    pairs = cKDTree(np.stack([x[first], y[first]], axis=1)).query_pairs(
        MERGE_M, output_type="ndarray"
    )
    graph = coo_array(
        (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(corner), len(corner))
    )
    _, joined = connected_components(graph, directed=False)
    label = np.asarray(joined, dtype=np.intp)[cell]
    _, start, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(start), dtype=np.intp)
    rank[np.argsort(start)] = np.arange(len(start))
    return rank[number.reshape(-1)]
