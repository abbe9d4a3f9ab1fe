"""A web server of one process with an application made for its tests, and sockets to ask it."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from typing import Any

import pytest

from mapserver.wire import Answer, Request, Workers, connection, listeners

THREADS = 4
PIECE = b"x" * 10_000
LARGE = bytes(5_000_000)


@dataclass
class Asked:
    """A server, and how many pieces of streams it made and how many streams it closed."""

    port: int
    process: ForkProcess
    made: Any
    closed: Any

    def plug(self) -> socket.socket:
        plug = socket.create_connection(("127.0.0.1", self.port))
        plug.settimeout(10)
        return plug

    def pid(self) -> int:
        return int(self.say(get("/pid")).rpartition(b"\n")[2])

    def say(self, *pieces: bytes, pause_s: float = 0.0) -> bytes:
        """All that comes until the server closes."""
        with self.plug() as plug:
            for piece in pieces:
                with contextlib.suppress(OSError):
                    plug.sendall(piece)
                time.sleep(pause_s)
            return heard(plug)


def heard(plug: socket.socket) -> bytes:
    found = b""
    while piece := plug.recv(1 << 16):
        found += piece
    return found


def get(path: str, *headers: str, close: bool = True) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: x", *(["Connection: close"] if close else []), *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def application(made: Any, closed: Any) -> Callable[..., Any]:
    """One address for each way to answer."""

    def one_more(counter: Any) -> None:
        with counter.get_lock():
            counter.value += 1

    def pieces(count: int, pause_s: float) -> Iterator[bytes]:
        try:
            for _ in range(count):
                one_more(made)
                yield PIECE
                time.sleep(pause_s)
        finally:
            one_more(closed)

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        path = environ["PATH_INFO"]
        plain = [("Content-Type", "text/plain")]
        if path == "/environ":
            plainly = {k: v for k, v in environ.items() if isinstance(v, str | bool)}
            body = json.dumps(plainly).encode()
        elif path == "/echo":
            body = hashlib.sha256(environ["wsgi.input"].read()).hexdigest().encode()
        elif path == "/lines":
            body = str([len(line) for line in environ["wsgi.input"]]).encode()
        elif path == "/large":
            body = LARGE
        elif path == "/slow":
            time.sleep(1.0)
            body = b"slow"
        elif path == "/fails":
            raise RuntimeError("a secret of the house")
        elif path in ("/204", "/304"):
            start(f"{path[1:]} Said", [])
            return [b"not to be seen"] if environ.get("QUERY_STRING") else []
        elif path in ("/stream", "/trickle"):
            start("200 OK", plain)
            return pieces(*((1_000, 0.0) if path == "/stream" else (200, 0.1)))
        elif path in ("/short", "/long", "/breaks"):
            start("200 OK", [*plain, ("Content-Length", "10")])
            if path == "/breaks":
                return breaking()
            return [b"1234567"] if path == "/short" else [b"1234567", b"89abcdef"]
        elif path == "/nothing":
            start("200 OK", plain)
            return []
        elif path == "/pid":
            body = str(os.getpid()).encode()
        else:
            body = b"unread"
        start("200 OK", [*plain, ("Content-Length", str(len(body)))])
        return [body]

    return answer


def breaking() -> Iterator[bytes]:
    yield b"123"
    raise RuntimeError("a secret of the house")


class Quick:
    """What the loop of the tests answers by itself."""

    def at_once(self, request: Request) -> Answer | bool:
        if request.target == b"/wrong":
            raise RuntimeError("a secret of the house")
        return once(request) if request.target == b"/once" else request.target in SOON

    def soon(self, request: Request) -> Answer | None:
        if request.target == b"/wrong-soon":
            raise RuntimeError("a secret of the house")
        if request.target == b"/not-soon":
            return None
        time.sleep(0.002)
        return once(request)

    def tick(self) -> None:
        pass


SOON = (b"/busy", b"/wrong-soon", b"/not-soon")


def once(request: Request) -> Answer:
    return b"Content-Length: 4\r\n", b"" if request.method == "HEAD" else b"once"


@contextlib.contextmanager
def answering(count: int = 1, **limits: Any) -> Iterator[Asked]:
    """Give a server with other limits of a connection, and end it."""
    from mapserver.wire import answer_until_told

    before = {name: getattr(connection, name) for name in limits}
    made, closed = (get_context("fork").Value("i", 0) for _ in range(2))

    def work(listener: socket.socket) -> None:
        answer_until_told(listener, application(made, closed), Quick(), THREADS)

    sockets = listeners("127.0.0.1", 0, 1)
    port = sockets[0].getsockname()[1]
    sockets += listeners("127.0.0.1", port, count - 1)
    for name, value in limits.items():
        setattr(connection, name, value)
    process = get_context("fork").Process(target=Workers(sockets, work).run, args=(5.0,))
    process.start()
    for name, value in before.items():
        setattr(connection, name, value)
    for listener in sockets:
        listener.close()
    try:
        yield Asked(port, process, made, closed)
    finally:
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGTERM)
        process.join(20)
        assert process.exitcode == 0


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    with answering() as server:
        yield server
