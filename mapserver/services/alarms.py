"""The feed of alarms and raised values."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, Response, request

from layers.model import LayerDefinition, StoredObservation
from layers.temporal import HOUR
from layers.units import QUANTITIES
from mapserver import negotiation, params
from mapserver.documents import alarms, captions
from mapserver.documents.alarms import Episode, Feed
from mapserver.services import first_view
from mapserver.services.site import Site

MEDIA_TYPE = "application/atom+xml"


class Raised:
    """What stations measured above the natural range; an hour is read when it has changed."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: dict[datetime, tuple[int, list[StoredObservation]]] = {}
        self._reading = threading.Lock()

    def episodes(self, layer: LayerDefinition, limits: tuple[float, float]) -> Sequence[Episode]:
        """Return the times of the last weeks that stations of a layer were raised."""
        site, now = self._site, self._site.now()
        span = (alarms.monday(now) - timedelta(weeks=alarms.WEEKS), now + HOUR)
        quantity = layer.quantity or ""
        states = dict(site.store.hours(site.audience, now, quantity, span=span))
        with self._reading:
            changed = [h for h, state in states.items() if self._known.get(h, (None,))[0] != state]
            found = site.store.reaching(site.audience, now, quantity, changed, limits[0])
            self._known = {hour: self._known[hour] for hour in states if hour in self._known}
            for hour, rows in zip(changed, found, strict=True):
                self._known[hour] = states[hour], rows
            every = [row for _, rows in self._known.values() for row in rows]
        return alarms.episodes(every, limits[1])


def blueprint(site: Site) -> Blueprint:
    """Return the address ``/feeds/alarms.atom``."""
    bp = Blueprint("alarms", __name__)
    raised = Raised(site)

    @bp.get("/feeds/alarms.atom")
    def feed() -> Response:
        params.only(request.args, ("lang",))
        language = params.language(request.args)
        body = _written(site, raised, language, site.base_url(request))
        response = negotiation.answer(body, MEDIA_TYPE, request, cache=negotiation.SHORT)
        response.headers["Content-Language"] = language
        return response

    return bp


def _written(site: Site, raised: Raised, language: str, base_url: str) -> bytes:
    definition = site.catalog.definition
    found = first_view.leading(site)
    layer, kind = found or (None, None)
    limits = first_view.limits(layer) if layer else None
    times = kind.extent().times if kind else ()
    quantity = QUANTITIES.get(layer.quantity or "") if layer else None
    stations = site.store.stations(site.audience, site.now())
    names = {s.code: s.names.get(language) or s.names.get("en", "") or s.code for s in stations}
    document = Feed(
        language=language,
        title=definition.titles.get(language, definition.title),
        mark=captions.mark(definition, language),
        context=str(definition.context),
        quantity=quantity.id if quantity else "",
        unit=quantity.unit if quantity else "",
        limit=limits[0] if limits else 0.0,
        newest=times[-1] if times else None,
        names=names,
        rights=site.credited(layer).attribution if layer else "",
        base_url=base_url,
    )
    return document.written(raised.episodes(layer, limits) if layer and limits else ())
