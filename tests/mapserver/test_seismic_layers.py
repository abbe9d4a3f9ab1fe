"""What a query chooses of hazard and of an earthquake, over HTTP."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

TILE = "latest/static/6/44/23.png"


def pixels(house: Any, path: str) -> np.ndarray:
    answer = house.get(path)
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))


def test_a_query_asks_for_a_return_period_between_the_grids(house: Any) -> None:
    at_475 = pixels(house, f"/tiles/hazard/pga-475/{TILE}")
    same = pixels(house, f"/tiles/hazard/pga-475/{TILE}?return_period=475")
    rarer = pixels(house, f"/tiles/hazard/pga-475/{TILE}?return_period=5000")
    assert (at_475 == same).all()
    assert (at_475 != rarer).any()
    beyond = pixels(house, f"/tiles/hazard/pga-475/{TILE}?return_period=100000")
    assert (beyond[..., 3] == 0).all()


def test_a_query_asks_for_another_earthquake_or_a_stronger_one(house: Any) -> None:
    plain = pixels(house, f"/tiles/scenario/pga/{TILE}")
    seen = [plain]
    for query in (
        "magnitude=6.5",
        "rupture=fault:talas-fergana",
        "rupture=fault:talas-fergana&magnitude=6.5&at=70.4,42.7",
        "rupture=event:1902-12-16-andijan&vs30=250",
        "rupture=event:1902-12-16-andijan&vs30=250&model=chiou-youngs-2014",
    ):
        found = pixels(house, f"/tiles/scenario/pga/{TILE}?{query}")
        assert all((found != other).any() for other in seen), query
        seen.append(found)


def test_a_deeper_event_is_felt_less_strongly_at_its_epicentre(house: Any) -> None:
    # Of accelerations only Chiou and Youngs know the depth; intensity falls with it.
    plain, deep = (
        pixels(house, f"/tiles/scenario/msk/{TILE}{query}") for query in ("", "?depth=60")
    )
    assert (plain != deep).any()


def test_a_threshold_asks_for_the_chance_to_exceed_it(house: Any) -> None:
    default = pixels(house, f"/tiles/scenario/exceedance/{TILE}")
    assert (default == pixels(house, f"/tiles/scenario/exceedance/{TILE}?threshold=0.1")).all()
    rarer = pixels(house, f"/tiles/scenario/exceedance/{TILE}?threshold=0.5")
    assert (default != rarer).any()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/tiles/hazard/pga-475/{}?return_period=0", "1 to 1e8 years"),
        ("/tiles/hazard/pga-475/{}?return_period=often", "a number was expected"),
        ("/tiles/dose-rate/mean/latest/latest/6/44/23.png?return_period=475", "unknown query"),
        ("/tiles/hazard/pga-475/{}?magnitude=7", "unknown query"),
        ("/tiles/hazard/pga-475/{}?smooth=1", "means nothing"),
        ("/tiles/scenario/pga/{}?rupture=fault:nowhere", "there is no fault"),
        ("/tiles/scenario/pga/{}?rupture=volcano:1", "fault:ID or event:ID"),
        ("/tiles/scenario/pga/{}?magnitude=11", "magnitude of 11"),
        ("/tiles/scenario/pga/{}?magnitude=nan", "a number was expected"),
        ("/tiles/scenario/pga/{}?at=70", "lon,lat"),
        ("/tiles/scenario/pga/{}?at=70,95", "no position"),
        ("/tiles/scenario/pga/{}?vs30=5", "Vs30 of 5"),
        ("/tiles/scenario/pga/{}?model=guess", "no ground motion model"),
        ("/api/v1/point?lon=70&lat=42&layer=scenario&rupture=fault:nowhere", "there is no fault"),
        ("/api/v1/point?lon=70&lat=42&rupture=fault:nowhere", "name it by layer="),
        ("/api/v1/point?lon=70&lat=42&layer=dose-rate&rupture=fault:x", "it is no scenario"),
        ("/api/v1/point?lon=70&lat=42&layer=scenario&magnitude=11", "magnitude of 11"),
        ("/map.png?layer=dose-rate.mean&rupture=fault:talas-fergana", "no scenario is shown"),
        ("/map.png?layer=scenario.pga&rupture=fault:nowhere", "there is no fault"),
        ("/tiles/scenario/exceedance/{}?threshold=-1", "above 0 g"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(house: Any, path: str, told: str) -> None:
    answer = house.get(path.format(TILE))
    assert answer.status_code == 400, answer.text
    assert told in answer.json["detail"]


def test_a_click_tells_models_and_the_earthquake(house: Any) -> None:
    found = house.json("/api/v1/point?lon=69.3&lat=41.3")
    layers = {each["layer"]: each for each in found["layers"]}
    hazard = layers["hazard"]
    assert [v["return_period_y"] for v in hazard["values"]] == [475, 975, 2475, 10_000]
    assert hazard["models"][0]["status"] == "demonstration"
    assert hazard["notice"]
    scenario = layers["scenario"]
    assert {v["name"] for v in scenario["values"]} >= {"pga", "pga_p16", "pga_p84", "msk"}
    assert scenario["earthquake"]["id"] == "1946-11-02-chatkal"
    assert scenario["earthquake"]["assumed"]


def scenario_at(house: Any, query: str) -> dict[str, Any]:
    found = house.json(f"/api/v1/point?lon=72&lat=42{query}")
    return next(each for each in found["layers"] if each["layer"] == "scenario")


def test_a_click_answers_for_the_earthquake_that_is_chosen(house: Any) -> None:
    own = scenario_at(house, "")
    chosen = scenario_at(
        house, "&layer=scenario&rupture=fault:talas-fergana&magnitude=7.2&vs30=600"
    )
    assert chosen["earthquake"]["id"] == "talas-fergana"
    assert chosen["earthquake"]["names"]["ru"] == "Таласо-Ферганский разлом"
    assert chosen["earthquake"]["magnitude"] == 7.2
    assert chosen["earthquake"]["vs30_m_s"] == 600
    assert chosen["values"][0]["value"] != own["values"][0]["value"]
    other = scenario_at(
        house, "&layer=scenario&rupture=fault:talas-fergana&magnitude=7.2&model=chiou-youngs-2014"
    )
    assert other["earthquake"]["model_id"] == "chiou-youngs-2014"
    assert other["values"][0]["value"] != chosen["values"][0]["value"]


def test_values_under_a_click_of_wms_are_of_the_earthquake_on_the_map(house: Any) -> None:
    query = (
        "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS=scenario&STYLES=pga"
        "&QUERY_LAYERS=scenario&CRS=CRS:84&BBOX=71,41,73,43&WIDTH=200&HEIGHT=200&I=100&J=100"
        "&FORMAT=image/png&INFO_FORMAT=application/json&rupture=fault:talas-fergana&magnitude=7.2"
    )
    told = house.json(query)["features"][0]["properties"]
    at = scenario_at(house, "&layer=scenario&rupture=fault:talas-fergana&magnitude=7.2")["values"]
    assert "talas-fergana" in str(told)
    assert told["pga"] == pytest.approx(
        next(v["value"] for v in at if v["name"] == "pga"), rel=0.02
    )


def test_a_picture_of_a_link_shows_the_earthquake_of_the_link(house: Any) -> None:
    plain = pixels(house, "/map.png?layer=scenario.pga&width=400&height=300")
    chosen = pixels(
        house, "/map.png?layer=scenario.pga&width=400&height=300&rupture=fault:talas-fergana"
    )
    assert (plain != chosen).any()
