"""Suitability as tiles: what a sheet says of a place is what its pixel shows."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.windows
from PIL import Image

from layers.geo import GEOD, Bounds, Window, cell_m, lonlat, mercator
from layers.model import CandidateSite
from layers.model.kind import Question
from layers.screening import PRESETS, STEPS, Layout, shares
from layers.siting import Options, sheet
from layers.siting.block import Block
from layers.siting.fields import Fields
from layers.siting.stacks import token_of

from .conftest import HERE, House

LAYER = "suitability"
TILE = "latest/static/6/44/23"
LON, LAT = HERE
EVERY = (
    "sl2", "fault_distance", "historic_msk", "density_30km", "town_100000_distance",
    "border_distance", "water_distance", "slope", "empty_sectors_epd",
)  # fmt: skip


@pytest.fixture(autouse=True)
def built(house: House) -> None:
    if not (house.site.assets.folder / "surroundings").is_dir():
        pytest.skip("static/dist/surroundings is not built: make assets")


def pixels(house: House, path: str) -> Any:
    answer = house.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))


def clicked(house: House, query: str = "", lon: float = LON, lat: float = LAT) -> Any:
    found = house.json(f"/api/v1/point?lon={lon}&lat={lat}{query}")
    return next(each for each in found["layers"] if each["layer"] == LAYER)


def test_every_cell_says_what_the_sheet_of_its_place_says(house: House) -> None:
    loaded = house.site.desk.loaded()
    fields = Fields(loaded, 3000.0)
    block = Block.of(Window(6, 44, 23), Bounds(LON - 0.4, LAT - 0.4, LON + 0.4, LAT + 0.4))
    assert block is not None
    known = fields.of(block, fields.known())
    looked = 0
    rng = np.random.default_rng(7)
    for flat in rng.choice(block.shape[0] * block.shape[1], 12, replace=False).tolist():
        at = divmod(flat, block.shape[1])
        place = (float(axis[at]) for axis in block.place)
        told = sheet(CandidateSite("c", "c", *place, 0.0), loaded, Options())["evidence"]
        for name in fields.known():
            value = told[name]["value"]
            if name not in known:
                assert told[name]["missing"] == "not_loaded"
            elif value is None:
                assert np.isnan(known[name][at]), name
            else:
                # Sheets round to four digits, an intensity to two.
                assert known[name][at] == pytest.approx(value, abs=6e-3, rel=1e-3), (name, at)
                looked += 1
    assert looked > 12 * 12


def test_far_and_near_ways_are_those_of_the_geodesic(house: House) -> None:
    around = house.site.desk.loaded().surroundings
    fields = Fields(house.site.desk.loaded(), 3000.0)
    block = Block.of(Window(4, 11, 5), Bounds(60, 38, 80, 50))
    assert block is not None
    km = fields.of(block, ["town_100000_distance"])["town_100000_distance"]
    large = around.settlements.population >= 100_000
    lon, lat = around.settlements.lon[large], around.settlements.lat[large]
    for row, col in ((0, 0), (20, 30), (block.shape[0] - 1, block.shape[1] - 1)):
        x, y = (np.full(len(lon), axis[row, col]) for axis in block.place)
        ways = GEOD.inv(x, y, lon, lat)[2]
        assert 1000 * km[row, col] == pytest.approx(min(ways), abs=2.0)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_pixel_shows_the_verdict_of_the_sheet_of_its_cell(house: House, preset: str) -> None:
    definition = house.site.catalog.layer(LAYER)
    style = house.site.catalog.style(definition, preset)
    kind: Any = house.site.catalog.kind(LAYER)
    found = kind.tile(Window(5, 22, 11), None, kind.version(None), Question(style))
    loaded = house.site.desk.loaded()
    rng = np.random.default_rng(11)
    block = Block.of(Window(5, 22, 11), Bounds(LON - 2, LAT - 1.5, LON + 2, LAT + 1.5))
    assert block is not None
    for _ in range(6):
        row, col = (int(rng.integers(size)) for size in block.shape)
        at = block.row % 256 + row, block.col % 256 + col
        lon, lat = (float(axis[row, col]) for axis in block.place)
        judged = sheet(CandidateSite("c", "c", lon, lat, 0.0), loaded, Options(PRESETS[preset]))[
            "verdicts"
        ]
        assert found.excluded[at] == judged["excluded"]
        score = judged["suitability"]["score"]
        if not judged["excluded"]:
            assert found.known[at] == (score is not None)
        if score is not None:
            assert found.bands["value"][at] == pytest.approx(score, abs=0.6 / STEPS)
        told = clicked(house, f"&layer={LAYER}&style={preset}", lon, lat)["explained"]
        assert told["score"] == pytest.approx(score, abs=0.6 / STEPS)
        assert told["excluded"] == judged["excluded"]
        hits = {e["evidence"] for e in told["exclusions"] if e["status"] == "hit"}
        assert hits == {f["evidence"] for f in judged["exclusion"] if f["status"] == "hit"}


def test_weights_change_the_picture_and_no_exclusion(house: House) -> None:
    plain = pixels(house, f"/tiles/{LAYER}/or-sage-large/{TILE}.png")
    only = ",".join(f"{name}:{int(name == 'border_distance')}" for name in EVERY)
    turned = pixels(house, f"/tiles/{LAYER}/or-sage-large/{TILE}.png?weights={only}")
    assert (plain != turned).any()
    hatch = (plain[..., :3] == (45, 52, 66)).all(axis=-1)
    assert hatch.any()
    assert (hatch == (turned[..., :3] == (45, 52, 66)).all(axis=-1)).all()


def test_twice_the_weights_are_the_same_picture_under_the_same_name(house: House) -> None:
    answers = [
        house.get(f"/tiles/{LAYER}/np-032/{TILE}.png?weights={w}")
        for w in (
            ",".join(f"{name}:{i + 1}" for i, name in enumerate(EVERY)),
            ",".join(f"{name}:{2 * i + 2}" for i, name in enumerate(EVERY)),
        )
    ]
    assert answers[0].data == answers[1].data
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
    assert (
        answers[0].headers["ETag"] != house.get(f"/tiles/{LAYER}/np-032/{TILE}.png").headers["ETag"]
    )


def test_the_hatch_meets_at_the_border_of_tiles_and_is_the_same_when_dense(house: House) -> None:
    line = np.array((45, 52, 66))
    column = f"/tiles/{LAYER}/or-sage-large/latest/static/8/177"
    whole = np.vstack([pixels(house, f"{column}/{row}.png") for row in (94, 95)])
    drawn = (whole[..., :3] == line).all(axis=-1)
    ground = (whole[..., :3] == (233, 236, 241)).all(axis=-1) & (whole[..., 3] > 0)
    rows, cols = np.indices(drawn.shape)
    assert drawn.any()
    assert (drawn == ((cols - rows) % 8 < 3))[drawn | ground].all()
    plain, dense = (pixels(house, f"{column}/94{mark}.png") for mark in ("", "@2x"))
    assert (dense == plain.repeat(2, 0).repeat(2, 1)).all()


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("weights=sl3:1", "is not weighed; weighed are sl2"),
        ("weights=sl2:-1", "0 or more"),
        ("weights=sl2:nan", "a number was expected"),
        ("weights=sl2:1e309", "a finite number was expected"),
        ("weights=sl2:1e7", "is above"),
        ("weights=sl2:1,sl2:2", "evidence:number was expected"),
        ("weights=sl2", "evidence:number was expected"),
        ("weights=", "evidence:number was expected"),
        ("weights=" + ",".join(f"{name}:0" for name in EVERY), "all weights are 0"),
        ("weights=" + ",".join(f"a{i}:1" for i in range(33)), "the limit is 32"),
        ("smooth=1", "is not smoothed"),
        ("weights=sl2:1&weights=sl2:1", "stands 2 times"),
    ],
)
def test_weights_that_mean_nothing_get_a_sentence(house: House, query: str, word: str) -> None:
    answer = house.get(f"/tiles/{LAYER}/np-032/{TILE}.png?{query}")
    assert answer.status_code == 400
    assert word in answer.json["detail"]
    if query.startswith("weights") and "&" not in query:
        asked = house.get(f"/api/v1/point?lon={LON}&lat={LAT}&layer={LAYER}&{query}")
        assert asked.status_code == 400
        assert word in asked.json["detail"]


def test_only_what_weighs_takes_weights(house: House) -> None:
    for path in (
        f"/tiles/hazard/pga-475/{TILE}.png?weights=sl2:1",
        f"/api/v1/point?lon={LON}&lat={LAT}&layer=dose-rate&weights=sl2:1",
        f"/api/v1/point?lon={LON}&lat={LAT}&weights=sl2:1",
        f"/api/v1/point?lon={LON}&lat={LAT}&style=np-032",
    ):
        assert house.get(path).status_code == 400, path


def test_a_click_explains_the_pixel_with_the_weights_that_are_shown(house: House) -> None:
    told = clicked(house, f"&layer={LAYER}&style=np-032&weights=sl2:9,border_distance:3")
    found = told["explained"]
    weights = {p["evidence"]: p["weight"] for p in found["criteria"]}
    assert weights["sl2"] == pytest.approx(3 * weights["border_distance"], abs=1e-5)
    assert sum(weights.values()) == pytest.approx(1, abs=1e-5)
    for part in found["criteria"]:
        assert part["source"]
        assert (part["value"] is None) == (part["utility"] is None)
        assert part["value"] is None or part["of"]
    assert next(p for p in found["criteria"] if p["evidence"] == "slope")["value"] is None
    assert found["weight_known"] < 1
    assert {e["evidence"] for e in found["exclusions"]} == {"msk_sl2", "density_25km", "open_water"}
    assert all(e["check_before_use"] == (e["basis"] == "memory") for e in found["exclusions"])
    assert clicked(house)["explained"]["preset"] == "iaea-like"


def test_wms_draws_and_explains_with_weights_too(house: House) -> None:
    box = "CRS=CRS:84&BBOX=68,40,70.5,42.5&WIDTH=200&HEIGHT=200"
    wms = f"/wms?SERVICE=WMS&VERSION=1.3.0&LAYERS={LAYER}&STYLES=np-032&{box}"
    picture = "&REQUEST=GetMap&FORMAT=image/png&TRANSPARENT=TRUE"
    only = "&WEIGHTS=" + ",".join(f"{name}:{int(name == 'sl2')}" for name in EVERY)
    plain, turned = (pixels(house, wms + picture + more) for more in ("", only))
    assert (plain != turned).any()
    asked = f"&REQUEST=GetFeatureInfo&QUERY_LAYERS={LAYER}&I=100&J=100&INFO_FORMAT="
    found = json.loads(house.get(wms + asked + "application/json" + only).data)
    told = found["features"][0]["properties"]["explained"]
    assert [p["weight"] for p in told["criteria"]] == [1, 0, 0, 0, 0, 0, 0, 0, 0]
    text = house.get(wms + asked + "text/plain" + only).text
    assert "sl2" in text
    assert "NP-032" in text
    assert "a number was expected" in house.get(wms + picture + "&WEIGHTS=sl2:x").text


def test_tilejson_names_criteria_with_source_and_mark(house: House) -> None:
    document = house.json(f"/tilejson/{LAYER}.json?style=or-sage-small")
    assert [each["evidence"] for each in document["weighed"]] == list(EVERY)
    limits = {each["evidence"]: each for each in document["exclusions"]}
    assert limits["pga_2475"]["limit"] == 0.5
    assert limits["pga_2475"]["check_before_use"] is True
    assert "OR-SAGE" in limits["pga_2475"]["source"]


def test_bands_are_made_again_only_when_what_they_are_made_of_is_another(house: House) -> None:
    layer, loaded = house.site.catalog.layer(LAYER), house.site.desk.loaded()
    token = token_of(layer, loaded)
    later = house.site.desk.loaded(loaded.at)
    assert token_of(layer, later) == token
    object.__setattr__(later, "tokens", {**later.tokens, "faults": "another"})
    assert token_of(layer, later) != token
    hour = {**loaded.tokens, "dose-rate": "another"}
    object.__setattr__(later, "tokens", hour)
    assert token_of(layer, later) == token, "an hour of dose moves no band"


def test_without_bands_a_click_says_that_they_are_not_made_yet(own: House) -> None:
    found = own.json("/api/v1/point?lon=69&lat=41")
    told = next(each for each in found["layers"] if each["layer"] == LAYER)
    assert told["known"] is False
    assert told["reason"] == "not_made_yet"
    answer = own.get(f"/tiles/{LAYER}/np-032/{TILE}.png")
    assert answer.status_code == 200
    assert not pixels(own, f"/tiles/{LAYER}/np-032/{TILE}.png")[..., 3].any()


def test_layouts_of_one_preset_hold_only_its_bands() -> None:
    alone = Layout((PRESETS["np-032"],))
    assert len(alone.lines) == 9
    assert shares(np.array([c.weight for c in alone.lines])).sum() == pytest.approx(1)


def geotiff(house: House, query: str, folder: Path) -> tuple[Any, dict[str, str], str]:
    answer = house.get(f"/files/{LAYER}/latest/latest.tif?{query}")
    assert answer.status_code == 200, answer.text
    path = folder / "suitability.tif"
    path.write_bytes(answer.data)
    with rasterio.open(path) as dataset:
        assert dataset.descriptions == ("score", "excluded", "coverage")
        assert dataset.crs.to_epsg() == 3857
        rows, cols = rasterio.transform.rowcol(dataset.transform, *mercator(LON, LAT))
        found = dataset.read(window=rasterio.windows.Window(cols - 20, rows - 20, 40, 40))
        assert dataset.nodata is not None
        return found, dataset.tags(), answer.headers["Content-Disposition"]


def test_a_preset_with_weights_is_a_geotiff_of_score_exclusion_and_coverage(
    house: House, tmp_path: Path
) -> None:
    only = ",".join(f"{name}:{int(name == 'border_distance')}" for name in EVERY)
    plain, tags, name = geotiff(house, "style=np-032", tmp_path)
    turned, turned_tags, _ = geotiff(house, f"style=np-032&weights={only}", tmp_path)
    assert "suitability-np-032-static.tif" in name
    assert json.loads(turned_tags["weights"])["border_distance"] == 1.0
    assert tags["preset"] == "np-032"
    assert "exclusion.msk_sl2" in json.loads(tags["check_before_use"])
    score, excluded, coverage = plain
    assert set(np.unique(excluded)) <= {0.0, 1.0}
    assert excluded.any()
    # Nothing buys back an exclusion: no score stands there, whatever the weights.
    assert np.isnan(score[excluded == 1]).all()
    np.testing.assert_array_equal(excluded, turned[1])
    assert np.nanmax(np.abs(turned[0] - score)) > 0.05
    # Slope is not loaded: its weight of 0.05 is missing everywhere.
    assert coverage.max() == pytest.approx(0.95, abs=1e-4)
    assert turned[2].max() == pytest.approx(1.0)


def test_the_geotiff_says_of_a_cell_what_the_account_of_a_click_says(
    house: House, tmp_path: Path
) -> None:
    (score, excluded, _), _, _ = geotiff(house, "style=np-032", tmp_path)
    x, y = mercator(LON, LAT)
    seen = set()
    for down, across in ((20, 20), (2, 3), (38, 5), (11, 37), (30, 28)):
        lon, lat = lonlat(x + (across - 20) * cell_m(5), y - (down - 20) * cell_m(5))
        told = clicked(house, f"&layer={LAYER}&style=np-032", float(lon), float(lat))["explained"]
        assert bool(excluded[down, across]) is told["excluded"]
        seen.add(told["excluded"])
        if not told["excluded"]:
            assert score[down, across] == pytest.approx(told["score"], abs=1e-4)
    assert seen == {True, False}


def test_twice_the_weights_are_one_file_and_others_another(house: House) -> None:
    tags = [
        house.get(f"/files/{LAYER}/latest/latest.tif?style=np-032&weights={w}").headers["ETag"]
        for w in ("sl2:1,slope:2", "slope:2,sl2:1", "sl2:1,slope:3")
    ]
    assert tags[0] == tags[1] != tags[2]


@pytest.mark.parametrize(
    "leaf", ["latest.tif?weights=nothing:1", "latest.tif?bom=1", "latest.csv", "latest.tif?style=x",
             "latest.tif?weights=sl2:-1", "latest.qml?weights=sl2:1"],
)  # fmt: skip
def test_files_of_suitability_that_cannot_be_are_refused(house: House, leaf: str) -> None:
    assert 400 <= house.get(f"/files/{LAYER}/latest/{leaf}").status_code < 500


def test_the_style_of_a_preset_lies_beside_its_geotiff(house: House) -> None:
    answer = house.get(f"/files/{LAYER}/latest/latest.qml?style=np-032")
    assert answer.status_code == 200
    assert "suitability-np-032-static.qml" in answer.headers["Content-Disposition"]
    assert '<rasterrenderer type="singlebandpseudocolor" band="1"' in answer.text
