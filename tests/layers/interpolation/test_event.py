from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import interpolation
from layers.interpolation import PROBABILITIES, quantiles, recognise
from layers.interpolation.increment import fit_increment

SIC = Path(__file__).resolve().parents[4] / "shared" / "data" / "sic2004" / "stations_200.csv"
SIDE_M = 400e3


def network(n: int = 150, days: int = 8, seed: int = 3) -> tuple[np.ndarray, ...]:
    """Stations with a lasting level each, and a little noise of the day: x, y, today, history."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, SIDE_M, (2, n))
    level = 4.5 + 0.2 * np.sin(x / 70e3) * np.cos(y / 90e3) + 0.1 * rng.standard_normal(n)
    value = np.exp(level[:, None] + 0.015 * rng.standard_normal((n, days + 1)))
    return x, y, value[:, 0], value[:, 1:]


def plume(x: np.ndarray, y: np.ndarray, peak: float = 800.0) -> np.ndarray:
    """Increment in nSv/h of a release in the middle that was carried east."""
    along, across = (x - 180e3) / 70e3, (y - 200e3) / 30e3
    return peak * np.exp(-0.5 * (along**2 + across**2))


AT = np.linspace(60e3, 340e3, 40), np.full(40, 205e3)


def test_a_release_is_seen_and_mapped_apart_from_the_background() -> None:
    x, y, value, history = network()
    struck = value + plume(x, y)
    event = recognise(x, y, struck, history)
    assert event is not None
    added = plume(x, y)
    assert set(np.flatnonzero(added > 50)) <= set(event.seen)
    assert set(event.seen) <= set(np.flatnonzero(added > 3))
    q, _ = event.predict(*AT)
    true = 90.0 + plume(*AT)
    median = quantiles.quantile(PROBABILITIES, q, 0.5)
    assert float(np.abs(median - true).mean()) < 0.05 * 800.0
    # far from the release it is the map of any other day
    away = np.full(5, 395e3), np.linspace(5e3, 40e3, 5)
    calm = interpolation.fit(x, y, value, history=history).predict(*away)
    far, _ = event.predict(*away)
    np.testing.assert_allclose(
        quantiles.quantile(PROBABILITIES, far, 0.5), np.exp(calm.mu), rtol=0.05
    )


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_seen_on_a_day_like_any_other(seed: int) -> None:
    x, y, value, history = network(seed=seed)
    assert recognise(x, y, 1.3 * value, history) is None  # a rise everywhere is weather


def test_what_rain_does_is_no_release_and_stays_on_the_map_of_the_day() -> None:
    x, y, value, history = network()
    wet = value * (1.0 + 0.5 * plume(x, y, 1.0))
    assert recognise(x, y, wet, history) is None
    field = interpolation.fit(x, y, wet, history=history)
    assert not field.outliers.size
    middle = np.exp(field.predict(np.array([180e3]), np.array([200e3])).mu)
    dry = np.exp(interpolation.fit(x, y, value).predict(np.array([180e3]), np.array([200e3])).mu)
    assert middle[0] > 1.25 * dry[0]


def test_one_station_alone_is_flagged_and_no_release_unless_it_is_above_the_alarm() -> None:
    x, y, value, history = network()
    value[17] += 900.0
    assert recognise(x, y, value, history) is None
    assert 17 in interpolation.fit(x, y, value, history=history).outliers
    event = recognise(x, y, value, history, alarm=950.0)
    assert event is not None
    assert event.seen.tolist() == [17]
    q, _ = event.predict(x[[17]], y[[17]])
    assert quantiles.quantile(PROBABILITIES, q, 0.5)[0] > 500.0


def test_the_unit_of_the_values_does_not_change_the_map() -> None:
    x, y, value, history = network()
    struck = value + plume(x, y)
    nano = interpolation.predict_points(x, y, struck, *AT, history=history, alarm=1_000.0)
    micro = interpolation.predict_points(x, y, struck / 1e3, *AT, history=history / 1e3, alarm=1.0)
    assert nano.event is not None
    assert micro.event is not None
    assert nano.event.seen.tolist() == micro.event.seen.tolist()
    for p in (0.05, 0.5, 0.95):
        np.testing.assert_allclose(micro.quantile(p) * 1e3, nano.quantile(p), rtol=1e-4)
    np.testing.assert_allclose(micro.mean * 1e3, nano.mean, rtol=1e-4)


def test_the_order_of_the_stations_does_not_change_the_map() -> None:
    x, y, value, history = network()
    struck = value + plume(x, y)
    order = np.random.default_rng(1).permutation(len(x))
    one = interpolation.predict_points(x, y, struck, *AT, history=history)
    two = interpolation.predict_points(
        x[order], y[order], struck[order], *AT, history=history[order]
    )
    np.testing.assert_array_equal(two.quantile(0.5), one.quantile(0.5))


def test_where_a_station_sees_nothing_nothing_is_added() -> None:
    rng = np.random.default_rng(2)
    xy = rng.uniform(0, SIDE_M, (80, 2))
    added = plume(xy[:, 0], xy[:, 1])
    noise = np.full(80, 2.0)
    field = fit_increment(xy, added + rng.normal(0, 2.0, 80), noise, added > 20)
    mean, spread = field.predict(xy)
    calm = added < 0.1
    assert field.value(mean[calm] + spread[calm]).max() < 15.0
    assert not field.predict(xy[:1] + 5e6)[1].any()


@given(
    st.integers(0, 9),
    st.sampled_from(["equal", "one place", "in a line", "gaps", "huge", "below zero"]),
    st.integers(0, 3),
)
@settings(max_examples=60)
def test_any_input_gives_finite_numbers_or_a_plain_no(n: int, case: str, days: int) -> None:
    rng = np.random.default_rng(n)
    x, y = rng.uniform(0, SIDE_M, (2, n))
    value, history = rng.uniform(80, 120, n), rng.uniform(80, 120, (n, days))
    if case == "equal":
        value[:], history[:] = 100.0, 100.0
    if case == "one place":
        x[:], y[:] = 0.0, 0.0
    if case == "in a line":
        y[:] = 0.0
    if case == "gaps":
        value[::2], history[1::2] = np.nan, np.nan
    if case == "huge" and n:
        value[0] = 1e6
    if case == "below zero" and n:
        value[0], history[-1] = -5.0, 0.0
    found = interpolation.predict_points(x, y, value, *AT, history=history, alarm=1_000.0)
    some = bool(np.isfinite(value).any())
    for band in (found.mean, found.sd, found.quantile(0.5), found.quantile(0.99)):
        assert np.isfinite(band).all() == some


@pytest.mark.skipif(not SIC.exists(), reason="needs ../shared")
def test_the_day_with_a_release_is_seen_where_it_was_put_and_no_other_day_is() -> None:
    table = np.genfromtxt(SIC, delimiter=",", names=True)
    days = np.stack([table[f"day{day:02d}"] for day in range(1, 11)], axis=1)
    place = table["x"], table["y"]
    event = recognise(*place, table["joker"], days)
    rise = table["joker"] - table["dayx"]
    assert event is not None
    assert event.seen.tolist() == np.flatnonzero(rise > 30).tolist()
    assert recognise(*place, table["dayx"], days) is None
    for day in range(10):
        assert recognise(*place, days[:, day], np.delete(days, day, axis=1)) is None
