"""Plain clicks, answered before Flask: what people do most once they see the map."""

import time
from collections.abc import Hashable
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from mapserver import negotiation
from mapserver.services.point import MEDIA_TYPE, PATH, Clicks
from mapserver.services.quick import Plain
from mapserver.services.site import Site
from mapserver.wire import Answer, Request

LONG_S = 0.010
"""A click that takes longer is no work for the loop, nor are those after it."""
_PATH = PATH.encode()
_CONDITIONS = {name[5:].lower().replace("_", "-").encode() for name in negotiation.CONDITIONS}


class QuickClicks:
    """Clicks of a site: by the loop where the layers have been looked at since they changed."""

    def __init__(self, site: Site, most_bytes: int) -> None:
        self._store = site.store
        self._clicks = Clicks(site)
        self._most = most_bytes
        self._warm: Hashable = None

    def answer(self, environ: dict[str, Any]) -> Plain | None:
        """Answer a plain click, or leave it to Flask, errors included."""
        if environ["PATH_INFO"] != PATH or not negotiation.plainly_asked(environ, self._most):
            return None
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        try:
            body, headers = self._told(environ["QUERY_STRING"], accepted)
        except Exception:  # whatever it is: it is told behind, in one place
            return None
        return "200 OK", headers, body

    def at_once(self, request: Request) -> Answer | bool:
        """Tell whether ``soon`` may have it: a plain question."""
        path, _, query = request.target.partition(b"?")
        return (
            path == _PATH
            and request.method == "GET"
            and query.isascii()
            and len(query) <= self._most
            and _CONDITIONS.isdisjoint(dict(request.headers))
        )

    def soon(self, request: Request) -> Answer | None:
        """Return an answer where a thread has found the layers since they changed, and soon."""
        if self._warm is None or self._store.edition() != self._warm:
            return None
        query = request.target.partition(b"?")[2].decode("latin-1")
        accepted = dict(request.headers).get(b"accept-encoding", b"").decode("latin-1")
        try:
            body, headers = self._told(query, accepted)
        except Exception:  # a thread tells what is wrong
            return None
        return negotiation.lines(headers), body

    def _told(self, query: str, accepted: str) -> tuple[bytes, list[tuple[str, str]]]:
        asked = MultiDict(parse_qsl(query, keep_blank_values=True))
        begin_s, edition = time.perf_counter(), self._store.edition()
        body = negotiation.json_bytes(self._clicks.document(asked))
        found = negotiation.plain_answer(body, MEDIA_TYPE, accepted, negotiation.SHORT)
        self._warm = edition if time.perf_counter() - begin_s < LONG_S else None
        return found
