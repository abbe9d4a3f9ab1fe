"""Features: pages, boxes, times, systems and filters, against what a plain look at them gives."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyproj
import pytest
import shapely
from shapely.geometry import shape

from tests.mapserver.ogcapi.test_common import local

ITEMS = "/ogcapi/collections/{}/items"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"


def get(house: Any, collection: str, **query: Any) -> Any:
    names = {key.replace("-", "_"): key for key in ("bbox-crs", "filter-lang", "filter-crs")}
    words = {names.get(key, key): value for key, value in query.items()}
    answer = house.get(ITEMS.format(collection), query_string=words)
    assert answer.status_code == 200, answer.text
    return answer


def ids(house: Any, collection: str, **query: Any) -> list[str]:
    return [each["id"] for each in get(house, collection, **query).json["features"]]


def all_of(house: Any, collection: str) -> dict[str, Any]:
    found = get(house, collection, limit=10_000).json
    return {each["id"]: each for each in found["features"]}


def next_of(document: Any) -> str | None:
    found = [each["href"] for each in document["links"] if each["rel"] == "next"]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("stations", {"limit": "7"}),
        ("stations", {"limit": "10", "country": "KZ", "lang": "ru", "f": "json"}),
        ("stations", {"limit": "9", "bbox": "60,40,80,50", "crs": EPSG.format(3857)}),
        ("stations", {"limit": "10", "datetime": "2026-11-20T10:00:00Z"}),
        ("earthquakes", {"limit": "5", "filter": "magnitude >= 6.5 AND depth_km < 40"}),
        ("seismic-zones", {"limit": "3"}),
        ("dose-lines", {"limit": "1"}),
        ("observations", {"limit": "20", "quantity": "pm2_5"}),
        ("observations", {"limit": "80", "filter": "value > 120"}),
    ],
)
def test_following_next_gives_every_feature_once_and_keeps_every_key(
    house: Any, collection: str, query: dict[str, str]
) -> None:
    whole = get(house, collection, **{**query, "limit": "10000"}).json
    assert next_of(whole) is None
    found: list[Any] = []
    path: str | None = f"{ITEMS.format(collection)}"
    document = get(house, collection, **query).json
    pages = 0
    while True:
        pages += 1
        assert len(document["features"]) == document["numberReturned"] <= int(query["limit"])
        assert document.get("numberMatched") == whole.get("numberMatched")
        found += document["features"]
        path = next_of(document)
        if path is None:
            break
        kept = {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()}
        assert {k: v for k, v in kept.items() if k != "token"} == query
        document = house.json(local(path))
    assert found == whole["features"]
    assert pages > 1
    assert len({each["id"] for each in found}) == len(found)


@pytest.mark.parametrize(
    ("sortby", "key"),
    [
        ("magnitude", lambda p: (p["magnitude"],)),
        ("-magnitude", lambda p: (-p["magnitude"],)),
        ("+depth_km,-magnitude", lambda p: (p.get("depth_km") or 1e9, -p["magnitude"])),
        ("-depth_km", lambda p: (-p["depth_km"] if p.get("depth_km") is not None else 1e9,)),
        ("place", lambda p: (p["place"],)),
        ("-id", None),
    ],
)
@pytest.mark.parametrize("limit", ["7", "10000"])
def test_features_are_sorted_as_they_are_asked_for(
    house: Any, sortby: str, key: Any, limit: str
) -> None:
    whole = all_of(house, "earthquakes")
    ordered = sorted(whole, reverse=key is None)
    if key is not None:
        ordered.sort(key=lambda each: key(whole[each]["properties"]))
    found: list[str] = []
    document = get(house, "earthquakes", sortby=sortby, limit=limit).json
    while True:
        found += [each["id"] for each in document["features"]]
        assert document["numberMatched"] == len(whole)
        href = next_of(document)
        if href is None:
            break
        assert "sortby=" in href
        document = house.json(local(href))
    assert found == ordered


def test_a_filter_and_an_offset_go_with_an_order(house: Any) -> None:
    chosen = get(
        house, "earthquakes", sortby="-magnitude", filter="magnitude >= 7", offset="2", limit="3"
    ).json["features"]
    every = [each["properties"]["magnitude"] for each in all_of(house, "earthquakes").values()]
    expected = sorted((m for m in every if m >= 7), reverse=True)[2:5]
    assert [each["properties"]["magnitude"] for each in chosen] == expected


@pytest.mark.parametrize(
    ("collection", "sortby", "said"),
    [
        ("earthquakes", "magnitud", 'did you mean "magnitude"'),
        ("earthquakes", "", "sortby names"),
        ("earthquakes", "magnitude;id", "sortby names"),
        ("observations", "value", "unknown query parameter"),
    ],
)
def test_what_cannot_be_sorted_by_is_refused(
    house: Any, collection: str, sortby: str, said: str
) -> None:
    answer = house.get(ITEMS.format(collection), query_string={"sortby": sortby})
    assert answer.status_code == 400
    assert said in answer.json["detail"]


def test_an_offset_passes_over_features_and_next_goes_on_from_there(house: Any) -> None:
    everything = ids(house, "stations", limit=1_000)
    found = get(house, "stations", limit=5, offset=10).json
    assert [each["id"] for each in found["features"]] == everything[10:15]
    following = house.json(local(str(next_of(found))))
    assert [each["id"] for each in following["features"]] == everything[15:20]
    assert ids(house, "stations", offset=100_000) == []
    observed = ids(house, "observations", limit=1_000)
    assert ids(house, "observations", limit=20, offset=30) == observed[30:50]


def test_a_limit_that_is_too_large_is_cut_and_one_that_is_none_refused(house: Any) -> None:
    for many in (10_001, 1_000_000, 10**30):
        assert len(ids(house, "stations", limit=many)) == 96
    for text in ("0", "-1", "ten", "1.5", "", "９"):
        assert house.get(ITEMS.format("stations"), query_string={"limit": text}).status_code == 400


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"bbox": "1,2,3"}, "four"),
        ({"bbox": "1,2,3,x"}, "number"),
        ({"bbox": "1,5,3,4"}, "south"),
        ({"bbox": "1,2,3,400"}, "latitudes"),
        ({"bbox": "600,2,700,4"}, "longitudes"),
        ({"bbox": "5,2,3,4", "bbox-crs": EPSG.format(3857)}, "east of the east"),
        ({"bbox-crs": CRS84}, "without bbox"),
        ({"bbox": "1,2,3,4", "bbox-crs": EPSG.format(2000)}, "not offered"),
        ({"crs": "EPSG"}, "not offered"),
        ({"datetime": "yesterday"}, "RFC 3339"),
        ({"datetime": "2026-11-20"}, "date"),
        ({"datetime": "2026-11-20T09:00:00Z/2026-11-19T09:00:00Z"}, "ends before"),
        ({"filter": "value >"}, "filter"),
        ({"filter": "nothing = 1"}, 'no property "nothing"'),
        ({"filter": "{}", "filter-lang": "cql2-json"}, "filter"),
        ({"filter": "value > 1", "filter-lang": "cql"}, "filter-lang"),
        ({"value": "much"}, "number"),
        ({"begin_time": "noon"}, "RFC 3339"),
        ({"nothing": "1"}, "unknown query parameter"),
        ({"token": "!!!"}, "token"),
        ({"token": "WzFd"}, "token"),
        ({"token": "W1sxLCJhIl0sbnVsbF0"}, "another collection"),
        ({"offset": "-1"}, "whole number"),
        ({"offset": "10000001"}, "passed over"),
    ],
)
def test_a_key_that_cannot_be_answered_is_refused(
    house: Any, query: dict[str, str], said: str
) -> None:
    answer = house.get(ITEMS.format("stations"), query_string=query)
    assert answer.status_code == 400, answer.text
    assert answer.mimetype == "application/problem+json"
    assert said in answer.json["detail"]


@pytest.mark.parametrize("collection", ["stations", "seismic-zones", "faults", "earthquakes"])
@pytest.mark.parametrize(
    "bbox",
    ["60,38,70,44", "69.28,41.3,69.29,41.32", "170,10,-170,20", "0,0,1,1", "-180,-90,180,90"],
)
def test_a_box_holds_the_features_that_touch_it(house: Any, collection: str, bbox: str) -> None:
    west, south, east, north = map(float, bbox.split(","))
    areas = (
        [shapely.box(west, south, east, north)]
        if west < east
        else [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    )
    wanted = [
        name
        for name, feature in all_of(house, collection).items()
        if any(area.intersects(shape(feature["geometry"])) for area in areas)
    ]
    assert ids(house, collection, bbox=bbox, limit=10_000) == wanted
    west_south, east_north = bbox.split(",")[:2], bbox.split(",")[2:]
    with_heights = ",".join([*west_south, "-100", *east_north, "9000"])
    assert ids(house, collection, bbox=with_heights, limit=10_000) == wanted
    polygon = "S_INTERSECTS(geometry, BBOX({},{},{},{}))".format(*bbox.split(","))
    if west < east:
        assert ids(house, collection, filter=polygon, limit=10_000) == wanted


@pytest.mark.parametrize("number", [3857, 4326, 32642, 28412])
def test_coordinates_are_in_the_system_that_is_asked_for_in_its_own_axis_order(
    house: Any, number: int
) -> None:
    there = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{number}", always_xy=False)
    degrees = all_of(house, "stations")
    answer = get(house, "stations", crs=EPSG.format(number), limit=10_000)
    assert answer.headers["Content-Crs"] == f"<{EPSG.format(number)}>"
    assert answer.json["numberReturned"] == len(degrees)
    tolerance = 1e-6 if number == 4326 else 0.2  # a place is told to 0.1 m
    for feature in answer.json["features"]:
        wanted = there.transform(*degrees[feature["id"]]["geometry"]["coordinates"])
        assert feature["geometry"]["coordinates"] == pytest.approx(wanted, abs=tolerance)
    first = answer.json["features"][0]
    alone = house.get(f"{ITEMS.format('stations')}/{first['id']}?crs={EPSG.format(number)}")
    assert alone.json["geometry"] == first["geometry"]
    assert alone.headers["Content-Crs"] == answer.headers["Content-Crs"]
    # What comes back as a box in that order holds the place it is of.
    a, b = first["geometry"]["coordinates"]
    step = 1e-5 if number == 4326 else 1.0
    box = f"{a - step},{b - step},{a + step},{b + step}"
    assert ids(house, "stations", bbox=box, bbox_crs=EPSG.format(number)) == [first["id"]]
    area = f"S_INTERSECTS(geometry, BBOX({box}))"
    assert ids(house, "stations", filter=area, filter_crs=EPSG.format(number)) == [first["id"]]


@pytest.mark.parametrize(
    "spelling", [CRS84, "http://www.opengis.net/def/crs/EPSG/0/4326", "[EPSG:4326]", "EPSG:4326"]
)
def test_systems_are_named_by_uri_or_curie(house: Any, spelling: str) -> None:
    assert len(ids(house, "stations", crs=spelling)) == 96


def test_an_hour_is_the_newest_within_the_period_and_never_another(house: Any) -> None:
    def hour(**query: str) -> tuple[str | None, int]:
        answer = get(house, "stations", limit=1_000, **query)
        told = answer.headers.get("X-Data-Time")
        assert (told is None) == ("time" not in answer.json)
        return answer.json.get("time"), answer.json["numberMatched"]

    newest, earlier = "2026-11-20T11:00:00Z", "2026-11-20T10:00:00Z"
    assert hour() == (newest, 96)
    assert hour(datetime=newest) == (newest, 96)
    assert hour(datetime=earlier) == (earlier, 96)
    assert hour(datetime=f"../{earlier}") == (earlier, 96)
    assert hour(datetime="2026-11-20T00:00:00Z/2026-11-20T10:59:59Z") == (earlier, 96)
    assert hour(datetime=f"{earlier}/..") == (newest, 96)
    for missing in ("1901-01-01T00:00:00Z", "2026-11-20T10:30:00Z", "2030-01-01T00:00:00Z/.."):
        assert hour(datetime=missing) == (None, 0)
    found = get(house, "stations", datetime=earlier, limit=1).json["features"][0]
    assert found["properties"]["begin_time"] == earlier
    item = f"{ITEMS.format('stations')}/{found['id']}"
    assert house.json(f"{item}?datetime={earlier}")["properties"] == found["properties"]
    assert house.get(f"{item}?datetime=1901-01-01T00:00:00Z").status_code == 404


def test_events_are_those_within_the_period(house: Any) -> None:
    events = all_of(house, "earthquakes")
    begin, end = "1950-01-01T00:00:00Z", "1990-01-01T00:00:00Z"
    wanted = [i for i, e in events.items() if begin <= e["properties"]["time"] <= end]
    assert 0 < len(wanted) < len(events)
    assert ids(house, "earthquakes", datetime=f"{begin}/{end}", limit=1_000) == wanted
    one = events[wanted[0]]["properties"]["time"]
    assert wanted[0] in ids(house, "earthquakes", datetime=one)
    interval = house.json("/ogcapi/collections/earthquakes")["extent"]["temporal"]["interval"][0]
    times = sorted(e["properties"]["time"] for e in events.values())
    assert interval == [times[0], times[-1]]
    # What has no times does not look at it.
    zones = ids(house, "seismic-zones", datetime="1901-01-01T00:00:00Z")
    assert zones == list(all_of(house, "seismic-zones"))


@pytest.mark.parametrize(
    ("collection", "text", "holds"),
    [
        ("stations", "value > 120", lambda p: p["value"] is not None and p["value"] > 120),
        ("stations", "value IS NULL", lambda p: p["value"] is None),
        ("stations", "NOT value <= 120", lambda p: p["value"] is not None and p["value"] > 120),
        ("stations", "country = 'UZ' AND status <> 'missing'",
         lambda p: p["country"] == "UZ" and p["status"] != "missing"),
        ("stations", "CASEI(name_en) LIKE CASEI('%ta%')", lambda p: "ta" in p["name_en"].lower()),
        ("stations", "name_ru IN ('Алматы', 'Астана')",
         lambda p: p["name_ru"] in ("Алматы", "Астана")),
        ("stations", "T_AFTER(received_at, TIMESTAMP('2030-01-01T00:00:00Z'))", lambda p: False),
        ("earthquakes", "magnitude BETWEEN 6.5 AND 7", lambda p: 6.5 <= p["magnitude"] <= 7),
        ("earthquakes", "time < DATE('1950-01-01')", lambda p: p["time"] < "1950"),
        ("seismic-zones", "msk >= 9", lambda p: p["msk"] >= 9),
    ],
)  # fmt: skip
def test_a_filter_chooses_what_it_says_as_text_and_as_json(
    house: Any, collection: str, text: str, holds: Any
) -> None:
    from layers.filtering import parse

    wanted = [i for i, e in all_of(house, collection).items() if holds(e["properties"])]
    assert ids(house, collection, filter=text, limit=1_000) == wanted
    tree = json.dumps(parse(text))
    assert ids(house, collection, filter=tree, filter_lang="cql2-json", limit=1_000) == wanted
    if "RECEIVED" not in text.upper():
        assert 0 < len(wanted) < len(all_of(house, collection))


def test_keys_are_joined_by_and(house: Any) -> None:
    wanted = [
        i
        for i, e in all_of(house, "stations").items()
        if e["properties"]["country"] == "KZ"
        and (e["properties"]["value"] or 0) > 100
        and e["geometry"]["coordinates"][0] > 70
    ]
    query = {"country": "KZ", "filter": "value > 100", "bbox": "70.0000001,-90,180,90"}
    assert ids(house, "stations", limit=1_000, **query) == wanted
    assert wanted


def test_an_answer_has_its_time_and_a_tag_that_does_not_hang_on_it(house: Any) -> None:
    answer = get(house, "stations", limit=3)
    assert answer.json["timeStamp"] == "2026-11-20T12:20:00Z"
    assert answer.headers["ETag"].startswith('W/"')
    other = get(house, "stations", limit=3, datetime="2026-11-20T10:00:00Z")
    assert other.headers["ETag"] != answer.headers["ETag"]
    assert answer.json["context"] == "simulated"
    assert answer.json["notice"] == "simulated"


def test_an_id_with_slashes_is_an_address(house: Any) -> None:
    found = all_of(house, "dose-lines")
    name = next(iter(found))
    assert "/" in name
    for path in (name, name.replace("/", "%2F"), f"{name}/"):
        answer = house.get(f"{ITEMS.format('dose-lines')}/{path}")
        assert answer.json["geometry"] == found[name]["geometry"]
    assert house.get(f"{ITEMS.format('stations')}/NOWHERE").status_code == 404
    refused = house.get(f"{ITEMS.format('stations')}/KZALA?limit=1")
    assert refused.status_code == 400


def test_schemas_tell_roles_units_and_times(house: Any) -> None:
    stations = house.json("/ogcapi/collections/stations/schema")
    assert stations["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert stations["$id"] == "http://localhost/ogcapi/collections/stations/schema"
    told = stations["properties"]
    assert told["geometry"] == {
        "x-ogc-role": "primary-geometry",
        "format": "geometry-point",
        "title": "geometry",
    }
    assert told["begin_time"]["format"] == "date-time"
    assert told["begin_time"]["x-ogc-role"] == "primary-instant"
    assert told["value"]["x-ogc-unit"] == told["sd"]["x-ogc-unit"] == "nSv/h"
    assert told["reasons"]["type"] == "array"
    queryables = house.json("/ogcapi/collections/stations/queryables")
    assert "reasons" not in queryables["properties"]
    assert queryables["properties"]["id"]["x-ogc-role"] == "id"
    assert queryables["additionalProperties"] is False
    zones = house.json("/ogcapi/collections/seismic-zones/queryables")["properties"]
    assert zones["geometry"]["format"] in ("geometry-polygon", "geometry-any")
