"""Opens a site: what a worker needs of the catalogue, the store and the page's files."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from layers.catalog import Catalog
from layers.files import Files, Kept
from layers.kinds import Sources
from layers.pictures import Pictures, Plates
from layers.siting import Desk
from layers.store import PUBLIC, Paths, Reader
from layers.temporal import utc_now
from layers.tiles import Tiler
from mapserver.documents import assets as built
from mapserver.documents.assets import Assets
from mapserver.runtime import channel, land, metrics
from mapserver.runtime.channel import raise_answer
from mapserver.runtime.entries import definition
from mapserver.runtime.events import SHARE, Streams
from mapserver.runtime.region import Region
from mapserver.runtime.standing import KeeperStatus
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
    sources = Sources(store, PUBLIC, utc_now, land.of(checked, assets, paths.cache))
    catalog = Catalog(checked, sources)
    font = _font(assets)
    tiler = Tiler(
        catalog.layers,
        catalog.kinds,
        paths.cache,
        disk_bytes=settings.cache_mb * 1_000_000,
        memory_bytes=settings.memory_cache_mb * 1_000_000,
        renders=settings.renders,
        waiting=settings.waiting,
        font=font,
        told=metrics.tile,
    )
    pictures = Pictures(catalog.layers, catalog.kinds, tiler.gate, font)
    kept = Kept(paths.cache / "files", paths.cache / "lock", settings.files_mb * 1_000_000)
    files = Files(catalog.layers, catalog.kinds, store, kept, font)

    def call_keeper(header: Mapping[str, Any], payload: bytes) -> Mapping[str, Any]:
        return raise_answer(channel.call(paths.socket, header, payload))

    most = min(settings.event_streams, settings.threads // SHARE)
    return Site(
        settings=settings,
        catalog=catalog,
        tiler=tiler,
        pictures=pictures,
        files=files,
        plates=Plates(pictures, paths.cache / "plates"),
        store=store,
        assets=assets,
        audience=PUBLIC,
        now=utc_now,
        call_keeper=call_keeper,
        keeper_status=KeeperStatus(paths.socket),
        open_stream=Streams(most).open,
        metrics=functools.partial(metrics.exposition, settings.data_dir),
        desk=Desk(catalog, store, PUBLIC, utc_now, Region(assets)),
    )


def _font(assets: Assets) -> bytes | None:
    path = assets.folder / "fonts" / "inter-server.woff2"
    return path.read_bytes() if path.is_file() else None
