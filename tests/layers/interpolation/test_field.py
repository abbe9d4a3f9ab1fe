import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import interpolation
from layers.errors import BadInputError
from layers.interpolation import Lattice
from layers.interpolation import field as field_module
from layers.interpolation import grid as grid_module
from layers.interpolation.parameters import Parameters, distances_m

REPO = Path(__file__).resolve().parents[3]
KNOWN = Parameters("exponential", "log", sill=0.04, range_m=150e3, nugget_site=0.01)


def network(n, seed=1, side_m=1e6):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, side_m, (2, n))
    k = KNOWN.covariance(distances_m(x, y)) + 0.01 * np.eye(n)
    return x, y, np.exp(4.5 + np.linalg.cholesky(k) @ rng.standard_normal(n))


def grid(width, height, side_m=1e6):
    return Lattice(
        (height, width),
        lambda row, col: (col * side_m / (width - 1), side_m - row * side_m / (width - 1)),
    )


def assert_near(found, exact, mean_off=0.02):
    """999 of 1,000 cells are within two hundredths, in standard deviations, and none is far."""
    off = np.abs(found.mu - exact.mu) / exact.sigma
    wide = np.abs(found.sigma / exact.sigma - 1.0)
    assert np.quantile(off, 0.999) < mean_off
    assert np.quantile(wide, 0.999) < 0.02
    assert max(off.max(), wide.max()) < 2.5 * mean_off


EXPONENTIAL = KNOWN
SMOOTH = Parameters("matern32", "log", sill=0.04, range_m=150e3, nugget_site=0.01)
PLAIN = Parameters("exponential", "none", sill=300.0, range_m=150e3, nugget_site=80.0)
DIRECTED = replace(KNOWN, ratio=2.0, angle=0.5)


@pytest.mark.parametrize(
    ("n", "p"),
    [
        *((60, p) for p in (EXPONENTIAL, SMOOTH, PLAIN, DIRECTED)),
        (1200, EXPONENTIAL),
        *(pytest.param(1200, p, marks=pytest.mark.full) for p in (SMOOTH, PLAIN, DIRECTED)),
    ],
)
def test_a_large_grid_is_nearly_the_exact_one(monkeypatch, n, p) -> None:
    x, y, value = network(n)
    field = interpolation.condition(x, y, value, p)
    lattice = grid(301, 187)  # no multiple of a block
    exact = field.predict(*lattice.all())
    monkeypatch.setattr(grid_module, "EXACT_CELLS", 0)
    fast = field.predict_grid(lattice)
    assert fast.mu.shape == (187, 301)
    assert fast.mu.dtype == np.float32  # it did go by the nodes
    assert_near(fast, exact)
    np.testing.assert_allclose(fast.support, exact.support, atol=0.01)


def test_a_crowded_corner_of_a_large_grid_is_nearly_the_exact_one(monkeypatch) -> None:
    x, y, value = network(400)
    x[:150], y[:150] = 3e5 + x[:150] / 50, 6e5 + y[:150] / 50  # a city
    field = interpolation.condition(x, y, value, KNOWN)
    lattice = grid(301, 301)
    exact = field.predict(*lattice.all())
    monkeypatch.setattr(grid_module, "EXACT_CELLS", 0)
    assert_near(field.predict_grid(lattice), exact)


@pytest.fixture(scope="module")
def exact():
    """1,500 stations kriged exactly, which is most of what the tests of them take."""
    return interpolation.condition(*network(1500), KNOWN).predict(*grid(301, 187).all())


@pytest.mark.parametrize("sums", [True, False])
def test_more_stations_than_can_be_factorised_are_nearly_the_exact_answer(monkeypatch, exact, sums):
    x, y, value = network(1500)
    lattice = grid(301, 187)
    monkeypatch.setattr(field_module, "EXACT_SITES", 100)
    if not sums:  # a network in a few knots
        monkeypatch.setattr("layers.interpolation.local.summation", lambda *_: None)
    field = interpolation.condition(x, y, value, KNOWN)
    assert field.method == "local"
    assert_near(field.predict_grid(lattice), exact, 0.02 if sums else 0.2)


@pytest.mark.full
def test_a_plan_of_a_dense_smooth_network_is_taken_where_kriging_is_no_nearer(monkeypatch) -> None:
    """The 48 nearest of 1,500 stations tell the spread to some per cent only."""
    x, y = np.random.default_rng(3).uniform(0.0, 1e6, (2, 1500))
    noise = np.random.default_rng(4).normal(0.0, 0.057, 1500)
    smooth = replace(SMOOTH, sill=0.035, range_m=370e3, nugget_site=0.00325)
    value = np.exp(4.5 + 0.1 * np.sin(x / 9e4) * np.cos(y / 1.5e5) + noise)
    lattice = grid(301, 187)
    exact = interpolation.condition(x, y, value, smooth).predict(*lattice.all())
    monkeypatch.setattr(field_module, "EXACT_SITES", 100)
    near = interpolation.condition(x, y, value, smooth)
    found, plan = near.map_grid(lattice)
    monkeypatch.setattr(field_module, "near_enough", lambda *_: False)
    each, none = near.map_grid(lattice)
    assert plan is not None
    assert none is None
    wide, alone = (np.abs(a.sigma / exact.sigma - 1.0) for a in (found, each))
    assert np.quantile(wide, 0.99) < 1.1 * np.quantile(alone, 0.99)
    off, alone = (np.abs(a.mu - exact.mu) / exact.sigma for a in (found, each))
    assert np.quantile(off, 0.99) < 1.1 * np.quantile(alone, 0.99)


def test_covariates_of_cells_move_the_mean_and_widen_the_spread(monkeypatch) -> None:
    x, y, value = network(200)
    height = np.sin(x / 9e4) + y / 4e5
    field = interpolation.condition(
        x, y, value * np.exp(0.3 * height), KNOWN, covariates=height[:, None]
    )
    lattice = grid(101, 80)
    at_x, at_y = lattice.all()
    high = (np.sin(at_x / 9e4) + at_y / 4e5)[..., None]
    exact = field.predict(at_x, at_y, high)
    monkeypatch.setattr(grid_module, "EXACT_CELLS", 0)
    assert_near(field.predict_grid(lattice, high), exact)


def test_a_plan_serves_the_next_hour(monkeypatch) -> None:
    monkeypatch.setattr(grid_module, "EXACT_CELLS", 0)
    x, y, value = network(300)
    lattice = grid(301, 187)
    field = interpolation.condition(x, y, value, KNOWN)
    _, plan = field.map_grid(lattice)
    later = interpolation.condition(x, y, value[::-1].copy(), KNOWN, like=field)
    assert plan is not None
    for _ in range(2):  # what it holds is not used up
        here, there = later.map_grid(lattice, plan=plan)[0], later.predict_grid(lattice)
        np.testing.assert_allclose(here.mu, there.mu, rtol=1e-5)
        np.testing.assert_array_equal(here.sigma, there.sigma)
        np.testing.assert_array_equal(here.support, there.support)


def test_a_small_grid_is_exact() -> None:
    x, y, value = network(50)
    field = interpolation.condition(x, y, value, KNOWN)
    lattice = grid(30, 20)
    np.testing.assert_array_equal(field.predict_grid(lattice).mu, field.predict(*lattice.all()).mu)


def test_targets_come_in_pairs_and_a_grid_may_be_empty() -> None:
    field = interpolation.fit([0.0], [0.0], [1.0])
    with pytest.raises(BadInputError, match="pairs"):
        field.predict(np.zeros(3), np.zeros(4))
    assert field.predict_grid(Lattice((0, 5), lambda row, col: (row, col))).mu.shape == (0, 5)


@pytest.mark.parametrize("n", [50, 2300])
def test_the_order_of_the_stations_is_of_no_importance(n) -> None:
    x, y, value = network(n)
    order = np.random.default_rng(8).permutation(n)
    lattice = grid(40, 30)
    for make in (interpolation.fit, lambda *a: interpolation.condition(*a, KNOWN)):
        here = make(x, y, value).predict_grid(lattice)
        there = make(x[order], y[order], value[order]).predict_grid(lattice)
        np.testing.assert_array_equal(here.mu, there.mu)
        np.testing.assert_array_equal(here.sigma, there.sigma)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 60),
    knot=st.floats(1.0, 1e6),
    nugget=st.sampled_from([0.0, 1e-9, 0.01, 10.0]),
    model=st.sampled_from(["exponential", "matern32", "matern52"]),
)
def test_no_spread_is_below_nothing(seed, n, knot, nugget, model) -> None:
    x, y, value = network(n, seed % 20)
    p = Parameters(model, "log", sill=0.04, range_m=150e3, nugget_site=nugget)
    field = interpolation.condition(x * knot / 1e6, y * knot / 1e6, value, p)
    before = grid_module.EXACT_CELLS
    try:
        for cells in (before, 0):
            grid_module.EXACT_CELLS = cells
            found = field.predict_grid(grid(40, 48))
            assert np.all(found.sigma >= 0)
            assert np.all(np.isfinite(found.mu))
            assert np.all((found.support >= 0) & (found.support <= 1))
    finally:
        grid_module.EXACT_CELLS = before


@pytest.mark.parametrize("n", [40, 2200])
def test_the_next_hour_is_what_a_new_field_would_say(n) -> None:
    x, y, value = network(n)
    field = interpolation.condition(x, y, value, KNOWN)
    later = value * 1.1 + np.sin(np.arange(n))
    x_m, y_m = grid(9, 7).all()
    for gap in (False, True):
        if gap:
            later[5] = np.nan
        here = interpolation.condition(x, y, later, KNOWN, like=field).predict(x_m, y_m)
        there = interpolation.condition(x, y, later, KNOWN).predict(x_m, y_m)
        np.testing.assert_allclose(here.mu, there.mu)
        np.testing.assert_allclose(here.sigma, there.sigma)


def test_the_next_hour_can_begin_with_silence_and_end_with_an_extreme() -> None:
    x, y, value = network(40)
    silent = interpolation.condition(x, y, np.full(40, np.nan), KNOWN)
    assert np.all(np.isnan(silent.predict(x, y).mu))
    awake = interpolation.condition(x, y, value, KNOWN, like=silent)
    np.testing.assert_allclose(
        awake.predict(x, y).mu, interpolation.condition(x, y, value, KNOWN).predict(x, y).mu
    )
    struck = value.copy()
    struck[7] = 1e5
    later = interpolation.condition(x, y, struck, KNOWN, like=awake)
    assert list(later.outliers) == [7]


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
import sys
import numpy as np
from layers import interpolation
n = int(sys.argv[1])
rng = np.random.default_rng(1)
x, y = rng.uniform(0, 3e6, (2, n))
value = np.exp(4.5 + 0.2 * np.sin(x / 2e5) * np.cos(y / 3e5) + 0.1 * rng.standard_normal(n))
field = interpolation.fit(x, y, value)
found = field.predict_grid(interpolation.Lattice((300, 500), lambda i, j: (j * 6e3, 3e6 - i * 1e4)))
assert np.all(np.isfinite(found.mu)) and np.all(np.isfinite(found.sigma))
status = open("/proc/self/status").read()  # what getrusage says includes the parent of a fork
print(field.method, status.split("VmHWM:")[1].split()[0])
"""


@pytest.mark.parametrize("n", [20_000, pytest.param(50_000, marks=pytest.mark.full)])
def test_very_many_stations_stay_below_half_a_gigabyte(n) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(n)], check=True, capture_output=True, text=True, cwd=REPO
    )
    method, peak_kb = answer.stdout.split()
    assert method == "local"
    assert int(peak_kb) < 500_000
