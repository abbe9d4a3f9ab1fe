"""What clients get: bounded as RFC 9112 says, and never at the expense of others."""

import contextlib
import logging
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.mapserver.wire.conftest import LARGE, PIECE, THREADS, Asked, answering, get, heard
from tests.servers import wait_for


def http_1_0(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.0", *headers, "", ""]).encode()


@pytest.mark.parametrize("path", ["/pid", "/once"])
def test_a_connection_is_kept_where_the_client_keeps_it(asked: Asked, path: str) -> None:
    with asked.plug() as plug:
        for _ in range(3):
            plug.sendall(get(path, close=False))
            assert b"Connection:" not in plug.recv(1 << 16)
        plug.sendall(get(path))
        assert b"\r\nConnection: close\r\n" in heard(plug)
    assert b"\r\nConnection: close\r\n" in asked.say(http_1_0(path))
    with asked.plug() as plug:
        plug.sendall(http_1_0(path, "Connection: keep-alive"))
        assert b"\r\nConnection: keep-alive\r\n" in plug.recv(1 << 16)
        plug.sendall(http_1_0(path))
        heard(plug)


@pytest.mark.parametrize("path", ["/pid", "/once", "/stream", "/204", "/304", "/204?x", "/304?x"])
def test_an_answer_without_a_body_has_none(asked: Asked, path: str) -> None:
    method = b"GET" if path[1:4] in ("204", "304") else b"HEAD"
    found = asked.say(get(path).replace(b"GET", method, 1))
    assert found.endswith(b"\r\n\r\n")
    assert found.count(b"\r\n\r\n") == 1
    assert b"\r\nDate: " in found


def test_a_body_of_unknown_length_comes_in_chunks_or_ends_with_the_connection(asked: Asked) -> None:
    found = asked.say(get("/stream"))
    head, _, body = found.partition(b"\r\n\r\n")
    assert b"\r\nTransfer-Encoding: chunked" in head
    chunk = b"%x\r\n%b\r\n" % (len(PIECE), PIECE)
    assert body == chunk * 1_000 + b"0\r\n\r\n"
    assert asked.say(http_1_0("/stream")).partition(b"\r\n\r\n")[2] == PIECE * 1_000
    assert b"\r\nContent-Length: 0\r\n" in asked.say(get("/nothing"))


def test_an_answer_is_never_longer_than_it_says_and_one_that_is_shorter_breaks_off(
    asked: Asked,
) -> None:
    assert asked.say(get("/long", close=False) + get("/pid")).count(b"HTTP/1.1 200 OK") == 2
    assert asked.say(get("/long")).endswith(b"123456789a")
    assert asked.say(get("/short", close=False)).endswith(b"\r\n\r\n1234567")  # and is closed


def test_an_error_of_the_application_is_told_to_the_log_alone(tmp_path: Path) -> None:
    log, writing = tmp_path / "log", logging.FileHandler(tmp_path / "log")
    logging.getLogger("mapserver.wire").addHandler(writing)
    try:
        with answering() as asked:
            found = asked.say(get("/fails"))
            assert found.startswith(b"HTTP/1.1 500 Internal Server Error")
            assert b"secret" not in found
            assert asked.say(get("/breaks", close=False)).endswith(b"\r\n\r\n123")
    finally:
        logging.getLogger("mapserver.wire").removeHandler(writing)
        writing.close()
    assert log.read_text().count("RuntimeError: a secret of the house") == 2


def test_who_does_not_read_holds_no_thread_but_for_what_comes_piece_by_piece(asked: Asked) -> None:
    plugs = [asked.plug() for _ in range(5 * THREADS)]
    for plug in plugs:
        plug.sendall(get("/large", close=False) * 3)
    begin = time.monotonic()
    assert asked.say(get("/pid")).startswith(b"HTTP/1.1 200 OK")
    assert time.monotonic() - begin < 5
    plugs[0].sendall(get("/once"))
    assert len(heard(plugs[0])) > 3 * len(LARGE)
    for plug in plugs:
        plug.close()


def test_a_stream_waits_for_its_reader_and_ends_with_it(asked: Asked) -> None:
    made, closed = asked.made.value, asked.closed.value
    with asked.plug() as plug:
        plug.sendall(get("/stream"))
        plug.recv(100)
        time.sleep(1)
        assert 0 < asked.made.value - made < 900  # the kernel holds some megabytes
        assert asked.closed.value == closed
    wait_for(lambda: asked.closed.value == closed + 1, 10)
    with asked.plug() as plug:
        plug.sendall(get("/trickle"))
        plug.recv(100)
    wait_for(lambda: asked.closed.value == closed + 2, 10)


def test_a_reader_who_stops_for_ever_is_left() -> None:
    with answering(SLOW_S=1.0) as asked, asked.plug() as plug:
        plug.sendall(get("/stream"))
        wait_for(lambda: asked.closed.value == 1, 10)


def test_a_large_answer_is_sent_whole_before_the_connection_is_left() -> None:
    upgrade = get("/large", "Upgrade: h2c", "Connection: Upgrade", close=False)
    with answering(LINGER_S=0.3) as asked, asked.plug() as plug:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
        plug.sendall(upgrade)
        time.sleep(2.5)
        assert heard(plug).partition(b"\r\n\r\n")[2] == LARGE


@pytest.mark.parametrize("path", ["/large", "/environ"])
def test_who_never_reads_does_not_stay(path: str) -> None:
    with answering(SLOW_S=1.0, HEADERS_S=1.0, CONNECTIONS=1) as asked, asked.plug() as plug:
        plug.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            for _ in range(20_000):
                plug.send(get(path, "X: " + "x" * 5_000, close=False))
        wait_for(lambda: asked.say(get("/pid")).startswith(b"HTTP/1.1 200"), 20)


def test_what_has_begun_is_ended_when_the_server_ends() -> None:
    with answering() as asked, asked.plug() as idle, asked.plug() as busy:
        idle.sendall(get("/pid", close=False))
        idle.recv(1 << 16)
        busy.sendall(get("/slow", close=False))
        time.sleep(0.3)
        assert asked.process.pid is not None
        os.kill(asked.process.pid, signal.SIGTERM)
        assert heard(idle) == b""
        with pytest.raises(ConnectionRefusedError):
            asked.plug()
        found = heard(busy)
        assert found.endswith(b"slow")
        assert b"\r\nConnection: close\r\n" in found
        asked.process.join(5)
        assert asked.process.exitcode == 0


def test_a_process_that_dies_begins_again_and_who_connects_meanwhile_waits() -> None:
    with answering(2) as asked:
        pids = {int(asked.say(get("/pid")).rpartition(b"\n")[2]) for _ in range(50)}
        assert len(pids) == 2
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        found = {int(asked.say(get("/pid")).rpartition(b"\n")[2]) for _ in range(50)}
        assert len(found) == 2
        assert not found & pids


def test_who_connects_while_nobody_has_time_waits() -> None:
    with answering() as asked, contextlib.ExitStack() as closing:
        worker = asked.pid()
        os.kill(worker, signal.SIGSTOP)
        try:
            for _ in range(1_000):
                plug = closing.enter_context(socket.socket())
                plug.settimeout(0.9)  # a connection that is not taken is tried again after 1 s
                plug.connect(("127.0.0.1", asked.port))
        finally:
            os.kill(worker, signal.SIGCONT)
