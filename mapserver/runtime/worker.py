"""A web worker: the application, opened at the first request it can be opened for."""

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

from layers.errors import UnavailableError
from mapserver import settings
from mapserver.app import create_app
from mapserver.errors import problem
from mapserver.runtime.front import Front
from mapserver.runtime.opening import open_site

StartResponse = Callable[..., Any]


class Worker:
    """A WSGI application that waits for the keeper to make the store, and says so meanwhile."""

    def __init__(self) -> None:
        self._app: Any = None
        self._lock = threading.Lock()

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

    def open(self) -> Any:
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
