"""What every service is handed: catalogue, tiler, store, files of the page, settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Request

from layers.catalog import Catalog
from layers.store import Audience, Reader
from layers.tiles import Tiler
from mapserver.documents.assets import Assets
from mapserver.settings import Settings

CallKeeper = Callable[[Mapping[str, Any], bytes], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Site:
    """One server, opened."""

    settings: Settings
    catalog: Catalog
    tiler: Tiler
    store: Reader
    assets: Assets
    audience: Audience
    now: Callable[[], datetime]
    call_keeper: CallKeeper

    def base_url(self, request: Request) -> str:
        """Return the public address without a slash at the end: configured, else the request's."""
        return self.settings.base_url or request.host_url.rstrip("/")
