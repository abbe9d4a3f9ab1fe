"""Whatever is sent, the WMS answers with a picture or with a sentence; it never fails."""

import urllib.parse
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.mapserver.test_wms import INFO, MAP

LAYERS = ["dose-rate", "stations", "seismic-zones", "faults", "own-raster", "basemap", "sites"]
numbers = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 1e308, -1e308, 1e-308, 90.0, 180.0, 2e7, 1e5]),
)
boxes = st.one_of(
    st.tuples(numbers, numbers, numbers, numbers),
    st.tuples(
        st.floats(-1e8, 1e8), st.floats(-1e8, 1e8), st.floats(1e-9, 1e8), st.floats(1e-9, 1e8)
    ).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])),
    st.tuples(
        st.floats(-200, 200), st.floats(-100, 100), st.floats(1e-9, 300), st.floats(1e-9, 200)
    ).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])),
)
asked = st.fixed_dictionaries(
    {
        "LAYERS": st.sampled_from(LAYERS),
        "CRS": st.sampled_from(["EPSG:3857", "EPSG:4326", "CRS:84", "EPSG:32642", "EPSG:28412"]),
        "BBOX": boxes.map(lambda box: ",".join(map(repr, box))),
        "WIDTH": st.integers(1, 40).map(str),
        "HEIGHT": st.integers(1, 40).map(str),
    },
    optional={
        "SMOOTH": st.sampled_from(["0", "1"]),
        "TIME": st.one_of(st.text(max_size=40), st.sampled_from(["/", "//", ",", "P1D", "a/b/c"])),
        "EXCEPTIONS": st.sampled_from(["XML", "INIMAGE", "BLANK", "?"]),
        "BGCOLOR": st.text(max_size=8),
        "VERSION": st.sampled_from(["1.3.0", "1.1.1", "9", "a.b"]),
    },
)


def fine(house: Any, words: dict[str, str]) -> None:
    answer = house.get("/wms?" + urllib.parse.urlencode(words))
    assert answer.status_code == 200
    assert b"see the server's log" not in answer.data, words
    assert answer.mimetype in (
        "image/png",
        "image/jpeg",
        "text/plain",
        "text/xml",
        "application/vnd.ogc.se_xml",
        "application/json",
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@example(words={"CRS": "EPSG:4326", "BBOX": "-90,-180,90,180"})
@example(words={"CRS": "EPSG:3857", "BBOX": "-1e308,-1e308,1e308,1e308"})
@example(words={"CRS": "EPSG:32642", "BBOX": "-1e300,-1e300,1e300,1e300"})
@example(words={"CRS": "EPSG:3857", "BBOX": "7e6,5e6,7000000.0000001,5000000.0000001"})
@example(words={"CRS": "EPSG:3857", "BBOX": "7e6,5e6,7000001,6e6", "WIDTH": "1", "HEIGHT": "4096"})
@example(words={"CRS": "EPSG:3857", "BBOX": "-1e299,-7e299,4e299,-5e298", "LAYERS": "own-raster"})
@example(words={"CRS": "EPSG:3857", "BBOX": "-1e9,-1e9,1e9,1e9"})
@example(
    words={
        "CRS": "EPSG:32642",
        "BBOX": "4e5,4.4e6,6e5,4.5e6",
        "WIDTH": "6",
        "HEIGHT": "1",
        "SMOOTH": "1",
    }
)
@example(words={"CRS": "EPSG:32642", "BBOX": "4e5,4.4e6,6e5,4.5e6", "WIDTH": "6", "HEIGHT": "1"})
@example(words={"CRS": "EPSG:32642", "BBOX": "4e5,4.4e6,6e5,4.5e6", "WIDTH": "1", "HEIGHT": "6"})
@example(words={"CRS": "EPSG:28412", "BBOX": "0.0,0.0,0.25,1e-09"})
@example(words={"CRS": "EPSG:4326", "BBOX": "0,0,4160689,1e-09", "WIDTH": "1", "HEIGHT": "1"})
@example(words={"CRS": "EPSG:32642", "BBOX": "-1e9,-1e9,1e9,1e9"})
@given(words=asked)
def test_any_box_in_any_system_is_answered(house: Any, words: dict[str, str]) -> None:
    surfaces = ["dose-rate", "own-raster"] if "SMOOTH" in words else LAYERS
    for layer in [words["LAYERS"]] if "LAYERS" in words else surfaces:
        fine(house, {**MAP, **words, "LAYERS": layer})
        if layer != "basemap":
            fine(
                house,
                {
                    **MAP,
                    **INFO,
                    **words,
                    "LAYERS": layer,
                    "QUERY_LAYERS": layer,
                    "I": "0",
                    "J": "0",
                },
            )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    key=st.sampled_from([*MAP, *INFO, "THRESHOLD", "Q", "BREAKS", "LANGUAGE"]),
    text=st.text(max_size=60),
)
def test_any_word_for_any_key_is_answered(house: Any, key: str, text: str) -> None:
    fine(house, {**MAP, key: text})
    fine(house, {**MAP, **INFO, key: text})


@pytest.mark.parametrize("count", [5, 200])
def test_many_words_are_answered(house: Any, count: int) -> None:
    fine(house, {**MAP, "LAYERS": ",".join(["stations"] * count)})
    fine(house, {**MAP, "TIME": ",".join(["current"] * count)})
