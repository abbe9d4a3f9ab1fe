"""A file at an address: fetched when it has changed, from an allowed host, up to a size."""

import http.client
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from layers.errors import BadParameterError, FeedUnreachableError, TooLargeError

MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_SCHEMES = ("http", "https")
_MAX_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class UrlFeed:
    """Where a file is fetched. ``hosts`` are the only ones ever talked to, redirects included.

    ``timeout_s`` bounds the whole answer, so that a server that drips cannot hold the keeper.
    """

    url: str
    hosts: Sequence[str]
    timeout_s: float = 20.0
    max_bytes: int = MAX_BYTES
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class UrlState:
    """What the server said of the file last fetched."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file, and what to remember of it."""

    body: bytes
    media_type: str
    state: UrlState


@dataclass(frozen=True, slots=True)
class NotModified:
    """The file is the one that was fetched before."""

    state: UrlState


def fetch(feed: UrlFeed, state: UrlState | None = None) -> Fetched | NotModified:
    """Return the file at the address of a feed, or that it has not changed.

    Raises
    ------
    BadParameterError
        For an address that is not http or https, carries a password, or is of a host not allowed.
    TooLargeError
        Beyond ``max_bytes``; reading stops there.
    FeedUnreachableError
        For everything a network can do: no answer, an error, a cut answer, a redirect elsewhere.
    """
    _check(feed.url, feed.hosts)
    known = state or UrlState()
    headers = {"User-Agent": "kyzylkum-mapserver", "Accept-Encoding": "identity"}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    request = urllib.request.Request(feed.url, headers=headers)  # noqa: S310 - checked above
    deadline = _Deadline(feed)
    try:
        with deadline, _opener(feed, deadline).open(request, timeout=feed.timeout_s) as answer:
            return _fetched(feed, answer, deadline)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.client.NOT_MODIFIED:
                return NotModified(known)
        raise FeedUnreachableError(f"{_shown(feed.url)} answered {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        deadline.check()
        reason = getattr(error, "reason", error)
        raise FeedUnreachableError(
            f"{_shown(feed.url)} cannot be fetched: {str(reason) or type(error).__name__}"
        ) from None


class _Deadline:
    """Cuts every connection of one fetch when its time is over, whatever is being waited for.

    A timeout of a socket begins anew with every byte, in the head of an answer as in its body.
    """

    def __init__(self, feed: UrlFeed) -> None:
        self._feed = feed
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._over = False
        self._timer = threading.Timer(feed.timeout_s, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        with self._lock:
            while self._held:
                self._held.pop().close()

    def check(self) -> None:
        """Raise FeedUnreachableError where the time is over: what was read may be a part."""
        if self._over:
            raise FeedUnreachableError(
                f"{_shown(self._feed.url)} was not complete within {self._feed.timeout_s:g} s"
            )

    def bounded(self, kind: type[http.client.HTTPConnection]) -> Any:
        """Return what makes connections of a kind that are cut."""

        def make(*about: Any, **options: Any) -> Any:
            connection: Any = kind(*about, **options)
            connection._create_connection = self._connected
            return connection

        return make

    def _connected(self, *about: Any) -> socket.socket:
        made = socket.create_connection(*about)
        with self._lock:
            # One of our own: TLS takes the descriptor of the other.
            self._held.append(made.dup())
        if self._over:
            self._cut()
        return made

    def _cut(self) -> None:
        self._over = True
        with self._lock:
            for each in self._held:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, deadline: _Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._deadline.bounded(http.client.HTTPConnection), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, deadline: _Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._deadline.bounded(http.client.HTTPSConnection), req)


def _fetched(feed: UrlFeed, answer: Any, deadline: _Deadline) -> Fetched:
    encoding = answer.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("", "identity"):
        raise FeedUnreachableError(
            f"{_shown(feed.url)} answered in {encoding}, which was not asked"
        )
    announced = answer.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > feed.max_bytes:
        raise _too_large(feed)
    parts, size = [], 0
    while chunk := answer.read1(_CHUNK):
        size += len(chunk)
        if size > feed.max_bytes:
            raise _too_large(feed)
        parts.append(chunk)
    deadline.check()
    if announced.isdigit() and size != int(announced):
        raise FeedUnreachableError(
            f"{_shown(feed.url)} ended after {size:,} of {int(announced):,} bytes"
        )
    return Fetched(
        b"".join(parts),
        answer.headers.get_content_type(),
        UrlState(answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")),
    )


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = _MAX_REDIRECTS

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = hosts

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        try:
            _check(newurl, self._hosts)
        except BadParameterError as error:
            fp.close()
            raise FeedUnreachableError(f"{_shown(req.full_url)} leads elsewhere: {error}") from None
        if req.type == "https" and urlsplit(newurl).scheme.lower() != "https":
            fp.close()
            raise FeedUnreachableError(f"{_shown(req.full_url)} leads away from https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(feed: UrlFeed, deadline: _Deadline) -> urllib.request.OpenerDirector:
    """Return an opener that knows http and https alone: no file, no ftp, no environment."""
    opener = urllib.request.OpenerDirector()
    proxies = dict.fromkeys(_SCHEMES, feed.proxy) if feed.proxy else {}
    for handler in (
        urllib.request.ProxyHandler(proxies),
        _Http(deadline),
        _Https(deadline),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(feed.hosts),
    ):
        opener.add_handler(handler)
    return opener


def _check(url: str, hosts: Sequence[str]) -> None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        _ = parts.port
    except ValueError:
        raise BadParameterError(f'"{url[:200]}" is no address') from None
    if parts.scheme.lower() not in _SCHEMES:
        raise BadParameterError(f'"{url[:200]}" is no address that begins with http:// or https://')
    if parts.username or parts.password:
        raise BadParameterError("an address with a password in it is not fetched")
    if host not in {name.lower() for name in hosts}:
        raise BadParameterError(
            f'the host "{host}" is not allowed; allowed are {", ".join(hosts) or "none"}'
        )


def _too_large(feed: UrlFeed) -> TooLargeError:
    return TooLargeError(f"{_shown(feed.url)} is larger than the limit of {feed.max_bytes:,} bytes")


def _shown(url: str) -> str:
    """Return an address without its query, which may hold a key."""
    return url.partition("?")[0][:200]
