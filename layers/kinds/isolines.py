"""Isolines of cells: where a value lies between the centres of cells, as lines."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import shapely
from contourpy import LineType, contour_generator
from numpy.typing import NDArray

from layers.geo import CellGrid, cell_m
from layers.model import Float32Array

GeometryArray = NDArray[np.object_]
FloatArray = NDArray[np.float64]


def isolines(
    value: Float32Array, grid: CellGrid, levels: Sequence[float], step: int = 1
) -> tuple[GeometryArray, FloatArray]:
    """Return the lines at which a field has certain values.

    Parameters
    ----------
    value : array of float32, shape (rows, cols)
        The field at the centres of every ``step``-th cell of ``grid``, NaN where it is unknown.
    levels : sequence of float
        Rising.

    Returns
    -------
    geometry : array of LineString, shape (n,)
        In metres of EPSG:3857, lower levels first. Who walks along a line has the higher values
        on the right. A line ends where a cell around it is unknown; a closed one ends where it
        begins.
    level : array of float, shape (n,)

    Notes
    -----
    Marching squares: linear along the sides of the squares between four neighbouring centres.
    Source: contourpy, algorithm "serial".
    """
    west, north = grid.origin_m
    side_m = cell_m(grid.zoom)
    rows, cols = value.shape
    # North to south and west to east: contourpy's left becomes the right of the map.
    drawn = contour_generator(
        west + (np.arange(cols) * step + 0.5) * side_m,
        north - (np.arange(rows) * step + 0.5) * side_m,
        np.ma.masked_invalid(value),
        name="serial",
        corner_mask=False,
        line_type=LineType.Separate,
    )
    found: list[FloatArray] = []
    level: list[float] = []
    for each in levels:
        # A saddle can leave a line of one point, which is none.
        lines = [line for line in cast(list[FloatArray], drawn.lines(each)) if len(line) > 1]
        found += lines
        level += [float(each)] * len(lines)
    if not found:
        return np.empty(0, object), np.empty(0)
    part = np.repeat(np.arange(len(found)), [len(line) for line in found])
    geometry = shapely.linestrings(np.concatenate(found), indices=part)
    return np.asarray(geometry, object), np.array(level)


def simplified(
    geometry: GeometryArray, tolerance_m: float, least_m: float
) -> tuple[GeometryArray, NDArray[np.intp]]:
    """Return lines without detail below a tolerance, and which they are.

    Lines shorter than ``least_m`` are left out.
    """
    long = np.flatnonzero(shapely.length(geometry) >= least_m)
    return shapely.simplify(geometry[long], tolerance_m, preserve_topology=False), long
