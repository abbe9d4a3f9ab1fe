"""What is answered before Flask: tiles, clicks, and that we are alive."""

from collections.abc import Callable, Iterable
from typing import Any

from mapserver import negotiation
from mapserver.app import MAX_QUERY_BYTES
from mapserver.services import point
from mapserver.services.quick import Quick
from mapserver.services.quick_clicks import QuickClicks
from mapserver.services.quick_tiles import PREFIX, QuickTiles
from mapserver.services.site import Site
from mapserver.wire import Answer, Application, Request, environ

StartResponse = Callable[..., Any]
ALIVE = b"/healthz"


class Front:
    """A WSGI application before another one, which can be asked by an event loop as well.

    It answers what it can and hands everything else on, errors included, so that there is one place
    that speaks of them.
    """

    def __init__(self, site: Site, behind: Application) -> None:
        self._behind = behind
        self._alive = _answer_of(behind, ALIVE)
        self._quick: list[tuple[str, Quick]] = [
            (PREFIX, QuickTiles(site, MAX_QUERY_BYTES)),
            (point.PATH, QuickClicks(site, MAX_QUERY_BYTES)),
        ]
        self._begins = [(path.encode(), quick) for path, quick in self._quick]

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or hand the request on."""
        for begin, quick in self._quick:
            if environ["PATH_INFO"].startswith(begin):
                found = quick.answer(environ)
                if found is not None:
                    status, headers, body = found
                    start_response(status, headers)
                    return [body]
        return self._behind(environ, start_response)

    def at_once(self, request: Request) -> Answer | bool:
        """Return what is at hand; else whether ``soon`` may have it.

        That we are alive is said so, too: however much is asked of all threads, it never waits.
        """
        for begin, quick in self._begins:
            if request.target.startswith(begin):
                return quick.at_once(request)
        return request.target == ALIVE and request.method == "GET" and self._alive

    def soon(self, request: Request) -> Answer | None:
        """Return what takes milliseconds; None for all else."""
        for begin, quick in self._begins:
            if request.target.startswith(begin):
                return quick.soon(request)
        return None


def _answer_of(application: Application, target: bytes) -> Answer:
    """Return header lines and body of what an application answers, the same at all times."""
    told: list[tuple[str, str]] = []
    request = Request("GET", target, (), "1.1", True)
    pieces = application(environ(request, ("", 0), ("", 0)), lambda _, said, *__: told.extend(said))
    return negotiation.lines(told), b"".join(pieces)
