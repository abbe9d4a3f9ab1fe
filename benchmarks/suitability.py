"""A tile of suitability with eight criteria and its own weights: ours, over HTTP, and a peer.

    python -m benchmarks suitability [--quick]

Bands are smooth noise, nine of them, of which one has no evidence at all and one has gaps. Every
tile is asked with other weights, so that no cache answers. The peer does the same as one would
without us: rasterio reads the window of a tiled GeoTIFF of bytes, numpy adds it up and classes it,
Pillow writes the PNG; its file has the very cells that we serve, so that it need not warp.
"""

import argparse
import http.client
import io
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import rasterio
from PIL import Image
from rasterio.transform import from_origin
from rasterio.windows import Window as Part

from benchmarks.peers.machine import described, today
from benchmarks.peers.processes import Server
from layers.geo import Bounds, CellGrid, Window, cell_m
from layers.kinds.suitability import layout_of, parts_of
from layers.model import Context, LayerDefinition
from layers.render import ramp
from layers.screening import STEPS, UNKNOWN, preset, weights_of
from layers.store import Paths, Writer
from layers.store.aligned import Aligned, grid_of
from layers.tiles import TileOptions, Tiler, TileRequest
from mapserver import settings
from mapserver.documents import assets
from mapserver.runtime.entries import definition
from mapserver.runtime.opening import open_site
from tests.servers import launch

DOMAIN, ZOOM = Bounds(60.0, 38.0, 78.0, 48.0), 7
PRESET = "np-032"
ROUNDS = 300
FLOOR_MS = 30.0
Rows = list[tuple[str, list[float], list[float]]]


def bands(layer: LayerDefinition, window: Window) -> np.ndarray:
    """Return bytes of a tile that look like distances and densities, one band without evidence."""
    layout = layout_of(layer)
    rows, cols = np.mgrid[0:256, 0:256] + 256 * np.array([window.row, window.col])[:, None, None]
    found = np.zeros((layout.count, 256, 256), np.uint8)
    for i in range(layout.count - 2):
        wave = np.sin(rows / (17.0 + 3 * i)) + np.cos(cols / (23.0 + 2 * i))
        found[i] = np.rint((wave + 2) / 4 * STEPS)
    own = layout.bands_of(preset(PRESET))
    found[own[7]] = UNKNOWN
    found[own[2]][(rows // 40 + cols // 40) % 5 == 0] = UNKNOWN
    found[-2] = (np.hypot(rows % 300 - 150, cols % 300 - 150) < 60) * 255
    return found


def written(layer: LayerDefinition, folder: Path) -> None:
    """Put the bands where a server looks for them."""
    layout = layout_of(layer)
    values = np.zeros((len(layout.evidence), 256, 256), np.float16)
    said = {"layout": layout.token, "cell_km": 0.9, "sources": {}}
    Aligned(Paths(folder)).write(
        layer.id, "b" * 10, DOMAIN, ZOOM, lambda window: (bands(layer, window), values),
        parts_of(layout), said,
    )  # fmt: skip


def geotiff(layer: LayerDefinition, path: Path) -> CellGrid:
    """Write the bands of the preset, and one of what is excluded, as a peer has them."""
    grid, layout = grid_of(DOMAIN, ZOOM), layout_of(layer)
    own = layout.bands_of(preset(PRESET))
    west, north = grid.origin_m
    with rasterio.open(
        path, "w", driver="GTiff", width=grid.width, height=grid.height, count=len(own) + 1,
        dtype="uint8", crs="EPSG:3857", transform=from_origin(west, north, *[cell_m(ZOOM)] * 2),
        tiled=True, blockxsize=256, blockysize=256, compress="deflate", interleave="pixel",
    ) as target:  # fmt: skip
        for row in range(grid.height // 256):
            for col in range(grid.width // 256):
                made = bands(layer, Window(ZOOM, grid.col // 256 + col, grid.row // 256 + row))
                place = Part(256 * col, 256 * row, 256, 256)
                target.write(np.concatenate([made[own], made[-2:-1]]), window=place)
    return grid


def questions(grid: CellGrid, seed: int = 0) -> Iterator[tuple[int, int, dict[str, float]]]:
    """Yield column and row of a tile, and weights that nobody asked before."""
    rng = np.random.default_rng(seed)
    names = [c.evidence for c in preset(PRESET).suitabilities]
    while True:
        col = grid.col // 256 + int(rng.integers(grid.width // 256))
        row = grid.row // 256 + int(rng.integers(grid.height // 256))
        weights = dict(zip(names, rng.integers(1, 100, len(names)).tolist(), strict=True))
        yield col, row, weights


def measured(
    work: Callable[[int, int, dict[str, float]], object], grid: CellGrid
) -> tuple[list[float], list[float]]:
    """Return milliseconds by the clock and of CPU of each question."""
    clock, cpu = [], []
    for col, row, weights in itertools.islice(questions(grid), ROUNDS):
        begin, used = time.perf_counter(), time.process_time()
        work(col, row, weights)
        clock.append(1000 * (time.perf_counter() - begin))
        cpu.append(1000 * (time.process_time() - used))
    return clock, cpu


def peer(layer: LayerDefinition, path: Path, grid: CellGrid) -> Callable[..., bytes]:
    """Return what makes a tile of the file, as a script would."""
    style = layer.style(PRESET)
    assert style is not None
    colours = ramp.colours(style)
    needed = [c.needed for c in preset(PRESET).suitabilities]
    dataset = rasterio.open(path)

    def tile(col: int, row: int, weights: dict[str, float]) -> bytes:
        place = Part(256 * col - grid.col, 256 * row - grid.row, 256, 256)
        cells = dataset.read(window=place)
        share = weights_of(preset(PRESET), weights)[:, None, None]
        known = cells[:-1] != UNKNOWN
        total = (known * share).sum(axis=0)
        with np.errstate(invalid="ignore"):
            score = (np.where(known, cells[:-1] / STEPS, 0) * share).sum(axis=0) / total
        shown = (1 + np.digitize(score, style.breaks)).astype(np.uint8)
        shown[(total < 0.5) | ~known[needed].all(axis=0)] = 0
        shown[cells[-1] > 0] = len(colours) - 1
        picture = Image.fromarray(shown, "P")
        picture.putpalette(colours[:, :3].tobytes())
        body = io.BytesIO()
        picture.save(body, "PNG", transparency=0)
        return body.getvalue()

    return tile


def over_http(folder: Path, grid: CellGrid) -> tuple[list[float], list[float]]:
    """Return milliseconds of each answer of one worker over one connection, and of CPU of all.

    CPU is the mean, of everything that the server is, once it rests.
    """
    server = launch(folder, "--no-demo", "--workers", "1", log=folder.parent / "log", ahead=True)
    assert server.process is not None
    whole = Server("ours", 0, [server.process])
    try:
        server.wait_ready()
        rested(whole)
        line = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
        clock, before = [], whole.cpu_s()
        for col, row, weights in itertools.islice(questions(grid, 1), ROUNDS):
            said = ",".join(f"{name}:{value}" for name, value in weights.items())
            path = f"/tiles/suitability/{PRESET}/latest/static/{ZOOM}/{col}/{row}.png"
            begin = time.perf_counter()
            line.request("GET", f"{path}?weights={said}")
            answer = line.getresponse()
            body = answer.read()
            clock.append(1000 * (time.perf_counter() - begin))
            if answer.status != 200:
                sys.exit(f"{answer.status}: {body[:300]!r}")
        return clock, [1000 * (whole.cpu_s() - before) / ROUNDS]
    finally:
        server.end()


def rested(server: Server, patience_s: float = 120.0) -> None:
    """Wait until a server has drawn what it draws by itself."""
    end = time.monotonic() + patience_s
    used = -1.0
    while time.monotonic() < end:
        now = server.cpu_s()
        if used >= 0 and now - used < 0.05:
            return
        used = now
        time.sleep(1.0)  # it draws


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Tiles of suitability.")
    parser.add_argument("--quick", action="store_true", help="without a server over HTTP")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        chosen = settings.read({}, data_dir=str(folder), demo_days=0)
        layer = next(
            each for each in definition(chosen, assets.read()).layers if each.kind == "suitability"
        )
        grid = geotiff(layer, Path(name) / "bands.tif")
        Writer(folder, Context.ROUTINE).close()
        written(layer, folder)
        rows: Rows = []
        if not options.quick:
            rows.append(("ours over HTTP", *over_http(folder, grid)))
        site = open_site(chosen)
        tiler = Tiler(site.catalog.layers, site.catalog.kinds, None, disk_bytes=0, memory_bytes=0)

        def ours(col: int, row: int, weights: dict[str, float]) -> bytes:
            shares = tuple(weights_of(preset(PRESET), weights).tolist())
            asked = TileRequest(
                layer.id,
                PRESET,
                None,
                None,
                Window(ZOOM, col, row),
                options=TileOptions(weights=shares),
            )
            return tiler.fetch(asked).body

        rows.append(("ours in process", *measured(ours, grid)))
        rows.append(
            (
                "rasterio, numpy, Pillow",
                *measured(peer(layer, Path(name) / "bands.tif", grid), grid),
            )
        )
        site.store.close()
    print(
        f"{today()}, {described()}. {ROUNDS} tiles of 256 px, eight criteria, own weights each.\n"
    )
    print("| a tile | clock p50 ms | clock p99 ms | CPU p50 ms |")
    print("| --- | --- | --- | --- |")
    for title, clock, cpu in rows:
        late = statistics.quantiles(clock, n=100)[98]
        middle = statistics.median(clock), late, statistics.median(cpu)
        print(f"| {title} | {' | '.join(f'{each:.2f}' for each in middle)} |")
    reached = max(statistics.median(clock) for title, clock, _ in rows if title.startswith("ours"))
    print(f"\nunder {FLOOR_MS:g} ms: {'yes' if reached < FLOOR_MS else '**no**'}")


if __name__ == "__main__":
    main()
