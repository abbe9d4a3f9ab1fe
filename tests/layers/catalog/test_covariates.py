"""A surface names the rasters that its mean follows; what cannot be is refused by name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from layers.catalog import parse
from layers.catalog.covariates import MOST
from layers.errors import CatalogError

SURFACE = {"id": "dose-rate", "kind": "surface", "title": "T", "quantity": "ambient_dose_rate"}
ZONES = {"id": "zones", "kind": "zones", "title": "T"}


@pytest.fixture
def terrain(tmp_path: Path) -> Path:
    path = tmp_path / "terrain.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=2, height=2, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(1, 0, 60, 0, -1, 50),
    ) as dataset:  # fmt: skip
        dataset.write(np.ones((2, 2), np.float32), 1)
    return path


def catalogue(terrain: Path, covariates: Any, **more: Any) -> dict[str, Any]:
    rasters = [
        {"id": name, "kind": "raster", "title": "T", "path": str(terrain)}
        for name in ("terrain", "rain", "geology", "soil", "forest")
    ]
    surface = {**SURFACE, **more, "covariates": covariates}
    return {"title": "T", "layer": [surface, *rasters, ZONES]}


def read(table: dict[str, Any]) -> Any:
    return parse(table, Path("own.toml"), {}).layers[0]


def test_a_surface_holds_the_layers_that_it_names_in_its_order(terrain: Path) -> None:
    found = read(catalogue(terrain, ["rain", "terrain"])).covariates
    assert [layer.id for layer in found] == ["rain", "terrain"]
    assert all(layer.paths == (terrain,) for layer in found)
    assert read({"title": "T", "layer": [SURFACE]}).covariates == ()
    assert MOST == 4
    assert len(read(catalogue(terrain, ["terrain", "rain", "geology", "soil"])).covariates) == 4


@pytest.mark.parametrize(
    ("covariates", "said"),
    [
        (["terain"], 'no layer "terain"; layers of kind raster are terrain, .*mean "terrain"'),
        (["zones"], '"zones", which is of kind zones; only a raster'),
        (["dose-rate"], '"dose-rate", which is of kind surface'),
        (["terrain", "rain", "geology", "soil", "forest"], "names 5 layers; at most 4"),
        (["rain", "rain"], 'names "rain" twice'),
        ("terrain", "'terrain'; expected list"),
        ([1], "holds something that is no text"),
    ],
)
def test_what_cannot_be_a_covariate_is_refused_by_name(
    terrain: Path, covariates: Any, said: str
) -> None:
    with pytest.raises(CatalogError, match=f'^own.toml, layer "dose-rate": .*{said}'):
        read(catalogue(terrain, covariates))


def test_without_a_raster_the_refusal_says_so(terrain: Path) -> None:
    with pytest.raises(CatalogError, match=r"layers of kind raster are none$"):
        read({"title": "T", "layer": [{**SURFACE, "covariates": ["terrain"]}]})


def test_only_a_surface_has_covariates(terrain: Path) -> None:
    table = catalogue(terrain, ["terrain"], kind="stations")
    with pytest.raises(CatalogError, match='unknown key "covariates"'):
        read(table)


def test_the_key_misspelt_is_offered_its_right_spelling(terrain: Path) -> None:
    table = catalogue(terrain, ["terrain"])
    table["layer"][0]["covariats"] = table["layer"][0].pop("covariates")
    with pytest.raises(CatalogError, match='did you mean "covariates"'):
        read(table)


def test_a_raster_with_times_is_no_covariate(tmp_path: Path) -> None:
    hours = {"id": "hours", "kind": "raster", "title": "T", "path": str(tmp_path / "{time:%Y}.tif")}
    table = {"title": "T", "layer": [{**SURFACE, "covariates": ["hours"]}, hours]}
    with pytest.raises(CatalogError, match="has times"):
        read(table)
