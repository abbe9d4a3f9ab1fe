"""What one station measured over time, and what is usual for it."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.http import parse_options_header

from layers import messages
from layers.views import projection
from mapserver import negotiation
from mapserver.documents.ogcapi import coverages
from mapserver.documents.ogcapi.coverages import Coverage
from mapserver.services import series

SERIES = "/api/v1/series?layer=stations&station=KZAST"
USUAL = "/api/v1/usual?layer=stations&station=KZAST"


def test_a_series_is_what_the_station_sent(house: Any) -> None:
    told = house.json(SERIES)
    assert (told["station"], told["unit"], told["quantity"]) == (
        "KZAST", "nSv/h", "ambient_dose_rate",
    )  # fmt: skip
    assert told["context"] == "simulated"
    hours = {row["begin_time"]: row["value"] for row in told["rows"]}
    newest = house.json("/current.json")
    (layer,) = (each for each in newest["layers"] if each["id"] == "stations")
    for entry in layer["times"][-3:]:
        file = house.json(f"/files/stations/{entry['data']}/{entry['time']}.geojson")
        (value,) = (
            each["properties"]["value"]
            for each in file["features"]
            if each["properties"]["code"] == "KZAST"
        )
        assert hours.get(entry["time"]) == value


def test_no_cell_of_a_table_is_a_formula(house: Any) -> None:
    now, audience = house.site.now(), house.site.audience
    stored = house.site.store.series(
        audience,
        now,
        "KZAST",
        "ambient_dose_rate",
        now - timedelta(days=1),
        now + timedelta(days=1),
    )[0]
    strange = replace(stored.observation, station_code="=cmd|'/c calc'!A1", reasons=("@SUM(A1)",))
    _, row = csv.reader(io.StringIO(series._table([replace(stored, observation=strange)])))
    assert row[0] == "'=cmd|'/c calc'!A1"
    assert "'@SUM(A1)" in row
    place = Coverage(x=[69.0], y=[41.0], times=[now], ranges={}, id="=1+1")
    text = coverages.table([place], [], projection("CRS:84"), "routine").decode()
    assert "'=1+1" in text


def test_a_name_in_a_header_ends_where_it_ends() -> None:
    for name in ('a"; filename="b.csv', 'a"; filename="b—c.csv'):
        said = negotiation.disposition("inline", name)
        assert parse_options_header(said)[1] == {"filename": name}
        assert said.isascii()


def test_days_are_the_mean_of_their_hours(house: Any) -> None:
    hours = [row["value"] for row in house.json(SERIES)["rows"]]
    hours = hours[-3:]
    day = house.json(f"{SERIES}&step=day")["rows"][-1]
    assert day["value"] == pytest.approx(sum(hours) / len(hours))
    assert (day["low"], day["high"], day["count"]) == (min(hours), max(hours), len(hours))


def test_a_table_has_a_row_for_every_observation_and_says_that_it_is_simulated(house: Any) -> None:
    answer = house.get(f"{SERIES}&format=csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    told = house.json(SERIES)["rows"]
    assert [float(row["value"]) for row in rows] == [row["value"] for row in told]
    assert {row["context"] for row in rows} == {"simulated"}
    assert {row["unit"] for row in rows} == {"nSv/h"}


def test_a_begin_and_an_end_cut_half_open(house: Any) -> None:
    rows = house.json(f"{SERIES}&begin=2026-11-20T09:00:00Z&end=2026-11-20T11:00:00Z")["rows"]
    assert [row["begin_time"] for row in rows] == ["2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z"]


def test_three_hours_are_too_few_to_say_what_is_usual(house: Any) -> None:
    told = house.json(USUAL)
    assert told["usual"] is None
    assert told["value"] is not None


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_who_measured_is_told_in_the_language_of_the_reader(house: Any, language: str) -> None:
    told = house.json(f"{USUAL}&lang={language}")
    assert told["network"] == messages.text("public.shipped.network_kz", language)
    assert told["attribution"] == messages.text("public.shipped.values", language)
    # An operator's own names are nobody's to translate.
    assert messages.shipped("Kazhydromet", language) == "Kazhydromet"


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/api/v1/series", 400, '"layer" is missing'),
        ("/api/v1/series?layer=stations", 400, '"station" is missing'),
        ("/api/v1/series?layer=dose-rate&station=KZAST", 400, "has no stations"),
        ("/api/v1/series?layer=stations&station=KZASD", 404, "KZASD"),
        (f"{SERIES}&step=week", 400, "one of hour, day"),
        (f"{SERIES}&format=xml", 400, "one of json, csv"),
        (f"{SERIES}&format=csv&step=day", 400, "leave step out"),
        (f"{SERIES}&begin=2020-01-01T00:00:00Z", 400, "the limit is 366"),
        (f"{SERIES}&begin=2027-01-01T00:00:00Z", 400, "not before the end"),
        (f"{SERIES}&begin=yesterday", 400, "RFC 3339"),
        (f"{SERIES}&from=2026-11-20T09:00:00Z", 400, "unknown query parameter"),
        ("/api/v1/usual?layer=stations&station=KZAST&begin=x", 400, "unknown query parameter"),
        ("/api/v1/point?lon=69&lat=41&threshold=150", 400, "name it by layer="),
        ("/api/v1/point?lon=69&lat=41&layer=dose-rate", 400, "send threshold= too"),
        ("/api/v1/point?lon=69&lat=41&layer=faults&threshold=1", 400, "is no surface"),
        ("/api/v1/point?lon=69&lat=41&layer=dose-rate&threshold=x", 400, "a number was expected"),
    ],
)
def test_a_wrong_question_is_answered_with_a_sentence(
    house: Any, address: str, status: int, words: str
) -> None:
    answer = house.get(address)
    assert answer.status_code == status
    assert words in answer.json["detail"]


def test_the_chance_follows_the_threshold_that_is_named(house: Any) -> None:
    def chance(more: str) -> tuple[float, float]:
        told = house.json(f"/api/v1/point?lon=69.3&lat=41.3{more}")
        (layer,) = (each for each in told["layers"] if each["layer"] == "dose-rate")
        (value,) = (each["value"] for each in layer["values"] if each["name"] == "exceedance")
        return layer["threshold"], value

    own, low, high = (
        chance(""),
        chance("&layer=dose-rate&threshold=50"),
        chance("&layer=dose-rate&threshold=1000"),
    )
    assert (own[0], low[0], high[0]) == (150, 50, 1000)
    assert low[1] > own[1] > high[1]


def test_texts_that_come_later_are_named_by_their_content_and_never_change(house: Any) -> None:
    block = json.loads(
        re.search(r'id="map-config">(.*?)</script>', house.get("/uz").text)[1]  # type: ignore[index]
    )
    answer = house.get(block["later"]["words"])
    assert answer.json["usual.title"] == messages.text("usual.title", "uz")
    assert "immutable" in answer.headers["Cache-Control"]
    for name in ("uz-000000000000.json", "en.json", "xx-0.json"):
        assert house.get(f"/words/{name}").status_code == 404
