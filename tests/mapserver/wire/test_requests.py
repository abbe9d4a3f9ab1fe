"""What clients send: read as RFC 9112 says, refused where nobody can tell what is meant."""

import contextlib
import hashlib
import json
import socket
import time
from pathlib import Path

import pytest

from tests.mapserver.wire.conftest import Asked, answering, get, heard

BODY = bytes(range(256)) * 12_000


def environ(asked: Asked, path: str, *headers: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(asked.say(get(path, *headers)).partition(b"\r\n\r\n")[2])
    return found


def test_a_request_becomes_an_environment(asked: Asked) -> None:
    found = environ(
        asked, "/%65nviron?a=%20b&c", "X-Two: 1", "X-Two: 2", "Cookie: a=1", "Cookie: b=2",
        "X_Two: false", "Content-Type: a/b",
    )  # fmt: skip
    assert found["PATH_INFO"] == "/environ"
    assert found["QUERY_STRING"] == "a=%20b&c"
    assert found["HTTP_X_TWO"] == "1, 2"
    assert found["HTTP_COOKIE"] == "a=1; b=2"
    assert found["CONTENT_TYPE"] == "a/b"
    assert (found["REMOTE_ADDR"], found["SERVER_PORT"]) == ("127.0.0.1", str(asked.port))
    assert (found["SERVER_PROTOCOL"], found["wsgi.url_scheme"]) == ("HTTP/1.1", "http")


def test_letters_of_a_path_are_its_bytes(asked: Asked) -> None:
    found = asked.say(get("http://other/environ#x"))
    assert b'"PATH_INFO": "/environ"' in found


@pytest.mark.parametrize("pause_s", [0.0, 0.02])
def test_answers_come_in_the_order_of_their_requests(asked: Asked, pause_s: float) -> None:
    paths = ("/slow", "/once", "/pid", "/once", "/nowhere")
    said = [get(path, close=path == "/nowhere") for path in paths]
    found = asked.say(*(said if pause_s else [b"".join(said)]), pause_s=pause_s)
    bodies = [each.partition(b"\r\n\r\n")[2] for each in found.split(b"HTTP/1.1 200 OK")[1:]]
    assert [len(body) for body in bodies][1::2] == [4, 4]
    assert (bodies[0], bodies[1], bodies[3], bodies[4]) == (b"slow", b"once", b"once", b"unread")


def test_many_requests_sent_ahead_are_all_answered(asked: Asked) -> None:
    said = get("/pid", close=False) * 300 + get("/pid")
    assert asked.say(said).count(b"HTTP/1.1 200 OK") == 301


@pytest.mark.parametrize("how", ["length", "chunked", "expects", "slowly"])
def test_a_body_arrives_whole(asked: Asked, how: str) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    length = b"Content-Length: %d\r\n" % len(BODY)
    with asked.plug() as plug:
        if how == "chunked":
            parts = (BODY[i : i + 7_777] for i in range(0, len(BODY), 7_777))
            chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
            plug.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
        elif how == "expects":
            plug.sendall(head + length + b"Expect: 100-continue\r\n\r\n")
            assert plug.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            plug.sendall(BODY)
        else:
            plug.sendall(head + length + b"\r\n")
            for i in range(0, len(BODY), 1 << 20 if how == "slowly" else len(BODY)):
                plug.sendall(BODY[i : i + (1 << 20 if how == "slowly" else len(BODY))])
        assert heard(plug).endswith(hashlib.sha256(BODY).hexdigest().encode())


def test_lines_of_a_body_are_read_one_by_one(asked: Asked) -> None:
    head = b"POST /lines HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 7\r\n\r\n"
    assert asked.say(head + b"a\nbcd\ne").endswith(b"[2, 4, 1]")


def test_a_body_that_breaks_off_ends(asked: Asked) -> None:
    with asked.plug() as plug:
        plug.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 70\r\n\r\nabc")
        plug.shutdown(socket.SHUT_WR)
        plug.settimeout(10)
        assert plug.recv(10) == b""  # nobody is left to hear of it
    assert asked.say(get("/pid")).startswith(b"HTTP/1.1 200 OK")


def test_who_sends_in_vain_hears_why(asked: Asked) -> None:
    head = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n"
    found = asked.say(head, *[BODY] * 5)
    assert found.startswith(b"HTTP/1.1 200 OK")
    assert found.endswith(b"unread")
    assert b"\r\nConnection: close\r\n" in found


def test_after_a_large_body_the_next_request_is_read_whole(asked: Asked) -> None:
    body = bytes(100_000)
    with asked.plug() as plug:
        plug.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + body)
        assert plug.recv(1 << 16).endswith(hashlib.sha256(body).hexdigest().encode())
        for piece in (get("/pid")[:20], get("/pid")[20:]):
            plug.sendall(piece)
            time.sleep(0.1)
        assert heard(plug).startswith(b"HTTP/1.1 200 OK")


def test_what_comes_after_a_body_is_no_header(asked: Asked) -> None:
    head = get("/environ", "X-Forwarded-For: 9.9.9.9", "Transfer-Encoding: chunked")
    found = asked.say(head, b"1\r\na\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n", pause_s=0.1)
    assert b'"HTTP_X_FORWARDED_FOR": "9.9.9.9"' in found
    endless = b"1\r\na\r\n0\r\n" + b"A: b\r\n" * 9_000
    assert asked.say(get("/echo", "Transfer-Encoding: chunked") + endless)[9:12] in (b"400", b"431")


@pytest.mark.parametrize("broken", [b"3\r\nabc\r\nxyz\r\n", b"3\r\nabcd\r\n", b"-1\r\n"])
def test_a_body_that_cannot_be_read_is_none(asked: Asked, broken: bytes) -> None:
    begin = time.monotonic()
    found = asked.say(get("/echo", "Transfer-Encoding: chunked", close=False), broken, pause_s=0.1)
    assert found.startswith(b"HTTP/1.1 400")
    assert found.count(b"HTTP/1.1 ") == 1
    assert time.monotonic() - begin < 8


def test_only_who_may_wait_is_told_to_continue(asked: Asked) -> None:
    old = b"POST /echo HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
    found = asked.say(old, b"a", pause_s=0.1)
    assert found.startswith(b"HTTP/1.1 200 OK")
    chunked = b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
    assert b"\r\nConnection: close\r\n" in asked.say(chunked + b"0\r\n\r\n")


def test_one_client_takes_turns_with_others(asked: Asked) -> None:
    with asked.plug() as plug:
        plug.sendall(get("/busy", close=False) * 1_000)
        time.sleep(0.05)
        begin = time.monotonic()
        assert asked.say(get("/once")).endswith(b"once")
        assert time.monotonic() - begin < 1
        plug.sendall(get("/once"))
        assert heard(plug).count(b"HTTP/1.1 200 OK") == 1_001


def test_what_is_sent_ahead_waits_as_the_bytes_that_it_is() -> None:
    with answering() as asked, contextlib.ExitStack() as closing:
        status = Path(f"/proc/{asked.pid()}/status")

        def resident_mb() -> float:
            return int(status.read_text().partition("VmRSS:")[2].split()[0]) / 1000

        before = resident_mb()
        for _ in range(20):
            plug = closing.enter_context(asked.plug())
            plug.sendall(get("/stream", close=False) + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 9_000)
        time.sleep(1)
        assert resident_mb() - before < 40


@pytest.mark.parametrize("path", ["/wrong", "/wrong-soon", "/not-soon"])
def test_what_the_loop_cannot_answer_a_thread_does(asked: Asked, path: str) -> None:
    assert asked.say(get(path)).endswith(b"unread")
    assert asked.say(get(path, close=False) + get("/busy")).endswith(b"once")


def test_what_is_at_hand_does_not_wait_for_what_takes_a_while(asked: Asked) -> None:
    with contextlib.ExitStack() as closing:
        for _ in range(60):
            plug = closing.enter_context(asked.plug())
            plug.sendall(get("/busy", close=False) * 50)
        waits = []
        for _ in range(20):
            begin = time.monotonic()
            assert asked.say(get("/once")).endswith(b"once")
            waits.append(time.monotonic() - begin)
        assert sorted(waits)[10] < 0.1  # a round of all of them takes 0.12 s


REFUSED = {
    b"BAD\r\n\r\n": b"400",
    b"GET /pid HTTP/1.1\r\n\r\n": b"400",
    b"GET /pid HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n": b"400",
    get("/pid", "Transfer-Encoding: chunked", "Content-Length: 3"): b"400",
    b"GET /pid HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n": b"400",
    b"GET /pid HTTP/1.1\r\nHost: a\r\nA B: 3\r\n\r\n": b"400",
    b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n": b"400",
    b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n": b"400",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": b"400",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03": b"400",
    b"GET /pid HTTP/0.9\r\nHost: a\r\n\r\n": b"400",
    b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n": b"431",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 9_000 + b"\r\n": b"431",
    b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"a" * 400_000: b"431",
}


@pytest.mark.parametrize("said", REFUSED, ids=lambda said: said[:30])
@pytest.mark.parametrize(
    "ahead", [b"", get("/once", close=False), get("/busy", close=False), get("/pid", close=False)]
)
def test_what_is_no_request_is_refused_after_what_was_one(
    asked: Asked, said: bytes, ahead: bytes
) -> None:
    found = asked.say(ahead + said)
    assert found.count(b"HTTP/1.1 200 OK") == bool(ahead)
    last = found[found.rindex(b"HTTP/1.1 ") :]
    assert last[9:12] == REFUSED[said]
    assert b"\r\nConnection: close\r\n" in last
    assert asked.say(get("/once")).endswith(b"once")


def test_another_protocol_is_not_spoken(asked: Asked) -> None:
    upgrade = get("/once", "Upgrade: h2c", "Connection: Upgrade", close=False)
    found = asked.say(upgrade + b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert found.count(b"HTTP/1.1 ") == 1
    assert found.endswith(b"once")


def test_who_says_nothing_is_closed_and_who_says_half_as_well() -> None:
    with answering(HEADERS_S=0.5) as asked:
        for said in (b"", b"GET / HTTP/1.1\r\nX: ", get("/pid", close=False)):
            with asked.plug() as plug:
                plug.sendall(said)
                assert heard(plug).count(b"HTTP") == (said[-4:] == b"\r\n\r\n")


def test_there_are_no_more_connections_than_may_be() -> None:
    with answering(CONNECTIONS=3) as asked:
        plugs = [asked.plug() for _ in range(3)]
        for plug in plugs:
            plug.sendall(get("/pid", close=False))
            assert plug.recv(12) == b"HTTP/1.1 200"
        assert asked.say().startswith(b"HTTP/1.1 503 Service Unavailable")
        for plug in plugs:
            plug.close()
        assert asked.say(get("/pid")).startswith(b"HTTP/1.1 200 OK")
