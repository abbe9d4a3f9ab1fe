from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from layers.errors import BadFileError, BadInputError
from layers.exchange import hazard_manifest
from layers.geo import Bounds
from layers.kinds import hazard_files
from layers.model import HazardGrid, HazardStatus, hazard_values

SHARED = Path(__file__).parents[4] / "shared" / "data" / "seismic"
MANIFEST = """
id = "a-model"
title = "A model"
status = "model"
unit = "m/s2"
licence = "CC BY 4.0"
vintage = "2023"
source = "a test"
vs30_m_s = 760

[[grid]]
return_period_y = 475
path = "pga_475.tif"

[[zones]]
return_period_y = 2475
path = "zones.geojson"
property = "pga"
"""
ZONES = """{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"pga": 3.922660}, "geometry": {"type": "Polygon",
"coordinates": [[[60, 40], [62, 40], [62, 42], [60, 42], [60, 40]]]}}]}"""


def grid(path: Path, values: object, crs: str = "EPSG:4326", **more: object) -> None:
    cells = np.array(values, np.float32)
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, crs=crs,
        height=cells.shape[0], width=cells.shape[1],
        transform=Affine(1, 0, 60, 0, -1, 42), **more,
    ) as out:  # fmt: skip
        out.write(cells, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hazard.toml").write_text(MANIFEST, "utf-8")
    (tmp_path / "zones.geojson").write_text(ZONES, "utf-8")
    grid(tmp_path / "pga_475.tif", [[0.980665, 1.96133], [-9999, 2.941995]], nodata=-9999)
    return tmp_path


def test_a_data_set_of_a_grid_and_zones_is_held_in_g(folder: Path) -> None:
    dataset = hazard_files.read(folder / "hazard.toml")
    assert dataset.manifest.status is HazardStatus.MODEL
    at_475, at_2475 = hazard_values([dataset], 61.5, 41.5, (475, 2475))
    assert at_475.value == pytest.approx(0.2)
    assert at_2475.value == pytest.approx(0.4)
    (middle,) = hazard_values([dataset], 61.5, 41.5, (1084.2,))
    assert middle.value == pytest.approx(0.2 * 2**0.5, rel=1e-3)


def test_a_cell_that_the_file_leaves_open_stays_open(folder: Path) -> None:
    (found,) = hazard_values([hazard_files.read(folder / "hazard.toml")], 60.5, 40.5, (475,))
    assert found.value is None


def test_only_the_box_that_is_wanted_is_read_and_the_values_stay_at_their_places(
    folder: Path,
) -> None:
    dataset = hazard_files.read(folder / "hazard.toml", Bounds(61.2, 40.2, 61.8, 40.8))
    part = dataset.parts[0]
    assert isinstance(part, HazardGrid)
    assert part.values.shape == (1, 1)
    (found,) = hazard_values([dataset], 61.5, 40.5, (475,))
    assert found.value == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('unit = "m/s2"', 'unit = "MMI"'), 'hazard.toml: "MMI" is no unit of ground motion'),
        (('unit = "m/s2"', ""), '"unit" is missing'),
        (('unit = "m/s2"', 'unit = "ln g"'), "zones.geojson|pga_475.tif"),
        (('status = "model"', 'status = "offical"'), 'did you mean "official"'),
        (("vs30_m_s = 760", ""), '"vs30_m_s" is missing'),
        (("vs30_m_s = 760", "vs30_m_s = 7"), "50 to 4000 m/s"),
        (('licence = "CC BY 4.0"', ""), '"licence" is missing'),
        (('vintage = "2023"', 'vintage = " "'), '"vintage" is empty'),
        (("return_period_y = 475", "return_period_y = 2475"), "two entries"),
        (("return_period_y = 475", ""), "1 to 1e8 years"),
        (('"pga_475.tif"', '"../pga_475.tif"'), "beside the manifest"),
        (('"pga_475.tif"', '"absent.tif"'), "absent.tif"),
        (('property = "pga"', 'property = "msk"'), '"msk" is None, no number'),
        (('source = "a test"', 'source = "a test"\nsuorce = 1'), 'unknown key "suorce"'),
        (("[[grid]]", "[[gird]]"), 'unknown key "gird"'),
        (('id = "a-model"', 'id = "A model"'), "lower-case letters"),
        (('id = "a-model"', "id = "), "hazard.toml: "),
    ],
)
def test_a_manifest_that_cannot_be_is_refused_with_its_key(
    folder: Path, change: tuple[str, str], told: str
) -> None:
    (folder / "hazard.toml").write_text(MANIFEST.replace(*change), "utf-8")
    with pytest.raises(BadInputError, match=told):
        hazard_files.read(folder / "hazard.toml")


def test_a_grid_in_per_cent_that_claims_to_be_in_g_is_refused(folder: Path) -> None:
    (folder / "hazard.toml").write_text(MANIFEST.replace('"m/s2"', '"g"'), "utf-8")
    grid(folder / "pga_475.tif", [[12.0, 30.0]])
    with pytest.raises(BadInputError, match=r"pga_475\.tif: the largest value, 30 g"):
        hazard_files.read(folder / "hazard.toml")


def test_a_unit_in_the_file_that_contradicts_the_manifest_is_refused(folder: Path) -> None:
    with rasterio.open(folder / "pga_475.tif", "r+") as out:
        out.set_band_unit(1, "g")
    with pytest.raises(BadInputError, match='the file says its unit is "g", the manifest "m/s2"'):
        hazard_files.read(folder / "hazard.toml")


def test_a_grid_in_metres_is_refused(folder: Path) -> None:
    grid(folder / "pga_475.tif", [[1.0]], crs="EPSG:32642")
    with pytest.raises(BadFileError, match="longitude and latitude"):
        hazard_files.read(folder / "hazard.toml")


def test_zones_that_are_no_areas_are_refused(folder: Path) -> None:
    (folder / "zones.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"pga": 1},'
        '"geometry": {"type": "Point", "coordinates": [60, 40]}}]}',
        "utf-8",
    )
    with pytest.raises(BadFileError, match="is no area"):
        hazard_files.read(folder / "hazard.toml")


def test_a_manifest_that_was_written_is_read_back(folder: Path) -> None:
    manifest, files = hazard_manifest.parse(MANIFEST, "hazard.toml")
    assert hazard_manifest.parse(hazard_manifest.written(manifest, files), "x") == (manifest, files)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
def test_four_real_grids_are_one_curve_that_agrees_with_the_levels_of_their_note(
    tmp_path: Path,
) -> None:
    text = MANIFEST.replace('"m/s2"', '"g"').partition("[[grid]]")[0]
    for period in (475, 975, 2475, 10_000):
        (tmp_path / f"pga_{period}.tif").symlink_to(SHARED / f"demo_pga_{period}.tif")
        text += f'[[grid]]\nreturn_period_y = {period}\npath = "pga_{period}.tif"\n'
    (tmp_path / "hazard.toml").write_text(text, "utf-8")
    dataset = hazard_files.read(tmp_path / "hazard.toml")
    # Almaty 0.27, Tashkent 0.13, Dushanbe 0.37, Ulken 0.036 g at 475 years.
    for lon, lat, pga in ((76.9, 43.25, 0.27), (69.3, 41.3, 0.13), (68.8, 38.55, 0.37),
                          (73.96, 45.2, 0.036)):  # fmt: skip
        values = [v.value for v in hazard_values([dataset], lon, lat)]
        assert values[0] == pytest.approx(pga, rel=0.12)
        assert values == sorted(values, key=float)  # type: ignore[arg-type]
