"""Where things are: positions, bounds, tile matrix sets, windows and cell grids.

Inside, the order is longitude, latitude and west, south, east, north; other orders exist only at
the edge. Tiles follow the OGC set WebMercatorQuad; its arithmetic is here, because a tile is named
a thousand times a second, and morecantile is what it is tested against.
"""

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from layers.errors import BadExtentError, BadParameterError, nearest

if TYPE_CHECKING:
    import morecantile

FloatArray = NDArray[np.floating[Any]]

TILE_PX = 256
MAX_ZOOM = 22
EARTH_RADIUS_M = 6378137.0
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
MAX_LATITUDE = math.degrees(2 * math.atan(math.exp(math.pi)) - math.pi / 2)
POLE = 90 - 1e-9
"""Latitude, in degrees, at which a position of the pole is kept: far beyond every tile."""
DECIMALS = 6
"""Of a degree in what goes out, and so in what filters are asked of: a tenth of a metre."""
GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Point:
    """A position in degrees, WGS 84."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise BadExtentError(
                f"longitude {self.lon:g}, latitude {self.lat:g} is no position on Earth"
            )

    @property
    def xy_m(self) -> tuple[float, float]:
        """EPSG:3857 coordinates in metres within its square; of one place at a tenth of the cost.

        ``mercator`` is for many.
        """
        return _xy_m(self.lon, self.lat)


@functools.lru_cache(maxsize=16)
def _xy_m(lon: float, lat: float) -> tuple[float, float]:
    # Remembered: all layers are asked of the same place in turn.
    phi = math.radians(min(max(lat, -MAX_LATITUDE), MAX_LATITUDE))
    return EARTH_RADIUS_M * math.radians(lon), EARTH_RADIUS_M * math.asinh(math.tan(phi))


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees, WGS 84: west < east, south < north."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        numbers = (self.west, self.south, self.east, self.north)
        if not all(map(math.isfinite, numbers)):
            raise BadExtentError(f"bounds {numbers} hold something that is no number")
        if not (-180 <= self.west < self.east <= 180 and -90 <= self.south < self.north <= 90):
            raise BadExtentError(f"bounds {numbers} are not west < east, south < north in degrees")

    def intersects(self, other: "Bounds") -> bool:
        """Tell whether the two boxes share an area."""
        return (
            self.west < other.east
            and other.west < self.east
            and self.south < other.north
            and other.south < self.north
        )

    def holds(self, place: "Point") -> bool:
        """Tell whether a place lies in the box or on its edge."""
        return self.west <= place.lon <= self.east and self.south <= place.lat <= self.north

    def as_tuple(self) -> tuple[float, float, float, float]:
        """Return (west, south, east, north)."""
        return (self.west, self.south, self.east, self.north)


def mercator(
    lon: FloatArray | float, lat: FloatArray | float, limit: float = MAX_LATITUDE
) -> tuple[FloatArray, FloatArray]:
    """Return EPSG:3857 coordinates in metres.

    Latitudes are held within ``limit``: the square of the set, or more, below 90 degrees.
    """
    phi = np.radians(np.clip(np.asarray(lat, float), -limit, limit))
    x_m = EARTH_RADIUS_M * np.radians(np.asarray(lon, float))
    return x_m, EARTH_RADIUS_M * np.arcsinh(np.tan(phi))


def lonlat(x_m: FloatArray | float, y_m: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude in degrees of EPSG:3857 metres."""
    lat = np.degrees(np.arctan(np.sinh(np.asarray(y_m, float) / EARTH_RADIUS_M)))
    return np.degrees(np.asarray(x_m, float) / EARTH_RADIUS_M), lat


def cell_m(zoom: int) -> float:
    """Return the size of a 256 px tile's pixel at the equator, in metres of EPSG:3857."""
    return 2 * HALF_WORLD_M / float(TILE_PX << zoom)


@dataclass(frozen=True, slots=True)
class Window:
    """One tile of WebMercatorQuad, asked at ``size_px`` pixels a side (256 or 512)."""

    zoom: int
    col: int
    row: int
    size_px: int = TILE_PX

    def __post_init__(self) -> None:
        if not 0 <= self.zoom <= MAX_ZOOM:
            raise BadExtentError(f"zoom {self.zoom} is not within 0..{MAX_ZOOM}")
        last = 2**self.zoom - 1
        if not (0 <= self.col <= last and 0 <= self.row <= last):
            raise BadExtentError(
                f"tile {self.zoom}/{self.col}/{self.row} is not within 0..{last} of its zoom"
            )

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres of EPSG:3857."""
        size_m = 2 * HALF_WORLD_M / 2**self.zoom
        west = self.col * size_m - HALF_WORLD_M
        north = HALF_WORLD_M - self.row * size_m
        return west, north - size_m, west + size_m, north

    @property
    def bounds(self) -> Bounds:
        """The box in degrees."""
        west, south, east, north = self.bounds_m
        (w, e), (s, n) = lonlat(np.array([west, east]), np.array([south, north]))
        return Bounds(max(-180.0, float(w)), float(s), min(180.0, float(e)), float(n))


@dataclass(frozen=True, slots=True)
class CellGrid:
    """A rectangle of cells of WebMercatorQuad: pixels of its 256 px tiles at ``zoom``.

    ``col`` and ``row`` count cells from the north-west corner of the world; (row, column) order in
    arrays, so an array on this grid has shape (height, width).
    """

    zoom: int
    col: int
    row: int
    width: int
    height: int

    @classmethod
    def covering(cls, bounds: Bounds, zoom: int) -> "CellGrid":
        """Return the smallest grid of whole cells that covers ``bounds``."""
        size_m = cell_m(zoom)
        x, y = mercator(
            np.array([bounds.west, bounds.east]), np.array([bounds.north, bounds.south])
        )
        last = TILE_PX * 2**zoom
        # A millionth of a cell keeps an edge that lies on a cell border from gaining a cell.
        col0, row0 = (
            max(0, math.floor(v / size_m + 1e-6))
            for v in (x[0] + HALF_WORLD_M, HALF_WORLD_M - y[0])
        )
        col1, row1 = (
            min(last, math.ceil(v / size_m - 1e-6))
            for v in (x[1] + HALF_WORLD_M, HALF_WORLD_M - y[1])
        )
        return cls(zoom, col0, row0, max(1, col1 - col0), max(1, row1 - row0))

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.height, self.width

    @property
    def origin_m(self) -> tuple[float, float]:
        """West and north edge in metres of EPSG:3857."""
        size_m = cell_m(self.zoom)
        return self.col * size_m - HALF_WORLD_M, HALF_WORLD_M - self.row * size_m

    @property
    def bounds(self) -> Bounds:
        """The box in degrees."""
        size_m = cell_m(self.zoom)
        west, north = self.origin_m
        (w, e), (s, n) = lonlat(
            np.array([west, west + self.width * size_m]),
            np.array([north - self.height * size_m, north]),
        )
        return Bounds(max(-180.0, float(w)), float(s), min(180.0, float(e)), float(n))

    def thinned(self, zoom: int) -> "CellGrid | None":
        """Return the grid of the cells that show this one at a lower zoom, or None without any.

        Of all cells that a pixel covers the one in the middle is taken, never an average.
        """
        step = 1 << (self.zoom - zoom)
        half = step // 2
        col, row = -((half - self.col) // step), -((half - self.row) // step)
        width = (self.col + self.width - 1 - half) // step - col + 1
        height = (self.row + self.height - 1 - half) // step - row + 1
        return CellGrid(zoom, col, row, width, height) if width > 0 and height > 0 else None

    def taken(self, thinned: "CellGrid") -> tuple[slice, slice]:
        """Return which rows and columns a thinned grid holds."""
        step = 1 << (self.zoom - thinned.zoom)
        return tuple(
            slice(begin := at * step + step // 2 - own, begin + (count - 1) * step + 1, step)
            for at, own, count in (
                (thinned.row, self.row, thinned.height),
                (thinned.col, self.col, thinned.width),
            )
        )  # type: ignore[return-value]  # two of two: a generator does not tell its length

    def centres(self) -> tuple[FloatArray, FloatArray]:
        """Return longitudes (width,) and latitudes (height,) of the cell centres, in degrees."""
        return self.at(np.arange(self.height), np.arange(self.width))

    def at(self, row: NDArray[np.intp], col: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """Return longitudes of the centres of columns and latitudes of those of rows, in degrees.

        Rows and columns beyond the grid go on in line.
        """
        size_m = cell_m(self.zoom)
        west, north = self.origin_m
        lon, _ = lonlat(west + (col + 0.5) * size_m, 0.0)
        _, lat = lonlat(0.0, north - (row + 0.5) * size_m)
        return lon, lat

    def cell_of(self, point: Point) -> tuple[int, int] | None:
        """Return (row, column) of the cell that holds the point, or None outside."""
        x, y = point.xy_m
        size_m = cell_m(self.zoom)
        col = math.floor((x + HALF_WORLD_M) / size_m) - self.col
        row = math.floor((HALF_WORLD_M - y) / size_m) - self.row
        return (row, col) if 0 <= row < self.height and 0 <= col < self.width else None


@functools.cache
def tile_matrix_set(set_id: str = "WebMercatorQuad") -> "morecantile.TileMatrixSet":
    """Return an OGC tile matrix set with its scales and well-known names, for documents.

    Raises
    ------
    BadParameterError
        For a set that is not registered, with the nearest one.
    """
    # Its models take a second to build: only who asks for a whole set pays for them.
    import morecantile

    known = morecantile.tms.list()
    if set_id not in known:
        raise BadParameterError(f'no tile matrix set "{set_id}"{nearest(set_id, known)}')
    return morecantile.tms.get(set_id)


def conic(bounds: Bounds) -> pyproj.CRS:
    """Return an Albers equal-area conic fitted to the domain, for distances in metres.

    The standard parallels lie one sixth within the domain (Kavraiskiy's rule); distances over
    46..88 E, 37..56 N are then true to 0.6 %, where Web Mercator is wrong by 26 to 77 %.
    Domains that straddle or nearly touch the equator get an azimuthal equidistant plane instead.
    """
    lon = (bounds.west + bounds.east) / 2
    span = bounds.north - bounds.south
    low, high = bounds.south + span / 6, bounds.north - span / 6
    mid = (bounds.south + bounds.north) / 2
    if abs(low + high) < 10 or max(abs(bounds.south), abs(bounds.north)) > 85:
        return pyproj.CRS.from_proj4(f"+proj=aeqd +lat_0={mid} +lon_0={lon} +datum=WGS84 +units=m")
    return pyproj.CRS.from_proj4(
        f"+proj=aea +lat_1={low} +lat_2={high} +lat_0={mid} +lon_0={lon} +datum=WGS84 +units=m"
    )


@functools.lru_cache(maxsize=32)
def _to_plane(bounds: Bounds) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("OGC:CRS84", conic(bounds), always_xy=True)


def plane(bounds: Bounds, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return metres on the conic of ``bounds`` for positions in degrees, shapes as given."""
    x_m, y_m = _to_plane(bounds).transform(lon, lat)
    return np.asarray(x_m, float), np.asarray(y_m, float)


def distance_m(a: Point, b: Point) -> float:
    """Return the geodesic distance on WGS 84."""
    return float(GEOD.inv(a.lon, a.lat, b.lon, b.lat)[2])
