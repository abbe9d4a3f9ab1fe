"""Keeps what was made of the store for as long as it cannot differ."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from layers.store import Reader

T = TypeVar("T")


class Held(Generic[T]):
    """Calls ``make`` once for each edition of the store; safe for threads."""

    def __init__(self, store: Callable[[], Reader], make: Callable[[], T]) -> None:
        """``store`` gives the store when it is first asked: an application may have none yet."""
        self._store = store
        self._make = make
        self._held: tuple[Hashable, T] | None = None
        self._making = threading.Lock()

    def __call__(self) -> T:
        """Return what stands."""
        edition = self._store().edition()
        held = self._held
        if held is None or held[0] != edition:
            # Thousands ask in the moment in which something is new: one of them makes it.
            with self._making:
                held = self._held
                if held is None or held[0] != edition:
                    held = self._held = (edition, self._make())
        return held[1]
