"""What every service is handed: catalogue, tiler, pictures, files, store, assets, settings."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Request

from layers import messages
from layers.catalog import Catalog
from layers.files import Files
from layers.model import CatalogDefinition, LayerDefinition
from layers.pictures import Pictures, Plates
from layers.siting import Desk
from layers.store import Audience, Reader
from layers.tiles import Tiler
from mapserver import negotiation
from mapserver.documents import current
from mapserver.documents.assets import Assets
from mapserver.settings import Settings

CallKeeper = Callable[[Mapping[str, Any], bytes], Mapping[str, Any]]
News = Callable[[], tuple[str, bytes]]
"""What is to be told now: its id, and the event as it goes out."""
OpenStream = Callable[[News, str | None], Iterator[bytes]]
"""Opens a stream for one who has seen an id; raises UnavailableError where none is free."""
Ages = Mapping[str, float]
"""Seconds since the beginning of the newest hour of each layer."""


@dataclass(frozen=True, slots=True)
class Site:
    """One server, opened."""

    settings: Settings
    catalog: Catalog
    tiler: Tiler
    pictures: Pictures
    files: Files
    plates: Plates
    store: Reader
    assets: Assets
    audience: Audience
    now: Callable[[], datetime]
    call_keeper: CallKeeper
    keeper_status: Callable[[], Mapping[str, Any]]
    open_stream: OpenStream
    metrics: Callable[[Ages], bytes]
    desk: Desk

    def attribution(self, layer: LayerDefinition) -> str:
        """Return the attribution of a layer, else of those its data come from."""
        if not layer.attribution and layer.kind == "basemap":
            return str(self.assets.land.get("attribution", ""))
        if not layer.attribution and layer.quantity:
            return self.store.once(("credits", self.audience), self._credits)
        return layer.attribution

    def _credits(self) -> str:
        networks = self.store.shown_networks(self.audience, self.now())
        return "; ".join(dict.fromkeys(n.attribution or n.name for n in networks))

    def credited(self, layer: LayerDefinition, language: str = "en") -> LayerDefinition:
        """Return a layer with the attribution that is shown of it."""
        named = messages.shipped(self.attribution(layer), language)
        return dataclasses.replace(layer, attribution=named)

    def credited_catalog(self, language: str) -> CatalogDefinition:
        """Return the catalogue with the attribution of every layer."""
        catalog = self.catalog.definition
        layers = tuple(self.credited(layer, language) for layer in catalog.layers)
        return dataclasses.replace(catalog, layers=layers)

    def current(self) -> tuple[dict[str, Any], str]:
        """Return the document of ``/current.json`` and its entity tag."""
        counts = self.store.collections(self.audience)
        document = current.current(self.catalog, counts, self.now())
        # The moment of asking is no change: without it, unchanged data keep their entity tag.
        said = {key: value for key, value in document.items() if key != "generated"}
        return document, negotiation.body_etag(negotiation.json_bytes(said))

    def sequence(self) -> int:
        """Return a number that rises whenever something is published, and with every start."""
        try:
            return self.store.paths.pointer.stat().st_mtime_ns // 1_000_000
        except FileNotFoundError:
            return 0  # nothing has been published yet

    def base_url(self, request: Request) -> str:
        """Return the public address without a slash at the end: configured, else the request's."""
        return self.settings.base_url or request.host_url.rstrip("/")
