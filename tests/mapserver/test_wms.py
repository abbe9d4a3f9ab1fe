"""WMS 1.3.0 and 1.1.1 as their standards have them, and one truth with tiles and points."""

import io
import json
import time
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from layers.geo import Point, Window
from layers.kinds import is_timed
from layers.views import projection
from mapserver.documents import wms_gml
from tests import schemas

WMS = "{http://www.opengis.net/wms}"
OGC = "{http://www.opengis.net/ogc}"
HREF = "{http://www.w3.org/1999/xlink}href"
NEWEST = "2026-11-20T11:00:00Z"
MAP = {
    "SERVICE": "WMS",
    "VERSION": "1.3.0",
    "REQUEST": "GetMap",
    "LAYERS": "dose-rate",
    "STYLES": "",
    "CRS": "EPSG:4326",
    "BBOX": "38,60,47,72",
    "WIDTH": "400",
    "HEIGHT": "300",
    "FORMAT": "image/png",
    "TRANSPARENT": "TRUE",
}
CRS84 = {"CRS": "CRS:84", "BBOX": "60,38,72,47"}
OLDER = {"VERSION": "1.1.1", "CRS": None, "SRS": "EPSG:4326", "BBOX": "60,38,72,47"}
INFO = {
    "REQUEST": "GetFeatureInfo",
    "QUERY_LAYERS": "dose-rate",
    "I": "200",
    "J": "150",
    "INFO_FORMAT": "application/json",
}


def asked(house: Any, *changes: dict[str, str | None], **more: str | None) -> Any:
    words: dict[str, Any] = dict(MAP)
    for change in (*changes, more):
        words |= change
    given = {key: value for key, value in words.items() if value is not None}
    return house.get("/wms?" + urllib.parse.urlencode(given))


def rgba(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype.startswith("image/"), answer.text
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))


def refused(answer: Any, version: str = "1.3.0") -> tuple[str, str]:
    """Code and text of an exception, which is an HTTP 200 in the type of its version."""
    assert answer.status_code == 200
    newer = version == "1.3.0"
    assert answer.mimetype == ("text/xml" if newer else "application/vnd.ogc.se_xml")
    root = ET.fromstring(answer.data)
    assert root.tag == f"{OGC if newer else ''}ServiceExceptionReport"
    assert root.attrib["version"] == version
    (exception,) = root
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return exception.get("code", ""), exception.text or ""


def capabilities(house: Any, version: str = "1.3.0", **more: str) -> Any:
    words = {"SERVICE": "WMS", "REQUEST": "GetCapabilities", "VERSION": version, **more}
    return house.get("/wms?" + urllib.parse.urlencode(words))


# Capabilities


@pytest.mark.parametrize(
    ("asks", "speaks"),
    [(None, "1.3.0"), ("1.3.0", "1.3.0"), ("1.1.1", "1.1.1"), ("1.0.0", "1.1.1"),
     ("1.2.0", "1.1.1"), ("2.0.0", "1.3.0")],
)  # fmt: skip
def test_versions_are_negotiated(house: Any, asks: str | None, speaks: str) -> None:
    version = {"version": asks} if asks else {}
    words = urllib.parse.urlencode({"service": "WMS", "request": "GetCapabilities", **version})
    answer = house.get(f"/wms?{words}")
    assert ET.fromstring(answer.data).attrib["version"] == speaks
    newer = speaks == "1.3.0"
    assert answer.mimetype == ("text/xml" if newer else "application/vnd.ogc.wms_xml")


@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
def test_every_layer_stands_in_the_capabilities(house: Any, version: str) -> None:
    space = WMS if version == "1.3.0" else ""
    root = ET.fromstring(capabilities(house, version).data)
    named = {
        element.findtext(f"{space}Name"): element
        for element in root.findall(f".//{space}Layer/{space}Layer")
    }
    layers = house.site.catalog.layers.values()
    assert list(named) == [layer.wms_name or layer.id for layer in layers]
    for layer in layers:
        element = named[layer.wms_name or layer.id]
        styles = [style.findtext(f"{space}Name") for style in element.findall(f"{space}Style")]
        assert styles == [style.id for style in layer.styles]
        title = element.findtext(f"{space}Title") or ""
        assert title.startswith(layer.title)
        assert ("(simulated)" in title) == bool(layer.quantity)
        assert (element.find(f"{space}Dimension") is not None) == is_timed(layer)


def test_times_are_intervals_in_either_version(house: Any) -> None:
    run = "2026-11-20T09:00:00Z/2026-11-20T11:00:00Z/PT1H"
    newer = ET.fromstring(capabilities(house).data).find(f".//{WMS}Dimension")
    assert newer is not None
    assert newer.text == run
    assert newer.attrib["default"] == NEWEST
    older = ET.fromstring(capabilities(house, "1.1.1").data).find(".//Extent")
    assert older is not None
    assert older.text == run


def bounds_of(layer: Any, space: str) -> list[str]:
    """West, south, east, north, whatever the version calls them."""
    older = layer.find("LatLonBoundingBox")
    if older is not None:
        return [older.attrib[key] for key in ("minx", "miny", "maxx", "maxy")]
    box = layer.find(f"{space}EX_GeographicBoundingBox")
    sides = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    return [box.findtext(f"{space}{side}") for side in sides]


def test_boxes_have_the_axis_order_of_their_system_in_1_3_0_only(house: Any) -> None:
    for version, word, space in (("1.3.0", "CRS", WMS), ("1.1.1", "SRS", "")):
        root = ET.fromstring(capabilities(house, version).data)
        top = root.find(f".//{space}Layer")
        assert top is not None
        listed = [e.text for e in top.findall(f"{space}{word}")]
        boxes = {e.attrib[word]: e.attrib for e in top.findall(f"{space}BoundingBox")}
        assert list(boxes) == listed
        assert len(listed) == (18 if version == "1.3.0" else 17)
        assert {"EPSG:3857", "EPSG:4326", "EPSG:32642", "EPSG:28412"} <= set(boxes)
        whole = {key: float(boxes["EPSG:4326"][key]) for key in ("minx", "miny", "maxx", "maxy")}
        told = list(whole.values())
        degrees = [float(n) for n in bounds_of(top, space)]
        assert told == ([degrees[i] for i in (1, 0, 3, 2)] if version == "1.3.0" else degrees)
        pulkovo = boxes["EPSG:28412"]
        northing, easting = ("minx", "maxy") if version == "1.3.0" else ("miny", "maxx")
        assert 1e6 < float(pulkovo[northing]) < 6e6 < 1.2e7 < float(pulkovo[easting]) + 4e6


@pytest.mark.parametrize("language", ["kk", "uz", "ru", "en"])
def test_titles_speak_the_language_that_is_asked_for(house: Any, language: str) -> None:
    answer = capabilities(house, LANGUAGE=language)
    assert answer.headers["Content-Language"] == language
    for layer in house.site.catalog.layers.values():
        assert layer.titles.get(language, layer.title) in answer.text


def links(root: Any, space: str) -> Iterator[tuple[str, str, Any]]:
    for parent in root.iter():
        address, form = parent.find(f"{space}OnlineResource"), parent.find(f"{space}Format")
        if address is not None and form is not None:
            yield address.attrib[HREF], form.text or "", parent


def test_every_link_answers_in_its_type_and_a_legend_in_its_size(house: Any) -> None:
    root = ET.fromstring(capabilities(house).data)
    found = list(links(root, WMS))
    assert len(found) > 2 * len(house.site.catalog.layers)
    for address, media_type, parent in found:
        answer = house.get(address.removeprefix("http://localhost"))
        assert answer.status_code == 200, address
        assert answer.mimetype == media_type
        if parent.tag == f"{WMS}LegendURL":
            picture = rgba(answer)
            assert picture.shape[:2] == (int(parent.get("height")), int(parent.get("width")))
            assert picture.shape[1] <= 480
    assert root.findtext(f".//{WMS}Service/{WMS}OnlineResource") is not None
    for get in root.findall(f".//{WMS}Get/{WMS}OnlineResource"):
        assert get.attrib[HREF].endswith("/wms?")


@schemas.needed
@pytest.mark.parametrize(
    ("version", "document", "exception"),
    [("1.3.0", "wms", "wms-exception"), ("1.1.1", schemas.DTD, schemas.DTD)],
)
def test_documents_are_valid_by_the_published_schemas(
    house: Any, tmp_path: Path, version: str, document: str, exception: str
) -> None:
    assert schemas.complaints(capabilities(house, version).data, document, tmp_path) == ""
    wrong = asked(house, {} if version == "1.3.0" else OLDER, LAYERS="no\x01thing <&>")
    assert schemas.complaints(wrong.data, exception, tmp_path) == ""


@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
def test_a_document_that_is_known_already_is_not_sent_again(
    house: Any, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(house.site), "sequence", lambda _: 1_764_180_000_123)
    known = int(ET.fromstring(capabilities(house, version).data).attrib["updateSequence"])
    assert known == 1_764_180_000_123
    same = refused(capabilities(house, version, UPDATESEQUENCE=str(known)), version)
    assert same[0] == "CurrentUpdateSequence"
    for more in (str(known + 1), "x", "-1", "1" * 40):
        told = refused(capabilities(house, version, UPDATESEQUENCE=more), version)
        assert told[0] == "InvalidUpdateSequence"
    assert b"Capability" in capabilities(house, version, UPDATESEQUENCE=str(known - 1)).data


def test_the_number_of_the_document_rises_with_every_publication(house: Any) -> None:
    pointer = house.site.store.paths.pointer
    assert house.site.sequence() == 0  # this house has nobody who publishes
    pointer.parent.mkdir(parents=True, exist_ok=True)
    try:
        seen = []
        for _ in range(3):
            pointer.write_text("{}")
            seen.append(house.site.sequence())
            time.sleep(0.005)
        assert seen == sorted(set(seen))
    finally:
        pointer.unlink()


NAMED = {"LAYERS": "own:Zones", "BBOX": "40.3,68.3,42.3,70.3"}
"""What the catalogue calls ``own-zones`` in WMS."""


def test_a_layer_has_the_name_of_its_entry_in_wms_and_its_id_as_well(house: Any) -> None:
    own = asked(house, NAMED)
    assert own.data == asked(house, NAMED, LAYERS="own-zones").data
    assert (rgba(own)[..., 3] > 0).any()
    clicks = [
        json.loads(asked(house, INFO, NAMED, LAYERS=name, QUERY_LAYERS=other).data)
        for name in ("own:Zones", "own-zones")
        for other in ("own:Zones", "own-zones")
    ]
    assert all(click == clicks[0] for click in clicks)
    assert clicks[0]["features"]
    assert rgba(legend(house, LAYER="own:Zones")).size
    assert refused(asked(house, NAMED, LAYERS="own:zones"))[0] == "LayerNotDefined"


# GetMap


def test_three_ways_to_ask_are_one_picture(house: Any) -> None:
    """Axis order: latitude first in 1.3.0 with EPSG:4326, longitude first in the others."""
    bodies = [asked(house, change).data for change in ({}, CRS84, OLDER)]
    assert bodies[0] == bodies[1] == bodies[2]
    assert (rgba(asked(house))[..., 3] > 0).mean() > 0.5
    flipped = asked(house, BBOX="60,38,72,47")
    assert flipped.data != bodies[0]


def test_northing_comes_first_in_gauss_kruger_of_1_3_0(house: Any) -> None:
    newer = asked(house, CRS="EPSG:28412", BBOX="4300000,12000000,5100000,12900000")
    older = asked(house, OLDER, SRS="EPSG:28412", BBOX="12000000,4300000,12900000,5100000")
    assert newer.data == older.data
    assert (rgba(newer)[..., 3] > 0).mean() > 0.5


@pytest.mark.parametrize("crs", ["EPSG:32639", "EPSG:32645", "EPSG:28408", "EPSG:28415"])
def test_every_system_of_the_list_is_drawn(house: Any, crs: str) -> None:
    known = projection(crs)
    lon = {"EPSG:32639": 51, "EPSG:32645": 87, "EPSG:28408": 45, "EPSG:28415": 87}[crs]
    lon = min(max(lon, 50), 85)
    x, y = known.from_mercator(*(np.array([v]) for v in mercator_of(lon, 47)))
    box = (x[0] - 2e5, y[0] - 2e5, x[0] + 2e5, y[0] + 2e5)
    if known.northing_first:
        box = (box[1], box[0], box[3], box[2])
    picture = rgba(asked(house, CRS=crs, BBOX=",".join(map(str, box)), WIDTH="200", HEIGHT="200"))
    assert (picture[..., 3] > 0).mean() > 0.5


def mercator_of(lon: float, lat: float) -> tuple[float, float]:
    x, y = projection("CRS:84").to_mercator(np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


@pytest.mark.parametrize("style", ["mean", "sd", "exceedance", "uncertainty"])
def test_a_map_of_a_tiles_box_is_the_tile(house: Any, style: str) -> None:
    box = ",".join(map(repr, Window(6, 44, 23).bounds_m))
    words = {"CRS": "EPSG:3857", "BBOX": box, "WIDTH": "256", "HEIGHT": "256", "STYLES": style}
    tile = house.get(f"/tiles/dose-rate/{style}/latest/latest/6/44/23.png")
    assert asked(house, words).data == tile.data
    if style == "exceedance":
        tile = house.get("/tiles/dose-rate/exceedance/latest/latest/6/44/23.png?threshold=125")
        assert asked(house, words, THRESHOLD="125").data == tile.data
    tile = house.get(f"/tiles/dose-rate/{style}/latest/latest/6/44/23.png?breaks=0.1,100,120,130")
    assert asked(house, words, BREAKS="0.1,100,120,130").data == tile.data


def test_every_layer_is_drawn_at_its_place(house: Any, layer_id: str) -> None:
    answer = asked(house, LAYERS=layer_id, BBOX="40.3,68.3,42.3,70.3", HEIGHT="400")
    assert (rgba(answer)[..., 3] > 0).any()
    version = answer.headers["X-Data-Version"]
    assert version.startswith(f"{layer_id}=")
    timed = is_timed(house.site.catalog.layers[layer_id])
    assert answer.headers.get("X-Data-Time") == (f"{layer_id}={NEWEST}" if timed else None)


def test_keys_are_read_in_any_case_and_foreign_ones_are_passed_over(house: Any) -> None:
    words = {key.lower(): value for key, value in MAP.items()}
    answer = house.get("/wms?" + urllib.parse.urlencode({**words, "DPI": "96", "MAP": "x"}))
    assert answer.data == asked(house).data
    twice = house.get("/wms?" + urllib.parse.urlencode({**MAP, "width": "401"}))
    assert "WIDTH stands twice" in refused(twice)[1]


@pytest.mark.parametrize(
    ("words", "solid", "corner"),
    [
        ({"TRANSPARENT": "TRUE"}, False, None),
        ({"TRANSPARENT": None}, True, (255, 255, 255)),
        ({"TRANSPARENT": "FALSE", "BGCOLOR": "0x102030"}, True, (16, 32, 48)),
        ({"TRANSPARENT": "TRUE", "FORMAT": "image/jpeg"}, True, (255, 255, 255)),
    ],
)
def test_the_ground_is_what_is_asked_for(
    house: Any, words: dict[str, str | None], solid: bool, corner: Any
) -> None:
    # The north-east corner lies beyond what the network knows.
    picture = rgba(asked(house, words, BBOX="50,80,62,96"))
    assert (picture[..., 3] == 255).all() == solid
    if corner:
        assert picture[0, -1, :3].tolist() == pytest.approx(list(corner), abs=3)
    else:
        assert picture[0, -1, 3] == 0


@pytest.mark.parametrize(
    ("name", "form"),
    [("image/png", "PNG"), ("image/png; mode=8bit", "PNG"), ("image/webp", "WEBP"),
     ("image/jpeg", "JPEG"), ("image/PNG;mode=8bit", "PNG"), ("image/png8", "PNG")],
)  # fmt: skip
def test_a_map_comes_in_the_format_that_is_asked_for(house: Any, name: str, form: str) -> None:
    answer = asked(house, FORMAT=name, LAYERS="basemap,stations", STYLES="dark,")
    assert answer.mimetype == f"image/{form.lower()}"
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.format == form
        assert picture.size == (400, 300)
        assert (picture.mode == "P") == ("8" in name)


@pytest.mark.parametrize("size", [(8, 5), (1024, 768), (1, 1), (4096, 2)])
def test_a_picture_has_exactly_the_size_that_is_asked_for(
    house: Any, size: tuple[int, int]
) -> None:
    picture = rgba(asked(house, WIDTH=str(size[0]), HEIGHT=str(size[1])))
    assert picture.shape[:2] == size[::-1]


@pytest.mark.parametrize(
    "words",
    [
        {"BBOX": "-60,-120,-50,-100"},
        {"CRS": "EPSG:32642", "BBOX": "90000000,90000000,91000000,91000000"},
        {"BBOX": "100,200,110,230"},
    ],
)
def test_outside_of_everything_a_map_is_empty(house: Any, words: dict[str, str]) -> None:
    for layers in ("dose-rate", "stations", "seismic-zones", "own-raster"):
        assert not (rgba(asked(house, words, LAYERS=layers))[..., 3] > 0).any()
    assert rgba(asked(house, words, LAYERS="basemap")).shape == (300, 400, 4)


WRONG = [
    ({"LAYERS": "dose_rate"}, "LayerNotDefined", 'did you mean "dose-rate"'),
    ({"LAYERS": ""}, "MissingParameterValue", "LAYERS"),
    ({"STYLES": "meen"}, "StyleNotDefined", 'did you mean "mean"'),
    ({"STYLES": "mean,mean"}, "StyleNotDefined", "1 layers and 2 styles"),
    ({"FORMAT": "image/tiff"}, "InvalidFormat", "image/png"),
    ({"FORMAT": None}, "MissingParameterValue", "FORMAT"),
    ({"VERSION": None}, "MissingParameterValue", "VERSION"),
    ({"CRS": "EPSG:4327"}, "InvalidCRS", "not offered"),
    ({"CRS": "NONSENSE"}, "InvalidCRS", "not offered"),
    ({"CRS": None}, "MissingParameterValue", "CRS"),
    ({"BBOX": "47,60,38,72"}, "", "south < north"),
    ({"BBOX": "38,60,38,72"}, "", "south < north"),
    ({"BBOX": "38,60,47"}, "", "four"),
    ({"BBOX": "38,60,47,nan"}, "", "number"),
    ({"WIDTH": "0"}, "InvalidParameterValue", "1 to 4096"),
    ({"WIDTH": "4097"}, "InvalidParameterValue", "1 to 4096"),
    ({"HEIGHT": "1e3"}, "InvalidParameterValue", "whole number"),
    ({"HEIGHT": None}, "MissingParameterValue", "HEIGHT"),
    ({"BGCOLOR": "red"}, "", "0xFFFFFF"),
    ({"TRANSPARENT": "YES"}, "", "TRUE or FALSE"),
    ({"TIME": "1901-01-01T00:00:00Z"}, "InvalidDimensionValue", "reaches from"),
    ({"TIME": "2026-11-20T09:30:00Z"}, "InvalidDimensionValue", ""),
    ({"TIME": "2026-11-20T09:00:00.5Z"}, "InvalidDimensionValue", ""),
    ({"TIME": "2026-11-20T09:00:00"}, "InvalidDimensionValue", "no time zone"),
    ({"TIME": "yesterday"}, "InvalidDimensionValue", ""),
    ({"TIME": "2026-11-20T09:00:00Z,1901-01-01T00:00:00Z"}, "InvalidDimensionValue", ""),
    ({"TIME": "1901-01-01/1902-01-01"}, "InvalidDimensionValue", "nothing at"),
    ({"TIME": "2026-11-20T11:00:00Z/2026-11-20T09:00:00Z"}, "InvalidDimensionValue", "ends"),
    ({"TIME": "2026-11-20T09:00:00Z/2026-11-20T11:00:00Z/PT0S"}, "InvalidDimensionValue", ""),
    ({"TIME": "2026-11-20T09:00:00Z/2026-11-20T11:00:00Z/P1M"}, "InvalidDimensionValue", ""),
    ({"REQUEST": "GetMpa"}, "OperationNotSupported", 'did you mean "GetMap"'),
    ({"REQUEST": "DescribeLayer"}, "OperationNotSupported", ""),
    ({"REQUEST": None}, "MissingParameterValue", "REQUEST"),
    ({"SERVICE": "WFS"}, "InvalidParameterValue", "WFS"),
    ({"THRESHOLD": "120"}, "", "THRESHOLD means nothing"),
    ({"SMOOTH": "2"}, "", "0 or 1"),
    ({"BREAKS": "3,2,1"}, "", "rise"),
    ({"LAYERS": ",".join(["dose-rate"] * 17)}, "", "at most 16"),
    ({"LAYERS": "x\x00\x1b\ufffe<&>"}, "LayerNotDefined", "<&>"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "text"), WRONG, ids=str)
def test_a_wrong_request_is_an_exception_with_its_code(
    house: Any, words: dict[str, str | None], code: str, text: str
) -> None:
    told = refused(asked(house, words))
    assert told[0] == code
    assert text in told[1]


def test_an_exception_of_1_1_1_speaks_its_dialect(house: Any) -> None:
    assert refused(asked(house, OLDER, SRS="EPSG:9"), "1.1.1")[0] == "InvalidSRS"
    assert refused(asked(house, OLDER, LAYERS="x"), "1.1.1")[0] == "LayerNotDefined"


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("ground", ["TRUE", "FALSE"])
def test_an_exception_may_be_a_picture(house: Any, older: bool, ground: str) -> None:
    words = {"TIME": "1901-01-01T00:00:00Z", "TRANSPARENT": ground, "BGCOLOR": "0x112233"}
    change = OLDER if older else {}
    names = [f"application/vnd.ogc.se_{n}" for n in ("inimage", "blank")]
    for name in names if older else ["INIMAGE", "BLANK"]:
        answer = asked(house, change, words, EXCEPTIONS=name)
        picture = rgba(answer)
        assert picture.shape == (300, 400, 4)
        assert answer.headers["Cache-Control"] == "no-store"
        written = np.unique(picture.reshape(-1, 4), axis=0)
        assert (len(written) > 2) == ("inimage" in name.lower())
        assert picture[-1, -1].tolist() == ([0, 0, 0, 0] if ground == "TRUE" else [17, 34, 51, 255])
    for form in ("image/webp", "image/jpeg"):
        for way in names if older else ["INIMAGE", "BLANK"]:
            answer = asked(house, change, words, EXCEPTIONS=way, FORMAT=form)
            assert answer.mimetype == form
            if ground == "TRUE" and form == "image/jpeg":
                assert rgba(answer)[-1, -1].tolist() == [255, 255, 255, 255]
    # Without a size there is no picture to say it in.
    broken = asked(house, change, words, EXCEPTIONS="INIMAGE", WIDTH=None)
    assert refused(broken, "1.1.1" if older else "1.3.0")[0]


# Time

TEN = "2026-11-20T10:00:00Z"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("current", NEWEST),
        (TEN, TEN),
        ("2026-11-20T10:00Z", TEN),
        ("2026-11-20T10:00:00.000Z", TEN),
        ("2026-11-20T15:00:00+05:00", TEN),
        ("2026-11-20", NEWEST),
        (f"2026-11-20T09:00:00Z,{TEN}", TEN),
        ("2026-11-20T09:00:00Z/2026-11-20T11:00:00Z", TEN),
        (f"{TEN}/{TEN}", TEN),
        ("2026-11-20T09:00:00Z/2026-11-20T11:00:00Z/PT1H", NEWEST),
        ("2026-11-20T08:00:00Z/2026-11-20T11:00:00Z/PT2H", TEN),
        (f"2026-11-20T09:00:00Z/{TEN}/PT1H", TEN),
        ("1901-01-01/current", NEWEST),
        ("2026-11-19/2026-11-21", NEWEST),
    ],
)
def test_a_time_is_drawn_and_named(house: Any, text: str, drawn: str) -> None:
    answer = asked(house, TIME=text)
    rgba(answer)
    assert answer.headers["X-Data-Time"] == f"dose-rate={drawn}"
    assert "Warning" not in answer.headers
    assert answer.data == asked(house, TIME=drawn).data


def test_without_a_time_the_newest_is_drawn_and_the_answer_warns(house: Any) -> None:
    answer = asked(house)
    assert answer.headers["Warning"] == f"99 Default value used: time={NEWEST} ISO8601"
    assert answer.headers["X-Data-Time"] == f"dose-rate={NEWEST}"
    assert answer.data == asked(house, TIME=NEWEST).data
    assert answer.data != asked(house, TIME=TEN, STYLES="mean", BREAKS="100,110,120,130").data


def test_hours_differ_and_a_layer_without_times_takes_no_notice(house: Any) -> None:
    fine = {"BREAKS": ",".join(str(n) for n in range(100, 150, 5))}
    hours = {asked(house, fine, TIME=f"2026-11-20T{hour:02}:00:00Z").data for hour in (9, 10, 11)}
    assert len(hours) == 3
    still = asked(house, LAYERS="faults", TIME="1901-01-01T00:00:00Z")
    assert still.data == asked(house, LAYERS="faults").data
    assert "X-Data-Time" not in still.headers


# What every answer carries


def test_an_unchanged_map_is_not_sent_again(house: Any) -> None:
    first = asked(house)
    assert first.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
    words = urllib.parse.urlencode(MAP)
    again = house.get(f"/wms?{words}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["X-Data-Time"] == first.headers["X-Data-Time"]
    other = asked(house, BBOX="38,60,47,72.0001")
    assert other.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_every_origin_may_read(house: Any, method: str) -> None:
    answer = getattr(house.client, method)("/wms?" + urllib.parse.urlencode(MAP))
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert {"Warning", "X-Data-Time", "X-Data-Version", "ETag"} <= set(exposed.split(", "))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_failure_of_our_own_tells_nothing_of_itself(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("layers.pictures.pictures.classed", broken)
    _, text = refused(asked(house))
    assert text == "see the server's log"


# GetFeatureInfo


def test_a_click_tells_what_the_point_and_the_tile_tell(house: Any) -> None:
    told = json.loads(asked(house, INFO).data)
    assert told["type"] == "FeatureCollection"
    (feature,) = told["features"]
    lon, lat = feature["geometry"]["coordinates"]
    assert (lon, lat) == pytest.approx((60 + 200.5 * 0.03, 47 - 150.5 * 0.03))
    point = house.json(f"/api/v1/point?lon={lon}&lat={lat}")
    entry = next(each for each in point["layers"] if each["layer"] == "dose-rate")
    own = feature["properties"]
    assert {key: own[key] for key in entry} == entry
    assert own["mean"] == next(v["value"] for v in entry["values"] if v["name"] == "mean")
    colour = rgba(asked(house))[150, 200, :3].tolist()
    low_high = [
        e
        for e in house.site.tiler.legend("dose-rate", "mean")
        if bytes.fromhex(e.colour[1:]) == bytes(colour)
    ]
    assert any(e.low <= own["mean"] < e.high for e in low_high)


@pytest.mark.parametrize(
    "change", [{}, CRS84, {**OLDER, "I": None, "J": None, "X": "200", "Y": "150"}]
)
def test_a_click_is_at_the_same_place_in_every_version(house: Any, change: dict[str, Any]) -> None:
    assert asked(house, INFO, change).data == asked(house, INFO).data


@pytest.mark.parametrize("media_type", ["text/plain", "text/html"])
def test_a_click_can_be_read_by_people(house: Any, media_type: str) -> None:
    names = "dose-rate,stations,own-zones"
    words = {
        "LAYERS": names,
        "QUERY_LAYERS": names,
        "INFO_FORMAT": media_type,
        "FEATURE_COUNT": "3",
    }
    words |= {"I": "310", "J": "190"}
    answer = asked(house, INFO, words)
    assert answer.mimetype == media_type
    told = json.loads(asked(house, INFO, words, INFO_FORMAT="application/json").data)
    mean = told["features"][0]["properties"]["mean"]
    for said in (f"{mean:.6g} nSv/h", "simulated", NEWEST, "Tashkent", "own zone"):
        assert said in answer.text
    assert "<script" not in answer.text


GML = "{http://www.opengis.net/gml}"
OWN = "{urn:kyzylkum:features}"


def test_a_click_comes_as_features_of_gml(house: Any) -> None:
    names = "dose-rate,stations,own-zones"
    words = {"LAYERS": names, "QUERY_LAYERS": names, "FEATURE_COUNT": "2", "I": "310", "J": "190"}
    answer = asked(house, INFO, words, INFO_FORMAT="application/vnd.ogc.gml")
    assert answer.mimetype == "application/vnd.ogc.gml"
    root = ET.fromstring(answer.data)
    assert root.tag == "{http://www.opengis.net/wfs}FeatureCollection"
    members = [member[0] for member in root.findall(f"{GML}featureMember")]
    tags = ["dose-rate", "stations", "stations", "own-zones"]
    assert [each.tag.removeprefix(OWN) for each in members] == tags
    told = json.loads(asked(house, INFO, words, INFO_FORMAT="application/json").data)["features"]
    for name in ("mean", "sd", "time", "notice", "version"):
        assert members[0].findtext(f"{OWN}{name}") == str(told[0]["properties"][name])
    lon, lat = told[0]["geometry"]["coordinates"]
    assert [members[0].findtext(f"{OWN}{k}") for k in ("lon", "lat")] == [str(lon), str(lat)]
    stations = told[1]["properties"]["nearest_stations"]
    assert [each.findtext(f"{OWN}code") for each in members[1:3]] == [s["code"] for s in stations]
    assert [each.findtext(f"{OWN}name_en") for each in members[1:3]] == [
        s["name"]["en"] for s in stations
    ]
    assert members[3].findtext(f"{OWN}msk") == "8"
    assert len({each.attrib["fid"] for each in members}) == 4


def test_whatever_a_property_is_called_it_is_xml() -> None:
    feature = {"1 st\x00range: key<&>": "\x02 <&>", "маңыз": "ʻ", "ok": True, "none": None}
    found = [{"layer": "2nd", "features": [feature]}]
    for place in (None, Point(69.3, 41.3)):
        text = wms_gml.document(found, place)
        (member,) = ET.fromstring(text).findall(f"{GML}featureMember")
        assert member[0].tag == f"{OWN}_2nd"
        said = {each.tag.removeprefix(OWN): each.text for each in member[0]}
        assert said.pop("_1_st_range__key___") == "? <&>"
        assert said.pop("ok") == "True"
        assert said.pop("_____") == "ʻ"
        where = {} if place is None else {"lon": "69.3", "lat": "41.3"}
        assert said == {"layer": "2nd", **where}


def test_a_click_at_an_hour_tells_of_that_hour(house: Any) -> None:
    told = json.loads(asked(house, INFO, TIME=TEN).data)
    assert told["features"][0]["properties"]["time"] == TEN
    assert refused(asked(house, INFO, TIME="1901-01-01T00:00:00Z"))[0] == "InvalidDimensionValue"


def test_as_many_features_are_told_as_are_asked_for(house: Any) -> None:
    words = {"LAYERS": "stations", "QUERY_LAYERS": "stations"}
    for count in (None, "2", "5"):
        told = json.loads(asked(house, INFO, words, FEATURE_COUNT=count).data)
        stations = told["features"][0]["properties"]["nearest_stations"]
        assert len(stations) == int(count or 1)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"I": "400"}, "InvalidPoint"),
        ({"J": "-1"}, "InvalidPoint"),
        ({"I": "1.5"}, "InvalidPoint"),
        ({"I": None}, "MissingParameterValue"),
        ({"QUERY_LAYERS": "stations"}, "LayerNotDefined"),
        ({"QUERY_LAYERS": "nothing"}, "LayerNotDefined"),
        ({"QUERY_LAYERS": None}, "MissingParameterValue"),
        ({"LAYERS": "basemap", "QUERY_LAYERS": "basemap"}, "LayerNotQueryable"),
        ({"INFO_FORMAT": "text/xml"}, "InvalidFormat"),
    ],
)
def test_a_click_that_cannot_be_answered_has_its_code(
    house: Any, words: dict[str, str | None], code: str
) -> None:
    assert refused(asked(house, INFO, words))[0] == code


def test_a_click_nowhere_on_earth_finds_nothing(house: Any) -> None:
    words = {"CRS": "EPSG:32642", "BBOX": "90000000,90000000,91000000,91000000"}
    assert json.loads(asked(house, INFO, words).data)["features"] == []


# Legends


def legend(house: Any, **words: str) -> Any:
    given = {"SERVICE": "WMS", "VERSION": "1.3.0", "REQUEST": "GetLegendGraphic", **words}
    return house.get("/wms?" + urllib.parse.urlencode(given))


def test_a_legend_shows_every_colour_of_its_style(house: Any, layer_id: str) -> None:
    for style in house.site.catalog.layers[layer_id].styles:
        picture = rgba(legend(house, LAYER=layer_id, STYLE=style.id, FORMAT="image/png"))
        there = {tuple(c) for c in np.unique(picture[..., :3].reshape(-1, 3), axis=0).tolist()}
        for entry in house.site.tiler.legend(layer_id, style.id):
            assert tuple(bytes.fromhex(entry.colour[1:])) in there, (style.id, entry)
        assert (picture[..., 3] == 255).all()


def test_a_legend_has_the_size_of_symbols_and_the_language_asked_for(house: Any) -> None:
    plain, large = (
        rgba(legend(house, LAYER="dose-rate", **more)).shape
        for more in ({}, {"WIDTH": "60", "HEIGHT": "40"})
    )
    assert large[1] - plain[1] == 30
    assert large[0] - plain[0] == 12 * 16
    assert legend(house, LAYER="faults").data != legend(house, LAYER="faults", LANGUAGE="kk").data
    told = legend(house, LAYER="dose-rate", FORMAT="application/json", LANGUAGE="ru").json
    assert told["title"] == "Среднее, nSv/h"
    assert len(told["entries"]) == 12


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"LAYER": "nothing"}, "LayerNotDefined"),
        ({}, "MissingParameterValue"),
        ({"LAYER": "dose-rate", "STYLE": "x"}, "StyleNotDefined"),
        ({"LAYER": "dose-rate", "FORMAT": "image/gif"}, "InvalidFormat"),
        ({"LAYER": "dose-rate", "WIDTH": "5000"}, "InvalidParameterValue"),
    ],
)
def test_a_legend_that_is_not_there_has_its_code(
    house: Any, words: dict[str, str], code: str
) -> None:
    assert refused(legend(house, **words))[0] == code


def test_a_query_that_is_too_long_is_refused_in_the_words_of_wms(house: Any) -> None:
    answer = house.get("/wms?" + urllib.parse.urlencode({**MAP, "STYLES": "a" * 10_000}))
    assert answer.status_code == 200
    assert b"ServiceExceptionReport" in answer.data
    assert b"more than" in answer.data
    assert len(answer.data) < 2_000


def test_all_layers_of_a_map_together_have_a_limit_of_pixels(house: Any) -> None:
    four = ",".join(["dose-rate"] * 4)
    large = {**MAP, "LAYERS": four, "STYLES": "", "WIDTH": "4096", "HEIGHT": "4096"}
    answer = house.get("/wms?" + urllib.parse.urlencode(large))
    assert answer.status_code == 200
    assert b"50,331,648 pixels" in answer.data


def test_a_click_tells_the_chance_above_the_threshold_of_the_map(house: Any) -> None:
    def chance(**more: str) -> Any:
        answer = asked(house, INFO, STYLES="exceedance", **more).json
        (found,) = answer["features"]
        return found["properties"]

    whole, above = chance(), chance(THRESHOLD="125")
    assert (whole["threshold"], above["threshold"]) == (150, 125)
    assert whole["exceedance"] < above["exceedance"]
