"""Minutes of reading and writing at once: nothing fails, nothing grows without end."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from mapserver.runtime.keeper import RETIRE_EVERY
from tests.servers import Server, mapserver, serving, wait_for

pytestmark = pytest.mark.full

LASTS_S, WARM_S, LOOK_S, PART_S = 600, 600, 5, 100
WARM_ANSWERS = 24_000
"""Ten minutes after ten of warming up, looked at every five seconds. Warm is who has answered so
much: on a machine that does other work the ten minutes are more, twenty at most. In half an hour
the workers are level from the thirteenth minute on; after five they had 3 MB each before them.

What a process holds while it makes a surface comes and goes: its least in each part counts."""
SLOPE_MB_MIN = 1.0
EVERY_S = 0.7
"""Between two batches of 60 values of ten minutes each: 86 values a second, where 300 stations that
report every ten minutes send one in two seconds; and four simulated days in the ten minutes."""
STEP = timedelta(minutes=10)
BEFORE = 7 * 144
"""Batches that are there at the start: after six days a place has its usual, and with it surfaces
relative to that, which a keeper makes and holds from then on."""
READERS = 6
CACHE_MB, SURFACE_HOURS = 6, 12
STANDING = 2 * 3 * SURFACE_HOURS + RETIRE_EVERY
"""Surfaces at most: of two layers, each hour in three revisions, and what waits to be retired."""
FIRST = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=60)
PLACES = [(f"S{i}", 52 + i % 10 * 3.5, 38 + i // 10 * 2.5) for i in range(60)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("soak")
    register = folder / "stations.csv"
    register.write_text("code,lon,lat\n" + "".join(f"{c},{x},{y}\n" for c, x, y in PLACES))
    done = mapserver("ingest", str(register), "--data-dir", str(folder / "data"), "--no-demo")
    assert done.returncode == 0, done.stderr
    week = folder / "week.csv"
    week.write_bytes(
        b"\n".join([batch(0), *(batch(n).partition(b"\n")[2] for n in range(1, BEFORE))])
    )
    done = mapserver("ingest", str(week), "--data-dir", str(folder / "data"), "--no-demo")
    assert done.returncode == 0, done.stderr
    knobs = ("--no-demo", "--cache-mb", str(CACHE_MB), "--memory-cache-mb", "1",
             "--surface-hours", str(SURFACE_HOURS), "--open-hours", "6")  # fmt: skip
    with serving(folder / "data", *knobs, ahead=True) as running:
        yield running


Look = tuple[float, dict[int, float], dict[int, tuple[int, int]]]
"""A moment; of each process the memory in MB, and how many cells and other files it has open."""


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children = []
    with suppress(OSError):  # it ended while we look
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


def memory_mb(pid: int) -> float:
    """Return what a process holds beside files; a page that several share is divided among them."""
    found = re.search(r"Pss_Anon:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text())
    return int(found[1]) / 1024 if found else 0.0


def files(pid: int) -> tuple[int, int]:
    """Return how many cells a process has mapped, and how many other files it has open."""
    opened = []
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed while we look
            opened.append(str(file.readlink()))
    cells = sum("/surfaces/" in path for path in opened)
    return cells, len(opened) - cells


def weight(server: Server) -> tuple[dict[int, float], dict[int, tuple[int, int]]]:
    """Memory in MB and open files of each process of a server; of one that ends meanwhile, none."""
    memory, opened = {}, {}
    for pid in family(server.process.pid):
        with suppress(OSError):
            memory[pid], opened[pid] = memory_mb(pid), files(pid)
    return memory, opened


def lasting(looks: list[Look]) -> list[int]:
    """The processes that were there all the time; an errand (`mapserver seed`) comes and goes."""
    return sorted(set.intersection(*(set(memory) for _, memory, _ in looks)))


def least_mb(looks: list[Look]) -> np.ndarray:
    """Return the least memory of the processes that were there all the time, (parts, processes).

    What is left after the last whole part is too short to have a least one.
    """
    moments = np.array([moment for moment, _, _ in looks])
    held = np.array([[memory[pid] for pid in lasting(looks)] for _, memory, _ in looks])
    part = ((moments - moments[0]) // PART_S).astype(int)
    whole = round((moments[-1] + LOOK_S - moments[0]) // PART_S)
    return np.array([held[part == k].min(axis=0) for k in range(whole)])


def batch(n: int) -> bytes:
    begin = FIRST + STEP * n
    chance = random.Random(n)
    fixed = f"{begin:%Y-%m-%dT%H:%M:%SZ},PT10M,ambient_dose_rate"
    rows = [f"{code},{fixed},{chance.gauss(120, 15):.1f},nSv/h" for code, _, _ in PLACES]
    return "\n".join(["station_code,time,averaging,quantity,value,unit", *rows]).encode()


def question(chance: random.Random) -> str:
    zoom = chance.randint(3, 9)
    lon, lat = chance.uniform(50, 85), chance.uniform(37, 55)
    col, row = int((lon + 180) / 360 * 2**zoom), int((0.72 - lat / 172) * 2**zoom)
    return chance.choice(
        [
            f"/tiles/dose-rate/mean/latest/latest/{zoom}/{col}/{row}.png",
            f"/tiles/dose-rate/exceedance/latest/latest/{zoom}/{col}/{row}@2x.webp?threshold="
            f"{chance.randint(100, 200)}",
            f"/tiles/stations/default/latest/latest/{zoom}/{col}/{row}.mvt",
            f"/tiles/stations/default/latest/latest/{zoom}/{col}/{row}.png",
            f"/tiles/basemap/default/latest/static/{zoom}/{col}/{row}.webp",
            f"/api/v1/point?lon={lon:.3f}&lat={lat:.3f}",
            "/current.json", "/ru", "/files/stations/latest/latest.geojson", "/readyz",
            f"/tiles/dose-rate/mean/latest/latest/{zoom}/{2**zoom}/0.png", "/nothing",
        ]
    )  # fmt: skip


class Traffic:
    """Readers and a writer at work on a server."""

    def __init__(self, server: Server, token: str) -> None:
        self.statuses: Counter[int] = Counter()
        self.batches = 0
        self.stop = threading.Event()
        self._server, self._token = server, token

    def read(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self.stop.is_set():
            self.statuses[self._server.get(question(chance))[0]] += 1
            time.sleep(0.02)  # a reader looks at what came

    def write(self) -> None:
        while not self.stop.is_set():
            status, _, body = self._server.post(
                "/api/v1/observations", batch(BEFORE + self.batches),
                **{"Content-Type": "text/csv", "Authorization": f"Bearer {self._token}"},
            )  # fmt: skip
            assert status in (200, 201), body
            self.batches += 1
            self.stop.wait(EVERY_S)


def watched(server: Server, traffic: Traffic) -> list[Look]:
    """Have traffic for a while; return what the server held, again and again, once it was warm."""
    looks: list[Look] = []
    with ThreadPoolExecutor(READERS + 1) as pool:
        work = [pool.submit(traffic.read, seed) for seed in range(READERS)]
        work.append(pool.submit(traffic.write))
        try:
            traffic.stop.wait(WARM_S)
            patience = time.monotonic() + WARM_S
            while traffic.statuses.total() < WARM_ANSWERS and time.monotonic() < patience:
                traffic.stop.wait(LOOK_S)
            for _ in range(LASTS_S // LOOK_S):
                looks.append((time.monotonic(), *weight(server)))
                if traffic.stop.wait(LOOK_S):
                    break
        finally:
            traffic.stop.set()
        for each in work:
            each.result()
    return looks


def nothing_is_left_behind(server: Server, batches: int) -> None:
    """Look that the newest hour is shown, and that files of older ones were let go."""
    newest = f"{FIRST + STEP * (BEFORE + batches - 1):%Y-%m-%dT%H:00:00Z}"

    def shown() -> bool:
        layers = {each["id"]: each for each in server.json("/current.json")["layers"]}
        return bool(layers["dose-rate"]["times"][-1]["time"] == newest)

    wait_for(shown)
    surfaces = list((server.data_dir / "surfaces").rglob("*.tif"))
    assert len(surfaces) <= STANDING
    tiles = server.data_dir / "cache" / "tiles"
    cached = sum(f.stat().st_size for f in tiles.rglob("*") if f.is_file())
    assert cached < 2 * CACHE_MB * 1_000_000


def test_reading_and_writing_go_on_and_nothing_grows(
    server: Server, record_property: Callable[[str, object], None]
) -> None:
    made = server.command("token", "create", "own")
    assert made.returncode == 0, made.stderr
    traffic = Traffic(server, made.stdout.strip())
    looks = watched(server, traffic)
    statuses = traffic.statuses
    least = least_mb(looks)
    slope = 60 / PART_S * np.polyfit(np.arange(len(least)), least, 1)[0]
    stay = lasting(looks)
    assert len(stay) == 4, stay  # command, keeper, two workers
    opened = np.array([[each[pid] for pid in stay] for _, _, each in looks])
    cells, others = opened.sum(axis=1).T
    held = [round(sum(memory.values())) for _, memory, _ in (looks[0], looks[-1])]
    for name, told in (("answers", dict(statuses)), ("batches", traffic.batches),
                       ("MB a minute, each process", slope.round(2).tolist()),
                       ("least MB", least.round(1).tolist()), ("MB", held),
                       ("mapped cells", (int(cells.min()), int(cells.max()))),
                       ("other open files", (int(others.min()), int(others.max())))):  # fmt: skip
        record_property(name, told)
        print(f"{name}: {told}")

    assert set(statuses) <= {200, 204, 400, 404, 410, 503}, statuses
    assert statuses[200] > 500
    # A machine that is busy with other work refuses a few.
    assert statuses[503] < 0.01 * statuses[200]
    assert traffic.batches > 50
    assert slope.sum() < SLOPE_MB_MIN
    half = len(others) // 2
    assert others[half:].max() < others[:half].max() + 8
    assert cells[half:].max() < cells[:half].max() + RETIRE_EVERY
    # Keeper and workers map the cells of all; the workers map classes, too, of one of two layers.
    assert cells.max() <= 4 * STANDING
    nothing_is_left_behind(server, traffic.batches)
