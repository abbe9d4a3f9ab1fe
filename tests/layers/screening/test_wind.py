"""Wind roses: which lists are one, and how much of the wind blows towards an area."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.geo import Point
from layers.screening import wind

HERE = Point(67.5, 41.0)
EAST = shapely.box(68, 30, 80, 52)


def even(n: int) -> list[float]:
    return [100 / n] * n


@pytest.mark.parametrize("n", wind.COUNTS)
def test_shares_in_per_cent_and_of_one_are_the_same_rose(n: int) -> None:
    of_100 = wind.rose([90 / n] * n, 10)
    of_1 = wind.rose([0.9 / n] * n, 0.1)
    assert of_100 is not None
    assert of_1 is not None
    np.testing.assert_allclose(of_100.shares, of_1.shares)
    assert of_100.calm == pytest.approx(0.1)
    assert sum(of_100.shares) + of_100.calm == pytest.approx(1)


@pytest.mark.parametrize(
    ("told", "calm"),
    [
        (None, None), ("6,6,6", None), (even(10), None), ([], None), (even(8), 40),
        ([*even(8)[:-1], -12.5], None), ([*even(8)[:-1], float("nan")], None),
        ([*even(8)[:-1], float("inf")], None), ([*even(8)[:-1], "12.5"], None),
        ([*even(8)[:-1], True], None), ([0.0] * 8, None), (even(8), "none"),
        ([1e308] * 8, None),
    ],
)  # fmt: skip
def test_what_is_no_list_of_shares_is_no_rose(told: Any, calm: Any) -> None:
    assert wind.rose(told, calm) is None


def test_wind_from_the_west_blows_towards_the_east() -> None:
    met = wind.meets(HERE, EAST, 300_000)
    west = [0.0] * 16
    west[12] = 100.0
    blowing, other = wind.rose(west, None), wind.rose(west[::-1], None)
    assert blowing is not None
    assert other is not None
    assert wind.towards(blowing, met) == pytest.approx(1.0)
    # Reversed, 15 - 12 = 3: from ENE to ESE, away from it.
    assert wind.towards(other, met) == 0.0


@given(
    st.sampled_from(wind.COUNTS).flatmap(
        lambda n: st.lists(st.floats(0.01, 1), min_size=n, max_size=n)
    ),
    st.lists(st.booleans(), min_size=144, max_size=144),
)
def test_what_blows_along_some_directions_and_along_the_others_is_all_but_calm(
    weights: list[float], met: list[bool]
) -> None:
    total = sum(weights)
    winds = wind.rose([80 * w / total for w in weights], 20)
    assert winds is not None
    some = np.array(met)
    assert wind.towards(winds, some) + wind.towards(winds, ~some) == pytest.approx(0.8)


def test_an_area_is_met_in_the_directions_that_brute_force_finds_it_in() -> None:
    area = shapely.Point(69.0, 42.5).buffer(0.7)
    met = wind.meets(HERE, area, 300_000)
    found = np.zeros(360, bool)
    for azimuth in range(360):
        lon, lat, _ = wind.GEOD.fwd(
            np.full(600, HERE.lon), np.full(600, HERE.lat), np.full(600, float(azimuth)),
            np.linspace(0, 300_000, 600),
        )  # fmt: skip
        found[azimuth] = shapely.intersects_xy(area, lon, lat).any()
    # 2.5 degrees apart every second direction is a whole degree.
    np.testing.assert_array_equal(met[::2], found[::5])
    assert 0 < met.sum() < 40
    assert not wind.meets(HERE, area, 50_000).any()
