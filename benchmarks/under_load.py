"""A server that stays up: clicks, a crowd on cold renders, slow connections, memory.

    python -m benchmarks under_load [--quick]

Writes its part of docs/performance.md.
"""

import argparse
import contextlib
import itertools
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers import data, environment, load, machine, ours, report
from benchmarks.peers.processes import WORKERS, Server, ask, end_with_us, running

CROWD, SLOW, POINTS = 64, 600, 500
DAYS = 7
HEALTH_S = 0.2
FILL_S = 400.0


def main() -> int:
    """Measure and write; return 1 where there is no load generator."""
    parser = argparse.ArgumentParser(description="Under load.")
    parser.add_argument("--quick", action="store_true", help="less of all, nothing written")
    quick = parser.parse_args().quick
    end_with_us()
    environment.prepare()
    if reason := load.missing():
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        text = _measured(Path(name), quick)
    print(text)
    if not quick:
        report.write("under_load", text)
    return 0


def _measured(folder: Path, quick: bool) -> str:
    data.publish(folder / "field", data.field())
    rounds, seconds = (1, 2.0) if quick else (3, 6.0)
    hours, lines = _clicks(folder, 1 if quick else DAYS, rounds)
    server = ours.field_server("ours", folder / "files", folder / "field", cached=True)
    with running(server, "/readyz"):
        lines += _crowd(server, folder, rounds, seconds)
        lines += _slow(server)
        lines.append(_memory(server))
    head = (
        f"{machine.today()}, {machine.described()}. Ours {ours.version()}, {rounds} rounds; "
        "medians, in brackets least and most. Clicks go to the demonstration folder with "
        f"{hours} hourly surfaces of each quantity, the rest to the field."
    )
    return f"{head}\n\n{report.table(('work', 'reach', 'found', 'reached'), lines)}"


def _clicks(folder: Path, days: int, rounds: int) -> tuple[int, list[list[str]]]:
    options = ("--demo-days", str(days))
    server = ours.server("demonstration", folder / "demo files", folder / "demo", *options)
    with running(server, "/readyz", FILL_S):
        hours = _filled(folder / "demo", 24 * days, FILL_S)
        # What draws the base map at the first start ends by itself: it is no part of the server.
        end = time.monotonic() + FILL_S
        while len(server.ids) > 2 + WORKERS and time.monotonic() < end:
            time.sleep(1.0)  # it draws the base map
        chance = random.Random(1)
        places = [(chance.uniform(52, 84), chance.uniform(39, 54)) for _ in range(POINTS)]
        paths = [f"/api/v1/point?lon={lon:.4f}&lat={lat:.4f}" for lon, lat in places]
        found = [load.load(server.port, paths, 1, 4, folder, 100 * i) for i in range(rounds)]
        parts_mb = server.parts_mb()
    medians = [each.p50_ms for each in found]
    p50 = statistics.median(medians)
    said = f"{_of(medians)} ms; p99 {_of([each.p99_ms for each in found])} ms"
    work = f"/api/v1/point, {hours} hourly surfaces, 1 client"
    return hours, [
        report.verdict(work, "p50 under 2 ms", said, p50 < 2),
        _memory_line("the same, keeper and two workers: memory afterwards", parts_mb),
    ]


def _filled(folder: Path, hours: int, patience_s: float) -> int:
    """Wait until so many hours have a surface and none is to be made; return how many there are.

    The older hours come when the newest is there, so that nothing waits does not mean it is over.
    """
    from layers.store import Paths, Reader
    from mapserver.runtime import channel

    end = time.monotonic() + patience_s
    reader = Reader(folder)
    try:
        while time.monotonic() < end:
            status = channel.call(Paths(folder).socket, {"op": "status"})["ok"]
            if len(reader.surfaces("dose-rate")) >= hours and not status["waiting"]:
                break
            time.sleep(1.0)  # it makes surfaces
        return len(reader.surfaces("dose-rate"))
    finally:
        reader.close()


def _crowd(server: Server, folder: Path, rounds: int, seconds: float) -> list[list[str]]:
    """Ask with 64 clients for tiles that nobody has asked for, and meanwhile for its health."""
    edition = ours.newest(server, "log", "exceedance")
    numbers = itertools.count()
    seen, found = [], []
    for _ in range(rounds):
        paths = [
            edition.tile(tile, f"?threshold={100 + next(numbers) / 1e4:g}&smooth=1")
            for tile in itertools.islice(itertools.cycle(data.tiles()), 20_000)
        ]
        with _watched(server) as waits:
            found.append(load.load(server.port, paths, CROWD, seconds, folder, 0, counted=True))
        seen.append(_rank(waits, 0.99))
    p99, failed = statistics.median(seen), sum(each.failed + each.lost for each in found)
    rate = [(each.requests - each.away) / each.seconds for each in found]
    away = [each.away / each.seconds for each in found]
    said = (
        f"health p99 {_of(seen)} s; {_of(rate)} tiles/s, {_of(away)} x 503 a second, "
        f"{failed} other failures"
    )
    work = f"{CROWD} clients on cold renders"
    held = p99 < HEALTH_S and failed == 0
    return [report.verdict(work, "health p99 under 0.2 s, no 5xx but 503", said, held)]


@contextlib.contextmanager
def _watched(server: Server) -> Iterator[list[float]]:
    """Ask for the health over new connections all the while; yields the seconds it took."""
    waits: list[float] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            waits.append(_health_s(server))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield waits
    finally:
        ended.set()
        watcher.join()


def _health_s(server: Server) -> float:
    begin = time.perf_counter()
    try:
        status, _ = ask(server.port, "/healthz", 10.0)
    except OSError:
        return float("inf")
    return time.perf_counter() - begin if status == 200 else float("inf")


def _slow(server: Server) -> list[list[str]]:
    """Hold 600 requests half open, and ask for the health meanwhile."""
    with contextlib.ExitStack() as held:
        for _ in range(SLOW):
            link = held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
            link.sendall(b"GET /healthz HTTP/1.1\r\nHost: slow\r\nX-Half: ")
        waits = []
        for _ in range(100):
            waits.append(_health_s(server))
            time.sleep(0.02)  # as often as a monitor of a crowd
    said = f"p50 {report.short(1000 * statistics.median(waits))} ms, most {max(waits):.3f} s"
    work = f"{SLOW} half-open slow connections"
    return [report.verdict(work, "health in 0.2 s", said, max(waits) < HEALTH_S)]


def _memory(server: Server) -> list[str]:
    return _memory_line("memory of keeper and two workers after that", server.parts_mb())


def _memory_line(work: str, parts_mb: list[float]) -> list[str]:
    total = sum(parts_mb)
    said = f"{total:.0f} MB ({' + '.join(f'{each:.0f}' for each in parts_mb)})"
    return report.verdict(work, "PSS less pages of files under 300 MB", said, total < 300)


def _rank(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _of(values: list[float]) -> str:
    median = statistics.median(values)
    return f"{report.short(median)} ({report.short(min(values))}–{report.short(max(values))})"


if __name__ == "__main__":
    sys.exit(main())
