"""Plain clicks, answered before Flask: what people do most once they see the map."""

import threading
import time
from collections.abc import Hashable
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from mapserver import negotiation
from mapserver.documents.wms_capabilities import queryable
from mapserver.services.point import MEDIA_TYPE, PATH, Clicks
from mapserver.services.quick import Plain
from mapserver.services.site import Site
from mapserver.wire import Answer, Request

LONG_S = 0.010
"""A click that takes longer is no work for the loop."""
KINDS = {
    *("faults", "hazard", "points", "quakes", "scenario", "stations", "suitability", "surface"),
    "zones",
}
"""Kinds that have all in memory, or mapped, once they were looked at."""
QUESTIONS = 64
"""What is asked of places, times and thresholds, that is known to be quick."""
_PATH = PATH.encode()


class QuickClicks:
    """Clicks of a site.

    The loop answers what a thread has answered of another place, and soon, since somebody wrote:
    then all that it needs is in memory. While a thread is at a click it may hold what others wait
    for, and the loop answers none.
    """

    def __init__(self, site: Site, most_bytes: int) -> None:
        self._store = site.store
        self._clicks = Clicks(site)
        self._most = most_bytes
        self._of_loop = all(
            each.kind in KINDS for each in site.catalog.layers.values() if queryable(each)
        )
        self._quick: tuple[Hashable, set[str]] = None, set()
        self._busy = 0
        self._mutex = threading.Lock()

    def answer(self, environ: dict[str, Any]) -> Plain | None:
        """Answer a plain click, or leave it to Flask, errors included."""
        query, accepted = environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT_ENCODING", "")
        names = (key[5:].lower().replace("_", "-") for key in environ if key.startswith("HTTP_"))
        plain = negotiation.is_plain(environ["REQUEST_METHOD"], query, names, self._most)
        if environ["PATH_INFO"] != PATH or not plain:
            return None
        with self._mutex:
            self._busy += 1
        try:
            begin_s, edition = time.perf_counter(), self._store.edition()
            body, headers = self._told(query, accepted)
            if time.perf_counter() - begin_s < LONG_S:
                self._remember(edition, _of_any_place(query))
        except Exception:  # whatever it is: it is told behind, in one place
            return None
        finally:
            with self._mutex:
                self._busy -= 1
        return "200 OK", headers, body

    def at_once(self, request: Request) -> Answer | bool:
        """Tell whether ``soon`` may have it: a plain question."""
        path, _, query = request.target.partition(b"?")
        names = (name.decode("latin-1") for name, _ in request.headers)
        return (
            self._of_loop
            and path == _PATH
            and negotiation.is_plain(request.method, query.decode("latin-1"), names, self._most)
        )

    def soon(self, request: Request) -> Answer | None:
        """Return an answer where it is known to be quick."""
        query = request.target.partition(b"?")[2].decode("latin-1")
        edition, quick = self._quick
        asked = _of_any_place(query)
        if self._busy or asked not in quick or self._store.edition() != edition:
            return None
        accepted = request.header(b"accept-encoding").decode("latin-1")
        begin_s = time.perf_counter()
        try:
            body, headers = self._told(query, accepted)
        except Exception:  # a thread tells what is wrong
            return None
        if time.perf_counter() - begin_s > LONG_S:
            quick.discard(asked)
        return negotiation.lines(headers), body

    def _remember(self, edition: Hashable, asked: str) -> None:
        with self._mutex:
            known, quick = self._quick
            if known != edition or len(quick) >= QUESTIONS:
                self._quick = edition, {asked}
            else:
                quick.add(asked)

    def _told(self, query: str, accepted: str) -> tuple[bytes, list[tuple[str, str]]]:
        asked = MultiDict(parse_qsl(query, keep_blank_values=True))
        body = negotiation.json_bytes(self._clicks.document(asked))
        return negotiation.plain_answer(body, MEDIA_TYPE, accepted, negotiation.SHORT)


def _of_any_place(query: str) -> str:
    """Return a question without its place."""
    return "&".join(e for e in query.split("&") if not e.startswith(("lon=", "lat=")))
