"""Keeps the first pictures of the pages drawn while a server runs."""

import json
import time
from collections.abc import Mapping
from typing import Any

from layers.store import Paths
from mapserver.runtime.errand import Errand
from mapserver.settings import Settings

AFTER_S = 20.0
"""A server that starts has other things to do, and so has whoever looks at it first."""
LOOK_S = 1.0
REST = 5.0
"""After drawing so many times its length must pass: values may come in one by one."""
NICE = 10
SHOWN = ("stations", "surface")
"""Kinds that change every hour; the others are drawn anew with the next hour."""


class Picturing(Errand):
    """Runs `mapserver seed --pictures` whenever a newer hour, or more of it, is shown."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        super().__init__("picturing", settings, environ)
        self._pointer = Paths(settings.data_dir).pointer

    def _work(self) -> None:
        drawn: list[Any] = []
        due = 0.0
        self._closing.wait(AFTER_S)
        while not self._closing.wait(LOOK_S):
            try:
                layers = json.loads(self._pointer.read_bytes())["layers"]
            except (OSError, ValueError):
                continue  # no keeper has written it yet
            newest = [layer["times"][-1:] for layer in layers if layer["kind"] in SHOWN]
            begin_s = time.monotonic()
            if newest != drawn and begin_s >= due:
                # One that fails is told of, and tried again with the next change.
                self._run(["seed", "--pictures"], nice=NICE)
                now = time.monotonic()
                drawn, due = newest, now + REST * (now - begin_s)
