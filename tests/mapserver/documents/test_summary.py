from datetime import UTC, datetime, timedelta

import pytest

from layers import messages
from mapserver.documents.summary import FirstStation, Summary, age_h, loudest_first

HOUR = datetime(2026, 11, 23, 8, tzinfo=UTC)
LIMITS = (300.0, 1000.0)


def station(name, value, mark="normal"):
    return FirstStation(name, value, "nSv/h", mark)


def said(*stations, language="en", after=timedelta(hours=2), limits=LIMITS):
    return Summary(language, stations, HOUR, age_h(HOUR, HOUR + after), limits)


def test_a_calm_hour_is_told_in_one_sentence():
    found = said(station("Aral", 90.0), station("Almaty", 150.0))
    assert found.level == "calm"
    assert found.sentences == [
        "All 2 stations that report are within the natural range, below 0.30\u00a0µSv/h."
    ]


def test_what_is_loud_is_named_first_and_the_rest_is_not_forgotten():
    found = said(
        station("Aral", 90.0),
        station("Semey", 420.0, "raised"),
        station("Kurchatov", 2400.0, "alarm"),
        station("Oral", None, "missing"),
    )
    assert found.level == "alarm"
    assert found.sentences == [
        "High at Kurchatov: above the alarm level of 1.00\u00a0µSv/h.",
        "Raised at Semey: above the natural range of 0.30\u00a0µSv/h.",
        "The other stations that report (1) are below 0.30\u00a0µSv/h.",
        "Stations without a value in this hour: 1.",
    ]


def test_a_long_list_is_cut_and_says_so():
    many = [station(f"S{i}", 400.0, "raised") for i in range(9)]
    assert "S0, S1, S2, S3, S4 and 4 more" in said(*many).sentences[0]


def test_silence_is_never_calm():
    found = said(station("Aral", None, "missing"))
    assert found.level == "none"
    assert found.sentences == ["No station has reported yet."]


def test_an_old_hour_says_that_nothing_is_known_of_now():
    fresh = said(station("Aral", 90.0), after=timedelta(hours=3, minutes=59))
    old = said(station("Aral", 90.0), after=timedelta(hours=4))
    assert not fresh.is_late
    assert old.is_late
    assert old.sentences[0] == "The newest data are from 4 h ago. What is now is not known here."
    days = said(station("Aral", 90.0), after=timedelta(days=3))
    assert "3 d ago" in days.sentences[0]


def test_a_quantity_without_limits_is_counted_and_not_judged():
    found = said(station("Aral", 9000.0), limits=None)
    assert (found.level, found.sentences) == ("plain", ["Stations that report: 1."])


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_language_says_the_state_without_a_gap(language):
    found = said(
        station("A", 400.0, "raised"),
        station("B", 5000.0, "alarm"),
        station("C", None, "missing"),
        language=language,
        after=timedelta(days=1),
    )
    assert len(found.sentences) == 5
    assert not any("{" in sentence for sentence in found.sentences)


def test_a_list_begins_with_what_is_loud():
    found = loudest_first(
        [station("b", 1.0), station("a", None, "missing"), station("c", 9e3, "alarm")]
    )
    assert [each.name for each in found] == ["c", "a", "b"]


def test_a_minute_changes_nothing_that_a_page_is_made_of():
    moments = (timedelta(hours=2), timedelta(hours=2, minutes=1))
    first, second = (said(station("Aral", 90.0), after=after) for after in moments)
    assert first == second
