"""One field for all: a GeoTIFF for the peers, surfaces of our own store, and tiles to ask for."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from scipy.ndimage import gaussian_filter, zoom

from layers import geo
from layers.geo import Bounds, CellGrid, Window
from layers.model import Context, Surface
from layers.refresh.steps import NOTHING
from layers.store import Writer

WINDOW = Bounds(46.0, 37.0, 88.0, 56.0)
NATIVE_ZOOM = 7
STEP = 0.01
NODATA = -9999.0
UNKNOWN = 0.21
SIGMA = 0.1
HOUR = datetime(2026, 11, 23, 9, tzinfo=UTC)
BREAKS = (60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260)
COLOURS = (
    "#E6F1F1", "#CBE4E8", "#B4D8E4", "#9FCCE2", "#8CBEE2", "#F18F63",
    "#E86F55", "#D64D54", "#B8315D", "#8D1E63", "#5F185A", "#321040",
)  # fmt: skip
ZOOMS = range(4, 10)

Float32Array = NDArray[np.float32]

_STYLES = f"""
[[layer.style]]
id = "mean"
ramp = "dose"
breaks = {list(BREAKS)}

[[layer.style]]
id = "exceedance"
measure = "exceedance"
threshold = 150
ramp = "exceedance"
unit = "1"
breaks = [0.05, 0.25, 0.5, 0.75]
"""
CATALOG = f"""
title = "Benchmark"
context = "routine"

[[layer]]
id = "log"
kind = "surface"
title = "The field as the logarithm of a dose rate"
quantity = "ambient_dose_rate"
{_STYLES}
[[layer]]
id = "plain"
kind = "surface"
title = "The field as it is"
quantity = "ambient_dose_rate"
{_STYLES}
"""
"""Two layers show the same values: one has to take exponentials for every tile, one has not."""


def field(height: int = 1900, width: int = 4200) -> Float32Array:
    """Return smooth values with noise from north to south, a fifth of them NaN."""
    rng = np.random.default_rng(20261126)
    coarse = rng.normal(size=(2, height // 20 + 8, width // 20 + 8))
    waves = [zoom(gaussian_filter(each, 5), 20, order=1)[:height, :width] for each in coarse]
    value = 160 + 60 * waves[0] / waves[0].std() + rng.normal(0, 2, (height, width))
    value = np.maximum(value, 20.0)
    value[waves[1] < np.quantile(waves[1], UNKNOWN)] = np.nan
    return value.astype(np.float32)


def on_cells(value: Float32Array) -> tuple[CellGrid, Float32Array]:
    """Return the grid of our surfaces, and on it the value that holds each cell's centre."""
    grid = CellGrid.covering(WINDOW, NATIVE_ZOOM)
    lon, lat = grid.centres()
    row = ((WINDOW.north - lat) / STEP).astype(int).clip(0, value.shape[0] - 1)
    col = ((lon - WINDOW.west) / STEP).astype(int).clip(0, value.shape[1] - 1)
    return grid, value[np.ix_(row, col)]


def write_cog(path: Path, value: Float32Array, crs: str, transform: Affine) -> None:
    """Write what the peers' guides recommend: tiled, compressed, with overviews."""
    profile = {"width": value.shape[1], "height": value.shape[0], "count": 1, "nodata": NODATA}
    options = {"compress": "DEFLATE", "predictor": "YES", "blocksize": 512}
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", dtype="float32", crs=crs, transform=transform, **profile
        ) as dataset:
            dataset.write(np.where(np.isnan(value), np.float32(NODATA), value), 1)
        with memory.open() as dataset:
            rasterio.shutil.copy(
                dataset, path, driver="COG", overview_resampling="AVERAGE", **options
            )


def write_peers(folder: Path, value: Float32Array) -> None:
    """Write the field in degrees, and once more on the very cells that we serve."""
    degrees = Affine(STEP, 0, WINDOW.west, 0, -STEP, WINDOW.north)
    write_cog(folder / "field.tif", value, "EPSG:4326", degrees)
    grid, cells = on_cells(value)
    west, north = grid.origin_m
    size_m = geo.cell_m(grid.zoom)
    aligned = Affine(size_m, 0, west, 0, -size_m, north)
    write_cog(folder / "field3857.tif", cells, "EPSG:3857", aligned)


def publish(folder: Path, value: Float32Array) -> None:
    """Publish the field as surfaces of a data folder of ours."""
    grid, cells = on_cells(value)
    unknown = np.isnan(cells)
    # No observation stands behind it: the keeper finds that as it should be.
    # Where the network cannot know, a surface has values and a support of 1.
    known = np.where(unknown, np.nanmean(cells), cells).astype(float)
    spread = np.full_like(known, SIGMA)
    latent = {
        "log": (np.log(known) - SIGMA**2 / 2, spread),
        "plain": (known, SIGMA * known),
    }
    writer = Writer(folder, Context.ROUTINE)
    for layer, bands in latent.items():
        surface = Surface(
            layer_id=layer,
            quantity="ambient_dose_rate",
            valid_time=HOUR,
            revision=1,
            context=Context.ROUTINE,
            grid=grid,
            bands=np.stack([*bands, unknown]).astype(np.float32),
            transform="log" if layer == "log" else "none",
            noise_sigma=0.05,
            input_hash="benchmark",
            input_revision=NOTHING,
        )
        writer.publish_surface(surface, HOUR)
    writer.close()


def tiles(count: int = 2000) -> list[Window]:
    """Return tiles over the window, the same in every run; the low zooms repeat."""
    chance = random.Random(4)
    return list(_tiles(chance, count))


def _tiles(chance: random.Random, count: int) -> Iterator[Window]:
    for _ in range(count):
        level = chance.choice(ZOOMS)
        lon = chance.uniform(WINDOW.west, WINDOW.east)
        lat = chance.uniform(WINDOW.south, WINDOW.north)
        x, y = geo.mercator(lon, lat)
        size_m = geo.cell_m(level) * geo.TILE_PX
        col, row = (float(x) + geo.HALF_WORLD_M) // size_m, (geo.HALF_WORLD_M - float(y)) // size_m
        yield Window(level, int(col), int(row))
