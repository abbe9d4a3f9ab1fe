"""Zones of a grid of accelerations: areas between limits that share every corner."""

import itertools
from collections.abc import Sequence
from typing import Any

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.seismic.intensity import pga_range_g

FloatArray = NDArray[np.floating[Any]]


GRADES = (6, 7, 8, 9, 10)
"""Degrees of MSK-64 that zones are told in; the first is all below the next, the last all above."""
LIMITS_G: dict[int, tuple[float, float | None]] = {
    grade: (
        0.0 if grade == GRADES[0] else pga_range_g(grade)[0],
        None if grade == GRADES[-1] else pga_range_g(grade)[1],
    )
    for grade in GRADES
}
"""Least and largest acceleration of each zone."""


def above(values: FloatArray, lon: FloatArray, lat: FloatArray, limit: float) -> BaseGeometry:
    """Return where a grid is at or above a limit, bilinear between its centres.

    Parameters
    ----------
    values : array of float, shape (rows, columns)
    lon, lat : array of float, shape (columns,) and (rows,)
        Centres, degrees.
    """
    maker = contourpy.contour_generator(lon, lat, values, fill_type=contourpy.FillType.OuterOffset)
    filled: Any = maker.filled(limit, np.inf)  # of this type: corners, and where rings begin
    points, offsets = filled
    areas = []
    for corners, offset in zip(points, offsets, strict=True):
        rings = [corners[a:b] for a, b in itertools.pairwise(offset)]
        areas.append(shapely.make_valid(shapely.Polygon(rings[0], rings[1:])))
    return shapely.union_all(areas)


def degrees(
    pga_g: FloatArray, lon: FloatArray, lat: FloatArray, domain: BaseGeometry, grid_deg: float
) -> dict[int, list[BaseGeometry]]:
    """Return the zones of a grid of accelerations by their degree of MSK-64.

    Parameters
    ----------
    pga_g : array of float, shape (rows, columns)
    lon, lat : array of float, shape (columns,) and (rows,)
        Centres, degrees.
    domain : area
        What the zones tile; within the centres.
    grid_deg : float
        Corners lie on multiples of it.
    """
    outlines = [domain]
    for grade in GRADES[1:]:
        low, _ = pga_range_g(grade)
        outlines.append(above(pga_g, lon, lat, low).intersection(domain))
    return dict(zip(GRADES, bands(outlines, grid_deg), strict=True))


def bands(outlines: Sequence[BaseGeometry], grid_deg: float) -> list[list[BaseGeometry]]:
    """Return the areas of each outline that lie in no later one; together they tile the first.

    All outlines are cut at each other on a grid of ``grid_deg`` and the faces between them
    collected, so that neighbours share every corner.

    Parameters
    ----------
    outlines : sequence of areas
        Each within the first one.

    Returns
    -------
    list of list of areas
        As the outlines, the largest area of each first.
    """
    edges = shapely.union_all([outline.boundary for outline in outlines], grid_size=grid_deg)
    areas: list[list[BaseGeometry]] = [[] for _ in outlines]
    for face in shapely.get_parts(shapely.polygonize(shapely.get_parts(edges))):
        inside = face.representative_point()
        if outlines[0].contains(inside):
            areas[max(i for i, each in enumerate(outlines) if each.contains(inside))].append(face)
    return [sorted(faces, key=lambda face: -float(face.area)) for faces in areas]
