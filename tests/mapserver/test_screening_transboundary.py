"""Winds and water basins of the catalogue in the sheet of a site; data made for the test."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader

from layers.messages import LANGUAGES

from .conftest import House

CATALOG = """title = "Winds and waters, made for a test"
[[layer]]
id = "winds"
kind = "points"
title = "Winds of a test"
evidence = "wind"
[[layer]]
id = "basins"
kind = "zones"
title = "Basins of a test"
evidence = "basin"
"""
TUZKAN = "67.483,40.55,1000,Tuzkan"
"""In Uzbekistan; Kazakhstan lies to the north and east, Tajikistan to the south."""


def feature(key: str, geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": properties}


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def from_south(share: float) -> list[float]:
    """Sixteen shares in per cent: some from the south, the rest of 90 from the north."""
    told = [0.0] * 16
    told[8], told[0] = share, 90 - share
    return told


WINDS = [
    feature("near", point(67.5, 40.6), name_ru="Рядом", name_en="Near", wind_from=from_south(60),
            calm=10, period="2001–2020", height_m=10),
    # Nearer still, and no rose.
    feature("broken", point(67.484, 40.551), wind_from=[1, 2, 3]),
    feature("far", point(69.9, 42.3), wind_from=[12.5] * 8),
    feature("alone", point(64.0, 44.0), wind_from="NNE"),
]  # fmt: skip
BASINS = [
    feature("large", box(66, 39, 72, 44), name="Large basin"),
    feature("small", box(67.4, 40.5, 67.6, 40.7), name_ru="Малый", name_en="Small"),
]


@pytest.fixture(scope="module")
def windy(open_house: Callable[..., House], tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("windy")
    (folder / "own.toml").write_text(CATALOG)
    made = open_house(folder / "data", demo=False, catalog=str(folder / "own.toml"))
    if not (made.site.assets.folder / "surroundings").is_dir():
        pytest.skip("static/dist/surroundings is not built: make assets")
    for collection, features in (("winds", WINDS), ("basins", BASINS)):
        body = json.dumps({"type": "FeatureCollection", "features": features}).encode()
        said = made.ingest(f"{collection}.geojson", body, defaults={"collection": collection})
        assert said["accepted"] == len(features)
    return made


def sheet(house: House, place: str) -> dict[str, Any]:
    found: dict[str, Any] = house.json(f"/api/v1/screening?sites={place}")["sites"][0]
    return found


def test_the_nearest_rose_tells_how_much_of_the_wind_blows_to_each_state(windy: House) -> None:
    cross = sheet(windy, TUZKAN)["cross_border"]
    wind = cross["wind"]
    assert (wind["id"], wind["missing"], wind["source"]) == ("near", "", "Winds of a test")
    assert wind["distance_km"] == pytest.approx(5.73, abs=0.05)
    assert (wind["prevailing"], wind["calm"]) == (8, 0.1)
    assert sum(wind["wind_from"]) + wind["calm"] == pytest.approx(1, abs=1e-3)
    towards = {each["country"]: each["wind_share"] for each in cross["abroad"]}
    # 60 % blow to the north, where Kazakhstan is; 30 % to the south: two thirds of the directions
    # between 168.75 and 191.25 degrees meet Tajikistan.
    assert towards["KZ"] == pytest.approx(0.6, abs=0.001)
    assert towards["TJ"] == pytest.approx(0.2, abs=0.001)
    assert cross["not_loaded"] == []


def test_basins_that_hold_a_site_are_split_by_state_the_smallest_first(windy: House) -> None:
    small, large = sheet(windy, TUZKAN)["cross_border"]["basins"]["holding"]
    assert (small["id"], large["id"]) == ("small", "large")
    assert small["shares"] == {"UZ": 1.0}
    assert set(large["shares"]) == {"KZ", "UZ", "TJ", "KG"}
    assert sum(large["shares"].values()) == pytest.approx(1, abs=0.003)
    # 6 by 5 degrees at 41.5 degrees of latitude: 500 km by 555 km.
    assert large["area_km2"] == pytest.approx(500 * 555, rel=0.02)


def test_what_lies_too_far_away_or_cannot_be_read_is_not_told(windy: House) -> None:
    far = sheet(windy, "61.0,44.0,1000,Far")["cross_border"]
    assert far["wind"] == {"missing": "outside", "within_km": 50.0}
    assert far["basins"] == {"missing": "outside", "holding": []}
    assert {each["wind_share"] for each in far["abroad"]} == {None}
    unread = sheet(windy, "64.0,44.1,1000,Unread")["cross_border"]
    assert unread["wind"]["missing"] == "no_rose"


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_paper_say_it_in_four_languages(
    windy: House, language: str, tmp_path: Any
) -> None:
    name = "Рядом" if language == "ru" else "Near"
    page = windy.get(f"/{language}/screening/sheet?sites={TUZKAN}").text
    paper = windy.get(f"/api/v1/screening?sites={TUZKAN}&format=pdf&lang={language}").data
    (tmp_path / "sheet.pdf").write_bytes(paper)
    text = "".join(each.extract_text() for each in PdfReader(tmp_path / "sheet.pdf").pages)
    for face in (page, text):
        assert name in face
        assert "Large basin" in face
        assert "2001–2020" in face


def test_winds_and_basins_are_no_criterion_of_suitability(windy: House) -> None:
    told = sheet(windy, TUZKAN)
    assert {"winds", "basins"} <= {each["id"] for each in told["provenance"]}
    assert not {"wind_rose", "water_basin"} & set(told["evidence"])
