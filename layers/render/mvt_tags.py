"""Properties of a vector tile: each key and each value written once, features point to them.

The values of a layer are encoded once; a tile takes those that it needs, mostly in long runs.
"""

import json
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.model.table import ABSENT, Table
from layers.render.varint import BoolArray, one, runs

_STRING, _DOUBLE, _UINT, _SINT, _BOOL = b"\x0a", b"\x19", b"\x28", b"\x30", b"\x38"
_KEYS, _VALUES = b"\x1a", b"\x22"
_MANY, _SHORT = 512, 8
"""Values, and values in a run on average, below which they are copied byte by byte."""

_SPARE = 4
"""Tables from code to place that are kept for the next tile."""

CodeArray = NDArray[np.uint32]


class Encoded:
    """The keys and values of a layer as fields of a tile's layer."""

    def __init__(self, table: Table) -> None:
        names = [name.encode() for name in table.names]
        self.keys = [_KEYS + one(len(name)) + name for name in names]
        block, edge = bytearray(), [0, 0]
        for value in table.values:
            body = _encoded(value)
            block += _VALUES + one(len(body)) + body
            edge.append(len(block))
        self._block = np.frombuffer(bytes(block), np.uint8)
        self._edge: NDArray[np.unsignedinteger[Any]] = np.array(
            edge, np.uint32 if len(block) < 1 << 32 else np.uint64
        )
        self.complete = bool(table.codes.all())
        self._spare: list[CodeArray] = []

    def placed(self, codes: CodeArray) -> tuple[CodeArray, CodeArray]:
        """Return the codes that occur, without ``ABSENT``, and the place of each code in them."""
        try:
            slot = self._spare.pop()
        except IndexError:
            slot = np.empty(len(self._edge) - 1, np.uint32)
        flat = codes.ravel()
        # Of those that share a slot one stays there, and counts for all.
        mine = np.arange(len(flat), dtype=np.uint32)
        slot[flat] = mine
        used = flat[slot.take(flat) == mine]
        if not self.complete:
            used = used[used != ABSENT]
        # Rising codes are neighbours in the block too.
        used.sort()
        slot[used] = np.arange(len(used), dtype=np.uint32)
        slot[ABSENT] = 0
        place = slot.take(codes)
        if len(self._spare) < _SPARE:
            self._spare.append(slot)
        return used, place

    def taken(self, codes: CodeArray) -> list[bytes | memoryview]:
        """Return the fields of rising codes, several in each."""
        begin, end = self._edge.take(codes), self._edge.take(codes + 1)
        if len(codes) > _MANY:
            cut = np.flatnonzero(begin[1:] != end[:-1])
            if len(cut) * _SHORT < len(codes):
                begin = begin[np.append(0, cut + 1)]
                end = end[np.append(cut, len(end) - 1)]
                block = self._block.data
                return [block[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
        return [self._block.take(runs(begin, end - begin)).tobytes()]

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return self._block.nbytes + self._edge.nbytes + sum(each.nbytes for each in self._spare)


class Tags(NamedTuple):
    """Fields of keys and of values of a tile, and which value a feature has of each key.

    ``place`` has shape (features, keys), and is at most ``largest``; ``present`` tells where there
    is one at all, None: everywhere.
    """

    keys: Sequence[bytes]
    values: Sequence[bytes | memoryview]
    place: CodeArray
    present: BoolArray | None
    largest: int

    def part(self, begin: int, end: int) -> "Tags":
        """Return features begin..end."""
        present = None if self.present is None else self.present[begin:end]
        return Tags(self.keys, self.values, self.place[begin:end], present, self.largest)


def tags(codes: CodeArray, encoded: Encoded) -> Tags:
    """Return the tags of features whose codes are rows of ``codes``, shape (n, names)."""
    keys = encoded.keys
    used, place = encoded.placed(codes)
    values = encoded.taken(used) if len(used) else ()
    largest = max(len(used) - 1, 0)
    if encoded.complete:
        return Tags(keys, values, place, None, largest)
    present = codes != ABSENT
    shown = present.any(axis=0)
    if not shown.all():
        keys = [key for key, seen in zip(keys, shown.tolist(), strict=True) if seen]
        place, present = place[:, shown], present[:, shown]
    return Tags(keys, values, place, present, largest)


def _encoded(value: Any) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return _STRING + one(len(text)) + text
    if isinstance(value, bool):
        return _BOOL + one(value)
    if isinstance(value, float):
        return _DOUBLE + struct.pack("<d", value)
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 64:
        return _SINT + one(-2 * value - 1) if value < 0 else _UINT + one(value)
    # What is nested becomes JSON, and a number that no tile holds its digits.
    return _encoded(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
