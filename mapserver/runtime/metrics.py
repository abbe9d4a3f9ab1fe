"""What is counted, by any thread of any process of a server, and how it is told to Prometheus.

Each process counts into files of its own in the folder that ``PROMETHEUS_MULTIPROC_DIR`` names;
whoever is asked adds them up. Without that folder a process tells of itself alone.
"""

import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, multiprocess
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from layers.model import BatchAnswer

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS_S = (0.001, 0.005, 0.02, 0.1, 0.5, 2.5, 10.0)
SERVICES = {
    *("api", "current.json", "favicon.ico", "files", "healthz", "layers", "metrics", "ogcapi"),
    *("readyz", "sta", "stac", "static", "tilejson", "tiles", "wms", "wmts"),
}
"""First words of addresses; all else is a page. What is asked for makes no new series."""

REQUESTS = Histogram(
    "kyzylkum_request_seconds",
    "Time until an answer began, by first word of the address and status.",
    ["service", "status"],
    buckets=BUCKETS_S,
)
TILES = Counter(
    "kyzylkum_tiles",
    "Tiles by where they came from: memory, disk, render; refused by the gate.",
    ["source"],
)
RENDERS = Histogram(
    "kyzylkum_render_seconds", "Time of a render, its encoding included.", buckets=BUCKETS_S
)
STREAMS = Gauge("kyzylkum_event_streams", "Open event streams.", multiprocess_mode="livesum")
WAITING = Gauge(
    "kyzylkum_keeper_surfaces_waiting", "Surfaces to be made.", multiprocess_mode="livesum"
)
PUBLISHED = Counter("kyzylkum_surfaces_published", "Surfaces made and published.")
FAILED = Counter("kyzylkum_surfaces_failed", "Surfaces that could not be made and wait.")
ROWS = Counter("kyzylkum_rows", "Rows of deliveries by what became of them.", ["outcome"])

_REQUESTS: dict[tuple[str, str], Histogram] = {}
_TILES = {source: TILES.labels(source) for source in ("memory", "disk", "render", "refused")}


def tile(what: str, seconds: float = 0.0, *, count: int = 1) -> None:
    """Count tiles by their source, or a render that was ``made`` with the time it took.

    Sources are ``memory``, ``disk``, ``render``, and ``refused`` by the gate in front of renders.
    """
    if what == "made":
        RENDERS.observe(seconds)
    else:
        _TILES[what].inc(count)


def delivered(answer: BatchAnswer) -> None:
    """Count the rows of a delivery, once."""
    if not answer.repeated:
        for outcome in ("accepted", "duplicate", "corrected"):
            ROWS.labels(outcome).inc(getattr(answer, outcome))
        ROWS.labels("rejected").inc(len(answer.rejected))


def answered(path: str, status: str, seconds: float) -> None:
    """Count an answer; ``status`` is three digits."""
    _of(path[1:].partition("/")[0], status).observe(seconds)


def _of(word: str, status: str) -> Histogram:
    key = (word if word in SERVICES else "page", status)
    counted = _REQUESTS.get(key)
    if counted is None:
        counted = _REQUESTS[key] = REQUESTS.labels(*key)
    return counted


class Tally:
    """Answers of one thread, all of them 200, that are told together.

    To write each into the file of its process would take half of the time of a tile at hand.
    """

    def __init__(self) -> None:
        self._counts: dict[bytes, list[float]] = {}

    def add(self, target: bytes, seconds: float) -> None:
        """Count an answer to a target."""
        word = target.split(b"/", 2)[1]
        counts = self._counts.get(word)
        if counts is None:
            counts = self._counts[word] = [0.0] * (len(BUCKETS_S) + 2)
        counts[bisect_left(BUCKETS_S, seconds)] += 1
        counts[-1] += seconds

    def tell(self) -> Mapping[bytes, int]:
        """Write what was counted; returns how many answers those were, by first word."""
        told = {}
        for word, (*answers, seconds) in self._counts.items():
            counted = _of(word.decode("latin-1"), "200")
            told[word] = int(sum(answers))
            # What `observe` does for each of them.
            counted._sum.inc(seconds)
            for bucket, count in zip(counted._buckets, answers, strict=True):
                if count:
                    bucket.inc(count)
        self._counts.clear()
        return told


StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def counted(application: Application) -> Application:
    """Return the application with all its answers counted."""

    def counting(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        begin_s = time.perf_counter()
        status = "500"

        def started(said: str, *rest: Any) -> Any:
            nonlocal status
            status = said[:3]
            return start_response(said, *rest)

        try:
            return application(environ, started)
        finally:
            answered(environ.get("PATH_INFO", ""), status, time.perf_counter() - begin_s)

    return counting


class _Now(Collector):
    """What is measured when it is asked for."""

    def __init__(self, root: Path, ages: Mapping[str, float]) -> None:
        self._root = root
        self._ages = ages

    def collect(self) -> Iterator[Metric]:
        """Yield the age of the newest hour of each layer, and the disk."""
        age = GaugeMetricFamily(
            "kyzylkum_newest_age_seconds",
            "Time since the beginning of the newest hour that is shown.",
            labels=["layer"],
        )
        for layer, seconds in self._ages.items():
            age.add_metric([layer], seconds)
        yield age
        disk = os.statvfs(self._root)
        yield GaugeMetricFamily(
            "kyzylkum_disk_free_bytes",
            "Space left for the data folder.",
            disk.f_bavail * disk.f_frsize,
        )
        store = sum(path.stat().st_size for path in self._root.glob("store.sqlite*"))
        yield GaugeMetricFamily("kyzylkum_store_bytes", "Size of the store with its log.", store)


def exposition(root: Path, ages: Mapping[str, float]) -> bytes:
    """Return all that is counted, in the text format of Prometheus.

    Parameters
    ----------
    root : Path
        The data folder.
    ages : mapping
        Seconds since the beginning of the newest hour, by layer.
    """
    registry = CollectorRegistry()
    registry.register(_Now(root, ages))
    if folder := os.environ.get(FOLDER):
        _bury(Path(folder))
        # The library has no types for this part of it.
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(REGISTRY) + generate_latest(registry)


def _bury(folder: Path) -> None:
    """Forget what only living processes may say."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = path.stem.rpartition("_")[2]
        if not Path("/proc", pid).is_dir():
            path.unlink(missing_ok=True)
