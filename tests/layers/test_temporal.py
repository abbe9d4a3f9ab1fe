from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import temporal
from layers.errors import BadInstantError

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
MOMENTS = st.datetimes(datetime(11, 1, 1), datetime(9989, 1, 1), timezones=ZONES)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T09:00:00Z",
        "2026-11-23T14:00:00+05:00",
        "2026-11-23T09:00Z",
        " 2026-11-23 09:00:00+00:00 ",
        "2026-11-23T03:30:00-05:30",
    ],
)
def test_one_instant_in_many_words_is_utc(text):
    found = temporal.instant(text)
    assert found == NINE
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-23T09:00:00", "no time zone"),
        ("2026-11-23", "is a date"),
        ("yesterday", "RFC 3339"),
        ("", "RFC 3339"),
        ("2026-02-30T00:00:00Z", "RFC 3339"),
        ("0001-01-01T00:00:00+14:00", "outside the calendar"),
    ],
)
def test_what_is_no_instant_is_refused_with_what_it_lacks(text, said):
    with pytest.raises(BadInstantError, match=said):
        temporal.instant(text)


@given(MOMENTS)
def test_a_moment_comes_back_from_its_word(moment):
    text = temporal.word(moment)
    assert text.endswith("Z")
    assert temporal.instant(text) == moment


@given(MOMENTS)
def test_epoch_seconds_are_rounded_down_before_and_after_1970(moment):
    seconds = temporal.epoch_s(moment)
    start = temporal.from_epoch_s(seconds)
    assert start <= moment < start + timedelta(seconds=1)


@given(MOMENTS)
def test_an_hour_begins_at_or_before_its_moments(moment):
    begin = temporal.floor_hour(moment)
    assert begin <= moment < begin + temporal.HOUR
    assert (begin.minute, begin.second, begin.microsecond) == (0, 0, 0)


def test_a_naive_time_is_taken_nowhere():
    naive = datetime(2026, 11, 23, 9)
    with pytest.raises(BadInstantError):
        temporal.word(naive)
    with pytest.raises(BadInstantError):
        temporal.Interval(naive, NINE)


def test_an_interval_holds_its_beginning_and_not_its_end():
    hour = temporal.Interval(NINE, NINE + temporal.HOUR)
    assert NINE in hour
    assert NINE + temporal.HOUR not in hour
    for end in (NINE, NINE - temporal.HOUR):
        with pytest.raises(BadInstantError, match="before it begins"):
            temporal.Interval(NINE, end)
