"""What only a real server can show: bodies of any length over a socket, and the bare bytes back."""

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

LIMIT_MB = 8
CHUNK = b"x" * 1_000_000
ROWS = (
    b"station_code,time_start_utc,time_end_utc,quantity,value,unit\n"
    b"A1,2026-11-01T01:00:00Z,2026-11-01T02:00:00Z,ambient_dose_rate,%d,nSv/h\n"
)


@pytest.fixture(scope="module")
def server(
    start_for_module: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
    mapserver: Callable[..., Any],
) -> Any:
    folder = tmp_path_factory.mktemp("uploads")
    register = folder / "stations.csv"
    register.write_text("code,name_en,lon,lat\nA1,Alpha,70.0,43.0\n")
    done = mapserver("ingest", str(register), "--data-dir", str(folder / "data"), "--no-demo")
    assert done.returncode == 0, done.stderr
    return start_for_module(
        folder / "data", "--no-demo", "--max-upload-mb", str(LIMIT_MB), "--workers", "1"
    )


@pytest.fixture(scope="module")
def token(server: Any) -> str:
    return str(server.command("token", "create", "own").stdout.strip())


def exchange(server: Any, head: list[str], parts: Iterable[bytes] = ()) -> tuple[int, int, bytes]:
    """Send bytes until an answer begins; return bytes sent, status and body of the answer."""
    host, port = server.url.removeprefix("http://").split(":")
    sent, received = 0, b""
    begun = threading.Event()
    with socket.create_connection((host, int(port)), timeout=60) as plug:

        def read() -> None:
            nonlocal received
            while True:
                try:
                    more = plug.recv(65536)
                except ConnectionResetError:
                    more = b""
                received += more
                begun.set()
                if not more:
                    return

        reader = threading.Thread(target=read)
        reader.start()
        try:
            plug.sendall("\r\n".join([*head, "Connection: close", "", ""]).encode())
            for part in parts:
                if begun.is_set():
                    break
                plug.sendall(part)
                sent += len(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        reader.join(timeout=60)
    top, _, body = received.partition(b"\r\n\r\n")
    return sent, int(top.split()[1]), body


def posting(token: str, *more: str) -> list[str]:
    return [
        "POST /api/v1/observations HTTP/1.1",
        "Host: localhost",
        "Content-Type: text/csv",
        f"Authorization: Bearer {token}",
        *more,
    ]


def chunked(parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        yield b"%x\r\n%b\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


def processes(server: Any) -> list[int]:
    """The server with its workers and its keeper."""
    found = [server.process.pid]
    for pid in found:
        children = Path(f"/proc/{pid}/task/{pid}/children")
        found += [int(word) for word in children.read_text().split()]
    return found


def memory_kb(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(name)))


def test_a_body_of_200_mb_is_refused_before_it_is_sent(server: Any, token: str) -> None:
    sent, status, body = exchange(server, posting(token, "Content-Length: 200000000"))
    assert (sent, status) == (0, 413)
    told = json.loads(body)
    assert "200,000,000 bytes" in told["detail"]
    assert f"{LIMIT_MB},000,000" in told["detail"]


def test_a_body_without_end_is_cut_off_and_takes_no_memory(server: Any, token: str) -> None:
    before = server.command("doctor").stdout
    pids = processes(server)
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew
    resting = {pid: memory_kb(pid, "VmRSS") for pid in pids}
    head = posting(token, "Transfer-Encoding: chunked")
    sent, status, body = exchange(server, head, chunked(CHUNK for _ in range(200)))
    assert status == 411
    assert "Content-Length" in json.loads(body)["detail"]
    assert sent < 100 * len(CHUNK)
    for pid in pids:
        assert memory_kb(pid, "VmHWM") - resting[pid] < 60_000
    assert server.command("doctor").stdout.splitlines()[-2:] == before.splitlines()[-2:]


def test_a_body_up_to_the_limit_is_taken(server: Any, token: str) -> None:
    rows = ROWS % 100
    rows += b"\n" * (LIMIT_MB * 1_000_000 - len(rows))
    _, status, body = exchange(server, posting(token, f"Content-Length: {len(rows)}"), [rows])
    assert status == 200, body
    told = json.loads(body)
    assert (told["accepted"], told["sum"]) == (1, 1)


@pytest.mark.parametrize("framed", ["length", "chunks"])
def test_a_body_that_stops_half_way_stores_nothing(server: Any, token: str, framed: str) -> None:
    rows = (ROWS % 777).replace(b"T01:", b"T05:").replace(b"T02:", b"T06:")
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as plug:
        if framed == "length":
            head, body = posting(token, f"Content-Length: {len(rows) + 40}"), rows
        else:
            # The last chunk, which says that this was all, never comes.
            head = posting(token, "Transfer-Encoding: chunked")
            body = b"%x\r\n%b\r\n" % (len(rows), rows)
        plug.sendall("\r\n".join([*head, "", ""]).encode() + body)
    # What is posted after it is answered after it.
    later = rows.replace(b"T05:", b"T07:").replace(b"T06:", b"T08:")
    _, status, _ = exchange(server, posting(token, f"Content-Length: {len(later)}"), [later])
    assert status == 200
    assert server.get("/files/stations/latest/2026-11-01T07:00:00Z.geojson")[0] == 200
    assert server.get("/files/stations/latest/2026-11-01T05:00:00Z.geojson")[0] == 404


@pytest.mark.parametrize(
    "more",
    [
        ["Content-Length: -5"],
        ["Content-Length: five"],
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: gzip, chunked"],
        ["Content-Length: 1", "Content-Length: 2"],
    ],
    ids=str,
)
def test_a_body_of_doubtful_length_is_refused(server: Any, token: str, more: list[str]) -> None:
    _, status, body = exchange(server, posting(token, *more), [b"5\r\nabcde\r\n0\r\n\r\n"])
    assert 400 <= status < 500
    assert b"Traceback" not in body


def test_an_answer_to_head_and_a_304_have_no_body(server: Any) -> None:
    for head in (
        ["HEAD /current.json HTTP/1.1"],
        ["HEAD /en HTTP/1.1"],
        ["HEAD /nothing HTTP/1.1"],
    ):
        _, status, body = exchange(server, [*head, "Host: localhost"])
        assert (status in (200, 404), body) == (True, b"")
    tag = server.get("/en")[1]["ETag"]
    # The page names its own address, and so its host.
    host = server.url.removeprefix("http://")
    _, status, body = exchange(
        server, ["GET /en HTTP/1.1", f"Host: {host}", f"If-None-Match: {tag}"]
    )
    assert (status, body) == (304, b"")


@pytest.mark.parametrize(
    "line",
    [
        "GET /../../etc/passwd HTTP/1.1",
        "GET /static/%2e%2e%2f%2e%2e%2fpyproject.toml HTTP/1.1",
        "GET /static/..%5c..%5cpyproject.toml HTTP/1.1",
        "GET /static/a%00b HTTP/1.1",
        "GET //evil.example/ HTTP/1.1",
        "GET /tiles/dose-rate/mean/latest/latest/6/44/23.png%00.html HTTP/1.1",
        f"GET /{'a' * 20_000} HTTP/1.1",
        f"GET /api/v1/point?{'a' * 20_000} HTTP/1.1",
        "BREW /en HTTP/1.1",
        "GET /en",
        "\x16\x03\x01\x02\x00",
    ],
    ids=lambda line: line[:40],
)
def test_a_hostile_line_is_refused_and_the_server_goes_on(server: Any, line: str) -> None:
    try:
        _, status, body = exchange(server, [line, "Host: localhost"])
    except IndexError:
        # The connection was closed without a word, which is an answer too.
        status, body = 400, b""
    assert 400 <= status < 500
    assert b"Traceback" not in body
    assert b"[project]" not in body
    assert b"root:" not in body
    assert server.get("/healthz")[0] == 200
