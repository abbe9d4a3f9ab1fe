import math

import numpy as np
import pytest
from scipy import optimize, stats

from layers.interpolation import likelihood, vecchia
from layers.interpolation.drift import constant
from layers.interpolation.parameters import Parameters, correlation, correlation_slope

MODELS = ["exponential", "matern32", "matern52"]


def network(n=40, seed=2):
    rng = np.random.default_rng(seed)
    return *rng.uniform(0.0, 600e3, (2, n)), rng.standard_normal((n, 2))


@pytest.mark.parametrize("model", MODELS)
def test_it_is_the_density_of_the_contrasts(model) -> None:
    # The restricted likelihood is that of any n - 1 contrasts A'z with A'1 = 0; for an
    # orthonormal A it differs from Harville's form by log(n) / 2.
    x, y, z = network()
    theta = np.log([1.3, 120e3, 0.3])
    error = np.linspace(0.0, 0.2, 40)
    lag = likelihood.distances_m(x, y)
    k = 1.3 * correlation(lag / 120e3, model) + np.diag(0.3 + error)
    a = np.linalg.qr(np.column_stack([np.ones(40), np.eye(40)[:, 1:]]))[0][:, 1:]
    brute = np.mean([-stats.multivariate_normal(cov=a.T @ k @ a).logpdf(a.T @ day) for day in z.T])
    value, _ = likelihood.restricted(theta, lag, error, z, model, constant(40))
    assert value == pytest.approx(brute + 0.5 * math.log(40))


@pytest.mark.parametrize("model", MODELS)
def test_the_gradient_is_the_slope(model) -> None:
    x, y, z = network()
    lag, error = likelihood.distances_m(x, y), np.linspace(0.0, 0.2, 40)
    theta = np.log([1.3, 120e3, 0.3])
    _, gradient = likelihood.restricted(theta, lag, error, z, model, constant(40))
    slope = optimize.approx_fprime(
        theta, lambda t: likelihood.restricted(t, lag, error, z, model, constant(40))[0], 1e-6
    )
    np.testing.assert_allclose(gradient, slope, atol=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_the_correlation_falls_from_one_and_its_slope_is_right(model) -> None:
    lag = np.linspace(0.0, 5.0, 100)
    assert correlation(lag, model)[0] == 1.0
    assert np.all(np.diff(correlation(lag, model)) < 0)
    up, down = (correlation(lag * math.exp(-step), model) for step in (1e-5, -1e-5))
    np.testing.assert_allclose(correlation_slope(lag, model), (up - down) / 2e-5, atol=1e-8)


def test_a_covariance_that_is_none_is_infinitely_unlikely() -> None:
    lag = np.zeros((3, 3))
    value, _ = likelihood.restricted(
        np.log([1.0, 1.0, 1e-300]), lag, np.zeros(3), np.zeros((3, 1)), "matern52", constant(3)
    )
    assert value == math.inf


def test_conditioning_on_all_predecessors_is_exact(monkeypatch) -> None:
    # 64 joint sites and 30 more, each given all before it in its doubling: all 64 of them.
    monkeypatch.setattr(vecchia, "NEIGHBOURS", 64)
    x, y, z = network(65)
    p = Parameters("exponential", "none", sill=1.3, range_m=120e3, nugget_site=0.3)
    error = np.linspace(0.0, 0.2, 65)
    found = vecchia.restricted(vecchia.conditioning(x, y), p, error, z, constant(65))
    lag = likelihood.distances_m(x, y)
    exact, _ = likelihood.restricted(
        np.log([1.3, 120e3, 0.3]), lag, error, z, "exponential", constant(65)
    )
    assert found == pytest.approx(exact)


def test_twenty_neighbours_come_near_the_exact_likelihood() -> None:
    x, y, z = network(800)
    lag, sets = likelihood.distances_m(x, y), vecchia.conditioning(x, y)
    none = np.zeros(800)
    values = []
    for range_m in (60e3, 120e3, 240e3):
        p = Parameters("exponential", "none", sill=1.0, range_m=range_m, nugget_site=0.5)
        exact, _ = likelihood.restricted(
            np.log([1.0, range_m, 0.5]), lag, none, z, "exponential", constant(800)
        )
        values.append(vecchia.restricted(sets, p, none, z, constant(800)) - exact)
    assert max(values) - min(values) < 5.0


def test_every_prefix_of_the_order_is_spread_over_the_domain() -> None:
    x, y, _ = network(5000)
    order = vecchia.spread_order(x, y)
    assert sorted(order) == list(range(5000))
    quadrant = (x[order[:64]] > 300e3) * 2 + (y[order[:64]] > 300e3)
    assert np.bincount(quadrant.astype(int), minlength=4).min() >= 12
