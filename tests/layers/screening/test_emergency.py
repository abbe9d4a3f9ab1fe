import numpy as np
import pytest

from layers.errors import BadParameterError
from layers.geo import GEOD, Point
from layers.screening import chance_within, cover, reach_km, trace_accuracy_m, zones_for

TUZKAN = Point(67.48, 40.55)


def test_a_large_and_a_small_reactor_have_zones_of_other_sizes() -> None:
    assert [(z.id, z.outer_km) for z in zones_for(3000)] == [
        ("paz", 5), ("upz", 30), ("epd", 100), ("icpd", 300),
    ]  # fmt: skip
    assert [(z.id, z.outer_km) for z in zones_for(190)] == [
        ("paz", 3), ("upz", 30), ("epd", 50), ("icpd", 100),
    ]  # fmt: skip
    assert zones_for(1000) == zones_for(3000)


@pytest.mark.parametrize("power", [0.0, -1.0, 99.9, float("nan"), 1e9])
def test_a_power_without_zones_is_refused(power: float) -> None:
    with pytest.raises(BadParameterError, match="no zones"):
        zones_for(power)


def test_stations_are_counted_in_the_sector_that_they_are_seen_in() -> None:
    bearing = np.array([0.0, 11.0, -11.0, 12.0, 180.0, 348.0])
    n = len(bearing)
    lon, lat, _ = GEOD.fwd(np.full(n, 67.48), np.full(n, 40.55), bearing, np.full(n, 20_000.0))
    paz, upz, *_ = cover(TUZKAN, lon, lat, zones_for(3000))
    assert sum(paz.counts) == 0
    assert len(paz.empty) == 16
    assert upz.counts[0] == 3  # 0, 11 and 349 degrees: within 11.25 of north
    assert upz.counts[1] == 1
    assert upz.counts[8] == 1
    assert upz.counts[15] == 1
    assert len(upz.empty) == 12
    assert set(upz.stations.tolist()) == set(range(6))


def test_without_stations_every_sector_is_empty() -> None:
    for zone in cover(TUZKAN, np.array([]), np.array([]), zones_for(3000)):
        assert len(zone.empty) == 16


def test_a_longer_fault_is_to_be_considered_from_farther_away() -> None:
    mile = 1.609344
    found = reach_km(np.array([0.5, 1, 4.9, 5, 10, 20, 40, 400]) * mile) / mile
    np.testing.assert_allclose(found, [0, 20, 20, 50, 100, 150, 200, 200])


def test_a_trace_is_as_sure_as_its_map() -> None:
    assert trace_accuracy_m(500_000) == 250
    assert chance_within(6000, 5000, 0) == 0
    assert chance_within(4000, 5000, 0) == 1
    assert chance_within(5000, 5000, 500, 1000) == pytest.approx(0.5, abs=1e-6)
    assert 0.02 < chance_within(6000, 5000, 1000) < 0.025  # two standard deviations off
