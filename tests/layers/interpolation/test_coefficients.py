"""What a field learnt of its mean is told with its error."""

import math

import numpy as np
import pytest

from layers import interpolation
from layers.interpolation.lattice import Lattice
from layers.interpolation.parameters import Parameters

FAR = Parameters("exponential", "log", sill=1e-9, range_m=1.0, nugget_site=0.01)
"""Stations so far apart that only their own noise is left."""


def test_offsets_of_two_networks_are_those_of_the_textbook() -> None:
    # "b" is 0.2 above "a", 50 stations each of noise v = 0.01. Offsets N(0, t²), t² = 0.01, under a
    # free constant: b - a is seen with s² = 2 v / 50 = 0.0004 and known to 2 t² = 0.02 beforehand,
    # so that it keeps the share 0.02 / 0.0204 and has the variance 1 / (1 / 0.0004 + 1 / 0.02).
    # Beyond the average of both each takes one half.
    n = 100
    name = np.where(np.arange(n) < 50, "a", "b")
    value = np.exp(np.where(name == "a", 0.0, 0.2))
    field = interpolation.condition(1e3 * np.arange(n), np.zeros(n), value, FAR, networks=name)
    found = interpolation.offsets(field)
    assert list(found) == ["a", "b"]
    half, error = 0.1 * 0.02 / 0.0204, math.sqrt(1 / (1 / 0.0004 + 1 / 0.02)) / 2
    assert found["a"].value == pytest.approx(-half, abs=1e-6)
    assert found["b"].value == pytest.approx(half, abs=1e-6)
    assert found["a"].sd == found["b"].sd == pytest.approx(error, rel=1e-4)


def test_the_effect_of_a_covariate_is_that_of_least_squares() -> None:
    # z = 0.3 u for a standardised u = -1, 1, -1, ...: information n / v = 10,000 beside that known
    # beforehand, which follows the spread of z.
    n = 100
    height = np.where(np.arange(n) % 2, 1_800.0, 200.0)
    z = np.where(np.arange(n) % 2, 0.3, -0.3)
    field = interpolation.condition(
        1e3 * np.arange(n), np.zeros(n), np.exp(z), FAR, covariates=height[:, None]
    )
    (found,) = interpolation.effects(field)
    total = n / 0.01 + field.drift.precision[1]
    assert found.value == pytest.approx(0.3 * (n / 0.01) / total, abs=1e-5)
    assert found.sd == pytest.approx(total**-0.5, rel=1e-4)


def test_what_tells_nothing_has_no_coefficient() -> None:
    x = 1e3 * np.arange(30)
    known = np.stack([np.arange(30.0), np.full(30, 7.0), np.full(30, np.nan)], axis=1)
    value = np.exp(np.sin(np.arange(30)))
    field = interpolation.fit(x, 0 * x, value, covariates=known, networks=["a"] * 30)
    assert [math.isnan(each.value) for each in interpolation.effects(field)] == [False, True, True]
    assert interpolation.offsets(field) == {}
    none = interpolation.fit([], [], [], covariates=np.zeros((0, 2)), networks=[])
    assert interpolation.offsets(none) == {}
    assert all(math.isnan(each.sd) for each in interpolation.effects(none))


def test_a_plan_is_not_of_stations_that_joined_another_network_or_moved_uphill() -> None:
    chance = np.random.default_rng(1)
    x, y = chance.uniform(0, 500e3, (2, 60))
    height, value = chance.uniform(200, 3_000, (60, 1)), np.exp(chance.normal(4.5, 0.2, 60))
    lattice = Lattice((300, 300), lambda row, col: (2e3 * col, 500e3 - 2e3 * row))
    smooth = Parameters("exponential", "log", sill=0.04, range_m=300e3, nugget_site=0.01)

    def field(height, first):
        name = ["a" if i < first else "b" for i in range(60)]
        return interpolation.condition(x, y, value, smooth, covariates=height, networks=name)

    here = field(height, 30)
    _, plan = here.map_grid(lattice)
    assert plan is not None
    assert here.map_grid(lattice, plan=plan)[1] is plan
    assert field(height, 31).map_grid(lattice, plan=plan)[1] is not plan
    assert field(height[::-1], 30).map_grid(lattice, plan=plan)[1] is not plan


def test_covariates_of_many_cells_are_those_of_each(monkeypatch) -> None:
    chance = np.random.default_rng(2)
    x, y = chance.uniform(0, 500e3, (2, 80))
    value = np.exp(chance.normal(4.5, 0.2, 80))
    field = interpolation.fit(x, y, value, covariates=chance.uniform(0, 3, (80, 2)))
    lattice = Lattice((200, 220), lambda row, col: (2.5e3 * col, 500e3 - 2.5e3 * row))
    cells = chance.uniform(-3, 9, (200, 220, 2)).astype(np.float32)
    cells[50:60, :, 0] = np.nan
    whole = field.predict_grid(lattice, cells)
    monkeypatch.setattr("layers.interpolation.field.CELLS", 1_000)
    parts = field.predict_grid(lattice, cells)
    each = field.predict(*lattice.all(), cells)
    for band in ("mu", "sigma", "support"):
        np.testing.assert_allclose(getattr(parts, band), getattr(whole, band), rtol=1e-5)
    np.testing.assert_allclose(whole.mu, each.mu, atol=0.05 * each.sigma.max())
    np.testing.assert_allclose(whole.sigma, each.sigma, rtol=0.05)
