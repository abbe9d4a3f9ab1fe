"""What raster layers tell of the cells of a grid and of stations: covariates of a surface."""

import functools
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio import warp
from rasterio.enums import MaskFlags, Resampling
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT

from layers import geo
from layers.errors import BadFileError
from layers.geo import TILE_PX, CellGrid
from layers.kinds import raster
from layers.kinds.raster_datasets import FAULTS, POOL
from layers.kinds.raster_files import RasterFile, Shelf
from layers.model import Float32Array, LayerDefinition

FloatArray = NDArray[np.float64]
Layers = tuple[LayerDefinition, ...]


@dataclass(frozen=True, slots=True)
class Covariates:
    """Raster layers in the cells of a grid.

    Attributes
    ----------
    layers : tuple of LayerDefinition, length q
        Of kind raster.
    grid : CellGrid
        H x W cells.
    cells : array of float32, shape (H, W, q)
        NaN where a raster has no value.
    state : str
        Of the files that were read.
    """

    layers: Layers
    grid: CellGrid
    cells: Float32Array
    state: str

    def at(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Values of the cells that n stations lie in, shape (n, q), beyond the grid too."""
        x, y = geo.mercator(lon, lat)
        size_m = geo.cell_m(self.grid.zoom)
        col = np.floor((x + geo.HALF_WORLD_M) / size_m).astype(np.intp)
        row = np.floor((geo.HALF_WORLD_M - y) / size_m).astype(np.intp)
        r, c = row - self.grid.row, col - self.grid.col
        inside = (r >= 0) & (r < self.grid.height) & (c >= 0) & (c < self.grid.width)
        found = np.full((len(row), len(self.layers)), np.nan)
        found[inside] = self.cells[r[inside], c[inside]]
        if not inside.all():
            found[~inside] = self._beyond(row[~inside], col[~inside])
        return found

    def _beyond(self, row: NDArray[np.intp], col: NDArray[np.intp]) -> FloatArray:
        """Values of cells counted from the corner of the world, tile by tile, shape (n, q)."""
        found = np.full((len(row), len(self.layers)), np.nan)
        tile = np.stack([row, col], axis=1) // TILE_PX
        for k, layer in enumerate(self.layers):
            with _read(layer, self.grid) as cells:
                for down, across in np.unique(tile, axis=0):
                    here = np.flatnonzero((tile == (down, across)).all(axis=1))
                    first = int(down) * TILE_PX, int(across) * TILE_PX
                    part = CellGrid(self.grid.zoom, first[1], first[0], TILE_PX, TILE_PX)
                    found[here, k] = cells(part)[row[here] - first[0], col[here] - first[1]]
        return found


def covariates(layers: Layers, grid: CellGrid) -> Covariates:
    """Sample raster layers in every cell of a grid.

    Raises
    ------
    BadFileError
        If a file cannot be read, with its name.

    Notes
    -----
    A cell holds the average of a raster that is finer than the grid, and is interpolated linearly
    in one that is coarser. Cells without a value take no part.
    """
    known = state(layers)
    found = np.empty((*grid.shape, len(layers)), np.float32)
    for k, layer in enumerate(layers):
        with _read(layer, grid) as cells:
            found[..., k] = cells(grid)
    return Covariates(layers, grid, found, known)


def state(layers: Layers) -> str:
    """Return a word that changes whenever one of the files does."""
    return " ".join(
        f"{layer.id}/{raster.band_of(layer)}/{'+'.join(map(_token, _files(layer)))}"
        for layer in layers
    )


def _files(layer: LayerDefinition) -> tuple[RasterFile, ...]:
    return Shelf(layer.paths).at(None)


def _token(file: RasterFile) -> str:
    try:
        about = file.path.stat()
        return _hashed(file.path, about.st_ino, about.st_size, about.st_mtime_ns)
    except OSError:
        return "gone"  # what was made of it stays; nothing new can be made


@functools.lru_cache(maxsize=1024)
def _hashed(path: Path, *_: int) -> str:
    """Return the hash of a file's bytes; it is read again when its facts differ."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=5)).hexdigest()


@contextmanager
def _read(layer: LayerDefinition, grid: CellGrid) -> Iterator[Callable[[CellGrid], Float32Array]]:
    """Yield what reads a layer in the cells of grids at the zoom of ``grid``."""
    band, files = raster.band_of(layer), _files(layer)

    def cells(part: CellGrid) -> Float32Array:
        found = np.full(part.shape, np.nan, np.float32)
        for file in files:  # what comes later lies above
            if POOL.header(file, band).bounds.intersects(part.bounds):
                with POOL.dataset(file, band) as dataset:
                    how = Resampling.average if _finer(dataset, grid) else Resampling.bilinear
                    above = _cells(dataset, band, part, how)
                np.copyto(found, above, where=~np.isnan(above))
        return found

    try:
        yield cells
    except FAULTS as reason:
        names = ", ".join(file.path.name for file in files)
        raise BadFileError(f"{names} cannot be read any more") from reason


def _cells(dataset: Any, band: int, grid: CellGrid, how: Resampling) -> Float32Array:
    (west, north), size_m = grid.origin_m, geo.cell_m(grid.zoom)
    more = {}
    if (
        dataset.nodata is None
        and MaskFlags.all_valid in dataset.mask_flag_enums[band - 1]
        and dataset.dtypes[band - 1].startswith("float")
    ):
        more["src_nodata"] = np.nan  # else one NaN would blot out all cells around it
    with WarpedVRT(
        dataset,
        crs="EPSG:3857",
        transform=Affine(size_m, 0, west, 0, -size_m, north),
        width=grid.width,
        height=grid.height,
        resampling=how,
        nodata=np.nan,
        dtype="float32",
        **more,
    ) as view:
        found: Float32Array = view.read(band)
    found[~np.isfinite(found)] = np.nan
    scaled: Float32Array = found * np.float32(dataset.scales[band - 1])
    return scaled + np.float32(dataset.offsets[band - 1])


def _finer(dataset: Any, grid: CellGrid) -> bool:
    """Whether a cell in the middle of a grid is larger than one of a raster."""
    (west, north), size_m = grid.origin_m, geo.cell_m(grid.zoom)
    x = west + size_m * (grid.width // 2 + np.array([0, 1, 0]))
    y = north - size_m * (grid.height // 2 + np.array([0, 0, 1]))
    place = np.array(warp.transform("EPSG:3857", dataset.crs, x, y))
    if not np.isfinite(place).all():
        return False
    side, down = place[:, 1] - place[:, 0], place[:, 2] - place[:, 0]
    area = abs(side[0] * down[1] - side[1] * down[0])
    return bool(area > abs(dataset.transform.determinant))
