"""How the keeper stands, asked for at most once a second and never waited for long."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layers.errors import LayersError, UnavailableError
from mapserver.runtime import channel

KEPT_S = 1.0
PATIENCE_S = 1.0


class KeeperStatus:
    """The keeper's last word about itself; safe for threads.

    While one thread asks, the others get what was known before: however many ask, and however long
    the keeper is silent, one thread waits.
    """

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._asking = threading.Lock()
        self._known: Mapping[str, Any] | LayersError = UnavailableError("the keeper is being asked")
        self._until_s = 0.0

    def __call__(self) -> Mapping[str, Any]:
        """Return the status, or raise the error that asking for it met."""
        if time.monotonic() >= self._until_s and self._asking.acquire(blocking=False):
            try:
                said = channel.call(self._socket, {"op": "status"}, timeout_s=PATIENCE_S)
                self._known = channel.raise_answer(said)
            except LayersError as error:
                self._known = error
            finally:
                self._until_s = time.monotonic() + KEPT_S
                self._asking.release()
        if isinstance(self._known, LayersError):
            raise self._known
        return self._known
