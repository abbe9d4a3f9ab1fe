import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from layers.interpolation import summation as module
from layers.interpolation.parameters import Parameters
from layers.interpolation.summation import summation

CLOSE, FEW_CLOSE = 1e-4, 1e-3
"""Of the sill times the root of the sum of squared weights: single precision, and the mesh, which
is a coarse one for a handful of sites."""
SIDE_M = 1e6


def summed(model="exponential", range_m=150e3, n=500, seed=1, xy=None):
    p = Parameters(model=model, transform="none", sill=2.0, range_m=range_m, nugget_site=0.1)
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, SIDE_M, (n, 2)) if xy is None else xy
    weight = rng.standard_normal(len(xy)) + 0.5
    return p, xy, weight, summation(p, xy, cKDTree(xy))


def off(found, p, weight):
    return np.max(np.abs(found)) / (p.sill * np.sqrt(np.sum(weight**2)))


@pytest.mark.parametrize("model", ["exponential", "matern32", "matern52"])
@pytest.mark.parametrize("range_m", [20e3, 150e3, 3e6])
def test_sums_at_the_sites_are_those_of_all_pairs(model, range_m) -> None:
    p, xy, weight, sums = summed(model, range_m)
    dense = p.covariance(cdist(xy, xy)) @ weight
    assert off(sums @ weight - dense, p, weight) < CLOSE


@pytest.mark.parametrize("model", ["exponential", "matern32", "matern52"])
@pytest.mark.parametrize("range_m", [20e3, 150e3, 3e6])
def test_sums_at_targets_are_those_of_all_pairs_also_outside(model, range_m) -> None:
    p, xy, weight, sums = summed(model, range_m)
    rng = np.random.default_rng(2)
    corner = np.concatenate(
        [rng.uniform(-0.6 * SIDE_M, 1.6 * SIDE_M, (30, 1, 2)), xy[:5, None] - 4e3]
    )
    blocks = corner + rng.uniform(0.0, 8e3, (1, 16, 2))
    blocks[-5:, 0] = xy[:5]  # some targets are sites
    dense = p.covariance(cdist(blocks.reshape(-1, 2), xy)) @ weight
    assert off(sums.at(weight, blocks).reshape(-1) - dense, p, weight) < CLOSE
    # inside of the box the mesh of the sites is the one in use
    inside = np.clip(blocks, 1e3 + xy.min(axis=0), xy.max(axis=0) - 1e3)
    dense = p.covariance(cdist(inside.reshape(-1, 2), xy)) @ weight
    assert off(sums.at(weight, inside).reshape(-1) - dense, p, weight) < CLOSE


def test_large_weights_of_both_signs_leave_small_sums_right() -> None:
    """As of ten thousand stations: what is summed is a thousand times what is left of it."""
    p = Parameters("matern32", "log", sill=0.035, range_m=370e3, nugget_site=0.00325)
    xy = np.random.default_rng(1).uniform(0.0, 2e6, (6000, 2))
    weight = np.random.default_rng(2).normal(0.0, 14.0, len(xy))
    sums = summation(p, xy, cKDTree(xy))
    target = np.random.default_rng(3).uniform(0.0, 2e6, (300, 1, 2))
    dense = p.covariance(cdist(target[:, 0], xy)) @ weight
    spread = 0.015  # of kriging among so many stations
    assert np.max(np.abs(sums.at(weight, target)[:, 0] - dense)) < 0.01 * spread


@settings(max_examples=20, deadline=None)
@given(
    n=st.integers(3, 120),
    seed=st.integers(0, 1000),
    wide=st.floats(1e3, 1e6),
    high=st.floats(1e3, 1e6),
    moved=st.floats(-5e6, 5e6),
    range_share=st.floats(0.05, 20.0),
)
def test_sums_hold_for_any_box_anywhere(n, seed, wide, high, moved, range_share) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(size=(n, 2)) * [wide, high] + [moved, -moved]
    p, xy, weight, sums = summed(range_m=range_share * max(wide, high), seed=seed, xy=xy)
    if sums is not None:
        dense = p.covariance(cdist(xy, xy)) @ weight
        assert off(sums @ weight - dense, p, weight) < FEW_CLOSE
        at = sums.at(weight, xy[:, None, :])[:, 0]
        assert off(at - dense, p, weight) < FEW_CLOSE


def test_sums_are_linear_and_their_matrix_is_even() -> None:
    p, _, weight, sums = summed()
    other = np.random.default_rng(3).standard_normal(500)
    both = sums @ (2.0 * weight - other)
    assert off(both - 2.0 * (sums @ weight) + sums @ other, p, weight) < CLOSE
    assert other @ (sums @ weight) == pytest.approx(weight @ (sums @ other), rel=1e-3)


def test_chunks_do_not_change_the_sums(monkeypatch) -> None:
    _, xy, weight, sums = summed()
    whole = sums.at(weight, xy[:90].reshape(30, 3, 2))
    monkeypatch.setattr(module, "CHUNK", 7)
    np.testing.assert_allclose(sums.at(weight, xy[:90].reshape(30, 3, 2)), whole, atol=1e-5)


def knots(n=3_000, apart_m=1e6):
    """Sites in two knots of one kilometre, far apart."""
    rng = np.random.default_rng(4)
    return rng.uniform(0.0, 1e3, (n, 2)) + apart_m * (np.arange(n) % 2)[:, None]


def test_two_dense_knots_far_apart_are_not_summed() -> None:
    # Steps of the mesh are measured by the box: 16 of them hold a whole knot, and so nearly all
    # 3,000² / 4 pairs of one would be summed one by one, for each knot.
    assert summed(xy=knots(6_000))[3] is None
    # A range of 300 m asks for steps of 40 m: over 1,000 km these are 25,000² nodes.
    assert summed(xy=knots(200), range_m=300.0)[3] is None
    assert summed(xy=knots(200), range_m=150e3)[3] is not None


def test_targets_that_no_mesh_can_hold_are_not_summed() -> None:
    # The mesh of 500 sites has 0.3 x 45 km steps; 1e9 m away these are 74,000² nodes.
    _, xy, weight, sums = summed()
    assert sums.at(weight, xy[None, :4] + 1e9) is None
    assert sums.at(weight, xy[None, :4] + 1e6) is not None
