"""Reading what the base map is made from: TopoJSON countries, GSHHG and WDBII shapes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Pieces that Natural Earth draws as countries of their own, and the country each belongs to here.
# Baikonur is Kazakhstan's territory on lease; without this a hole with a border appears in it.
MERGED = {"Baikonur": "Kazakhstan"}


@dataclass(frozen=True, slots=True)
class Country:
    """A name and its rings; a ring lists arc numbers, ``~n`` for arc n reversed."""

    name: str
    rings: tuple[tuple[int, ...], ...]


def countries(path: Path) -> tuple[list[FloatArray], list[Country]]:
    """Return the arcs, degrees of shape (n, 2), and the countries of a quantised TopoJSON file.

    Russia's ring runs along the 180th meridian, on either side of it: each arc is made continuous
    and put on the side where most of it lies.
    """
    topology: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    scale, shift = (np.array(topology["transform"][word]) for word in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]
    for arc in arcs:
        arc[:, 0] = np.unwrap(arc[:, 0], period=360)
        arc[:, 0] -= 360 * np.rint(arc[:, 0].mean() / 360)
    rings: dict[str, list[tuple[int, ...]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        name = geometry["properties"]["name"]
        rings.setdefault(MERGED.get(name, name), []).extend(
            tuple(ring) for polygon in polygons for ring in polygon
        )
    for name in set(MERGED.values()):
        rings[name] = _dissolved(rings[name], arcs)
    return arcs, [Country(name, tuple(parts)) for name, parts in rings.items()]


def _dissolved(rings: list[tuple[int, ...]], arcs: list[FloatArray]) -> list[tuple[int, ...]]:
    """Return the rings without the arcs that two of them share, joined anew end to end."""
    used = {arc for ring in rings for arc in ring}
    inner = {arc for arc in used if ~arc in used}
    kept = [ring for ring in rings if not inner & set(ring)]
    loose = [arc for ring in rings if inner & set(ring) for arc in ring if arc not in inner]
    while loose:
        ring = [loose.pop()]
        start, at = _ends(arcs, ring[0])
        while at != start:
            ring.append(loose.pop(next(i for i, a in enumerate(loose) if _ends(arcs, a)[0] == at)))
            at = _ends(arcs, ring[-1])[1]
        kept.append(tuple(ring))
    return kept


def _ends(arcs: list[FloatArray], arc: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    points = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
    return tuple(points[0].tolist()), tuple(points[-1].tolist())


def meets(points: FloatArray, box: tuple[float, float, float, float]) -> bool:
    """Tell whether the bounds of the points share an area with west, south, east, north."""
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    return bool(west < box[2] and east > box[0] and south < box[3] and north > box[1])


def shapes(folder: Path, name: str) -> Iterator[tuple[int, FloatArray]]:
    """Yield (level, degrees of shape (n, 2)) for each shape of ``gshhs`` or ``rivers``.

    Level 2 is a lake, 3 an island in a lake, 4 a pond on such an island; rivers have no level. The
    meta file gives, a line a shape: level, area, points, south, north, byte offset, bytes, id.
    """
    content = (folder / f"{name}_i.dat").read_bytes()
    for line in (folder / f"{name}meta_i.dat").read_text(encoding="ascii").splitlines():
        level, _, _, _, _, offset, count, *_ = line.split()
        part = content[int(offset) : int(offset) + int(count)]
        yield int(level), np.frombuffer(part, "<f4").reshape(-1, 2).astype(np.float64)
