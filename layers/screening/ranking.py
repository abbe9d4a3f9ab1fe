"""Orders of sites by many criteria: weighted sum and TOPSIS, and how stable the order is.

A site that is excluded is not handed in: no weight buys back an exclusion.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError

FloatArray = NDArray[np.float64]
DRAWS = 4000
WEIGHT_SPREAD = 0.3
"""Standard deviation of the logarithm of a weight: about 30 % either way."""


def shares(weights: FloatArray) -> FloatArray:
    """Return weights that sum to 1.

    Raises
    ------
    BadParameterError
        Where one is negative or not finite, or all are 0.
    """
    w = np.asarray(weights, float)
    if not (np.isfinite(w).all() and (w >= 0).all()):
        raise BadParameterError("a weight is 0 or more; one of these is not")
    total = float(w.sum())
    if total <= 0:
        raise BadParameterError("all weights are 0: nothing is left to compare by")
    found: FloatArray = w / total
    return found


def weighted_sum(utility: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted mean of the utilities that are known.

    Parameters
    ----------
    utility : array of float, shape (..., criteria)
        0 (worst) to 1 (best); NaN where there is no evidence.
    weights : array of float, shape (criteria,) or one that broadcasts to ``utility``

    Returns
    -------
    array of float, shape of ``utility`` without its last axis
        NaN where no criterion of any weight has evidence: missing is never zero.
    """
    known = ~np.isnan(utility)
    w = np.where(known, weights, 0.0)
    total = w.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = (w * np.where(known, utility, 0.0)).sum(axis=-1) / total
    return np.where(total > 0, found, np.nan)


def weight_known(utility: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the share of all weight that stands on evidence, 0 to 1, one for each site."""
    known: FloatArray = np.where(np.isnan(utility), 0.0, shares(weights)).sum(axis=-1)
    return known


def topsis(
    values: FloatArray, weights: FloatArray, larger_is_better: NDArray[np.bool_]
) -> FloatArray:
    """Return the closeness of each site to the best there could be, 0 to 1.

    Parameters
    ----------
    values : array of float, shape (sites, criteria)
        All known; each column is divided by its Euclidean length.
    weights : array of float, shape (criteria,)
    larger_is_better : array of bool, shape (criteria,)

    Notes
    -----
    Source: Hwang and Yoon (1981), Multiple Attribute Decision Making. Where all sites are alike
    each is as close to the best as to the worst: 0.5.
    """
    v = np.asarray(values, float)
    if np.isnan(v).any():
        raise BadParameterError("TOPSIS needs a value of every criterion for every site")
    length = np.sqrt((v**2).sum(axis=0))
    scaled = v / np.where(length > 0, length, 1.0) * shares(weights)
    signed = np.where(larger_is_better, scaled, -scaled)
    best, worst = signed.max(axis=0), signed.min(axis=0)
    to_best = np.sqrt(((signed - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((signed - worst) ** 2).sum(axis=1))
    total = to_best + to_worst
    return np.where(total > 0, to_worst / np.where(total > 0, total, 1.0), 0.5)


def ranks(score: FloatArray) -> NDArray[np.int64]:
    """Return 1 for the highest score; equal scores share the smaller rank, NaN gets 0."""
    s = np.asarray(score, float)
    found = 1 + (s[None, :] > s[:, None]).sum(axis=1)
    return np.where(np.isnan(s), 0, found).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Stability:
    """How sure an order of n sites is.

    ``chance`` (n, n) holds the probability that site i has rank k + 1; ``low`` and ``high`` the
    5 and 95 % quantiles of each score.
    """

    chance: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def first(self) -> FloatArray:
        """Probability of rank 1 of each site."""
        return self.chance[:, 0]


def stability(
    low: FloatArray,
    high: FloatArray,
    weights: FloatArray,
    generator: np.random.Generator,
    *,
    draws: int = DRAWS,
    spread: float = WEIGHT_SPREAD,
) -> Stability:
    """Draw weights and evidence many times, and see which ranks come out.

    Parameters
    ----------
    low, high : array of float, shape (sites, criteria)
        Between which a utility lies with 90 %, drawn as a uniform; NaN where there is no evidence:
        anything from 0 to 1 is then drawn, for what is not known may be good or bad.
    weights : array of float, shape (criteria,)
        Each is drawn log-normal around what was given; one of 0 stays out.
    generator : numpy.random.Generator
        Seeded by who asks, so that the same question has the same answer.
    """
    n, k = low.shape
    if not n:
        return Stability(np.empty((0, 0)), np.empty(0), np.empty(0))
    given = shares(weights)
    w = given * np.exp(spread * generator.standard_normal((draws, 1, k)))
    w /= w.sum(axis=-1, keepdims=True)
    least = np.where(np.isnan(low), 0.0, low)
    most = np.where(np.isnan(high), 1.0, high)
    u = least + (most - least) * generator.random((draws, n, k))
    score = (w * u).sum(axis=-1)
    # Sites that are equal in a draw share the rank by chance, not by the order of the file.
    place = np.argsort(np.lexsort((generator.random((draws, n)), -score)), axis=-1)
    chance = np.stack([(place == rank).mean(axis=0) for rank in range(n)], axis=-1)
    low_score, high_score = np.quantile(score, (0.05, 0.95), axis=0)
    return Stability(chance, low_score, high_score)


@dataclass(frozen=True, slots=True)
class Flip:
    """The nearest share of a criterion at which another site becomes the first."""

    criterion: int
    share: float
    by: int


def flips(utility: FloatArray, weights: FloatArray) -> list[Flip]:
    """Return, for each criterion that can, the weight at which the order flips at the top.

    All other criteria keep their proportions. A score is linear in the share of one criterion, so
    the crossing with the first site is found exactly. Utilities as for ``weighted_sum``, without
    NaN.
    """
    w = shares(weights)
    score = weighted_sum(utility, w)
    if len(score) < 2:
        return []
    leader = int(np.argmax(score))
    found = []
    for c in range(len(w)):
        rest = np.delete(w, c)
        if rest.sum() <= 0:
            continue
        others = np.delete(utility, c, axis=1) @ (rest / rest.sum())
        gap_at_0 = others[leader] - others
        slope = (utility[leader, c] - utility[:, c]) - gap_at_0
        with np.errstate(divide="ignore", invalid="ignore"):
            at = np.where(slope != 0, -gap_at_0 / slope, np.nan)
        # On the line where they are equal; beyond it, the leader must really be behind.
        ok = (at >= 0) & (at <= 1) & (np.arange(len(at)) != leader) & (score < score[leader])
        if ok.any():
            rows = np.flatnonzero(ok)
            i = int(rows[np.argmin(np.abs(at[rows] - w[c]))])
            found.append(Flip(c, float(at[i]), i))
    return found
