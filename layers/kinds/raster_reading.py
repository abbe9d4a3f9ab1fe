"""Cells of files, in any reference system, at the pixels of a tile."""

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform

from layers.errors import BadFileError
from layers.geo import Point
from layers.kinds.raster_datasets import FAULTS, Header, Pool
from layers.kinds.raster_files import RasterFile
from layers.model import Float32Array
from layers.views import View

TOLERANCE = 0.01
"""How far, in cells of the file, a pixel's centre may be from where it is looked up: GDAL's own
eighth of a cell would show the neighbour on one pixel in ten."""


def read(
    pool: Pool, file: RasterFile, header: Header, band: int, view: View, smooth: bool = False
) -> Float32Array:  # fmt: skip
    """Return what a file shows at each pixel of a view.

    Parameters
    ----------
    smooth : bool
        Interpolate between the centres of cells; else a pixel shows the cell its centre lies in.

    Returns
    -------
    array of float32, shape (height, width)
        NaN where the file has no value.

    Raises
    ------
    BadFileError
        Where the file cannot be read.

    Notes
    -----
    Where pixels are at least twice as large as cells, the coarsest overview whose cells are no
    larger than a pixel takes the place of the file's own cells.
    """
    across, down = view.size
    finer = [
        level
        for level, factor in enumerate(header.overviews)
        if factor * header.cell_m <= view.pixel_m * 1.01
    ]
    level = finer[-1] if finer else None
    place = Affine(across, 0, view.west, 0, -down, view.north)
    how = Resampling.bilinear if smooth else Resampling.nearest
    nodata = {} if header.nodata is None else {"src_nodata": header.nodata}
    try:
        with (
            pool.dataset(file, band, level) as dataset,
            WarpedVRT(
                dataset, crs=view.projection.authority, transform=place,
                width=view.width, height=view.height,
                resampling=how, nodata=np.nan, dtype="float32", tolerance=TOLERANCE, **nodata,
            ) as warped,
        ):  # fmt: skip
            found: Float32Array = warped.read(band)
    except FAULTS as reason:
        raise BadFileError(f"{file.path.name} cannot be read here") from reason
    found[~np.isfinite(found)] = np.nan
    if header.scale != 1 or header.offset != 0:
        found = (found * header.scale + header.offset).astype(np.float32)
    return found


def value_at(pool: Pool, file: RasterFile, header: Header, band: int, point: Point) -> float | None:
    """Return the value of the cell that holds a point; NaN for none, None beyond the file.

    Raises
    ------
    BadFileError
        Where the file cannot be read.
    """
    box = header.bounds
    if not (box.west <= point.lon <= box.east and box.south <= point.lat <= box.north):
        return None
    try:
        with pool.dataset(file, band) as dataset:
            (x,), (y,) = transform("OGC:CRS84", dataset.crs, [point.lon], [point.lat])
            if not (np.isfinite(x) and np.isfinite(y)):
                return None
            row, col = dataset.index(x, y)
            if not (0 <= row < dataset.height and 0 <= col < dataset.width):
                return None
            where = rasterio.windows.Window(col, row, 1, 1)
            cell = dataset.read(band, window=where, masked=True)[0, 0]
    except FAULTS as reason:
        raise BadFileError(f"{file.path.name} cannot be read here") from reason
    found = np.nan if cell is np.ma.masked else float(cell)
    return found * header.scale + header.offset if np.isfinite(found) else np.nan
