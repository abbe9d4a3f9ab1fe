import numpy as np

from layers import demo
from layers.demo import rain, washout

TABLE = demo.station_table()
STEPS = (washout.MEMORY_H + 1) * washout.STEPS_PER_HOUR


def _shower(hours_ago: int, rate_mm_h: float = 3.4) -> np.ndarray:
    """One hour of rain, ``hours_ago`` hours before the hour that is asked for."""
    rates = np.zeros((1, STEPS))
    begin = (washout.MEMORY_H - hours_ago) * washout.STEPS_PER_HOUR
    rates[0, begin : begin + washout.STEPS_PER_HOUR] = rate_mm_h
    return rates


def test_decay_solves_the_chain_of_two_nuclides() -> None:
    """Against Euler steps of 0.2 s for two equal initial activities."""
    step_h = 0.2 / 3600
    lead_rate = np.log(2) / (26.8 / 60)
    bismuth_rate = np.log(2) / (19.9 / 60)
    lead, bismuth = 1 / lead_rate, 1 / bismuth_rate  # atoms of unit activities
    for _ in range(int(1.0 / step_h)):
        decayed = lead * lead_rate * step_h
        bismuth += decayed - bismuth * bismuth_rate * step_h
        lead -= decayed
    expected = (0.24 * lead * lead_rate + 1.46 * bismuth * bismuth_rate) / 1.70
    np.testing.assert_allclose(washout.decay(np.array(1.0)), expected, rtol=1e-3)


def test_an_old_deposit_halves_in_the_half_life_of_lead_214() -> None:
    age_h = np.array([8.0, 8.0 + 26.8 / 60])
    early, late = washout.decay(age_h)
    np.testing.assert_allclose(late / early, 0.5, rtol=1e-2)


def test_the_integral_is_the_integral_of_the_decay() -> None:
    age_h = np.linspace(0.0, 2.0, 20_001)
    by_hand = np.trapezoid(washout.decay(age_h), age_h)
    np.testing.assert_allclose(washout.decayed_integral(np.array(2.0)), by_hand, rtol=1e-7)


def test_a_moderate_shower_raises_the_hour_as_it_did_at_diekirch() -> None:
    np.testing.assert_allclose(washout.hourly_nsv_h(_shower(0)), 19.0, atol=1.0)


def test_a_peak_is_gone_three_hours_after_the_rain() -> None:
    after = [washout.hourly_nsv_h(_shower(ago))[0] for ago in (1, 2, 3, 4)]
    ratios = np.array(after[1:]) / np.array(after[:-1])
    # An hour is 2.2 half-lives of Pb-214 and 3.0 of Bi-214, less what Bi-214 still gains.
    assert np.all((ratios > 2**-3.0) & (ratios < 2**-1.7))
    assert after[3] < 0.05 * after[0]


def test_a_second_shower_adds_less_than_the_first() -> None:
    first = washout.hourly_nsv_h(_shower(0))[0]
    both = washout.hourly_nsv_h(_shower(0) + _shower(1))[0]
    only_earlier = washout.hourly_nsv_h(_shower(1))[0]
    assert both - only_earlier < 0.5 * first


def test_double_rain_gives_less_than_double_dose() -> None:
    one, two = (washout.hourly_nsv_h(_shower(0, rate))[0] for rate in (2.0, 4.0))
    assert one < two < 2 * one


def test_rain_is_alike_nearby_and_moves() -> None:
    """Points 10 km apart share their rain; points 800 km apart do not."""
    x = np.array([1200.0, 1210.0, 2000.0])
    y = np.full(3, 1200.0)
    hours = 495_000.0 + np.arange(0.0, 24 * 60, 1.0)
    here, near, far = np.hstack([rain.rate_mm_h(5, x, y, part) for part in np.split(hours, 60)])
    assert np.corrcoef(here, near)[0, 1] > 0.9
    assert abs(np.corrcoef(here, far)[0, 1]) < 0.2


def test_the_rain_of_an_instant_does_not_depend_on_the_instants_asked_with_it() -> None:
    hours = 495_000.0 + np.arange(36) / 6
    together = rain.rate_mm_h(5, TABLE.x_km, TABLE.y_km, hours)
    for i in (0, 17, 35):
        alone = rain.rate_mm_h(5, TABLE.x_km, TABLE.y_km, hours[i : i + 1])
        np.testing.assert_allclose(alone[:, 0], together[:, i], rtol=1e-12)


def test_it_rains_now_and_then_and_seldom_hard() -> None:
    hours = 495_000 + 7 * np.arange(1000)
    rates = np.array(
        [rain.rate_mm_h(3, TABLE.x_km, TABLE.y_km, np.array([float(h)]))[:, 0] for h in hours]
    )
    assert 0.02 < (rates > 0).mean() < 0.12
    assert (rates > 10).mean() < 0.002
