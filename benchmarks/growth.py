"""What a request costs as stations, hours, zoom and layers grow: CPU time in process.

    python -m benchmarks growth [--quick]

"Nothing grows faster than its input": of every column the slope of the steepest step between two
sizes is told, on logarithmic scales; 1 is in proportion. Writes its part of docs/performance.md,
and its plot.
"""

import argparse
import itertools
import math
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers import data, machine, ours, plots, report, worlds
from benchmarks.peers.site import Application
from layers.geo import HALF_WORLD_M, TILE_PX, Window, cell_m, mercator

AXES = {
    "stations": (66, 300, 1_000, 3_000, 10_000, 50_000),
    "times": (1, 10, 100, 1_000, 10_000),
    "layers": (6, 20, 60, 200),
    "zoom": tuple(range(3, 15)),
}
FASTER = 1.15
"""Slope that counts as faster than the input; a tenth is noise."""
NOISE_MS = 0.3
"""A step of less is not looked at."""
FACES = {
    "surface tile": "/tiles/surface-0/mean/latest/latest/{tile}.png",
    "stations tile, png": "/tiles/stations/default/latest/latest/{tile}.png",
    "stations tile, mvt": "/tiles/stations/default/latest/latest/{tile}.mvt",
    "current.json": "/current.json",
    "TileJSON": "/tilejson/surface-0.json",
    "point": "/api/v1/point?lon=67&lat=46.5",
    "WMS capabilities": "/wms?SERVICE=WMS&REQUEST=GetCapabilities",
    "WMTS capabilities": "/wmts/1.0.0/WMTSCapabilities.xml",
}
Row = dict[str, tuple[float, int]]


def main() -> int:
    """Measure, write and draw."""
    parser = argparse.ArgumentParser(description="Cost as work grows.")
    parser.add_argument("--quick", action="store_true", help="few sizes, nothing written")
    quick = parser.parse_args().quick
    found: dict[str, dict[int, Row]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for axis, sizes in AXES.items():
            chosen = (*sizes[:2], sizes[-2]) if quick else sizes
            print(f"-- {axis}", flush=True)
            found[axis] = dict(_axis(axis, chosen, Path(name)))
    text = _text(found)
    print(text)
    if not quick:
        plots.growth(found, report.IMAGES / "growth.svg")
        report.write("growth", text)
    return 0


def _axis(axis: str, sizes: tuple[int, ...], folder: Path) -> Iterator[tuple[int, Row]]:
    if axis == "zoom":
        yield from _zooms(sizes, folder)
        return
    for size in sizes:
        root = folder / f"{axis}-{size}"
        worlds.fill(root, **{axis: size})
        catalog = worlds.catalogue(root / "catalog.toml", size if axis == "layers" else 1)
        app = Application(root, catalog)
        row: Row = {"start": (app.start_ms, 0)}
        for face, path in FACES.items():
            row[face] = app.cpu_ms([path.format(tile="5/22/11")])
        app.close()
        yield size, row


def _zooms(sizes: tuple[int, ...], folder: Path) -> Iterator[tuple[int, Row]]:
    """Tiles of the large field around one place, from far above its own zoom to far below."""
    data.publish(folder / "field", data.field())
    catalog = folder / "field.toml"
    catalog.write_text(data.CATALOG)
    app = Application(folder / "field", catalog)
    for zoom in sizes:
        x, y = (float(each) + HALF_WORLD_M for each in mercator(66.0, 46.0))
        size_m = TILE_PX * cell_m(zoom)
        at = Window(zoom, int(x // size_m), int((2 * HALF_WORLD_M - y) // size_m))
        path = f"/tiles/log/mean/latest/latest/{at.zoom}/{at.col}/{at.row}.png"
        row = {"surface tile": app.cpu_ms([path]), "smooth": app.cpu_ms([f"{path}?smooth=1"])}
        yield zoom, row
    app.close()


def slope(axis: str, row: dict[int, Row], face: str) -> float:
    """Return the steepest slope of time over size between two sizes that are a factor 8 apart.

    For zoom, which is no amount, the size of the world in pixels of a side is taken.
    """
    steps = [0.0]
    for small, large in itertools.combinations(sorted(row), 2):
        ratio = 2.0 ** (large - small) if axis == "zoom" else large / small
        (before, _), (after, _) = row[small][face], row[large][face]
        if ratio >= 8 and before > 0 and after - before > NOISE_MS:
            steps.append(math.log(after / before) / math.log(ratio))
    return max(steps)


def _text(found: dict[str, dict[int, Row]]) -> str:
    parts = [
        f"{machine.today()}, {machine.described()}. Ours {ours.version()}, in one process, without "
        "caches of tiles: the least of five, CPU milliseconds (and bytes). `start` is from nothing "
        "to the first `current.json`.",
        "![CPU time over size](img/growth.svg)",
    ]
    faster = []
    for axis, rows in found.items():
        faces = [face for face in next(iter(rows.values())) if _known(rows, face)]
        lines = [
            [f"{size:,}", *(_cell(*row[face]) for face in faces)] for size, row in rows.items()
        ]
        slopes = {face: slope(axis, rows, face) for face in faces}
        lines.append(["steepest slope", *(f"{slopes[face]:.2f}" for face in faces)])
        parts.append(f"### By {axis}\n\n{report.table([axis, *faces], lines)}")
        faster += [f"{face} by {axis} ({s:.2f})" for face, s in slopes.items() if s > FASTER]
    said = f"Faster than its input grows: {', '.join(faster)}." if faster else ""
    parts.insert(1, said or "Nothing grows faster than its input.")
    return "\n\n".join(parts)


def _known(rows: dict[int, Row], face: str) -> bool:
    return not any(math.isnan(row[face][0]) for row in rows.values())


def _cell(ms: float, size: int) -> str:
    return f"{report.short(ms)} ({size:,})" if size else report.short(ms)


if __name__ == "__main__":
    sys.exit(main())
