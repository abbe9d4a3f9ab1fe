"""What clients who are slow, many, or waiting take from the others.

    python -m benchmarks load

A real server with its processes; 240 health checks with a connection each, and four clients that
ask for drawn tiles, beside: nobody; 600 connections that are slow on purpose; 2,000 open pages,
of which as many as may listen to the event stream and the others ask once a minute; 64 clients who
ask for tiles that nobody has drawn. The rounds are interleaved; tiles are compared as ratios to the
quiet rounds of the same run.
"""

import contextlib
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.freshness import Client, serving

ROUNDS = 3
HEALTH_ASKS = 240
TILES_S = 2.5
TILE_CLIENTS = 4
SLOW = 600
PAGES = 2_000
STORMING = 64
STORM = "storm"
POLLS_S = PAGES / 60
AIM_S = 0.2
Crowd = Callable[[int], contextlib.AbstractContextManager[str]]


def connect(port: int, said: bytes = b"", receive_bytes: int = 0) -> socket.socket:
    """Open a connection that has said something; ``receive_bytes`` bounds what it takes."""
    plug = socket.socket()
    if receive_bytes:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    plug.settimeout(30)
    plug.connect(("127.0.0.1", port))
    plug.sendall(said)
    return plug


def asking(path: str, more: str = "\r\n") -> bytes:
    """A request as it goes over the wire; without its end when ``more`` has none."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}".encode()


@contextlib.contextmanager
def nobody(port: int) -> Iterator[str]:
    """The server to itself."""
    yield "nobody else"


@contextlib.contextmanager
def slow(port: int) -> Iterator[str]:
    """Silent ones, headers by half, bodies that never come, answers that nobody reads."""
    newest = Client(port).json("/current.json")["layers"]
    surface = next(each["times"][-1] for each in newest if each["id"] == "dose-rate")
    large = f"/files/dose-rate/{surface['data']}/{surface['time']}.tif"
    posted = "POST /api/v1/observations HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nstat"
    kinds = [
        (b"", 0),
        (asking("/healthz", "X-Slow: "), 0),
        (posted.encode(), 0),
        (asking(large), 2048),
        (asking("/static/basemap/places.json"), 2048),
        (asking("/current.json"), 2048),
    ]
    plugs = [connect(port, *kinds[i % len(kinds)]) for i in range(SLOW)]
    time.sleep(1)  # until the workers have taken them all in
    yield f"{SLOW} slow connections"
    for plug in plugs:
        plug.close()


@contextlib.contextmanager
def pages(port: int) -> Iterator[str]:
    """Open pages: all have asked once; some listen, the others ask again in turn."""
    plugs = [connect(port, asking("/api/v1/events")) for _ in range(64)]
    plugs += [connect(port, asking("/current.json")) for _ in range(PAGES - len(plugs))]
    end = threading.Event()

    def poll() -> None:
        i = 64
        while not end.wait(1 / POLLS_S):
            plugs[i].close()
            plugs[i] = connect(port, asking("/current.json"))
            i = 64 + (i - 63) % (PAGES - 64)

    polling = threading.Thread(target=poll)
    polling.start()
    time.sleep(1)  # until the workers have taken them all in
    listening = sum(b" 200 " in plug.recv(64) for plug in plugs[:64])
    yield f"{PAGES} open pages, {listening} of them listening"
    end.set()
    polling.join()
    for plug in plugs:
        plug.close()


@contextlib.contextmanager
def renders(port: int) -> Iterator[str]:
    """Clients in a process of their own who ask for new tiles as fast as they are answered."""
    words = [sys.executable, "-m", "benchmarks.load", STORM, str(port)]
    storm = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    time.sleep(1)  # until the workers have taken them all in
    yield f"{STORMING} clients on cold renders"
    print(f"  answers to cold renders: {storm.communicate()[0].strip()}", flush=True)


def storm(port: int) -> None:
    """Ask until standard input closes, each time for another threshold; print the statuses."""
    end = threading.Event()
    statuses: Counter[int] = Counter()
    path = Client(port).tile()[0].replace("/mean/", "/exceedance/").partition("?")[0]
    layers = {each["id"]: each["times"] for each in Client(port).json("/current.json")["layers"]}
    versions = layers["dose-rate"][-1]["versions"]
    path = path.replace(versions["mean"], versions["exceedance"])

    def ask(number: int) -> None:
        client, chance = Client(port), random.Random(number)
        while not end.is_set():
            status, _, _ = client.ask(f"{path}?threshold={chance.uniform(50, 250)}")
            statuses[status] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(STORMING)]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    end.set()
    for thread in threads:
        thread.join()
    print(dict(statuses))


def health(port: int) -> list[float]:
    """Seconds of each of many checks."""
    taken = []
    for _ in range(HEALTH_ASKS):
        begin = time.perf_counter()
        with connect(port, asking("/healthz", "Connection: close\r\n\r\n")) as plug:
            answer = plug.recv(4096)
        taken.append(time.perf_counter() - begin)
        if b" 200 " not in answer:
            raise SystemExit(f"health answered {answer[:80]!r}")
        time.sleep(0.005)  # a check now and then, not a load of its own
    return taken


def tiles(port: int, address: str) -> list[float]:
    """Seconds of each answer with a tile that is drawn already."""
    taken: list[float] = []
    end = time.perf_counter() + TILES_S

    def ask() -> None:
        client = Client(port)
        while time.perf_counter() < end:
            begin = time.perf_counter()
            status, _, body = client.ask(address)
            taken.append(time.perf_counter() - begin)
            assert status == 200
            assert body

    threads = [threading.Thread(target=ask) for _ in range(TILE_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def main() -> None:
    """Print a line for each crowd."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    crowds: tuple[Crowd, ...] = (nobody, slow, pages, renders)
    names: dict[Crowd, str] = {}
    checks: dict[Crowd, list[float]] = {crowd: [] for crowd in crowds}
    answers: dict[Crowd, list[list[float]]] = {crowd: [] for crowd in crowds}
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data", "--demo-days", "0", *sys.argv[1:]) as port,
    ):
        address = Client(port).tile()[0]
        for _ in range(ROUNDS):
            for crowd in crowds:
                with crowd(port) as name:
                    names[crowd] = name
                    checks[crowd] += health(port)
                    answers[crowd].append(tiles(port, address))
                time.sleep(1)  # until the workers have taken them all in
    quiet_ms = statistics.median(statistics.median(each) for each in answers[nobody]) * 1000
    print(
        f"{os.cpu_count()} cores; {ROUNDS} rounds of {HEALTH_ASKS} checks and {TILES_S} s of tiles"
    )
    for crowd in crowds:
        found = sorted(checks[crowd])
        p99 = found[int(len(found) * 0.99)]
        tile_ms = [statistics.median(each) * 1000 for each in answers[crowd]]
        print(
            f"{names[crowd]:44} health p50 {statistics.median(found) * 1000:6.1f} ms, "
            f"p99 {p99 * 1000:6.1f} ms "
            f"({'under' if p99 < AIM_S else 'OVER'} {AIM_S} s), "
            f"longest {found[-1] * 1000:6.1f} ms; tile p50 "
            f"{statistics.median(tile_ms):5.2f} ms ({min(tile_ms):.2f} to {max(tile_ms):.2f}), "
            f"{statistics.median(tile_ms) / quiet_ms:4.2f} of quiet"
        )


if __name__ == "__main__":
    storm(int(sys.argv[2])) if sys.argv[1:2] == [STORM] else main()
