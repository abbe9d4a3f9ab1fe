"""The page of every layer as a client meets it."""

import gzip
import re
from html import unescape
from typing import Any

import pytest
from markupsafe import escape

from layers import messages
from layers.files import offered

SIMULATED = "context.simulated"
PATH = "/en/layers/dose-rate"


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_layer_has_a_page_in_every_language(house: Any, layer_id: str, language: str) -> None:
    answer = house.get(f"/{language}/layers/{layer_id}")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert answer.headers["Content-Language"] == language
    layer = house.site.catalog.layers[layer_id]
    assert layer.titles.get(language, layer.title) in answer.text
    abstract = layer.abstracts.get(language, layer.abstract)
    assert str(escape(abstract)) in answer.text
    measured = layer.quantity is not None
    assert (messages.text(SIMULATED, language) in answer.text) is measured
    for suffix in offered(layer):
        assert f'.{suffix}"' in answer.text
    assert bool(offered(layer)) is ("/files/" in answer.text)


def test_every_link_of_a_page_is_answered(house: Any, layer_id: str) -> None:
    text = house.get(f"/kk/layers/{layer_id}").text
    links = {unescape(link).partition("#")[0] for link in re.findall(r'href="([^"]+)"', text)}
    assert len(links) > 6
    for link in links:
        assert house.get(link).status_code == 200, link


def test_a_page_is_asked_for_again_and_not_sent_twice(house: Any) -> None:
    first = house.get(PATH)
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]
    tag = first.headers["ETag"]
    again = house.get(PATH, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    packed = house.get(PATH, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == first.data
    assert len(packed.data) < 7_000
    head = house.client.head(PATH)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == tag


@pytest.mark.parametrize(("wish", "language"), [("kk-KZ,ru;q=0.5", "kk"), ("de", "en")])
def test_without_a_language_the_browser_chooses(house: Any, wish: str, language: str) -> None:
    answer = house.get("/layers/dose-rate", headers={"Accept-Language": wish})
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.data == house.get(f"/{language}/layers/dose-rate").data
    assert "Accept-Language" not in house.get(PATH).headers["Vary"]


def test_the_report_of_the_page_is_that_of_the_surface(house: Any) -> None:
    info = house.site.store.surface("dose-rate")
    text = house.get(PATH).text
    assert info.token in text
    assert f"{info.tags['left_one_out']['crps']:.3g}" in text
    assert messages.text(f"about.mode.{info.tags['mode']}", "en").partition("{")[0] in text


def test_an_hour_has_a_page_of_its_own(house: Any) -> None:
    hour = "2026-11-20T09:00:00Z"
    infos = {info.valid_time.hour: info for info in house.site.store.surfaces("dose-rate")}
    earlier = house.get(f"{PATH}?time={hour}").text
    assert f"/files/dose-rate/{infos[9].token}/{hour}.tif" in earlier
    assert infos[11].token not in earlier
    same = house.get(f"{PATH}?time=2026-11-20T14:00:00%2B05:00")
    assert same.text == earlier
    stations = house.get(f"/en/layers/stations?time={hour}").text
    assert f"{hour}.geojson" in stations
    assert house.get(f"{PATH}?time=latest").data == house.get(PATH).data


@pytest.mark.parametrize("layer", ["dose-rate", "stations", "earthquakes", "basemap"])
def test_a_layer_that_has_nothing_yet_has_a_page(own: Any, layer: str) -> None:
    for language in messages.LANGUAGES:
        answer = own.get(f"/{language}/layers/{layer}")
        assert answer.status_code == 200, answer.text
        assert messages.text(SIMULATED, language) not in answer.text
        if layer == "dose-rate":
            assert messages.text("about.no_surface", language) in answer.text
    if layer in ("dose-rate", "stations"):
        assert own.get(f"/en/layers/{layer}?time=2026-11-20T09:00:00Z").status_code == 404
