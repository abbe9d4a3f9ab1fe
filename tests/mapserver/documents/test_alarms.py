from datetime import UTC, datetime, timedelta

import pytest

from layers import messages
from layers.model import Context, Observation, Status, StoredObservation
from mapserver.documents.alarms import Episode, Feed, episodes, monday

START = datetime(2026, 11, 17, 8, tzinfo=UTC)  # a Tuesday
HOUR = timedelta(hours=1)


def above(station, hour, value, received=None):
    begin = START + hour * HOUR
    return StoredObservation(
        Observation(station, "ambient_dose_rate", begin, begin + HOUR, value, status=Status.RAW),
        revision=1,
        received_at=received or begin + HOUR,
        batch_id="b",
        writer="w",
        context=Context.ROUTINE,
    )


def test_hours_that_follow_each_other_are_one_time():
    found = episodes([above("A", 1, 500.0), above("A", 0, 350.0), above("A", 2, 400.0)], 1000.0)
    (only,) = found
    assert (only.begin, only.end) == (START, START + 3 * HOUR)
    assert (only.peak, only.peak_time, only.alarm) == (500.0, START + HOUR, False)
    assert (only.published, only.updated) == (START + HOUR, START + 3 * HOUR)
    assert only.unchecked


def test_a_value_at_the_edge_does_not_tell_of_itself_every_hour():
    near = episodes([above("A", 0, 310.0), above("A", 6, 310.0)], 1000.0)
    far = episodes([above("A", 0, 310.0), above("A", 7, 310.0)], 1000.0)
    assert (len(near), len(far)) == (1, 2)


def test_stations_are_told_of_apart_the_latest_heard_of_first():
    found = episodes([above("A", 0, 350.0), above("B", 5, 1000.0)], 1000.0)
    assert [(e.station, e.alarm) for e in found] == [("B", True), ("A", False)]


def test_a_name_stays_while_a_time_goes_on_and_hangs_on_no_moving_window():
    first = episodes([above("A", 0, 350.0)], 1000.0)[0]
    later = episodes([above("A", 0, 350.0), above("A", 1, 1500.0)], 1000.0)[0]
    assert first.name("q", "routine", "en") == later.name("q", "routine", "en")
    assert later.alarm
    assert first.name("q", "routine", "en") != first.name("q", "simulated", "en")
    week = [above("A", hour, 350.0) for hour in range(24 * 9)]
    begins = [episode.begin for episode in episodes(week, 1000.0)]
    assert begins == [monday(START) + timedelta(days=7), START]


def feed(language="en", mark="", **changes):
    given = {
        "language": language,
        "title": "Map",
        "mark": mark,
        "context": "routine",
        "quantity": "ambient_dose_rate",
        "unit": "nSv/h",
        "limit": 300.0,
        "newest": START + 2 * HOUR,
        "names": {"A": "Semey <&>\x00"},
        "rights": "Networks",
        "base_url": "https://map.test",
    }
    return Feed(**(given | changes))


def entry(hours=3):
    return Episode("A", START, START + hours * HOUR, 420.0, START, False, True, START, START + HOUR)


def test_an_entry_says_what_where_and_until_when():
    text = feed().written([entry()]).decode()
    assert "<title>Raised at Semey &lt;&amp;&gt;: up to 0.42\u00a0µSv/h</title>" in text
    assert 'href="https://map.test/en?station=A&amp;time=2026-11-17T08:00:00Z"' in text
    assert "In the newest hour it is still so." in text
    assert "has checked yet" in text
    over = feed().written([entry(hours=2)]).decode()
    assert "Since then it is below 0.30\u00a0µSv/h again, or silent." in over


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_what_is_not_real_says_so_in_every_title(language):
    mark = messages.text("context.simulated", language)
    text = feed(language, mark=mark).written([entry()]).decode()
    assert text.count(f"<title>{mark}: ") == 2
    assert f"<summary>{mark}." in text


def test_a_feed_without_entries_is_a_feed():
    text = feed().written([]).decode()
    assert "<entry>" not in text
    assert "<updated>2026-11-17T10:00:00Z</updated>" in text
