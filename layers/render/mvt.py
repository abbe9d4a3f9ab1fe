"""Features to Mapbox Vector Tiles 2.1: columns in, bytes out, no loop over features.

A feature is nothing but varints (its field keys are below 128), so a whole layer is laid out as
one array of numbers and encoded at once.

Source: Mapbox Vector Tile Specification 2.1, sections 4.1 to 4.4.
"""

import numpy as np

from layers.geo import TILE_PX, Window
from layers.model import Features
from layers.render.mvt_geometry import Commands, Grid, commands
from layers.render.mvt_tags import Tags, tags
from layers.render.varint import IntArray, Uint64Array, encoded, lengths, one

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
EXTENT = 4096
BUFFER_PX = 16
"""Pixels (of a 256 px tile) beyond the window that are kept, so that no symbol or line is cut."""

_LAYER, _NAME, _KEYS, _VALUES = b"\x1a", b"\x0a", b"\x1a", b"\x22"
_EXTENT, _VERSION_2 = b"\x28", b"\x78\x02"
_FEATURE, _ID, _TAGS, _TYPE, _GEOMETRY = 0x12, 0x08, 0x12, 0x18, 0x22
_WITHIN_A_DOUBLE = np.uint64((1 << 53) - 1)


def encode(features: Features, window: Window, layer: str) -> bytes:
    """Return the vector tile of a window with one layer.

    Parameters
    ----------
    features : Features
        Geometries in metres of EPSG:3857; what lies outside of the window and its buffer is cut.
        A property that is None or no finite number is left out of its feature.
    window : Window
        Its size in pixels has no influence.
    layer : str
        Name of the layer in the tile.

    Returns
    -------
    bytes
        Empty where nothing is within the window. Polygons come first, then lines, then points;
        within each the order is kept.
    """
    grid = Grid(window, EXTENT, BUFFER_PX * EXTENT // TILE_PX)
    groups = commands(features.geometry, grid)
    if not groups:
        return b""
    order = np.concatenate([found.feature for found in groups])
    tagged = tags(features.properties, order)
    identity = identifiers([features.ids[i] for i in order.tolist()])
    blocks, seen = [], 0
    for found in groups:
        end = seen + len(found.feature)
        blocks.append(_features(identity[seen:end], tagged.part(seen, end), found))
        seen = end
    body = b"".join(
        (
            _field(_NAME, layer.encode()),
            *blocks,
            *(_field(_KEYS, key.encode()) for key in tagged.keys),
            *(_field(_VALUES, value) for value in tagged.values),
            _EXTENT + one(EXTENT),
            _VERSION_2,
        )
    )
    return _field(_LAYER, body)


def identifiers(ids: object) -> Uint64Array:
    """Return a number below 2^53 for each id: the number that it spells, or a hash of its text.

    The hash (FNV-1a over code points, mixed) depends on the text alone, not on its neighbours.
    """
    text = np.asarray(ids, dtype=np.str_)
    width = text.dtype.itemsize // 4
    if not len(text) or not width:
        return np.zeros(len(text), np.uint64)
    letters = text.view(np.uint32).reshape(len(text), width).astype(np.uint64)
    found = np.full(len(text), 0xCBF29CE484222325, np.uint64)
    for column in letters.T:
        mixed = (found ^ column) * np.uint64(0x100000001B3)
        found = np.where(column != 0, mixed, found)
    found ^= found >> np.uint64(32)
    found = (found * np.uint64(0xD6E8FEB86659FD93)) & _WITHIN_A_DOUBLE
    spelt = (((letters >= ord("0")) & (letters <= ord("9"))) | (letters == 0)).all(axis=1)
    # Fifteen digits are below 2^53; "007" is another id than "7".
    spelt &= (np.strings.str_len(text) <= 15) & (letters[:, 0] > ord("0"))
    found[spelt] = text[spelt].astype(np.uint64)
    return found


def _features(identity: Uint64Array, tagged: Tags, found: Commands) -> bytes:
    """Return the feature messages of one geometry type, each with its key and length."""
    count = len(found.feature)
    tag_bytes = _sums(lengths(tagged.tokens), tagged.counts)
    geometry_bytes = _sums(lengths(found.tokens), found.counts)
    head = np.empty((count, 6), np.uint64)
    head[:, 0] = _FEATURE
    head[:, 2], head[:, 3] = _ID, identity
    head[:, 4], head[:, 5] = _TAGS, tag_bytes
    middle = np.empty((count, 4), np.uint64)
    middle[:, 0], middle[:, 1] = _TYPE, found.kind
    middle[:, 2], middle[:, 3] = _GEOMETRY, geometry_bytes
    head[:, 1] = (
        lengths(head[:, 2:].ravel()).reshape(count, 4).sum(axis=1)
        + tag_bytes
        + lengths(middle.ravel()).reshape(count, 4).sum(axis=1)
        + geometry_bytes
    )
    return encoded(
        _interleaved(
            (head.ravel(), np.full(count, 6)),
            (tagged.tokens, tagged.counts),
            (middle.ravel(), np.full(count, 4)),
            (found.tokens, found.counts),
        )
    ).tobytes()


def _interleaved(*parts: tuple[Uint64Array, IntArray]) -> Uint64Array:
    """Return, feature by feature, the numbers of each part; ``counts`` say how many are whose."""
    whole = np.sum([counts for _, counts in parts], axis=0)
    begin = np.cumsum(whole) - whole
    out = np.empty(int(whole.sum()), np.uint64)
    for tokens, counts in parts:
        own = np.cumsum(counts) - counts
        out[np.arange(len(tokens)) + np.repeat(begin - own, counts)] = tokens
        begin = begin + counts
    return out


def _sums(sizes: IntArray, counts: IntArray) -> IntArray:
    """Return the sum of each run of ``counts`` sizes."""
    total = np.concatenate(([0], np.cumsum(sizes)))
    end = np.cumsum(counts)
    found: IntArray = total[end] - total[end - counts]
    return found


def _field(key: bytes, body: bytes) -> bytes:
    return key + one(len(body)) + body
