"""The feed of alarms over a folder for real data."""

from datetime import timedelta
from xml.etree.ElementTree import fromstring

import pytest

from layers import messages
from tests.mapserver.conftest import NOW, House

ATOM = "{http://www.w3.org/2005/Atom}"
HEADER = "station_code,time_start_utc,time_end_utc,quantity,value,unit\n"


def rows(*values: tuple[str, int, float]) -> bytes:
    """Rows of (station, hours before the present one, uSv/h)."""
    text = HEADER
    for station, before, value in values:
        begin = (NOW - timedelta(hours=before)).replace(minute=0)
        end = begin + timedelta(hours=1)
        times = ",".join(at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in (begin, end))
        text += f"{station},{times},ambient_dose_rate,{value},uSv/h\n"
    return text.encode()


@pytest.fixture(scope="module")
def told(own: House) -> House:
    quiet = [(f"KZ{i}", hour, 0.1) for i in range(5) for hour in (2, 1)]
    loud = [("UZ1", 3, 0.42), ("UZ1", 2, 0.36), ("UZ2", 1, 1.5), ("UZ3", 24 * 30, 9.0)]
    own.ingest("hours.csv", rows(*quiet, *loud))
    return own


def entries(house: House, language: str = "en") -> list[dict[str, str]]:
    answer = house.get(f"/feeds/alarms.atom?lang={language}")
    assert answer.mimetype == "application/atom+xml"
    feed = fromstring(answer.data)
    return [
        {child.tag.removeprefix(ATOM): child.text or "" for child in entry}
        for entry in feed.iter(f"{ATOM}entry")
    ]


def test_each_time_above_is_one_entry_and_old_ones_are_not_told(told: House) -> None:
    found = entries(told)
    assert sorted(each["title"] for each in found) == [
        "High at UZ 2: up to 1.50\u00a0µSv/h",
        "Raised at UZ 1: up to 0.42\u00a0µSv/h",
    ]
    assert len({each["id"] for each in found}) == 2
    assert all(each["id"].startswith("urn:uuid:") for each in found)


def test_a_time_that_goes_on_is_the_same_entry_with_a_later_word(told: House) -> None:
    before = {each["title"]: each for each in entries(told)}
    told.ingest("more.csv", rows(("UZ2", 0, 2.5)))
    after = {each["title"]: each for each in entries(told)}
    old = before["High at UZ 2: up to 1.50\u00a0µSv/h"]
    new = after["High at UZ 2: up to 2.50\u00a0µSv/h"]
    assert old["id"] == new["id"]
    assert len(after) == len(before)


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_feed_speaks_every_language(told: House, language: str) -> None:
    answer = told.get(f"/feeds/alarms.atom?lang={language}")
    feed = fromstring(answer.data)
    assert feed.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == language
    assert answer.headers["Content-Language"] == language
    for name in ("id", "title", "updated"):
        assert len(feed.findall(ATOM + name)) == 1
    (link,) = (each for each in feed.findall(f"{ATOM}link") if each.attrib["rel"] == "self")
    assert link.attrib["href"] == f"http://localhost/feeds/alarms.atom?lang={language}"
    for entry in feed.iter(f"{ATOM}entry"):
        assert entry.find(f"{ATOM}summary").text.count("µSv/h" if language == "en" else "/") >= 1


def test_the_state_of_the_network_tells_of_the_same(told: House) -> None:
    found = told.json("/api/v1/summary?lang=en")
    assert found["level"] in ("alarm", "raised")
    assert found["context"] == "routine"
    assert found["notice"] == ""
    assert "UZ 2" in found["text"]
    page = told.get("/en/lite").text
    assert "UZ 2" in page
    assert messages.text("context.simulated", "en") not in page
