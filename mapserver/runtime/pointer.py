"""`current.json` as a file: the one small pointer by which everything new is published.

It is written aside and renamed, so who reads it sees what was or what is. Tiles of what it named
before stay, so a page that read it a moment ago goes on without a gap.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from layers.catalog import Catalog
from layers.kinds import Sources
from layers.model import CatalogDefinition
from layers.store import PUBLIC, Reader
from mapserver.documents.assets import Assets
from mapserver.documents.current import current
from mapserver.runtime import land

LOG = logging.getLogger("mapserver.keeper")
LOOK_S = 10.0
"""How long nothing may be heard: an embargo is lifted by the clock alone."""
APART_S = 0.5
"""Between two writings: a week of values that comes in hour by hour is not told 168 times."""


class Pointer:
    """Keeps the file as the store stands."""

    def __init__(
        self,
        definition: CatalogDefinition,
        assets: Assets,
        store: Reader,
        now: Callable[[], datetime],
    ) -> None:
        # The catalogue alone: whatever else a site has would cost the keeper 30 MB.
        sources = Sources(store, PUBLIC, now, land.of(definition, assets, store.paths.cache))
        self._catalog = Catalog(definition, sources)
        self._store = store
        self._now = now
        self._path = store.paths.pointer
        self._written = ""
        self._news = threading.Event()
        self._closing = threading.Event()

    def write(self) -> bool:
        """Write the file if anything but the moment changed; tell whether it did.

        Raises
        ------
        OSError
            Where the disk takes it not; the old one stays.
        """
        document = current(self._catalog, self._store.collections(PUBLIC), self._now())
        generated = document.pop("generated")
        state = _text(document)
        if state == self._written and self._path.is_file():
            return False
        aside = self._path.with_suffix(".json.part")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(_text({"generated": generated, **document}), "utf-8")
        aside.replace(self._path)
        self._written = state
        return True

    def follow(self, news: threading.Event) -> None:
        """Write whenever there are news, until ``close``."""
        self._news = news
        while not self._closing.is_set():
            news.clear()
            try:
                self.write()
            except OSError as reason:
                LOG.warning("current.json could not be written: %s", reason)
            except Exception:  # whatever it is: without this thread nobody would be told of news
                LOG.exception("current.json could not be written")
            self._closing.wait(APART_S)
            news.wait(LOOK_S)

    def close(self) -> None:
        """End ``follow``."""
        self._closing.set()
        self._news.set()


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
