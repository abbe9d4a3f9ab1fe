"""Rasters are sampled in the cells of a surface: values known by hand."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.transform import Affine

from layers import geo
from layers.errors import BadFileError
from layers.geo import Bounds, CellGrid
from layers.model import LayerDefinition
from layers.refresh.covariates import covariates, state

BOX = Bounds(68, 42, 71, 44)
GRID = CellGrid.covering(BOX, 4)


def raster(
    path: Path, cells: Any, place: Affine, crs: str = "EPSG:4326", **more: Any
) -> LayerDefinition:
    bands = np.atleast_3d(np.moveaxis(np.asarray(cells), 0, -1) if np.ndim(cells) == 3 else cells)
    height, width, count = bands.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=count, dtype=bands.dtype,
        crs=crs, transform=place, **more,
    ) as dataset:  # fmt: skip
        dataset.write(np.moveaxis(bands, -1, 0))
    return LayerDefinition(path.stem, "raster", "T", paths=(path,))


def degrees(path: Path, step: float = 0.5, scale: float = 10.0) -> LayerDefinition:
    """A raster over more than the box that shows ten times the longitude of its cells."""
    lon = 66 + step * (np.arange(int(8 / step)) + 0.5)
    cells = np.broadcast_to(scale * lon, (int(6 / step), len(lon))).astype("float32")
    return raster(path, cells, Affine(step, 0, 66, 0, -step, 46))


def blocks(path: Path, corner: list[list[float]], **more: Any) -> LayerDefinition:
    """A raster with four cells in each cell of the grid, the same four in all of them."""
    (west, north), half = GRID.origin_m, geo.cell_m(GRID.zoom) / 2
    cells = np.tile(np.array(corner, np.float32), GRID.shape)
    return raster(path, cells, Affine(half, 0, west, 0, -half, north), "EPSG:3857", **more)


def test_a_coarser_raster_in_degrees_is_interpolated_at_the_centres(tmp_path: Path) -> None:
    found = covariates((degrees(tmp_path / "lon.tif"),), GRID)
    lon, _ = GRID.centres()
    assert found.cells.shape == (*GRID.shape, 1)
    assert found.cells.dtype == np.float32
    np.testing.assert_allclose(found.cells[..., 0], np.tile(10 * lon, (GRID.height, 1)), atol=0.01)


def test_a_raster_in_metres_of_another_projection_lies_where_it_belongs(tmp_path: Path) -> None:
    # Northing in km, in cells of 20 km of UTM 42 N.
    northing = 5_000 - 20 * (np.arange(40) + 0.5)
    cells = np.tile(northing[:, None], (1, 50)).astype("float32")
    layer = raster(tmp_path / "y.tif", cells, Affine(20e3, 0, 1e5, 0, -20e3, 5_000e3), "EPSG:32642")
    found = covariates((layer,), GRID).cells[..., 0]
    lon, lat = np.meshgrid(*GRID.centres())
    _, y = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32642", always_xy=True).transform(
        lon, lat
    )
    np.testing.assert_allclose(found, y / 1e3, atol=0.125 * 20)  # GDAL is true to 1/8 of a cell


def test_a_finer_raster_is_averaged_over_each_cell(tmp_path: Path) -> None:
    layer = blocks(tmp_path / "four.tif", [[1, 2], [3, 10]])
    np.testing.assert_allclose(covariates((layer,), GRID).cells, 4.0, rtol=1e-6)


def test_cells_without_a_value_take_no_part(tmp_path: Path) -> None:
    marked = blocks(tmp_path / "marked.tif", [[1, 2], [3, -9999]], nodata=-9999)
    bare = blocks(tmp_path / "bare.tif", [[1, 2], [3, np.nan]])
    none = blocks(tmp_path / "none.tif", [[-9999, -9999], [-9999, -9999]], nodata=-9999)
    found = covariates((marked, bare, none), GRID).cells
    np.testing.assert_allclose(found[..., :2], 2.0, rtol=1e-6)
    assert np.isnan(found[..., 2]).all()


def test_beyond_the_raster_nothing_is_known(tmp_path: Path) -> None:
    whole = np.full((2, 2), 7, np.int16)
    layer = raster(tmp_path / "small.tif", whole, Affine(0.5, 0, 69, 0, -0.5, 43.5))
    found = covariates((layer,), GRID).cells[..., 0]
    lon, lat = np.meshgrid(*GRID.centres())
    inside = (lon > 69) & (lon < 70) & (lat > 42.5) & (lat < 43.5)
    assert np.isfinite(found[inside]).all()
    np.testing.assert_array_equal(found[np.isfinite(found)], 7.0)
    far = np.hypot(lon - 69.5, lat - 43) > 1.5
    assert np.isnan(found[far]).all()
    elsewhere = covariates((layer,), CellGrid.covering(Bounds(-10, 10, -5, 15), 4)).cells
    assert np.isnan(elsewhere).all()


def test_a_band_that_the_layer_names_is_read(tmp_path: Path) -> None:
    cells = np.stack([np.full((12, 16), 1.0), np.full((12, 16), 2.0)]).astype("float32")
    layer = raster(tmp_path / "two.tif", cells, Affine(0.5, 0, 66, 0, -0.5, 46))
    second = LayerDefinition("b", "raster", "T", paths=layer.paths, options={"band": 2})
    found = covariates((layer, second), GRID)
    np.testing.assert_array_equal(found.cells[3, 3], [1.0, 2.0])
    assert found.state.count("/1/") == found.state.count("/2/") == 1


def test_a_station_has_the_value_of_its_cell_within_the_grid_and_beyond(tmp_path: Path) -> None:
    found = covariates((degrees(tmp_path / "lon.tif"), degrees(tmp_path / "b.tif", 0.5, 1)), GRID)
    lon, lat = np.array([68.4, 70.9, 66.9, 72.3, 10.0]), np.array([42.3, 43.9, 45.1, 41.2, 50.0])
    cell = 360 / 256 / 2**GRID.zoom
    centre = (np.floor((lon + 180) / cell) + 0.5) * cell - 180
    expected = np.stack([10 * centre, centre], axis=1)
    expected[-1] = np.nan  # far beyond the raster
    np.testing.assert_allclose(found.at(lon, lat), expected, atol=0.01)
    row, col = GRID.cell_of(geo.Point(68.4, 42.3)) or (0, 0)
    np.testing.assert_array_equal(found.at(lon[:1], lat[:1])[0], found.cells[row, col])
    assert found.at(lon[:0], lat[:0]).shape == (0, 2)


def test_another_file_is_another_state_and_the_same_bytes_are_not(tmp_path: Path) -> None:
    layer = degrees(tmp_path / "lon.tif")
    before = state((layer,))
    os.utime(layer.paths[0], (1, 1))
    assert state((layer,)) == before
    degrees(tmp_path / "lon.tif", scale=11.0)
    assert state((layer,)) != before
    assert state(()) == ""


def test_a_file_that_is_gone_or_broken_is_told_by_name(tmp_path: Path) -> None:
    layer = degrees(tmp_path / "lon.tif")
    whole = layer.paths[0].read_bytes()
    layer.paths[0].write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadFileError, match=r"lon\.tif"):
        covariates((layer,), GRID)
    layer.paths[0].unlink()
    assert state((layer,)).endswith("/gone")
    with pytest.raises(BadFileError, match=r"lon\.tif"):
        covariates((layer,), GRID)


def test_many_files_are_one_covariate_and_the_later_lies_above(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    one, two = degrees(folder / "a.tif"), degrees(folder / "b.tif", scale=20.0)
    both = LayerDefinition("m", "raster", "T", paths=(folder,))
    np.testing.assert_array_equal(covariates((both,), GRID).cells, covariates((two,), GRID).cells)
    turned = LayerDefinition("m", "raster", "T", paths=(*two.paths, *one.paths))
    np.testing.assert_array_equal(covariates((turned,), GRID).cells, covariates((one,), GRID).cells)
    assert state((both,)) != state((turned,))
