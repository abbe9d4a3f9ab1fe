"""The document of a collection, and its page."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from layers import messages, temporal
from layers.geo import Bounds
from layers.views import View
from mapserver.documents.ogcapi.crs import CRS84
from mapserver.documents.ogcapi.page import Page, Section

GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
PICTURE_PX = 800, 480
Say = Callable[..., str]


def extent(bounds: Bounds, times: tuple[datetime, datetime] | None) -> dict[str, Any]:
    """Return where and, if it has times, when there are data."""
    found: dict[str, Any] = {
        "spatial": {"bbox": [[round(v, 6) for v in bounds.as_tuple()]], "crs": CRS84}
    }
    if times is not None:
        found["temporal"] = {"interval": [[temporal.word(at) for at in times]], "trs": GREGORIAN}
    return found


def notice_of(mark: str, language: str) -> str:
    """Return the sentence of a mark that must stand on every face, or an empty text."""
    words = messages.catalogue(language)
    return words.get(f"context.{mark}") or words.get(f"notice.{mark}") or ""


def picture_address(base_url: str, layers: Sequence[str], bounds: Bounds, **query: str) -> str:
    """Return the address of a picture of layers above the land, of the shape of a page."""
    styles = query.pop("STYLES", "")
    listed = [*(() if "basemap" in layers else ("basemap",)), *layers]
    view = framed(bounds)
    words = {
        "SERVICE": "WMS",
        "VERSION": "1.3.0",
        "REQUEST": "GetMap",
        "LAYERS": ",".join(listed),
        "CRS": "EPSG:3857",
        "BBOX": ",".join(f"{v:.0f}" for v in view),
        "WIDTH": str(PICTURE_PX[0]),
        "HEIGHT": str(PICTURE_PX[1]),
        "FORMAT": "image/webp",
        **({"STYLES": "," * (len(listed) - 1) + styles} if styles else {}),
        **query,
    }
    return f"{base_url}/wms?{urlencode(words, safe=',:/')}"


def framed(bounds: Bounds) -> tuple[float, float, float, float]:
    """Return the box of EPSG:3857 of the shape of a picture that holds some bounds."""
    south, north = max(bounds.south, -85.0), min(bounds.north, 85.0)
    view = View("CRS:84", bounds.west, min(south, 84.9), bounds.east, max(north, -84.9), 2, 2)
    west, low, east, high = view.box_m()
    width, height = max(east - west, 20_000.0) * 1.05, max(high - low, 20_000.0) * 1.05
    wide = PICTURE_PX[0] / PICTURE_PX[1]
    width, height = max(width, height * wide), max(height, width / wide)
    x, y = (west + east) / 2, (low + high) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def page(document: Mapping[str, Any], say: Say, picture: str) -> Page:
    """Return the page of a collection."""
    box = document["extent"]["spatial"]["bbox"][0]
    facts = [
        ("id", document["id"]),
        (say("ogcapi.box"), ", ".join(f"{v:g}" for v in box)),
        (say("about.times"), _times(document)),
        (say("card.source"), document.get("attribution", "")),
        (say("about.licence"), document.get("license", "")),
    ]
    followed = [e for e in document["links"] if e["rel"] not in ("self", "alternate")]
    sections = [
        Section(say("ogcapi.about_collection"), facts=facts),
        Section(say("ogcapi.contents"), links=followed),
        Section(say("ogcapi.crs"), items=list(document.get("crs", ()))),
    ]
    return Page(
        title=document["title"],
        lead=document.get("description", ""),
        notice=document.get("notice", ""),
        picture=picture,
        sections=sections,
    )


def _times(document: Mapping[str, Any]) -> str:
    told = document["extent"].get("temporal")
    return " – ".join(str(at) for at in told["interval"][0]) if told else ""
