from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.model import Observation, Status
from layers.quality import RULES, RULES_VERSION, assess

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = BEGIN + timedelta(days=30)
QUIET = [101.3, 99.8, 100.4, 102.2, 98.9, 100.9, 101.7, 99.1]


def observation(
    value: float | None, hour: int = 0, *, text: str = "", quantity: str = "ambient_dose_rate",
    status: Status = Status.RAW, length: timedelta = HOUR, reasons: tuple[str, ...] = (),
) -> Observation:  # fmt: skip
    begin = BEGIN + hour * HOUR
    return Observation(
        "KZ1", quantity, begin, begin + length, value, 2.0, text or f"{value}", "nSv/h", "note",
        status, reasons, "tube", hour + 2,
    )  # fmt: skip


def reasons_of(
    value: float, *, before: Sequence[float] = QUIET, quantity: str = "ambient_dose_rate"
) -> tuple[str, ...]:
    (found,) = assess(
        [observation(value, quantity=quantity)], now=NOW, history={("KZ1", quantity): before}
    )
    return found.reasons


def test_a_usual_value_passes() -> None:
    (found,) = assess([observation(100.2)], now=NOW, history={("KZ1", "ambient_dose_rate"): QUIET})
    assert (found.status, found.reasons, found.value) == (Status.AUTO_PASSED, (), 100.2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (19.9, ("gross_range", "spike")),  # a dead tube: less than cosmic rays alone
        (20.0, ("spike",)),
        (2e10, ("gross_range", "spike", "emergency")),  # 20 Sv/h
        (1e10, ("spike", "emergency")),
        (151.1, ("spike",)),  # median of five 100.9, so 50.2 above it, more than 50
        (150.0, ()),  # 49.1 above: a washout may do this
        (1_004.0, ("unit_slip", "spike", "emergency")),  # uR/h written for 10 nSv/h
        (10.04, ("gross_range", "unit_slip", "spike")),
        (100_400.0, ("unit_slip", "spike", "emergency")),  # uSv/h for nSv/h
        (361_000.0, ("unit_slip", "spike", "emergency")),  # per second for per hour
        (5_000.0, ("spike", "emergency")),  # fifty times: no unit does that
    ],
)
def test_a_value_is_doubted_for_what_it_is(value: float, expected: tuple[str, ...]) -> None:
    assert reasons_of(value) == expected


def test_ten_times_more_dust_is_weather_and_a_thousand_times_a_unit() -> None:
    assert reasons_of(250.0, before=[24, 25, 26], quantity="pm2_5") == ()
    assert reasons_of(0.025, before=[24, 25, 26], quantity="pm2_5") == ("unit_slip",)


def test_a_unit_is_not_guessed_from_two_values() -> None:
    assert "unit_slip" not in reasons_of(100_000.0, before=QUIET[:2])
    assert "unit_slip" in reasons_of(100_000.0, before=QUIET[:3])


def test_nothing_is_a_spike_among_fewer_than_five_values() -> None:
    assert "spike" not in reasons_of(500.0, before=QUIET[:3])
    assert "spike" in reasons_of(500.0, before=QUIET[:4])


def test_a_plume_that_stays_is_no_spike_but_calls_for_a_person() -> None:
    values = [100.0, 101.0, 99.0, 5_000.0, 5_200.0, 5_100.0, 5_300.0, 5_050.0]
    found = assess([observation(v, i) for i, v in enumerate(values)], now=NOW)
    assert ["spike" in o.reasons for o in found] == [False] * 8
    assert ["emergency" in o.reasons for o in found] == [False] * 3 + [True] * 5
    assert {o.status for o in found[3:]} == {Status.SUSPECT}


def test_one_hour_among_quiet_ones_is_a_spike() -> None:
    values = [*QUIET[:4], 400.0, *QUIET[4:]]
    found = assess([observation(v, i) for i, v in enumerate(values)], now=NOW)
    assert [i for i, o in enumerate(found) if o.reasons] == [4]


def test_six_values_equal_to_the_last_digit_are_stuck_and_five_are_not() -> None:
    five = assess([observation(101.3, i) for i in range(5)], now=NOW)
    six = assess([observation(101.3, i) for i in range(6)], now=NOW)
    assert [o.reasons for o in five] == [()] * 5
    assert [o.reasons for o in six] == [("stuck",)] * 6


def test_history_counts_towards_stuck() -> None:
    assert reasons_of(101.3, before=[101.3] * 5) == ("stuck",)
    assert reasons_of(101.3, before=[*[101.3] * 4, 101.4]) == ()


def test_a_display_of_two_digits_is_not_stuck() -> None:
    # 0.12 uSv/h: the last digit is worth 8 % of the value, more than counting noise moves it.
    found = assess([observation(120.0, i, text="0.12") for i in range(8)], now=NOW)
    assert all(o.reasons == () for o in found)
    fine = assess([observation(120.0, i, text="0.1200") for i in range(8)], now=NOW)
    assert all(o.reasons == ("stuck",) for o in fine)


def test_days_without_rain_are_not_stuck() -> None:
    found = assess([observation(0.0, i, quantity="precipitation") for i in range(12)], now=NOW)
    assert all(o.status is Status.AUTO_PASSED for o in found)


def test_the_future_and_a_turned_interval_are_doubted() -> None:
    ahead = observation(100.0, 24)
    end = BEGIN + 25 * HOUR
    assert assess([ahead], now=end - timedelta(minutes=10))[0].reasons == ()
    assert assess([ahead], now=end - timedelta(minutes=11))[0].reasons == ("time",)
    turned = observation(100.0, length=-HOUR)
    assert assess([turned], now=NOW)[0].reasons == ("time", "interval")


def test_a_clock_that_stands_still_is_seen_by_its_several_values() -> None:
    # As the air network of a real city does: new values under a time of last year.
    found = assess([observation(100.0), observation(101.0), observation(102.0, 1)], now=NOW)
    assert [o.reasons for o in found] == [("clock",), ("clock",), ()]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(seconds=59), ("interval",)),
        (timedelta(minutes=1), ()),
        (timedelta(days=1), ()),
        (timedelta(days=1, seconds=1), ("interval",)),
    ],
)
def test_averaging_of_a_minute_to_a_day_is_usual(
    length: timedelta, expected: tuple[str, ...]
) -> None:
    assert assess([observation(100.0, length=length)], now=NOW)[0].reasons == expected


@pytest.mark.parametrize("status", [Status.VALIDATED, Status.REJECTED, Status.SUSPECT])
def test_what_the_network_decided_stays_and_reasons_are_added(status: Status) -> None:
    given_one = observation(5.0, status=status, reasons=("calibration", "gross_range"))
    (found,) = assess([given_one], now=NOW)
    assert found.status is status
    assert found.reasons == ("calibration", "gross_range")


def test_a_reported_gap_stays_as_it_is() -> None:
    gap = observation(None, status=Status.MISSING)
    assert assess([gap], now=NOW) == [gap]


values = st.one_of(st.none(), st.floats(0, 1e14), st.floats(90, 110))


@settings(deadline=None)
@given(
    st.lists(st.tuples(values, st.integers(0, 40), st.sampled_from(["ambient_dose_rate", "pm10"]))),
    st.lists(st.floats(0, 1e14), max_size=10),
)
def test_nothing_is_ever_changed_dropped_or_rejected(
    rows: list[tuple[float | None, int, str]], before: list[float]
) -> None:
    batch = [observation(value, hour, quantity=quantity) for value, hour, quantity in rows]
    found = assess(batch, now=NOW, history={("KZ1", "pm10"): before})
    assert len(found) == len(batch)
    for old, new in zip(batch, found, strict=True):
        kept = ("station_code", "quantity", "begin_time", "end_time", "value", "sd",
                "source_value", "source_unit", "conversion", "detector", "line")  # fmt: skip
        assert all(getattr(old, name) == getattr(new, name) for name in kept)
        assert new.status in (Status.RAW, Status.AUTO_PASSED, Status.SUSPECT)
        assert (new.status is Status.SUSPECT) == bool(new.reasons)


@given(st.permutations(range(8)))
def test_the_order_of_a_batch_does_not_matter(order: list[int]) -> None:
    batch = [observation(v, i) for i, v in enumerate([*QUIET[:4], 400.0, *QUIET[4:7]])]
    usual = assess(batch, now=NOW)
    assert assess([batch[i] for i in order], now=NOW) == [usual[i] for i in order]


def test_every_rule_has_one_name_and_a_sentence() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.sentence for rule in RULES)
    assert RULES_VERSION == "1"
