"""Tiles under their fixed address, answered before Flask: most of what a map server does."""

import dataclasses
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_etags

from layers.tiles import Tile, TileRequest
from mapserver import negotiation, params
from mapserver.services import tiles
from mapserver.services.quick import Plain
from mapserver.services.site import Site
from mapserver.wire import Answer, Request

PREFIX = "/tiles/"
_BEGIN = len(PREFIX)
_READING = ("GET", "HEAD")
EDITIONS = 1024
"""Layers, styles, versions and times, with queries, whose words are not read again."""
WORDS = ("layer", "style", "version", "time", "zoom", "col", "leaf")


class QuickTiles:
    """Tiles of a site: those in memory at once, and what takes milliseconds soon."""

    def __init__(self, site: Site, most_bytes: int) -> None:
        self._tiler, self._catalog = site.tiler, site.catalog
        self._most = most_bytes
        self._editions: dict[tuple[str, str], TileRequest] = {}

    def answer(self, environ: dict[str, Any]) -> Plain | None:
        """Answer a tile, or leave it to Flask, errors included."""
        if environ["REQUEST_METHOD"] not in _READING:
            return None
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        try:
            path, query = environ["PATH_INFO"][_BEGIN:], environ.get("QUERY_STRING", "")
            found = self._found(path, query, known)
        except Exception as error:  # whatever it is: it is told behind, in one place
            environ[tiles.FOUND] = error
            return None
        if isinstance(found, Tile):
            body, headers = negotiation.tile_sent(found, environ.get("HTTP_ACCEPT_ENCODING", ""))
            return "200 OK", headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else body
        if found is not None:
            return "304 NOT MODIFIED", negotiation.tile_headers(found), b""
        return None

    def at_once(self, request: Request) -> Answer | bool:
        """Return a tile that is held in memory; else whether ``soon`` may have one."""
        if request.method not in _READING or request.header(b"if-none-match"):
            return False
        target = request.target[_BEGIN:].decode("latin-1")
        # An address names its tile; the name of a chosen tile has a word more than its address.
        plain = "-" not in target.rpartition("/")[2]
        found = self._tiler.remembered(target) if plain else None
        return True if found is None else _said(request, found)

    def soon(self, request: Request) -> Answer | None:
        """Return a tile that takes milliseconds; None for all else."""
        path, _, query = request.target[_BEGIN:].decode("latin-1").partition("?")
        try:
            pinned = self._asked(path, query)
            found = pinned and self._tiler.fetch(pinned, waiting=False)
        except Exception:  # a thread waits for it, or tells what is wrong
            return None
        return _said(request, found) if found else None

    def _found(self, path: str, query: str, known: str) -> Tile | str | None:
        """Return the tile, the tag of one that the client has, or None where others must speak."""
        if known and path.endswith(".mvt"):
            return None  # what is known may be packed or not
        pinned = self._asked(path, query)
        if pinned is None:
            return None
        if known:
            tags, etag = parse_etags(known), self._tiler.etag(pinned)
            if tags.star_tag:
                return None
            if tags.contains(etag):
                return etag
        return self._tiler.fetch(pinned)

    def _asked(self, path: str, query: str) -> TileRequest | None:
        edition, zoom, col, leaf = (path.rsplit("/", 3) + [""] * 3)[:4]
        known = self._editions.get((edition, query))
        if known is None:
            known = self._read(path, query)
            if known is None:
                return None
            if len(self._editions) >= EDITIONS:
                self._editions.clear()
            self._editions[edition, query] = known
        window, image = params.window(zoom, col, leaf)
        asked = dataclasses.replace(known, window=window, format=image)
        return self._tiler.pinned(asked)

    def _read(self, path: str, query: str) -> TileRequest | None:
        texts = path.split("/")
        words = dict(zip(WORDS, texts, strict=False))
        if len(texts) != len(WORDS) or len(query) > self._most or not params.is_fixed(words):
            return None
        layer = self._catalog.layer(words["layer"])
        style = self._catalog.style(layer, words["style"])
        given = MultiDict(parse_qsl(query, keep_blank_values=True)) if query else MultiDict()
        return params.tile_request(layer, style, words, given)


def _said(request: Request, tile: Tile) -> Answer:
    accepted = request.header(b"accept-encoding") if tile.packed else b""
    body, head = negotiation.tile_lines(tile, accepted.decode("latin-1"))
    return head, b"" if request.method == "HEAD" else body
