import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from layers.interpolation import conjugate, vecchia
from layers.interpolation.parameters import Parameters
from layers.interpolation.summation import summation


def prepared(model="exponential", noise=0.1, n=700, range_m=120e3, seed=1):
    p = Parameters(model=model, transform="none", sill=1.0, range_m=range_m, nugget_site=noise)
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 6e5, (n, 2))
    own = noise * rng.uniform(0.5, 2.0, n) + 1e-10
    whole = p.covariance(cdist(xy, xy)) + np.diag(own)
    left = np.linalg.cholesky(whole) @ rng.standard_normal(n)
    sums, root = summation(p, xy, cKDTree(xy)), vecchia.root(p, xy, own)
    return sums, own, root, left, whole


@pytest.mark.parametrize(
    ("model", "noise", "close"),
    [
        ("exponential", 0.02, 0.01),
        ("exponential", 0.3, 0.005),
        ("matern32", 0.1, 0.01),
        ("matern52", 0.3, 0.005),
        # here the single precision of the sums decides, not the steps
        ("matern32", 0.02, 0.05),
        ("matern52", 0.02, 0.05),
    ],
)
def test_weights_of_all_sites_are_those_of_the_dense_solution(model, noise, close) -> None:
    # A weight times the deviation of its site, given all others, is an error left one out in
    # standard deviations; so is what is left unexplained, each site given some before it.
    *asked, whole = prepared(model, noise)
    found, true = conjugate.solve(*asked), np.linalg.solve(whole, asked[3])
    given_others = 1.0 / np.sqrt(np.diagonal(np.linalg.inv(whole)))
    assert np.max(np.abs(found - true) * given_others) < close
    assert np.max(np.abs(asked[2] @ (asked[3] - whole @ found))) < close
    # nothing to explain needs no weights, and twice as much twice the weights
    assert not conjugate.solve(*asked[:3], 0.0 * asked[3]).any()
    more = conjugate.solve(*asked[:3], -2.0 * asked[3])
    assert np.max(np.abs(more + 2.0 * true) * given_others) < 2.0 * close


def test_the_answer_is_in_the_hand_of_the_caller() -> None:
    *asked, _ = prepared()
    before = asked[3].copy()
    conjugate.solve(*asked)
    np.testing.assert_array_equal(asked[3], before)


def test_a_smooth_model_without_noise_is_given_up() -> None:
    # Sites 20 km apart under a range of 3,000 km: one is known from its neighbours to 1e-4 of the
    # deviation of the field and less, which single precision does not resolve.
    *asked, _ = prepared("matern52", noise=0.0, range_m=3e6)
    assert conjugate.solve(*asked) is None


def test_a_few_steps_are_not_taken_for_the_answer(monkeypatch) -> None:
    *asked, _ = prepared(noise=0.02)
    monkeypatch.setattr(conjugate, "MOST", 1)
    assert conjugate.solve(*asked) is None
