"""A raster of population takes the place of the settlements in circles, sheet and criteria."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from layers.geo import Bounds, CellGrid, Window
from layers.kinds.suitability import layout_of
from layers.messages import LANGUAGES
from layers.model import CandidateSite
from layers.screening import weighed
from layers.siting import Options, sheet, stacks
from layers.siting.block import Block
from layers.siting.fields import Fields

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
[[layer]]
id = "suitability"
kind = "suitability"
title = "Suitability"
style = [{ id = "np-032", measure = "np-032" }, { id = "or-sage-large", measure = "or-sage-large" }]
"""
KM2 = 20.0
TUZKAN = "67.483,40.55,1000,Tuzkan"


@pytest.fixture(scope="module")
def peopled(open_house: Callable[..., House], tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("peopled")
    values = np.full((600, 960), KM2, np.float32)
    # In the north-east towns that stand in single cells, as people do, among fields of none.
    towns = np.random.default_rng(5).lognormal(0, 3, (120, 480))
    values[:120, 480:] = np.where(towns > 20, towns, 0)
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


@pytest.mark.parametrize(("lon", "lat"), [(65.5, 40.0), (69.5, 42.0), (63.5, 41.0), (76.0, 43.5)])
def test_a_pixel_of_suitability_counts_the_people_that_the_sheet_of_its_place_counts(
    peopled: House, lon: float, lat: float
) -> None:
    loaded = peopled.site.desk.loaded()
    layer = peopled.site.catalog.layer("suitability")
    fields = Fields(loaded, 3000.0)
    grid = CellGrid.covering(Bounds(lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2), 6)
    window = Window(6, grid.col // 256, grid.row // 256)
    block = Block.of(window, Bounds(lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2))
    assert block is not None
    layout = layout_of(layer)
    found = fields.of(block, layout.evidence)
    bands = layout.made(found, block.shape)
    rng = np.random.default_rng(3)
    for _ in range(5):
        row, col = (int(rng.integers(size)) for size in block.shape)
        place = tuple(float(axis[row, col]) for axis in block.place)
        for style in layer.styles:
            told = sheet(CandidateSite("c", "c", *place, 0.0), loaded, Options(style.preset))
            for name in ("density_16km", "density_25km", "density_30km", "density_32km"):
                if name in found:
                    value = told["evidence"][name]["value"]
                    assert found[name][row, col] == pytest.approx(value, rel=2e-3, abs=2e-3), name
            chosen = style.preset
            weights = np.array([c.weight for c in chosen.suitabilities])
            needed = np.zeros(len(weights), bool)  # no hazard and no fault is loaded here
            score, known = weighed(bands[layout.bands_of(chosen)][:, row, col][:, None], weights,
                                   needed)  # fmt: skip
            utility = [c["utility"] for c in told["verdicts"]["suitability"]["criteria"]]
            own = [(w, u) for w, u in zip(weights, utility, strict=True) if u is not None]
            total = sum(w for w, _ in own)
            assert bool(known[0]) is bool(total >= 0.5 - 1e-6)
            mean = sum(w * u for w, u in own) / (total if known[0] else 1)
            assert score[0] == pytest.approx(mean, abs=0.6 / 254 + 1e-4)
            excluded = {f["evidence"] for f in told["verdicts"]["exclusion"]
                        if f["status"] == "hit"}  # fmt: skip
            low, high = layout.bits_of(chosen)
            hit = (int(bands[-2][row, col]) & low) | (int(bands[-1][row, col]) & high)
            assert bool(hit) is bool(excluded)


def test_an_account_of_a_pixel_names_the_raster_and_what_stands_in_for_it(peopled: House) -> None:
    loaded = peopled.site.desk.loaded()
    layout = layout_of(peopled.site.catalog.layer("suitability"))
    said = stacks.sources(loaded, layout)
    assert said["density_30km"]["source"].startswith("People of the census; ")
    assert "census" not in said["town_100000_distance"]["source"]
