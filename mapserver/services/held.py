"""Keeps what was made of the store for as long as it cannot differ."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from layers.store import Reader
from mapserver import negotiation

T = TypeVar("T")
DOCUMENTS = 8
"""Long documents that a service keeps: one for each language and version that is asked for."""


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


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its entity tag, and gzipped."""

    body: bytes
    etag: str
    packed: bytes


class Documents:
    """Long documents, each made anew only where what it is made of has changed.

    What they are made of is compared whole: whatever can be seen in a document is seen here too.
    Safe for threads.
    """

    def __init__(self, most: int = DOCUMENTS) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, tuple[object, Document]] = OrderedDict()
        self._making = threading.Lock()

    def __call__(self, name: Hashable, made_of: object, make: Callable[[], bytes]) -> Document:
        """Return the document of a name; the one that was asked for longest ago gives way."""
        with self._making:  # many clients ask at once: one of them makes it
            held = self._held.get(name)
            if held is None or held[0] != made_of:
                body = make()
                document = Document(body, negotiation.body_etag(body), negotiation.gzip_of(body))
                held = self._held[name] = (made_of, document)
                while len(self._held) > self._most:
                    self._held.popitem(last=False)
            self._held.move_to_end(name)
            return held[1]
