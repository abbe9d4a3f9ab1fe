"""A picture of a box: its pixels, and where their centres lie."""

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadExtentError
from layers.geo import HALF_WORLD_M, Bounds, lonlat
from layers.views.mesh import Mesh
from layers.views.projection import Projection, projection

FloatArray = NDArray[np.floating[Any]]
Box = tuple[float, float, float, float]

MAX_SIDE_PX = 4096
FARTHEST = 1e9
"""The largest coordinate of a box: beyond it no system has a place, and GDAL does not end."""
TOLERANCE_PX = 0.125
"""How far an interpolated position may be from the exact one, in pixels of the picture."""
PART_PX = 1 << 17
PART = (256, 512)

SMALLEST_M, SMALLEST_DEGREES = 1e-5, 1e-10
"""The smallest side of a pixel: below it the digits of a place do not tell pixels apart."""

_APART_PX = 2 * TOLERANCE_PX
_NODES, _FEWEST = 16, 8
_FINEST = 256
_NOWHERE = (4e7, 4e7, 4e7, 4e7)
"""A box beyond the square of EPSG:3857: nothing is in it."""


@dataclass(frozen=True)
class View:
    """A rectangle of a coordinate reference system, ``width`` x ``height`` pixels.

    West, south, east and north are in the units of the system, easting first.

    Raises
    ------
    BadExtentError
        Unless west < east and south < north are numbers and both sides are 1 to 4096 pixels.
    """

    crs: str
    west: float
    south: float
    east: float
    north: float
    width: int
    height: int

    def __post_init__(self) -> None:
        box = (self.west, self.south, self.east, self.north)
        if not all(map(math.isfinite, box)) or self.west >= self.east or self.south >= self.north:
            raise BadExtentError(f"the box {box} is not west < east, south < north")
        if max(map(abs, box)) > FARTHEST:
            raise BadExtentError(f"the box {box} reaches beyond {FARTHEST:g} of its units")
        for side in (self.width, self.height):
            if not 1 <= side <= MAX_SIDE_PX:
                raise BadExtentError(f"a side of {side} pixels; 1 to {MAX_SIDE_PX} are drawn")

        least = SMALLEST_DEGREES if self._degrees else SMALLEST_M
        if min(self.size) < least:
            raise BadExtentError(f"pixels of {min(self.size):g}; at least {least:g} are drawn")

    @property
    def projection(self) -> Projection:
        """The system by its name."""
        return projection(self.crs)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of a pixel in the units of the system."""
        return (self.east - self.west) / self.width, (self.north - self.south) / self.height

    @property
    def first_px(self) -> tuple[int, int]:
        """The row and column of the first pixel in the plane of the system, cut into such pixels.

        What is drawn by them goes on in the next picture, whatever box a client asks for.
        """
        across, down = self.size
        return round(-self.north / down), round(self.west / across)

    def parts(self) -> Iterator[tuple[int, int, "View"]]:
        """Yield first row, first column and view of parts that make up the picture.

        They are of one scale, and small enough that all that is in hand at once fits into a
        processor's cache. Where rows are parallels they are whole rows; elsewhere they are nearly
        square, for the box of EPSG:3857 around a long one that lies askew is much larger.
        """
        if self.projection.independent:
            rows, cols = max(1, PART_PX // self.width), self.width
        else:
            _, _, steps = self._nodes
            rows, cols = (-(-side // step) * step for side, step in zip(PART, steps, strict=True))
        for row in range(0, self.height, rows):
            for col in range(0, self.width, cols):
                yield row, col, self._part(row, col, rows, cols)

    def _part(self, row: int, col: int, rows: int, cols: int) -> "View":
        rows, cols = min(rows, self.height - row), min(cols, self.width - col)
        if (rows, cols) == (self.height, self.width):
            return self
        across, down = self.size
        part = View(
            self.crs,
            self.west + col * across,
            self.north - (row + rows) * down,
            self.west + (col + cols) * across,
            self.north - row * down,
            cols,
            rows,
        )
        part.__dict__["pixel_m"] = self.pixel_m
        if not self.projection.independent:
            x_m, y_m, steps = self._nodes
            taken = tuple(
                slice(first // step, -(-(first + count) // step) + 1)
                for first, count, step in zip((row, col), (rows, cols), steps, strict=True)
            )
            part.__dict__["_nodes"] = x_m[taken], y_m[taken], steps
        return part

    def grown(self, more_px: int) -> Box:
        """Return west, south, east, north with ``more_px`` on each side, in the system's units."""
        across, down = (side * more_px for side in self.size)
        return self.west - across, self.south - down, self.east + across, self.north + down

    def box_m(self, more_px: int = 0) -> Box:
        """Return the box of EPSG:3857 that holds the picture with ``more_px`` on each side.

        What has no place there is left out; a picture without any has a box beyond the world.
        """
        west, south, east, north = self.grown(more_px)
        if self.projection.name == "EPSG:3857":
            return west, south, east, north
        x, y = np.meshgrid(
            np.linspace(west, east, _NODES + 1), np.linspace(south, north, _NODES + 1)
        )
        x_m, y_m = self.projection.to_mercator(x, np.clip(y, -85.05, 85.05) if self._degrees else y)
        if np.isnan(x_m + y_m).all():
            return _NOWHERE
        return (
            float(np.nanmin(x_m)),
            float(np.nanmin(y_m)),
            float(np.nanmax(x_m)),
            float(np.nanmax(y_m)),
        )

    @property
    def bounds(self) -> Bounds | None:
        """The box in degrees that holds the picture, None where it has no place."""
        west, south, east, north = self.box_m()
        if west >= HALF_WORLD_M or east <= -HALF_WORLD_M or south >= HALF_WORLD_M:
            return None
        (w, e), (s, n) = lonlat(np.array([west, east]), np.array([south, north]))
        w, e, s, n = max(-180.0, float(w)), min(180.0, float(e)), float(s), float(n)
        return Bounds(w, s, e, n) if w < e and s < n else None

    @property
    def _degrees(self) -> bool:
        return self.projection.independent and self.projection.name != "EPSG:3857"

    @functools.cached_property
    def pixel_m(self) -> float:
        """The smaller side of a pixel in the middle of the picture, in metres of EPSG:3857."""
        across, down = self.size
        x, y = (self.west + self.east) / 2, (self.south + self.north) / 2
        x_m, y_m = self.projection.to_mercator(
            np.array([x - across / 2, x + across / 2, x, x]),
            np.array([y, y, y - down / 2, y + down / 2]),
        )
        sides = (np.hypot(x_m[i + 1] - x_m[i], y_m[i + 1] - y_m[i]) for i in (0, 2))
        return float(min(sides))

    def positions(self, size_m: float, row: int, col: int) -> tuple[FloatArray, FloatArray]:
        """Return where pixel centres lie on a grid of cells of EPSG:3857.

        Parameters
        ----------
        size_m : float
            Side of a cell in metres; cells are counted from the north-west corner of the world.
        row, col : int
            The cell whose corner has the position (0, 0).

        Returns
        -------
        rows, cols : array of float
            Of shape (height, 1) and (1, width), exact, where rows and columns are independent;
            else both of shape (height, width), float32, within ``TOLERANCE_PX`` of the exact
            ones. NaN where a pixel has no place.
        """
        across, down = self.size
        if self.projection.independent:
            x = self.west + (np.arange(self.width) + 0.5) * across
            y = self.north - (np.arange(self.height) + 0.5) * down
            x_m, _ = self.projection.to_mercator(x, np.zeros(1))
            _, y_m = self.projection.to_mercator(np.zeros(1), y)
            rows = (HALF_WORLD_M - y_m) / size_m - row
            cols = (x_m + HALF_WORLD_M) / size_m - col
            return rows[:, None], cols[None, :]
        found = self.mesh(size_m, row, col)
        rows, cols = (_spread(each, found.steps, found.shape) for each in (found.rows, found.cols))
        return rows, cols

    def mesh(self, size_m: float, row: int, col: int) -> Mesh:
        """Return the same where rows and columns are not independent, at some pixels only."""
        x_m, y_m, steps = self._nodes
        rows = (HALF_WORLD_M - y_m) / size_m - row
        cols = (x_m + HALF_WORLD_M) / size_m - col
        return Mesh(rows, cols, steps, (self.height, self.width))

    @functools.cached_property
    def _nodes(self) -> tuple[FloatArray, FloatArray, tuple[int, int]]:
        """Exact places in EPSG:3857 of some pixel centres: every so many rows and columns.

        Between nodes twice as far apart the error is looked at, along each axis; it falls with
        the square of the distance, so that the nodes that are used have a quarter of it along
        each axis, and keep the tolerance. Where even the densest lattice does not, there is no
        place.
        """
        steps = [1 << max(0, math.floor(math.log2(s / _FEWEST))) for s in (self.height, self.width)]
        while True:
            x_m, y_m = self._lattice(steps[0], steps[1])
            dense = True
            for axis, side in enumerate((self.height, self.width)):
                off = np.hypot(_between(x_m, axis), _between(y_m, axis)) / self.pixel_m
                if steps[axis] == 1 or not (off > _APART_PX).any():
                    continue
                if side / steps[axis] < _FINEST:
                    # The error falls with the square of the step.
                    worst = math.sqrt(float(np.nanmax(off)) / _APART_PX)
                    finer = min(2 ** math.ceil(math.log2(worst)), _FINEST)
                    steps[axis] = max(1, steps[axis] // finer)
                    dense = False
                else:
                    middle = np.moveaxis(x_m, axis, 0)[1::2]
                    middle[np.moveaxis(off > _APART_PX, axis, 0)] = np.nan
            if dense:
                return x_m, y_m, (steps[0], steps[1])

    def _lattice(self, down_px: int, across_px: int) -> tuple[FloatArray, FloatArray]:
        across, down = self.size
        # An odd number of nodes, so that every second one is a lattice too.
        cols = np.arange(2 * -(-self.width // (2 * across_px)) + 1) * across_px + 0.5
        rows = np.arange(2 * -(-self.height // (2 * down_px)) + 1) * down_px + 0.5
        x, y = np.meshgrid(self.west + cols * across, self.north - rows * down)
        x_m, y_m = self.projection.to_mercator(x, y)
        return np.asarray(x_m), np.asarray(y_m)


def _between(nodes: FloatArray, axis: int) -> FloatArray:
    """Return how far each second node is from the middle of its neighbours; NaN for no place."""
    n = np.moveaxis(nodes, axis, 0)
    return np.moveaxis((n[:-2:2] + n[2::2]) / 2 - n[1::2], 0, axis)


def _spread(nodes: FloatArray, steps: tuple[int, int], shape: tuple[int, int]) -> FloatArray:
    """Interpolate between nodes at every pixel, one axis after the other."""
    height, width = shape
    down, across = ((np.arange(step) / step).astype(np.float32) for step in steps)
    near = nodes.astype(np.float32)
    tall = near[:-1, None, :] + np.diff(near, axis=0)[:, None, :] * down[None, :, None]
    tall = tall.reshape(-1, near.shape[1])[:height]
    wide = np.diff(tall, axis=1)[:, :, None] * across
    wide += tall[:, :-1, None]
    return np.ascontiguousarray(wide.reshape(height, -1)[:, :width])
