import csv
import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import skcriteria
from hypothesis import given
from hypothesis import strategies as st
from skcriteria.agg import simple
from skcriteria.agg.topsis import TOPSIS
from skcriteria.preprocessing import scalers

from layers.errors import BadParameterError
from layers.screening import (
    CONSISTENT,
    ahp,
    compared,
    flips,
    ranks,
    shares,
    stability,
    topsis,
    weight_known,
    weighted_sum,
)
from layers.screening.weights import RANDOM_INDEX

REFERENCE = Path(__file__).parents[2] / "reference" / "screening"
SHARED = Path(__file__).parents[3].parent / "shared" / "data"
SEEDS = st.integers(0, 2**32 - 1)


def a_case(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    sites, criteria = generator.integers(2, 15), generator.integers(2, 10)
    values = generator.uniform(0.01, 100, (sites, criteria))
    return values, generator.uniform(0.05, 1, criteria), generator.random(criteria) > 0.5


@pytest.mark.filterwarnings("ignore:Although TOPSIS can operate")
@given(SEEDS)
def test_topsis_equals_that_of_scikit_criteria(seed: int) -> None:
    values, weights, larger = a_case(seed)
    decision = skcriteria.mkdm(
        values, [max if up else min for up in larger], weights=shares(weights)
    )
    scaled = scalers.VectorScaler(target="matrix").transform(decision)
    theirs = TOPSIS().evaluate(scaled)
    ours = topsis(values, weights, larger)
    np.testing.assert_allclose(ours, theirs.e_.similarity, rtol=1e-12)
    np.testing.assert_array_equal(ranks(ours), theirs.rank_)


@given(SEEDS)
def test_the_weighted_sum_equals_that_of_scikit_criteria(seed: int) -> None:
    values, weights, _ = a_case(seed)
    utility = values / 100
    decision = skcriteria.mkdm(utility, [max] * len(weights), weights=shares(weights))
    theirs = simple.WeightedSumModel().evaluate(decision)
    np.testing.assert_allclose(weighted_sum(utility, weights), theirs.e_.score, rtol=1e-12)


def test_what_is_missing_is_left_out_and_never_becomes_zero() -> None:
    utility = np.array([[0.8, np.nan], [0.8, 0.0]])
    np.testing.assert_allclose(weighted_sum(utility, [0.5, 0.5]), [0.8, 0.4])
    np.testing.assert_allclose(weight_known(utility, [0.25, 0.75]), [0.25, 1.0])
    assert np.isnan(weighted_sum(np.array([np.nan, np.nan]), [1, 1]))
    with pytest.raises(BadParameterError, match="TOPSIS needs"):
        topsis(utility, [1, 1], np.array([True, True]))


def test_equal_sites_are_as_near_to_the_best_as_to_the_worst_and_share_a_rank() -> None:
    same = topsis(np.ones((3, 2)), [1, 1], np.array([True, False]))
    np.testing.assert_array_equal(same, 0.5)
    np.testing.assert_array_equal(ranks(same), 1)
    np.testing.assert_array_equal(ranks(np.array([0.2, np.nan, 0.9])), [2, 0, 1])


@pytest.mark.parametrize("weights", [[0, 0], [1, -1], [1, np.nan], [np.inf, 1]])
def test_weights_that_mean_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(BadParameterError):
        shares(weights)


def test_the_hierarchy_of_a_worked_example_has_its_weights_and_ratio() -> None:
    # Saaty (1980), school selection: learning, friends, school life, vocational training,
    # college preparation, music classes.
    a = np.array([
        [1, 4, 3, 1, 3, 4], [1 / 4, 1, 7, 3, 1 / 5, 1], [1 / 3, 1 / 7, 1, 1 / 5, 1 / 5, 1 / 6],
        [1, 1 / 3, 5, 1, 1, 1 / 3], [1 / 3, 5, 5, 1, 1, 3], [1 / 4, 1, 6, 3, 1 / 3, 1],
    ])  # fmt: skip
    found = ahp(a)
    np.testing.assert_allclose(found.weights, [0.32, 0.14, 0.03, 0.13, 0.24, 0.14], atol=0.01)
    assert found.largest_eigenvalue == pytest.approx(7.49, abs=0.08)
    assert found.ratio == pytest.approx(0.24, abs=0.015)
    assert found.ratio > CONSISTENT


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=10))
def test_comparisons_made_of_weights_give_them_back_without_contradiction(given_) -> None:
    w = np.array(given_)
    found = ahp(w[:, None] / w[None, :])
    np.testing.assert_allclose(found.weights, w / w.sum(), rtol=1e-6)
    assert found.ratio < 1e-9


@given(SEEDS)
def test_the_hierarchy_is_the_limit_of_powers_of_the_matrix(seed: int) -> None:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(2, 10))
    upper = np.triu(np.exp(generator.uniform(-2.1, 2.1, (n, n))), 1)
    a = upper + np.eye(n) + np.where(upper.T > 0, 1 / np.where(upper.T > 0, upper.T, 1), 0)
    vector = np.ones(n) / n
    for _ in range(400):
        vector = a @ vector
        vector /= vector.sum()
    np.testing.assert_allclose(ahp(a).weights, vector, rtol=1e-6, atol=1e-9)


def test_an_independent_implementation_has_the_same_priorities_and_index() -> None:
    rows = (REFERENCE / "ahpy_2_1.csv").read_text("utf-8").splitlines()[1:]
    seen = set()
    for row in csv.DictReader(rows):
        n = int(row["n"])
        a = np.eye(n)
        above = [float(Fraction(word)) for word in row["above_the_diagonal"].split()]
        for (i, j), value in zip(itertools.combinations(range(n), 2), above, strict=True):
            a[i, j], a[j, i] = value, 1 / value
        found = ahp(a)
        priorities = [float(word) for word in row["priorities"].split()]
        assert found.weights == pytest.approx(priorities, abs=2e-7)
        assert found.index == pytest.approx(float(row["consistency_index"]), abs=2e-7)
        assert found.ratio == pytest.approx(found.index / RANDOM_INDEX[n])
        seen.add(n)
    assert seen == set(range(3, 11))


def test_the_random_indices_are_those_of_saaty_as_scikit_criteria_had_them() -> None:
    # Saaty (1980); scikit-criteria had an AHP in its first versions alone.
    assert RANDOM_INDEX[1:] == (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
    file = SHARED / "seismic" / "verification" / "saaty_random_index.csv"
    if not file.is_file():
        pytest.skip("the shared data are not here")
    rows = [line.split(",") for line in file.read_text().split()[1:]]
    assert [(int(n), float(r)) for n, r in rows] == list(enumerate(RANDOM_INDEX))[1:]


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ([[1, 2]], "square"),
        ([[1, 2], [2, 1]], "reverse"),
        ([[1, 0], [0, 1]], "above 0"),
        (np.ones((11, 11)), "at most 10"),
    ],
)
def test_comparisons_that_cannot_be_are_refused(matrix, said: str) -> None:
    with pytest.raises(BadParameterError, match=said):
        ahp(np.array(matrix, float))


def test_a_site_that_is_better_in_all_is_first_for_sure_and_unknowns_make_it_less_sure() -> None:
    utility = np.array([[0.9, 0.8], [0.2, 0.1], [0.5, 0.4]])
    sure = stability(utility, utility, [1, 1], np.random.default_rng(1))
    np.testing.assert_array_equal(sure.first, [1, 0, 0])
    np.testing.assert_allclose(sure.chance.sum(axis=0), 1)
    np.testing.assert_allclose(sure.chance.sum(axis=1), 1)
    open_ = utility.copy()
    open_[0, 1] = np.nan
    less = stability(open_, open_, [1, 1], np.random.default_rng(1))
    assert 0.5 < less.first[0] < 1
    assert less.high[0] - less.low[0] > 0.3
    again = stability(open_, open_, [1, 1], np.random.default_rng(1))
    np.testing.assert_array_equal(less.chance, again.chance)


def test_equal_sites_share_the_first_rank_by_chance() -> None:
    found = stability(np.full((2, 2), 0.5), np.full((2, 2), 0.5), [1, 2], np.random.default_rng(3))
    np.testing.assert_allclose(found.first, 0.5, atol=0.04)


def test_the_order_flips_at_the_weight_that_makes_two_sites_equal() -> None:
    utility = np.array([[1.0, 0.2], [0.0, 1.0]])
    # Site 0 leads while w > 0.8 (1 - w): w = 4/9.
    by_first, by_second = flips(utility, [0.6, 0.4])
    assert (by_first.criterion, by_first.by) == (0, 1)
    assert by_first.share == pytest.approx(4 / 9)
    assert by_second.share == pytest.approx(5 / 9)


@given(SEEDS)
def test_at_a_flip_both_sites_score_alike_and_beyond_it_the_other_leads(seed: int) -> None:
    generator = np.random.default_rng(seed)
    utility = generator.random((5, 4))
    weights = shares(generator.uniform(0.05, 1, 4))
    leader = int(np.argmax(weighted_sum(utility, weights)))
    for flip in flips(utility, weights):

        def at(share: float, c: int = flip.criterion) -> np.ndarray:
            w = weights * (1 - share) / (1 - weights[c])
            w[c] = share
            return weighted_sum(utility, w)

        score = at(flip.share)
        assert score[leader] == pytest.approx(score[flip.by], abs=1e-9)
        beyond = flip.share + np.sign(flip.share - weights[flip.criterion]) * 1e-6
        if 0 <= beyond <= 1:
            assert at(beyond)[flip.by] >= at(beyond)[leader] - 1e-12


def test_named_comparisons_are_the_matrix_that_they_name():
    # a is 3 times b, b half of c, a and c alike: rows a, b, c.
    matrix = np.array([[1, 3, 1], [1 / 3, 1, 0.5], [1, 2, 1]])
    found, of_matrix = compared(list("abc"), {("a", "b"): 3, ("c", "b"): 2}), ahp(matrix)
    np.testing.assert_allclose(found.weights, of_matrix.weights)
    assert found.ratio == pytest.approx(of_matrix.ratio)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ({("a", "d"): 2}, '"d" is not weighed'),
        ({("a", "a"): 2}, "compared once"),
        ({("a", "b"): 2, ("b", "a"): 0.5}, "compared once"),
        ({("a", "b"): 9.1}, "1/9 to 9"),
        ({("a", "b"): float("nan")}, "1/9 to 9"),
    ],
)
def test_a_comparison_that_means_nothing_is_told(pairs, said):
    with pytest.raises(BadParameterError, match=said):
        compared(list("abc"), pairs)
