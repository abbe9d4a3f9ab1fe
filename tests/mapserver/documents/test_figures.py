import math
from datetime import UTC, datetime

import pytest

from mapserver.documents import figures


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (None, "–", "–"),
        (0.0, "0", "0"),
        (1, "1.00", "1,00"),
        (9.996, "10.0", "10,0"),
        (0.1445, "0.145", "0,145"),  # a half goes up, though its double is below
        (999.6, "1,000", "1000"),
        (-0.01234, "−0.0123", "−0,0123"),
        (123_456.0, "123,000", "123\u00a0000"),
        (1.234e-6, "0.00000123", "0,00000123"),
        (-4e-17, "−4.00\u00a0·\u00a010⁻¹⁷", "−4,00\u00a0·\u00a010⁻¹⁷"),
    ],
)
def test_a_number_is_written_with_three_digits_that_mean_something(value, english, russian):
    assert figures.rounded(value, "en") == english
    for language in ("kk", "uz", "ru"):
        assert figures.rounded(value, language) == russian


@pytest.mark.parametrize("fact", [None, "12", True, math.nan, math.inf, [1.0], {}])
def test_what_is_no_finite_number_is_not_known(fact):
    assert figures.known(fact) is None


def test_a_dash_has_no_unit_and_no_percent_sign():
    assert figures.with_unit(figures.rounded(None, "en"), "nSv/h") == "–"
    assert figures.percent(None, "en") == "–"
    assert figures.count(None, "en") == "–"
    assert figures.with_unit("1.20", "nSv/h") == "1.20\u00a0nSv/h"
    assert figures.percent(0.9167, "ru") == "91,7\u00a0%"


def test_the_edge_of_a_class_has_no_digit_too_many():
    assert [figures.edge(value, "ru") for value in (50.0, 0.5, -2.25, 100_000.0)] == [
        "50", "0,5", "−2,25", "100\u00a0000",
    ]  # fmt: skip


def test_an_hour_is_a_range_in_the_time_of_both_states_and_an_instant_in_utc():
    begin = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert figures.hour(begin, "en", 300) == "23 November 2026, 23:00–00:00 UTC+5"
    assert figures.moment(begin, "ru", 0) == "23 ноября 2026, 18:00 UTC"
    assert figures.moment(begin, "uz", -210) == "2026-yil 23-noyabr, 14:30 UTC−3:30"
