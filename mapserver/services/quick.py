"""What a service can answer before Flask, by a thread or by the event loop itself."""

from collections.abc import Sequence
from typing import Any, Protocol

from mapserver.wire import Answer, Request

Plain = tuple[str, Sequence[tuple[str, str]], bytes]
"""Status, headers and body."""


class Quick(Protocol):
    """Answers what it can, byte for byte as Flask does; all else is Flask's, errors included."""

    def answer(self, environ: dict[str, Any]) -> Plain | None:
        """Return the answer of a thread, or None where Flask must speak."""
        ...

    def at_once(self, request: Request) -> Answer | bool:
        """Return what is at hand, else whether ``soon`` may have it. It never waits."""
        ...

    def soon(self, request: Request) -> Answer | None:
        """Return what takes some milliseconds, or None where a thread is to answer."""
        ...
