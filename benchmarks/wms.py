"""CPU time of one WMS picture, from the query to the bytes, in this process and without a socket.

    python -m benchmarks.wms

One surface of ten million cells in twelve classes; boxes lie by chance, at the scales of zoom 4 to
9, so that cells are larger and smaller than pixels. No picture is asked for twice. The first
column is the median of interleaved rounds; figures of one run compare, those of two do not.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.ndimage import gaussian_filter
from werkzeug.test import EnvironBuilder

from layers.geo import HALF_WORLD_M, Bounds, CellGrid
from layers.kinds import Sources
from layers.model import Context, Surface
from layers.refresh.classing import classify
from layers.store import PUBLIC, Writer
from layers.views import projection
from mapserver import settings
from mapserver.app import create_app
from mapserver.runtime.memory import restrain
from mapserver.runtime.opening import open_site
from mapserver.services.site import Site

ROUNDS, PICTURES = 7, 12
BOUNDS = Bounds(46, 37, 88, 56)
NATIVE_ZOOM = 7
SYSTEMS = ("EPSG:3857", "EPSG:4326", "EPSG:32642")
HOUR, TIME = datetime(2026, 11, 20, 9, tzinfo=UTC), "2026-11-20T09:00:00Z"


def surface(layer_id: str) -> Surface:
    """Return a field that is smooth with noise, a fifth of it unknown."""
    rng = np.random.default_rng(7)
    grid = CellGrid.covering(BOUNDS, NATIVE_ZOOM)
    coarse = gaussian_filter(rng.normal(size=(grid.height // 8 + 1, grid.width // 8 + 1)), 12)
    smooth = coarse.repeat(8, 0).repeat(8, 1)[: grid.height, : grid.width]
    bands = np.empty((3, *grid.shape), np.float32)
    bands[0] = np.log(160) + 0.4 * smooth / smooth.std() + rng.normal(0, 0.02, grid.shape)
    bands[1] = 0.2
    bands[2] = np.where(smooth < np.quantile(coarse, 0.2), 0.99, 0.3)
    return Surface(
        layer_id, "ambient_dose_rate", HOUR, 1, Context.ROUTINE, grid, bands, "log", 0.2, "i", 1, {}
    )


def boxes(crs: str, size: int, rng: np.random.Generator) -> Iterator[str]:
    """Yield BBOX values of version 1.3.0 that lie within the surface, at many scales."""
    known = projection(crs)
    while True:
        pixel_m = 2 * HALF_WORLD_M / 256 / 2 ** rng.uniform(4, 9)
        lon, lat = rng.uniform(56, 82), rng.uniform(41, 52)
        x_m, y_m = projection("CRS:84").to_mercator(np.array([lon]), np.array([lat]))
        corners = np.array([-0.5, 0.5]) * size * pixel_m
        x, y = known.from_mercator(x_m + corners, y_m + corners)
        box = (x[0], y[0], x[1], y[1])
        if known.northing_first:
            box = (y[0], x[0], y[1], x[1])
        yield ",".join(map(repr, map(float, box)))


def ways(app: Callable[..., Iterable[bytes]]) -> dict[str, Callable[[], int]]:
    """Return what is measured: each asks for one more picture and returns its bytes."""

    def asker(crs: str, size: int, **more: str) -> Callable[[], int]:
        rng = np.random.default_rng(size)
        wanted = boxes(crs, size, rng)

        def ask() -> int:
            query = {
                "SERVICE": "WMS", "VERSION": "1.3.0", "REQUEST": "GetMap", "LAYERS": "dose-rate",
                "STYLES": "", "CRS": crs, "BBOX": next(wanted), "WIDTH": size, "HEIGHT": size,
                "FORMAT": "image/png", "TRANSPARENT": "TRUE", "TIME": TIME, **more,
            }  # fmt: skip
            environ = EnvironBuilder(path="/wms", query_string=urlencode(query)).get_environ()
            begin = time.process_time()
            said: list[str] = []
            body = b"".join(app(environ, lambda status, headers: said.append(status)))
            taken.append(time.process_time() - begin)
            if said != ["200 OK"] or not body.startswith(b"\x89PNG"):
                raise RuntimeError(body[:300])
            return len(body)

        return ask

    found = {}
    for size in (256, 1024):
        for crs in SYSTEMS:
            found[f"{size} px, {crs}"] = asker(crs, size)
        found[f"{size} px, EPSG:3857, smooth"] = asker("EPSG:3857", size, SMOOTH="1")
        found[f"{size} px, EPSG:4326, threshold"] = asker(
            "EPSG:4326", size, STYLES="exceedance", THRESHOLD="180"
        )
    return found


taken: list[float] = []


def _classes(site: Site, folder: Path) -> None:
    """Find the classes of all styles, as a keeper does after it has published."""
    writer = Writer(folder, Context.ROUTINE)
    sources = Sources(site.store, PUBLIC, lambda: HOUR)
    classify(writer, sources, [site.catalog.layers["dose-rate"]])
    writer.close()


def main() -> None:
    """Make a server over a folder of its own, and print a line for each kind of picture."""
    with tempfile.TemporaryDirectory() as folder:
        Writer(Path(folder) / "data", Context.ROUTINE).close()
        writer = Writer(Path(folder) / "data", Context.ROUTINE)
        writer.publish_surface(surface("dose-rate"), HOUR)
        writer.close()
        site = open_site(settings.read({}, data_dir=str(Path(folder) / "data"), demo=False))
        _classes(site, Path(folder) / "data")
        restrain()
        asks = ways(create_app(site))
        rounds: dict[str, list[float]] = {name: [] for name in asks}
        sizes: dict[str, list[int]] = {name: [] for name in asks}
        for ask in asks.values():
            ask()
        for _ in range(ROUNDS):
            for name, ask in asks.items():
                taken.clear()
                sizes[name] += [ask() for _ in range(PICTURES)]
                rounds[name].append(statistics.mean(taken) * 1000)
        site.store.close()
    first = statistics.median(next(iter(rounds.values())))
    for name, each in rounds.items():
        median = statistics.median(each)
        print(
            f"{name:28} {median:8.2f} ms ({min(each):.2f} to {max(each):.2f})"
            f" {median / first:7.1f} x {statistics.mean(sizes[name]):9.0f} B"
        )


if __name__ == "__main__":
    main()
