"""Whatever stations send is mapped: no error, no hole, and what could not be learnt is said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import interpolation
from layers.interpolation import estimation, grid
from layers.interpolation.lattice import Lattice
from layers.interpolation.parameters import Parameters

BROKEN = (np.nan, np.inf, -np.inf, 0.0, -5.0, 1e6, 1e-300, 1e300)
MAP = Lattice((9, 11), lambda row, col: (60e3 * col - 50e3, 450e3 - 60e3 * row))
FINE = Lattice((40, 48), lambda row, col: (2e3 * col, 80e3 - 2e3 * row))
TARGETS = (np.array([0.0, 123e3, 1e7, np.nan, 1e300]), np.array([0.0, 40e3, -1e7, 0.0, np.inf]))
PLACES = (TARGETS[0][:3], TARGETS[1][:3])

REASONS = {
    estimation.NO_STATIONS,
    estimation.FEW_STATIONS,
    estimation.EQUAL,
    estimation.FLAT,
    estimation.NO_PATTERN,
}


@st.composite
def stations(draw, most=40, side_m=500e3):
    """Arguments of ``fit`` and the covariates of targets (or None), with anything in them."""
    n = draw(st.integers(0, 5) | st.sampled_from([14, 15, most]))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    x, y = rng.uniform(0.0, side_m, (2, n))
    place = draw(st.sampled_from(["plane", "line", "one", "twice", "metres"]))
    if place == "line":
        y = 0.3 * x
    elif place == "one":
        x, y = np.zeros(n), np.zeros(n)
    elif place == "twice":
        x, y = x[np.arange(n) // 2], y[np.arange(n) // 2]
    elif place == "metres":
        x, y = x / side_m * 3.0, y / side_m * 3.0
    transform = draw(st.sampled_from(["log", "none"]))
    networks = draw(st.none() | st.lists(st.sampled_from(["a", "b", ""]), min_size=n, max_size=n))
    shown = draw(st.sampled_from(["spread", "equal", "nothing", "both signs", "one in 1e6"]))
    far = transform == "log" or networks is None  # see the networks of a broken device below
    value = np.exp(4.5 + 0.2 * rng.standard_normal(n))
    if shown in ("equal", "nothing"):
        value = np.full(n, 90.0 if shown == "equal" else 0.0)
    elif shown == "both signs":
        value = rng.standard_normal(n)
    elif n and far and shown == "one in 1e6":
        value[0] = 1e6
    what = {"transform": transform}
    history = value[:, None] * np.exp(0.02 * rng.standard_normal((n, draw(st.integers(0, 3)))))
    if draw(st.booleans()):
        what["history"] = history
    if draw(st.booleans()):
        what["sd"] = draw(
            st.sampled_from([0.0, 2.0, 1e9, np.nan, -1.0]) | st.just(rng.uniform(0.0, 9.0, n))
        )
    if networks is not None:
        what["networks"] = networks
    kinds = draw(st.lists(st.sampled_from(["height", "same", "none"]), min_size=1, max_size=2))
    if draw(st.booleans()):
        of = {
            "height": rng.uniform(0.0, 3e3, n),
            "same": np.full(n, 7.0),
            "none": np.full(n, np.nan),
        }
        what["covariates"] = np.stack([of[kind] for kind in kinds], axis=1)
    arrays = [x, y, value, history] + ([what["covariates"]] if "covariates" in what else [])
    for _ in range(draw(st.integers(0, 3)) if n else 0):
        into = draw(st.sampled_from([a for a in arrays if a.size]))
        # what lies beyond anything measured is masked among values; elsewhere, see below
        some = BROKEN if any(into is a for a in arrays[:3]) else BROKEN[:6]
        bad = draw(st.sampled_from([each for each in some if far or each != 1e6]))
        into.reshape(-1)[draw(st.integers(0, into.size - 1))] = bad
    return (x, y, value), what


def of_targets(what, shape):
    """Covariates of targets: some are known, some are not."""
    if "covariates" not in what:
        return None
    found = np.full((*shape, what["covariates"].shape[1]), 500.0)
    found.reshape(-1)[::3] = np.nan
    return found


def check(field, found) -> None:
    """No hole, no spread below nothing, no support beyond everything."""
    assert np.all(np.isfinite(found.sigma))
    assert np.all(found.sigma >= 0.0)
    assert np.all((found.support >= 0.0) & (found.support <= 1.0))
    if field.sites.n:
        assert np.all(np.isfinite(found.mu))
    else:
        assert np.all(np.isnan(found.mu))
        assert np.all(found.support == 1.0)


def check_reason(field, earlier) -> None:
    assert field.fallback in {None, *REASONS}
    if field.sites.n == 0:
        assert field.fallback == estimation.NO_STATIONS
    # where all are equal today, earlier days may still tell of a variance
    elif field.sites.n < estimation.FEW or (np.ptp(field.sites.z) == 0.0 and not earlier):
        assert field.fallback is not None


@settings(max_examples=250, deadline=None)
@given(case=stations())
def test_whatever_stations_send_is_mapped(case) -> None:
    at, what = case
    field = interpolation.fit(*at, **what)
    check_reason(field, "history" in what)
    check(field, field.predict(*TARGETS, of_targets(what, (5,))))
    check(field, field.predict(*TARGETS))
    check(field, field.predict_grid(MAP, of_targets(what, MAP.shape)))
    report = interpolation.loo(field)
    assert report.n == (field.sites.n if field.sites.n > 1 else 0)
    assert report.masked + report.merged + field.sites.n == len(at[0])
    scores = (report.mae, report.rmse, report.crps, report.coverage_90, report.z_sd)
    assert np.all(np.isfinite(scores)) == (report.n > 0)
    assert len(field.outliers) == 0 or field.outliers.max() < len(at[0])
    again = interpolation.fit(*at, **what, like=field)
    check(again, again.predict(*TARGETS))


@settings(max_examples=60, deadline=None)
@given(case=stations(side_m=80e3))
def test_whatever_stations_send_is_mapped_from_nodes_and_cell_by_cell(case) -> None:
    at, what = case
    covariates = of_targets(what, FINE.shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grid, "EXACT_CELLS", -1.0)
        field = interpolation.fit(*at, **what)
        check(field, field.predict_grid(FINE, covariates))
        patch.setattr(grid, "framed", lambda *_: None)
        check(field, field.predict_grid(FINE, covariates))


@settings(max_examples=60, deadline=None)
@given(case=stations(most=20), alarm=st.none() | st.floats(0.1, 1e3))
def test_whatever_stations_send_is_looked_at_for_a_release(case, alarm) -> None:
    at, what = case
    history = what.setdefault("history", np.full((len(at[0]), 2), np.nan))
    interpolation.recognise(*at, alarm=alarm, **what)
    what.pop("sd", None)
    targets = of_targets(what, (3,))
    with np.errstate(over="ignore"):  # deviations of the logarithm above 200: see test_measured
        points = interpolation.predict_points(
            *at, *PLACES, alarm=alarm, at_covariates=targets, **what
        )
        mapped = bool(points.field.sites.n)
        for band in (points.mean, points.sd, points.median, points.quantile(0.95)):
            assert np.all(np.isnan(band) != mapped)
    assert np.all(np.isfinite(points.mean)) == mapped
    assert np.all((points.support >= 0.0) & (points.support <= 1.0))
    assert len(history) == len(at[0])


@pytest.mark.parametrize("what", ["history", "covariates"])
def test_what_was_never_measured_is_masked_in_the_past_and_in_covariates_too(what) -> None:
    rng = np.random.default_rng(4)
    x, y, value = *rng.uniform(0.0, 500e3, (2, 3)), rng.standard_normal(3)
    given_ = rng.standard_normal((3, 2))
    given_[2, 1] = 1e300
    field = interpolation.fit(x, y, value, transform="none", **{what: given_})
    check(field, field.predict(*TARGETS))


@pytest.mark.parametrize("transform", ["none"])
def test_a_broken_device_does_not_change_what_is_known_of_networks(transform) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0.0, 500e3, (2, 60))
    value, networks = 100.0 + 10.0 * rng.standard_normal(60), ["a", "b"] * 30
    plain = interpolation.fit(x, y, value, transform=transform, networks=networks)
    value[0] = 1e6
    field = interpolation.fit(x, y, value, transform=transform, networks=networks)
    assert list(field.outliers) == [0]
    here, there = field.predict(*MAP.all()), plain.predict(*MAP.all())
    np.testing.assert_allclose(here.sigma, there.sigma, rtol=0.5)


def test_a_device_that_knows_nothing_is_mapped_from_nodes_too(monkeypatch) -> None:
    monkeypatch.setattr(grid, "EXACT_CELLS", -1.0)
    field = interpolation.fit(
        [0.0, 30e3, 60e3], [0.0, 20e3, 70e3], [90.0, 95.0, 99.0], transform="none",
        sd=[1.0, 1.0, 1e30],
    )  # fmt: skip
    check(field, field.predict_grid(FINE))


def white(seed, n=200):
    """Stations that show their own local offsets: between them nothing is known."""
    rng = np.random.default_rng(seed)
    return *rng.uniform(0.0, 500e3, (2, n)), np.exp(4.5 + OWN * rng.standard_normal(n))


OWN, SEEDS = 0.2, range(6)


def test_a_field_that_is_known_to_be_nothing_is_known_nowhere() -> None:
    nothing = Parameters(
        model="exponential", transform="log", sill=1e-6, range_m=100e3, nugget_site=OWN**2
    )
    found = interpolation.condition(*white(0), nothing).predict(*MAP.all())
    assert found.support.min() > 0.99
    assert np.ptp(found.mu) < 0.01 * OWN
    np.testing.assert_allclose(found.noise_sigma, OWN, rtol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_values_without_any_pattern_make_a_flat_map_whose_intervals_hold(seed) -> None:
    field = interpolation.fit(*white(seed))
    found = field.predict(*MAP.all())
    assert np.std(found.mu) < 0.35 * OWN
    # a new measurement spreads as the stations do
    np.testing.assert_allclose(np.hypot(found.sigma, found.noise_sigma), OWN, rtol=0.25)
    report = interpolation.loo(field)
    assert 0.85 <= report.coverage_90 <= 0.95
    # and the report shows that stations tell nothing of each other
    assert report.rmse > 0.95 * np.std(white(seed)[2])


def test_values_without_any_pattern_are_not_presented_as_knowledge() -> None:
    for seed in SEEDS:
        field = interpolation.fit(*white(seed))
        known = np.median(field.predict(*MAP.all()).support) < 0.8
        assert not known or field.fallback is not None


@pytest.mark.full
def test_a_hundred_thousand_stations_are_mapped() -> None:
    rng = np.random.default_rng(6)
    x, y = rng.uniform(0.0, 3e6, (2, 100_000))
    value = np.exp(4.5 + 0.2 * rng.standard_normal(100_000))
    value[:3] = np.nan, 0.0, 1e6
    field = interpolation.fit(x, y, value)
    told = field.sites.masked, field.method, field.fallback
    assert told == (2, "local", estimation.NO_PATTERN)  # there is none
    assert 2 in field.outliers
    check(field, field.predict(*TARGETS))
    wide = Lattice((300, 300), lambda row, col: (1e4 * col, 3e6 - 1e4 * row))
    check(field, field.predict_grid(wide))
    report = interpolation.loo(field)
    assert report.n == 2_000
    assert 0.87 <= report.coverage_90 <= 0.93


def test_stations_that_never_varied_are_looked_at_for_a_release_too() -> None:
    x, value = np.arange(4.0) * 1e4, np.array([-5.0, 0.0, 0.0, 0.0])
    found = interpolation.recognise(
        x, np.zeros(4), value, history=np.zeros((4, 2)), transform="none"
    )
    assert found is None
