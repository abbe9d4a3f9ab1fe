"""OGC API Maps 1.0: a picture of any box, above the code that WMS draws with."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from flask import Response
from PIL import ImageColor

from layers.errors import BadExtentError, BadParameterError, GoneError
from layers.filtering import box_polygon
from layers.filtering.spatial import to_degrees, to_system
from layers.geo import Bounds
from layers.pictures import Colour
from layers.views import MAX_SIDE_PX, View, projection
from mapserver import negotiation, params
from mapserver.documents.ogcapi import crs
from mapserver.documents.ogcapi.links import OGC_REL, Link, link
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection, has_maps
from mapserver.services.ogcapi.described import extent
from mapserver.services.ogcapi.drawn import (
    COLLECTIONS,
    DATETIME,
    SHOWN,
    STYLE,
    drawn,
    sheets,
    told,
)
from mapserver.services.ogcapi.items import BBOX, boxes, crs_parameter
from mapserver.services.ogcapi.part import Members, Parameter, Part, Route
from mapserver.services.wms.maps import MOST_PIXELS, systems

IMAGES: Mapping[str, str] = {"png": "image/png", "webp": "image/webp", "jpeg": "image/jpeg"}
SIDE_PX = 1024
"""The longer side of a picture of no stated size."""
DISPLAY_MM = 0.28
"""A pixel of the standard's display."""
EARTH_M = 6_378_137.0
_HEX = re.compile(r"(0x|#)?([0-9a-f]{6})", re.IGNORECASE)
Box = tuple[float, float, float, float]

_SIDE: Mapping[str, Any] = {"type": "integer", "minimum": 1, "maximum": MAX_SIDE_PX}
PARAMETERS = (
    replace(BBOX, description="The box that is drawn."),
    crs_parameter("bbox-crs", "The coordinate reference system of `bbox`."),
    crs_parameter("crs", "The coordinate reference system of the picture."),
    Parameter("width", f"Pixels across, at most {MAX_SIDE_PX}.", _SIDE),
    Parameter("height", f"Pixels down, at most {MAX_SIDE_PX}.", _SIDE),
    Parameter(
        "scale-denominator",
        "The scale of the picture where no size is asked for.",
        {"type": "number", "minimum": 1},
    ),
    Parameter(
        "mm-per-pixel",
        "The size of a pixel of the display that the scale is meant for.",
        {"type": "number", "minimum": 0.01, "maximum": 10, "default": DISPLAY_MM},
    ),
    DATETIME,
    Parameter(
        "bgcolor", "The colour below the layers: 0xRRGGBB or the name of one.", example="white"
    ),
    Parameter(
        "transparent",
        "Whether nothing lies below the layers; so it is unless a colour is named.",
        {"type": "boolean"},
    ),
)


def answer(asked: Asked) -> Response:
    """Answer ``/map``; the headers say what was drawn."""
    shown = drawn(asked)
    view = _view(asked, shown)
    if view.width * view.height * len(shown) > MOST_PIXELS:
        raise BadParameterError(
            f"{len(shown)} collections of {view.width} x {view.height} pixels; "
            f"at most {MOST_PIXELS:,} pixels of all of them are drawn"
        )
    ground = _ground(asked)
    try:
        return _drawn(asked, shown, view, ground)
    except GoneError:
        # What was newest gave way in between: what stands now is asked for once.
        return _drawn(asked, shown, view, ground)


def _drawn(
    asked: Asked, shown: Sequence[Collection], view: View, ground: Colour | None
) -> Response:
    found = sheets(asked, shown)
    pictures = asked.site.pictures
    etag = pictures.etag(found, view, ground, asked.format)
    response = negotiation.not_modified(asked.request, etag, negotiation.LATEST, varies=False)
    if response is None:
        response = negotiation.answer(
            pictures.draw(found, view, ground, asked.format),
            asked.media_type,
            asked.request,
            cache=negotiation.LATEST,
            etag=etag,
        )
    told(response, asked, found)
    response.headers["Content-Crs"] = f"<{crs.uri(view.crs)}>"
    box = (view.west, view.south, view.east, view.north)
    if view.projection.northing_first:
        box = (view.south, view.west, view.north, view.east)
    response.headers["Content-Bbox"] = ",".join(f"{v:.9g}" for v in box)
    return response


def _view(asked: Asked, shown: Sequence[Collection]) -> View:
    """Return the box and the pixels that a query asks for.

    Raises
    ------
    BadParameterError
        For what is not understood, or makes no picture.
    """
    query, known = asked.query, systems(asked.site)
    system = crs.name(query.get("crs", crs.CRS84), known)
    box_crs = crs.name(query.get("bbox-crs", crs.CRS84), known, "bbox-crs")
    if "bbox-crs" in query and "bbox" not in query:
        raise BadParameterError("bbox-crs says nothing without bbox")
    if "bbox" in query:
        found = boxes(query["bbox"], box_crs)
        if len(found) > 1:
            raise BadParameterError("bbox crosses 180 degrees; a map of two boxes is two maps")
        box = moved(found[0], box_crs, system)
    else:
        box = projection(system).box(_bounds(asked, shown))
    width, height = _size(asked, box, system)
    try:
        return View(system, *box, width, height)
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
    sides = {name: _side(query[name], name) for name in ("width", "height") if name in query}
    mm = params.number(query.get("mm-per-pixel", str(DISPLAY_MM)), "mm-per-pixel")
    if not 0.01 <= mm <= 10:
        raise BadParameterError(f"mm-per-pixel is {mm:g}; 0.01 to 10 was expected")
    if "scale-denominator" in query:
        if sides:
            raise BadParameterError("scale-denominator and a size say the same: send one of them")
        scale = params.number(query["scale-denominator"], "scale-denominator")
        if scale < 1:
            raise BadParameterError(f"scale-denominator is {scale:g}; 1 or more was expected")
        unit_m = _metres(system)
        pixel = scale * mm / 1000 / unit_m
        width, height = round((east - west) / pixel), round((north - south) / pixel)
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


def _metres(system: str) -> float:
    """Return how many metres the unit of a system is; a degree is one of the equator."""
    if projection(system).independent and system != "EPSG:3857":
        return EARTH_M * math.pi / 180
    return float(projection(system).crs.axis_info[0].unit_conversion_factor)


def _side(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= len(text) <= 5:
        raise BadParameterError(f'{name} is "{text}"; a whole number was expected')
    if not 1 <= int(text) <= MAX_SIDE_PX:
        raise BadParameterError(f"{name} is {text}; 1 to {MAX_SIDE_PX} was expected")
    return int(text)


def _ground(asked: Asked) -> Colour | None:
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


def _landing(asked: Asked) -> list[Link]:
    return [link(f"{OGC_REL}map", asked.address("/map"), "image/png", asked.say("ogcapi.map"))]


def _collection(asked: Asked, shown: Collection) -> Members:
    if shown.layer is None:
        return {}
    here = f"/collections/{shown.id}"
    found = [
        link(f"{OGC_REL}map", asked.address(f"{here}/map"), "image/png", asked.say("ogcapi.map"))
    ]
    for style in shown.styles:
        name = style.titles.get(asked.language, style.title) or style.id
        href = asked.address(f"{here}/styles/{style.id}/map")
        title = asked.say("ogcapi.map_in", style=name)
        found.append(link(f"{OGC_REL}map", href, "image/png", title))
    return {"links": found}


_CONF = "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/"

PART = Part(
    name="maps",
    title="OGC API – Maps",
    conforms=tuple(
        _CONF + name
        for name in (
            "core",
            "collection-map",
            "dataset-map",
            "collections-selection",
            "styled-map",
            "scaling",
            "display-resolution",
            "datetime",
            "crs",
            "background",
            "tilesets",
            "png",
            "jpeg",
            "cors",
            "api-operations",
        )
    ),
    routes=(
        Route("/map", answer, "A map of several collections", IMAGES, (COLLECTIONS, *PARAMETERS)),
        Route(
            "/collections/{collectionId}/map",
            answer,
            "A map of one collection",
            IMAGES,
            (*PARAMETERS, *SHOWN),
            offered=has_maps,
        ),
        Route(
            "/collections/{collectionId}/styles/{styleId}/map",
            answer,
            "A map of one collection in one of its styles",
            IMAGES,
            (*PARAMETERS, *SHOWN),
            words={"styleId": STYLE},
            offered=has_maps,
        ),
    ),
    landing=_landing,
    collection=_collection,
)
