"""Clients who are slow on purpose, and thousands of open pages: the others notice nothing."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from mapserver.wire.connection import HEADERS_S
from tests.servers import Server, serving, wait_for

pytestmark = pytest.mark.full

TILE = "/tiles/dose-rate/mean/latest/latest/5/22/11.png"
SLOW = (
    b"",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    b"POST /api/v1/observations HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nstation",
    b"GET /files/dose-rate/latest/latest.tif HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /static/basemap/places.json HTTP/1.1\r\nHost: x\r\n\r\n",
)
HALF_OPEN = 2
"""The first of these never send whole headers."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("crowds")
    with serving(folder / "data", "--demo-days", "0", ahead=True) as running:
        yield running


@contextlib.contextmanager
def crowd(server: Server, sayings: list[bytes]) -> Iterator[list[socket.socket]]:
    port = int(server.url.rpartition(":")[2])
    with contextlib.ExitStack() as closing:
        plugs = []
        for said in sayings:
            plug = closing.enter_context(socket.socket())
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            plug.settimeout(30)
            plug.connect(("127.0.0.1", port))
            plug.sendall(said)
            plugs.append(plug)
        yield plugs


def longest(server: Server, path: str, times: int) -> float:
    """The longest of many answers, in seconds; each must come, and be what was asked for."""
    found = 0.0
    for _ in range(times):
        begin = time.perf_counter()
        assert server.get(path)[0] == 200
        found = max(found, time.perf_counter() - begin)
    return found


def is_closed(plug: socket.socket) -> bool:
    plug.setblocking(False)
    try:
        return plug.recv(65536) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_600_slow_connections_hold_nobody_up_and_the_half_open_are_closed(
    server: Server, record_property: Callable[[str, object], None]
) -> None:
    server.get(TILE)
    with crowd(server, [SLOW[i % len(SLOW)] for i in range(600)]) as plugs:
        time.sleep(1)
        told = {path: longest(server, path, 200) for path in ("/healthz", "/metrics", TILE)}
        half_open = [plug for i, plug in enumerate(plugs) if i % len(SLOW) < HALF_OPEN]
        wait_for(lambda: all(map(is_closed, half_open)), 3 * HEADERS_S)
    record_property("longest answers in s beside 600 slow connections", told)
    print(told)


def test_2000_open_pages_of_which_some_listen_hold_nobody_up(
    server: Server, record_property: Callable[[str, object], None]
) -> None:
    listening = b"GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n"
    asking = b"GET /current.json HTTP/1.1\r\nHost: x\r\n\r\n"
    with crowd(server, [listening] * 64 + [asking] * 1936) as plugs:
        time.sleep(1)
        told = {path: longest(server, path, 200) for path in ("/healthz", "/readyz", TILE)}
        statuses = [plug.recv(12) for plug in plugs]
    assert {status[-3:] for status in statuses[64:]} == {b"200"}
    listeners = [status[-3:] for status in statuses[:64]]
    assert set(listeners) == {b"200", b"503"}
    assert 16 <= listeners.count(b"200") <= 32  # two workers, and chance decides who gets whom
    record_property("longest answers in s beside 2,000 open pages", told)
    print(told)


def test_endless_headers_are_refused_and_nothing_else_is_held_for_them(server: Server) -> None:
    endless = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 70_000
    with crowd(server, [endless] * 50) as plugs:
        assert {plug.recv(12) for plug in plugs} == {b"HTTP/1.1 431"}
    assert server.get("/healthz")[0] == 200
