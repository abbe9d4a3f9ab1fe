import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from layers import interpolation
from layers.errors import BadInputError, BadVariogramError
from layers.interpolation import distribution, estimation
from layers.interpolation.parameters import Parameters, correlation, distances_m


def simulated(n=300, seed=1, side_m=600e3, sill=0.04, range_m=150e3, nugget=0.01):
    """A log-Gaussian network of known parameters: x, y, value."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, side_m, (2, n))
    k = sill * correlation(distances_m(x, y) / range_m, "exponential") + nugget * np.eye(n)
    return x, y, np.exp(4.5 + np.linalg.cholesky(k) @ rng.standard_normal(n))


GRID = np.meshgrid(np.linspace(-100e3, 700e3, 25), np.linspace(-100e3, 700e3, 20))


def whole(prediction) -> bool:
    return all(np.all(np.isfinite(band)) for band in (prediction.mu, prediction.sigma)) and bool(
        np.all((prediction.support >= 0) & (prediction.support <= 1))
    )


@pytest.mark.parametrize("factor", [1e-3, 0.01, 1e6])
@pytest.mark.parametrize("transform", ["log", "none"])
@pytest.mark.parametrize("n", [5, 60])
def test_the_unit_does_not_change_the_map(factor, transform, n) -> None:
    x, y, value = simulated(n)
    bands = []
    for unit in (1.0, factor):
        field = interpolation.fit(x, y, value * unit, transform=transform)
        found = field.predict(*GRID)
        bands.append(
            (
                distribution.mean(found.mu, found.sigma, transform) / unit,
                distribution.sd(found.mu, found.sigma, transform) / unit,
                found.support,
            )
        )
    for here, there in zip(*bands, strict=True):
        np.testing.assert_allclose(here, there, rtol=2e-3)


@pytest.mark.parametrize("transform", ["log", "none"])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 14, 15])
def test_few_stations_are_mapped_and_it_is_said(n, transform) -> None:
    x, y, value = simulated(n)
    field = interpolation.fit(x, y, value, transform=transform)
    assert whole(field.predict(*GRID))
    assert field.fallback == (estimation.FEW_STATIONS if n < 15 else None)
    report = interpolation.loo(field)
    assert np.isfinite(report.rmse) == (n > 1)


def test_no_station_knows_nothing() -> None:
    field = interpolation.fit([], [], [])
    found = field.predict(*GRID)
    assert field.fallback == estimation.NO_STATIONS
    assert np.all(np.isnan(found.mu))
    assert np.all(found.support == 1.0)
    assert np.all(np.isfinite(found.sigma))
    assert interpolation.loo(field).n == 0


@pytest.mark.parametrize("n", [1, 3, 20, 100])
@pytest.mark.parametrize("transform", ["log", "none"])
def test_equal_values_make_a_flat_map(n, transform) -> None:
    x, y, _ = simulated(n)
    found = interpolation.fit(x, y, np.full(n, 90.0), transform=transform).predict(*GRID)
    assert whole(found)
    np.testing.assert_allclose(distribution.median(found.mu, found.sigma, transform), 90.0)


def test_exact_duplicates_are_one_site() -> None:
    x, y, value = simulated(40)
    twice = interpolation.fit(np.tile(x, 2), np.tile(y, 2), np.tile(value, 2))
    assert (twice.sites.n, twice.sites.merged) == (40, 40)
    once = interpolation.fit(x, y, value)
    np.testing.assert_allclose(twice.predict(*GRID).mu, once.predict(*GRID).mu, rtol=1e-6)


def test_stations_on_one_line_or_at_one_place_are_mapped() -> None:
    _, _, value = simulated(50)
    line = np.linspace(0, 500e3, 50)
    assert whole(interpolation.fit(line, np.zeros(50), value).predict(*GRID))
    place = interpolation.fit(np.zeros(50), np.zeros(50), value)
    assert place.sites.n == 1
    assert whole(place.predict(*GRID))


def test_what_cannot_be_used_is_masked_and_counted() -> None:
    x, y, value = simulated(60)
    broken, bx = value.copy(), x.copy()
    broken[[1, 2, 3, 4]] = np.nan, -5.0, 0.0, np.inf
    bx[5] = np.nan
    field = interpolation.fit(bx, y, broken)
    assert field.sites.masked == 5
    kept = np.r_[0, 6:60]
    plain = interpolation.fit(x[kept], y[kept], value[kept])
    np.testing.assert_allclose(field.predict(*GRID).mu, plain.predict(*GRID).mu)


@pytest.mark.parametrize("n", [5, 10, 20, 100])
@pytest.mark.parametrize("extreme", [1e6, 1e-6])
def test_one_extreme_value_is_named_and_bends_nobody_elses_map(n, extreme) -> None:
    x, y, value = simulated(n)
    struck = value.copy()
    struck[2] = extreme
    field = interpolation.fit(x, y, struck)
    assert list(field.outliers) == [2]
    others = np.arange(n) != 2
    plain = interpolation.fit(x[others], y[others], value[others])
    here, there = field.predict(*GRID), plain.predict(*GRID)
    assert np.all(np.abs(here.mu - there.mu) < 0.5 * there.sigma)


def test_a_target_without_a_place_is_unknown() -> None:
    x, y, value = simulated(30)
    found = interpolation.fit(x, y, value).predict([np.nan, 1e300, 0.0], [0.0, np.inf, 0.0])
    assert whole(found)
    np.testing.assert_array_equal(found.support[:2], 1.0)
    assert found.support[2] < 1.0


def test_far_from_the_network_nothing_is_known() -> None:
    x, y, value = simulated(50)
    found = interpolation.fit(x, y, value).predict(x[:1] + 1e8, y[:1])
    np.testing.assert_allclose(found.support, 1.0)


@settings(max_examples=60, deadline=None)
@given(
    data=arrays.arrays(
        np.float64,
        st.tuples(st.just(3), st.integers(0, 20)),
        elements=st.floats(allow_nan=True, allow_infinity=True, width=64),
    ),
    transform=st.sampled_from(["log", "none"]),
)
def test_no_input_raises_or_leaves_a_hole(data, transform) -> None:
    field = interpolation.fit(*data, transform=transform)
    found = field.predict(*GRID)
    assert np.all(np.isfinite(found.sigma))
    assert np.all(np.isfinite(found.mu) | (found.support == 1.0))
    interpolation.loo(field)


@pytest.mark.parametrize("size", [1e-75, 1e-90, 1e-100, 1e100])
def test_values_near_the_ends_of_numbers_are_mapped(size) -> None:
    x, y, _ = simulated(16)
    for n in (2, 3, 16):
        field = interpolation.fit(x[:n], y[:n], np.full(n, size), transform="none")
        assert whole(field.predict(*GRID))
        assert np.isfinite(interpolation.loo(field).crps)


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(BadInputError, match="one length"):
        interpolation.fit([0.0, 1.0], [0.0], [1.0])
    with pytest.raises(BadInputError, match="one row for each"):
        interpolation.fit([0.0, 1.0], [0.0, 1.0], [1.0, 2.0], history=[[1.0]])


def test_simulated_parameters_are_recovered() -> None:
    found = [
        interpolation.fit(*simulated(500, seed=seed, side_m=1500e3)).parameters for seed in range(6)
    ]
    ranges = np.array([p.range_m for p in found])
    # the likelihood has a ridge along sill / range; their ratio and the nugget are sharp
    ratio = np.array([p.sill / p.range_m for p in found])
    nuggets = np.array([p.nugget_site for p in found])
    assert 0.7 < np.exp(np.mean(np.log(ranges / 150e3))) < 1.4
    assert 0.8 < np.exp(np.mean(np.log(ratio / (0.04 / 150e3)))) < 1.25
    assert 0.85 < np.exp(np.mean(np.log(nuggets / 0.01))) < 1.15


def test_parameters_are_refused_outside_their_domain() -> None:
    with pytest.raises(BadVariogramError, match="above zero"):
        Parameters("exponential", "log", sill=-1.0, range_m=1.0, nugget_site=0.0)
    with pytest.raises(BadVariogramError, match="models are"):
        # A name that mypy knows to be none: from a file it could come all the same.
        Parameters("gauss", "log", sill=1.0, range_m=1.0, nugget_site=0.0)  # type: ignore[arg-type]


def test_yesterdays_parameters_stand_in_where_today_is_too_small() -> None:
    x, y, value = simulated(8)
    prior = Parameters("exponential", "log", sill=0.03, range_m=77e3, nugget_site=0.03)
    found = interpolation.fit(x, y, value, prior=prior).parameters
    assert found.range_m == 77e3
    assert found.nugget_site == pytest.approx(found.sill)
    with pytest.raises(BadInputError, match="one says nothing about the other"):
        interpolation.fit(x, y, value, transform="none", prior=prior)


def test_the_routine_never_learns_from_a_release_of_the_past_week() -> None:
    rng = np.random.default_rng(4)
    x, y, value = simulated(120, seed=4)
    past = value[:, None] * np.exp(0.02 * rng.standard_normal((120, 14)))
    calm = interpolation.learn(x, y, np.delete(past, [3, 9], axis=1)).parameters
    middle = x.mean(), y.mean()
    plume = 900.0 * np.exp(-0.5 * (np.hypot(x - middle[0], y - middle[1]) / 80e3) ** 2)
    past[:, [3, 9]] += plume[:, None]
    past[7, 5] *= 30.0  # and a device that was faulty for an hour
    found = interpolation.learn(x, y, past).parameters
    assert np.count_nonzero(plume > 90.0) > 3
    assert found.sill == pytest.approx(calm.sill, rel=0.02)
    assert found.range_m == pytest.approx(calm.range_m, rel=0.05)
    assert found.nugget_site == pytest.approx(calm.nugget_site, rel=0.05)
