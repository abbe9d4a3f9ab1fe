"""An external GeoTIFF in any coordinate reference system, shown cell for cell."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from numpy.typing import NDArray
from pyproj.exceptions import ProjError
from rasterio.enums import Resampling
from rasterio.errors import RasterioIOError
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform

from layers.errors import BadFileError, GoneError
from layers.geo import TILE_PX, Bounds, Point, Window, mercator
from layers.kinds.sources import Sources
from layers.model import Extent, Float32Array, LayerDefinition, Raster
from layers.model.kind import Question
from layers.views import View

MEASURES = ("value",)
MAX_ZOOM = 14
MARGIN = 1
LARGEST_CELLS = 400_000_000
"""Declared cells of the band that is shown; more is refused before anything is read."""


class RasterKind:
    """One band of one file. Handles are kept open, one for each thread that reads."""

    def __init__(self, layer: LayerDefinition, sources: Sources) -> None:
        if layer.path is None:
            raise BadFileError(f'layer "{layer.id}" names no file')
        self._layer = layer
        self._path = layer.path
        self._band = int(layer.options.get("band", 1))
        self._unit = str(layer.options.get("unit", ""))
        self._threads = threading.local()
        self._token = content_token(layer.path)
        dataset = self._open()
        try:
            # Not by rasterio: GDAL's refusal of a local system is no error of rasterio's own kind.
            wkt = dataset.crs.to_wkt()
            to_degrees = pyproj.Transformer.from_crs(wkt, "OGC:CRS84", always_xy=True)
            west, south, east, north = to_degrees.transform_bounds(*dataset.bounds)
        except ProjError as reason:
            raise BadFileError(f"{self._path.name}: {reason}") from reason
        if not west < east:
            # It reaches over the antimeridian: its bounds are those of the whole belt.
            west, east = -180.0, 180.0
        self._bounds = Bounds(
            max(-180.0, west), max(-90.0, south), min(180.0, east), min(90.0, north)
        )

    def _open(self) -> Any:
        dataset = getattr(self._threads, "dataset", None)
        if dataset is None:
            dataset = self._threads.dataset = opened(self._path, self._band)
        return dataset

    def _cells(self, read: Callable[[Any], NDArray[Any]]) -> NDArray[Any]:
        """Read cells; a file that broke since it was opened is a version that is gone."""
        try:
            return read(self._open())
        except RasterioIOError as reason:
            raise GoneError(f"{self._path.name} cannot be read any more") from reason

    def extent(self) -> Extent:
        """Bounds of the file."""
        return Extent(self._bounds, 0, MAX_ZOOM)

    def version(self, at: datetime | None) -> str:
        """Hash of the file's bytes."""
        return self._token

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Raster | None:
        """Cells resampled to the window: the nearest one, or bilinear for a smooth picture."""
        if version != self._token:
            raise GoneError(
                f'version "{version}" of layer "{self._layer.id}" is no longer kept; '
                f'the present one is "{self._token}"'
            )
        if isinstance(window, View):
            if not self._within(window):
                return None
            value = self._warped(window, question)[MARGIN:-MARGIN, MARGIN:-MARGIN]
            return None if np.isnan(value).all() else Raster({"value": value}, 0)
        if not self._bounds.intersects(window.bounds):
            return None
        tile = View("EPSG:3857", *window.bounds_m, TILE_PX, TILE_PX)
        value = self._warped(tile, question)
        return None if np.isnan(value).all() else Raster({"value": value}, MARGIN)

    def _within(self, view: View) -> bool:
        """Tell whether a view may show any of the file."""
        west, south, east, north = view.box_m(MARGIN)
        (w, e), (s, n) = mercator(
            np.array([self._bounds.west, self._bounds.east]),
            np.array([self._bounds.south, self._bounds.north]),
        )
        return bool(west <= e and w <= east and south <= n and s <= north)

    def _warped(self, view: View, question: Question) -> Float32Array:
        """Return the file resampled to the pixels of a view, with a margin, NaN for no value."""
        west, _, _, north = view.grown(MARGIN)
        across, down = view.size
        how = Resampling.bilinear if question.smooth else Resampling.nearest

        def warped(dataset: Any) -> NDArray[Any]:
            with WarpedVRT(
                dataset,
                crs=view.projection.authority,
                transform=Affine(across, 0, west, 0, -down, north),
                width=view.width + 2 * MARGIN,
                height=view.height + 2 * MARGIN,
                resampling=how,
                add_alpha=False,
            ) as warp:
                found: NDArray[Any] = warp.read(self._band, out_dtype="float32", masked=True)
            return found

        cells = self._cells(warped)
        value: Float32Array = np.ma.filled(cells, np.nan).astype(np.float32)
        return value

    def inspect(self, point: Point, at: datetime | None) -> Mapping[str, Any]:
        """The cell of the file that holds the point, as stored."""
        facts = {"version": self._token, "source": {"file": self._path.name}, "values": []}
        dataset = self._open()
        (x,), (y,) = transform("OGC:CRS84", dataset.crs, [point.lon], [point.lat])
        if not (np.isfinite(x) and np.isfinite(y)):
            return {**facts, "known": False, "reason": "outside_domain"}
        row, col = dataset.index(x, y)
        if not (0 <= row < dataset.height and 0 <= col < dataset.width):
            return {**facts, "known": False, "reason": "outside_domain"}
        window = rasterio.windows.Window(col, row, 1, 1)
        try:
            cell = self._cells(lambda d: d.read(self._band, window=window, masked=True))[0, 0]
        except GoneError:
            return {**facts, "known": False, "reason": "no_value"}
        if cell is np.ma.masked or not np.isfinite(cell):
            return {**facts, "known": False, "reason": "no_value"}
        value = {"name": "value", "value": float(cell), "unit": self._unit}
        return {**facts, "values": [value], "known": True, "reason": ""}


def opened(path: Path, band: int) -> Any:
    """Open a file whose band can be shown.

    Raises
    ------
    BadFileError
        With what is wrong with it.
    """
    try:
        dataset = rasterio.open(path, driver="GTiff")
    except RasterioIOError as reason:
        raise BadFileError(f"{path.name} is no readable GeoTIFF") from reason
    if dataset.crs is None:
        raise BadFileError(f"{path.name} does not say where it lies (no CRS)")
    if not 1 <= band <= dataset.count:
        raise BadFileError(f"{path.name} has {dataset.count} bands; band {band} was asked")
    if dataset.width * dataset.height > LARGEST_CELLS:
        raise BadFileError(
            f"{path.name} has {dataset.width} x {dataset.height} cells; "
            f"the limit is {LARGEST_CELLS:,}"
        )
    return dataset


def check(layer: LayerDefinition) -> None:
    """Look that the file of an entry can be shown, and that all its cells are there.

    Raises
    ------
    BadFileError
        With what is wrong with it; a file that was cut off lacks blocks at its end.
    """
    if layer.path is None:
        return
    band = int(layer.options.get("band", 1))
    size = layer.path.stat().st_size
    with opened(layer.path, band) as dataset:
        for (row, col), _ in dataset.block_windows(band):
            offset, length = (
                int(dataset.get_tag_item(f"BLOCK_{word}_{col}_{row}", "TIFF", bidx=band) or 0)
                for word in ("OFFSET", "SIZE")
            )
            if offset + length > size:
                raise BadFileError(f"{layer.path.name} is cut off: not all of its cells are there")


def content_token(path: Path) -> str:
    """Return a hash of the bytes of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=5)).hexdigest()
