"""Bytes become requests, or the reason why they are none."""

from collections import deque
from collections.abc import Callable

import httptools

from mapserver.wire.body import Body
from mapserver.wire.request import Request

HEADERS_BYTES = 32_768
_PER_HEADER_BYTES = 4
"""A colon, a space and the end of the line."""


class Reader:
    """What one client has sent; llhttp (RFC 9112) tells where each part begins and ends.

    Parameters
    ----------
    hungry : callable
        Is called by a thread that wants more of a body.
    """

    def __init__(self, hungry: Callable[[], None]) -> None:
        self._hungry = hungry
        self._parser = httptools.HttpRequestParser(self)
        self.waiting: deque[Request] = deque()
        """Requests that nobody has taken; of the last one the body may still come."""
        self.deaf = False
        """Whether nothing more is read, for nobody could tell what is meant."""
        self.refusal = ""
        """Status of the answer to what was no request; empty where none is owed."""
        self._in_head = False
        self._heads = self._head_bytes = 0
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: Body | None = None

    @property
    def full(self) -> bool:
        """Whether more of a body came than is held without a reader."""
        return self._body is not None and self._body.full and not self.deaf

    def feed(self, data: bytes) -> None:
        """Read what came."""
        if self.deaf:
            return
        self._heads = 0
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Nothing else is spoken here: the request is answered, and what follows is not read.
            self.deaf = True
            if self.waiting:
                self.waiting[-1].keep_alive = False
        except httptools.HttpParserError:
            self.refuse("400 Bad Request")
        if self._in_head and not self._heads:
            self._head_bytes += len(data)
            if self._head_bytes > HEADERS_BYTES:
                self.refuse("431 Request Header Fields Too Large")

    def refuse(self, status: str = "") -> None:
        """Read no further, and owe this answer, if any."""
        self.deaf, self.refusal = True, self.refusal or status
        if self._body is not None:
            self._body.break_off()

    def end(self) -> None:
        """Give up what has not come."""
        self.waiting.clear()
        if self._body is not None:
            self._body.break_off()

    # What the parser tells.

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head, self._head_bytes = True, 0
        self._url, self._headers, self._body = b"", [], None

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what comes after a body is none, for the request has been handed on."""
        if self._in_head:
            self._headers.append((name.lower(), value))
            return
        self._head_bytes += len(name) + len(value) + _PER_HEADER_BYTES
        if self._head_bytes > HEADERS_BYTES:
            self.refuse("431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        """Take the request; its body may follow."""
        self._in_head, self._head_bytes = False, 0
        self._heads += 1
        version, length, hosts, expects = self._parser.get_http_version(), len(self._url), 0, False
        keeps = self._parser.should_keep_alive()
        for name, value in self._headers:
            length += len(name) + len(value) + _PER_HEADER_BYTES
            if name == b"host":
                hosts += 1
            elif name == b"expect":
                expects = version == "1.1" and value.lower() == b"100-continue"
            elif name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
                self._body = self._body or Body(self._hungry)
                # What an older client means by chunks nobody can tell for sure (RFC 9112, 6.1).
                keeps &= version == "1.1" or name == b"content-length"
        if version not in ("1.1", "1.0") or hosts > 1 or (hosts == 0 and version == "1.1"):
            self.refuse("400 Bad Request")
        elif length > HEADERS_BYTES:
            self.refuse("431 Request Header Fields Too Large")
        elif not self.deaf:
            method = self._parser.get_method().decode("latin-1")
            self.waiting.append(
                Request(method, self._url, self._headers, version, keeps, self._body, expects)
            )

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if self._body is not None and not self.deaf:
            self._body.bring(piece)

    def on_message_complete(self) -> None:
        """The request was brought whole."""
        if self._body is not None:
            self._body.end()
