"""Observations over time as features: the store is what they are compared with."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from layers import temporal, units
from tests.mapserver.conftest import hours_of
from tests.mapserver.ogcapi.test_features import get, ids, next_of

HOURS = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (9, 10, 11)]


def series(house: Any, code: str, quantity: str) -> list[Any]:
    site = house.site
    return site.store.series(
        site.audience, site.now(), code, quantity, HOURS[0], HOURS[-1] + timedelta(hours=1)
    )


def test_a_station_has_its_values_over_time_as_they_are_stored(house: Any) -> None:
    since = f"{temporal.word(HOURS[0])}/.."
    query = {"station_code": "KZALA", "quantity": "ambient_dose_rate", "datetime": since}
    found = get(house, "observations", **query).json["features"]
    stored = series(house, "KZALA", "ambient_dose_rate")
    assert len(found) == len(stored) >= 2
    for feature, each in zip(found, stored, strict=True):
        seen, told = each.observation, feature["properties"]
        place = house.site.store.station(house.site.audience, house.site.now(), "KZALA")
        assert feature["geometry"] == {"type": "Point", "coordinates": [place.lon, place.lat]}
        assert told["value"] == seen.value
        assert told["sd"] == seen.sd
        assert told["unit"] == units.QUANTITIES[seen.quantity].unit
        assert told["begin_time"] == temporal.word(seen.begin_time)
        assert told["end_time"] == temporal.word(seen.end_time)
        assert told["source_value"] == seen.source_value
        assert told["source_unit"] == seen.source_unit
        assert told["status"] == str(seen.status)
        assert told["revision"] == each.revision
        assert told["received_at"] == temporal.word(each.received_at)
        assert told["context"] == "simulated"
        alone = house.json(f"/ogcapi/collections/observations/items/{feature['id']}")
        assert alone["properties"] == told
        assert alone["id"] == feature["id"]


def test_they_come_by_hour_station_quantity_and_all_of_them(house: Any) -> None:
    found = get(house, "observations", limit=10_000).json["features"]
    assert len(found) == house.counts()["observation"]
    keys = [
        (
            f["properties"]["begin_time"],
            f["properties"]["station_code"],
            f["properties"]["quantity"],
        )
        for f in found
    ]
    assert keys == sorted(keys)
    assert len({f["id"] for f in found}) == len(found)


def test_a_period_is_of_the_beginnings_with_both_ends(house: Any) -> None:
    def begins(period: str) -> set[str]:
        found = get(house, "observations", datetime=period, limit=10_000).json["features"]
        return {f["properties"]["begin_time"] for f in found}

    words = [temporal.word(hour) for hour in HOURS]
    assert begins("../..") == set(hours_of("stations"))
    assert begins(words[1]) == {words[1]}
    assert begins(f"{words[0]}/{words[1]}") == set(words[:2])
    assert begins(f"{words[1]}/..") == set(words[1:])
    assert begins("2026-11-20T09:00:01Z/2026-11-20T10:59:59Z") == {words[1]}
    assert begins("1901-01-01T00:00:00Z") == set()
    extent = house.json("/ogcapi/collections/observations")["extent"]["temporal"]
    assert extent["interval"] == [[hours_of("stations")[0], words[-1]]]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"bbox": "60,40,70,45"},
         lambda f: 60 <= f["geometry"]["coordinates"][0] <= 70
         and 40 <= f["geometry"]["coordinates"][1] <= 45),
        ({"filter": "quantity = 'pm2_5' AND value > 20"},
         lambda f: f["properties"]["quantity"] == "pm2_5" and (f["properties"]["value"] or 0) > 20),
        ({"filter": "station_code LIKE 'UZ%' AND end_time > TIMESTAMP('2026-11-20T11:30:00Z')"},
         lambda f: f["properties"]["station_code"].startswith("UZ")
         and f["properties"]["end_time"] > "2026-11-20T11:30:00Z"),
        ({"value": "150"}, lambda f: f["properties"]["value"] == 150),
        ({"network": "kz-demo", "quantity": "pm2_5"},
         lambda f: f["properties"]["network"] == "kz-demo"
         and f["properties"]["quantity"] == "pm2_5"),
    ],
)  # fmt: skip
def test_they_are_chosen_by_box_filter_and_property(
    house: Any, query: dict[str, str], holds: Any
) -> None:
    everything = get(house, "observations", limit=10_000).json["features"]
    wanted = [f["id"] for f in everything if holds(f)]
    assert ids(house, "observations", limit=10_000, **query) == wanted


def test_what_is_not_there_is_404_and_a_strange_id_too(house: Any) -> None:
    base = "/ogcapi/collections/observations/items"
    for name in (
        "ambient_dose_rate.20261120T090000Z.3600.NOWHERE",
        "ambient_dose_rate.20261120T090000Z.60.KZALA",
        "ambient_dose_rate.19010101T000000Z.3600.KZALA",
        "nothing",
        "a.b.c.d",
        "a.20261120T090000Z.c.d",
        "a.20261120T090000Z.99999999999999999999.d",
        "ambient_dose_rate.20261120T090000Z.-1.KZALA",
    ):
        assert house.get(f"{base}/{name}").status_code == 404, name


def test_the_version_changes_with_a_value_of_its_hours_and_with_no_other(own: Any) -> None:
    def version(hour: int) -> str:
        at = f"2026-11-20T{hour:02}:00:00Z"
        answer = get(own, "observations", datetime=at)
        return str(answer.headers.get("X-Data-Version", ""))

    def bring(hour: int, value: float) -> None:
        text = (
            "station_code,time_start_utc,averaging,quantity,value,unit\n"
            f"KZ1,2026-11-20T{hour:02}:00:00Z,PT1H,ambient_dose_rate,{value},nSv/h\n"
        )
        own.ingest(f"{hour}-{value}.csv", text.encode())

    assert version(9) == ""
    bring(9, 100)
    bring(10, 100)
    nine, ten = version(9), version(10)
    assert nine.startswith("observations=")
    assert nine != ten
    bring(10, 120)
    assert version(9) == nine
    assert version(10) != ten
    found = get(own, "observations", datetime="2026-11-20T10:00:00Z").json["features"]
    assert [f["properties"]["value"] for f in found] == [120.0]
    assert [f["properties"]["revision"] for f in found] == [2]


def test_what_is_withheld_is_no_feature(
    open_house: Any, found: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from layers.model import Context, Network, Release, Station
    from layers.store import Writer

    folder = tmp_path_factory.mktemp("withheld") / "data"
    found(folder)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    writer = Writer(folder, Context.ROUTINE)
    writer.put_networks(
        [Network("hidden", "kz", "hidden", release=Release.PARTNER)], writer="test", at=at
    )
    writer.put_stations([Station("SECRET", "hidden", 70.0, 42.0)], writer="test", at=at)
    writer.close()
    house = open_house(folder, demo=False)
    rows = "".join(
        f"{code},2026-11-20T09:00:00Z,PT1H,ambient_dose_rate,123.456,nSv/h\n"
        for code in ("KZ1", "SECRET")
    )
    head = "station_code,time_start_utc,averaging,quantity,value,unit\n"
    house.ingest("a.csv", (head + rows).encode())
    answer = get(house, "observations")
    assert [f["properties"]["station_code"] for f in answer.json["features"]] == ["KZ1"]
    secret = "/ogcapi/collections/observations/items/ambient_dose_rate.20261120T090000Z.3600.SECRET"
    assert house.get(secret).status_code == 404
    for path in ("/ogcapi/collections", "/ogcapi/api", "/ogcapi/collections/observations"):
        assert "SECRET" not in house.get(path).text
        assert "hidden" not in house.get(path).text


def test_a_property_has_a_text_that_it_can_have(house: Any) -> None:
    path = "/ogcapi/collections/observations/items"
    refused = house.get(f"{path}?quantity=dose")
    assert refused.status_code == 400
    assert "ambient_dose_rate" in refused.json["detail"]
    plain = ids(house, "observations", begin_time="2026-11-20T10:00:00Z", limit=10_000)
    other = ids(house, "observations", begin_time="2026-11-20T15:00:00+05:00", limit=10_000)
    assert plain == other != []


def test_a_long_search_is_answered_in_parts(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from mapserver.services.ogcapi import observed_items

    wanted = ids(house, "observations", filter="value > 140", limit=10_000)
    monkeypatch.setattr(observed_items, "MOST_READ", 100)
    monkeypatch.setattr(observed_items, "LEAST_READ", 50)
    found, pages = [], 0
    document = get(house, "observations", filter="value > 140", limit=10).json
    while True:
        pages += 1
        found += [f["id"] for f in document["features"]]
        href = next_of(document)
        if href is None:
            break
        document = json.loads(house.get(href.removeprefix("http://localhost")).text)
    assert found == wanted
    assert pages > len(wanted) / 10 + 1
    refused = house.get("/ogcapi/collections/observations/items?offset=100000&limit=10")
    assert refused.status_code == 400
