"""Restricted likelihood and mean for many sites: each one given a few of its predecessors."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.spatial import cKDTree

from layers.interpolation.likelihood import distances_m
from layers.interpolation.parameters import FloatArray, Parameters

JOINT = 64
"""The first sites of the order; they are taken together."""
NEIGHBOURS = 20
"""Predecessors that each later site is conditioned on (20 to 30: Guinness 2018)."""
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
    joint_m, given_m, site_m : array of float, shapes (j, j), (q, k, k), (q, k)
        Distances within the joint sites, within the given ones, and to the site.
    """

    joint: NDArray[np.intp]
    site: NDArray[np.intp]
    given: NDArray[np.intp]
    joint_m: FloatArray
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


def conditioning(x_m: FloatArray, y_m: FloatArray) -> Conditioning:
    """Conditioning sets for n > ``JOINT`` sites; at most ``EARLY`` + ``LATE`` are counted.

    Notes
    -----
    Sites 2^j .. 2^(j+1) of the order are conditioned on their nearest among the first 2^j.
    """
    n = len(x_m)
    order = spread_order(x_m, y_m)
    xy = np.stack([x_m, y_m], axis=1)
    counted = np.arange(JOINT, n)
    if len(counted) > EARLY + LATE:
        late = np.linspace(JOINT + EARLY, n - 1, LATE).astype(np.intp)
        counted = np.concatenate([counted[:EARLY], late])
    given = np.empty((len(counted), NEIGHBOURS), dtype=np.intp)
    begin = JOINT
    while begin < n:
        inside = (counted >= begin) & (counted < 2 * begin)
        if inside.any():
            tree = cKDTree(xy[order[:begin]])
            _, near = tree.query(xy[order[counted[inside]]], k=NEIGHBOURS)
            given[inside] = order[near]
        begin *= 2
    site, joint = order[counted], order[:JOINT]
    gx, gy = x_m[given], y_m[given]
    return Conditioning(
        joint,
        site,
        given,
        distances_m(x_m[joint], y_m[joint]),
        np.hypot(gx[:, :, None] - gx[:, None, :], gy[:, :, None] - gy[:, None, :]),
        np.hypot(gx - x_m[site, None], gy - y_m[site, None]),
    )


def whitened(
    sets: Conditioning, parameters: Parameters, noise: FloatArray, z: FloatArray
) -> tuple[FloatArray, FloatArray, float]:
    """Independent unit-variance combinations of the values and of the constant 1.

    Parameters
    ----------
    noise : array of float, shape (n,)
        Variance at every site beyond the latent field: nugget and measurement error.
    z : array of float, shape (n, d)
        Latent values of d days.

    Returns
    -------
    array of float, shape (j + q, d); array of float, shape (j + q,); float
        The whitened values, the whitened constant, and the log determinant of the covariance.
    """
    k = parameters.covariance(sets.joint_m)
    k[np.diag_indices(len(k))] += noise[sets.joint]
    lower = np.linalg.cholesky(k)
    head = solve_triangular(
        lower, np.column_stack([z[sets.joint], np.ones(len(k))]), lower=True, check_finite=False
    )
    c = parameters.covariance(sets.site_m)
    k = parameters.covariance(sets.given_m)
    i = np.arange(k.shape[1])
    k[:, i, i] += noise[sets.given]
    weight = np.linalg.solve(k, c[:, :, None])[:, :, 0]
    variance = parameters.sill + noise[sets.site] - np.sum(weight * c, axis=1)
    variance = np.maximum(variance, 1e-12 * parameters.sill)
    tail = z[sets.site] - np.einsum("qk,qkd->qd", weight, z[sets.given])
    constant = 1.0 - weight.sum(axis=1)
    root = np.sqrt(variance)
    return (
        np.concatenate([head[:, :-1], tail / root[:, None]]),
        np.concatenate([head[:, -1], constant / root]),
        2.0 * float(np.log(np.diagonal(lower)).sum()) + float(np.log(variance).sum()),
    )


def restricted(
    sets: Conditioning, parameters: Parameters, error: FloatArray, z: FloatArray
) -> float:
    """Negative log restricted likelihood of Vecchia's approximation, averaged over the days.

    Notes
    -----
    Source: Vecchia (1988), JRSS B 50(2); restricted form: Stein, Chi & Welty (2004), JRSS B 66(2).
    """
    try:
        values, ones, determinant = whitened(sets, parameters, parameters.nugget_site + error, z)
    except np.linalg.LinAlgError:
        return math.inf
    information = float(ones @ ones)
    mean = (ones @ values) / information
    left = values - ones[:, None] * mean
    doubled = (
        determinant
        + math.log(information)
        + float(np.sum(left * left)) / z.shape[1]
        + (len(ones) - 1) * math.log(2.0 * math.pi)
    )
    return 0.5 * float(doubled)


def generalised_mean(
    sets: Conditioning, parameters: Parameters, noise: FloatArray, z: FloatArray
) -> tuple[float, float]:
    """Generalised least squares mean of one day's values, shape (n,), and its variance."""
    values, ones, _ = whitened(sets, parameters, noise, z[:, None])
    information = float(ones @ ones)
    return float(ones @ values[:, 0]) / information, 1.0 / information
