"""Keeps the bands of suitability layers as what is loaded, while a server runs."""

import json
import time
from collections.abc import Mapping
from typing import Any

from layers.store import Paths
from mapserver.runtime.errand import Errand
from mapserver.settings import Settings

AFTER_S = 60.0
"""A server that starts has other things to do, and so has whoever looks at it first."""
LOOK_S = 10.0
ANYWAY_S = 6 * 3600.0
"""The register of stations is in no version; after so long it is looked at whatever else changed.

The command that finds nothing to do ends at once."""
REST = 10.0
"""After a build so many times its length must pass: a feed that never rests takes a tenth of a
core."""
NICE = 10
OTHERS = ("basemap", "surface", "stations", "contours", "scenario", "suitability")
"""Kinds that criteria are not made of, or that change every hour."""


class Stacking(Errand):
    """Runs `mapserver align` for suitability layers whenever what they are made of is another."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        super().__init__("stacking", settings, environ)
        self._pointer = Paths(settings.data_dir).pointer

    def _work(self) -> None:
        made: dict[str, Any] | None = None
        due = 0.0
        self._closing.wait(AFTER_S)
        while not self._closing.wait(LOOK_S):
            try:
                layers = json.loads(self._pointer.read_bytes())["layers"]
            except (OSError, ValueError):
                continue  # no keeper has written it yet
            named = [layer["id"] for layer in layers if layer["kind"] == "suitability"]
            shown = {layer["id"]: layer["times"] for layer in layers if layer["kind"] not in OTHERS}
            now = time.monotonic()
            if named and ((shown != made and now >= due) or now >= due + ANYWAY_S):
                begin_s = time.monotonic()
                self._run(["align", *named], nice=NICE)
                made, due = shown, time.monotonic() + REST * (time.monotonic() - begin_s)
