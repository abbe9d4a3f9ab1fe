"""Keeps what was made of the store for as long as it cannot differ."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from layers.store import Reader

T = TypeVar("T")


class Held(Generic[T]):
    """Calls ``make`` once for each edition of the store; safe for threads.

    Two threads that find a new edition at once may both make it, and make the same.
    """

    def __init__(self, store: Callable[[], Reader], make: Callable[[], T]) -> None:
        """``store`` gives the store when it is first asked: an application may have none yet."""
        self._store = store
        self._make = make
        self._held: tuple[Hashable, T] | None = None

    def __call__(self) -> T:
        """Return what stands."""
        edition = self._store().edition()
        held = self._held
        if held is None or held[0] != edition:
            held = self._held = (edition, self._make())
        return held[1]
