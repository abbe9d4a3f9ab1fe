"""What WMS 1.3.0 and 1.1.1 ask of a server, seen from outside: only its document is known."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import schemas
from tests.conformance.wms import HREF, Wms, picture
from tests.servers import Server

pytestmark = pytest.mark.conformance
VERSIONS = ("1.3.0", "1.1.1")
NAMES = ("basemap", "dose-rate", "seismic-zones", "faults", "earthquakes", "stations")


@pytest.fixture(scope="module", params=VERSIONS)
def wms(request: pytest.FixtureRequest, server: Server) -> Wms:
    return Wms(server, request.param)


@pytest.fixture(scope="module")
def newer(server: Server) -> Wms:
    return Wms(server, "1.3.0")


# Documents


@schemas.needed
def test_the_capabilities_are_valid_by_their_schema_in_every_language(
    wms: Wms, tmp_path: Path
) -> None:
    for language in ("en", "ru", "kk", "uz"):
        body = wms.capabilities(LANGUAGE=language)[2]
        assert schemas.complaints(body, "wms" if wms.newer else schemas.DTD, tmp_path) == ""
    assert schemas.complaints(body.replace(b"Layer", b"Lyer"), "wms", tmp_path)


@schemas.needed
def test_exceptions_are_valid_by_their_schema(wms: Wms, tmp_path: Path) -> None:
    schema = "wms-exception" if wms.newer else schemas.DTD
    layer = wms.layer("dose-rate")
    for words in ({"LAYERS": "<&>"}, {"BBOX": "a"}, {"TIME": "x"}, {"REQUEST": "Nothing"}):
        body = wms.ask(wms.map_words(layer, **words))[2]
        assert schemas.complaints(body, schema, tmp_path) == ""


def test_the_schema_is_named_by_its_http_address(newer: Wms) -> None:
    """Suites and clients that work offline have it in a table of theirs, under this name."""
    (place,) = (v for k, v in newer.root.attrib.items() if k.endswith("schemaLocation"))
    assert place.split()[1] == "http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd"


@pytest.mark.parametrize(
    ("asked", "told"),
    [(None, "1.3.0"), ("1.3.0", "1.3.0"), ("100.0.0", "1.3.0"), ("1.2.9", "1.1.1"),
     ("1.1.1", "1.1.1"), ("1.0.0", "1.1.1"), ("0.0.1", "1.1.1")],
)  # fmt: skip
def test_versions_are_negotiated(newer: Wms, asked: str | None, told: str) -> None:
    assert ET.fromstring(newer.capabilities(VERSION=asked)[2]).attrib["version"] == told


def test_keys_are_read_in_any_case_and_any_order_and_foreign_ones_are_passed_over(
    wms: Wms,
) -> None:
    words = wms.map_words(wms.layer("dose-rate"))
    plain = wms.ask(words)[2]
    mixed = {key.title(): value for key, value in reversed(words.items())}
    assert wms.ask({**mixed, "Frobnicate": "1"})[2] == plain


def test_an_unknown_format_of_the_document_is_answered_in_xml(newer: Wms) -> None:
    status, headers, body = newer.capabilities(FORMAT="image/none")
    assert (status, headers.get_content_type()) == (200, "text/xml")
    assert ET.fromstring(body).tag.endswith("WMS_Capabilities")


def test_a_sequence_says_whether_the_document_is_new(wms: Wms) -> None:
    standing = int(wms.capabilities_sequence())
    told = wms.exception(wms.capabilities(UPDATESEQUENCE=str(standing)))
    # Another hour may have been published in between.
    if told[0] != "CurrentUpdateSequence":
        standing = int(wms.capabilities_sequence())
        told = wms.exception(wms.capabilities(UPDATESEQUENCE=str(standing)))
    assert told[0] == "CurrentUpdateSequence"
    more = wms.exception(wms.capabilities(UPDATESEQUENCE=str(standing + 10**9)))
    assert more[0] == "InvalidUpdateSequence"
    less = ET.fromstring(wms.capabilities(UPDATESEQUENCE=str(standing - 1))[2])
    assert less.attrib["version"] == wms.version


def test_what_is_limited_is_told(newer: Wms) -> None:
    limits = {
        name: int(newer.root.findtext(newer.tag(f"Service/{name}")) or 0)
        for name in ("LayerLimit", "MaxWidth", "MaxHeight")
    }
    layer = newer.layer("dose-rate")
    names = ",".join([layer.name] * limits["LayerLimit"])
    assert picture(newer.ask(newer.map_words(layer, LAYERS=names))).size
    assert newer.exception(newer.ask(newer.map_words(layer, LAYERS=f"{names},{layer.name}")))
    for side, limit in (("WIDTH", limits["MaxWidth"]), ("HEIGHT", limits["MaxHeight"])):
        answer = newer.ask(newer.map_words(layer, **{side: str(limit)}))
        assert picture(answer).shape[side == "WIDTH"] == limit
        assert newer.exception(newer.ask(newer.map_words(layer, **{side: str(limit + 1)})))


def links(wms: Wms) -> Iterator[tuple[str, str, ET.Element]]:
    for parent in wms.root.iter():
        address = parent.find(wms.tag("OnlineResource"))
        form = parent.find(wms.tag("Format"))
        if address is not None and form is not None:
            yield address.attrib[HREF], str(form.text), parent


def test_every_link_answers_in_its_declared_type_and_a_legend_in_its_size(wms: Wms) -> None:
    found = list(links(wms))
    assert len(found) > 2 * len(wms.layers())
    for address, media_type, parent in found:
        assert address.startswith(wms.server.url)
        answer = wms.server.get(address.removeprefix(wms.server.url))
        assert answer[0] == 200, address
        assert answer[1].get_content_type() == media_type
        if "height" in parent.attrib:
            shape = int(parent.attrib["height"]), int(parent.attrib["width"])
            assert picture(answer).shape[:2] == shape
    if wms.newer:
        tags = {parent.tag.partition("}")[2] for *_, parent in found}
        assert {"LegendURL", "MetadataURL", "DataURL"} <= tags


def test_the_prefix_of_every_operation_can_be_written_on(wms: Wms) -> None:
    operations = wms.root.find(wms.tag("Capability/Request"))
    assert operations is not None
    names = {each.tag.partition("}")[2] or each.tag for each in operations}
    assert {"GetCapabilities", "GetMap", "GetFeatureInfo"} <= names
    for each in operations.iter(wms.tag("OnlineResource")):
        assert each.attrib[HREF][-1] in "?&"


# Boxes and pictures


def test_each_listed_system_has_a_box_and_no_other_has(wms: Wms) -> None:
    assert {layer.name for layer in wms.layers()} >= set(NAMES)
    for layer in wms.layers():
        assert layer.systems
        assert set(layer.boxes) == set(layer.systems)
        west, south, east, north = layer.degrees
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90
        box = layer.boxes["EPSG:4326"]
        order = [1, 0, 3, 2] if wms.newer else [0, 1, 2, 3]
        assert [box[i] for i in order] == pytest.approx(layer.degrees, abs=1e-4)
        assert layer.styles


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_is_drawn_in_the_box_of_every_system(wms: Wms, name: str) -> None:
    layer = wms.layer(name)
    for crs in layer.systems:
        if crs in ("EPSG:3857", "EPSG:4326", "CRS:84", "EPSG:32642", "EPSG:28412"):
            assert (picture(wms.ask(wms.map_words(layer, crs)))[..., 3] > 0).any(), crs


@pytest.mark.parametrize("name", NAMES)
def test_one_picture_whatever_the_axis_order(server: Server, name: str) -> None:
    """The three-way test: 1.1.1, 1.3.0 with the latitude first, and CRS:84."""
    newer, older = (Wms(server, version) for version in VERSIONS)
    bodies = [
        wms.ask(wms.map_words(wms.layer(name), crs, WIDTH="400", HEIGHT="300"))[2]
        for wms, crs in ((newer, "EPSG:4326"), (newer, "CRS:84"), (older, "EPSG:4326"))
    ]
    assert bodies[0] == bodies[1] == bodies[2]
    flipped = newer.map_words(
        newer.layer(name), "CRS:84", CRS="EPSG:4326", WIDTH="400", HEIGHT="300"
    )
    assert newer.ask(flipped)[2] != bodies[0]


def test_every_declared_format_is_a_picture_of_it(wms: Wms) -> None:
    layer = wms.layer("dose-rate")
    formats = wms.root.findall(wms.tag("Capability/Request/GetMap/Format"))
    assert len(formats) > 2
    for form in formats:
        kind = str(form.text).partition(";")[0]
        assert picture(wms.ask(wms.map_words(layer, FORMAT=str(form.text))), kind).size


@pytest.mark.parametrize("size", [(8, 5), (1024, 768), (1, 1)])
def test_a_picture_has_exactly_the_size_that_is_asked_for(wms: Wms, size: tuple[int, int]) -> None:
    words = wms.map_words(wms.layer("stations"), WIDTH=str(size[0]), HEIGHT=str(size[1]))
    assert picture(wms.ask(words)).shape[:2] == (size[1], size[0])


def test_the_ground_is_transparent_or_has_the_colour_asked_for(wms: Wms) -> None:
    layer = wms.layer("stations")
    assert (picture(wms.ask(wms.map_words(layer)))[..., 3] == 0).any()
    for transparent in ("FALSE", None):
        solid = picture(wms.ask(wms.map_words(layer, TRANSPARENT=transparent)))
        assert (solid[..., 3] == 255).all()
        assert (solid[..., :3] == 255).all(axis=-1).mean() > 0.2
        blue = wms.map_words(layer, TRANSPARENT=transparent, BGCOLOR="0x0000FF")
        assert (picture(wms.ask(blue))[..., :3] == [0, 0, 255]).all(axis=-1).mean() > 0.2


def test_an_opaque_area_is_filled(wms: Wms) -> None:
    seen = picture(wms.ask(wms.map_words(wms.layer("seismic-zones"), TRANSPARENT="FALSE")))
    assert ((seen[..., :3] != 255).any(axis=-1)).mean() > 0.1


def test_outside_of_the_extent_and_of_the_system_a_map_is_empty(wms: Wms) -> None:
    layer = wms.layer("dose-rate")
    for crs, box in (
        ("EPSG:4326", "-60,-60,-50,-50"),
        ("EPSG:4326", "-200,-200,-190,-190"),
        ("EPSG:3857", "-3e7,-3e7,-2.5e7,-2.5e7"),
    ):
        assert not picture(wms.ask(wms.map_words(layer, crs, BBOX=box)))[..., 3].any()


def test_layers_lie_above_each_other_in_their_order(wms: Wms) -> None:
    layer = wms.layer("dose-rate")
    one, other = (
        picture(wms.ask(wms.map_words(layer, LAYERS=names)))
        for names in ("basemap,dose-rate", "dose-rate,basemap")
    )
    assert (one != other).any()
    covered = picture(wms.ask(wms.map_words(layer)))
    seen = covered[..., 3] == 255
    assert (one[seen] == covered[seen]).all()


# Exceptions


CODES: list[tuple[dict[str, str | None], str]] = [
    ({"LAYERS": "no-such-layer"}, "LayerNotDefined"),
    ({"STYLES": "no-such-style"}, "StyleNotDefined"),
    ({"FORMAT": "image/no-such-format"}, "InvalidFormat"),
    ({"TIME": "1901-01-01T00:00:00Z"}, "InvalidDimensionValue"),
    ({"TIME": "yesterday"}, "InvalidDimensionValue"),
]


@pytest.mark.parametrize(("words", "code"), CODES, ids=lambda it: it if isinstance(it, str) else "")
def test_an_exception_has_the_code_of_the_standard(
    wms: Wms, words: dict[str, str | None], code: str
) -> None:
    asked = wms.map_words(wms.layer("dose-rate"), **words)
    assert wms.refused(asked) == code
    assert wms.refused({**asked, "EXCEPTIONS": "XML" if wms.newer else None}) == code


def test_an_unknown_system_has_the_code_of_its_version(wms: Wms) -> None:
    key, code = ("CRS", "InvalidCRS") if wms.newer else ("SRS", "InvalidSRS")
    for name in ("EPSG:999999", "CRS:999", "EPSG:2100"):
        assert wms.refused(wms.map_words(wms.layer("dose-rate"), **{key: name})) == code


def test_an_operation_that_is_not_there_has_its_code(wms: Wms) -> None:
    assert wms.refused({"REQUEST": "GetNothing"}) == "OperationNotSupported"


@pytest.mark.parametrize(
    "key", ["VERSION", "REQUEST", "LAYERS", "CRS", "BBOX", "WIDTH", "HEIGHT", "FORMAT"]
)
def test_a_key_that_must_be_there_is_missed(newer: Wms, key: str) -> None:
    newer.exception(newer.ask(newer.map_words(newer.layer("dose-rate"), **{key: None})))


@pytest.mark.parametrize(
    "box", ["50,60,40,80", "40,80,50,60", "40,60,40,80", "40,60,50,60", "1,2,3", "a,b,c,d", ""]
)
def test_a_box_without_an_inside_is_an_exception(newer: Wms, box: str) -> None:
    newer.exception(newer.ask(newer.map_words(newer.layer("dose-rate"), BBOX=box)))


@pytest.mark.parametrize("way", ["INIMAGE", "BLANK"])
@pytest.mark.parametrize("form", ["image/png", "image/jpeg"])
@pytest.mark.parametrize("transparent", ["TRUE", "FALSE"])
def test_an_exception_in_a_picture_keeps_format_ground_and_size(
    wms: Wms, way: str, form: str, transparent: str
) -> None:
    name = way if wms.newer else f"application/vnd.ogc.se_{way.lower()}"
    words = wms.map_words(
        wms.layer("dose-rate"),
        LAYERS="no-such-layer",
        EXCEPTIONS=name,
        FORMAT=form,
        TRANSPARENT=transparent,
        BGCOLOR="0x00FF00",
    )
    seen = picture(wms.ask(words), form)
    assert seen.shape[:2] == (100, 200)
    corner = seen[-1, -1].astype(int)
    if transparent == "TRUE" and form == "image/png":
        assert corner[3] == 0
    else:
        assert seen[..., 3].all()
        expected = [255, 255, 255] if transparent == "TRUE" else [0, 255, 0]
        assert np.abs(corner[:3] - expected).max() < 8
    # Text leaves marks, a blank has none.
    is_marked = len(np.unique(seen.reshape(-1, 4), axis=0)) > 1
    assert is_marked == (way == "INIMAGE")


# Time


def times(wms: Wms) -> list[str]:
    told: Any = wms.server.json("/tilejson/dose-rate.json")["times"]
    return list(told)[-4:]


def test_a_dimension_declares_what_the_server_does(newer: Wms) -> None:
    (found,) = newer.layer("dose-rate").element.findall(newer.tag("Dimension"))
    assert found.attrib["units"] == "ISO8601"
    assert found.attrib["nearestValue"] == "0"
    assert found.attrib["multipleValues"] == "1"
    assert found.attrib["current"] == "1"
    assert found.attrib["default"] in str(found.text)
    for part in str(found.text).split(","):
        for word in part.split("/")[:2]:
            assert word.endswith("Z")


def test_a_default_is_drawn_with_a_warning_and_what_is_asked_for_without(wms: Wms) -> None:
    layer = wms.layer("dose-rate")
    _, headers, body = wms.ask(wms.map_words(layer))
    assert headers["Warning"].startswith("99 Default value used: time=")
    assert headers["Warning"].endswith(" ISO8601")
    drawn = headers["Warning"].partition("time=")[2].split()[0]
    again = wms.ask(wms.map_words(layer, TIME=drawn))
    assert again[2] == body
    assert "Warning" not in again[1]
    assert wms.ask(wms.map_words(layer, TIME="current"))[2] == body


def test_instants_lists_and_intervals_say_which_time_was_drawn(wms: Wms) -> None:
    layer, (first, second, third, last) = wms.layer("dose-rate"), times(wms)
    for text, drawn in (
        (first, first),
        (f"{first},{third}", third),
        (f"{third},{first}", third),
        (f"{first}/{last}", third),
        (f"{first}/{last}/PT1H", last),
        (f"{first}/{second}/PT1H,{third}", third),
        (f"{first}/{first}", first),
    ):
        answer = wms.ask(wms.map_words(layer, TIME=text))
        assert answer[1]["X-Data-Time"] == f"dose-rate={drawn}", text
        assert answer[2] == wms.ask(wms.map_words(layer, TIME=drawn))[2]


def test_a_time_between_two_is_no_time(wms: Wms) -> None:
    """There is no nearest value: an hour that was not asked for is never drawn."""
    between = times(wms)[0].replace(":00:00Z", ":30:00Z")
    assert wms.refused(wms.map_words(wms.layer("dose-rate"), TIME=between)) == (
        "InvalidDimensionValue"
    )


def test_hours_are_told_apart(wms: Wms) -> None:
    fine = ",".join(str(n) for n in range(80, 190, 10))
    layer = wms.layer("dose-rate")
    seen = {wms.ask(wms.map_words(layer, TIME=at, BREAKS=fine))[2] for at in times(wms)}
    assert len(seen) == 4


# Clicks


def info_words(wms: Wms, name: str, **words: str | None) -> dict[str, str | None]:
    layer = wms.layer(name)
    place = {"I": "100", "J": "50"} if wms.newer else {"X": "100", "Y": "50"}
    return wms.map_words(layer) | {
        "REQUEST": "GetFeatureInfo",
        "QUERY_LAYERS": name,
        "INFO_FORMAT": "text/plain",
        **place,
        **words,
    }


def test_every_layer_that_says_so_answers_a_click_in_every_declared_format(wms: Wms) -> None:
    formats = wms.root.findall(wms.tag("Capability/Request/GetFeatureInfo/Format"))
    assert len(formats) > 2
    for layer in wms.layers():
        if layer.queryable:
            for form in formats:
                answer = wms.ask(info_words(wms, layer.name, INFO_FORMAT=form.text))
                assert answer[1].get_content_type() == form.text
        else:
            assert wms.refused(info_words(wms, layer.name)) == "LayerNotQueryable"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"I": "200", "X": "200"}, "InvalidPoint"),
        ({"J": "100", "Y": "100"}, "InvalidPoint"),
        ({"I": "-1", "X": "-1"}, "InvalidPoint"),
        ({"QUERY_LAYERS": "no-such-layer"}, "LayerNotDefined"),
        ({"INFO_FORMAT": "image/none"}, "InvalidFormat"),
        ({"TIME": "1901-01-01T00:00:00Z"}, "InvalidDimensionValue"),
    ],
)
def test_a_click_that_cannot_be_answered_has_its_code(
    wms: Wms, words: dict[str, str | None], code: str
) -> None:
    assert wms.refused(info_words(wms, "dose-rate", **words)) == code
