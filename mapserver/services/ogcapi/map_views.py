"""The box, the size and the ground of a map, as a query asks for them."""

import math
import re
from collections.abc import Sequence

import numpy as np
import shapely
from PIL import ImageColor

from layers.errors import BadExtentError, BadParameterError
from layers.filtering import box_polygon
from layers.filtering.spatial import to_degrees, to_system
from layers.geo import EARTH_RADIUS_M, Bounds
from layers.pictures import Colour
from layers.views import MAX_SIDE_PX, View, projection
from mapserver import params
from mapserver.documents.ogcapi import crs
from mapserver.services.ogcapi import subset
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.ogcapi.described import extent
from mapserver.services.ogcapi.items import boxes
from mapserver.services.wms.maps import systems

SIDE_PX = 1024
"""The longer side of a picture of no stated size."""
DISPLAY_MM = 0.28
"""A pixel of the standard's display."""
_HEX = re.compile(r"(0x|#)?([0-9a-f]{6})", re.IGNORECASE)
Box = tuple[float, float, float, float]


def view_of(asked: Asked, shown: Sequence[Collection]) -> View:
    """Return the box and the pixels that a query asks for.

    Raises
    ------
    BadParameterError
        For what is not understood, or makes no picture.
    """
    query, known = asked.query, systems(asked.site)
    system = crs.name(query.get("crs", crs.CRS84), known)
    # The system of what is not asked for is passed over, as the standard wants it.
    named = {
        key: crs.name(query.get(f"{key}-crs", crs.CRS84), known, f"{key}-crs")
        for key in ("bbox", "subset", "center")
    }
    ways = [key for key in ("bbox", "subset", "center") if key in query]
    axes: set[str] = set()
    if "subset" in query:
        axes = {name for name in subset.parts(query["subset"]) if name != subset.TIME}
        ways = ways if axes else [key for key in ways if key != "subset"]
    if len(ways) > 1:
        raise BadParameterError(f"{' and '.join(ways)} say the same: send one of them")
    sized = "width" in query or "height" in query
    if "center" in query or (not ways and sized and "scale-denominator" in query):
        return _centred(asked, shown, system, named["center"])
    if "bbox" in query:
        found = boxes(query["bbox"], named["bbox"])
        if len(found) > 1:
            raise BadParameterError("bbox crosses 180 degrees; a map of two boxes is two maps")
        box = moved(found[0], named["bbox"], system)
    else:
        box = projection(system).box(_bounds(asked, shown))
    if axes:
        there = projection(named["subset"]).box(_bounds(asked, shown))
        part = subset.box(subset.parts(query["subset"]), named["subset"], there)
        box = moved(part, named["subset"], system)
    width, height = _size(asked, box, system)
    try:
        return View(system, *box, width, height)
    except BadExtentError as reason:
        raise BadParameterError(f"the map: {reason}") from None


def _centred(asked: Asked, shown: Sequence[Collection], system: str, named: str) -> View:
    """Return the view around a point: as wide and high as asked, at the scale that is asked for.

    Without a point it is the middle of what is shown, without a scale all of it is in the picture.
    """
    query = asked.query
    west, south, east, north = projection(system).box(_bounds(asked, shown))
    if "center" in query:
        words = query["center"].split(",")
        if len(words) != 2:
            raise BadParameterError(f'center is "{query["center"]}"; two numbers were expected')
        x, y = (params.number(word, "center") for word in words)
        if projection(named).northing_first:
            x, y = y, x
        x, y, *_ = moved((x, y, x, y), named, system)
    else:
        x, y = (west + east) / 2, (south + north) / 2
    width, height = (_side(query.get(key, str(SIDE_PX)), key) for key in ("width", "height"))
    if "scale-denominator" in query:
        pixel = _pixel(asked, system)
    else:
        pixel = max((east - west) / width, (north - south) / height)
    across, down = width * pixel / 2, height * pixel / 2
    try:
        return View(system, x - across, y - down, x + across, y + down, width, height)
    except BadExtentError as reason:
        raise BadParameterError(f"the map: {reason}") from None


def moved(box: Box, box_crs: str, system: str) -> Box:
    """Return the box of another system that holds a box."""
    if box_crs == system:
        return box
    degrees = to_degrees(box_polygon(box, 33), projection(box_crs))
    there = to_system(np.array([degrees], object), projection(system))[0]
    west, south, east, north = (float(v) for v in shapely.bounds(there))
    if not all(map(math.isfinite, (west, south, east, north))):
        raise BadParameterError(f"bbox has no place in {system}")
    return west, south, east, north


def _bounds(asked: Asked, shown: Sequence[Collection]) -> Bounds:
    found = [extent(asked.site, each)[0] for each in shown]
    land = [
        box
        for box, each in zip(found, shown, strict=True)
        if each.layer is not None and each.layer.kind != "basemap"
    ]
    return Bounds(
        min(b.west for b in land or found),
        max(-85.0, min(b.south for b in land or found)),
        max(b.east for b in land or found),
        min(85.0, max(b.north for b in land or found)),
    )


def _size(asked: Asked, box: Box, system: str) -> tuple[int, int]:
    """Return width and height: as asked, or of the shape of the box."""
    query = asked.query
    west, south, east, north = box
    if not (west < east and south < north):
        raise BadParameterError("bbox has no area")
    shape = (east - west) / (north - south)
    if not 1e-6 <= shape <= 1e6:
        raise BadParameterError("bbox is a million times as long as it is wide")
    sides = {name: _side(query[name], name) for name in ("width", "height") if name in query}
    _millimetres(asked)
    if "scale-denominator" in query:
        if sides:
            raise BadParameterError("scale-denominator and a size say the same: send one of them")
        pixel = _pixel(asked, system)
        width, height = (round(min(side / pixel, 1e9)) for side in (east - west, north - south))
    elif len(sides) == 2:
        return sides["width"], sides["height"]
    elif "width" in sides:
        width, height = sides["width"], round(sides["width"] / shape)
    elif "height" in sides:
        width, height = round(sides["height"] * shape), sides["height"]
    elif shape >= 1:
        width, height = SIDE_PX, round(SIDE_PX / shape)
    else:
        width, height = round(SIDE_PX * shape), SIDE_PX
    width, height = max(1, width), max(1, height)
    if max(width, height) > MAX_SIDE_PX:
        raise BadParameterError(f"a map of {width} x {height} pixels; a side has {MAX_SIDE_PX}")
    return width, height


def _millimetres(asked: Asked) -> float:
    """Return how large a pixel of the display is."""
    mm = params.number(asked.query.get("mm-per-pixel", str(DISPLAY_MM)), "mm-per-pixel")
    if not 0.01 <= mm <= 10:
        raise BadParameterError(f"mm-per-pixel is {mm:g}; 0.01 to 10 was expected")
    return mm


def _pixel(asked: Asked, system: str) -> float:
    """Return the side of a pixel in units of a system, at the scale that is asked for."""
    scale = params.number(asked.query["scale-denominator"], "scale-denominator")
    if scale < 1:
        raise BadParameterError(f"scale-denominator is {scale:g}; 1 or more was expected")
    return scale * _millimetres(asked) / 1000 / _metres(system)


def _metres(system: str) -> float:
    """Return how many metres the unit of a system is; a degree is one of the equator."""
    if projection(system).independent and system != "EPSG:3857":
        return EARTH_RADIUS_M * math.pi / 180
    return float(projection(system).crs.axis_info[0].unit_conversion_factor)


def _side(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= len(text) <= 5:
        raise BadParameterError(f'{name} is "{text}"; a whole number was expected')
    if not 1 <= int(text) <= MAX_SIDE_PX:
        raise BadParameterError(f"{name} is {text}; 1 to {MAX_SIDE_PX} was expected")
    return int(text)


def ground_of(asked: Asked) -> Colour | None:
    """Return the colour below the layers, None where it is transparent."""
    text = asked.query.get("bgcolor")
    said = asked.query.get("transparent", "true" if text is None else "false").lower()
    if said not in ("true", "false"):
        raise BadParameterError(f'transparent is "{said}"; true or false was expected')
    colour = (255, 255, 255) if text is None else _colour(text)
    return None if said == "true" else colour


def _colour(text: str) -> Colour:
    if found := _HEX.fullmatch(text):
        red, green, blue = bytes.fromhex(found[2])
        return red, green, blue
    if text.isalpha() and text.lower() in ImageColor.colormap:
        red, green, blue, *_ = ImageColor.getrgb(text)
        return red, green, blue
    raise BadParameterError(f'bgcolor is "{text}"; a colour such as 0xFFFFFF or white was expected')
