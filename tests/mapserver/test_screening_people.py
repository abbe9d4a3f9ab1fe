"""A raster of population takes the place of the settlements in circles, sheet and criteria."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from layers.messages import LANGUAGES

from .conftest import House

CATALOG = """title = "People"
[[layer]]
id = "people"
kind = "raster"
title = "People of the census"
path = "people.tif"
unit = "1/km2"
evidence = "population"
licence = "CC BY 4.0"
"""
KM2 = 20.0
TUZKAN = "67.483,40.55,1000,Tuzkan"


@pytest.fixture(scope="module")
def peopled(open_house: Callable[..., House], tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("peopled")
    values = np.full((600, 960), KM2, np.float32)
    with rasterio.open(
        folder / "people.tif", "w", driver="GTiff", crs="EPSG:4326", count=1, dtype="float32",
        transform=Affine(1 / 120, 0, 63.5, 0, -1 / 120, 43.0), width=960, height=600, nodata=-1,
    ) as out:  # fmt: skip
        out.write(values, 1)
    (folder / "own.toml").write_text(CATALOG)
    made = open_house(folder / "data", demo=False, catalog=str(folder / "own.toml"))
    if not (made.site.assets.folder / "surroundings").is_dir():
        pytest.skip("static/dist/surroundings is not built: make assets")
    return made


def test_circles_that_the_raster_reaches_have_its_people_by_state_and_name_it(
    peopled: House,
) -> None:
    sheet: dict[str, Any] = peopled.json(f"/api/v1/screening?sites={TUZKAN}")["sites"][0]
    people = sheet["people"]
    assert people["raster"] == {
        "layer": "people", "source": "People of the census",
        "vintage": people["raster"]["vintage"],
    }  # fmt: skip
    near, middle, far, region = people["rings"]
    for ring in (near, middle, far):
        assert ring["total"] == pytest.approx(KM2 * np.pi * ring["radius_km"] ** 2, rel=0.02)
        assert ring["lower_bound"] is False
        assert ring["least"] < ring["total"] < ring["most"]
    # The lake lies in Uzbekistan, Kazakhstan some 50 km to the north-east.
    assert set(near["people"]) == {"UZ"}
    assert set(far["people"]) >= {"UZ", "KZ"}
    assert far["people"]["UZ"] > far["people"]["KZ"] > 0
    # Beyond the raster the settlements still count, and say that they are a lower bound.
    assert region["lower_bound"] is True
    assert people["lower_bound"] is True
    density = sheet["evidence"]["density_30km"]
    assert density["value"] == pytest.approx(KM2, rel=0.02)
    assert density["source"] == "People of the census"
    assert density["lower_bound"] is False
    assert "people" in {each["id"] for each in sheet["provenance"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_on_a_page_says_where_the_people_are_from(peopled: House, language: str) -> None:
    page = peopled.get(f"/{language}/screening/sheet?sites={TUZKAN}").text
    assert "People of the census" in page


def test_a_raster_that_cannot_be_read_is_told_and_settlements_stand_in(
    peopled: House, tmp_path: Path
) -> None:
    from layers.kinds import raster_people

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raster_people, "MOST_CELLS", 10)
        sheet = peopled.json(f"/api/v1/screening?sites={TUZKAN}")["sites"][0]
    assert "a coarser one is needed" in sheet["people"]["unread"]
    assert all(ring["lower_bound"] for ring in sheet["people"]["rings"])
