"""A raster layer made elsewhere, as GeoTIFF in any reference system: checked, every cell read."""

import math
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import pyproj
import rasterio
from pyproj.exceptions import ProjError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader, MemoryFile

from layers.errors import BadExtentError, BadFileError, TooLargeError
from layers.exchange import tiff
from layers.exchange.adapter import Adapter, Defaults, Record
from layers.exchange.limits import MAX_BLOCK_BYTES, MAX_CELLS
from layers.geo import Bounds
from layers.model.raster import RasterInfo

_ENVIRONMENT = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no side-car files
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_NUM_THREADS": "1",
    "GDAL_TIFF_INTERNAL_MASK": "YES",
}


def read(stream: BinaryIO, defaults: Defaults) -> Iterator[Record]:
    """Yield the one RasterInfo of a GeoTIFF, after reading all of its cells.

    The option ``unit`` says the unit where the file does not. GDAL sees a private copy in memory,
    and may open it as GTiff only.

    Raises
    ------
    BadFileError
        For what is no GeoTIFF, is cut or damaged, has no reference system, a rotated or missing
        georeference, complex numbers, or no cell with a value.
    TooLargeError
        Beyond ``MAX_CELLS``, before any cell is read.
    """
    data = stream.read()
    if not data:
        raise BadFileError("the file is empty")
    if not data.startswith(tiff.MAGICS):
        raise BadFileError("the file is no TIFF: it does not begin as one")
    if not tiff.is_whole(data):
        raise BadFileError("the GeoTIFF is cut: a part that its directory names is not there")
    try:
        with (
            warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning),
            rasterio.Env(**_ENVIRONMENT),
            MemoryFile(data) as memory,
            memory.open(driver="GTiff") as source,
        ):
            _check(source)
            info = _described(source, defaults.get("unit", ""))
    except (RasterioError, ValueError) as fault:
        raise BadFileError(f"the GeoTIFF is cut or damaged: {_sentence(fault)}") from None
    yield info


def _check(source: DatasetReader) -> None:
    cells = source.width * source.height * source.count
    if cells > MAX_CELLS:
        raise TooLargeError(f"the raster has {cells:,} cells; the limit is {MAX_CELLS:,}")
    for (rows, cols), dtype in zip(source.block_shapes, source.dtypes, strict=True):
        if dtype.startswith("complex"):
            raise BadFileError(f"the raster holds {dtype}; real numbers are read")
        size = rows * cols * np.dtype(dtype).itemsize
        if size > MAX_BLOCK_BYTES:
            raise TooLargeError(
                f"one block of the raster is {size:,} bytes; the limit is {MAX_BLOCK_BYTES:,}"
            )
    if source.crs is None:
        raise BadFileError("the raster has no coordinate reference system; add it, as an EPSG code")
    place = source.transform
    if place.is_identity or not place.is_rectilinear or place.a == 0 or place.e == 0:
        raise BadFileError("the raster has no georeference, or a rotated one")


def _described(source: DatasetReader, unit: str) -> RasterInfo:
    minimum, maximum, valid = math.inf, -math.inf, 0
    for band in source.indexes:
        for _, window in source.block_windows(band):
            cells = source.read(band, window=window, masked=True)
            if band == 1:
                # Reading every band shows a cut file; only the first is described.
                values = cells.compressed()
                values = values[np.isfinite(values)]
                if values.size:
                    minimum = min(minimum, float(values.min()))
                    maximum = max(maximum, float(values.max()))
                    valid += values.size
    if not valid:
        raise BadFileError("no cell of band 1 holds a value")
    tags: dict[str, Any] = {**source.tags(), **source.tags(1)}
    return RasterInfo(
        width=source.width,
        height=source.height,
        bands=source.count,
        dtype=source.dtypes[0],
        crs=source.crs.to_wkt(),
        crs_name=_name(source),
        transform=tuple(source.transform)[:6],
        bounds=_bounds(source),
        nodata=source.nodata,
        minimum=minimum,
        maximum=maximum,
        valid_cells=valid,
        unit=source.units[0] or str(tags.get("units") or tags.get("unit") or unit),
        descriptions=tuple(text or "" for text in source.descriptions),
    )


def _bounds(source: DatasetReader) -> Bounds:
    try:
        # Not by rasterio: GDAL's refusal of a local system is no error of rasterio's own kind.
        to_degrees = pyproj.Transformer.from_crs(source.crs.to_wkt(), "OGC:CRS84", always_xy=True)
        west, south, east, north = to_degrees.transform_bounds(*source.bounds)
        # Grids whose cell centres lie on the edge of the world reach half a cell beyond it.
        return Bounds(max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))
    except (RasterioError, ProjError, BadExtentError):
        raise BadFileError("the position of the raster on Earth cannot be computed") from None


def _name(source: DatasetReader) -> str:
    code = source.crs.to_epsg()
    return f"EPSG:{code}" if code else source.crs.to_wkt().split('"')[1]


def _sentence(fault: Exception) -> str:
    """Return the words of GDAL without the name of the private copy."""
    words = " ".join(str(fault).split())
    kept = " ".join(word for word in words.split(" ") if "/vsimem" not in word)
    return kept[:200] or type(fault).__name__


ADAPTER = Adapter(
    id="geotiff",
    title="Raster layer as GeoTIFF",
    suffixes=(".tif", ".tiff"),
    yields="raster",
    read=read,
    options=("unit",),
)
