"""CPU time of vector tiles of 100,000 points and 2,000 areas beside PostGIS, in one run.

    python -m benchmarks.vector_tiles

Ours is the way of a server: a kind of layer over the store, asked for a tile, and the encoder.
PostGIS is ST_AsMVT over a column in EPSG:3857 with its index, in a private cluster that is made in
a temporary folder, reached by a socket there, and ended with it; counted are its backend and the
client, without the database's other processes. Debian has it: postgresql-15-postgis-3.

Nothing is kept of a tile. What ours prepares once for all tiles of a version is told by itself.
The tables go to docs/performance.md.
"""

import contextlib
import ctypes
import gc
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely

from benchmarks.peers import machine, ours, report
from benchmarks.peers.postgis import PostGIS
from layers.geo import HALF_WORLD_M, Bounds, Window, mercator
from layers.kinds import KINDS, Sources
from layers.kinds.collection import CollectionKind
from layers.model import Context, Feature, Features, LayerDefinition, StyleDefinition
from layers.model.features import Selection
from layers.model.kind import Question
from layers.render import mvt, mvt_prepared
from layers.store import PUBLIC, Batch, Reader, Writer

POINTS, AREAS = 100_000, 2_000
DOMAIN = Bounds(46, 37, 88, 56)
TILES = {4: 6, 5: 12, 6: 24, 7: 40, 8: 60, 9: 80}
ROUNDS = 7
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUESTION = Question(StyleDefinition("default"), buffer_px=mvt.BUFFER_PX)
SEED = 20261123
MARKS = ("normal", "normal", "normal", "raised", "alarm", "missing")


def points(generator: np.random.Generator) -> Iterator[Feature]:
    """Yield positions with a name of their own each, a value, its label and a mark."""
    lon = generator.uniform(DOMAIN.west, DOMAIN.east, POINTS).round(5).tolist()
    lat = generator.uniform(DOMAIN.south, DOMAIN.north, POINTS).round(5).tolist()
    value = generator.gamma(9, 12, POINTS).round(1).tolist()
    for i in range(POINTS):
        told = {
            "name": f"Station {i * 7919 % POINTS}",
            "value": value[i],
            "label": f"{value[i] / 1000:.2f}",
            "mark": MARKS[i % len(MARKS)],
        }
        yield Feature(str(i + 1), "points", shapely.Point(lon[i], lat[i]), told)


def areas(generator: np.random.Generator) -> Iterator[Feature]:
    """Yield star-shaped polygons of sixty corners with an intensity."""
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    for i in range(AREAS):
        radius = generator.uniform(0.2, 1.0) * generator.uniform(0.8, 1.0, 60)
        lon = generator.uniform(DOMAIN.west, DOMAIN.east)
        lat = generator.uniform(DOMAIN.south, DOMAIN.north)
        ring = np.column_stack((lon + radius * np.cos(angle), lat + radius * np.sin(angle)))
        told = {"name": f"Zone {i}", "msk": int(generator.integers(6, 10))}
        yield Feature(str(i + 1), "areas", shapely.Polygon(ring), told)


class Own:
    """A layer over a store."""

    def __init__(self, root: Path, collection: str) -> None:
        self._reader = Reader(root)
        layer = LayerDefinition(collection, "points", collection, collection=collection)
        sources = Sources(self._reader, PUBLIC, lambda: NOW)
        self.collection = collection
        kind = KINDS["points"].make(layer, sources)
        assert isinstance(kind, CollectionKind)
        self.kind = kind
        self.version = ""

    def tile(self, window: Window) -> bytes:
        """Return the bytes of a tile, from columns."""
        found = self.kind.tile(window, None, self.version, QUESTION)
        return mvt.encode(found, window, self.collection) if isinstance(found, Features) else b""


def windows(zoom: int, generator: np.random.Generator) -> list[Window]:
    """Return tiles of a zoom within the domain, drawn at random."""
    x, y = mercator(np.array([DOMAIN.west, DOMAIN.east]), np.array([DOMAIN.north, DOMAIN.south]))
    size_m = 2 * HALF_WORLD_M / (1 << zoom)
    col0, col1 = ((x + HALF_WORLD_M) // size_m).astype(int)
    row0, row1 = ((HALF_WORLD_M - y) // size_m).astype(int)
    every = [Window(zoom, c, r) for c in range(col0, col1 + 1) for r in range(row0, row1 + 1)]
    chosen = generator.permutation(len(every))[: TILES[zoom]]
    return [every[i] for i in chosen.tolist()]


def same(ours: bytes, theirs: bytes, layer: str) -> float:
    """Return how far, in units, two tiles that show the same features are apart.

    Raises SystemExit where ids, properties or places differ.
    """
    a, b = (_decoded(body, layer) for body in (ours, theirs))
    for key in {*a} ^ {*b}:
        # What the grid makes a line of, one leaves out and the other keeps.
        if (a.get(key) or b[key])[1].area > 4:
            raise SystemExit(f"{layer} {key} is in one tile only")
    apart = 0.0
    for key in {*a} & {*b}:
        if a[key][0] != b[key][0]:
            raise SystemExit(f"{layer} {key}: {a[key][0]} is not {b[key][0]}")
        apart = max(apart, _apart(a[key][1], b[key][1]), _apart(b[key][1], a[key][1]))
    if apart > (1.0 if layer == "points" else 2.0):
        raise SystemExit(f"{layer}: {apart:.2f} units apart")
    return apart


def _apart(a: shapely.Geometry, b: shapely.Geometry) -> float:
    """Return the largest distance of a vertex within the buffer to the other geometry.

    On the buffer's edge a corner of a flat angle moves far along the edge when it is rounded.
    """
    xy = shapely.get_coordinates(a)
    low, high = -mvt.EXTENT / 16, mvt.EXTENT * 17 / 16
    inner = xy[((xy > low + 2) & (xy < high - 2)).all(axis=1)]
    edge = b.boundary if b.area else b
    return float(shapely.distance(shapely.points(inner), edge).max(initial=0.0))


def _decoded(body: bytes, layer: str) -> dict[int, tuple[dict[str, Any], shapely.Geometry]]:
    if not body:
        return {}
    found = mapbox_vector_tile.decode(body)[layer]["features"]
    return {f["id"]: (f["properties"], shapely.geometry.shape(f["geometry"])) for f in found}


def timed(ours: Callable[[], object], cpu_s: Callable[[], float]) -> float:
    """Return the CPU seconds that this process, and another, take for some work."""
    begin = time.process_time() + cpu_s()
    ours()
    return time.process_time() + cpu_s() - begin


def compared(own: Own, peer: PostGIS) -> tuple[list[float], str]:
    """Return the ratios, and a table with a line for each zoom."""
    head = ("zoom", "tiles", "bytes", "ours, CPU ms", "PostGIS, CPU ms", "ratio", "units apart")
    lines: list[list[str]] = []
    generator, ratios = np.random.default_rng(SEED), []
    for zoom in TILES:
        asked = windows(zoom, generator)
        bodies = [own.tile(window) for window in asked]
        checked = [
            same(body, peer.tile(own.collection, window), own.collection)
            for body, window in zip(bodies, asked, strict=True)
        ]
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            repeats = 1 if zoom < 7 else 3

            def mine(asked: list[Window] = asked, repeats: int = repeats) -> None:
                for window in asked * repeats:
                    own.tile(window)

            def theirs(asked: list[Window] = asked, repeats: int = repeats) -> None:
                for window in asked * repeats:
                    peer.tile(own.collection, window)

            count = len(asked) * repeats / 1000
            times[0].append(timed(mine, lambda: 0.0) / count)
            times[1].append(timed(theirs, peer.cpu_s) / count)
        each = [b / a for a, b in zip(*times, strict=True)]
        ratios.append(statistics.median(each))
        size = int(statistics.mean(map(len, bodies)))
        apart = max(checked)
        lines.append(
            [
                str(zoom),
                str(len(asked)),
                f"{size:,}",
                _spread(times[0]),
                _spread(times[1]),
                _spread(each, 1),
                f"{apart:.2f}",
            ]
        )
        print(own.collection, *lines[-1], sep="  ", flush=True)
    return ratios, report.table(head, lines)


def _spread(values: list[float], digits: int = 3) -> str:
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def resident_bytes() -> int:
    """Return the memory of this process, after what is free was given back."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def prepared(own: Own) -> list[list[str]]:
    """Return lines of what is made once for each version, and its cost."""
    before = resident_bytes()
    begin = time.process_time()
    own.version = own.kind.version(None)
    read_s = time.process_time() - begin
    found = own.kind.tile(Window(0, 0, 0), None, own.version, QUESTION)
    assert isinstance(found, Selection)
    table, count = found.table, len(found.table)
    begin = time.process_time()
    made = mvt_prepared.kept(table)
    value_s = time.process_time() - begin
    costs = [
        ("from the store to columns", read_s, table.nbytes),
        ("values and ids encoded", value_s, made.nbytes),
    ]
    for zoom in TILES if table.shapes_count else ():
        begin, held = time.process_time(), made.nbytes
        made.pieces(zoom, mvt.EXTENT, mvt.BUFFER_PX * mvt.EXTENT // 256)
        costs.append((f"pieces of zoom {zoom}", time.process_time() - begin, made.nbytes - held))
    named = f"{count:,} {own.collection}"
    lines = [[named, what, f"{took_s:.2f}", f"{held / count:.0f}"] for what, took_s, held in costs]
    grown = resident_bytes() - before
    return [*lines, [named, "all that the process has grown by", "", f"{grown / count:.0f}"]]


def main() -> None:
    """Print the tables, and write them to the page of figures."""
    generator = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory(prefix="kb") as name:
        writer = Writer(Path(name) / "own", Context.ROUTINE)
        for collection, rows in (("points", points(generator)), ("areas", areas(generator))):
            batch = Batch(collection, "", "bench", None, Context.ROUTINE, NOW)
            writer.append_features(batch, rows)
        writer.close()
        owns = [Own(Path(name) / "own", collection) for collection in ("points", "areas")]
        costs = [line for own in owns for line in prepared(own)]
        folder = Path(tempfile.mkdtemp(prefix="kb"))
        folder.chmod(0o755)
        peer = PostGIS(folder)
        try:
            beside = peer.version
            for own in owns:
                peer.load(own.collection, own.kind.everything(None, own.version))
            (of_points, points_table), (of_areas, areas_table) = (
                compared(own, peer) for own in owns
            )
        finally:
            peer.close()
            shutil.rmtree(folder)
    text = "\n\n".join(
        [
            f"{machine.today()}, {machine.described()}. Ours {ours.version()} beside {beside},"
            f" extent {mvt.EXTENT}, buffer {mvt.BUFFER_PX} px of 256, both in one process and"
            f" without HTTP; medians of {ROUNDS} interleaved rounds, in brackets least and most."
            " Every tile holds the same features, values and places, as far apart as told.",
            report.table(("work", "reach", "found", "reached"), aims(of_points, of_areas)),
            f"### {POINTS:,} points",
            points_table,
            f"### {AREAS:,} areas of sixty corners",
            areas_table,
            "### What ours makes once, for each version and process",
            report.table(("features", "what", "CPU s", "bytes a feature"), costs),
        ]
    )
    print(text)
    report.write("vector_tiles", text)


def aims(of_points: list[float], of_areas: list[float]) -> list[list[str]]:
    """Return the table of aims, by the ratios of each zoom."""
    mean, least = statistics.mean(of_points), min(of_points)
    told = f"{mean:.1f} x in the mean, {least:.1f} x at least"
    areas_told = f"{statistics.mean(of_areas):.1f} x in the mean, {min(of_areas):.1f} x at least"
    return [
        report.verdict(
            "points, z4 to z9",
            "CPU of PostGIS at least 2 x ours in the mean, at no zoom less than ours",
            told,
            mean >= 2 and least >= 1,
        ),
        report.verdict(
            "areas, z4 to z9", "CPU of PostGIS at least ours", areas_told, min(of_areas) >= 1
        ),
    ]


if __name__ == "__main__":
    main()
