"""Headers, statuses and cache rules: the last step of every answer."""

import functools
import gzip
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson
from flask import Request, Response
from werkzeug.http import dump_options_header, parse_accept_header

from layers import temporal
from layers.errors import LayersError
from layers.render import mvt
from layers.tiles import PACKED_FROM_BYTES, Tile
from mapserver import errors

IMMUTABLE = "public, max-age=31536000, immutable"
LATEST = "public, max-age=60, stale-while-revalidate=300"
SHORT = "public, max-age=10, stale-while-revalidate=60, stale-if-error=86400"
ASKED_AGAIN = "public, max-age=0, must-revalidate"
NO_STORE = "no-store"
GZIP_FROM_BYTES = PACKED_FROM_BYTES

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'; object-src 'none'"
)

ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
)
SHARED = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "ETag, Accept-Ranges, Content-Bbox, Content-Crs, Content-Disposition, Content-Location, "
        "Content-Range, Link, Retry-After, Warning, X-Data-Time, X-Data-Version",
    ),
)
"""What an answer to reading carries: every origin may read it."""
_CONDITIONS = frozenset(
    ("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "range")
)


def disposition(kind: str, filename: str) -> str:
    """Return a Content-Disposition; a name of other letters stands in it by RFC 8187."""
    if filename.isascii():
        return dump_options_header(kind, {"filename": filename})
    return f"{kind}; filename*=UTF-8''{quote(filename, safe='')}"


def body_etag(body: bytes) -> str:
    """Return a strong entity tag of the bytes."""
    return hashlib.blake2b(body, digest_size=10).hexdigest()


def answer(
    body: bytes,
    media_type: str,
    request: Request,
    *,
    cache: str,
    etag: str | None = None,
    content_location: str | None = None,
    filename: str | None = None,
    packed: bytes | None = None,
    weak: bool = False,
) -> Response:
    """Return a 200, or a 304 where the client already has these bytes; gzipped where it helps.

    ``packed`` are the bytes gzipped, where they are at hand. A ``weak`` tag is of what is said, and
    not of the bytes.
    """
    tag = etag or body_etag(body)
    response = Response(body, mimetype=media_type)
    response.set_etag(tag, weak)
    response.headers["Cache-Control"] = cache
    if content_location:
        response.headers["Content-Location"] = content_location
    if filename:
        response.headers["Content-Disposition"] = disposition("inline", filename)
    textual = (
        media_type.startswith("text/")
        or "json" in media_type
        or "xml" in media_type
        or media_type == mvt.MEDIA_TYPE
    )
    if textual:
        response.headers["Vary"] = "Accept-Encoding"
        if len(body) >= GZIP_FROM_BYTES and takes_gzip(request.headers.get("Accept-Encoding", "")):
            # A representation of its own needs a strong tag of its own.
            response.set_etag(f"{tag}-gz", weak)
            response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)
    if "Content-Encoding" in response.headers and response.status_code != 304:
        response.set_data(packed or gzip_of(body))
    return response


@functools.lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Tell of an ``Accept-Encoding`` header whether gzip may be sent."""
    return parse_accept_header(accepted)["gzip"] > 0


def gzip_of(body: bytes) -> bytes:
    """Return the bytes gzipped; the same bytes give the same."""
    return gzip.compress(body, 6, mtime=0)


def is_plain(method: str, query: str, names: Iterable[str], most_bytes: int) -> bool:
    """Tell whether a request is a GET without conditions, its query short and of ASCII letters.

    ``names`` are those of its headers, in small letters.
    """
    return (
        method == "GET"
        and query.isascii()
        and len(query) <= most_bytes
        and _CONDITIONS.isdisjoint(names)
    )


def plain_answer(
    body: bytes, media_type: str, accepted: str, cache: str
) -> tuple[bytes, list[tuple[str, str]]]:
    """Return body and headers of the 200 that ``answer`` and ``finish`` make of JSON and the like.

    What they take of it more than once, this writes once.
    """
    tag = body_etag(body)
    packs = len(body) >= GZIP_FROM_BYTES and takes_gzip(accepted)
    if packs:
        body, tag = gzip_of(body), f"{tag}-gz"
    headers = [
        ("Content-Type", media_type),
        ("Content-Length", str(len(body))),
        ("ETag", f'"{tag}"'),
        ("Cache-Control", cache),
        ("Vary", "Accept-Encoding"),
        *((("Content-Encoding", "gzip"),) if packs else ()),
        *ALWAYS,
        *SHARED,
    ]
    return body, headers


def tile_sent(tile: Tile, accepted: str) -> tuple[bytes, list[tuple[str, str]]]:
    """Return the bytes of a tile as the client takes them, and all headers."""
    packs = tile.packed is not None and takes_gzip(accepted)
    body = tile.packed if tile.packed is not None and packs else tile.body
    headers = [
        ("Content-Type", tile.media_type),
        ("Content-Length", str(len(body))),
        *tile_headers(f"{tile.etag}-gz" if packs else tile.etag),
    ]
    if packs:
        headers.append(("Content-Encoding", "gzip"))
    if tile.media_type == mvt.MEDIA_TYPE:
        headers.append(("Vary", "Accept-Encoding"))
    return body, headers


def lines(headers: Iterable[tuple[str, str]]) -> bytes:
    """Return headers as they stand on the wire."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers]).encode("latin-1")


def tile_lines(tile: Tile, accepted: str) -> tuple[bytes, bytes]:
    """Return body and headers of ``tile_sent`` as they stand on the wire."""
    if tile.packed is not None or tile.media_type == mvt.MEDIA_TYPE:
        body, headers = tile_sent(tile, accepted)
        return body, lines(headers)
    own = (tile.media_type, len(tile.body), tile.etag)
    said = 'Content-Type: %s\r\nContent-Length: %d\r\nETag: "%s"\r\n' % own  # noqa: UP031 - sooner
    return tile.body, said.encode("latin-1") + _OF_EVERY_TILE


def tile_headers(etag: str) -> list[tuple[str, str]]:
    """Return the headers of every answer with a tile of a fixed address."""
    return [
        ("ETag", f'"{etag}"'),
        ("Cache-Control", IMMUTABLE),
        *ALWAYS,
        *SHARED,
    ]


_OF_EVERY_TILE = lines(tile_headers("")[1:])


def not_modified(request: Request, etag: str, cache: str, *, varies: bool) -> Response | None:
    """Return a 304 where the client already has ``etag``, before any work is done.

    ``If-None-Match: *`` has to be looked after: whether there is anything is not known yet.
    """
    tags = request.if_none_match
    if tags.star_tag or not tags.contains(etag):
        return None
    response = Response(status=304)
    if varies:
        response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(etag)
    response.headers["Cache-Control"] = cache
    return response


def json_answer(
    document: Any,
    request: Request,
    *,
    cache: str,
    media_type: str = "application/json",
    etag: str | None = None,
) -> Response:
    """Return a JSON document."""
    return answer(json_bytes(document), media_type, request, cache=cache, etag=etag)


def json_bytes(document: Any) -> bytes:
    """Return a document as compact UTF-8 JSON; moments as their words.

    What is no number is null.
    """
    try:
        return orjson.dumps(document, option=_OPTIONS)
    except TypeError:  # half a letter, which JSON that was sent may hold
        return _ENCODER.encode(document).encode(errors="replace")


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return temporal.word(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_SERIALIZE_NUMPY
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_moment
)


def uncached(document: Any, status: int) -> Response:
    """Return a JSON document that belongs to one request alone."""
    response = Response(json_bytes(document), status, mimetype="application/json")
    response.headers["Cache-Control"] = NO_STORE
    return response


def problem_answer(status: int, detail: str, request: Request) -> Response:
    """Return a problem+json answer that no cache keeps."""
    document = errors.problem(status, detail, request.path)
    response = Response(json_bytes(document), status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = NO_STORE
    return response


def error_answer(error: LayersError, request: Request) -> Response:
    """Return the answer of the table for an error from below."""
    known = errors.answer_for(error)
    response = problem_answer(known.status, errors.text_for(error), request)
    if known.retry_after_s is not None:
        response.headers["Retry-After"] = str(known.retry_after_s)
    return response


def allow_frames(response: Response, ancestors: str) -> None:
    """Say which sites may show this answer in a frame: origins, ``*``, or ``'none'``."""
    policy = CONTENT_SECURITY_POLICY.replace(
        "frame-ancestors 'self'", f"frame-ancestors {ancestors}"
    )
    response.headers["Content-Security-Policy"] = policy


def finish(response: Response, request: Request) -> Response:
    """Add what every answer carries: CORS for reading, no sniffing, the page's policy."""
    headers, reads = response.headers, request.method in ("GET", "HEAD", "OPTIONS")
    said = {name.lower() for name, _ in headers}
    for name, value in (*ALWAYS, *SHARED) if reads else ALWAYS:
        if name.lower() not in said:  # some answers have a policy of their own
            headers.add(name, value)
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Range, Range"
        headers["Access-Control-Max-Age"] = "86400"
    return response
