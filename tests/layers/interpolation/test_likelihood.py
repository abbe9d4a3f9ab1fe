import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from layers.interpolation import likelihood, vecchia
from layers.interpolation.drift import constant
from layers.interpolation.parameters import correlation, correlation_and_slope, distances_m

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
    k = 1.3 * correlation(distances_m(x, y) / 120e3, model) + np.diag(0.3 + error)
    a = np.linalg.qr(np.column_stack([np.ones(40), np.eye(40)[:, 1:]]))[0][:, 1:]
    brute = np.mean([-stats.multivariate_normal(cov=a.T @ k @ a).logpdf(a.T @ day) for day in z.T])
    sets = vecchia.conditioning(x, y)
    value, _ = likelihood.restricted(theta, sets, error, z, model, constant(40))
    assert value == pytest.approx(brute + 0.5 * math.log(40))


@pytest.mark.parametrize("model", MODELS)
def test_the_gradient_is_the_slope(model) -> None:
    x, y, z = network()
    sets, error = vecchia.conditioning(x, y), np.linspace(0.0, 0.2, 40)
    theta = np.log([1.3, 120e3, 0.3])
    _, gradient = likelihood.restricted(theta, sets, error, z, model, constant(40))
    slope = optimize.approx_fprime(
        theta, lambda t: likelihood.restricted(t, sets, error, z, model, constant(40))[0], 1e-6
    )
    np.testing.assert_allclose(gradient, slope, atol=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_the_gradient_of_many_sites_is_the_slope(model) -> None:
    # Two days, and a mean with an offset that is half known.
    x, y, z = network(300)
    sets, error = vecchia.conditioning(x, y, together=0), np.linspace(0.0, 0.2, 300)
    theta = np.log([1.3, 9e4, 0.3])
    columns = np.column_stack([np.ones(300), np.arange(300) % 2])
    mean = replace(constant(300), columns=columns, precision=np.array([0.0, 2.0]))
    _, gradient = likelihood.restricted(theta, sets, error, z, model, mean)
    slope = [
        likelihood.restricted(theta + step, sets, error, z, model, mean)[0]
        - likelihood.restricted(theta - step, sets, error, z, model, mean)[0]
        for step in 1e-5 * np.eye(3)
    ]
    np.testing.assert_allclose(gradient, np.array(slope) / 2e-5, atol=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_the_correlation_falls_from_one_and_its_slope_is_right(model) -> None:
    lag = np.linspace(0.0, 5.0, 100)
    assert correlation(lag, model)[0] == 1.0
    assert np.all(np.diff(correlation(lag, model)) < 0)
    up, down = (correlation(lag * math.exp(-step), model) for step in (1e-5, -1e-5))
    same, slope = correlation_and_slope(lag, model)
    np.testing.assert_array_equal(same, correlation(lag, model))
    np.testing.assert_allclose(slope, (up - down) / 2e-5, atol=1e-8)


def test_a_covariance_that_is_none_is_infinitely_unlikely() -> None:
    none = np.zeros(3)
    value, _ = likelihood.restricted(
        np.log([1.0, 1.0, 1e-300]),
        vecchia.conditioning(none, none),
        none,
        np.zeros((3, 1)),
        "matern52",
        constant(3),
    )
    assert value == math.inf


def test_conditioning_on_all_predecessors_is_exact(monkeypatch) -> None:
    # 64 joint sites and 30 more, each given all before it in its doubling: all 64 of them.
    monkeypatch.setattr(vecchia, "NEIGHBOURS", 64)
    x, y, z = network(65)
    theta, error = np.log([1.3, 120e3, 0.3]), np.linspace(0.0, 0.2, 65)
    (exact, slope), (found, found_slope) = (
        likelihood.restricted(
            theta, vecchia.conditioning(x, y, together), error, z, "exponential", constant(65)
        )
        for together in (65, 0)
    )
    assert found == pytest.approx(exact)
    np.testing.assert_allclose(found_slope, slope)


def test_twenty_neighbours_come_near_the_exact_likelihood() -> None:
    x, y, z = network(800)
    all_of_them, sets = vecchia.conditioning(x, y, together=800), vecchia.conditioning(x, y)
    none = np.zeros(800)
    values = []
    for range_m in (60e3, 120e3, 240e3):
        theta = np.log([1.0, range_m, 0.5])
        exact, near = (
            likelihood.restricted(theta, each, none, z, "exponential", constant(800))[0]
            for each in (all_of_them, sets)
        )
        values.append(near - exact)
    assert max(values) - min(values) < 5.0


def test_every_prefix_of_the_order_is_spread_over_the_domain() -> None:
    x, y, _ = network(5000)
    order = vecchia.spread_order(x, y)
    assert sorted(order) == list(range(5000))
    quadrant = (x[order[:64]] > 300e3) * 2 + (y[order[:64]] > 300e3)
    assert np.bincount(quadrant.astype(int), minlength=4).min() >= 12
