"""Opens a site: what a worker needs of the catalogue, the store and the page's files."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from layers.catalog import Catalog
from layers.kinds import Sources
from layers.store import PUBLIC, Paths, Reader
from layers.tiles import Tiler
from mapserver.app import utc_now
from mapserver.documents import assets as built
from mapserver.documents.assets import Assets
from mapserver.runtime import channel
from mapserver.runtime.channel import raise_answer
from mapserver.runtime.entries import definition
from mapserver.runtime.land import Land
from mapserver.services.site import Site
from mapserver.settings import Settings


def open_site(settings: Settings) -> Site:
    """Open the store for reading and everything that answers requests.

    Raises
    ------
    StoreLockedError
        Where the keeper has not made the store yet.
    CatalogError
        Where the catalogue cannot be used.
    """
    assets = built.read()
    checked = definition(settings, assets)
    paths = Paths(settings.data_dir)
    store = Reader(settings.data_dir)
    # The folder knows what it holds; the catalogue's word counts for a new folder only.
    checked = dataclasses.replace(checked, context=store.context())
    needs_land = any(layer.kind == "basemap" for layer in checked.layers)
    sources = Sources(store, PUBLIC, utc_now, Land(assets) if needs_land else None)
    catalog = Catalog(checked, sources)
    tiler = Tiler(
        catalog.layers,
        catalog.kinds,
        paths.cache if settings.cache_mb else None,
        disk_bytes=settings.cache_mb * 1_000_000,
        memory_bytes=settings.memory_cache_mb * 1_000_000,
        font=_font(assets),
    )

    def call_keeper(header: Mapping[str, Any], payload: bytes) -> Mapping[str, Any]:
        return raise_answer(channel.call(paths.socket, header, payload))

    return Site(settings, catalog, tiler, store, assets, PUBLIC, utc_now, call_keeper)


def _font(assets: Assets) -> bytes | None:
    path = assets.folder / "fonts" / "inter-server.woff2"
    return path.read_bytes() if path.is_file() else None
