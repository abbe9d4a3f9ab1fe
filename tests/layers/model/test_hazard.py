import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadExtentError, BadInputError
from layers.geo import Point
from layers.model import (
    HazardCurve,
    HazardDataset,
    HazardGrid,
    HazardManifest,
    HazardStatus,
    HazardZones,
    hazard_curve,
    hazard_values,
)


def manifest(name: str, unit: str = "g") -> HazardManifest:
    return HazardManifest(
        name, name.title(), HazardStatus.MODEL, unit, "CC BY 4.0", "2023", "a test", 760.0
    )


def grids(scale: float = 1.0, periods: tuple[float, ...] = (475.0, 2475.0)) -> HazardDataset:
    # Two cells of one degree, west of and east of 61 E: 0.1 and 0.2 g at 475 years.
    parts = tuple(
        HazardGrid(
            period,
            scale * (period / 475) ** 0.5 * np.array([[0.1, 0.2]], np.float32),
            west=60.0,
            north=41.0,
            step_lon=1.0,
            step_lat=1.0,
        )
        for period in periods
    )
    return HazardDataset(manifest("model-a"), parts)


def zones() -> HazardDataset:
    areas = np.array([shapely.box(60, 40, 61, 41), shapely.box(61, 40, 62, 41)], object)
    return HazardDataset(
        manifest("zoning", "MSK-64"), (HazardZones(475.0, areas, np.array([7.0, 8.0])),)
    )


def test_ten_per_cent_in_fifty_years_are_the_475_years_of_the_codes() -> None:
    assert hazard_curve.return_period_y(0.10, 50) == pytest.approx(474.561, abs=1e-3)
    assert hazard_curve.return_period_y(0.02, 50) == pytest.approx(2474.916, abs=1e-3)
    assert hazard_curve.same_period(475, hazard_curve.return_period_y(0.10, 50))


@given(st.floats(1, 1e6))
def test_a_probability_is_less_than_its_rate_and_near_it_where_both_are_small(
    period: float,
) -> None:
    rate = hazard_curve.annual_rate(period)
    chance = hazard_curve.probability(rate)
    assert rate - rate**2 / 2 <= chance < rate + 1e-15


def test_between_two_return_periods_the_curve_is_straight_in_log_log() -> None:
    curve = HazardCurve((100.0, 10_000.0), (0.1, 0.4))
    # Half way in the logarithm of the period is half way in that of the acceleration.
    assert curve.pga_at(1000.0) == pytest.approx(0.2)


def test_nothing_is_carried_on_beyond_what_a_curve_says() -> None:
    curve = HazardCurve((475.0, 2475.0), (0.1, 0.2))
    assert curve.pga_at(10_000) is None
    assert curve.pga_at(100) is None


def test_a_curve_whose_rarer_motion_is_weaker_is_refused() -> None:
    with pytest.raises(BadInputError, match="rarer motion cannot be weaker"):
        HazardCurve((475.0, 2475.0), (0.2, 0.1))
    with pytest.raises(BadInputError, match="one acceleration for each"):
        HazardCurve((475.0,), (0.2, 0.1))
    with pytest.raises(BadInputError, match="finite"):
        HazardCurve((475.0, 2475.0), (0.2, math.nan))


def test_all_values_at_a_place_come_by_model_and_return_period_with_their_source() -> None:
    found = hazard_values([grids(), grids(2.0), zones()], 60.5, 40.5, (475, 975, 2475, 10_000))
    assert [(v.manifest.id, v.period_y) for v in found] == [
        (name, period)
        for name in ("model-a", "model-a", "zoning")
        for period in (475, 975, 2475, 10_000)
    ]
    first = found[0]
    assert (first.value, first.unit, first.interpolated) == (pytest.approx(0.1), "g", False)
    assert found[1].value == pytest.approx(0.1 * (975 / 475) ** 0.5)
    assert found[1].interpolated
    assert found[4].value == pytest.approx(0.2)
    assert (found[3].value, found[3].reason) == (None, "no_return_period")
    assert (found[8].value, found[8].unit) == (7.0, "MSK-64")
    # Of intensities nothing is interpolated.
    assert (found[9].value, found[9].reason) == (None, "no_return_period")


def test_a_place_that_no_part_holds_is_told_as_outside() -> None:
    for found in hazard_values([grids(), zones()], 70.0, 40.5):
        assert (found.value, found.reason) == (None, "outside")


def test_a_cell_without_a_value_is_none_and_hides_no_other_return_period() -> None:
    held = grids()
    held.parts[0].values[0, 0] = np.nan  # type: ignore[index]
    at_475, at_2475 = hazard_values([held], 60.5, 40.5, (475, 2475))
    assert (at_475.value, at_475.reason) == (None, "no_return_period")
    assert at_2475.value == pytest.approx(0.1 * (2475 / 475) ** 0.5)


def test_between_grids_whose_rarer_motion_is_weaker_nothing_is_said() -> None:
    held = grids()
    held.parts[1].values[0, 0] = 0.05  # type: ignore[index]
    at_475, between, at_2475 = hazard_values([held], 60.5, 40.5, (475, 975, 2475))
    assert (at_475.value, at_2475.value) == (pytest.approx(0.1), pytest.approx(0.05))
    assert (between.value, between.reason) == (None, "falling_curve")


def test_on_the_edge_of_two_zones_the_higher_degree_counts() -> None:
    (found,) = hazard_values([zones()], 61.0, 40.5, (475,))
    assert found.value == 8.0


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(BadExtentError, match="no position on Earth"):
        hazard_values([grids()], 200.0, 40.0)


@given(st.floats(59.5, 62.5), st.floats(39.5, 41.5))
def test_one_place_has_the_value_that_it_has_among_many(lon: float, lat: float) -> None:
    for part in (*grids().parts, *zones().parts):
        among = part.sample(np.array([lon]), np.array([lat]))[0]
        np.testing.assert_equal(part.at(Point(lon, lat)), among)
