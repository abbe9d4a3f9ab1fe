"""How soon new data are on the map, and how many rows a second come in.

    python -m benchmarks freshness

A real server with its processes. The clock runs from the first byte of a POST, or from the start of
the command `mapserver ingest`, to the last byte of the first tile of a new version; the tile is
asked for again and again, and others beside it, as a crowd would. The aim is 2 s for 300 stations
and 5 s for 10,000, from the answer that accepts them. A network has a week behind it, or is in its
first day: then parameters are learnt from the hour it began in. The table goes to
docs/performance.md.
"""

import contextlib
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import machine, ours, report

REPEATS = 5
POLL_S = 0.02
PATIENCE_S = 180.0
REACH_S = {300: 2.0, 10_000: 5.0}
"""From the answer to the tile, by the number of stations."""
READERS = 4
HOURS_OF_ROWS = 24
PAST_STEPS = 14
"""Half days of the week that parameters are learnt from."""
TILE = "/tiles/dose-rate/mean/latest/latest/5/22/11.png"
HEADER = "station_code,time_start_utc,time_end_utc,quantity,value,unit\n"
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds until the data were acknowledged, and until a tile showed them."""

    answered_s: float
    shown_s: float


def environment() -> dict[str, str]:
    """The environment without settings of ours."""
    return {k: v for k, v in os.environ.items() if not k.startswith("KYZYLKUM_")}


def command(*words: str) -> str:
    """Run one command of the server; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "mapserver", *words],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


class Client:
    """One kept connection to a server."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def ask(
        self, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Return status, headers and body of one answer."""
        method = "GET" if body is None else "POST"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def json(self, path: str) -> Any:
        """Return a JSON answer."""
        return json.loads(self.ask(path)[2])

    def tile(self) -> tuple[str, bytes]:
        """Return the fixed address and the bytes of the newest tile; empty where there is none."""
        status, headers, body = self.ask(TILE)
        return (headers.get("Content-Location", ""), body) if status == 200 else ("", b"")


@contextlib.contextmanager
def serving(folder: Path, *options: str) -> Iterator[int]:
    """A server of a folder, ready; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = ["serve", "--data-dir", str(folder), "--port", str(port), *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "mapserver", *words],
        env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                if Client(port).ask("/readyz")[0] == 200:
                    break
            time.sleep(0.1)  # it starts
        quiet(folder)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def quiet(folder: Path) -> None:
    """Wait until the keeper has no surface left to make."""
    from layers.store import Paths
    from mapserver.runtime import channel

    end = time.monotonic() + PATIENCE_S
    calm = 0
    while calm < 5 and time.monotonic() < end:
        status = channel.call(Paths(folder).socket, {"op": "status"})["ok"]
        calm = calm + 1 if status["ready"] and not status["waiting"] else 0
        time.sleep(0.3)  # it makes surfaces


def rows(codes: list[str], begin: datetime, values: np.ndarray) -> bytes:
    """One hour of values in nSv/h as the CSV convention has it."""
    span = f"{begin:%Y-%m-%dT%H:%M:%SZ},{begin + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    lines = (
        f"{code},{span},ambient_dose_rate,{value:.3f},nSv/h\n"
        for code, value in zip(codes, values, strict=True)
    )
    return (HEADER + "".join(lines)).encode()


def until_shown(port: int, send: Callable[[], None]) -> Taken:
    """Send data and return how long it took until they were seen."""
    client = Client(port)
    before, picture = client.tile()
    answered: list[float] = []
    start = time.perf_counter()

    def deliver() -> None:
        send()
        answered.append(time.perf_counter() - start)

    sender = threading.Thread(target=deliver)
    sender.start()
    while True:
        address, body = client.tile()
        shown_s = time.perf_counter() - start
        if address != before and body != picture:
            break
        if shown_s > PATIENCE_S:
            raise SystemExit("the data did not come to the map")
        time.sleep(POLL_S)  # as a crowd asks
    sender.join()
    return Taken(answered[0], shown_s)


@contextlib.contextmanager
def crowd(port: int) -> Iterator[list[int]]:
    """Read tiles all the time, as pages do; yields the statuses of all answers."""
    stop, statuses = threading.Event(), []

    def read(seed: int) -> None:
        client, chance = Client(port), np.random.default_rng(seed)
        while not stop.is_set():
            zoom = int(chance.integers(4, 9))
            col, row = (int(2**zoom * share) for share in chance.uniform((0.64, 0.32), (0.73, 0.4)))
            path = f"/tiles/dose-rate/mean/latest/latest/{zoom}/{col}/{row}.png"
            statuses.append(client.ask(path)[0])
            stop.wait(POLL_S)

    readers = [threading.Thread(target=read, args=(seed,)) for seed in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        yield statuses
    finally:
        stop.set()
        for reader in readers:
            reader.join()


def told(name: str, taken: list[Taken], reach_s: float) -> list[str]:
    """Print the medians of repeated deliveries; return a line of the table of aims."""
    answered, shown = sorted(t.answered_s for t in taken), sorted(t.shown_s for t in taken)
    after = sorted(t.shown_s - t.answered_s for t in taken)
    print(
        f"{name:50s} {statistics.median(answered):9.2f} {statistics.median(shown):9.2f}"
        f"   {shown[0]:.2f}-{shown[-1]:.2f}",
        flush=True,
    )
    found = f"{_of(after)} s after the answer, which took {_of(answered)} s; {_of(shown)} s in all"
    held = statistics.median(after) < reach_s
    return report.verdict(name, f"under {reach_s:.0f} s", found, held)


def _of(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} ({times[0]:.2f}–{times[-1]:.2f})"


def deliveries(
    name: str,
    folder: Path,
    port: int,
    token: str,
    hours: Iterator[bytes],
    context: str,
    reach_s: float,
) -> list[list[str]]:
    """Measure posted batches, then ingested files; return lines of the table of aims."""
    bearer = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}

    def post(body: bytes) -> None:
        path = f"/api/v1/observations?context={context}"
        status, _, answer = Client(port).ask(path, body, **bearer)
        if status != 200 or json.loads(answer)["rejected"]:
            raise SystemExit(answer.decode()[:500])

    def ingest(body: bytes) -> None:
        file = folder.parent / "hour.csv"
        file.write_bytes(body)
        command("ingest", str(file), "--data-dir", str(folder), "--context", context)

    lines = []
    for way, send in (("posted", post), ("mapserver ingest", ingest)):
        taken = []
        with crowd(port) as statuses:
            for _ in range(REPEATS):
                body = next(hours)
                taken.append(until_shown(port, lambda send=send, body=body: send(body)))
                quiet(folder)
        lines.append(told(f"{name}, {way}", taken, reach_s))
        if set(statuses) - {200}:
            raise SystemExit(f"not every tile was answered: {sorted(set(statuses))}")
    return lines


def demonstration(root: Path) -> list[list[str]]:
    """Corrections of the newest hour of the demonstration network."""
    folder = root / "demonstration" / "data"
    with serving(folder, "--demo-days", "1") as port:
        found = Client(port).json("/files/stations/latest/latest.geojson")["features"]
        facts = [f["properties"] for f in found]
        facts = [p for p in facts if p["country"] == "KZ" and p["value"] is not None]
        codes = [p["code"] for p in facts]
        base = np.array([p["value"] for p in facts])
        begin = datetime.fromisoformat(facts[0]["begin_time"])
        token = command("token", "create", "kz-demo-organisation", "--data-dir", str(folder))
        # Each in other classes than the one before: else new values may look like the old ones.
        factors = (1.5 + k % 2 + 0.02 * k for k in range(2 * REPEATS))
        hours = (rows(codes, begin, base * factor) for factor in factors)
        name = f"demonstration, {len(codes)} of {len(found)} stations"
        return deliveries(name, folder, port, token.strip(), hours, "simulated", REACH_S[300])


def network(count: int) -> tuple[str, list[str], np.ndarray]:
    """A register of stations over both states, their codes and levels, the same in every run."""
    rng = np.random.default_rng(count)
    lon, lat = rng.uniform(47, 87, count), rng.uniform(37.5, 55, count)
    level = 110 + 25 * np.sin(lon / 2) * np.cos(lat / 1.5) + rng.normal(0, 6, count)
    codes = [f"S{i:05d}" for i in range(count)]
    lines = (f"{code},{x:.4f},{y:.4f}\n" for code, x, y in zip(codes, lon, lat, strict=True))
    return "code,lon,lat\n" + "".join(lines), codes, level


def many(root: Path, count: int, *, past: bool) -> list[list[str]]:
    """New hours of a network, and rows a second into a folder without a server.

    ``past`` gives it a week before.
    """
    register, codes, level = network(count)
    folder = root / f"network-{count}-{past}" / "data"
    folder.parent.mkdir()
    stations = folder.parent / "stations.csv"
    stations.write_text(register)
    command("ingest", str(stations), "--data-dir", str(folder), "--no-demo")
    rng = np.random.default_rng(1)
    week = folder.parent / "week.csv"
    before = (FIRST - timedelta(hours=12 * k) for k in range(PAST_STEPS if past else 0, 0, -1))
    parts = [rows(codes, each, level + rng.normal(0, 2, count)) for each in before]
    week.write_bytes(HEADER.encode() + b"".join(part.split(b"\n", 1)[1] for part in parts))

    def hours() -> Iterator[bytes]:
        for k in range(1_000):
            factor = 1.3 if k % 2 else 1.0
            yield rows(codes, FIRST + timedelta(hours=k), factor * level + rng.normal(0, 2, count))

    supply = hours()
    first = folder.parent / "first.csv"
    first.write_bytes(next(supply))
    for file in (week, first) if past else (first,):
        command("ingest", str(file), "--data-dir", str(folder), "--no-demo")
    token = command("token", "create", "own", "--data-dir", str(folder)).strip()
    with serving(folder, "--no-demo") as port:
        name = f"{count:,} stations, {'a new hour' if past else 'an hour of the first day'}"
        lines = deliveries(name, folder, port, token, supply, "routine", REACH_S[count])
    bulk = folder.parent / "bulk.csv"
    body = b"".join(next(supply).split(b"\n", 1)[1] for _ in range(HOURS_OF_ROWS))
    bulk.write_bytes(HEADER.encode() + body)
    start = time.perf_counter()
    said = command("ingest", str(bulk), "--data-dir", str(folder), "--no-demo")
    wall_s = time.perf_counter() - start
    start = time.perf_counter()
    command("ingest", str(first), "--data-dir", str(folder), "--no-demo")
    overhead_s = time.perf_counter() - start
    (accepted,) = re.findall(r"(\d+) accepted", said)
    total = int(accepted)
    own_s = wall_s - overhead_s
    found = f"{total / own_s:,.0f} rows/s without the {overhead_s:.1f} s of a command with few"
    name = f"{count:,} stations, mapserver ingest of {total:,} rows without a server"
    print(f"{name}: {wall_s:.1f} s, {found}", flush=True)
    return [*lines, [name, "", f"{wall_s:.1f} s; {found}", ""]]


def main() -> None:
    """Print medians of all networks, and write them to the page of figures."""
    print(f"{f'medians of {REPEATS}, seconds':50s} {'answered':>9s} {'on a tile':>9s}   range")
    with tempfile.TemporaryDirectory() as folder:
        lines = demonstration(Path(folder))
        for count in REACH_S:
            for past in (True, False):
                lines += many(Path(folder), count, past=past)
    head = (
        f"{machine.today()}, {machine.described()}. Ours {ours.version()}; medians of {REPEATS},"
        f" in brackets least and most, while {READERS} readers ask for tiles."
    )
    table = report.table(("new values", "reach", "on a tile", "reached"), lines)
    report.write("freshness", f"{head}\n\n{table}")


if __name__ == "__main__":
    main()
