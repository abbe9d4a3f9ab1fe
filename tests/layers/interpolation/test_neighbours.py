import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.interpolation import neighbours
from layers.interpolation.drift import Drift, constant
from layers.interpolation.neighbours import NEAREST, Neighbours
from layers.interpolation.parameters import Parameters
from layers.interpolation.solver import exact

SIDE_M = 500e3


def plain(model="exponential", noise=0.1, sill=1.0, range_m=120e3):
    return Parameters(model=model, transform="none", sill=sill, range_m=range_m, nugget_site=noise)


def network(n, seed=1):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.0, SIDE_M, (n, 2)), rng.standard_normal(n), rng.uniform(0.5, 2.0, n)


def sloping(xy):
    """A mean with a constant and one more column."""
    columns = np.stack([np.ones(len(xy)), xy[:, 0] / SIDE_M], axis=1)
    return Drift(columns, np.array([0.0, 1.0]), np.zeros(1), np.ones(1))


@pytest.mark.parametrize("model", ["exponential", "matern32", "matern52"])
@pytest.mark.parametrize(
    ("noise", "close"), [(0.1, 1e-4), (1e-4, 1e-5)], ids=["in-single", "in-double-precision"]
)
@pytest.mark.parametrize("n", [1, 2, 5, 47])
def test_few_sites_are_kriged_as_all_together(n, noise, close, model) -> None:
    # ``close`` in standard deviations of the field: sites to be overlooked keep a weight of 1e-6.
    p, (xy, z, share) = plain(model, noise), network(n)
    mean = sloping(xy)
    target = np.random.default_rng(2).uniform(-0.3 * SIDE_M, 1.3 * SIDE_M, (6, 4, 4, 2))
    near = Neighbours.of(p, xy, noise * share, mean)
    whole = exact(p, xy, noise * share, z, mean)
    found, true = near.krige(target, whole.left), whole.predict(target.reshape(-1, 2))
    np.testing.assert_allclose(found.mean, true.mean, atol=close)
    np.testing.assert_allclose(found.left, true.left, atol=close)
    np.testing.assert_allclose(found.told, true.told, atol=close)


@pytest.mark.parametrize("n", [2, 3, 30])
def test_a_site_left_out_is_predicted_from_all_the_others(n) -> None:
    p, (xy, z, share) = plain(), network(n)
    mean, noise, at = sloping(xy), 0.1 * share, np.arange(n)[::-2]
    found = Neighbours.of(p, xy, noise, mean).left_out(at, z)
    for row, i in enumerate(at):
        rest = np.arange(n) != i
        lag = np.hypot(*(xy[rest] - xy[i]).T)
        k = p.covariance(np.hypot(*(xy[rest, None] - xy[rest]).transpose(2, 0, 1)))
        c = p.covariance(lag)
        weight = np.linalg.solve(k + np.diag(noise[rest]), c)
        assert found.mean[row] == pytest.approx(weight @ z[rest], abs=1e-4)
        assert found.left[row] == pytest.approx(p.sill - weight @ c, abs=1e-4)
        np.testing.assert_allclose(found.told[row], weight @ mean.columns[rest], atol=1e-4)


def test_beside_a_dense_cluster_the_rest_of_the_network_is_seen() -> None:
    # A hundred sites in one kilometre know one value; thirty around, 40 km away, another. From
    # 15 km the nearest 48 are all in the cluster.
    rng = np.random.default_rng(3)
    turn = np.linspace(0.0, 2 * np.pi, 30, endpoint=False)
    ring = 40e3 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    xy = np.concatenate([rng.uniform(-500.0, 500.0, (100, 2)), ring])
    z, noise, target = np.repeat([1.0, -1.0], [100, 30]), np.full(130, 0.1), np.array([[15e3, 0.0]])
    p = plain(range_m=60e3)
    near = Neighbours.of(p, xy, noise, constant(130))
    whole = exact(p, xy, noise, z, constant(130))
    nearest = near.tree.query(target[0], k=NEAREST)[1]
    assert np.all(nearest < 100)
    true, found = whole.predict(target), near.krige(target[:, None, None], whole.left)
    blind = exact(p, xy[nearest], noise[:NEAREST], z[nearest], constant(NEAREST)).predict(target)
    assert found.left[0] == pytest.approx(true.left[0], rel=0.05)
    assert blind.left[0] > 1.2 * true.left[0]
    assert abs(found.mean[0] - true.mean[0]) < 0.1 * np.sqrt(true.left[0])


def test_a_block_is_crowded_where_its_sites_reach_no_further_than_itself() -> None:
    # 400 sites 10 km apart; the nearest 48 of a point reach about 40 km (pi r² = 48 x 100 km²).
    # Blocks of 8 x 8 targets: cells of 1 km have their corners 5 km from the centre, cells of
    # 6 km have them 30 km from it, and twice that is beyond 40 km.
    line = 10e3 * np.arange(20)
    xy = np.stack(np.meshgrid(line, line), axis=2).reshape(-1, 2)
    near = Neighbours.of(plain(), xy, np.full(400, 0.1), constant(400))
    square = np.stack(np.meshgrid(np.arange(8.0), np.arange(8.0)), axis=2) - 3.5
    blocks = 95e3 + np.stack([1e3 * square, 6e3 * square])
    np.testing.assert_array_equal(near.crowded(blocks), [False, True])
    few = Neighbours.of(plain(), xy[:NEAREST], np.full(NEAREST, 0.1), constant(NEAREST))
    assert not few.crowded(95e3 + 1e5 * square[None]).any()  # all sites serve everybody


@settings(max_examples=25, deadline=None)
@given(n=st.integers(50, 120), seed=st.integers(0, 99), cell_m=st.floats(1e2, 3e4))
def test_what_sites_leave_is_never_more_than_there_was(n, seed, cell_m) -> None:
    p, (xy, z, share) = plain("matern32", 0.02), network(n, seed)
    near = Neighbours.of(p, xy, 0.02 * share, constant(n))
    step = np.stack(np.meshgrid(np.arange(8), np.arange(8)), axis=2) * cell_m
    found = near.krige(step[None] + 100e3, z)
    assert np.all((found.left >= 0.0) & (found.left <= p.sill))
    assert np.all(np.isfinite(found.mean))
    assert np.all(np.isfinite(found.told))


def test_batches_do_not_change_the_answer(monkeypatch) -> None:
    p, (xy, z, share) = plain(), network(200)
    near = Neighbours.of(p, xy, 0.1 * share, constant(200))
    target = np.random.default_rng(4).uniform(0.0, SIDE_M, (50, 1, 1, 2))
    whole = near.krige(target, z)
    monkeypatch.setattr(neighbours, "BATCH", 3 * 60 * 60)
    parts = near.krige(target, z)
    np.testing.assert_allclose(parts.mean, whole.mean, atol=1e-5)
    np.testing.assert_allclose(parts.left, whole.left, atol=1e-5)
