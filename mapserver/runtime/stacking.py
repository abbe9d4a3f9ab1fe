"""Keeps the bands of suitability layers as what is loaded, while a server runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from layers.store import Paths
from layers.store.aligned import Aligned
from mapserver.runtime.following import Following, Pace
from mapserver.settings import Settings

AFTER_S = 60.0
"""A server that starts has other things to do, and so has whoever looks at it first."""
LOOK_S = 10.0
ANYWAY_S = 6 * 3600.0
"""The register of stations is in no version; after so long it is looked at whatever else changed.

The command that finds nothing to do ends at once."""
REST = 10.0
"""A feed that never rests takes a tenth of a core."""
OTHERS = ("basemap", "surface", "stations", "contours", "scenario", "suitability")
"""Kinds that criteria are not made of, or that change every hour."""


class Stacking(Following):
    """Runs `mapserver align` for suitability layers whenever what they are made of is another."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        super().__init__("stacking", settings, environ, Pace(AFTER_S, LOOK_S, REST, ANYWAY_S))
        self._ahead = settings.ahead
        self._copies = Aligned(Paths(settings.data_dir))

    def _wanted(self, layers: Sequence[Mapping[str, Any]]) -> tuple[Any, Sequence[str]]:
        named = [layer["id"] for layer in layers if layer["kind"] == "suitability"]
        if not self._ahead:  # what somebody had made is kept true; nothing else is made
            named = [layer_id for layer_id in named if self._copies.newest(layer_id)]
        shown = {layer["id"]: layer["times"] for layer in layers if layer["kind"] not in OTHERS}
        return shown, ["align", *named] if named else []
