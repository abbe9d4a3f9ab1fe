from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import BadInputError
from layers.seismic import catalogue, recurrence
from layers.seismic.catalogue import Complete, Events


def made(year: object, mw: object, lon: object = 70.0, lat: object = 42.0) -> Events:
    year = np.asarray(year, float)
    lon, lat, mw = (np.broadcast_to(np.asarray(v, float), year.shape) for v in (lon, lat, mw))
    order = np.argsort(year)
    return Events(year, lon, lat, np.full(year.shape, 10.0), mw).where(order)


def poissonian(
    rng: np.random.Generator, rate: float, b: float, begin: float, end: float, least: float
) -> Events:
    """Independent events over a wide region, with magnitudes rounded to 0.1."""
    n = rng.poisson(rate * (end - begin))
    mw = least - 0.05 + rng.exponential(1 / (b * np.log(10)), n)
    return made(
        rng.uniform(begin, end, n), np.round(mw, 1), rng.uniform(0, 90, n), rng.uniform(0, 60, n)
    )


def test_times_are_decimal_years_also_in_leap_years() -> None:
    at = datetime(2024, 7, 2, tzinfo=UTC)  # 183 of 366 days have gone by
    assert catalogue.decimal_year(at) == pytest.approx(2024.5)
    rows = [(at, 70.0, 42.0, None, 6.0), (at - timedelta(days=400), 71.0, 42.0, 5.0, None)]
    found = catalogue.events(rows)
    assert len(found) == 1
    assert np.isnan(found.depth_km[0])
    assert len(catalogue.events([])) == 0


def test_windows_are_those_of_gardner_and_knopoff() -> None:
    # Their table 1: M 5.0 40 km and 155 days, M 6.0 54 km and 510 days, M 7.0 70 km and 915 days.
    km, days = catalogue.window(np.array([5.0, 6.0, 7.0]))
    assert km == pytest.approx([40, 54, 70], rel=0.03)
    assert days == pytest.approx([155, 510, 915], rel=0.08)


def test_a_sequence_is_one_main_shock_and_what_is_far_or_late_stays() -> None:
    day = 1 / 365.2425
    events = made(
        [2000 - 3 * day, 2000.0, 2000 + 10 * day, 2000 + 30 * day, 2004.0, 2000 + 5 * day],
        [5.5, 7.0, 6.0, 5.0, 5.0, 5.0],
        lon=[70.1, 70.0, 70.2, 70.0, 70.0, 75.0],
    )
    kept = events.where(catalogue.main_shocks(events))
    assert kept.mw.tolist() == [7.0, 5.0, 5.0]
    assert kept.lon.tolist() == [70.0, 75.0, 70.0]


def test_of_two_equal_events_the_earlier_is_the_main_shock() -> None:
    events = made([2000.0, 2000.1], [6.0, 6.0])
    assert catalogue.main_shocks(events).tolist() == [True, False]


def test_stepp_finds_since_when_a_catalogue_is_complete() -> None:
    rng = np.random.default_rng(7)
    small = poissonian(rng, 8.0, 1.0, 1960, 2020, 5.0)
    large = poissonian(rng, 0.8, 1.0, 1900, 2020, 6.0)
    kept = small.mw < 6.0
    parts = [np.concatenate((getattr(small, n)[kept], getattr(large, n))) for n in ("year", "mw")]
    found = catalogue.stepp(made(*parts), 2020.0, [5.0, 6.0])
    assert found[0].year == pytest.approx(1960, abs=6)
    assert found[1].year <= 1915


def test_larger_events_are_complete_for_at_least_as_long_as_smaller_ones() -> None:
    rng = np.random.default_rng(8)
    events = poissonian(rng, 5.0, 0.9, 1900, 2020, 5.0)
    years = [each.year for each in catalogue.stepp(events, 2020.0, [5.0, 5.5, 6.0, 6.5, 7.0])]
    assert years == sorted(years, reverse=True)


def test_a_catalogue_without_such_magnitudes_is_refused() -> None:
    with pytest.raises(BadInputError, match="no event"):
        catalogue.stepp(made([2000.0], [5.0]), 2020.0, [6.0])


def test_a_class_tells_the_years_of_all_above_it() -> None:
    complete = [Complete(5.0, 1960.0), Complete(6.0, 1920.0)]
    found = catalogue.since(complete, np.array([4.9, 5.0, 5.9, 6.0, 8.0]))
    np.testing.assert_array_equal(found, [np.nan, 1960, 1960, 1920, 1920])


@settings(max_examples=15)
@given(st.integers(0, 1000), st.sampled_from([0.7, 0.9, 1.1]))
def test_slope_and_rate_come_back_within_three_of_their_errors_in_unequal_periods(
    seed: int, b: float
) -> None:
    rng = np.random.default_rng(seed)
    events = poissonian(rng, 6.0, b, 1900, 2020, 5.0)
    complete = [Complete(5.0, 1965.0), Complete(5.5, 1940.0), Complete(6.5, 1900.0)]
    # What is before its year was not seen; that must make no difference.
    seen = events.where(events.year >= catalogue.since(complete, events.mw))
    found = recurrence.weichert(seen, complete, 2020.0, least=5.0)
    assert abs(found.b - b) < 4 * found.b_sd
    assert abs(found.rate - 6.0) < 4 * found.rate_sd
    assert found == recurrence.weichert(events, complete, 2020.0, least=5.0)


def test_with_one_period_the_slope_is_that_of_aki_and_utsu() -> None:
    rng = np.random.default_rng(3)
    events = poissonian(rng, 40.0, 1.0, 1950, 2020, 4.0)
    found = recurrence.weichert(events, [Complete(4.0, 1950.0)], 2020.0, least=4.0)
    # Utsu's correction: bins of 0.1 begin 0.05 below the least magnitude; Aki (1965) is for none.
    aki = np.log10(np.e) / (events.mw.mean() - (4.0 - 0.05))
    assert found.b == pytest.approx(aki, rel=0.005)
    assert found.count == len(events)
    assert found.rate == pytest.approx(len(events) / 70)
    assert found.b_sd == pytest.approx(aki / np.sqrt(len(events)), rel=0.03)
    assert recurrence.rate_from(found, 5.0) == pytest.approx(found.rate * 10**-found.b)


def test_too_few_events_tell_no_slope() -> None:
    events = made(np.linspace(1990, 2010, 9), np.linspace(5, 7, 9), lon=np.linspace(0, 80, 9))
    with pytest.raises(BadInputError, match="9 complete independent events"):
        recurrence.weichert(events, [Complete(5.0, 1980.0)], 2020.0, least=5.0)


def test_magnitudes_that_are_all_one_tell_no_slope() -> None:
    events = made(np.linspace(1990, 2010, 30), np.full(30, 5.0), lon=np.linspace(0, 80, 30))
    with pytest.raises(BadInputError, match="no slope"):
        recurrence.weichert(events, [Complete(5.0, 1980.0)], 2020.0, least=5.0)
