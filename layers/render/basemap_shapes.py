"""Land, lakes, rivers and borders of the base map, unpacked and made ready for one scale.

Positions are in the unit square of Web Mercator: x east from 180 W, y south from 85.05 N.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import BadFileError
from layers.render.basemap_coverage import edges

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

UNIT = 1 << 24  # steps of the packed file across the world
# Classes of an arc of the land, as the build writes them; other borders are not drawn.
COAST, OTHER, OUTER, INNER = range(4)
BEND_PX = 0.3  # what may be lost where a line is drawn with fewer points
LEAST_LAKE_PX = 5.0  # square pixels below which a lake is not drawn


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """What ``shapes.npz`` holds: arcs and rings as lists of arrays of shape (n, 2)."""

    arcs: Sequence[FloatArray]
    arc_class: IntArray
    rings: Sequence[IntArray]  # numbers of arcs, ``~n`` for arc n from its end
    ring_country: IntArray  # 0 neighbour, 1 Kazakhstan, 2 Uzbekistan
    lakes: Sequence[FloatArray]
    dry: Sequence[FloatArray]  # the bed of the Aral Sea of 1960
    rivers: Sequence[FloatArray]
    river_rank: IntArray  # 1 largest to 3


def unpack(content: bytes) -> Shapes:
    """Return the shapes of a ``shapes.npz``.

    Raises
    ------
    BadFileError
        If it is not one that ``static/basemap/build.py`` wrote.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as packed:
            parts = {name: packed[name] for name in packed.files}
        return Shapes(
            arcs=_lines(parts, "land_arc"),
            arc_class=parts["land_arc_class"],
            rings=np.split(parts["land_ring"], np.cumsum(parts["land_ring_size"])[:-1]),
            ring_country=parts["land_ring_country"],
            lakes=_lines(parts, "lake"),
            dry=_lines(parts, "dry"),
            rivers=_lines(parts, "river"),
            river_rank=parts["river_rank"],
        )
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as reason:
        raise BadFileError(f"shapes.npz is not a base map's: {reason}") from reason


def _lines(parts: dict[str, NDArray[np.int32]], name: str) -> list[FloatArray]:
    lines = np.split(parts[f"{name}_step"], np.cumsum(parts[f"{name}_size"])[:-1])
    return [np.cumsum(line, axis=0, dtype=np.int64) / UNIT for line in lines]


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Edges (n, 4) in pixels of one scale, (0, 0) the north-west corner of the world."""

    land: FloatArray
    focus: FloatArray
    lakes: FloatArray
    dry: FloatArray
    shores: FloatArray
    coasts: FloatArray
    rivers: tuple[FloatArray, ...]  # by rank, largest first
    other_borders: FloatArray
    borders: FloatArray
    casing: FloatArray


@dataclass(frozen=True, slots=True)
class Widths:
    """Stroke widths in pixels."""

    river: tuple[float, ...]
    shore: float
    other_border: float
    border: float
    casing: float


def scaled(shapes: Shapes, world_px: float, widths: Widths) -> Scaled:
    """Return the shapes at ``world_px`` pixels across the world, strokes as polygons."""
    arcs = [_simplified(arc * world_px) for arc in shapes.arcs]
    rings = [
        np.concatenate([(arcs[a] if a >= 0 else arcs[~a][::-1])[:-1] for a in ring])
        for ring in shapes.rings
    ]
    lakes = [_simplified(lake * world_px) for lake in shapes.lakes]
    lakes = [lake for lake in lakes if len(lake) > 3 and abs(_area(lake)) >= LEAST_LAKE_PX]

    def borders(kind: int) -> list[FloatArray]:
        return [arc for arc, c in zip(arcs, shapes.arc_class, strict=True) if c == kind]

    focus = borders(OUTER) + borders(INNER)
    rivers = [_simplified(river * world_px) for river in shapes.rivers]
    return Scaled(
        land=edges(rings),
        focus=edges([r for r, c in zip(rings, shapes.ring_country, strict=True) if c]),
        lakes=edges(lakes),
        dry=edges([_simplified(ring * world_px) for ring in shapes.dry]),
        shores=_stroke(lakes, widths.shore),
        coasts=_stroke(borders(COAST), widths.shore),
        rivers=tuple(
            _stroke([r for r, k in zip(rivers, shapes.river_rank, strict=True) if k == rank], width)
            for rank, width in enumerate(widths.river, start=1)
        ),
        other_borders=_stroke(borders(OTHER), widths.other_border),
        borders=_stroke(focus, widths.border),
        casing=_stroke(focus, widths.casing),
    )


def _simplified(points: FloatArray) -> FloatArray:
    line = shapely.simplify(shapely.linestrings(points), BEND_PX, preserve_topology=False)
    return np.array(shapely.get_coordinates(line))


def _area(ring: FloatArray) -> float:
    x, y = (ring - ring[0]).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def _stroke(lines: list[FloatArray], width: float) -> FloatArray:
    """Return the edges of the lines drawn ``width`` pixels wide with round joins."""
    if not lines or width <= 0:
        return np.empty((0, 4))
    # Each line for itself: their union takes ten times as long and differs only where ends meet.
    of = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    drawn = shapely.buffer(
        shapely.linestrings(np.concatenate(lines), indices=of), width / 2, quad_segs=3
    )
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(drawn)))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    steps = np.concatenate([points[:-1], points[1:]], axis=1)
    kept: FloatArray = steps[ring[:-1] == ring[1:]]
    return kept
