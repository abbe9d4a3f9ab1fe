"""Where earthquakes come: rates on a grid, smoothed from those that came.

Source: Frankel (1995), Mapping seismic hazard in the central and eastern United States,
Seismological Research Letters 66(4), 8-21: counts on a grid, smoothed by a Gaussian.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.geo import Bounds
from layers.seismic.summation import EARTH_KM, near_pairs, vectors

FloatArray = NDArray[np.floating[Any]]
_WIDTHS = 4.0
"""Beyond so many of its widths a Gaussian is nothing."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of degrees, row 0 in the north; west and north are outer edges."""

    bounds: Bounds
    step_deg: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns; what is less than half a cell over is left out."""
        box = self.bounds
        return (
            max(1, round((box.north - box.south) / self.step_deg)),
            max(1, round((box.east - box.west) / self.step_deg)),
        )

    def centres(self) -> tuple[FloatArray, FloatArray]:
        """Return longitudes and latitudes of all cells, each of shape (rows * columns,)."""
        rows, cols = self.shape
        lon = self.bounds.west + (np.arange(cols) + 0.5) * self.step_deg
        lat = self.bounds.north - (np.arange(rows) + 0.5) * self.step_deg
        return np.tile(lon, rows), np.repeat(lat, cols)

    def areas_km2(self) -> FloatArray:
        """Return the areas of all cells on the sphere, shape (rows * columns,)."""
        _, lat = self.centres()
        half = np.radians(self.step_deg) / 2
        return np.asarray(EARTH_KM**2 * 2 * half * 2 * np.sin(half) * np.cos(np.radians(lat)))


def smoothed(
    grid: Grid, lon: FloatArray, lat: FloatArray, widths_km: Sequence[float]
) -> FloatArray:
    """Return the density of epicentres on a grid: what each cell has of all of them.

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        Epicentres, each as good as another.
    widths_km : sequence of float
        Standard deviations of the Gaussians that are averaged.

    Returns
    -------
    array of float, shape (cells,)
        Their sum is 1 less what falls beyond the grid, which is lost and not put back.
    """
    cell_lon, cell_lat = grid.centres()
    area = grid.areas_km2()
    found = np.zeros(len(area))
    cells, places = vectors(cell_lon, cell_lat), vectors(lon, lat)
    for width in widths_km:
        kernel = np.zeros(len(area))
        for part, cell, _, km in near_pairs(cells, places, _WIDTHS * width):
            density = np.exp(-0.5 * (km / width) ** 2) / (2 * np.pi * width**2)
            kernel[part] += np.bincount(cell, density, len(cells[part]))
        # The tail that is cut off is given back to what is left.
        found += kernel * area / (1 - np.exp(-0.5 * _WIDTHS**2))
    return found / (len(widths_km) * max(1, len(lon)))
