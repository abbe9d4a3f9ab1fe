"""What is usual for a place is what the station itself read before."""

import numpy as np
import pytest

from layers.quality import usual

DRY = np.zeros(721)
UNKNOWN = np.full(721, np.nan)


def steady(last: float = 100.0) -> np.ndarray:
    """Thirty days that go up and down between 91 and 110, and an hour to be judged."""
    return np.append(91.0 + np.arange(720) % 20, last)


def test_nine_hours_of_ten_lie_between_low_and_high() -> None:
    found = usual(steady(), UNKNOWN)
    assert found is not None
    values = steady()[:-1]
    inside = np.mean((values >= found.low) & (values <= found.high))
    assert inside == pytest.approx(0.9, abs=0.05)
    assert found.median == pytest.approx(100.5)
    assert (found.hours, found.weather, found.rain_mm) == (720, "all", None)


def test_the_hour_itself_is_no_part_of_what_it_is_compared_with() -> None:
    found = usual(steady(10_000.0), UNKNOWN)
    assert found is not None
    assert found.below == 1.0
    assert found.high < 111


def test_hours_after_rain_are_compared_with_hours_after_rain() -> None:
    rain = DRY.copy()
    rain[100:140] = 2.0  # 40 hours, and two more in which it still shows
    rain[-1] = 1.5
    value = np.full(721, 100.0)
    value[100:142] = 120.0
    value[-1] = 119.0
    wet = usual(value, rain)
    assert wet is not None
    assert (wet.weather, wet.hours, wet.low) == ("wet", 42, 120.0)
    assert wet.rain_mm == 1.5
    rain[-1] = 0.0
    dry = usual(value, rain)
    assert dry is not None
    assert (dry.weather, dry.hours, dry.high, dry.below) == ("dry", 720 - 42, 100.0, 1.0)


def test_rain_that_was_seldom_before_leaves_all_hours_to_compare_with() -> None:
    rain = DRY.copy()
    rain[-2] = 3.0
    found = usual(steady(), rain)
    assert found is not None
    assert (found.weather, found.hours, found.rain_mm) == ("all", 720, 3.0)


@pytest.mark.parametrize("known", [0, 47])
def test_nothing_is_usual_after_too_short_a_time(known: int) -> None:
    value = steady()
    value[: 720 - known] = np.nan
    assert usual(value, DRY) is None


def test_an_hour_without_a_value_has_a_usual_range_and_no_place_in_it() -> None:
    found = usual(steady(np.nan), DRY)
    assert found is not None
    assert found.below is None
