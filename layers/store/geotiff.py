"""The cells of a published surface as a GeoTIFF to give away.

It is cloud optimised, and where the working copy has been dropped, cells are read from it.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rasterio
import rasterio.shutil
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from rasterio.windows import Window

from layers.geo import CellGrid, cell_m
from layers.model import BANDS, Float32Array

DESCRIPTIONS = {
    "mu": "mean of the latent (log-)field",
    "sigma": "standard deviation of the latent (log-)field",
    "support": "latent variance over prior variance; 1 is unknown",
}


def named(tags: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return name and description of every band of a surface with these tags."""
    if tags.get("transform") != "quantiles":
        return [(band, DESCRIPTIONS[band]) for band in BANDS]
    found = [(f"p{100 * p:04.1f}", f"{p:.1%} quantile") for p in tags["probabilities"]]
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
            numbers = range(1, len(bands) + 1)
            for number, (band, words) in zip(numbers, named(tags), strict=True):
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


def read_geotiff(path: Path, part: tuple[slice, slice] | None = None) -> Float32Array:
    """Return cells of a surface's GeoTIFF, shape (bands, height, width): all, or some rows, cols.

    Of a part only the blocks are decoded that it touches.
    """
    window = None if part is None else Window.from_slices(*part)
    with rasterio.open(path, driver="GTiff") as dataset:
        cells: Float32Array = dataset.read(window=window)
    return cells
