import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from layers import interpolation
from layers.errors import BadInputError
from layers.interpolation import grid as grid_module
from layers.interpolation.likelihood import distances_m
from layers.interpolation.parameters import Parameters

REPO = Path(__file__).resolve().parents[3]
KNOWN = Parameters("exponential", "log", sill=0.04, range_m=150e3, nugget_site=0.01)


def network(n, seed=1, side_m=1e6):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, side_m, (2, n))
    k = KNOWN.covariance(distances_m(x, y)) + 0.01 * np.eye(n)
    return x, y, np.exp(4.5 + np.linalg.cholesky(k) @ rng.standard_normal(n))


def grid(width, height, side_m=1e6):
    return np.meshgrid(np.linspace(0, side_m, width), np.linspace(side_m, 0, height))


def test_a_large_grid_is_nearly_the_exact_one(monkeypatch) -> None:
    x, y, value = network(1200)
    field = interpolation.condition(x, y, value, KNOWN)
    x_m, y_m = grid(101, 67)  # no multiple of a block
    exact = field.predict(x_m, y_m)
    monkeypatch.setattr(grid_module, "EXACT_WORK", 0)
    fast = field.predict_grid(x_m, y_m)
    assert fast.mu.shape == (67, 101)
    assert np.max(np.abs(fast.mu - exact.mu) / exact.sigma) < 0.02
    np.testing.assert_allclose(fast.sigma, exact.sigma, rtol=0.01)
    np.testing.assert_allclose(fast.support, exact.support, atol=0.01)


def test_a_small_grid_is_exact_and_a_grid_with_a_hole_is_whole() -> None:
    x, y, value = network(50)
    field = interpolation.condition(x, y, value, KNOWN)
    x_m, y_m = grid(30, 20)
    np.testing.assert_array_equal(field.predict_grid(x_m, y_m).mu, field.predict(x_m, y_m).mu)
    x_m[3, 4] = np.nan
    found = field.predict_grid(x_m, y_m)
    assert np.all(np.isfinite(found.mu))
    assert found.support[3, 4] == 1.0


def test_a_grid_has_rows_and_columns() -> None:
    field = interpolation.fit([0.0], [0.0], [1.0])
    with pytest.raises(BadInputError, match="rows and columns"):
        field.predict_grid(np.zeros(3), np.zeros(3))
    with pytest.raises(BadInputError, match="pairs"):
        field.predict(np.zeros(3), np.zeros(4))
    assert field.predict_grid(np.zeros((0, 5)), np.zeros((0, 5))).mu.shape == (0, 5)


@pytest.mark.parametrize("n", [40, 2200])
def test_the_next_hour_is_what_a_new_field_would_say(n) -> None:
    x, y, value = network(n)
    field = interpolation.condition(x, y, value, KNOWN)
    later = value * 1.1 + np.sin(np.arange(n))
    x_m, y_m = grid(9, 7)
    for gap in (False, True):
        if gap:
            later[5] = np.nan
        here = field.with_values(later).predict(x_m, y_m)
        there = interpolation.condition(x, y, later, KNOWN).predict(x_m, y_m)
        np.testing.assert_allclose(here.mu, there.mu)
        np.testing.assert_allclose(here.sigma, there.sigma)


def test_the_next_hour_can_begin_with_silence_and_end_with_an_extreme() -> None:
    x, y, value = network(40)
    silent = interpolation.condition(x, y, np.full(40, np.nan), KNOWN)
    assert np.all(np.isnan(silent.predict(x, y).mu))
    awake = silent.with_values(value)
    np.testing.assert_allclose(
        awake.predict(x, y).mu, interpolation.condition(x, y, value, KNOWN).predict(x, y).mu
    )
    struck = value.copy()
    struck[7] = 1e5
    assert list(awake.with_values(struck).outliers) == [7]


def test_a_known_measurement_error_makes_a_value_weigh_less() -> None:
    x, y, value = network(60)
    sd = np.zeros(60)
    sd[0] = 5.0 * value[0]
    value[0] *= 1.5
    field = interpolation.condition(x, y, value, KNOWN, sd=sd)
    without = interpolation.condition(x[1:], y[1:], value[1:], KNOWN)
    at = x[:1] + 1e3, y[:1]
    moved = np.abs(field.predict(*at).mu - without.predict(*at).mu)
    assert moved < 0.1 * np.abs(np.log(1.5))
    assert field.noise_sigma > without.noise_sigma


def test_a_new_measurement_is_noisier_than_the_field_by_the_nugget() -> None:
    x, y, value = network(60)
    assert interpolation.condition(x, y, value, KNOWN).predict(x, y).noise_sigma == 0.1


def test_an_outlier_is_named_by_its_place_in_the_input() -> None:
    x, y, value = network(80)
    value[3], value[50] = np.nan, 1e5
    x[20], y[20] = x[19], y[19]
    field = interpolation.fit(x, y, value)
    assert list(field.outliers) == [50]
    assert (field.sites.masked, field.sites.merged, field.sites.n) == (1, 1, 78)


SCRIPT = """
import resource, sys
import numpy as np
from layers import interpolation
n = int(sys.argv[1])
rng = np.random.default_rng(1)
x, y = rng.uniform(0, 3e6, (2, n))
value = np.exp(4.5 + 0.2 * np.sin(x / 2e5) * np.cos(y / 3e5) + 0.1 * rng.standard_normal(n))
field = interpolation.fit(x, y, value)
found = field.predict_grid(*np.meshgrid(np.linspace(0, 3e6, 500), np.linspace(3e6, 0, 300)))
assert np.all(np.isfinite(found.mu)) and np.all(np.isfinite(found.sigma))
print(field.method, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("n", [20_000, pytest.param(50_000, marks=pytest.mark.full)])
def test_very_many_stations_stay_below_a_gigabyte(n) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(n)], check=True, capture_output=True, text=True, cwd=REPO
    )
    method, peak_kb = answer.stdout.split()
    assert method == "local"
    assert int(peak_kb) < 1_000_000
