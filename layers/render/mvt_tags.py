"""Properties of a vector tile: each key and each value written once, features point to them."""

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.render.varint import IntArray, Uint64Array, one

_STRING, _DOUBLE, _UINT, _SINT, _BOOL = b"\x0a", b"\x19", b"\x28", b"\x30", b"\x38"
_ABSENT = -1


@dataclass(frozen=True, slots=True)
class Tags:
    """Keys and encoded values of a layer; ``counts`` numbers of ``tokens`` belong to a feature."""

    keys: Sequence[str]
    values: Sequence[bytes]
    tokens: Uint64Array
    counts: IntArray

    def part(self, begin: int, end: int) -> "Tags":
        """Return the tags of features begin..end."""
        edge = np.concatenate(([0], np.cumsum(self.counts)))
        tokens = self.tokens[edge[begin] : edge[end]]
        return Tags(self.keys, self.values, tokens, self.counts[begin:end])


def tags(properties: Mapping[str, Sequence[Any]], order: IntArray) -> Tags:
    """Return the tags of the features ``order`` (positions in the columns), in that order."""
    keys: list[str] = []
    place: dict[tuple[type, Any], int] = {}
    columns = []
    for name, column in properties.items():
        found = _indices(column, order, place)
        if (found != _ABSENT).any():
            keys.append(name)
            columns.append(found)
    if not columns:
        none = np.zeros(len(order), np.int64)
        return Tags((), (), np.empty(0, np.uint64), none)
    index = np.stack(columns, axis=1)
    present = index != _ABSENT
    pairs = np.stack([np.broadcast_to(np.arange(len(keys)), index.shape), index], axis=2)
    values = [_encoded(value) for _, value in place]
    return Tags(keys, values, pairs[present].ravel().astype(np.uint64), present.sum(axis=1) * 2)


def _indices(
    column: Sequence[Any], order: IntArray, place: dict[tuple[type, Any], int]
) -> IntArray:
    """Return for each feature the place of its value, adding new values to ``place``."""
    listed = column.tolist() if hasattr(column, "tolist") else column
    chosen = [listed[i] for i in order.tolist()]
    kinds = set(map(type, chosen))
    # True == 1 == 1.0 in a dict, and a list has no hash: such columns are made plain, one by one.
    if not (kinds <= {str, type(None)} or kinds == {int}):
        chosen = [_plain(value) for value in chosen]
        kinds = set(map(type, chosen))
    if len(kinds - {type(None)}) <= 1:
        local: dict[Any, int] = {}
        for value in dict.fromkeys(chosen):
            local[value] = (
                _ABSENT if value is None else place.setdefault((type(value), value), len(place))
            )
        return np.fromiter(map(local.__getitem__, chosen), np.int64, len(chosen))
    return np.array(
        [_ABSENT if v is None else place.setdefault((type(v), v), len(place)) for v in chosen],
        np.int64,
    )


def _plain(value: Any) -> str | int | float | bool | None:
    """Return a value that a tile can hold: what is nested becomes JSON, what is no number, None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value if -(1 << 63) <= value < 1 << 64 else str(value)
    if isinstance(value, str):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))


def _encoded(value: str | int | float | bool) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return _STRING + one(len(text)) + text
    if isinstance(value, bool):
        return _BOOL + one(value)
    if isinstance(value, float):
        return _DOUBLE + struct.pack("<d", value)
    if value < 0:
        return _SINT + one(-2 * value - 1)
    return _UINT + one(value)
