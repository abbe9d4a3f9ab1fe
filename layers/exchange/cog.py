"""Bands of cells as a Cloud Optimized GeoTIFF: a client reads the part and the size it needs."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import rasterio
import rasterio.shutil
from rasterio.transform import Affine
from rasterio.windows import Window

from layers.geo import CellGrid, cell_m
from layers.model import Float32Array

MEDIA_TYPE = "image/tiff; application=geotiff; profile=cloud-optimized"
BLOCK_PX = 256


@dataclass(frozen=True, slots=True)
class Band:
    """One band: its name, its unit ("1" for a share), and a sentence."""

    name: str
    unit: str
    description: str


def write(
    path: Path,
    grid: CellGrid,
    bands: Sequence[Band],
    strips: Iterable[tuple[int, Float32Array]],
    tags: Mapping[str, str],
) -> None:
    """Write cells in EPSG:3857, NaN where there is no value.

    Parameters
    ----------
    strips : iterable of (int, array of float32)
        First row and cells of shape (bands, rows, width), from north to south; only one of them is
        in memory at a time.
    """
    west, north = grid.origin_m
    size_m = cell_m(grid.zoom)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "plain.tif"
        with rasterio.open(
            plain,
            "w",
            driver="GTiff",
            width=grid.width,
            height=grid.height,
            count=len(bands),
            dtype="float32",
            crs="EPSG:3857",
            transform=Affine(size_m, 0, west, 0, -size_m, north),
            nodata=float("nan"),
            interleave="band",
        ) as dataset:
            for row, cells in strips:
                dataset.write(cells, window=Window(0, row, grid.width, cells.shape[1]))
            for number, band in enumerate(bands, start=1):
                dataset.set_band_description(number, band.name)
                dataset.set_band_unit(number, band.unit)
                dataset.update_tags(number, description=band.description)
            dataset.update_tags(**tags)
        rasterio.shutil.copy(
            plain,
            path,
            driver="COG",
            compress="DEFLATE",
            predictor=3,
            overview_resampling="NEAREST",
            blocksize=BLOCK_PX,
            statistics="YES",
        )
