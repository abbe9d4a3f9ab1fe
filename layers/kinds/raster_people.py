"""People counted from rasters: cells around a place, no finer than a circle asks for."""

import math
from dataclasses import dataclass

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.warp import transform_bounds

from layers.errors import BadFileError
from layers.geo import GEOD, Bounds, Point
from layers.kinds.raster_datasets import FAULTS, Header, Pool
from layers.kinds.raster_files import RasterFile

FloatArray = NDArray[np.float64]
MOST_CELLS = 60_000_000
"""Cells of a file that are read for one place: 300 km around at 80 m."""
PARTS = 60
"""Cells are put together until a radius is so many of them, so that far circles cost no more."""
_STRIP = 2_000_000


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells with people, as columns: their middle in degrees, people, and their side in metres."""

    lon: FloatArray
    lat: FloatArray
    people: FloatArray
    side_m: FloatArray


def box_around(place: Point, radius_m: float) -> Bounds:
    """Return a box in degrees that holds a circle."""
    _, lat, _ = GEOD.fwd([place.lon] * 4, [place.lat] * 4, [0, 90, 180, 270], [radius_m] * 4)
    north = max(lat)
    # East and west of a place a circle reaches farthest a little nearer to the pole.
    widest = radius_m / (111_000.0 * math.cos(math.radians(min(89.0, north))))
    return Bounds(
        max(-180.0, place.lon - widest), max(-90.0, min(lat)),
        min(180.0, place.lon + widest), min(90.0, north),
    )  # fmt: skip


def cells_around(
    pool: Pool,
    file: RasterFile,
    header: Header,
    band: int,
    unit: str,
    place: Point,
    radius_m: float,
    square_m: float | None = None,
) -> Cells:
    """Return the cells of a file around a place, at least all whose centre lies within a radius.

    Raises
    ------
    BadFileError
        Where the file cannot be read, or has too many cells there.

    Notes
    -----
    A density is turned into people by the area of each cell on the ellipsoid. Cells are added up
    in squares of at most ``square_m``, or until the radius is ``PARTS`` of them: no overview is
    taken, for what an overview holds is a mean of which nobody knows the area.
    """
    try:
        with pool.dataset(file, band) as dataset:
            west, south, east, north = transform_bounds(
                "OGC:CRS84", dataset.crs, *box_around(place, radius_m).as_tuple(), densify_pts=21
            )
            rows, cols = rasterio.transform.rowcol(
                dataset.transform, [west, west, east, east], [south, north, south, north]
            )
            top, bottom = max(0, min(rows)), min(dataset.height, max(rows) + 1)
            left, right = max(0, min(cols)), min(dataset.width, max(cols) + 1)
            if bottom <= top or right <= left:
                return Cells(*(np.empty(0) for _ in range(4)))
            if (bottom - top) * (right - left) > MOST_CELLS:
                raise BadFileError(
                    f"{file.path.name} has more than {MOST_CELLS:,} cells within "
                    f"{radius_m / 1000:g} km; a coarser one is needed"
                )
            side_m = max(1.0, _side_m(dataset, (top + bottom) / 2, (left + right) / 2))
            step = max(1, int((square_m or radius_m / PARTS) / side_m))
            found = []
            high = max(step, _STRIP // (right - left) // step * step)
            for row in range(top, bottom, high):
                window = rasterio.windows.Window(left, row, right - left, min(high, bottom - row))
                value = dataset.read(band, window=window, masked=True).astype(np.float64)
                people = np.ma.filled(value, 0.0) * header.scale
                people = np.where(np.isfinite(people) & (people > 0), people, 0.0)
                if unit == "1/km2":
                    people *= _areas_km2(dataset, row, left, people.shape)
                found.append(_squares(dataset, people, row, left, step, side_m))
    except FAULTS as reason:
        raise BadFileError(f"{file.path.name} cannot be read here") from reason
    return Cells(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _degrees(dataset: rasterio.DatasetReader, row: FloatArray, col: FloatArray) -> FloatArray:
    """Return longitudes and latitudes of places in rows and columns (0 is an edge), (2, n)."""
    t, row, col = dataset.transform, np.ravel(row), np.ravel(col)
    x, y = t.a * col + t.b * row + t.c, t.d * col + t.e * row + t.f
    return np.array(rasterio.warp.transform(dataset.crs, "OGC:CRS84", x, y)[:2])


def _side_m(dataset: rasterio.DatasetReader, row: float, col: float) -> float:
    lon, lat = _degrees(dataset, np.array([row, row + 1, row]), np.array([col, col, col + 1]))
    _, _, away = GEOD.inv([lon[0]] * 2, [lat[0]] * 2, lon[1:], lat[1:])
    return math.sqrt(away[0] * away[1])


def _areas_km2(
    dataset: rasterio.DatasetReader, row: int, col: int, shape: tuple[int, ...]
) -> FloatArray:
    """Return the area of each cell on the ellipsoid, of a lattice of corners every few cells.

    Areas change slowly: of a block of at most 16 cells one is measured and stands for all of it.
    """
    height, width = shape
    every = 16
    at_row, at_col = np.meshgrid(
        np.minimum(np.arange(every // 2, height + every, every), height - 1)[: -(-height // every)],
        np.minimum(np.arange(every // 2, width + every, every), width - 1)[: -(-width // every)],
        indexing="ij",
    )
    corners = [
        _degrees(dataset, row + at_row + down, col + at_col + across)
        for down, across in ((0, 0), (0, 1), (1, 1), (1, 0))
    ]
    area = (
        np.abs(
            [
                GEOD.polygon_area_perimeter([c[0, i] for c in corners], [c[1, i] for c in corners])[
                    0
                ]
                for i in range(at_row.size)
            ]
        ).reshape(at_row.shape)
        / 1e6
    )
    return np.repeat(np.repeat(area, every, 0)[:height], every, 1)[:, :width]


def _squares(
    dataset: rasterio.DatasetReader,
    people: FloatArray,
    row: int,
    col: int,
    step: int,
    side_m: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    height, width = (-(-n // step) for n in people.shape)
    whole = np.zeros((height * step, width * step))
    whole[: people.shape[0], : people.shape[1]] = people
    parts = whole.reshape(height, step, width, step)
    summed = parts.sum((1, 3))
    down, across = np.nonzero(summed)
    # Where people are within a square, not where its middle is.
    rows = (parts.sum(3) * (np.arange(step) + 0.5)[None, :, None]).sum(1)[down, across]
    cols = (parts.sum(1) * (np.arange(step) + 0.5)).sum(2)[down, across]
    held = summed[down, across]
    lon, lat = _degrees(dataset, row + down * step + rows / held, col + across * step + cols / held)
    return lon, lat, held, np.full(len(held), step * side_m)
