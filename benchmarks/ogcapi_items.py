"""Rows a second and memory of OGC API Features: 100,000 features, page by page.

    python -m benchmarks.ogcapi_items

Earthquakes by chance with five properties, and as many observations of 500 stations. Pages are
asked of the application in this process, one after the other, as a client does that follows
``next``. Memory is what the process holds at most, above what it held before the first page; each
case has a process of its own, for what one has freed the next one would seem not to need.
"""

import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import shapely

from layers.model import Context, Feature, Network, Observation, Organisation, Station
from layers.store import Batch, Writer
from mapserver import settings
from mapserver.app import create_app
from mapserver.runtime.opening import open_site

COUNT, STATIONS = 100_000, 500
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILTER = "magnitude >= 4 AND CASEI(place) LIKE '%7%' AND S_INTERSECTS(geometry, BBOX(50,38,80,50))"
CASES = {
    "earthquakes, pages of 10,000": "/earthquakes/items?limit=10000",
    "earthquakes, pages of 1,000": "/earthquakes/items?limit=1000",
    "earthquakes, a filter of three": f"/earthquakes/items?limit=1000&filter={FILTER}",
    "earthquakes, EPSG:32642": "/earthquakes/items?limit=10000&crs=EPSG:32642",
    "observations, pages of 10,000": "/observations/items?limit=10000",
    "observations, pages of 1,000": "/observations/items?limit=1000",
}


def quakes() -> Iterator[Feature]:
    """Yield events by chance, each with a place of its own."""
    rng = np.random.default_rng(11)
    lon, lat = rng.uniform(46, 88, COUNT).round(4), rng.uniform(37, 56, COUNT).round(4)
    magnitude, depth = rng.exponential(1.0, COUNT).round(1) + 3, rng.uniform(1, 90, COUNT).round(1)
    for i in range(COUNT):
        yield Feature(
            f"event-{i}",
            "earthquakes",
            shapely.Point(lon[i], lat[i]),
            {"magnitude": float(magnitude[i]), "depth_km": float(depth[i]), "place": f"Place {i}"},
            time=NOW - timedelta(minutes=i),
        )


def observations() -> Iterator[Observation]:
    """Yield hourly values of all stations."""
    rng = np.random.default_rng(12)
    for hour in range(COUNT // STATIONS):
        begin = NOW - timedelta(hours=hour + 1)
        for i, value in enumerate(rng.gamma(9, 12, STATIONS).round(1).tolist()):
            end = begin + timedelta(hours=1)
            yield Observation(f"S{i:03}", "ambient_dose_rate", begin, end, value, sd=2.0)


def fill(folder: Path) -> None:
    """Make a store."""
    said = {"writer": "bench", "at": NOW - timedelta(days=30)}
    with_context = Writer(folder, Context.ROUTINE)
    with_context.put_organisations([Organisation("kz", "KZ", "KZ")], **said)
    with_context.put_networks([Network("kz", "kz", "KZ")], **said)
    places = np.random.default_rng(13).uniform((46, 37), (88, 56), (STATIONS, 2)).round(4).tolist()
    stations = [Station(f"S{i:03}", "kz", lon, lat) for i, (lon, lat) in enumerate(places)]
    with_context.put_stations(stations, **said)
    for name, rows, take in (
        ("quakes", quakes(), with_context.append_features),
        ("observations", observations(), with_context.append_observations),
    ):
        batch = Batch(name, name, "bench", None, Context.ROUTINE, NOW)
        take(batch, rows)  # type: ignore[operator]  # two functions of different rows
    with_context.close()


def held_mb() -> float:
    """Return the most that this process has held so far."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def paged(folder: Path, path: str) -> None:
    """Follow ``next`` to its end twice; print what the second time took, and memory."""
    site = open_site(settings.read({}, data_dir=str(folder), demo=False))
    client = create_app(site).test_client()
    client.get("/ogcapi/conformance")
    before = held_mb()
    told = []
    for _ in range(2):
        begin, rows, pages, size = time.process_time(), 0, 0, 0
        href: str | None = f"/ogcapi/collections{path}"
        while href is not None:
            answer = client.get(href)
            if answer.status_code != 200:
                raise SystemExit(answer.text)
            size += len(answer.data)
            pages += 1
            document = json.loads(answer.data[: answer.data.index(b'"features":')] + b'"f":0}')
            rows += document["numberReturned"]
            found = [each["href"] for each in document["links"] if each["rel"] == "next"]
            parts = urlsplit(found[0]) if found else None
            href = f"{parts.path}?{parts.query}" if parts else None
        told.append(time.process_time() - begin)
    more = held_mb() - before
    print(
        f" {rows:8,} rows {pages:4} pages {rows / told[1]:9,.0f} rows/s "
        f"(first time {rows / told[0]:9,.0f}) {size / max(rows, 1):5.0f} B a row {more:6.0f} MB",
        flush=True,
    )
    site.store.close()


def main() -> None:
    """Make a store and print a line for each case."""
    apart = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder) / "data")
        for name, path in CASES.items():
            print(f"{name:32}", end="", flush=True)
            work = apart.Process(target=paged, args=(Path(folder) / "data", path))
            work.start()
            work.join()


if __name__ == "__main__":
    main()
