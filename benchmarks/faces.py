"""What GIS clients wait for: maps of all layers at once, and capabilities of a large catalogue.

    python -m benchmarks faces [--quick]

Maps: a real server of a day of the demonstration network; WMS GetMap, 1024 x 768, every layer of
the catalogue in one picture, then each alone; boxes lie by chance within the two states at the
scales of zoom 4 to 9, none is asked for twice, one request at a time. Capabilities: 200 layers with
10,000 times each, by WMS and WMTS, the first time and again. ``python -m benchmarks ogcapi_items``
pages through 100,000 features. The load of the machine is printed: it is in these figures.
"""

import gzip
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from layers.geo import HALF_WORLD_M
from layers.model import Extent
from layers.views import projection
from mapserver.documents import wms_capabilities, wmts_capabilities
from mapserver.documents.wms_capabilities import Offered
from mapserver.services.held import Documents
from tests.conformance.test_large_catalogue import LAYERS, TIMES, said
from tests.servers import Server, showing_hours

MAPS = 60
SIZE = (1024, 768)
SYSTEMS = ("EPSG:3857", "EPSG:4326")


def boxes(crs: str, rng: np.random.Generator) -> Iterator[str]:
    """Yield BBOX values of version 1.3.0 within the two states, at many scales."""
    known = projection(crs)
    while True:
        pixel_m = 2 * HALF_WORLD_M / 256 / 2 ** rng.uniform(4, 9)
        lon, lat = rng.uniform(58, 82), rng.uniform(39, 52)
        x_m, y_m = projection("CRS:84").to_mercator(np.array([lon]), np.array([lat]))
        half = np.array([-0.5, 0.5]) * pixel_m
        x, y = known.from_mercator(x_m + half * SIZE[0], y_m + half * SIZE[1])
        box = (y[0], x[0], y[1], x[1]) if known.northing_first else (x[0], y[0], x[1], y[1])
        yield ",".join(repr(float(number)) for number in box)


def waited_ms(server: Server, layers: str, crs: str, count: int) -> list[float]:
    """Return how long each of some maps took, the first one not counted."""
    found = []
    for box, _ in zip(boxes(crs, np.random.default_rng(5)), range(count + 1), strict=False):
        words = {
            "SERVICE": "WMS", "VERSION": "1.3.0", "REQUEST": "GetMap", "LAYERS": layers,
            "STYLES": "", "CRS": crs, "BBOX": box, "WIDTH": SIZE[0], "HEIGHT": SIZE[1],
            "FORMAT": "image/png",
        }  # fmt: skip
        begin = time.perf_counter()
        status, headers, body = server.get("/wms?" + urlencode(words))
        found.append((time.perf_counter() - begin) * 1000)
        if status != 200 or headers["Content-Type"] != "image/png":
            raise SystemExit(body[:300])
    return found[1:]


def maps(server: Server, count: int) -> None:
    """Print how long maps of all layers take, and of each."""
    layers = [each["id"] for each in server.json("/current.json")["layers"]]
    for crs in SYSTEMS:
        told(f"all {len(layers)} layers, {crs}", waited_ms(server, ",".join(layers), crs, count))
    for layer in layers:
        told(layer, waited_ms(server, layer, SYSTEMS[1], max(3, count // 5)))


def told(name: str, found: list[float]) -> None:
    """Print a line of milliseconds."""
    middle, high = statistics.median(found), float(np.quantile(found, 0.95))
    print(f"{name:28} p50 {middle:7.0f} ms   p95 {high:7.0f} ms   of {len(found)}", flush=True)


def capabilities() -> None:
    """Print size and CPU time of the documents, made and held."""
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    # Every thousandth hour is missing.
    times = [begin + timedelta(hours=n) for n in range(TIMES + 10) if n % 1_000 != 999]
    newer = said(times)
    tiled = wmts_capabilities.Capabilities(
        language="en",
        catalog=newer.catalog,
        layers=newer.layers,
        base_url=newer.base_url,
        legend_size=newer.legend_size,
    )
    documents = Documents()
    ways: dict[str, Callable[[], bytes]] = {
        "WMS": lambda: wms_capabilities.document(newer),
        "WMTS": lambda: wmts_capabilities.document(tiled),
    }
    print(f"capabilities of {LAYERS} layers with {len(times):,} times")
    for name, make in ways.items():
        spent, body = [], b""
        for _ in range(3):
            # As a request finds them: the layers looked up anew, the times those that are known.
            layers = [
                Offered(each.layer, Extent(each.extent.bounds, 0, 8, tuple(each.extent.times)))
                for each in newer.layers
            ]
            start = time.process_time()
            body = documents(name, layers, make).body
            spent.append(time.process_time() - start)
        packed = len(gzip.compress(body, 6))
        print(
            f"{name:5} {len(body):10,} B, {packed:8,} B gzipped; {spent[0]:.2f} CPU s, "
            f"again {1000 * min(spent[1:]):.1f} CPU ms"
        )


def main(words: list[str]) -> None:
    """Measure and print."""
    count = 5 if "--quick" in words else MAPS
    with (
        tempfile.TemporaryDirectory() as folder,
        showing_hours(Path(folder), 2 if "--quick" in words else 24) as server,
    ):
        maps(server, count)
    capabilities()
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


if __name__ == "__main__":
    main(sys.argv[1:])
