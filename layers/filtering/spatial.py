"""Which rows touch a box or a geometry."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError

from layers.errors import BadParameterError
from layers.filtering.rows import FloatArray, GeometryArray, Rows
from layers.geo import POLE, lonlat, mercator
from layers.views import Projection, projection

BoolArray = NDArray[np.bool_]
Box = tuple[float, float, float, float]
_EDGE = 17

PREDICATES: Mapping[str, Callable[..., BoolArray]] = {
    "s_intersects": shapely.intersects,
    "s_within": shapely.within,
    "s_contains": shapely.contains,
    "s_equals": shapely.equals,
    "s_touches": shapely.touches,
    "s_crosses": shapely.crosses,
    "s_overlaps": shapely.overlaps,
    "s_disjoint": shapely.disjoint,
}


def related(rows: Rows, name: str, geometry: shapely.Geometry, *, swapped: bool) -> BoolArray:
    """Tell which rows stand in a relation to a geometry in degrees; ``swapped``: it to them.

    Raises
    ------
    BadParameterError
        For a geometry that crosses itself, or of a type that the relation is not made for.
    """
    if not shapely.is_valid(geometry):
        raise BadParameterError(f"{name}: {shapely.is_valid_reason(geometry)}")
    west, south, east, north = shapely.bounds(geometry)
    box = rows.boxes
    near = (box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south)
    place = np.flatnonzero(near)
    found = np.full(len(rows), name == "s_disjoint")
    theirs = rows.geometry(place)
    shapely.prepare(geometry)
    try:
        one, other = (geometry, theirs) if swapped else (theirs, geometry)
        found[place] = PREDICATES[name](one, other)
    except ShapelyError as reason:
        raise BadParameterError(f"{name}: {reason}") from None
    return found


def touching(rows: Rows, boxes: Sequence[Box], crs: str = "CRS:84") -> BoolArray:
    """Tell which rows touch one of some boxes of a system, easting first, edges included."""
    if crs == "CRS:84":
        found = np.zeros(len(rows), bool)
        for box in boxes:
            found |= _in_box(rows, box)
        return found
    # In another system a box has straight sides that are none in degrees: geometries go there.
    found = np.zeros(len(rows), bool)
    system = projection(crs)
    for box in boxes:
        outline = shapely.bounds(to_degrees(box_polygon(box, _EDGE), system))
        place = np.flatnonzero(_in_box(rows, outline + np.array([-0.1, -0.1, 0.1, 0.1])))
        moved = to_system(rows.geometry(place), system)
        found[place] |= shapely.intersects(moved, shapely.box(*box))
    return found


def _in_box(rows: Rows, box: Sequence[float] | FloatArray) -> BoolArray:
    west, south, east, north = (float(side) for side in box)
    b = rows.boxes
    found: BoolArray = (
        (b[:, 0] <= east) & (b[:, 2] >= west) & (b[:, 1] <= north) & (b[:, 3] >= south)
    )
    # The box of a shape may touch where the shape does not.
    unsure = np.flatnonzero(found[: rows.table.shapes_count])
    if len(unsure):
        area = shapely.box(west, south, east, north)
        shapely.prepare(area)
        found[unsure] = shapely.intersects(rows.shapes[unsure], area)
    return found


def box_polygon(box: Sequence[float], points: int = 2) -> shapely.Geometry:
    """Return a box with so many points along each side; one without an area is a line or a point.

    In another system the sides of a box are curves.
    """
    west, south, east, north = box
    if west == east or south == north:
        line = np.linspace((west, south), (east, north), points)
        return (
            shapely.LineString(line) if (west, south) != (east, north) else shapely.Point(line[0])
        )
    x, y = np.linspace(west, east, points), np.linspace(south, north, points)
    ring = [
        *((v, south) for v in x),
        *((east, v) for v in y[1:]),
        *((v, north) for v in x[-2::-1]),
        *((west, v) for v in y[-2::-1]),
    ]
    return shapely.Polygon(ring)


def to_degrees(geometry: shapely.Geometry, system: Projection) -> shapely.Geometry:
    """Return a geometry of a system, easting first, in degrees; NaN for what has no place."""

    def back(xy: FloatArray) -> FloatArray:
        if system.independent and system.name != "EPSG:3857":
            return xy
        return np.column_stack(lonlat(*system.to_mercator(xy[:, 0], xy[:, 1])))

    found: shapely.Geometry = shapely.transform(geometry, back)
    return found


def to_system(geometry: GeometryArray, system: Projection) -> GeometryArray:
    """Return geometries of degrees in a system, easting first."""
    if system.independent and system.name != "EPSG:3857":
        return geometry

    def forward(xy: FloatArray) -> FloatArray:
        return np.column_stack(system.from_mercator(*mercator(xy[:, 0], xy[:, 1], POLE)))

    found: GeometryArray = np.asarray(shapely.transform(geometry, forward), object)
    return found
