"""Many sites, each one given a few of its predecessors: the sets, and a root of the precision."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from layers.interpolation.parameters import FloatArray, Parameters, distances_m

EXACT_LIKELIHOOD = 600
"""Sites up to which all are taken together, so that the likelihood is exact."""
JOINT = 64
"""The first sites of the order; they are taken together."""
NEIGHBOURS = 20
"""Predecessors that each later site is conditioned on (20 to 30: Guinness 2018)."""
FEW = 10
"""The same where conjugate gradients mend what is missing."""
CHUNK = 5_000
"""Sites whose predecessors are looked at together."""
EARLY, LATE = 1_000, 1_500
"""Conditioned sites that are counted: the first ones carry long lags, the rest short lags."""


@dataclass(frozen=True, slots=True)
class Conditioning:
    """Which site is conditioned on which, and their distances.

    Attributes
    ----------
    joint : array of int, shape (j,)
        Sites whose joint density is taken.
    site : array of int, shape (q,)
        Sites whose conditional density is taken.
    given : array of int, shape (q, k)
        The predecessors each of them is conditioned on.
    joint_xy_m : array of float, shape (j, 2)
        Places of the joint sites; finding their distances is little beside what is done with them.
    given_m, site_m : array of float, shapes (q, k, k), (q, k)
        Distances within the given sites, and to the site.
    """

    joint: NDArray[np.intp]
    site: NDArray[np.intp]
    given: NDArray[np.intp]
    joint_xy_m: FloatArray
    given_m: FloatArray
    site_m: FloatArray


def spread_order(x_m: FloatArray, y_m: FloatArray) -> NDArray[np.intp]:
    """Order of the sites in which every prefix is spread over the whole domain.

    Notes
    -----
    Position along the Z curve (Morton 1966), taken in bit-reversed (van der Corput) order:
    a cheap and repeatable stand-in for the maximin order of Guinness (2018), Technometrics 60(4).
    """
    n = len(x_m)
    side = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 1e-9)
    code = np.zeros(n, dtype=np.uint64)
    for shift, a in enumerate((x_m, y_m)):
        cell = ((a - a.min()) / side * 65_535.0).astype(np.uint64)
        for bit in range(16):
            code |= ((cell >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + shift)
    along = np.argsort(code, kind="stable")
    rank = np.arange(n, dtype=np.uint64)
    bits = max(1, (n - 1).bit_length())
    turned = np.zeros(n, dtype=np.uint64)
    for bit in range(bits):
        turned |= ((rank >> np.uint64(bit)) & np.uint64(1)) << np.uint64(bits - 1 - bit)
    return along[np.argsort(turned, kind="stable")]


def conditioning(
    x_m: FloatArray, y_m: FloatArray, together: int = EXACT_LIKELIHOOD
) -> Conditioning:
    """Conditioning sets; up to so many sites are all taken ``together``.

    Of more, which are to be more than ``JOINT``, at most ``EARLY`` + ``LATE`` others are counted.
    """
    n, xy = len(x_m), np.stack([x_m, y_m], axis=1)
    if n <= together:
        none = np.empty(0, dtype=np.intp)
        return measured_in(Conditioning(np.arange(n), none, none[:, None], xy, xy, xy), xy)
    counted = np.arange(JOINT, n)
    if len(counted) > EARLY + LATE:
        late = np.linspace(JOINT + EARLY, n - 1, LATE).astype(np.intp)
        counted = np.concatenate([counted[:EARLY], late])
    return measured_in(_sets(xy, counted, NEIGHBOURS), xy)


def _sets(xy: FloatArray, counted: NDArray[np.intp], neighbours: int) -> Conditioning:
    """Conditioning sets, still without their distances.

    Notes
    -----
    Sites 2^j .. 2^(j+1) of the order are conditioned on their nearest among the first 2^j.
    """
    n, order = len(xy), spread_order(*xy.T)
    given = np.empty((len(counted), neighbours), dtype=np.intp)
    begin = JOINT
    while begin < n:
        inside = (counted >= begin) & (counted < 2 * begin)
        if inside.any():
            tree = cKDTree(xy[order[:begin]])
            _, near = tree.query(xy[order[counted[inside]]], k=neighbours)
            given[inside] = order[near]
        begin *= 2
    return Conditioning(order[:JOINT], order[counted], given, xy, xy, xy)


def measured_in(sets: Conditioning, xy_m: FloatArray) -> Conditioning:
    """The same sets with their distances in another plane, sites of shape (n, 2)."""
    x, y = xy_m.T
    gx, gy = x[sets.given], y[sets.given]
    given = np.square(gx[:, :, None] - gx[:, None, :])
    given += np.square(gy[:, :, None] - gy[:, None, :])  # with its root, faster than hypot
    return replace(
        sets,
        joint_xy_m=xy_m[sets.joint],
        given_m=np.sqrt(given, out=given),
        site_m=np.hypot(gx - x[sets.site, None], gy - y[sets.site, None]),
    )


def _regressed(
    sets: Conditioning, parameters: Parameters, noise: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Factor of the joint sites, weights of the given ones, and the variance that these leave."""
    k = parameters.covariance(distances_m(*sets.joint_xy_m.T))
    k[np.diag_indices(len(k))] += noise[sets.joint]
    lower = np.asarray(np.linalg.cholesky(k), np.float64)
    c = parameters.covariance(sets.site_m)
    k = parameters.covariance(sets.given_m)
    i = np.arange(k.shape[1])
    k[:, i, i] += noise[sets.given]
    weight = np.asarray(np.linalg.solve(k, c[:, :, None])[:, :, 0], np.float64)
    variance = parameters.sill + noise[sets.site] - np.sum(weight * c, axis=1)
    return lower, weight, np.maximum(variance, 1e-12 * parameters.sill)


def root(parameters: Parameters, xy_m: FloatArray, noise: FloatArray) -> csr_array:
    """Sparse root R of the inverse covariance of n > ``JOINT`` sites: K⁻¹ is nearly R'R.

    Notes
    -----
    Each site given ``FEW`` predecessors. Source: Katzfuss & Guinness (2021), Statistical
    Science 36(1), 3.
    """
    n = len(xy_m)
    sets = _sets(xy_m, np.arange(JOINT, n), FEW)
    lower, rows = np.zeros((0, 0)), []
    for begin in range(0, len(sets.site), CHUNK):
        part = slice(begin, begin + CHUNK)
        some = replace(sets, site=sets.site[part], given=sets.given[part])
        lower, weight, variance = _regressed(measured_in(some, xy_m), parameters, noise)
        scale = 1.0 / np.sqrt(variance)[:, None]
        rows.append(np.concatenate([-weight * scale, scale], axis=1).reshape(-1))
    head = solve_triangular(lower, np.eye(len(lower)), lower=True, check_finite=False)
    cols = np.concatenate([sets.given, sets.site[:, None]], axis=1)
    counts = np.repeat([len(head), cols.shape[1]], [len(head), len(cols)])
    return csr_array(
        (
            np.concatenate([head.reshape(-1), *rows]),
            np.concatenate([np.tile(sets.joint, len(head)), cols.reshape(-1)]),
            np.concatenate([[0], np.cumsum(counts)]),
        ),
        shape=(n, n),
    )
