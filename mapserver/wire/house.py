"""What the connections of one process share."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from mapserver.wire.request import Request

if TYPE_CHECKING:
    from mapserver.wire.connection import Connection

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
AtOnce = Callable[[Request], tuple[bytes, bytes] | None]
"""Returns header lines and body of a 200, or None where that would take a while, or is another
answer. It is asked by the loop, of requests without a body, and must not wait."""
LOG = logging.getLogger("mapserver.wire")


class House:
    """The loop, the threads that answer, and who is connected."""

    def __init__(self, application: Application, at_once: AtOnce, threads: int) -> None:
        self.application = application
        self._at_once = at_once
        self.loop = asyncio.get_running_loop()
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self.connections: set[Connection] = set()
        self.ending = False
        """Whether no further request is to be read."""
        self.date = self.opening = b""
        """The header of the date, and the first lines of a 200, as they are in this second."""
        self.tick()

    def at_once(self, request: Request) -> tuple[bytes, bytes] | None:
        """Return what can be answered now, or None where a thread is to answer."""
        try:
            return self._at_once(request) if request.body is None else None
        except Exception:
            LOG.exception("%s %r failed in the loop", request.method, request.target)
            return None

    def tick(self) -> None:
        """Look after the clock and the connections, once a second."""
        self.date = f"Date: {formatdate(time.time(), usegmt=True)}\r\n".encode()
        self.opening = b"HTTP/1.1 200 OK\r\n" + self.date
        now_s = self.loop.time()
        for connection in list(self.connections):
            connection.look(now_s)
