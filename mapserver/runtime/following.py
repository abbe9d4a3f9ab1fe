"""A command that is run again whenever what it is made of is shown in another state."""

import json
import math
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.store import Paths
from mapserver.runtime.errand import Errand
from mapserver.settings import Settings

NICE = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds until the first look at what is shown, and from look to look.

    After a run ``rest`` times its length must pass. After ``anyway_s`` it is run whatever changed.
    """

    after_s: float
    look_s: float
    rest: float
    anyway_s: float = math.inf


class Following(Errand):
    """Follows the pointer of a data folder, from ``start`` to ``close``."""

    def __init__(
        self, name: str, settings: Settings, environ: Mapping[str, str], pace: Pace
    ) -> None:
        super().__init__(name, settings, environ)
        self._pace = pace
        self._pointer = Paths(settings.data_dir).pointer

    @abstractmethod
    def _wanted(self, layers: Sequence[Mapping[str, Any]]) -> tuple[Any, Sequence[str]]:
        """Return the state of what the command is made of, and its words: none for nothing to do.

        ``layers`` are those of ``current.json``.
        """

    def _work(self) -> None:
        pace, made, due = self._pace, None, 0.0
        self._closing.wait(pace.after_s)
        while not self._closing.wait(pace.look_s):
            try:
                state, words = self._wanted(json.loads(self._pointer.read_bytes())["layers"])
            except (OSError, ValueError):
                continue  # no keeper has written it yet
            begin_s = time.monotonic()
            if words and ((state != made and begin_s >= due) or begin_s >= due + pace.anyway_s):
                # One that fails is told of, and tried again with the next change.
                self._run(words, nice=NICE)
                now = time.monotonic()
                made, due = state, now + pace.rest * (now - begin_s)
