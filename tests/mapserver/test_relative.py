"""What is relative to the usual, on every face: the same ratio, and that it is one."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from layers import messages
from mapserver.documents import page_config

LAYER = "dose-rate-relative"
RATIO = "ambient_dose_rate_relative"
HERE = (69.3, 41.3)
FAR = "2026-11-20T11:00:00Z"


def of_point(house: Any, lon: float, lat: float, **query: Any) -> dict[str, Any]:
    words = "".join(f"&{key}={value}" for key, value in query.items())
    layers = house.json(f"/api/v1/point?lon={lon}&lat={lat}{words}")["layers"]
    return next(each for each in layers if each["layer"] == LAYER)


def config(house: Any, language: str = "en") -> dict[str, Any]:
    text = house.get(f"/{language}").text
    block = text[text.index('id="map-config"') :]
    found: dict[str, Any] = json.loads(block[block.index("{") : block.index("</script>")])
    return found


def test_a_click_tells_the_ratio_with_its_interval_and_the_chance_above_a_multiple(house):
    found = of_point(house, *HERE)
    assert found["known"]
    assert found["notice"] == "simulated"
    said = {each["name"]: each for each in found["values"]}
    assert {said[name]["unit"] for name in ("mean", "median", "sd", "p05", "p95")} == {"times"}
    assert 0.8 < said["p05"]["value"] < said["mean"]["value"] < said["p95"]["value"] < 1.4
    assert said["p95"]["value"] - said["p05"]["value"] < 0.2
    assert (said["exceedance"]["unit"], found["threshold"]) == ("1", 1.5)
    assert said["exceedance"]["value"] < 0.01
    assert found["source"]["relative_to"] == "own-normal"
    assert found["source"]["usual_of"] == "2026-10-21T00:00:00Z/2026-11-20T00:00:00Z"
    low = of_point(house, *HERE, layer=LAYER, threshold=0.5)
    assert next(v for v in low["values"] if v["name"] == "exceedance")["value"] > 0.99


def test_what_is_usual_is_what_the_card_of_a_station_says(house):
    """The median of all hours and that of every seventh differ by what an hour counts."""
    surface = house.site.store.surface(LAYER)
    code = next(s.code for s in house.site.store.stations(house.site.audience, house.site.now()))
    told = house.json(f"/api/v1/usual?layer=stations&station={code}&time={FAR}")
    assert told["usual"] is None, "two days of hours are not stored"
    assert surface.quantity == RATIO
    assert surface.tags["stations"] >= 90


def test_every_face_tells_the_same_number_as_one_of_its_own_kind(house):
    lon, lat = HERE
    mean = next(v["value"] for v in of_point(house, lon, lat)["values"] if v["name"] == "mean")
    edr = house.json(f"/ogcapi/collections/{LAYER}/position?coords=POINT({lon} {lat})")
    assert edr["ranges"][RATIO]["values"] == [mean]
    parameter = edr["parameters"][RATIO]
    assert parameter["unit"]["symbol"]["value"] == "1"
    assert parameter["unit"]["label"]["en"] == "times what is usual for the place"
    assert parameter["observedProperty"]["label"]["en"].startswith("Dose rate, times")
    where = parameter["observedProperty"]["id"]
    page, _, term = where.partition("#")
    answer = house.get(page.removeprefix("http://localhost"))
    assert answer.status_code == 200
    assert f'id="{term}"' in answer.text
    info = house.get(
        "/wms?service=WMS&version=1.3.0&request=GetFeatureInfo&info_format=application/json"
        f"&layers={LAYER}&query_layers={LAYER}&styles=mean&crs=CRS:84&format=image/png"
        f"&bbox={lon - 1},{lat - 1},{lon + 1},{lat + 1}&width=101&height=101&i=50&j=50"
    )
    assert info.json["features"][0]["properties"]["mean"] == pytest.approx(mean, rel=0.02)
    body = house.get(f"/files/{LAYER}/latest/{LAYER}.tif")
    if body.status_code != 200:
        body = house.get(f"/files/{LAYER}/latest/latest.tif")
    with rasterio.open(io.BytesIO(body.data)) as dataset:
        assert dataset.descriptions[:2] == ("mean", "sd")
        assert dataset.units[:2] == ("times", "times")
        assert "exceedance_1.5" in dataset.descriptions
        assert dataset.tags()["context"] == "simulated"
        assert dataset.tags()["relative_to"] == "own-normal"
        cells = dataset.read(1)
    assert np.nanmin(np.abs(cells - np.float32(mean))) == 0


def test_a_tile_shows_the_class_of_the_usual_as_the_legend_names_it(house):
    tilejson = house.json(f"/tilejson/{LAYER}.json?style=mean")
    assert tilejson["unit"] == "times"
    assert tilejson["notice"] == "simulated"
    (usual,) = [each for each in tilejson["legend"] if each["low"] == 0.9]
    assert usual["high"] == 1.1
    for language in messages.LANGUAGES:
        layer = next(each for each in config(house, language)["layers"] if each["id"] == LAYER)
        assert layer["mode_of"] == "dose-rate"
        classes = layer["styles"][0]["classes"]
        words = [each["words"] for each in classes]
        assert len(set(words)) == 9
        assert words[3] == messages.text("class.relative.3", language)
        assert classes[3]["colour"] == usual["colour"]


def test_the_map_is_drawn_as_a_picture_with_its_legend_and_threshold(house):
    for words in (f"layer={LAYER}.mean", f"layer={LAYER}.exceedance&threshold=1.25&lang=ru"):
        answer = house.get(f"/map.png?{words}&width=700&height=500")
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "image/png"
    assert page_config.value_text(1.25, "times", "en") == "1.25\u00a0× usual"
    assert page_config.value_text(1.25, "times", "ru") == "1,25\u00a0× обычного"


def test_a_short_past_is_no_normal_and_every_face_says_so(
    open_house: Callable[..., Any], tmp_path: Path
) -> None:
    young = open_house(tmp_path / "data", lambda keeper: None)
    entry = next(each for each in young.json("/current.json")["layers"] if each["id"] == LAYER)
    assert entry["times"] == []
    assert len(young.json("/tilejson/dose-rate.json")["times"]) == 1
    found = of_point(young, *HERE)
    assert (found["known"], found["reason"]) == (False, "no_normal")
    for language in messages.LANGUAGES:
        assert messages.text("reason.no_normal", language)
        assert young.get(f"/{language}/layers/{LAYER}").status_code == 200
    assert young.get(f"/tiles/{LAYER}/mean/latest/latest/5/22/11.png").status_code == 404
    assert young.idle(), "what cannot be known is not tried again and again"
