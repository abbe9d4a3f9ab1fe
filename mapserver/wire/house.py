"""What the connections of one process share."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Protocol

from mapserver.wire.request import Request

if TYPE_CHECKING:
    from mapserver.wire.connection import Connection

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Answer = tuple[bytes, bytes]
"""Header lines and body of a 200."""
LOG = logging.getLogger("mapserver.wire")
TURN_S = 0.005
"""How long answers that take a while are made before others have their turn."""


class Quick(Protocol):
    """What can be answered by the loop. It is asked of requests without a body, and never waits."""

    def at_once(self, request: Request) -> Answer | bool:
        """Return what is at hand, else whether ``soon`` may have it."""
        ...

    def soon(self, request: Request) -> Answer | None:
        """Return what takes some milliseconds, or None where a thread is to answer."""
        ...

    def tick(self) -> None:
        """Do what is to be done once a second."""
        ...


class House:
    """The loop, the threads that answer, and who is connected."""

    def __init__(self, application: Application, quick: Quick, threads: int) -> None:
        self.application = application
        self._quick = quick
        self._queue: deque[tuple[Connection, Request]] = deque()
        self._making = False
        self.loop = asyncio.get_running_loop()
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self.connections: set[Connection] = set()
        self.ending = False
        """Whether no further request is to be read."""
        self.date = self.opening = b""
        """The header of the date, and the first lines of a 200, as they are in this second."""
        self.tick()

    def at_once(self, request: Request) -> Answer | bool:
        """Return what is at hand, else whether it may be had ``soon``: if not, by a thread."""
        try:
            return self._quick.at_once(request) if request.body is None else False
        except Exception:  # one request must not end the loop of all: a thread tries and tells
            LOG.exception("%s %r failed in the loop", request.method, request.target)
            return False

    def soon(self, connection: "Connection", request: Request) -> None:
        """Have what takes some milliseconds made in its turn."""
        self._queue.append((connection, request))
        self._schedule()

    def _schedule(self) -> None:
        if self._queue and not self._making:
            self._making = True
            self.loop.call_soon(self._make_some)

    def _make_some(self) -> None:
        # What came meanwhile is read in between: who asks for what is at hand does not wait.
        end_s = time.perf_counter() + TURN_S
        try:
            while self._queue and time.perf_counter() < end_s:
                connection, request = self._queue.popleft()
                if not connection.gone:
                    connection.take(request, self._made(request))
        finally:  # an error of one client must not keep all others waiting
            self._making = False
            self._schedule()

    def _made(self, request: Request) -> Answer | None:
        try:
            return self._quick.soon(request)
        except Exception:  # one request must not end the loop of all: a thread tries and tells
            LOG.exception("%s %r failed in the loop", request.method, request.target)
            return None

    def tick(self) -> None:
        """Look after the clock and the connections, once a second."""
        self.date = f"Date: {formatdate(time.time(), usegmt=True)}\r\n".encode()
        self.opening = b"HTTP/1.1 200 OK\r\n" + self.date
        now_s = self.loop.time()
        for connection in list(self.connections):
            connection.look(now_s)
        try:
            self._quick.tick()
        except Exception:  # nor must what belongs to none of them
            LOG.exception("what is done once a second failed")
