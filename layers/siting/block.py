"""A block of cells, and how far each of them is from points, lines and areas.

Distances are those of ``layers.screening.distance`` within some metres, for a hundred thousand
places at once: chords through the Earth, turned into arcs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import rasterio.features
import shapely
from numpy.typing import NDArray
from rasterio.transform import Affine
from scipy.spatial import cKDTree

from layers.geo import EARTH_RADIUS_M, GEOD, Bounds, Window, cell_m, lonlat, mercator

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

Answer = FloatArray | None
"""Values of cells, NaN where nothing is known; None where nothing of it is loaded."""

SEGMENT_DEG = 0.02
"""Longer segments are divided: what is left is straight, on the Earth as through it."""
_SIDE = 16
"""Cells a side that look for their nearest segments together; all look at once at a few."""
_FEW = 32
_SPHERE_M = 6_371_008.8


def earth(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return positions on WGS 84 in metres from the centre of the Earth, shape (..., 3)."""
    x, phi = np.radians(lon), np.radians(lat)
    across = GEOD.a / np.sqrt(1 - GEOD.es * np.sin(phi) ** 2)
    return np.stack(
        np.broadcast_arrays(
            across * np.cos(phi) * np.cos(x),
            across * np.cos(phi) * np.sin(x),
            across * (1 - GEOD.es) * np.sin(phi),
        ),
        axis=-1,
    )


def arc_m(chord_m: FloatArray) -> FloatArray:
    """Return geodesic distances of chords: within 1 m up to 300 km, infinite where they are."""
    half = np.clip(chord_m / (2 * _SPHERE_M), 0.0, 1.0)
    found: FloatArray = np.where(np.isinf(chord_m), np.inf, 2 * _SPHERE_M * np.arcsin(half))
    return found


@dataclass(frozen=True)
class Block:
    """Cells of WebMercatorQuad at a zoom: rows from ``row`` on, columns from ``col`` on."""

    zoom: int
    row: int
    col: int
    shape: tuple[int, int]

    @classmethod
    def of(cls, window: Window, domain: Bounds) -> "Block | None":
        """Return the cells of a tile that lie in a domain, None where none does."""
        size_m = cell_m(window.zoom)
        x, y = mercator(
            np.array([domain.west, domain.east]), np.array([domain.north, domain.south])
        )
        half = EARTH_RADIUS_M * np.pi
        # A cell is in the domain where its centre is.
        cols = np.clip(np.rint((x + half) / size_m).astype(int) - 256 * window.col, 0, 256)
        rows = np.clip(np.rint((half - y) / size_m).astype(int) - 256 * window.row, 0, 256)
        if cols[0] >= cols[1] or rows[0] >= rows[1]:
            return None
        return cls(
            window.zoom,
            256 * window.row + int(rows[0]),
            256 * window.col + int(cols[0]),
            (int(rows[1] - rows[0]), int(cols[1] - cols[0])),
        )

    @cached_property
    def place(self) -> tuple[FloatArray, FloatArray]:
        """Longitudes and latitudes of the centres, of the block's shape."""
        size_m, half = cell_m(self.zoom), EARTH_RADIUS_M * np.pi
        x = (self.col + np.arange(self.shape[1]) + 0.5) * size_m - half
        y = half - (self.row + np.arange(self.shape[0]) + 0.5) * size_m
        lon, lat = lonlat(x[None, :], y[:, None])
        return np.broadcast_to(lon, self.shape), np.broadcast_to(lat, self.shape)

    @cached_property
    def earth(self) -> FloatArray:
        """Positions of the centres, shape (rows, columns, 3)."""
        return earth(*self.place)

    def around(self, lon: float, lat: float, reach_m: float) -> tuple[slice, slice] | None:
        """Return the rows and columns of a box that holds all cells within a distance."""
        across, down = self.place[0][0], self.place[1][:, 0]
        dlat = reach_m / 110_000.0
        dlon = dlat / max(0.01, np.cos(np.radians(min(89.0, abs(lat) + dlat))))
        cols = np.searchsorted(across, (lon - dlon, lon + dlon))
        rows = len(down) - np.searchsorted(down[::-1], (lat + dlat, lat - dlat))
        if cols[0] >= cols[1] or rows[0] >= rows[1]:
            return None
        return slice(int(rows[0]), int(rows[1])), slice(int(cols[0]), int(cols[1]))

    @property
    def transform(self) -> Affine:
        """From columns and rows to metres of EPSG:3857."""
        size_m, half = cell_m(self.zoom), EARTH_RADIUS_M * np.pi
        return Affine(
            size_m, 0, self.col * size_m - half, 0, -size_m, half - self.row * size_m
        )  # fmt: skip


class Areas:
    """Areas with a number each; where several hold a place, the first one counts."""

    def __init__(self, geometry: NDArray[np.object_], values: Sequence[float] | FloatArray) -> None:
        """Take areas in degrees; whatever else is among them holds nothing."""
        is_area = shapely.get_dimensions(geometry) == 2
        flat = shapely.segmentize(geometry[is_area], SEGMENT_DEG)
        self._geometry = shapely.transform(flat, lambda xy: np.column_stack(mercator(*xy.T)))
        self._values = np.asarray(values, float)[is_area]

    def at(self, block: Block) -> FloatArray:
        """Return the number of the area that holds each cell's centre, NaN where none does."""
        found = np.full(block.shape, np.nan)
        place = block.transform
        box = (place.c, place.f + block.shape[0] * place.e,
               place.c + block.shape[1] * place.a, place.f)  # fmt: skip
        near = np.flatnonzero(shapely.intersects(self._geometry, shapely.box(*box)))
        parts = shapely.clip_by_rect(self._geometry[near], *box)
        pairs = [
            (part, value)
            for part, value in zip(parts, self._values[near].tolist(), strict=True)
            if not part.is_empty and shapely.get_dimensions(part) == 2
        ]
        if pairs:
            rasterio.features.rasterize(pairs[::-1], out=found, transform=place)
        return found


class Nearest:
    """Points, lines and outlines in degrees, made ready to be measured from many places."""

    def __init__(self, geometry: NDArray[np.object_]) -> None:
        areas = shapely.get_dimensions(geometry) == 2
        lines = np.where(areas, shapely.boundary(geometry), geometry)
        parts = shapely.segmentize(shapely.get_parts(lines), SEGMENT_DEG)
        xy, part = shapely.get_coordinates(parts, return_index=True)
        place = earth(xy[:, 0], xy[:, 1])
        follows = np.flatnonzero(part[1:] == part[:-1])
        alone = np.flatnonzero(np.bincount(part, minlength=len(parts))[part] == 1)
        self._begin = np.concatenate([place[follows], place[alone]])
        self._way = np.concatenate([place[follows + 1], place[alone]]) - self._begin
        self._half_m = float(np.sqrt((self._way**2).sum(axis=-1)).max(initial=0.0)) / 2
        self._areas = Areas(geometry, np.zeros(len(geometry)))
        self._tree = cKDTree(self._begin + self._way / 2) if len(self._begin) else None

    def m(self, block: Block, where: BoolArray | None = None) -> FloatArray:
        """Return the way from each cell to the nearest of them: 0 within an area, else metres.

        Infinite where there is none; far from the cells of ``where`` it may be, too.
        """
        found = np.full(block.shape, np.inf)
        if self._tree is None:
            return found
        side = _SIDE if len(self._begin) > _FEW else max(block.shape)
        parts = [
            (slice(row, row + side), slice(col, col + side))
            for row in range(0, block.shape[0], side)
            for col in range(0, block.shape[1], side)
        ]
        if where is not None:
            parts = [part for part in parts if where[part].any()]
        places = [block.earth[part].reshape(-1, 3) for part in parts]
        middle = np.array([each.mean(axis=0) for each in places])
        reach = [
            float(np.sqrt(((each - m) ** 2).sum(axis=-1).max()))
            for each, m in zip(places, middle, strict=True)
        ]
        # What is nearest to a cell is no farther from the middle than this.
        far = self._tree.query(middle)[0] + 2 * (np.array(reach) + self._half_m)
        near = self._tree.query_ball_point(middle, far)
        for part, here, m, rows in zip(parts, places, middle, near, strict=True):
            chord = _to_segments(here - m, self._begin[rows] - m, self._way[rows])
            found[part] = arc_m(chord).reshape(found[part].shape)
        found[~np.isnan(self._areas.at(block))] = 0.0
        return found


def _to_segments(here: FloatArray, begin: FloatArray, way: FloatArray) -> FloatArray:
    """Return how far places are from the nearest of some segments, straight; all near 0."""
    length = (way**2).sum(axis=-1)
    along = here @ way.T - (begin * way).sum(axis=-1)
    share = np.divide(along, length, out=np.zeros(along.shape), where=length > 0)
    np.clip(share, 0.0, 1.0, out=share)
    square = (here**2).sum(axis=-1)[:, None] - 2 * here @ begin.T + (begin**2).sum(axis=-1)
    square += share * (share * length - 2 * along)
    found: FloatArray = np.sqrt(np.maximum(square.min(axis=1), 0.0))
    return found


def km(metres: FloatArray) -> FloatArray:
    """Return kilometres, NaN for a way to nothing."""
    return np.where(np.isinf(metres), np.nan, metres / 1000)


def gaps(value: FloatArray, known: BoolArray) -> FloatArray:
    """Return a value where something is known of it, else NaN."""
    return np.where(known, value, np.nan)


def mean(values: Sequence[FloatArray]) -> Answer:
    """Return the mean of those that are known of each cell, NaN for none."""
    if not values:
        return None
    stacked = np.stack(values)
    known = ~np.isnan(stacked)
    count = known.sum(axis=0)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    found: FloatArray = np.full(count.shape, np.nan)
    np.divide(total, count, out=found, where=count > 0)
    return found
