"""The cells of a published surface on disk: a working copy to slice, and a GeoTIFF to give away.

The working copy is raw little-endian float32, tile by tile: shape (tile rows, tile columns,
bands, 256, 256) aligned to the tiles of WebMercatorQuad, so that the cells of one tile are one
run of bytes. The GeoTIFF is cloud optimised and holds the same cells; where the working copy has
been dropped, cells are read from it.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from layers.geo import TILE_PX, CellGrid, cell_m
from layers.model import BANDS, Float32Array

DESCRIPTIONS = {
    "mu": "mean of the latent (log-)field",
    "sigma": "standard deviation of the latent (log-)field",
    "support": "latent variance over prior variance; 1 is unknown",
}


def _tiles(grid: CellGrid) -> tuple[int, int, int, int]:
    """Return first tile row and column, and how many of each the grid touches."""
    row0, col0 = grid.row // TILE_PX, grid.col // TILE_PX
    rows = -(-(grid.row + grid.height) // TILE_PX) - row0
    cols = -(-(grid.col + grid.width) // TILE_PX) - col0
    return row0, col0, rows, cols


def write_working_copy(path: Path, grid: CellGrid, bands: Float32Array) -> None:
    """Write the cells tile by tile, NaN where a tile reaches beyond the grid."""
    row0, col0, rows, cols = _tiles(grid)
    count = len(bands)
    whole = np.full((count, rows * TILE_PX, cols * TILE_PX), np.nan, dtype="<f4")
    top, left = grid.row - row0 * TILE_PX, grid.col - col0 * TILE_PX
    whole[:, top : top + grid.height, left : left + grid.width] = bands
    tiled = whole.reshape(count, rows, TILE_PX, cols, TILE_PX).transpose(1, 3, 0, 2, 4)
    with path.open("wb") as stream:
        stream.write(np.ascontiguousarray(tiled).data)
        stream.flush()
        os.fsync(stream.fileno())


def open_working_copy(path: Path, grid: CellGrid) -> Float32Array:
    """Return the tiles as a memory map that reads nothing until it is sliced."""
    _, _, rows, cols = _tiles(grid)
    flat = np.memmap(path, dtype="<f4", mode="r")
    return flat.reshape(rows, cols, -1, TILE_PX, TILE_PX)


def read_working_copy(
    tiles: Float32Array, grid: CellGrid, rows: slice, cols: slice
) -> Float32Array:
    """Return cells of shape (bands, rows, cols); slices count cells of the grid, with any step."""
    row0, col0, _, _ = _tiles(grid)
    r = np.arange(*rows.indices(grid.height)) + grid.row - row0 * TILE_PX
    c = np.arange(*cols.indices(grid.width)) + grid.col - col0 * TILE_PX
    count = tiles.shape[2]
    found = np.empty((count, len(r), len(c)), dtype=np.float32)
    for tile_row in np.unique(r // TILE_PX):
        in_r = np.flatnonzero(r // TILE_PX == tile_row)
        for tile_col in np.unique(c // TILE_PX):
            in_c = np.flatnonzero(c // TILE_PX == tile_col)
            tile = tiles[tile_row, tile_col]
            local = np.ix_(np.arange(count), r[in_r] % TILE_PX, c[in_c] % TILE_PX)
            found[:, in_r[0] : in_r[-1] + 1, in_c[0] : in_c[-1] + 1] = tile[local]
    return found


def _named(tags: Mapping[str, Any], count: int) -> list[tuple[str, str]]:
    """Return name and description of every band."""
    if tags.get("transform") != "quantiles":
        return [(band, DESCRIPTIONS[band]) for band in BANDS]
    found = [(f"p{100 * p:04.1f}", f"{p:.1%} quantile") for p in tags["probabilities"]]
    assert len(found) == count - 1  # noqa: S101 - both are of one surface
    return [*found, ("support", DESCRIPTIONS["support"])]


def write_geotiff(path: Path, grid: CellGrid, bands: Float32Array, tags: Mapping[str, Any]) -> None:
    """Write a Cloud Optimized GeoTIFF in EPSG:3857 with its tags."""
    west, north = grid.origin_m
    size_m = cell_m(grid.zoom)
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=grid.width,
            height=grid.height,
            count=len(bands),
            dtype="float32",
            crs="EPSG:3857",
            transform=Affine(size_m, 0, west, 0, -size_m, north),
            nodata=float("nan"),
        ) as dataset:
            dataset.write(bands)
            for number, (band, words) in enumerate(_named(tags, len(bands)), start=1):
                dataset.set_band_description(number, band)
                dataset.update_tags(number, description=words)
            dataset.update_tags(
                **{
                    key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                    for key, value in tags.items()
                }
            )
        with memory.open() as dataset:
            rasterio.shutil.copy(
                dataset,
                path,
                driver="COG",
                compress="DEFLATE",
                predictor=3,
                overview_resampling="NEAREST",
                blocksize=256,
            )
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def read_geotiff(path: Path) -> Float32Array:
    """Return all cells of a surface's GeoTIFF, shape (bands, height, width)."""
    with rasterio.open(path, driver="GTiff") as dataset:
        cells: Float32Array = dataset.read()
    return cells
