"""Keeps the first pictures of the pages drawn while a server runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from mapserver.runtime.following import Following, Pace
from mapserver.settings import Settings

AFTER_S = 20.0
"""A server that starts has other things to do, and so has whoever looks at it first."""
LOOK_S = 1.0
REST = 5.0
"""Values may come in one by one."""
SHOWN = ("stations", "surface")
"""Kinds that change every hour; the others are drawn anew with the next hour."""


class Picturing(Following):
    """Runs `mapserver seed --pictures` whenever a newer hour, or more of it, is shown."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        super().__init__("picturing", settings, environ, Pace(AFTER_S, LOOK_S, REST))

    def _wanted(self, layers: Sequence[Mapping[str, Any]]) -> tuple[Any, Sequence[str]]:
        newest = [layer["times"][-1:] for layer in layers if layer["kind"] in SHOWN]
        return newest, ["seed", "--pictures"] if newest else []
