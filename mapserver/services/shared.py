"""The state of a shared link in the words that the page writes into its address.

The page writes them behind ``#``; behind ``?`` a server reads them too, so that a link preview, a
picture and an embedded map show what the sender saw.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

import numpy as np
from werkzeug.datastructures import MultiDict

from layers import temporal
from layers.errors import BadExtentError, BadParameterError, nearest
from layers.geo import HALF_WORLD_M, Bounds, cell_m, mercator
from layers.kinds import scenario
from layers.model import LayerDefinition, StyleDefinition
from layers.tiles import TileOptions
from layers.views import View
from mapserver import params
from mapserver.documents.page_config import FILLED
from mapserver.documents.reading import UNITS
from mapserver.services.site import Site

KEYS = ("map", "bbox", "layer", "threshold", "with", "time", "unit", "station", *scenario.FILTERS)
NO_LAYER = "none"
MOST_ZOOM = 22.0
"""As the page reads links (static/src/address.ts)."""
_STATION = re.compile(r"[!-~]{1,64}")

Margins = tuple[float, float, float, float]
"""Pixels at left, top, right and bottom that something else covers."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What is shown. ``filled`` None is no surface; ``time`` None the newest.

    ``words`` are those of the address, by key: they name the same state again.
    """

    filled: tuple[LayerDefinition, StyleDefinition] | None
    overlays: tuple[LayerDefinition, ...]
    time: datetime | None = None
    options: TileOptions = field(default_factory=TileOptions)
    unit: str = "uSv/h"
    centre: tuple[float, float, float] | None = None
    bbox: Bounds | None = None
    station: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The words as a query without its question mark."""
        return urlencode(self.words, safe=":/,")

    def view(self, width: int, height: int, default: Bounds, covered: Margins) -> View:
        """Return what a picture of that size shows: the place of the link, or all of ``default``.

        Raises
        ------
        BadExtentError
            Where the picture would show no place.
        """
        if self.centre is not None and self.bbox is None:
            zoom, lat, lon = self.centre
            x, y = (float(metres) for metres in mercator(lon, lat))
            return _around(x, y, cell_m(0) / 2**zoom, width, height)
        box = self.bbox or default
        left, top, right, bottom = (0.0, 0.0, 0.0, 0.0) if self.bbox else covered
        x_m, y_m = mercator(np.array([box.west, box.east]), np.array([box.south, box.north]))
        free = max(1.0, width - left - right), max(1.0, height - top - bottom)
        pixel_m = max(float(x_m[1] - x_m[0]) / free[0], float(y_m[1] - y_m[0]) / free[1])
        x = float(x_m.mean()) + (right - left) / 2 * pixel_m
        y = float(y_m.mean()) + (top - bottom) / 2 * pixel_m
        return _around(x, y, pixel_m, width, height)


def _around(x_m: float, y_m: float, pixel_m: float, width: int, height: int) -> View:
    half = width / 2 * pixel_m, height / 2 * pixel_m
    if half[0] > 2 * HALF_WORLD_M:
        raise BadExtentError("the picture is wider than the world; choose a smaller box")
    return View(
        "EPSG:3857", x_m - half[0], y_m - half[1], x_m + half[0], y_m + half[1], width, height
    )


def read(site: Site, query: MultiDict[str, str], more: tuple[str, ...] = ()) -> Shared:
    """Return the state that a query names; what it does not name is as the page begins.

    Parameters
    ----------
    more : tuple of str
        Keys beside ``KEYS`` that are known; their meaning is the caller's.

    Raises
    ------
    BadParameterError, BadExtentError, UnknownLayerError, UnknownStyleError
        For a word that means nothing: a picture of something else would be taken for it.
    """
    params.only(query, KEYS + more)
    words = named(query)
    filled = _filled(site, words.get("layer"))
    if "threshold" in words and (filled is None or filled[1].measure != "exceedance"):
        raise BadParameterError('"threshold" means nothing here; a layer in its exceedance has one')
    shaking = [key for key in scenario.FILTERS if key in words]
    if shaking and (filled is None or filled[0].kind != "scenario"):
        raise BadParameterError(f'"{shaking[0]}" means nothing here: no scenario is shown')
    chosen = {key: words[key] for key in ("threshold", *shaking) if key in words}
    if filled is not None and filled[0].kind == "surface":
        chosen["smooth"] = "1"
    options = TileOptions() if filled is None else params.tile_options(chosen, filled[1])
    unit = words.get("unit", UNITS[0])
    if unit not in UNITS:
        raise BadParameterError(f'unit is "{unit}"; one of {", ".join(UNITS)} was expected')
    if "station" in words and not _STATION.fullmatch(words["station"]):
        raise BadParameterError(f'"{words["station"]}" is no code of a station')
    time = params.instant_or_latest(words.get("time"))
    if time is not None and time.microsecond:
        raise BadParameterError(f'"{temporal.word(time)}" has a fraction of a second')
    return Shared(
        filled=filled,
        overlays=_overlays(site, words.get("with")),
        time=time,
        options=options,
        unit=unit,
        centre=_centre(words["map"]) if "map" in words else None,
        bbox=_bbox(words["bbox"]) if "bbox" in words else None,
        station=words.get("station", ""),
        words=words,
    )


def named(query: Mapping[str, str]) -> dict[str, str]:
    """Return the words that name a state; an empty ``with=`` says that nothing stands above."""
    return {key: query[key] for key in KEYS if query.get(key) or (key == "with" and key in query)}


def _filled(site: Site, word: str | None) -> tuple[LayerDefinition, StyleDefinition] | None:
    layers = site.catalog.layers
    if word is None:
        shown = (each for each in layers.values() if is_filled(each) and each.visible)
        first = next(shown, None)
        return (first, first.styles[0]) if first else None
    if word == NO_LAYER:
        return None
    name, _, style = word.partition(".")
    layer = site.catalog.layer(name)
    if not is_filled(layer):
        offered = [each.id for each in layers.values() if is_filled(each)]
        raise BadParameterError(f'layer "{name}" fills no area{nearest(name, offered)}')
    return layer, site.catalog.style(layer, style) if style else layer.styles[0]


def _overlays(site: Site, word: str | None) -> tuple[LayerDefinition, ...]:
    layers = site.catalog.layers
    if word is None:
        return tuple(each for each in layers.values() if is_overlay(each) and each.visible)
    wanted = [site.catalog.layer(name) for name in word.split(",") if name]
    for layer in wanted:
        if not is_overlay(layer):
            raise BadParameterError(f'layer "{layer.id}" does not stand above others; use layer=')
    # In the order of the catalogue, as the page draws them.
    return tuple(each for each in layers.values() if each in wanted)


def is_filled(layer: LayerDefinition) -> bool:
    """Whether a layer fills an area: one of them is shown at a time."""
    return layer.kind in FILLED


def is_overlay(layer: LayerDefinition) -> bool:
    """Whether a layer stands above a surface."""
    return layer.kind != "basemap" and not is_filled(layer)


def _centre(word: str) -> tuple[float, float, float]:
    parts = word.split("/")
    if len(parts) != 3:
        raise BadParameterError(f'map is "{word}"; zoom/latitude/longitude was expected')
    zoom, lat, lon = (params.number(part, "map") for part in parts)
    if not (0 <= zoom <= MOST_ZOOM and abs(lat) <= 85 and abs(lon) <= 180):
        raise BadExtentError(
            f'map is "{word}"; a zoom of 0 to {MOST_ZOOM:g}, a latitude within 85 and a longitude '
            "within 180 degrees were expected"
        )
    return zoom, lat, lon


def _bbox(word: str) -> Bounds:
    parts = word.split(",")
    if len(parts) != 4:
        raise BadParameterError(f'bbox is "{word}"; west,south,east,north in degrees was expected')
    west, south, east, north = (params.number(part, "bbox") for part in parts)
    if not all(map(math.isfinite, (west, south, east, north))) or max(abs(south), abs(north)) > 85:
        raise BadExtentError(f'bbox is "{word}"; latitudes within 85 degrees were expected')
    return Bounds(west, south, east, north)
