"""One request answered by a WSGI application, in a thread."""

import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from mapserver.wire.request import Request, environ

if TYPE_CHECKING:
    from mapserver.wire.connection import Connection

LOG = logging.getLogger("mapserver.wire")
_BODILESS = ("1", "204", "304")


class GoneError(Exception):
    """The client has gone, or takes nothing any more."""


class Exchange:
    """Runs the application and hands its answer to the connection, piece by piece.

    A piece is handed over when the one before it has left for the most part, but an answer that
    is one piece holds no thread, however slowly it is read.
    """

    def __init__(self, connection: "Connection", request: Request) -> None:
        self._connection = connection
        self._request = request
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._keep = request.keep_alive
        self._begun = self._over = False
        self._length: int | None = None
        self._chunked = False
        self._sent = 0

    def __call__(self) -> None:
        """Answer; whatever happens is told to the client, or ends the connection."""
        if self._connection.gone:
            return
        pieces: Iterable[bytes] = ()
        try:
            try:
                given = environ(self._request, *self._connection.ends)
            except ValueError:
                self._plain("400 Bad Request")
                return
            pieces = self._connection.house.application(given, self._start)
            for piece in pieces:
                if piece:
                    self._send(piece)
                if self._over:
                    break
            self._end()
        except GoneError:
            pass
        except ConnectionError:  # of a body that broke off
            self._fail("400 Bad Request")
        except Exception:  # of the application: the client is told that, the log what it was
            LOG.exception("%s %r failed", self._request.method, self._request.target)
            self._fail("500 Internal Server Error")
        finally:
            self._close(pieces)

    def _close(self, pieces: Any) -> None:
        try:
            if hasattr(pieces, "close"):
                pieces.close()
        except Exception:  # the answer is over: nobody but the log is left to be told
            LOG.exception("%s %r did not close", self._request.method, self._request.target)

    def _start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        if exc_info and self._begun:
            raise exc_info[1].with_traceback(exc_info[2])
        self._status, self._headers = status, headers
        return self._send

    @property
    def _bodiless(self) -> bool:
        return self._status.startswith(_BODILESS) or self._request.method == "HEAD"

    def _head(self) -> bytes:
        """Return the head of the answer, and find how its body is bounded."""
        told = {name.lower(): value for name, value in self._headers}
        lines = [f"HTTP/1.1 {self._status}", *(f"{n}: {v}" for n, v in self._headers)]
        if self._bodiless:
            self._length = 0
        elif "content-length" in told:
            self._length = int(told["content-length"])
        elif self._request.version == "1.1":
            self._chunked = True
            lines.append("Transfer-Encoding: chunked")
        else:
            self._keep = False
        body = self._request.body
        unread = body is not None and not body.complete
        self._keep &= not (unread or self._connection.house.ending)
        if not self._keep:
            lines.append("Connection: close")
        elif self._request.version == "1.0":
            lines.append("Connection: keep-alive")
        text = "\r\n".join(lines)
        if not text.count("\r") == text.count("\n") == len(lines) - 1:
            raise ValueError("a header of more than one line")
        head = text.encode("latin-1") + b"\r\n"
        return head + (b"" if "date" in told else self._connection.house.date) + b"\r\n"

    def _send(self, piece: bytes) -> None:
        data = b""
        if self._begun:
            self._connection.wait()
        else:
            data = self._head()
            self._begun = True
        if self._length is not None:
            piece = piece[: self._length - self._sent]
            self._sent += len(piece)
            self._over = self._sent == self._length
        if self._chunked:
            data += b"%x\r\n%b\r\n" % (len(piece), piece)
        else:
            data += piece
        self._connection.hand_over(data, last=self._over, keep=self._keep)

    def _end(self) -> None:
        if self._over:
            return
        if not self._begun:
            told = self._bodiless or any(n.lower() == "content-length" for n, _ in self._headers)
            if not told:
                self._headers = [*self._headers, ("Content-Length", "0")]
            self._send(b"")
        if self._over:
            return
        self._over = True
        # An answer that is shorter than it said is one that broke off, and must look like one.
        whole = self._length is None
        ending = b"0\r\n\r\n" if self._chunked else b""
        self._connection.hand_over(ending, last=True, keep=self._keep and whole)

    def _plain(self, status: str) -> None:
        text = status.partition(" ")[2]
        self._status = status
        self._headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))]
        self._keep = self._chunked = False
        self._send(text.encode())

    def _fail(self, status: str) -> None:
        with contextlib.suppress(GoneError):
            if not self._begun:
                self._plain(status)
            elif not self._over:
                self._connection.break_off()
