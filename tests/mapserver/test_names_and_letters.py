"""Names on maps in four languages: in pictures, in styles for MapLibre and QGIS, from one entry."""

import html
import io
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from layers.messages import LANGUAGES
from layers.render import glyphs, names

BOX = {
    "CRS": "EPSG:3857",
    "BBOX": "7514000,4700000,8514000,5500000",
    "WIDTH": "500",
    "HEIGHT": "400",
}
LAYER = "/styles/faults/default.json"


def rgba(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA")).astype(int)


def getmap(house: Any, **more: str) -> Any:
    words = {
        "SERVICE": "WMS", "VERSION": "1.3.0", "REQUEST": "GetMap", "LAYERS": "faults", "STYLES": "",
        "FORMAT": "image/png", "TRANSPARENT": "TRUE", **BOX, **more,
    }  # fmt: skip
    return house.get("/wms?" + "&".join(f"{k}={v}" for k, v in words.items()))


# Pictures


def test_a_map_has_names_in_the_language_that_is_asked_for(house: Any) -> None:
    shown = {language: rgba(getmap(house, LANGUAGE=language)) for language in LANGUAGES}
    for one in LANGUAGES:
        assert [other for other in LANGUAGES if (shown[one] == shown[other]).all()] == [one]
    np.testing.assert_array_equal(rgba(getmap(house)), shown["en"])
    tags = {getmap(house, LANGUAGE=each).headers["ETag"] for each in LANGUAGES}
    assert len(tags) == len(LANGUAGES)


def test_tiles_maps_and_wms_write_the_same_names(house: Any) -> None:
    tile, box = "6/23/45", "8140237.0,5009377.0,8766409.0,5635549.0"
    box = "8140237.764258130,5009377.085697311,8766409.899970295,5635549.221409474"
    square = {"BBOX": box, "WIDTH": "256", "HEIGHT": "256"}
    for language in ("en", "uz"):
        own = house.get(f"/tiles/faults/default/latest/latest/6/45/23.png?lang={language}")
        drawn = getmap(house, LANGUAGE=language, **square)
        np.testing.assert_array_equal(rgba(drawn), rgba(own))
        wmts = house.get(
            f"/wmts/faults/default/static/WebMercatorQuad/{tile}.png?LANGUAGE={language}"
        )
        assert wmts.data == own.data
        assert house.get(wmts.headers["Content-Location"]).data == own.data
        path = f"/ogcapi/collections/faults/map/tiles/WebMercatorQuad/{tile}"
        assert house.get(f"{path}?f=png&lang={language}").data == own.data
    plain = house.get("/tiles/faults/default/latest/latest/6/45/23.png")
    assert plain.data == house.get("/tiles/faults/default/latest/latest/6/45/23.png?lang=en").data


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/embed?lang={}", 400),
        ("/api/v1/summary?lang={}", 400),
        ("/map.png?width=200&height=200&lang={}", 400),
        ("/ogcapi?f=json&lang={}", 400),
        ("/wmts/1.0.0/WMTSCapabilities.xml?LANGUAGE={}", 400),
        ("/wmts/dose-rate/mean/current/WebMercatorQuad/6/23/44.png?LANGUAGE={}", 400),
        ("/wms?SERVICE=WMS&REQUEST=GetCapabilities&LANGUAGE={}", 200),
        ("/wms?REQUEST=GetLegendGraphic&LAYER=faults&LANGUAGE={}", 200),
        (
            "/wms?VERSION=1.3.0&REQUEST=GetMap&LAYERS=dose-rate&STYLES=&CRS=CRS:84&WIDTH=99"
            "&BBOX=60,38,72,47&HEIGHT=99&FORMAT=image/png&LANGUAGE={}",
            200,
        ),
    ],
)
def test_a_language_is_asked_for_in_one_way_everywhere(house: Any, path: str, status: int) -> None:
    """Case and region count for nothing; another language is an error, and English for nobody."""
    known, again = house.get(path.format("kk")), house.get(path.format("KK-kz"))
    assert known.status_code == again.status_code == 200
    assert known.headers.get("Content-Language") == again.headers.get("Content-Language")
    assert known.headers.get("Content-Language") in ("kk", None)
    for other in ("de", "kaz", "e"):
        refused = house.get(path.format(other))
        assert refused.status_code == status
        assert f'is "{other}"; one of kk, uz, ru, en was expected' in html.unescape(refused.text)


@pytest.mark.parametrize(
    "query",
    [
        "faults/default/latest/latest/6/45/23.png?lang=de",
        "dose-rate/mean/latest/latest/6/44/23.png?lang=ru",
    ],
)
def test_a_language_that_means_nothing_is_refused(house: Any, query: str) -> None:
    answer = house.get(f"/tiles/{query}")
    assert answer.status_code == 400
    assert "lang" in answer.json["detail"]


def test_the_language_of_titles_is_no_error_where_there_are_no_names(house: Any) -> None:
    for language in ("en", "ru"):
        assert getmap(house, LAYERS="dose-rate", LANGUAGE=language).mimetype == "image/png"


# Styles for MapLibre


def texts(document: Any) -> dict[str, Any]:
    return {each["id"]: each for each in document["layers"] if each["type"] == "symbol"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_style_for_maplibre_has_names_in_a_language_and_letters_from_here(
    house: Any, language: str
) -> None:
    found = house.json(f"{LAYER}?lang={language}")
    assert found["glyphs"] == "http://localhost/glyphs/{fontstack}/{range}.pbf"
    (name,) = texts(found).values()
    layout = name["layout"]
    assert layout["text-font"] == [glyphs.NAME]
    assert layout["text-field"][2] == ["to-string", ["get", f"name_{language}"]]
    assert layout["text-size"] == names.TEXT_PX
    assert name["paint"]["text-halo-width"] > 0
    shown = house.json("/tilejson/faults.json")["vector_layers"][0]["fields"]
    assert f"name_{language}" in shown


def test_what_tiles_write_stands_in_the_style(house: Any) -> None:
    assert set(texts(house.json("/styles/stations/default.json"))) == {
        "stations-name-point",
        "stations-value",
    }
    assert set(texts(house.json("/styles/seismic-zones/default.json"))) == {"seismic-zones-class"}
    (isolines,) = texts(house.json("/styles/dose-lines/mean.json")).values()
    assert isolines["layout"]["symbol-placement"] == "line"


def test_a_style_without_letters_names_none(house: Any) -> None:
    assert "glyphs" not in house.json("/styles/dose-rate/mean.json")
    assert "glyphs" not in house.json("/styles/earthquakes/default.json")


# Letters


def messages(body: bytes) -> list[tuple[int, Any]]:
    """Read the fields of a protobuf message: numbers, or bytes."""
    found, at = [], 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = body[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(body):
        key = number()
        if key & 7 == 2:
            size = number()
            found.append((key >> 3, body[at : at + size]))
            at += size
        else:
            found.append((key >> 3, number()))
    return found


def letters(house: Any, span: str) -> dict[int, dict[int, Any]]:
    answer = house.get(f"/glyphs/{glyphs.NAME}/{span}.pbf")
    assert answer.status_code == 200
    assert answer.mimetype == "application/x-protobuf"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    ((field, stack),) = messages(answer.data)
    assert field == 1
    told = messages(stack)
    assert told[:2] == [(1, glyphs.NAME.encode()), (2, span.encode())]
    read = [dict(messages(body)) for field, body in told if field == 3]
    return {each[1]: each for each in read}


def test_there_are_letters_of_all_four_languages(house: Any) -> None:
    found = letters(house, "0-255") | letters(house, "512-767") | letters(house, "1024-1279")
    assert set(map(ord, "Aspect 0.14 Әғқңөұүһі Ёж ʻʼ")) <= set(found)
    assert 0x7F not in found  # what the font lacks is left out, not drawn as a box
    for each in found.values():
        size = (each[3] + 6) * (each[4] + 6) if each[3] else 0
        assert len(each.get(2, b"")) == size
    assert found[ord(" ")][7] > 0


def test_a_letter_is_a_field_of_distances_to_its_outline(house: Any) -> None:
    letter = letters(house, "0-255")[ord("I")]
    wide, high = letter[3] + 6, letter[4] + 6
    field = np.frombuffer(letter[2], np.uint8).reshape(high, wide).astype(int)
    # A bar: above 191 within it, and 255 / 8 less for each pixel farther from it.
    middle = field[high // 2]
    assert middle.max() > 191 > middle[0]
    right = middle[int(middle.argmax()) :]
    steps = -np.diff(right[right < 191])
    assert np.allclose(steps, 255 / 8, atol=2)
    assert 15 <= letter[4] <= 20
    top = (letter[6] >> 1) ^ -(letter[6] & 1)
    assert -10 <= top <= -7


@pytest.mark.parametrize(
    "path",
    [
        "Arial/0-255.pbf",
        *(
            f"Inter SemiBold/{leaf}"
            for leaf in ("0-256.pbf", "1-256.pbf", "x", "65536-65791.pbf", "00-255.pbf")
        ),
    ],
)
def test_letters_that_there_are_not_are_no_letters(house: Any, path: str) -> None:
    answer = house.get(f"/glyphs/{path}")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_one_font_of_several_is_enough_and_a_range_may_be_empty(house: Any) -> None:
    both = house.get(f"/glyphs/Open Sans Regular,{glyphs.NAME}/0-255.pbf")
    assert both.data == house.get(f"/glyphs/{glyphs.NAME}/0-255.pbf").data
    assert letters(house, "19968-20223") == {}


# Styles for QGIS


def labels(house: Any, path: str) -> dict[str, ET.Element]:
    root = ET.fromstring(house.get(path).data)
    assert root.get("labelsEnabled") == str(int(root.find("labeling") is not None))
    rules = root.findall("labeling/rules/rule")
    return {str(each.get("key")): each for each in rules}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_style_for_qgis_has_names_in_a_language(house: Any, language: str) -> None:
    found = labels(house, f"/files/faults/latest/static.qml?lang={language}")
    style = found["name"].find("settings/text-style")
    assert style is not None
    assert f"attribute('name_{language}')" in str(style.get("fieldName"))
    assert style.find("text-buffer") is not None


def test_a_style_for_qgis_has_what_tiles_write(house: Any) -> None:
    assert set(labels(house, "/files/stations/latest/latest.qml")) == {"value", "name"}
    for style in ("default", "outline"):
        path = f"/files/seismic-zones/latest/static.qml?style={style}"
        assert set(labels(house, path)) == {"class"}
    assert set(labels(house, "/files/dose-lines/latest/latest.qml")) == {"value"}
    assert labels(house, "/files/earthquakes/latest/static.qml") == {}
    assert house.get("/files/faults/latest/static.qml?lang=de").status_code == 400
