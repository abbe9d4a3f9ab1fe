"""Files kept open: each handle serves one thread at a time, and only so many stay open."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from pyproj.exceptions import ProjError
from rasterio import warp
from rasterio._err import CPLE_BaseError, ObjectNullError
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError, RasterioIOError

from layers.errors import BadExtentError, BadFileError
from layers.exchange.limits import MAX_BLOCK_BYTES
from layers.geo import HALF_WORLD_M, Bounds
from layers.kinds.raster_files import RasterFile

LARGEST_CELLS = 400_000_000
"""Declared cells of the band that is shown; more is refused before anything is read."""
MOST_BANDS = 1_000
MOST_OPEN = 64
"""Files of all layers that a process keeps open for the next tile."""
_HEADERS = 20_000

ENVIRONMENT = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no side-car files: a file tells all of itself
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": 64 << 20,  # bytes of a process; GDAL's own default is a share of the machine
}


FAULTS = (RasterioError, CPLE_BaseError, ObjectNullError)
"""What reading a broken file may raise: GDAL's own words do not come as errors of rasterio."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a file before its cells are read.

    ``bounds`` are in degrees, ``cell_m`` is the side of a cell in its middle, in metres of
    EPSG:3857, infinite near a pole; ``overviews`` are the factors by which they are coarser.
    ``nodata`` says how GDAL is told that a cell holds nothing, None where a mask or nothing does.
    A value is ``scale`` times what is stored, plus ``offset``.
    """

    bounds: Bounds
    cell_m: float
    overviews: tuple[int, ...]
    nodata: float | None
    scale: float
    offset: float


class Pool:
    """Open datasets of any layer, lent to one thread at a time."""

    def __init__(self, most: int = MOST_OPEN) -> None:
        self._most = most
        self._idle: OrderedDict[tuple[RasterFile, int | None, int], Any] = OrderedDict()
        self._headers: OrderedDict[tuple[RasterFile, int], Header] = OrderedDict()
        self._lent = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many files are kept open."""
        return len(self._idle)

    @contextmanager
    def dataset(self, file: RasterFile, band: int, level: int | None = None) -> Iterator[Any]:
        """Lend a dataset, at one of its overviews where ``level`` counts one.

        Raises
        ------
        BadFileError
            For a file whose band cannot be shown.
        """
        with rasterio.Env(**ENVIRONMENT):
            key, dataset = self._taken(file, level)
            if dataset is None:
                if file.size < 0:
                    raise BadFileError(f"the file {file.path.name} is missing")
                dataset = opened(file.path, band, level)
            try:
                yield dataset
            except BaseException:
                dataset.close()  # a handle that failed is trusted no more
                raise
            self._give_back(key, dataset)

    def _taken(self, file: RasterFile, level: int | None) -> tuple[Any, Any]:
        with self._lock:
            for key in reversed(self._idle):
                if key[:2] == (file, level):
                    return key, self._idle.pop(key)
            self._lent += 1
            return (file, level, self._lent), None

    def _give_back(self, key: Any, dataset: Any) -> None:
        with self._lock:
            self._idle[key] = dataset
            closing = [
                self._idle.popitem(last=False)[1] for _ in range(len(self._idle) - self._most)
            ]
        for old in closing:
            old.close()

    def header(self, file: RasterFile, band: int) -> Header:
        """Return what a file says of itself, read once.

        Raises
        ------
        BadFileError
            For a file whose band cannot be shown.
        """
        with self._lock:
            known = self._headers.get((file, band))
        if known is None:
            try:
                with self.dataset(file, band) as dataset:
                    known = _header(dataset, file.path.name, band)
            except FAULTS as reason:
                raise BadFileError(f"{file.path.name} cannot be read") from reason
            with self._lock:
                self._headers[file, band] = known
                while len(self._headers) > _HEADERS:
                    self._headers.popitem(last=False)
        return known


POOL = Pool()
"""The one of this process."""


def opened(path: Path, band: int, level: int | None = None) -> Any:
    """Open a file whose band can be shown.

    Raises
    ------
    BadFileError
        With what is wrong with it.
    """
    more = {} if level is None else {"overview_level": level}
    try:
        dataset = rasterio.open(path, driver="GTiff", **more)
    except RasterioIOError as reason:
        raise BadFileError(f"{path.name} is no readable GeoTIFF") from reason
    if level is None:
        try:
            _check(dataset, path.name, band)
        except BadFileError:
            dataset.close()
            raise
    return dataset


def _check(dataset: Any, name: str, band: int) -> None:
    if dataset.crs is None:
        raise BadFileError(f"{name} does not say where it lies (no CRS)")
    if not 1 <= band <= dataset.count:
        raise BadFileError(f"{name} has {dataset.count} bands; band {band} was asked")
    if dataset.count > MOST_BANDS:
        raise BadFileError(f"{name} has {dataset.count:,} bands; the limit is {MOST_BANDS:,}")
    if dataset.width * dataset.height > LARGEST_CELLS:
        raise BadFileError(
            f"{name} has {dataset.width} x {dataset.height} cells; the limit is {LARGEST_CELLS:,}"
        )
    dtype = dataset.dtypes[band - 1]
    if dtype.startswith("complex"):
        raise BadFileError(f"{name} holds {dtype}; real numbers are shown")
    rows, cols = dataset.block_shapes[band - 1]
    if (size := rows * cols * np.dtype(dtype).itemsize) > MAX_BLOCK_BYTES:
        raise BadFileError(f"{name} has blocks of {size:,} bytes; the limit is {MAX_BLOCK_BYTES:,}")


def _header(dataset: Any, name: str, band: int) -> Header:
    nodata = dataset.nodatavals[band - 1]
    if (
        nodata is None
        and MaskFlags.all_valid in dataset.mask_flag_enums[band - 1]
        and dataset.dtypes[band - 1].startswith("float")
    ):
        nodata = float("nan")  # else one NaN would blot out all cells around it
    return Header(
        _bounds(dataset, name),
        _cell_m(dataset),
        tuple(dataset.overviews(band)),
        nodata,
        float(dataset.scales[band - 1]),
        float(dataset.offsets[band - 1]),
    )


def _bounds(dataset: Any, name: str) -> Bounds:
    try:
        # Not by rasterio: GDAL's refusal of a local system is no error of rasterio's own kind.
        to_degrees = pyproj.Transformer.from_crs(dataset.crs.to_wkt(), "OGC:CRS84", always_xy=True)
        west, south, east, north = to_degrees.transform_bounds(*_box(dataset))
        if not west < east:
            # It reaches over the antimeridian: its bounds are those of the whole belt.
            west, east = -180.0, 180.0
        return Bounds(max(-180.0, west), max(-90.0, south), min(180.0, east), min(90.0, north))
    except (ProjError, BadExtentError) as reason:
        raise BadFileError(f"{name}: {reason}") from reason


def _box(dataset: Any) -> tuple[float, float, float, float]:
    """Return the box of the corners: that of rasterio is wrong for a raster that is rotated."""
    corners = [
        dataset.transform @ (col, row) for col in (0, dataset.width) for row in (0, dataset.height)
    ]
    x, y = zip(*corners, strict=True)
    return min(x), min(y), max(x), max(y)


def _cell_m(dataset: Any) -> float:
    col, row = dataset.width / 2, dataset.height / 2
    corners = [dataset.transform @ at for at in ((col, row), (col + 1, row), (col, row + 1))]
    x, y = zip(*corners, strict=True)
    place = np.array(warp.transform(dataset.crs, "EPSG:3857", x, y))
    side, down = place[:, 1] - place[:, 0], place[:, 2] - place[:, 0]
    found = float(np.sqrt(abs(side[0] * down[1] - side[1] * down[0])))
    return found if found > 0 and (np.abs(place) <= HALF_WORLD_M).all() else np.inf


def check_blocks(file: RasterFile, band: int) -> None:
    """Look that all cells of a file are there; one that was cut off lacks blocks at its end.

    Raises
    ------
    BadFileError
        With what is wrong with it.
    """
    with rasterio.Env(**ENVIRONMENT), opened(file.path, band) as dataset:
        for (row, col), _ in dataset.block_windows(band):
            offset, length = (
                int(dataset.get_tag_item(f"BLOCK_{word}_{col}_{row}", "TIFF", bidx=band) or 0)
                for word in ("OFFSET", "SIZE")
            )
            if offset + length > file.size:
                raise BadFileError(f"{file.path.name} is cut off: not all of its cells are there")
