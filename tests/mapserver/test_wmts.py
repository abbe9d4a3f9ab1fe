"""WMTS 1.0.0 by keys and by addresses: the tiles of every layer, their times, values, legends."""

import io
import json
import urllib.parse
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from layers.errors import BadExtentError
from layers.geo import Window, tile_matrix_set
from layers.kinds import is_timed
from layers.views import QUADS, projection
from tests import schemas
from tests.mapserver.conftest import hours_of

WMTS, OWS = "{http://www.opengis.net/wmts/1.0}", "{http://www.opengis.net/ows/1.1}"
HREF = "{http://www.w3.org/1999/xlink}href"
HOURS = [f"2026-11-20T{hour:02}:00:00Z" for hour in (9, 10, 11)]
TEN, NEWEST = HOURS[1:]
TILE = {
    "SERVICE": "WMTS",
    "VERSION": "1.0.0",
    "REQUEST": "GetTile",
    "LAYER": "dose-rate",
    "STYLE": "mean",
    "FORMAT": "image/png",
    "TILEMATRIXSET": "WebMercatorQuad",
    "TILEMATRIX": "6",
    "TILEROW": "23",
    "TILECOL": "44",
}
DEGREES = {
    "TILEMATRIXSET": "WorldCRS84Quad",
    "TILEMATRIX": "5",
    "TILEROW": "8",
    "TILECOL": "44",
}
INFO = {"REQUEST": "GetFeatureInfo", "I": "100", "J": "140", "INFOFORMAT": "application/json"}
REST = "/wmts/dose-rate/mean"


def asked(house: Any, *changes: dict[str, str | None], **more: str | None) -> Any:
    words: dict[str, Any] = dict(TILE)
    for change in (*changes, more):
        words |= change
    given = {key: value for key, value in words.items() if value is not None}
    return house.get("/wmts?" + urllib.parse.urlencode(given))


def rgba(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "image/png", answer.text
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))


def document(house: Any, **more: str) -> Any:
    words = {"service": "WMTS", "request": "GetCapabilities", **more}
    answer = house.get("/wmts?" + urllib.parse.urlencode(words))
    assert answer.status_code == 200, answer.text
    return ET.fromstring(answer.data)


def layers(root: Any) -> dict[str, Any]:
    found = root.findall(f"{WMTS}Contents/{WMTS}Layer")
    return {each.findtext(f"{OWS}Identifier"): each for each in found}


def template(layer: Any, kind: str = "tile") -> str:
    found = [e for e in layer.findall(f"{WMTS}ResourceURL") if e.get("resourceType") == kind]
    return str(found[0].get("template")).removeprefix("http://localhost")


# Capabilities


def test_one_document_is_found_by_keys_and_by_its_address(house: Any) -> None:
    by_address = house.get("/wmts/1.0.0/WMTSCapabilities.xml")
    assert by_address.mimetype == "application/xml"
    by_keys = house.get("/wmts?SERVICE=WMTS&REQUEST=GetCapabilities&ACCEPTVERSIONS=2.0.0,1.0.0")
    assert by_keys.data == by_address.data
    text = house.get("/wmts?service=wmts&request=getcapabilities&acceptformats=text/xml")
    assert (text.mimetype, text.data) == ("text/xml", by_address.data)
    known = {"If-None-Match": by_address.headers["ETag"]}
    assert house.get("/wmts/1.0.0/WMTSCapabilities.xml", headers=known).status_code == 304


def test_every_layer_stands_in_the_capabilities(house: Any) -> None:
    named = layers(document(house))
    assert list(named) == list(house.site.catalog.layers)
    for layer in house.site.catalog.layers.values():
        element = named[layer.id]
        styles = element.findall(f"{WMTS}Style")
        assert [each.findtext(f"{OWS}Identifier") for each in styles] == [
            style.id for style in layer.styles
        ]
        assert [each.get("isDefault") for each in styles] == ["true", *[None] * (len(styles) - 1)]
        title = element.findtext(f"{OWS}Title") or ""
        assert title.startswith(layer.title)
        assert ("(simulated)" in title) == bool(layer.quantity)
        sets = element.findall(f"{WMTS}TileMatrixSetLink/{WMTS}TileMatrixSet")
        assert [each.text for each in sets] == list(QUADS)
        queried = [e.text for e in element.findall(f"{WMTS}InfoFormat")]
        assert bool(queried) == (layer.kind != "basemap")


def test_each_layer_has_one_address_of_tiles_that_leaves_its_time_open(house: Any) -> None:
    """Of several a client takes the last one, and may lose the time with it."""
    for name, element in layers(document(house)).items():
        tiles = [
            e for e in element.findall(f"{WMTS}ResourceURL") if e.get("resourceType") == "tile"
        ]
        assert len(tiles) == 1
        timed = is_timed(house.site.catalog.layers[name])
        assert ("/{Time}/" in template(element)) == timed
        assert ("/static/" in template(element)) != timed


def test_times_are_listed_one_by_one_the_newest_by_default(house: Any) -> None:
    for name, element in layers(document(house)).items():
        dimension = element.find(f"{WMTS}Dimension")
        assert (dimension is not None) == is_timed(house.site.catalog.layers[name])
        if dimension is not None:
            assert dimension.findtext(f"{OWS}Identifier") == "Time"
            assert [e.text for e in dimension.findall(f"{WMTS}Value")] == hours_of(name)
            assert dimension.findtext(f"{WMTS}Default") == NEWEST
            assert dimension.findtext(f"{WMTS}Current") == "true"


def test_matrices_are_those_of_the_registry_digit_by_digit(house: Any) -> None:
    root = document(house)
    found = {
        each.findtext(f"{OWS}Identifier"): each
        for each in root.findall(f"{WMTS}Contents/{WMTS}TileMatrixSet")
    }
    assert list(found) == list(QUADS)
    for name, quad in QUADS.items():
        known = tile_matrix_set(name)
        matrices = found[name].findall(f"{WMTS}TileMatrix")
        assert len(matrices) == quad.levels
        for level, each in enumerate(matrices):
            matrix = known.matrix(level)
            assert each.findtext(f"{OWS}Identifier") == str(level)
            assert float(each.findtext(f"{WMTS}ScaleDenominator") or 0) == matrix.scaleDenominator
            corner = (each.findtext(f"{WMTS}TopLeftCorner") or "").split()
            assert tuple(map(float, corner)) == tuple(matrix.pointOfOrigin)
            assert (each.findtext(f"{WMTS}MatrixHeight"), each.findtext(f"{WMTS}MatrixWidth")) == (
                str(matrix.matrixHeight),
                str(matrix.matrixWidth),
            )
    corners = [e.findtext(f".//{WMTS}TopLeftCorner") for e in found.values()]
    assert corners == ["-20037508.342789244 20037508.342789244", "-180 90"]


@pytest.mark.parametrize("name", list(QUADS))
def test_the_box_of_a_tile_is_that_of_the_registry(name: str) -> None:
    quad, known = QUADS[name], tile_matrix_set(name)
    assert not projection(quad.crs).northing_first  # corners are written with the east first
    for level in (0, 1, 7, quad.levels - 1):
        rows, cols = quad.size(level)
        for row, col in ((0, 0), (rows - 1, cols - 1), (rows // 3, cols // 3)):
            view = quad.view(level, row, col)
            expected = known.xy_bounds(col, row, level)
            box = (view.west, view.south, view.east, view.north)
            assert box == pytest.approx(tuple(expected), rel=1e-12, abs=1e-9 * view.size[0])
        for wrong in ((level, rows, 0), (level, 0, cols), (quad.levels, 0, 0), (-1, 0, 0)):
            with pytest.raises(BadExtentError):
                quad.view(*wrong)


@pytest.mark.parametrize("language", ["kk", "uz", "ru", "en"])
def test_titles_speak_the_language_that_is_asked_for(house: Any, language: str) -> None:
    named = layers(document(house, LANGUAGE=language))
    for layer in house.site.catalog.layers.values():
        title = named[layer.id].findtext(f"{OWS}Title") or ""
        assert title.startswith(layer.titles.get(language, layer.title))


def test_sections_are_given_as_they_are_asked_for(house: Any) -> None:
    root = document(house, sections="Contents,ServiceProvider")
    names = [each.tag.rpartition("}")[2] for each in root]
    assert names == ["ServiceProvider", "Contents", "ServiceMetadataURL"]
    assert len(document(house, sections="All")) == 5


def test_who_has_the_newest_capabilities_gets_no_more(house: Any) -> None:
    root = document(house)
    again = document(house, updateSequence=root.attrib["updateSequence"])
    assert again.attrib["updateSequence"] == root.attrib["updateSequence"]
    assert len(again) == 0
    assert len(document(house, updateSequence="0")) == len(root)


@schemas.needed
def test_documents_are_valid_by_the_published_schemas(house: Any, tmp_path: Path) -> None:
    whole = house.get("/wmts/1.0.0/WMTSCapabilities.xml")
    bare = house.get("/wmts?service=WMTS&request=GetCapabilities&sections=Themes")
    for answer in (whole, bare):
        assert schemas.complaints(answer.data, "wmts", tmp_path) == ""
    for answer in (asked(house, LAYER="no\x01thing <&>"), house.get(f"{REST}/x\x02/a/1/1/1.png")):
        assert schemas.complaints(answer.data, "ows-exception", tmp_path) == ""


def test_a_linked_legend_has_its_type_and_size(house: Any) -> None:
    for layer in layers(document(house, LANGUAGE="ru")).values():
        for url in layer.findall(f"{WMTS}Style/{WMTS}LegendURL"):
            picture = rgba(house.get(url.attrib[HREF].removeprefix("http://localhost")))
            assert picture.shape[:2] == (int(url.attrib["height"]), int(url.attrib["width"]))


# Tiles


def test_every_style_has_the_bytes_of_its_xyz_tile(house: Any, layer_id: str) -> None:
    element = layers(document(house))[layer_id]
    for style in house.site.catalog.layers[layer_id].styles:
        xyz = house.get(f"/tiles/{layer_id}/{style.id}/latest/latest/6/44/23.png")
        by_keys = asked(house, LAYER=layer_id, STYLE=style.id)
        words = {"Style": style.id, "Time": NEWEST, "TileMatrixSet": "WebMercatorQuad"}
        place = {"TileMatrix": "6", "TileRow": "23", "TileCol": "44"}
        by_address = house.get(template(element).format(**words, **place))
        assert by_keys.data == by_address.data == xyz.data
        assert by_address.headers["Content-Location"] == xyz.headers["Content-Location"]


def test_every_layer_is_drawn_in_degrees_as_wms_draws_it(house: Any, layer_id: str) -> None:
    element = layers(document(house))[layer_id]
    for style in house.site.catalog.layers[layer_id].styles:
        words = {"Style": style.id, "Time": NEWEST, "TileMatrixSet": "WorldCRS84Quad"}
        place = {"TileMatrix": "5", "TileRow": "8", "TileCol": "44"}
        tile = house.get(template(element).format(**words, **place))
        box = "CRS=CRS:84&BBOX=67.5,39.375,73.125,45&WIDTH=256&HEIGHT=256"
        wms = house.get(
            f"/wms?VERSION=1.3.0&REQUEST=GetMap&LAYERS={layer_id}&STYLES={style.id}&{box}"
            "&FORMAT=image/png&TRANSPARENT=TRUE"
        )
        assert tile.data == wms.data
        assert tile.data == asked(house, DEGREES, LAYER=layer_id, STYLE=style.id).data
        assert (rgba(tile)[..., 3] > 0).any()


def test_an_answer_says_what_it_drew(house: Any) -> None:
    for words in ({}, DEGREES):
        newest = asked(house, words)
        assert newest.headers["X-Data-Time"] == f"dose-rate={NEWEST}"
        assert newest.headers["Warning"] == f"99 Default value used: time={NEWEST} ISO8601"
        assert newest.headers["X-Data-Version"].startswith("dose-rate=")
        assert newest.headers["Cache-Control"].startswith("public, max-age=60,")
        older = asked(house, words, TIME=TEN)
        assert older.headers["X-Data-Time"] == f"dose-rate={TEN}"
        assert "Warning" not in older.headers
        assert older.headers["X-Data-Version"] != newest.headers["X-Data-Version"]
        for way in ("current", NEWEST, "2026-11-20T16:00:00+05:00"):
            assert asked(house, words, TIME=way).data == newest.data
        known = {"If-None-Match": older.headers["ETag"]}
        place = "WorldCRS84Quad/5/8/44" if words else "WebMercatorQuad/6/23/44"
        again = house.get(f"{REST}/{TEN}/{place}.png", headers=known)
        assert again.status_code == 304
        assert again.headers["X-Data-Time"] == f"dose-rate={TEN}"


def test_a_layer_without_times_takes_no_notice_of_a_time_by_keys(house: Any) -> None:
    plain = asked(house, LAYER="faults", STYLE="")
    assert plain.data == asked(house, LAYER="faults", STYLE="default", TIME="1901-01-01").data
    assert "X-Data-Time" not in plain.headers


def test_beyond_all_data_a_tile_is_empty(house: Any) -> None:
    for words in ({"TILEMATRIX": "6", "TILEROW": "40", "TILECOL": "10"},
                  {**DEGREES, "TILEROW": "31", "TILECOL": "0"}):  # fmt: skip
        assert not rgba(asked(house, words)).any()


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_every_origin_may_read(house: Any, method: str) -> None:
    for path in ("/wmts?" + urllib.parse.urlencode(TILE), f"{REST}/x/WebMercatorQuad/0/0/0.png"):
        answer = getattr(house.client, method)(path)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


# Errors

WRONG = [
    ({"SERVICE": None}, 400, "MissingParameterValue", "Service"),
    ({"SERVICE": "WMS"}, 400, "InvalidParameterValue", "Service"),
    ({"REQUEST": None}, 400, "MissingParameterValue", "Request"),
    ({"REQUEST": "GetTiel"}, 501, "OperationNotSupported", "GetTiel"),
    ({"VERSION": None}, 400, "MissingParameterValue", "Version"),
    ({"VERSION": "2.0.0"}, 400, "InvalidParameterValue", "Version"),
    ({"LAYER": None}, 400, "MissingParameterValue", "Layer"),
    ({"LAYER": "dose_rate"}, 400, "InvalidParameterValue", "Layer"),
    ({"RETURN_PERIOD": "475"}, 400, "InvalidParameterValue", "RETURN_PERIOD"),
    ({"STYLE": "meen"}, 400, "InvalidParameterValue", "Style"),
    ({"FORMAT": None}, 400, "MissingParameterValue", "Format"),
    ({"FORMAT": "image/tiff"}, 400, "InvalidParameterValue", "Format"),
    ({"TILEMATRIXSET": "WebMercator"}, 400, "InvalidParameterValue", "TileMatrixSet"),
    ({"TILEMATRIX": "23"}, 400, "InvalidParameterValue", "TileMatrix"),
    ({"TILEMATRIX": "06"}, 400, "InvalidParameterValue", "TileMatrix"),
    ({"TILEMATRIX": "six"}, 400, "InvalidParameterValue", "TileMatrix"),
    ({"TILEROW": "64"}, 400, "TileOutOfRange", "TileRow"),
    ({"TILECOL": "64"}, 400, "TileOutOfRange", "TileCol"),
    ({"TILECOL": "-1"}, 400, "InvalidParameterValue", "TileCol"),
    ({**DEGREES, "TILEROW": "32"}, 400, "TileOutOfRange", "TileRow"),
    ({**DEGREES, "TILECOL": "64"}, 400, "TileOutOfRange", "TileCol"),
    ({"TIME": "1901-01-01T00:00:00Z"}, 400, "InvalidParameterValue", "Time"),
    ({"TIME": "2026-11-20"}, 400, "InvalidParameterValue", "Time"),
    ({"TIME": f"{TEN}/{NEWEST}"}, 400, "InvalidParameterValue", "Time"),
    ({"TIME": f"{TEN},{NEWEST}"}, 400, "InvalidParameterValue", "Time"),
    ({"BREAKS": "1,2"}, 400, "InvalidParameterValue", "BREAKS"),
    ({**INFO, "I": "256"}, 400, "PointIJOutOfRange", "I"),
    ({**INFO, "J": "-1"}, 400, "PointIJOutOfRange", "J"),
    ({**INFO, "J": None}, 400, "MissingParameterValue", "J"),
    ({**INFO, "INFOFORMAT": "text/xml"}, 400, "InvalidParameterValue", "InfoFormat"),
    ({**INFO, "LAYER": "basemap", "STYLE": ""}, 400, "InvalidParameterValue", "Layer"),
    ({"REQUEST": "GetCapabilities", "ACCEPTVERSIONS": "2.0.0", "VERSION": None}, 400,
     "VersionNegotiationFailed", "AcceptVersions"),
    ({"REQUEST": "GetCapabilities", "SECTIONS": "Content"}, 400, "InvalidParameterValue",
     "Sections"),
]  # fmt: skip


def report(answer: Any) -> tuple[int, str, str | None]:
    assert answer.mimetype == "application/xml"
    assert answer.headers["Cache-Control"] == "no-store"
    root = ET.fromstring(answer.data)
    assert root.tag == f"{OWS}ExceptionReport"
    (exception,) = root
    assert exception.findtext(f"{OWS}ExceptionText")
    return answer.status_code, exception.attrib["exceptionCode"], exception.get("locator")


@pytest.mark.parametrize(("words", "status", "code", "locator"), WRONG, ids=str)
def test_a_wrong_request_has_its_status_code_and_parameter(
    house: Any, words: dict[str, str | None], status: int, code: str, locator: str
) -> None:
    assert report(asked(house, words)) == (status, code, locator)


@pytest.mark.parametrize(
    ("path", "status", "code", "locator"),
    [
        ("/wmts/dose_rate/mean/current/WebMercatorQuad/6/23/44.png", 404, None, "Layer"),
        ("/wmts/dose-rate/meen/current/WebMercatorQuad/6/23/44.png", 404, None, "Style"),
        (f"{REST}/1901-01-01T00:00:00Z/WebMercatorQuad/6/23/44.png", 404, None, "Time"),
        (f"{REST}/static/WebMercatorQuad/6/23/44.png", 400, None, "Time"),
        ("/wmts/faults/default/2026-11-20T09:00:00Z/WebMercatorQuad/6/23/44.png", 400, None,
         "Time"),
        (f"{REST}/current/Quad/6/23/44.png", 404, None, "TileMatrixSet"),
        (f"{REST}/current/WebMercatorQuad/6/64/44.png", 404, "TileOutOfRange", "TileRow"),
        (f"{REST}/current/WebMercatorQuad/6/23/64.png", 404, "TileOutOfRange", "TileCol"),
        (f"{REST}/current/WebMercatorQuad/6/23/44.gif", 404, None, "Format"),
        (f"{REST}/current/WebMercatorQuad/6/23/44/10/300.json", 404, "PointIJOutOfRange", "I"),
        (f"{REST}/current/WebMercatorQuad/6/23/44/10/30.gml", 404, None, "InfoFormat"),
    ],
)  # fmt: skip
def test_what_an_address_names_and_is_not_there_is_a_404(
    house: Any, path: str, status: int, code: str | None, locator: str
) -> None:
    assert report(house.get(path)) == (status, code or "InvalidParameterValue", locator)


def test_a_query_that_is_too_long_is_refused_in_the_words_of_ows(house: Any) -> None:
    status, code, _ = report(asked(house, STYLE="a" * 10_000))
    assert (status, code) == (414, "InvalidParameterValue")
    twice = house.get("/wmts?" + urllib.parse.urlencode({**TILE, "tilerow": "24"}))
    assert report(twice)[:2] == (400, "InvalidParameterValue")


def test_a_failure_of_our_own_tells_nothing_of_itself(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("layers.pictures.pictures.classed", broken)
    answer = asked(house, DEGREES)
    assert report(answer) == (500, "NoApplicableCode", None)
    assert "see the server's log" in answer.text
    assert "secret" not in answer.text


# Values


@pytest.mark.parametrize("words", [{}, DEGREES], ids=["metres", "degrees"])
def test_a_click_tells_what_the_point_and_the_tile_tell(house: Any, words: Any) -> None:
    told = json.loads(asked(house, INFO, words).data)
    (feature,) = told["features"]
    lon, lat = feature["geometry"]["coordinates"]
    bounds = QUADS["WorldCRS84Quad"].view(5, 8, 44).bounds if words else Window(6, 44, 23).bounds
    assert bounds is not None
    assert bounds.west < lon < bounds.east
    assert bounds.south < lat < bounds.north
    point = house.json(f"/api/v1/point?lon={lon}&lat={lat}")
    entry = next(each for each in point["layers"] if each["layer"] == "dose-rate")
    own = feature["properties"]
    assert {key: own[key] for key in entry} == entry
    colour = rgba(asked(house, words))[140, 100, :3].tolist()
    classes = [
        e
        for e in house.site.tiler.legend("dose-rate", "mean")
        if bytes.fromhex(e.colour[1:]) == bytes(colour)
    ]
    assert any(e.low <= own["mean"] < e.high for e in classes)


def test_a_click_is_asked_for_by_an_address_too(house: Any) -> None:
    element = layers(document(house))["dose-rate"]
    given = {"Style": "mean", "Time": TEN, "TileMatrixSet": "WebMercatorQuad", "TileMatrix": "6",
             "TileRow": "23", "TileCol": "44", "I": "100", "J": "140"}  # fmt: skip
    for url in element.findall(f"{WMTS}ResourceURL")[1:]:
        path = str(url.get("template")).removeprefix("http://localhost").format(**given)
        media_type = str(url.get("format"))
        answer = house.get(path)
        assert answer.mimetype == media_type
        assert answer.data == asked(house, INFO, TIME=TEN, INFOFORMAT=media_type).data
        assert TEN in answer.text


def test_every_layer_with_values_answers_a_click(house: Any, layer_id: str) -> None:
    layer = house.site.catalog.layers[layer_id]
    answer = asked(house, INFO, LAYER=layer_id, STYLE="")
    if layer.kind == "basemap":
        assert answer.status_code == 400
        return
    (own,) = {each["properties"]["layer"] for each in answer.json["features"]}
    assert own == layer_id
