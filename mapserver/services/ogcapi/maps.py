"""OGC API Maps 1.0: a picture of any box, above the code that WMS draws with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response

from layers.errors import BadParameterError
from layers.pictures import Colour
from layers.views import MAX_SIDE_PX, View
from mapserver import negotiation
from mapserver.documents.ogcapi import crs
from mapserver.documents.ogcapi.links import OGC_REL, Link, link
from mapserver.services.newest import asked_twice
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection, has_maps
from mapserver.services.ogcapi.described import is_empty
from mapserver.services.ogcapi.drawn import (
    COLLECTIONS,
    DATETIME,
    SHOWN,
    STYLE,
    drawn,
    sheets,
    told,
)
from mapserver.services.ogcapi.items import BBOX, crs_parameter
from mapserver.services.ogcapi.map_views import DISPLAY_MM, ground_of, view_of
from mapserver.services.ogcapi.part import Members, Parameter, Part, Route
from mapserver.services.wms.maps import MOST_PIXELS

IMAGES: Mapping[str, str] = {"png": "image/png", "webp": "image/webp", "jpeg": "image/jpeg"}
_SIDE: Mapping[str, Any] = {"type": "integer", "minimum": 1, "maximum": MAX_SIDE_PX}
PARAMETERS = (
    replace(BBOX, description="The box that is drawn."),
    crs_parameter("bbox-crs", "The coordinate reference system of `bbox`."),
    Parameter(
        "subset",
        "In place of `bbox` and `datetime`: parts of axes, `low:high` or a time between quotes; "
        "`*` is an open end.",
        example="Lat(38:48),Lon(60:80)",
    ),
    crs_parameter("subset-crs", "The coordinate reference system of `subset`."),
    Parameter(
        "center",
        "In place of `bbox`: the middle of the picture; its size is told by `width` and `height`.",
        {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        example=[69.3, 41.3],
    ),
    crs_parameter("center-crs", "The coordinate reference system of `center`."),
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
    view = view_of(asked, shown)
    if view.width * view.height * len(shown) > MOST_PIXELS:
        raise BadParameterError(
            f"{len(shown)} collections of {view.width} x {view.height} pixels; "
            f"at most {MOST_PIXELS:,} pixels of all of them are drawn"
        )
    ground = ground_of(asked)
    return _drawn(asked, shown, view, ground)


@asked_twice
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


def _landing(asked: Asked) -> list[Link]:
    return [link(f"{OGC_REL}map", asked.address("/map"), "image/png", asked.say("ogcapi.map"))]


def _collection(asked: Asked, shown: Collection) -> Members:
    if shown.layer is None or is_empty(asked.site, shown):
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
            "spatial-subsetting",
            "datetime",
            "crs",
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
