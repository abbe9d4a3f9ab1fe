"""The cells of a published surface on disk: a working copy to slice, and a GeoTIFF to give away.

The working copy is raw little-endian float32, tile by tile: shape (tile rows, tile columns,
bands, 256, 256) aligned to the tiles of WebMercatorQuad, so that the cells of one tile are one
run of bytes. The GeoTIFF is cloud optimised and holds the same cells; where the working copy has
been dropped, cells are read from it.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from layers.geo import TILE_PX, CellGrid, cell_m
from layers.model import BANDS, Float32Array

IntArray = NDArray[np.intp]
Run = slice | IntArray

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


def read_working_copy(tiles: Float32Array, grid: CellGrid, rows: Run, cols: Run) -> Float32Array:
    """Return cells of shape (bands, rows, cols).

    ``rows`` and ``cols`` count cells of the grid: slices with any step, or rising indices.
    """
    row0, col0, _, _ = _tiles(grid)
    r = _counted(rows, grid.height) + grid.row - row0 * TILE_PX
    c = _counted(cols, grid.width) + grid.col - col0 * TILE_PX
    found = np.empty((tiles.shape[2], len(r), len(c)), dtype=np.float32)
    for tile_row, to_rows, in_rows in _by_tile(r):
        for tile_col, to_cols, in_cols in _by_tile(c):
            part = tiles[tile_row, tile_col][:, in_rows]
            found[:, to_rows, to_cols] = part[:, :, in_cols]
    return found


def _counted(run: Run, size: int) -> IntArray:
    return np.arange(*run.indices(size)) if isinstance(run, slice) else run


def _by_tile(cells: IntArray) -> Iterator[tuple[int, slice, slice | IntArray]]:
    """Yield tile, place in the answer and cells within the tile of rising cells, tile by tile."""
    if not len(cells):
        return
    tiles = np.arange(cells[0] // TILE_PX, cells[-1] // TILE_PX + 2)
    edges = np.searchsorted(cells, tiles * TILE_PX)
    for tile, first, last in zip(tiles[:-1].tolist(), edges[:-1], edges[1:], strict=True):
        if first == last:
            continue
        local = cells[first:last] - tile * TILE_PX
        step = int(local[1] - local[0]) if len(local) > 1 else 1
        even = step > 0 and bool((np.diff(local) == step).all())
        # A slice is read as it lies, at a tenth of the cost of picking cell by cell.
        picked = slice(int(local[0]), int(local[-1]) + 1, step) if even else local
        yield tile, slice(int(first), int(last)), picked


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
