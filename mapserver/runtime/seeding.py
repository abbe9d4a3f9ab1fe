"""Keeps seeded levels seeded while a server runs: a publication never waits for it."""

import json
from collections.abc import Mapping

from layers.store import Paths
from layers.tiles import LATEST, Seeded, SeedOrder
from mapserver.runtime.errand import Errand
from mapserver.settings import Settings

FIRST = ("basemap", "--zoom", "3-6")
FIRST_ZOOMS = (3, 6)
"""What every map shows first: a first visitor need not wait for it."""
AGAIN_S = 10.0
LOOK_S = 2.0
"""Between two looks at the pointer."""

Names = dict[SeedOrder, list[str]]


class Seeding(Errand):
    """Runs `mapserver seed` in the background whenever something newer than it drew is shown."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        super().__init__("seeding", settings, environ)
        self._paths = Paths(settings.data_dir)
        self._seeded = Seeded(self._paths.cache / "seeded")
        self._ahead = settings.ahead

    def _work(self) -> None:
        if self._ahead:
            self._seed(*FIRST)
        drawn: Names = {}
        seen = 0
        while not self._closing.wait(LOOK_S):
            try:
                written = self._paths.pointer.stat().st_mtime_ns
                if written == seen:
                    continue
                shown = self._shown()
            except (OSError, ValueError):
                continue  # no keeper has written it yet
            if shown == drawn or self._seed():
                seen, drawn = written, shown
            else:
                self._closing.wait(AGAIN_S)

    def _shown(self) -> Names:
        """Return the versions that each order means now, without what has been drawn above."""
        document = json.loads(self._paths.pointer.read_bytes())
        times = {layer["id"]: layer["times"] for layer in document["layers"]}
        found = {}
        for order in self._seeded.orders():
            named = [at["versions"].get(order.style, "") for at in times.get(order.layer, [])]
            if not self._ahead or (order.layer, order.zooms) != (FIRST[0], FIRST_ZOOMS):
                found[order] = named[-1:] if order.time == LATEST else named
        return found

    def _seed(self, *words: str) -> bool:
        # A catalogue need not have a base map; that what was ordered cannot be drawn is news.
        return self._run(["seed", *words, "--wait", "--processes", "1"], quiet=bool(words))
