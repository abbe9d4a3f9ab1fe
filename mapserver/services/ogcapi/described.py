"""The document of a collection: what it is, and what every part offers of it."""

from datetime import datetime
from typing import Any

from layers.geo import Bounds
from layers.kinds import is_timed
from layers.kinds.quakes import QuakesKind
from layers.kinds.sources import WORLD
from mapserver.documents import tilejson, wms_capabilities
from mapserver.documents.ogcapi import collection as written
from mapserver.documents.ogcapi import crs
from mapserver.documents.ogcapi.links import HTML, JSON, link
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.site import Site
from mapserver.services.wms.maps import systems


def description(asked: Asked, collection: Collection) -> dict[str, Any]:
    """Return the document of one collection."""
    site, language = asked.site, asked.language
    bounds, times = extent(site, collection)
    found: dict[str, Any] = {"id": collection.id, "title": title(asked, collection)}
    notice = about = ""
    if collection.layer is None:
        about = asked.say("ogcapi.observations_about")
        networks = site.store.shown_networks(site.audience, site.now())
        credit = "; ".join(dict.fromkeys(n.attribution or n.name for n in networks))
        licence = "; ".join(dict.fromkeys(filter(None, (n.licence for n in networks))))
        mark = str(site.catalog.definition.context)
        notice = written.notice_of(mark, language)
    else:
        layer = site.credited(collection.layer)
        about, credit, licence = layer.abstract, layer.attribution, layer.licence
        mark = tilejson.notice(layer, site.catalog.definition)
        notice = wms_capabilities.notice(layer, site.catalog.definition, language)
    found["description"] = " ".join(filter(None, (about, notice)))
    found |= {key: text for key, text in (("attribution", credit), ("license", licence)) if text}
    if notice:
        found["notice"] = notice
    found["extent"] = written.extent(bounds, times)
    found["crs"] = crs.ordered(systems(site))
    found["storageCrs"] = crs.CRS84
    here = asked.address(f"/collections/{collection.id}")
    found["links"] = [link("self", here, JSON, found["title"])]
    if collection.layer is not None:
        page = f"{site.base_url(asked.request)}/{language}/layers/{collection.layer.id}"
        found["links"].append(link("about", page, HTML, asked.say("ogcapi.layer_page")))
    for part in asked.parts:
        for key, value in part.collection(asked, collection).items():
            if key == "links":
                found["links"] += value
            elif key == "extent":
                found["extent"] = {**found["extent"], **value}
            else:
                found[key] = value
    return found


def title(asked: Asked, collection: Collection) -> str:
    """Return the title of a collection in the language that is asked for."""
    if collection.layer is None:
        return asked.say("ogcapi.observations")
    layer, style = collection.layer, collection.measure
    catalog = asked.site.catalog.definition
    named = wms_capabilities.title(layer, catalog, asked.language)
    if style is None:
        return named
    return f"{named}: {style.titles.get(asked.language, style.title) or style.id}"


def extent(site: Site, collection: Collection) -> tuple[Bounds, tuple[datetime, datetime] | None]:
    """Return where a collection has data, and its first and last time."""
    if collection.layer is None:
        return _observed(site)
    kind = site.catalog.kind(collection.layer.id)
    found = kind.extent()
    if is_timed(collection.layer):
        return found.bounds, (found.times[0], found.times[-1]) if found.times else None
    if isinstance(kind, QuakesKind) and (span := kind.span()):
        return found.bounds, span
    return found.bounds, None


def is_empty(site: Site, collection: Collection) -> bool:
    """Tell whether a layer of hours has none yet: then nothing of it can be linked."""
    layer = collection.layer
    return layer is not None and is_timed(layer) and extent(site, collection)[1] is None


def _observed(site: Site) -> tuple[Bounds, tuple[datetime, datetime] | None]:
    stations = site.store.stations(site.audience, site.now())
    span = site.store.observed_span(site.audience, site.now())
    if not stations:
        return WORLD, span
    lon, lat = [s.lon for s in stations], [s.lat for s in stations]
    box = Bounds(
        max(-180.0, min(lon) - 1e-4),
        max(-90.0, min(lat) - 1e-4),
        min(180.0, max(lon) + 1e-4),
        min(90.0, max(lat) + 1e-4),
    )
    return box, span
