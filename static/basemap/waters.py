"""Lakes and rivers: GSHHG and WDBII, with the shores that have moved since drawn anew."""

import csv
import heapq
import json
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
import topology
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

ARAL_1960 = (58.0, 43.0, 62.1, 47.0)
NEAR = (42.0, 34.0, 92.0, 58.0)  # the two states and their surroundings
LAKE, ISLAND = 2, 3  # levels of GSHHG
LEAST_KM2, LEAST_FAR_KM2 = 5.0, 100.0
LOWEST_RANK = 3
GAP_DEG = 0.06  # ends of WDBII lines that belong together lie this close


def read(
    package: Path, own: Path, box: tuple[float, float, float, float]
) -> tuple[list[FloatArray], list[FloatArray], list[FloatArray], list[int]]:
    """Return rings of lakes, rings of the former Aral bed, rivers and their ranks 1 to 3.

    Outer rings run counter-clockwise in degrees, islands clockwise, so that signed areas add up.
    """
    area, near = shapely.box(*box), shapely.box(*NEAR)
    found = [
        (level, shapely.Polygon(points).buffer(0))
        for level, points in topology.shapes(package, "gshhs")
        if level >= LAKE and len(points) > 3 and topology.meets(points, box)
    ]
    found = [(level, shape) for level, shape in found if shape.intersects(area)]
    caspian = max((shape for level, shape in found if level == LAKE), key=shapely.area)
    in_aral = [shape for _, shape in found if shapely.box(*ARAL_1960).contains(shape)]
    aral = max(in_aral, key=shapely.area)
    today = _outlines(own / "outlines.geojson")
    # The coasts of the countries draw the Caspian; an older shape that meets a shore of today goes.
    old = shapely.union_all([caspian, aral])
    rings: list[FloatArray] = []
    for level, shape in found:
        least_km2 = LEAST_KM2 if shape.intersects(near) else LEAST_FAR_KM2
        if old.contains(shape.representative_point()) or any(t.intersects(shape) for t in today):
            continue
        if level > LAKE or _km2(shape) > least_km2:
            rings += _rings(shape, clockwise=level == ISLAND)
    for shape in today:
        rings += _rings(shape, clockwise=False)
    dry = _rings(aral.simplify(0.01), clockwise=False)
    rivers, ranks = _rivers(package, own)
    return rings, dry, rivers, ranks


def _km2(shape: shapely.Polygon) -> float:
    return float(shape.area * 111.2**2 * np.cos(np.radians(shape.centroid.y)))


def _rings(shape: shapely.Geometry, *, clockwise: bool) -> list[FloatArray]:
    polygons = shapely.get_parts(shapely.orient_polygons(shape, exterior_cw=clockwise))
    return [np.array(shapely.get_coordinates(r)) for r in shapely.get_rings(polygons)]


def _outlines(path: Path) -> list[shapely.Polygon]:
    """Return the hand-drawn outlines with corners cut twice (Chaikin), which rounds them."""
    shapes = []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        ring = np.array(feature["geometry"]["coordinates"][0])
        for _ in range(2):
            after = np.roll(ring[:-1], -1, axis=0)
            cut = np.stack(
                [0.75 * ring[:-1] + 0.25 * after, 0.25 * ring[:-1] + 0.75 * after], axis=1
            )
            ring = np.concatenate([cut.reshape(-1, 2), cut.reshape(-1, 2)[:1]])
        shapes.append(shapely.Polygon(ring))
    return shapes


def _rivers(package: Path, own: Path) -> tuple[list[FloatArray], list[int]]:
    """Return the river lines and their ranks: 1 and 2 for the named rivers of rivers.csv, else 3.

    WDBII as packed has no ranks, is cut at every whole degree and does not meet exactly there. A
    named river is the shortest way along the lines between the vertices nearest to its waypoints,
    where a line's end may be left for any vertex within ``GAP_DEG``.
    """
    lines = [
        p for _, p in topology.shapes(package, "rivers") if len(p) > 1 and topology.meets(p, NEAR)
    ]
    points = np.concatenate(lines)
    stops = np.cumsum([len(line) for line in lines])
    starts = stops - [len(line) for line in lines]
    vertices = [shapely.Point(x, y) for x, y in points.tolist()]
    tree = shapely.STRtree(vertices)
    ends = np.concatenate([starts, stops - 1])
    from_end, to = tree.query([vertices[e] for e in ends], "dwithin", distance=GAP_DEG)
    inner = np.setdiff1d(np.arange(len(points)), stops - 1)
    pairs = np.concatenate([np.stack([inner, inner + 1], 1), np.stack([ends[from_end], to], 1)])
    network: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for here, there in pairs.tolist():
        length = float(np.hypot(*(points[here] - points[there])))
        network[here].append((there, length))
        network[there].append((here, length))
    ways: dict[int, list[FloatArray]] = {1: [], 2: []}
    on_way: set[int] = set()
    with (own / "rivers.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            stops_at = [shapely.Point(*map(float, w.split())) for w in row["waypoints"].split(";")]
            near = [int(tree.nearest(stop)) for stop in stops_at]
            for start, end in pairwise(near):
                way = _way(network, start, end)
                if not way:
                    raise SystemExit(f"rivers.csv: no way along {row['name']} in WDBII")
                on_way.update(way)
                ways[int(row["rank"])].append(points[way])
    rest = [
        line
        for line, start in zip(lines, starts.tolist(), strict=True)
        if not on_way.issuperset(range(start, start + len(line)))
    ]
    return _joined({**ways, LOWEST_RANK: rest})


def _way(network: Mapping[int, list[tuple[int, float]]], start: int, end: int) -> list[int]:
    """Return the vertices of the shortest way, both ends included; none if there is no way."""
    queue = [(0.0, start, start)]
    came: dict[int, int] = {}
    while queue and end not in came:
        length, node, before = heapq.heappop(queue)
        if node not in came:
            came[node] = before
            for after, step in network[node]:
                heapq.heappush(queue, (length + step, after, node))
    way = [end] if end in came else []
    while way and way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]


def _joined(by_rank: Mapping[int, list[FloatArray]]) -> tuple[list[FloatArray], list[int]]:
    """Return the lines of each rank merged where they meet, so that strokes run through."""
    joined: list[FloatArray] = []
    ranks: list[int] = []
    for rank, lines in by_rank.items():
        whole = shapely.MultiLineString([line for line in lines if len(line) > 1])
        parts = [np.array(p.coords) for p in shapely.get_parts(shapely.line_merge(whole))]
        joined += sorted(parts, key=lambda part: tuple(part[0]))
        ranks += [rank] * len(parts)
    return joined, ranks
