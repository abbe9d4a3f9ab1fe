"""Features to Mapbox Vector Tiles 2.1: columns in, bytes out, no loop over points.

What a feature says besides its geometry is laid out as a table of bytes, a row a feature, with a
mask of those that there are; what is left, one after the other, is the tile.

Source: Mapbox Vector Tile Specification 2.1, sections 4.1 to 4.4.
"""

import itertools

import numpy as np
import shapely

from layers.geo import TILE_PX, Window
from layers.model import Features
from layers.model.features import Selection
from layers.render.mvt_geometry import Grid, commands, cut, single
from layers.render.mvt_pieces import Pieces, joined
from layers.render.mvt_prepared import Prepared, identifiers, kept
from layers.render.mvt_rows import Identity, Rows, points
from layers.render.mvt_tags import Tags, tags
from layers.render.varint import lanes, one, sums

__all__ = ["BUFFER_PX", "EXTENT", "MAX_POINTS", "MEDIA_TYPE", "encode", "identifiers"]

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
EXTENT = 4096
BUFFER_PX = 16
"""Pixels (of a 256 px tile) beyond the window that are kept, so that no symbol or line is cut."""

MAX_POINTS = 200_000
"""Single points of a tile at most; beyond it every second, third, ... is shown, evenly in space
where the table is in an order of space."""

_BUFFER = BUFFER_PX * EXTENT // TILE_PX
_LAYER, _NAME = b"\x1a", b"\x0a"
_EXTENT, _VERSION_2 = b"\x28", b"\x78\x02"


def encode(features: Features, window: Window, layer: str) -> bytes:
    """Return the vector tile of a window with one layer.

    Parameters
    ----------
    features : Features
        Geometries in metres of EPSG:3857; what lies outside of the window and its buffer is cut.
        A property that is None or no finite number is left out of its feature. Of a ``Selection``
        the values, ids and pieces of its table are made once and kept while the table lives.
    window : Window
        Its size in pixels has no influence.
    layer : str
        Name of the layer in the tile.

    Returns
    -------
    bytes
        Empty where nothing is within the window. Polygons come first, then lines, then points of
        several, then single points; within each the order is kept.
    """
    chosen = features.selection()
    table, held = chosen.table, chosen is features
    prepared = kept(table) if held else Prepared(table)
    grid = Grid(window, EXTENT, _BUFFER)
    shapes = _shapes(chosen, prepared, window, grid, held=held) if chosen.shapes else None
    rows, xy = chosen.rows[chosen.shapes :], None
    if len(rows):
        rows, xy = grid.kept(rows, chosen.points(), cut=chosen.box == grid.box)
        if len(rows) > MAX_POINTS:
            step = -(-len(rows) // MAX_POINTS)
            rows, xy = rows[::step], xy[::step]
    count = 0 if shapes is None else len(shapes)
    if shapes is not None:
        rows = np.concatenate((shapes.row, rows))
    if not len(rows):
        return b""
    tagged = tags(table.codes.take(rows, axis=0), prepared.values)
    identity = prepared.identity(rows)
    messages: list[bytes] = []
    if shapes is not None and count:
        messages += _drawn(identity.part(0, count), tagged.part(0, count), shapes)
    if xy is not None and len(xy):
        if count:
            identity, tagged = identity.part(count, len(rows)), tagged.part(count, len(rows))
        messages.append(points(identity, tagged, xy))
    body = b"".join(
        (
            _field(_NAME, layer.encode()),
            *messages,
            *tagged.keys,
            *tagged.values,
            _EXTENT + one(EXTENT),
            _VERSION_2,
        )
    )
    return _field(_LAYER, body)


def _shapes(
    chosen: Selection, prepared: Prepared, window: Window, grid: Grid, *, held: bool
) -> Pieces:
    """Return what is drawn of the features that are no single points."""
    rows = chosen.rows[: chosen.shapes]
    ready = prepared.pieces(window.zoom, EXTENT, _BUFFER) if held else None
    if ready is not None:
        found = ready.of(window)
        return found.only(rows) if chosen.filtered else found
    parts, owner = cut(*single(chosen.outlines()), grid.box)
    parts = shapely.simplify(parts, grid.unit_m / 2, preserve_topology=False)
    origin = np.broadcast_to(grid.origin, (len(rows), 2))
    groups = commands(parts, owner, origin, grid.unit_m)
    return joined(groups, np.zeros(len(rows), np.int64), rows)


def _drawn(identity: Identity, tagged: Tags, shapes: Pieces) -> list[bytes]:
    """Return the messages of pieces: for each its head and its geometry."""
    low, there = lanes(shapes.tokens)
    edge = shapes.edge
    if low.shape[1] > 1:
        edge = np.append(0, np.cumsum(sums(there)))[edge]
    geometry = low[there].tobytes()
    size = edge[1:] - edge[:-1]
    heads, ends = Rows(identity, tagged, int(size.max())).heads(shapes.kind, size)
    pairs = zip(
        itertools.pairwise([0, *ends.tolist()]), itertools.pairwise(edge.tolist()), strict=True
    )
    return [part for (a, b), (c, d) in pairs for part in (heads[a:b], geometry[c:d])]


def _field(key: bytes, body: bytes) -> bytes:
    return key + one(len(body)) + body
