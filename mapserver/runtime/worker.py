"""A web worker: the application, opened at the first request it can be opened for."""

import json
import logging
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from layers.errors import UnavailableError
from mapserver import settings, wire
from mapserver.app import create_app
from mapserver.errors import problem
from mapserver.runtime import events, memory, metrics, parent
from mapserver.runtime.front import Front
from mapserver.runtime.opening import open_site

StartResponse = Callable[..., Any]
LOG = logging.getLogger("mapserver.worker")
AGAIN_S = 0.2


def work(listener: socket.socket, threads: int) -> None:
    """Answer what comes to a socket until told to end: the life of a web worker's process."""
    if (server := multiprocessing.parent_process()) is not None and server.pid is not None:
        parent.die_with(server.pid)
    memory.restrain()
    worker = Worker()
    threading.Thread(target=worker.open_soon, name="opening", daemon=True).start()
    wire.answer_until_told(listener, metrics.counted(worker), worker, threads, ending=events.stop)


class Worker:
    """A WSGI application that waits for the keeper to make the store, and says so meanwhile."""

    def __init__(self) -> None:
        self._app: Front | None = None
        self._lock = threading.Lock()
        self._at_once, self._soon = metrics.Tally(), metrics.Tally()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or say that the store is not there yet."""
        app = self._app
        if app is None:
            try:
                app = self.open()
            except UnavailableError as error:
                return _away(str(error), environ, start_response)
        answer: Iterable[bytes] = app(environ, start_response)
        return answer

    def at_once(self, request: wire.Request) -> wire.Answer | bool:
        """Return what `Front.at_once` does, and count it."""
        if self._app is None:
            return False
        begin_s = time.perf_counter()
        found = self._app.at_once(request)
        if isinstance(found, tuple):
            self._at_once.add(request.target, time.perf_counter() - begin_s)
        return found

    def soon(self, request: wire.Request) -> wire.Answer | None:
        """Return what `Front.soon` does, and count it."""
        if self._app is None:
            return None
        begin_s = time.perf_counter()
        found = self._app.soon(request)
        if found is not None:
            self._soon.add(request.target, time.perf_counter() - begin_s)
        return found

    def tick(self) -> None:
        """Tell what was counted since the second before."""
        self._soon.tell()
        told = self._at_once.tell()
        metrics.tile("memory", count=told.get(b"tiles", 0))  # whatever tile was at hand

    def open_soon(self) -> None:
        """Open as soon as there is a store, so that the first one who asks need not wait for it."""
        while True:
            try:
                self.open()
            except UnavailableError:
                time.sleep(AGAIN_S)  # the keeper makes it
            except Exception:  # whoever asks is told
                LOG.exception("the worker could not be opened")
                return
            else:
                return

    def open(self) -> Front:
        """Return the application, opening it once."""
        with self._lock:
            if self._app is None:
                site = open_site(settings.read())
                self._app = Front(site, create_app(site))
            return self._app


def _away(text: str, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    body = json.dumps(problem(503, text, environ.get("PATH_INFO", ""))).encode()
    start_response(
        "503 Service Unavailable",
        [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Retry-After", "1"),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]
