"""What is made of a layer once and used by all its vector tiles: values, ids, pieces by zoom."""

import threading
import weakref

import numpy as np

from layers.model.table import Table, Values
from layers.render.mvt_pieces import Pieces, pieces
from layers.render.mvt_rows import Identity
from layers.render.mvt_tags import Encoded
from layers.render.varint import IntArray, Uint64Array, lanes, sums

_WITHIN_A_DOUBLE = np.uint64((1 << 53) - 1)
_CHUNK = 4096


class Prepared:
    """Made when the first tile of a table is asked for; the pieces of a zoom with its first one."""

    def __init__(self, table: Table) -> None:
        self._shapes = table.shapes
        self.values = Encoded(table)
        numbers = np.concatenate([np.empty(0, np.uint64), *_numbers(table.ids)], dtype=np.uint64)
        low, there = lanes(numbers)
        self._low = low
        self._size = sums(there).astype(np.uint8)
        self._lane = np.arange(low.shape[1], dtype=np.uint8)
        self._zooms: dict[int, Pieces | None] = {}
        self._mutex = threading.Lock()

    def identity(self, rows: IntArray) -> Identity:
        """Return the numbers of rows as varints."""
        size = self._size.take(rows)
        return Identity(
            self._low.take(rows, axis=0), self._lane < size[:, None], size.astype(np.int64)
        )

    def pieces(self, zoom: int, extent: int, buffer: int) -> Pieces | None:
        """Return the pieces of a zoom; None where they are too many to be kept."""
        with self._mutex:
            if zoom not in self._zooms:
                self._zooms[zoom] = pieces(self._shapes, zoom, extent, buffer)
            return self._zooms[zoom]

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        kept = sum(each.nbytes for each in self._zooms.values() if each is not None)
        return self.values.nbytes + self._low.nbytes + self._size.nbytes + kept


_KEPT: "weakref.WeakKeyDictionary[Table, Prepared]" = weakref.WeakKeyDictionary()
_MUTEX = threading.Lock()


def kept(table: Table) -> Prepared:
    """Return what is made of a table; it goes when the table does."""
    found = _KEPT.get(table)
    if found is None:
        with _MUTEX:
            found = _KEPT.get(table) or _KEPT.setdefault(table, Prepared(table))
    return found


def _numbers(ids: Values) -> list[Uint64Array]:
    # In parts, for one long id makes all beside it as long.
    return [identifiers(ids[i : i + _CHUNK]) for i in range(0, len(ids), _CHUNK)]


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
