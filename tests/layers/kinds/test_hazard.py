import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from layers.errors import BadFileError, GoneError
from layers.geo import Bounds, Point, Window
from layers.kinds.hazard import HazardKind, check
from layers.kinds.places import pixel_places
from layers.model import LayerDefinition, Raster, StyleDefinition
from layers.model.kind import Question
from layers.views import View

# Two maps of one degree cells, of states that meet at 62 E; each reaches a degree into the other.
TILE = Window(7, 86, 47)
"""It spans 61.875 to 64.6875 E and 40.98 to 43.07 N."""


def dataset(
    folder: Path, name: str, pga: float, west: float, territory: tuple[float, float]
) -> Path:
    folder.mkdir(parents=True)
    for period, scale in ((475, 1.0), (2475, 2.0)):
        with rasterio.open(
            folder / f"{period}.tif", "w", driver="GTiff", width=4, height=4, count=1,
            dtype="float32", crs="EPSG:4326", transform=Affine(1, 0, west, 0, -1, 44),
        ) as out:  # fmt: skip
            out.write(np.full((4, 4), pga * scale, np.float32), 1)
    low, high = territory
    ring = [[low, 40], [high, 40], [high, 44], [low, 44], [low, 40]]
    (folder / "land.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
        f'"geometry": {{"type": "Polygon", "coordinates": [{ring}]}}}}]}}'
    )
    text = (
        f'id = "{name}"\ntitle = "{name}"\nstatus = "official"\nunit = "g"\nlicence = "CC0"\n'
        'vintage = "2026"\nsource = "a test"\nvs30_m_s = "unknown"\nstate = "KZ"\n'
        'territory = "land.geojson"\n'
    )
    for period in (475, 2475):
        text += f'[[grid]]\nreturn_period_y = {period}\npath = "{period}.tif"\n'
    path = folder / "hazard.toml"
    path.write_text(text)
    return path


def layer(*paths: Path, measure: str = "value") -> LayerDefinition:
    style = StyleDefinition("s", measure=measure, return_period_y=475)
    return LayerDefinition("maps", "hazard", "Maps", paths=paths, styles=(style,))


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    return (
        dataset(tmp_path / "a", "a", 0.1, 60, (60, 63)),
        dataset(tmp_path / "b", "b", 0.4, 62, (63, 66)),
    )


def shown(kind: HazardKind, definition: LayerDefinition, window: Window | View, **more: float):  # type: ignore[no-untyped-def]
    question = Question(definition.styles[0], **more)  # type: ignore[arg-type]
    found = kind.tile(window, None, kind.version(None), question)
    assert isinstance(found, Raster)
    return found.bands["value"]


def test_two_national_maps_meet_in_an_open_seam_and_are_never_blended(
    two: tuple[Path, Path],
) -> None:
    definition = layer(*two)
    check(definition)
    value = shown(HazardKind(definition, None), definition, TILE)  # type: ignore[arg-type]
    known = value[np.isfinite(value)]
    assert set(np.unique(known)) == {np.float32(0.1), np.float32(0.4)}
    lon, _ = pixel_places(TILE)
    assert (value[lon < 62.98] == np.float32(0.1)).all()
    assert (value[lon > 63.02] == np.float32(0.4)).all()
    # One pixel of each row, at the border, is of neither.
    assert (np.isnan(value).sum(axis=1) == 1).all()
    assert abs(lon[np.isnan(value)] - 63).max() < 0.02


def test_a_return_period_that_a_query_asks_for_lies_between_the_grids(
    two: tuple[Path, Path],
) -> None:
    definition = layer(two[0])
    kind = HazardKind(definition, None)  # type: ignore[arg-type]
    period = float(np.sqrt(475 * 2475))
    value = shown(kind, definition, TILE, return_period_y=period)
    assert np.nanmax(value) == pytest.approx(0.1 * 2**0.5, rel=1e-6)
    assert kind.tile(TILE, None, kind.version(None), Question(definition.styles[0],
                     return_period_y=10_000.0)) is None  # fmt: skip


def test_a_picture_of_any_system_shows_what_tiles_show(two: tuple[Path, Path]) -> None:
    definition = layer(*two)
    kind = HazardKind(definition, None)  # type: ignore[arg-type]
    view = View("EPSG:32641", 400_000, 4_600_000, 600_000, 4_700_000, 90, 45)
    value = shown(kind, definition, view)
    lon, lat = pixel_places(view)
    away = np.abs(lon - 63) > 0.05
    assert value.shape == (45, 90)
    assert (value[away] == np.where(lon < 63, 0.1, 0.4).astype(np.float32)[away]).all()
    assert 41 < lat.min() < lat.max() < 43


def test_models_of_one_place_are_compared_by_their_ratio(tmp_path: Path) -> None:
    a = dataset(tmp_path / "a", "a", 0.1, 60, (60, 66))
    b = dataset(tmp_path / "b", "b", 0.25, 60, (60, 66))
    definition = layer(a, b, measure="ratio")
    check(definition)
    value = shown(HazardKind(definition, None), definition, TILE)  # type: ignore[arg-type]
    assert np.nanmax(value) == pytest.approx(2.5)


def test_a_click_tells_every_model_and_return_period_with_its_manifest(
    two: tuple[Path, Path],
) -> None:
    kind = HazardKind(layer(*two), None)  # type: ignore[arg-type]
    found = kind.inspect(Point(62.5, 42.5), None)
    assert [(v["name"], v["model"], v["interpolated"]) for v in found["values"]] == [
        ("pga_475", "a", False), ("pga_975", "a", True), ("pga_2475", "a", False),
    ]  # fmt: skip
    assert found["values"][0]["value"] == pytest.approx(0.1)
    assert found["values"][0]["annual_rate"] == pytest.approx(1 / 475)
    assert [(m["id"], m["status"], m["known"]) for m in found["models"]] == [
        ("a", "official", True), ("b", "official", False),
    ]  # fmt: skip
    outside = kind.inspect(Point(10, 10), None)
    assert (outside["known"], outside["reason"]) == (False, "outside_domain")


def test_a_file_that_is_replaced_has_a_new_version_and_the_old_one_is_gone(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    definition = layer(two[0])
    kind = HazardKind(definition, None, look_s=0)  # type: ignore[arg-type]
    old = kind.version(None)
    other = dataset(tmp_path / "c", "a", 0.3, 60, (60, 63))
    shutil.copy(other.parent / "475.tif", two[0].parent / "475.tif")
    assert kind.version(None) != old
    with pytest.raises(GoneError, match="no longer kept"):
        kind.tile(TILE, None, old, Question(definition.styles[0]))
    assert np.nanmax(shown(kind, definition, TILE)) == pytest.approx(0.3)
    assert kind.extent().bounds == Bounds(60, 40, 64, 44)


def test_a_data_set_that_broke_is_told_at_a_click(two: tuple[Path, Path]) -> None:
    kind = HazardKind(layer(two[0]), None, look_s=0)  # type: ignore[arg-type]
    (two[0].parent / "475.tif").write_bytes(b"no tiff")
    found = kind.inspect(Point(62.5, 42.5), None)
    assert (found["known"], found["reason"]) == (False, "unreadable")
    assert "475.tif" in found["error"]


def test_data_sets_that_cannot_stand_together_are_refused(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(BadFileError, match="one id"):
        check(layer(two[0], two[0]))
    text = two[1].read_text().replace('"g"', '"MSK-64"')
    two[1].write_text(text)
    with pytest.raises(BadFileError, match="cannot be one layer"):
        check(layer(*two))
    with pytest.raises(BadFileError, match="the layer has one"):
        check(layer(two[0], measure="ratio"))
    with pytest.raises(BadFileError, match="names no manifest"):
        check(layer())
    with pytest.raises(BadFileError, match=r"absent\.toml"):
        check(layer(tmp_path / "absent.toml"))
