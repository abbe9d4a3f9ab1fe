"""Messages of features as a table of bytes: a row a feature, and a mask of the bytes there are.

All features of a table are laid out alike, each number as wide as the widest in its place; what
there is, row after row, is the tile.
"""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.render.mvt_tags import Tags
from layers.render.varint import BoolArray, IntArray, Uint8Array, fill, sums, width, zigzag

_FEATURE, _ID, _TAGS, _TYPE, _GEOMETRY = b"\x12", b"\x08", b"\x12", b"\x18", b"\x22"
_ONE_POINT = b"\x09"
"""The command of a single point: MoveTo, once."""
_POINT = 1
_STEP_BYTES = 2
"""A step to a point of a tile and its buffer is below 2^13, and its zigzag below 2^14."""
_ZIGZAG = np.roll(zigzag(np.arange(-(1 << 13), 1 << 13)), 1 << 13).astype(np.int64)
"""Zigzag by number; negative ones are found from the end."""


class Identity(NamedTuple):
    """Ids of features as varints: bytes, which of them there are, and how many."""

    low: Uint8Array
    there: BoolArray
    size: IntArray

    def part(self, begin: int, end: int) -> "Identity":
        """Return rows begin..end."""
        return Identity(self.low[begin:end], self.there[begin:end], self.size[begin:end])


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where what is in a row, and the bytes that are the same in all."""

    common: Uint8Array
    whole: slice
    identity: slice
    tags_size: slice
    tags: slice
    kind: int
    size: slice
    tail: slice


@functools.lru_cache(256)
def _layout(
    whole: int, identity: int, tags_size: int, keys: int, key: int, value: int, size: int, tail: int
) -> _Layout:
    """Return the layout of rows whose parts have so many bytes."""
    common = bytearray()

    def after(mark: bytes, more: int) -> slice:
        common.extend(mark)
        begin = len(common)
        common.extend(bytes(more))
        return slice(begin, len(common))

    of_whole, of_identity = after(_FEATURE, whole), after(_ID, identity)
    of_tags = after(_TAGS, tags_size)
    tags = after(b"", keys * (key + value))
    named = np.zeros((keys, key + value), np.uint8)
    fill(np.arange(keys), named[:, :key], np.ones((keys, key), np.bool_))
    common[tags] = named.tobytes()
    kind = after(_TYPE, 1).start
    common[kind] = _POINT
    of_size = after(_GEOMETRY, size)
    of_tail = after(_ONE_POINT if tail else b"", tail)
    same = np.frombuffer(bytes(common), np.uint8)
    return _Layout(same, of_whole, of_identity, of_tags, tags, kind, of_size, of_tail)


class Rows:
    """A table to be filled: ids and tags are there, geometries follow."""

    def __init__(self, identity: Identity, tagged: Tags, size_bytes: int, tail: int = 0) -> None:
        """``size_bytes`` is what no geometry exceeds; ``tail`` are bytes that a row has for it."""
        count, keys = tagged.place.shape
        key, value = width(max(keys - 1, 0)), width(tagged.largest)
        most = keys * (key + value)
        whole = most + size_bytes + identity.low.shape[1] + 16
        wide = (width(whole), identity.low.shape[1], width(most), keys, key, value)
        self._layout = at = _layout(*wide, width(size_bytes), tail)
        self.low = np.empty((count, len(at.common)), np.uint8)
        self.low[:] = at.common
        self.there = np.ones(self.low.shape, np.bool_)
        self.low[:, at.identity], self.there[:, at.identity] = identity.low, identity.there
        tags = (count, keys, key + value)
        low, there = self.low[:, at.tags].reshape(tags), self.there[:, at.tags].reshape(tags)
        fill(tagged.place, low[:, :, key:], there[:, :, key:])
        if key > 1:
            there[:, : 1 << 7, 1] = False
        if tagged.present is not None:
            there &= tagged.present[:, :, None]
        ragged = value > 1 or key > 1 or tagged.present is not None
        tags_size = sums(self.there[:, at.tags]) if ragged else np.full(count, most)
        self._before = identity.size + tags_size
        self._number(tags_size, at.tags_size)

    def points(self, xy: IntArray) -> bytes:
        """Return the rows with steps to single points, shape (n, 2)."""
        at = self._layout
        shape = (*xy.shape, _STEP_BYTES)
        low, there = self.low[:, at.tail].reshape(shape), self.there[:, at.tail].reshape(shape)
        fill(_ZIGZAG.take(xy), low, there)
        self._sized(sums(self.there[:, at.tail]) + len(_ONE_POINT))
        return self.low[self.there].tobytes()

    def heads(self, kind: NDArray[np.uint8], size: IntArray) -> tuple[bytes, IntArray]:
        """Return all up to geometries of so many bytes, and where each row ends."""
        self.low[:, self._layout.kind] = kind
        self._sized(size)
        return self.low[self.there].tobytes(), np.cumsum(sums(self.there))

    def _sized(self, size: IntArray) -> None:
        at = self._layout
        self._number(size, at.size)
        whole = self._before + size
        # The keys of id, tags and geometry, and the type with its own.
        more = 5
        for part in (at.tags_size, at.size):
            if part.stop - part.start == 1:
                more += 1
            else:
                whole += sums(self.there[:, part])
        self._number(whole + more, at.whole)

    def _number(self, numbers: IntArray, at: slice) -> None:
        fill(numbers, self.low[:, at], self.there[:, at])


def points(identity: Identity, tagged: Tags, xy: IntArray) -> bytes:
    """Return the messages of single points at places of the grid, shape (n, 2)."""
    tail = 2 * _STEP_BYTES
    return Rows(identity, tagged, len(_ONE_POINT) + tail, tail).points(xy)
