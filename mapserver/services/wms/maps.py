"""GetMap: layers above each other in a box of any system that is offered."""

from collections.abc import Sequence

from flask import Response, request

from layers import temporal
from layers.kinds import is_timed
from layers.pictures import MEDIA_TYPES, MOST_SHEETS, Sheet
from layers.views import MAX_SIDE_PX, View, listed
from mapserver import negotiation
from mapserver.services.newest import asked_twice
from mapserver.services.site import Site
from mapserver.services.wms.moments import moment
from mapserver.services.wms.query import Query, Shown, WmsError, shown

MOST_PIXELS = 3 * MAX_SIDE_PX**2
"""Of all layers of a map: a worker has two cores' worth of time, and others wait."""


def systems(site: Site) -> tuple[str, ...]:
    """Return the names of the coordinate reference systems that are offered."""
    return listed(site.settings.crs)


def answer(site: Site, query: Query) -> Response:
    """Answer GetMap; the headers say which time and version were drawn."""
    view, layers = asked(site, query)
    image, ground = query.image(), query.ground()
    return _drawn(site, query, layers, view, ground, image)


def asked(site: Site, query: Query) -> tuple[View, list[Shown]]:
    """Return the box and the layers of a request for a map."""
    query.need("VERSION")
    layers = shown(site, query)
    if len(layers) > MOST_SHEETS:
        raise WmsError(f"{len(layers)} layers; at most {MOST_SHEETS} are drawn in one map")
    view = query.view(systems(site))
    pixels = view.width * view.height * len(layers)
    if pixels > MOST_PIXELS:
        raise WmsError(
            f"{len(layers)} layers of {view.width} x {view.height} pixels; "
            f"at most {MOST_PIXELS:,} pixels of all layers are drawn"
        )
    return view, layers


def pinned(site: Site, query: Query, layers: Sequence[Shown]) -> list[Sheet]:
    """Return the layers at the time that is asked for, with their versions."""
    text = query.get("TIME")
    sheets = []
    for each in layers:
        at = moment(each.layer, site.catalog.kind(each.layer.id), text)
        version, drawn = site.tiler.newest(each.layer.id, each.style.id, at)
        sheets.append(Sheet(each.layer.id, each.style.id, version, drawn, each.options))
    return sheets


@asked_twice
def _drawn(
    site: Site,
    query: Query,
    layers: list[Shown],
    view: View,
    ground: tuple[int, int, int] | None,
    image: str,
) -> Response:
    sheets = pinned(site, query, layers)
    etag = site.pictures.etag(sheets, view, ground, image)
    response = negotiation.not_modified(request, etag, negotiation.LATEST, varies=False)
    if response is None:
        body = site.pictures.draw(sheets, view, ground, image)
        response = negotiation.answer(
            body, MEDIA_TYPES[image], request, cache=negotiation.LATEST, etag=etag
        )
    say(response, site, sheets, chosen=not query.get("TIME"))
    return response


def say(response: Response, site: Site, sheets: Sequence[Sheet], *, chosen: bool) -> None:
    """Say in the headers what was drawn, and that a time was ``chosen`` as none was asked for."""
    timed = [s for s in sheets if is_timed(site.catalog.layers[s.layer]) and s.time]
    versions = ", ".join(f"{sheet.layer}={sheet.version}" for sheet in sheets)
    response.headers["X-Data-Version"] = versions
    if not timed:
        return
    times = ", ".join(f"{s.layer}={temporal.word(s.time)}" for s in timed if s.time)
    response.headers["X-Data-Time"] = times
    if chosen:
        newest = max(temporal.word(s.time) for s in timed if s.time)
        response.headers["Warning"] = f"99 Default value used: time={newest} ISO8601"
