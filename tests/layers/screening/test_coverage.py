import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.geo import GEOD, Point
from layers.screening import Spread, coverage

ULKEN = Point(74.0, 45.2)


def test_four_stations_on_four_sides_leave_a_gap_of_ninety_degrees() -> None:
    lon = np.array([74.0, 75.0, 74.0, 73.0])
    lat = np.array([46.0, 45.2, 44.4, 45.2])
    seen = coverage(ULKEN, Spread(lon, lat))
    assert seen.gap_deg == pytest.approx(90, abs=1)
    # One degree of longitude at 45.2 N is 78.6 km, 0.8 of a degree of latitude 88.9 km.
    np.testing.assert_allclose(seen.distance_m[:2], 78_600, atol=100)
    np.testing.assert_allclose(seen.distance_m[2:], 88_900, atol=100)


def test_without_stations_nothing_is_seen_from_any_side() -> None:
    seen = coverage(ULKEN, Spread(np.array([]), np.array([])))
    assert len(seen.order) == 0
    assert seen.gap_deg == 360


def test_stations_on_one_side_only_leave_more_than_half_the_circle() -> None:
    seen = coverage(ULKEN, Spread(np.array([75.0, 75.0]), np.array([45.0, 45.4])))
    assert seen.gap_deg > 180


@given(st.lists(st.tuples(st.floats(46, 88), st.floats(37, 56)), min_size=1, max_size=30))
def test_the_nearest_come_first_and_none_is_nearer(places: list[tuple[float, float]]) -> None:
    lon, lat = np.array(places).T
    seen = coverage(ULKEN, Spread(lon, lat), count=3)
    every = coverage(ULKEN, Spread(lon, lat), count=len(lon))
    assert np.all(np.diff(seen.distance_m) >= 0)
    np.testing.assert_array_equal(seen.distance_m, every.distance_m[:3])
    assert 0 < seen.gap_deg <= 360


@given(st.integers(0, 2**32 - 1), st.floats(-180, 180), st.floats(-89, 89))
def test_of_many_stations_the_nearest_are_found_as_if_all_were_measured(seed, lon, lat) -> None:
    generator = np.random.default_rng(seed)
    lons, lats = generator.uniform(-180, 180, 500), generator.uniform(-90, 90, 500)
    found = coverage(Point(lon, lat), Spread(lons, lats))
    _, _, distance = GEOD.inv(np.full(500, lon), np.full(500, lat), lons, lats)
    np.testing.assert_array_equal(found.order, np.argsort(distance, kind="stable")[:5])
    np.testing.assert_allclose(found.distance_m, np.sort(distance)[:5])


def test_stations_a_pace_apart_are_told_apart() -> None:
    lon, lat = np.full(9, 74.0), 45.2 + np.array([8, 1, 7, 2, 6, 3, 5, 4, 0]) * 1e-5
    assert coverage(ULKEN, Spread(lon, lat)).order == [8, 1, 3, 5, 7]
