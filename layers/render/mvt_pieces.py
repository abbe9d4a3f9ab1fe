"""Lines and areas of a layer, simplified and cut into the tiles of one zoom, as commands."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import HALF_WORLD_M, Window
from layers.render.mvt_geometry import Commands, GeometryArray, commands, single
from layers.render.varint import IntArray, runs

MAX_PIECES = 32_768
MAX_VERTICES = 1_000_000
"""What is kept of a zoom at most; beyond it, tiles are cut when they are asked for."""

UnsignedArray = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of features: ``row`` of the table, ``kind`` of geometry, their commands' numbers.

    ``edge``, one longer, is where the numbers of each begin in ``tokens``. ``tile`` counts tiles
    row by row, and rises; within a tile areas come first, then lines, then points.
    """

    tile: IntArray
    row: IntArray
    kind: NDArray[np.uint8]
    edge: IntArray
    tokens: UnsignedArray

    def __len__(self) -> int:
        return len(self.row)

    def of(self, window: Window) -> "Pieces":
        """Return the pieces of one tile."""
        tile = (window.row << window.zoom) + window.col
        begin, end = self.tile.searchsorted((tile, tile + 1)).tolist()
        return self._part(begin, end)

    def only(self, rows: IntArray) -> "Pieces":
        """Return the pieces of some rows, which rise."""
        if not len(rows):
            return self._part(0, 0)
        found = rows[np.minimum(rows.searchsorted(self.row), len(rows) - 1)] == self.row
        return self if found.all() else self.ordered(np.flatnonzero(found))

    def ordered(self, order: IntArray) -> "Pieces":
        """Return these pieces in this order."""
        count = np.diff(self.edge)[order]
        edge = np.append(0, np.cumsum(count))
        place = runs(self.edge[:-1][order], count)
        return Pieces(self.tile[order], self.row[order], self.kind[order], edge, self.tokens[place])

    def _part(self, begin: int, end: int) -> "Pieces":
        edge = self.edge[begin : end + 1]
        first, last = int(edge[0]), int(edge[-1])
        return Pieces(
            self.tile[begin:end],
            self.row[begin:end],
            self.kind[begin:end],
            edge - first,
            self.tokens[first:last],
        )

    @property
    def nbytes(self) -> int:
        """Bytes that they hold."""
        return sum(each.nbytes for each in (self.tile, self.row, self.kind, self.edge, self.tokens))


def joined(groups: list[Commands], tile: IntArray, row: IntArray) -> Pieces:
    """Return commands as pieces; ``tile`` and ``row`` say of which each piece is."""
    piece = np.concatenate([np.empty(0, np.int64), *(found.piece for found in groups)])
    kind = np.repeat(
        np.array([found.kind for found in groups], np.uint8), [len(found.piece) for found in groups]
    )
    count = np.concatenate([np.empty(0, np.int64), *(found.counts for found in groups)])
    tokens = np.concatenate([np.empty(0, np.uint64), *(found.tokens for found in groups)])
    small = int(tokens.max(initial=0)) < 1 << 16
    found = Pieces(
        tile[piece],
        row[piece],
        kind,
        np.append(0, np.cumsum(count)),
        tokens.astype(np.uint16 if small else np.uint32),
    )
    return found.ordered(np.lexsort((found.row, -kind.astype(int), found.tile)))


def pieces(geometry: GeometryArray, zoom: int, extent: int, buffer: int) -> Pieces | None:
    """Return geometries as pieces in all tiles of a zoom, or None where these are too many.

    Simplified before they are cut, so that neighbours meet on their edge. What lies beyond 180
    degrees is in the tiles of the other side, and so is what is within their buffer.

    Parameters
    ----------
    geometry : array of object, shape (n,)
        In metres of EPSG:3857; their places are the rows.
    extent, buffer : int
        Units across a tile, and beyond each of its edges.
    """
    side = 1 << zoom
    size_m = 2 * HALF_WORLD_M / side
    unit_m = size_m / extent
    parts, row = single(geometry)
    parts, inner = single(shapely.simplify(parts, unit_m / 2, preserve_topology=False))
    row = row[inner]
    more = buffer * unit_m
    west, south, east, north = shapely.bounds(parts).reshape(-1, 4).T
    col0, col1 = _spanned(west - more + HALF_WORLD_M, east + more + HALF_WORLD_M, size_m)
    row0, row1 = _spanned(HALF_WORLD_M - north - more, HALF_WORLD_M - south + more, size_m)
    row0, row1 = np.maximum(row0, 0), np.minimum(row1, side - 1)
    wide, high = col1 - col0 + 1, np.maximum(row1 - row0 + 1, 0)
    count = wide * high
    if count.sum() > MAX_PIECES or shapely.get_num_coordinates(parts).sum() > MAX_VERTICES:
        return None

    part = np.repeat(np.arange(len(parts)), count)
    within = runs(np.zeros_like(count), count)
    down, right = np.divmod(within, np.maximum(wide, 1)[part])
    col, line = col0[part] + right, row0[part] + down
    # Three worlds side by side: the columns beyond an edge are told from those that they become.
    order = np.lexsort((part, col, line, line * side + col % side))
    part, col, line = part[order], col[order], line[order]
    corner = np.column_stack((col * size_m - HALF_WORLD_M, HALF_WORLD_M - line * size_m))
    cut = _cut(parts[part], corner, size_m, more)
    fresh = np.ones(len(part), bool)
    fresh[1:] = (np.diff(col) != 0) | (np.diff(line) != 0) | (np.diff(row[part]) != 0)
    piece = np.cumsum(fresh) - 1
    groups = commands(cut, piece, corner[fresh], unit_m)
    return joined(groups, (line * side + col % side)[fresh], row[part][fresh])


def _spanned(low: Any, high: Any, size_m: float) -> tuple[IntArray, IntArray]:
    """Return the first and the last of the intervals of a size that a span touches."""
    return np.floor(low / size_m).astype(np.int64), np.floor(high / size_m).astype(np.int64)


def _cut(parts: GeometryArray, corner: Any, size_m: float, more: float) -> GeometryArray:
    """Return each part within the buffered tile that has its north-west corner there."""
    west, north = corner[:, 0] - more, corner[:, 1] + more
    east, south = west + size_m + 2 * more, north - size_m - 2 * more
    w, s, e, n = shapely.bounds(parts).reshape(-1, 4).T
    across = np.flatnonzero((w < west) | (e > east) | (s < south) | (n > north))
    if not len(across):
        return parts
    found = parts.copy()
    change = np.flatnonzero((np.diff(corner[across], axis=0) != 0).any(axis=1)) + 1
    for those in np.split(across, change):
        i = those[0]
        found[those] = shapely.clip_by_rect(parts[those], west[i], south[i], east[i], north[i])
    return found
