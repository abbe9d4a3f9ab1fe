"""What a page shows before it asks for anything: the view, the stations, the state in words."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from layers import geo, temporal, units
from layers.errors import NotFoundError
from layers.geo import Bounds
from layers.kinds.stations import RAISED_NSV_H, StationsKind
from layers.model import LayerDefinition
from mapserver.documents.page_config import AREA
from mapserver.documents.page_description import FirstPicture
from mapserver.documents.summary import FirstStation, Summary, age_h
from mapserver.services import shared
from mapserver.services.site import Site


def view(site: Site) -> Bounds:
    """Return what is looked at first: the two states, or the first surface that lies elsewhere."""
    for layer in site.catalog.layers.values():
        if layer.kind != "surface" or not layer.visible:
            continue
        extent = site.catalog.kinds[layer.id].extent()
        box = extent.bounds
        lon, lat = (box.west + box.east) / 2, (box.south + box.north) / 2
        if extent.times and not (AREA.west < lon < AREA.east and AREA.south < lat < AREA.north):
            return box
        break
    return AREA


def leading(site: Site) -> tuple[LayerDefinition, StationsKind] | None:
    """Return the first visible stations layer: the one that pages speak of."""
    for layer in site.catalog.layers.values():
        kind = site.catalog.kinds[layer.id]
        if isinstance(kind, StationsKind) and layer.visible:
            return layer, kind
    return None


def summary(site: Site, language: str) -> Summary:
    """Return what the stations of the first visible layer say of the newest hour."""
    found = leading(site)
    if found is None:
        return Summary(language, (), None)
    layer, kind = found
    times = kind.extent().times
    if not times:
        return Summary(language, (), None, limits=limits(layer))
    hour = times[-1]
    try:
        stations = _stations(kind, hour, kind.version(hour), language)
    except NotFoundError:
        # A delivery came in between: what stands now is asked for once.
        stations = _stations(kind, hour, kind.version(hour), language)
    return Summary(language, stations, hour, age_h(hour, site.now()), limits(layer))


def limits(layer: LayerDefinition) -> tuple[float, float] | None:
    """Return the end of the natural range and the alarm of a quantity, where it has them."""
    quantity = units.QUANTITIES.get(layer.quantity or "")
    if quantity is None or quantity.alarm is None:
        return None
    return RAISED_NSV_H, quantity.alarm


@functools.lru_cache(maxsize=16)
def _stations(
    kind: StationsKind, hour: datetime, version: str, language: str
) -> tuple[FirstStation, ...]:
    """Return the stations of a version, the same tuple each time: ten thousand take a while."""
    found = kind.everything(hour, version)
    columns = found.properties
    return tuple(
        FirstStation(
            name=columns[f"name_{language}"][i] or found.ids[i],
            value=columns["value"][i],
            unit=columns["unit"][i],
            mark=str(columns["mark"][i]),
            code=found.ids[i],
        )
        for i in range(len(found))
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """A first picture: its window, its size, what covers it, and the least zoom of the page."""

    media: str
    width: int
    height: int
    covered: shared.Margins
    least_zoom: float = 0.0


# Covered are what the panels of the page cover, in pixels of the picture: static/src/app.ts.
_SHAPES = (
    _Shape("(min-width: 64rem)", 720, 450, (12, 35, 135, 55)),
    _Shape("(max-aspect-ratio: 3/4)", 420, 910, (9, 200, 9, 140), 4.36),
    _Shape("", 720, 490, (12, 12, 12, 32)),
)
_NARROW = _Shape("(max-width: 30rem)", 380, 380, (8, 8, 8, 56))


def pictures(site: Site, language: str) -> tuple[FirstPicture, ...]:
    """Return the pictures under the map until its tiles arrive, for windows of three shapes."""
    words = _words(site, language)
    return tuple(_picture(site, shape, words) for shape in _SHAPES)


def lite_pictures(site: Site, language: str) -> tuple[FirstPicture, FirstPicture]:
    """Return the picture of the light page, and the one of which a narrow screen can read names."""
    words = _words(site, language)
    return _picture(site, _SHAPES[-1], words), _picture(site, _NARROW, words)


def _words(site: Site, language: str) -> dict[str, str]:
    """Return the part of the query that all pictures share."""
    state = shared.read(site, MultiDict())
    kind = site.catalog.kinds[state.filled[0].id] if state.filled else None
    times = kind.extent().times if kind else ()
    words = {"time": temporal.word(times[-1])} if times else {}
    found = leading(site)
    return {**words, "with": found[0].id if found else "", "lang": language, "legend": "0"}


def _picture(site: Site, shape: _Shape, words: Mapping[str, str]) -> FirstPicture:
    size = shape.width, shape.height
    fitted = shared.read(site, MultiDict()).view(*size, view(site), shape.covered)
    zoom = max(shape.least_zoom, math.log2(geo.cell_m(0) / fitted.pixel_m))
    middle = (fitted.west + fitted.east) / 2, (fitted.south + fitted.north) / 2
    lon, lat = (float(degrees) for degrees in geo.lonlat(*middle))
    place = f"{zoom:.2f}/{lat:.3f}/{lon:.3f}"
    drawn = shared.read(site, MultiDict({"map": place})).view(*size, view(site), shape.covered)
    query = {**words, "map": place, "width": str(shape.width), "height": str(shape.height)}
    box_m = (drawn.west, drawn.south, drawn.east, drawn.north)
    return FirstPicture(shape.media, urlencode(query, safe=":/,"), *size, box_m)
