"""What is asked of values at places: where, when, what of them, and in which system."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import filtering
from layers.errors import BadParameterError, TooLargeError, nearest
from layers.filtering import Period
from layers.geo import Bounds, Point, lonlat
from layers.views import Projection, projection
from mapserver import params
from mapserver.documents.ogcapi import crs
from mapserver.documents.ogcapi.parameters import Observable
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.items import boxes
from mapserver.services.ogcapi.part import Parameter

SYSTEMS = ("CRS:84", "EPSG:4326", "EPSG:3857")
"""Systems in which the rows and columns of our cells are straight lines."""
MOST_POINTS = 1_000
MOST_CORNERS = 10_000
MOST_VALUES = 1_000_000
"""Values of one answer: places, times and parameters multiplied."""
NAMES = ("parameter-name", "parameter_names")
"""The second spelling is what OWSLib sends."""


def coords(description: str, example: str) -> Parameter:
    """Return the parameter of a geometry."""
    return Parameter("coords", description, required=True, example=example)


POINTS = coords(
    "Well-known text of a POINT or MULTIPOINT, in the system `crs`.", "POINT(69.3 41.3)"
)
AREA = coords(
    "Well-known text of a POLYGON or MULTIPOLYGON, in the system `crs`.",
    "POLYGON((69 41,70 41,70 42,69 42,69 41))",
)
BOX = Parameter(
    "bbox",
    "West, south, east, north in the system `crs` (in the axis order of that system).",
    {
        "type": "array",
        "items": {"type": "number"},
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    },
    required=True,
    explode=False,
    example=[69, 41, 70, 42],
)
SOME_BOX = Parameter(BOX.name, BOX.description, BOX.schema, explode=False, example=BOX.example)
HEIGHT = Parameter(
    "z", "There is no height here: what is asked with one is refused.", {"type": "string"}
)
TIME = Parameter(
    "datetime",
    "An instant, or begin/end with both included, `..` for an open end; without it the newest.",
    {"type": "string"},
    example="2026-11-20T09:00:00Z/..",
)
SYSTEM = Parameter(
    "crs",
    "The coordinate reference system of the question and of the answer.",
    {"type": "string", "enum": [crs.uri(name) for name in SYSTEMS], "default": crs.CRS84},
)
THRESHOLD = Parameter(
    "threshold",
    "What is exceeded, in the unit of the quantity.",
    {"type": "number"},
    example=150,
)


def names(known: Sequence[Observable]) -> list[Parameter]:
    """Return the parameter that chooses among parameters, in both spellings."""
    schema = {
        "type": "array",
        "items": {"type": "string", "enum": [each.id for each in known]},
        "minItems": 1,
    }
    said = "Which parameters, separated by commas; all of them without it."
    second = f"{said} The same as `{NAMES[0]}`."
    return [
        Parameter(NAMES[0], said, schema, explode=False),
        Parameter(NAMES[1], second, schema, explode=False),
    ]


def chosen(query: Mapping[str, str], known: Sequence[Observable]) -> tuple[list[Observable], bool]:
    """Return the parameters that are asked for, and whether they were named.

    Raises
    ------
    BadParameterError
        For one that is not known, with the nearest.
    """
    given = [key for key in NAMES if key in query]
    if not given:
        return list(known), False
    if len(given) > 1:
        raise BadParameterError(f"{NAMES[0]} and {NAMES[1]} are the same: send one of them")
    by_id = {each.id: each for each in known}
    found: dict[str, Observable] = {}
    for word in query[given[0]].split(","):
        name = word.strip()
        if name not in by_id:
            offered = ", ".join(by_id)
            raise BadParameterError(
                f'no parameter "{name}"; known are {offered}{nearest(name, by_id)}'
            )
        found[name] = by_id[name]
    return list(found.values()), True


def system(query: Mapping[str, str]) -> Projection:
    """Return the system of the question and of the answer."""
    text = query.get("crs", crs.CRS84)
    # What examples of EDR write.
    return projection("CRS:84" if text == "CRS84" else crs.name(text, SYSTEMS))


def period(query: Mapping[str, str]) -> Period | None:
    """Return the period that is asked for, or None for the newest."""
    return filtering.period(query["datetime"]) if "datetime" in query else None


def flat(query: Mapping[str, str], collection: str) -> None:
    """Refuse a height where there is none."""
    if "z" in query:
        raise BadParameterError(
            f'z is "{query["z"]}", but collection "{collection}" has no height: leave it out'
        )


def points(text: str, where: Projection) -> list[tuple[float, float, Point]]:
    """Return easting, northing and position of every point of a text.

    Raises
    ------
    BadParameterError
        Where it is no POINT or MULTIPOINT of at least one point.
    TooLargeError
        Where there are too many.
    """
    shape = _geometry(text, ("Point", "MultiPoint"), where)
    xy = shapely.get_coordinates(shape)
    if len(xy) > MOST_POINTS:
        raise TooLargeError(f"coords has {len(xy):,} points; at most {MOST_POINTS:,} are answered")
    lon, lat = degrees(xy[:, 0], xy[:, 1], where)
    return [
        (float(x), float(y), Point(float(a), float(b)))
        for (x, y), a, b in zip(xy, lon, lat, strict=True)
    ]


def area(text: str, where: Projection) -> BaseGeometry:
    """Return a polygon, easting first, in its system."""
    shape = _geometry(text, ("Polygon", "MultiPolygon"), where)
    if shapely.get_num_coordinates(shape) > MOST_CORNERS:
        raise TooLargeError(f"coords has more than {MOST_CORNERS:,} corners")
    if not shape.is_valid:
        raise BadParameterError(f"coords: {shapely.is_valid_reason(shape)}")
    return shape


def _geometry(text: str, kinds: tuple[str, ...], where: Projection) -> BaseGeometry:
    offered = " or ".join(kind.upper() for kind in kinds)
    try:
        with np.errstate(all="ignore"):  # what is too large a number is refused below
            shape = shapely.from_wkt(text)
    except (shapely.errors.ShapelyError, NotImplementedError):  # a curve is not implemented
        shape = None
    if shape is None or shape.geom_type not in kinds or shape.is_empty:
        raise BadParameterError(
            f'coords is "{text}"; the well-known text of a {offered} was expected'
        )
    if shape.has_z:
        raise BadParameterError("coords has heights, but there are none here: leave them out")
    xy = shapely.get_coordinates(shape)
    if not np.isfinite(xy).all():
        raise BadParameterError("coords has a number that is none")
    if where.northing_first:
        shape = shapely.transform(shape, lambda pairs: pairs[:, ::-1])
    corners = shapely.get_coordinates(shape)
    lon, lat = degrees(corners[:, 0], corners[:, 1], where)
    for a, b in zip(lon.tolist(), lat.tolist(), strict=True):
        Point(a, b)  # refuses what is not on Earth
    return shape


def degrees(x: np.ndarray, y: np.ndarray, where: Projection) -> tuple[np.ndarray, np.ndarray]:
    """Return longitudes and latitudes of coordinates of a system, easting first."""
    if where.crs.is_geographic:
        return x, y
    lon, lat = lonlat(x, y)
    return np.asarray(lon), np.asarray(lat)


def box(text: str, where: Projection) -> BaseGeometry:
    """Return a box as a polygon, easting first; two where it crosses 180 degrees."""
    if text.count(",") == 5:
        raise BadParameterError(
            "bbox has heights, but there are none here: four numbers are enough"
        )
    found = boxes(text, where.name)
    for west, south, east, north in found:
        if not (west < east and south < north):
            raise BadParameterError(f'bbox "{text}" has no area; a place is asked for by position')
    return shapely.union_all([shapely.box(*each) for each in found])


def bounds(shape: BaseGeometry, where: Projection) -> Bounds | None:
    """Return the box of degrees around a shape, or None where it has no width on Earth."""
    west, south, east, north = shape.bounds
    lon, lat = degrees(np.array([west, east]), np.array([south, north]), where)
    found = [max(-180.0, lon[0]), max(-90.0, lat[0]), min(180.0, lon[1]), min(90.0, lat[1])]
    if found[0] >= found[2] or found[1] >= found[3]:
        return None
    return Bounds(*map(float, found))


def own(asked: Asked) -> str:
    """Return where quantities that no vocabulary has are described: at this server."""
    return asked.site.base_url(asked.request)


def bounded(values: int) -> None:
    """Refuse an answer that is too large.

    Raises
    ------
    TooLargeError
        With what can be left out.
    """
    if values > MOST_VALUES:
        raise TooLargeError(
            f"the answer would hold {values:,} values, and at most {MOST_VALUES:,} are sent: ask "
            "for a smaller place, fewer times (datetime) or fewer parameters (parameter-name); "
            "whole surfaces are files, see /files"
        )


def threshold(asked: Asked) -> float | None:
    """Return the threshold of the query."""
    return (
        params.number(asked.query["threshold"], "threshold") if "threshold" in asked.query else None
    )
