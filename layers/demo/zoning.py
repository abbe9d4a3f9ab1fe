"""Seismic zones drawn for demonstration: nested outlines, cut into bands that tile.

The outlines (``data/zone_outlines.csv``) were drawn by hand after the generally known pattern: a
quiet platform in the north and west, grade 9 and more along the Tien Shan, around Gazli and the
Kopet Dag. They are no zoning map of any state and give no intensity at any site.
"""

import csv
import json
from importlib import resources

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

FloatArray = NDArray[np.float64]

GRID_DEG = 0.01
GRADES = (6, 7, 8, 9, 10)
LABELS = {6: "6 and less", 7: "7", 8: "8", 9: "9", 10: "10 and more"}
# Peak ground acceleration in g by grade of MSK-64, as building codes of SNiP descent use it.
PGA_G: dict[int, tuple[float, float | None]] = {
    6: (0.0, 0.05),
    7: (0.05, 0.10),
    8: (0.10, 0.20),
    9: (0.20, 0.40),
    10: (0.40, None),
}
PGA_RELATION = "MSK-64 grade to PGA as in SNiP: 7 = 0.05-0.1 g, 8 = 0.1-0.2 g, 9 = 0.2-0.4 g"
NOTE = "drawn for demonstration; not an official zoning map"


def smoothed(corners: FloatArray, rounds: int = 4) -> FloatArray:
    """Return a closed curve from the corners of a polygon, both of shape (n, 2), unclosed.

    Each round cuts the corners at a quarter of every side (Chaikin 1974, An algorithm for
    high-speed curve generation); the limit is the quadratic B-spline of the corners.
    """
    for _ in range(rounds):
        following = np.roll(corners, -1, axis=0)
        cut = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], 1)
        corners = cut.reshape(-1, 2)
    return corners


def bands() -> dict[int, list[BaseGeometry]]:
    """Return the areas of each grade, largest first: together they tile the domain.

    All outlines are cut at each other on a grid of 0.01 degree and the faces between them
    collected, so that neighbours share every corner.
    """
    outlines = _outlines()
    edges = shapely.union_all([o.boundary for o in outlines.values()], grid_size=GRID_DEG)
    areas: dict[int, list[BaseGeometry]] = {grade: [] for grade in GRADES}
    for face in shapely.get_parts(shapely.polygonize(shapely.get_parts(edges))):
        inside = face.representative_point()
        if outlines[GRADES[0]].contains(inside):
            areas[max(g for g in GRADES if outlines[g].contains(inside))].append(face)
    return {grade: sorted(faces, key=lambda f: -f.area) for grade, faces in areas.items()}


def geojson() -> str:
    """Return the text of ``data/seismic_zones.geojson``: one feature per connected area."""
    lines = []
    for grade, areas in bands().items():
        for number, area in enumerate(areas, start=1):
            low, high = PGA_G[grade]
            feature = {
                "type": "Feature",
                "id": f"msk-{grade}-{number}",
                "properties": {
                    "msk": grade,
                    "label": LABELS[grade],
                    "pga_min_g": low,
                    "pga_max_g": high,
                    "pga_relation": PGA_RELATION,
                    "status": "demonstration",
                    "note": NOTE,
                },
                "geometry": json.loads(shapely.to_geojson(area.normalize())),
            }
            lines.append(json.dumps(feature, ensure_ascii=False))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _outlines() -> dict[int, BaseGeometry]:
    """Return the area inside the smoothed outlines of each grade."""
    parts: dict[int, list[BaseGeometry]] = {grade: [] for grade in GRADES}
    text = resources.files(__package__).joinpath("data", "zone_outlines.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        corners = np.array(row["outline"].split(), dtype=np.float64).reshape(-1, 2)
        parts[int(row["msk"])].append(shapely.Polygon(smoothed(corners)))
    return {grade: shapely.union_all(drawn) for grade, drawn in parts.items()}
