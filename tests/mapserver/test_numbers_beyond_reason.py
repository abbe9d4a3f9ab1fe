"""Times, numbers and shapes that nothing can be reckoned with are refused; none is a failure."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

HISTORY = "layer=stations&station={code}"
ITEMS = "/ogcapi/collections/observations/items"
DOSE = "/ogcapi/collections/dose-rate"
STA = "/sta/v1.1"


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


REFUSED = [
    f"/api/v1/series?{HISTORY}&end=0001-01-01T00:00:00Z",
    f"/api/v1/usual?{HISTORY}&time=0001-01-01T00:00:00Z",
    f"/api/v1/usual?{HISTORY}&time=9999-12-31T23:00:00Z",
    "/map.png?time=9999-12-31T23:00:00Z",
    "/tiles/stations/value/latest/9999-12-31T23:00:00Z/6/44/23.png",
    "/ogcapi/collections/earthquakes/map?width=10&datetime=../9999-12-31T23:59:59.999999Z",
    f"{ITEMS}?token={packed(json.dumps([[10**30, 'a', 'b', 1, 1], None]))}",
    f"{STA}/Things?$filter=substring(name,1e400) eq 'a'",
    f"{STA}/Things?$filter=substring(name,1e308 mul 1e308) eq 'a'",
    f"{STA}/Things?$filter=geo.length(geography'CIRCULARSTRING(0 0,1 1,2 0)') gt 1",
    f"{STA}/Observations?$skiptoken={packed('[' * 2500)}",
    f"{DOSE}/map?bbox=0,0,1e-320,1&width=10",
    f"{DOSE}/position?coords=CIRCULARSTRING(0 0,1 1,2 0)",
    f"{DOSE}/area?coords=CURVEPOLYGON(CIRCULARSTRING(60 40,61 41,62 40,61 39,60 40))",
    "/ogcapi/collections/faults/items?bbox=-1.7e308,-1.7e308,1.7e308,1.7e308&bbox-crs="
    "http://www.opengis.net/def/crs/EPSG/0/3857",
]


@pytest.mark.parametrize("path", REFUSED)
def test_what_cannot_be_reckoned_with_is_refused(house: Any, path: str) -> None:
    code = house.site.store.stations(house.site.audience, house.site.now())[0].code
    answer = house.get(quote(path.format(code=code), safe="/?&=$'(),:+%"))
    assert answer.status_code in (400, 404), answer.text


def test_digits_of_other_scripts_are_no_id(house: Any) -> None:
    assert house.get(f"{ITEMS}/ambient_dose_rate.20261120T090000Z.%C2%B2.a").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"sites": "\ud800"},
        {"\ud800": 1, "sites": {}},
        {"thermal_mw": 10**400},
        {"weights": {"slope": 10**400}},
    ],
)
def test_a_posted_question_of_strange_letters_and_numbers_is_refused(house: Any, body: Any) -> None:
    point = {"type": "Point", "coordinates": [69.0, 41.0]}
    feature = {"type": "Feature", "properties": {}, "geometry": point}
    sent = {"sites": {"type": "FeatureCollection", "features": [feature]}} | body
    answer = house.client.post("/api/v1/screening", data=json.dumps(sent))
    assert answer.status_code == 400, answer.text


def test_a_fixed_address_has_one_spelling_of_its_time(house: Any) -> None:
    path = house.json("/tilejson/dose-rate.json")["tiles"][0].removeprefix("http://localhost")
    path = path.format(z=6, x=44, y=23)
    assert house.get(path).status_code == 200
    other = path.replace("2026-11-20T11:00:00Z", "20261120T11Z")
    assert other != path
    answer = house.get(other)
    assert answer.status_code == 400
    assert "2026-11-20T11:00:00Z" in answer.json["detail"]


def test_what_the_catalogue_may_change_is_asked_for_again(house: Any) -> None:
    layers = {each["id"]: each["times"] for each in house.json("/current.json")["layers"]}
    newest = layers["stations"][-1]
    for suffix in ("qml", "geojson"):
        path = f"/files/stations/{newest['data']}/{newest['time']}.{suffix}"
        answer = house.get(path)
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["Cache-Control"]
        assert house.get(path.replace(newest["data"], "abcdef")).status_code in (404, 410)
    newest = layers["dose-rate"][-1]
    path = f"/files/dose-rate/abcdef/{newest['time']}.qml"
    assert house.get(path).status_code in (404, 410)


def test_an_answer_with_two_conditions_is_what_its_header_says(house: Any) -> None:
    path = "/files/stations/latest/latest.geojson"
    tag = house.get(path, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    answer = house.get(
        path, headers={"Accept-Encoding": "gzip", "If-None-Match": tag, "If-Match": '"other"'}
    )
    packed_said = answer.headers.get("Content-Encoding") == "gzip"
    assert not answer.data or packed_said == answer.data.startswith(b"\x1f\x8b")


def test_a_picture_that_is_known_is_not_drawn_again(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = house.get("/map.png?width=400&height=300&legend=0").headers["ETag"]
    drawn: list[int] = []
    monkeypatch.setattr(type(house.site.plates), "draw", lambda *_: drawn.append(1))
    again = house.get("/map.png?width=400&height=300&legend=0", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert not drawn


def test_a_link_of_any_zoom_of_the_page_has_a_picture(house: Any) -> None:
    path = "/map.png?width=400&height=300&legend=0&map={}/41.3/69.3"
    assert house.get(path.format(22)).status_code == 200
    assert house.get(path.format(23)).status_code == 400
