import math

import numpy as np
import pytest

from layers.interpolation import solver
from layers.interpolation.likelihood import distances_m
from layers.interpolation.local import local, thinned
from layers.interpolation.parameters import Parameters
from layers.interpolation.solver import exact


def network(n=200, seed=3, side_m=600e3):
    rng = np.random.default_rng(seed)
    return *rng.uniform(0.0, side_m, (2, n)), rng.standard_normal(n)


def drawn(p, n, seed=3):
    """A network whose values were drawn from the model itself."""
    x, y, white = network(n, seed)
    k = p.covariance(distances_m(x, y)) + p.nugget_site * np.eye(n)
    return x, y, np.linalg.cholesky(k) @ white


PLAIN = Parameters("exponential", "none", sill=2.0, range_m=100.0, nugget_site=0.5)


def test_two_sites_worked_by_hand() -> None:
    # Sites at 0 and 100 m, z = 1 and 3; target half way. sill 2, range 100, noise 1/2.
    # K = [[2.5, 2/e], [2/e, 2.5]]; by symmetry the weights are equal, the mean is 2 and
    # K⁻¹1 = 1/(2.5 + 2/e) each. c = 2 exp(-1/2) to both.
    e1, c = 2.0 * math.exp(-1.0), 2.0 * math.exp(-0.5)
    s = 2.5 + e1
    left = 2.0 - 2.0 * c * c / s
    unknown = 1.0 - 2.0 * c / s
    field = exact(PLAIN, np.array([0.0, 100.0]), np.zeros(2), np.full(2, 0.5), np.array([1.0, 3.0]))
    found = field.predict(np.array([50.0]), np.zeros(1))
    assert field.mean == pytest.approx(2.0)
    assert found.mu[0] == pytest.approx(2.0)
    assert found.support[0] == pytest.approx(left / 2.0)
    assert found.sigma[0] == pytest.approx(math.sqrt(left + unknown**2 * s / 2.0))


def test_three_sites_agree_with_the_ordinary_kriging_system() -> None:
    # The textbook system with a Lagrange multiplier (Cressie 1993, 3.2), solved as it stands.
    x, y = np.array([0.0, 80.0, 30.0]), np.array([0.0, 10.0, 120.0])
    z, noise, target = np.array([4.0, 1.0, 2.5]), np.array([0.5, 0.5, 1.5]), (40.0, 30.0)
    system = np.zeros((4, 4))
    right = np.ones(4)
    for i in range(3):
        for j in range(3):
            system[i, j] = 2.0 * math.exp(-math.hypot(x[i] - x[j], y[i] - y[j]) / 100.0)
        system[i, i] += noise[i]
        system[i, 3] = system[3, i] = 1.0
        right[i] = 2.0 * math.exp(-math.hypot(x[i] - target[0], y[i] - target[1]) / 100.0)
    solution = np.linalg.solve(system, right)
    found = exact(PLAIN, x, y, noise, z).predict(np.array([target[0]]), np.array([target[1]]))
    assert found.mu[0] == pytest.approx(solution[:3] @ z)
    assert found.sigma[0] ** 2 == pytest.approx(2.0 - solution @ right)


@pytest.mark.parametrize("model", ["exponential", "matern32", "matern52"])
def test_without_noise_the_field_passes_through_the_values(model) -> None:
    x, y, z = network(80)
    p = Parameters(model, "none", sill=1.0, range_m=80e3, nugget_site=0.0)
    found = exact(p, x, y, np.zeros(80), z).predict(x, y)
    np.testing.assert_allclose(found.mu, z, atol=1e-4)
    np.testing.assert_allclose(found.sigma, 0.0, atol=1e-3)


def test_sites_that_cannot_be_told_apart_still_factorise() -> None:
    x = np.arange(60) * 2.0
    p = Parameters("matern52", "none", sill=1.0, range_m=1e7, nugget_site=0.0)
    found = exact(p, x, 0.0 * x, 0.0 * x, np.sin(x)).predict(x, 0.0 * x)
    assert np.all(np.isfinite(found.mu))


def test_blocks_of_targets_do_not_change_the_answer(monkeypatch) -> None:
    x, y, z = network()
    p = Parameters("matern32", "none", sill=1.0, range_m=80e3, nugget_site=0.1)
    field = exact(p, x, y, np.full(200, 0.1), z)
    at = np.linspace(0, 600e3, 333)
    whole = field.predict(at, at)
    monkeypatch.setattr(solver, "CHUNK", 7 * 200)
    parts = field.predict(at, at)
    np.testing.assert_allclose(whole.mu, parts.mu)
    np.testing.assert_allclose(whole.sigma, parts.sigma)


def test_leaving_one_out_is_what_refitting_without_it_gives() -> None:
    x, y, z = network(40)
    noise = np.linspace(0.05, 0.4, 40)
    p = Parameters("exponential", "none", sill=1.0, range_m=150e3, nugget_site=0.05)
    error, spread = exact(p, x, y, noise, z).left_out(z)
    for i in range(40):
        rest = np.arange(40) != i
        found = exact(p, x[rest], y[rest], noise[rest], z[rest]).predict(x[i : i + 1], y[i : i + 1])
        assert error[i] == pytest.approx(z[i] - found.mu[0])
        assert spread[i] == pytest.approx(math.hypot(found.sigma[0], math.sqrt(noise[i])))


def test_other_values_at_the_same_sites_need_no_new_factor() -> None:
    x, y, z = network(100)
    p = Parameters("exponential", "none", sill=1.0, range_m=150e3, nugget_site=0.1)
    noise = np.full(100, 0.1)
    fast = exact(p, x, y, noise, z).with_values(z[::-1] + 3.0)
    slow = exact(p, x, y, noise, z[::-1] + 3.0)
    at = np.linspace(0, 600e3, 50)
    np.testing.assert_allclose(fast.predict(at, at).mu, slow.predict(at, at).mu)


@pytest.mark.parametrize("model", ["exponential", "matern32"])
def test_the_nearest_sites_say_nearly_what_all_say(model) -> None:
    p = Parameters(model, "none", sill=1.0, range_m=80e3, nugget_site=0.2)
    x, y, z = drawn(p, 1000)
    near, all_ = (make(p, x, y, np.full(1000, 0.2), z) for make in (local, exact))
    at = np.random.default_rng(5).uniform(-50e3, 650e3, (2, 400))
    here, there = near.predict(*at), all_.predict(*at)
    assert near.mean == pytest.approx(all_.mean, abs=0.2 * math.sqrt(all_.mean_variance))
    assert np.max(np.abs(here.mu - there.mu) / there.sigma) < 0.1
    np.testing.assert_allclose(here.sigma, there.sigma, rtol=0.02)
    np.testing.assert_allclose(here.support, there.support, atol=0.02)
    some = np.arange(0, 1000, 7)
    for a, b in zip(near.left_out(z, some), all_.left_out(z), strict=True):
        np.testing.assert_allclose(a, b[some], atol=0.05)


def test_blocks_agree_with_single_targets_and_keep_their_places() -> None:
    p = Parameters("exponential", "none", sill=1.0, range_m=80e3, nugget_site=0.2)
    x, y, z = drawn(p, 3000)
    field = local(p, x, y, np.full(3000, 0.2), z)
    for cell_m in (500.0, 12e3):  # the second is coarser than the network: blocks are quartered
        corner = np.array([[100e3, 100e3], [300e3, 200e3], [-40e3, 0.0]])
        step = np.stack(np.meshgrid(np.arange(8), np.arange(8)), axis=2) * cell_m
        target = corner[:, None, None, :] + step
        here = field.predict_blocks(target)
        there = field.predict(*target.reshape(-1, 2).T)
        assert np.max(np.abs(here.mu - there.mu) / there.sigma) < 0.15
        np.testing.assert_allclose(here.sigma, there.sigma, rtol=0.03)


def test_a_thinning_is_even_however_dense_a_cluster_is() -> None:
    rng = np.random.default_rng(1)
    xy = np.concatenate([rng.uniform(0, 1e6, (300, 2)), rng.uniform(0, 1e4, (5000, 2))])
    kept = thinned(xy)
    assert np.count_nonzero(np.all(xy[kept] < 1e4, axis=1)) <= 1
    assert len(kept) > 150
