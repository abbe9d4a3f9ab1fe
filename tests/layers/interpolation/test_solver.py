import math

import numpy as np
import pytest

from layers.interpolation import solver
from layers.interpolation.drift import constant
from layers.interpolation.local import local
from layers.interpolation.neighbours import thinned
from layers.interpolation.parameters import Parameters, distances_m
from layers.interpolation.solver import exact, of_coefficients


def network(n=200, seed=3, side_m=600e3):
    rng = np.random.default_rng(seed)
    return *rng.uniform(0.0, side_m, (2, n)), rng.standard_normal(n)


def drawn(p, n, seed=3):
    """A network whose values were drawn from the model itself."""
    x, y, white = network(n, seed)
    k = p.covariance(distances_m(x, y)) + p.nugget_site * np.eye(n)
    return x, y, np.linalg.cholesky(k) @ white


def solved(p, x, y, noise, z, make=exact):
    """Ordinary kriging: the mean of the field is one unknown constant."""
    return make(p, np.stack([x, y], axis=1), noise, z, constant(len(z)))


def predicted(field, x, y):
    """Mean and standard deviation of the latent field."""
    found = field.predict(np.stack([np.asarray(x), np.asarray(y)], axis=1))
    brought = of_coefficients(1.0 - found.told, field.variance)
    return field.beta[0] + found.mean, np.sqrt(found.left + brought)


PLAIN = Parameters("exponential", "none", sill=2.0, range_m=100.0, nugget_site=0.5)


def test_two_sites_worked_by_hand() -> None:
    # Sites at 0 and 100 m, z = 1 and 3; target half way. sill 2, range 100, noise 1/2.
    # K = [[2.5, 2/e], [2/e, 2.5]]; by symmetry the weights are equal, the mean is 2 and
    # K⁻¹1 = 1/(2.5 + 2/e) each. c = 2 exp(-1/2) to both.
    e1, c = 2.0 * math.exp(-1.0), 2.0 * math.exp(-0.5)
    s = 2.5 + e1
    left = 2.0 - 2.0 * c * c / s
    unknown = 1.0 - 2.0 * c / s
    place, z = np.array([0.0, 100.0]), np.array([1.0, 3.0])
    field = solved(PLAIN, place, np.zeros(2), np.full(2, 0.5), z)
    mu, sigma = predicted(field, [50.0], [0.0])
    assert field.beta[0] == pytest.approx(2.0)
    assert mu[0] == pytest.approx(2.0)
    assert field.predict(np.array([[50.0, 0.0]])).left[0] == pytest.approx(left)
    assert sigma[0] == pytest.approx(math.sqrt(left + unknown**2 * s / 2.0))


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
    mu, sigma = predicted(solved(PLAIN, x, y, noise, z), [target[0]], [target[1]])
    assert mu[0] == pytest.approx(solution[:3] @ z)
    assert sigma[0] ** 2 == pytest.approx(2.0 - solution @ right)


@pytest.mark.parametrize("model", ["exponential", "matern32", "matern52"])
def test_without_noise_the_field_passes_through_the_values(model) -> None:
    x, y, z = network(80)
    p = Parameters(model, "none", sill=1.0, range_m=80e3, nugget_site=0.0)
    mu, sigma = predicted(solved(p, x, y, np.zeros(80), z), x, y)
    np.testing.assert_allclose(mu, z, atol=1e-4)
    np.testing.assert_allclose(sigma, 0.0, atol=1e-3)


def test_sites_that_cannot_be_told_apart_still_factorise() -> None:
    x = np.arange(60) * 2.0
    p = Parameters("matern52", "none", sill=1.0, range_m=1e7, nugget_site=0.0)
    mu, _ = predicted(solved(p, x, 0.0 * x, 0.0 * x, np.sin(x)), x, 0.0 * x)
    assert np.all(np.isfinite(mu))


def test_blocks_of_targets_do_not_change_the_answer(monkeypatch) -> None:
    x, y, z = network()
    p = Parameters("matern32", "none", sill=1.0, range_m=80e3, nugget_site=0.1)
    field = solved(p, x, y, np.full(200, 0.1), z)
    at = np.linspace(0, 600e3, 333)
    whole = predicted(field, at, at)
    monkeypatch.setattr(solver, "CHUNK", 7 * 200)
    np.testing.assert_allclose(predicted(field, at, at), whole)


def test_leaving_one_out_is_what_refitting_without_it_gives() -> None:
    x, y, z = network(40)
    noise = np.linspace(0.05, 0.4, 40)
    p = Parameters("exponential", "none", sill=1.0, range_m=150e3, nugget_site=0.05)
    error, spread = solved(p, x, y, noise, z).left_out(np.arange(40))
    for i in range(40):
        rest = np.arange(40) != i
        field = solved(p, x[rest], y[rest], noise[rest], z[rest])
        mu, sigma = predicted(field, x[i : i + 1], y[i : i + 1])
        assert error[i] == pytest.approx(z[i] - mu[0])
        assert spread[i] == pytest.approx(math.hypot(sigma[0], math.sqrt(noise[i])))


def test_other_values_at_the_same_sites_need_no_new_factor() -> None:
    x, y, z = network(100)
    p = Parameters("exponential", "none", sill=1.0, range_m=150e3, nugget_site=0.1)
    noise = np.full(100, 0.1)
    fast = solved(p, x, y, noise, z).with_values(z[::-1] + 3.0)
    slow = solved(p, x, y, noise, z[::-1] + 3.0)
    at = np.linspace(0, 600e3, 50)
    np.testing.assert_allclose(predicted(fast, at, at), predicted(slow, at, at))


def test_the_weights_of_the_sites_sum_to_one() -> None:
    # Every value raised by one raises the mean by one, anywhere: also far outside.
    x, y, z = network(60)
    p = Parameters("matern32", "none", sill=1.0, range_m=80e3, nugget_site=0.1)
    noise = np.linspace(0.05, 0.5, 60)
    at = np.linspace(-900e3, 1500e3, 50)
    here, _ = predicted(solved(p, x, y, noise, z), at, at)
    there, _ = predicted(solved(p, x, y, noise, z + 1.0), at, at)
    np.testing.assert_allclose(there - here, 1.0)


@pytest.mark.parametrize("angle", [0.3, 2.0])
def test_the_map_moves_and_turns_with_its_sites(angle) -> None:
    x, y, z = network(60)
    p = Parameters("exponential", "none", sill=1.0, range_m=80e3, nugget_site=0.1)
    noise, at = np.full(60, 0.1), np.linspace(0, 600e3, 40)

    def moved(x, y):
        cos, sin = math.cos(angle), math.sin(angle)
        return cos * x - sin * y + 2e6, sin * x + cos * y - 3e5

    here = predicted(solved(p, x, y, noise, z), at, at[::-1])
    there = predicted(solved(p, *moved(x, y), noise, z), *moved(at, at[::-1]))
    np.testing.assert_allclose(there, here, rtol=1e-9)


@pytest.mark.parametrize("model", ["exponential", "matern32"])
@pytest.mark.parametrize("sums", [True, False])
def test_very_many_sites_are_solved_nearly_as_all_together(model, sums, monkeypatch) -> None:
    if not sums:
        monkeypatch.setattr("layers.interpolation.local.summation", lambda *_: None)
    p = Parameters(model, "none", sill=1.0, range_m=80e3, nugget_site=0.2)
    x, y, z = drawn(p, 1000)
    near, whole = (solved(p, x, y, np.full(1000, 0.2), z, make) for make in (local, exact))
    assert (near.weight is None) != sums
    at = np.random.default_rng(5).uniform(-50e3, 650e3, (2, 400))
    (mu, sigma), (true_mu, true_sigma) = predicted(near, *at), predicted(whole, *at)
    off = abs(near.beta[0] - whole.beta[0]) / math.sqrt(whole.variance[0, 0])
    assert off < (0.02 if sums else 0.5)
    assert np.max(np.abs(mu - true_mu) / true_sigma) < (0.02 if sums else 0.15)
    np.testing.assert_allclose(sigma, true_sigma, rtol=0.02)
    some = np.arange(0, 1000, 7)
    for a, b in zip(near.left_out(some), whole.left_out(some), strict=True):
        np.testing.assert_allclose(a, b, atol=0.02 if sums else 0.1)
    again = near.with_values(z[::-1].copy())
    fresh = solved(p, x, y, np.full(1000, 0.2), z[::-1].copy(), local)
    np.testing.assert_allclose(predicted(again, *at), predicted(fresh, *at))


def test_blocks_agree_with_single_targets_and_keep_their_places() -> None:
    p = Parameters("exponential", "none", sill=1.0, range_m=80e3, nugget_site=0.2)
    x, y, z = drawn(p, 3000)
    near = solved(p, x, y, np.full(3000, 0.2), z, local).near
    for cell_m in (500.0, 12e3):  # the second is coarser than the network: blocks are quartered
        corner = np.array([[100e3, 100e3], [300e3, 200e3], [-40e3, 0.0]])
        step = np.stack(np.meshgrid(np.arange(8), np.arange(8)), axis=2) * cell_m
        target = corner[:, None, None, :] + step
        here, there = near.krige(target, z), near.krige(target.reshape(-1, 1, 1, 2), z)
        assert np.max(np.abs(here.mean - there.mean) / np.sqrt(there.left)) < 0.2
        np.testing.assert_allclose(here.left, there.left, rtol=0.06)


def test_a_thinning_is_even_however_dense_a_cluster_is() -> None:
    rng = np.random.default_rng(1)
    xy = np.concatenate([rng.uniform(0, 1e6, (300, 2)), rng.uniform(0, 1e4, (5000, 2))])
    kept = thinned(xy)
    assert np.count_nonzero(np.all(xy[kept] < 1e4, axis=1)) <= 1
    assert len(kept) > 150
