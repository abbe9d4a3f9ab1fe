"""Protocol Buffers varints of whole arrays at once.

Source: Protocol Buffers Encoding, "Base 128 Varints" and "Signed Integers" (ZigZag).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Uint64Array = NDArray[np.uint64]
Uint8Array = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]

_SMALL = tuple(bytes((number,)) for number in range(128))
_BELOW = np.arange(1 << 14, dtype=np.uint16)
_PAIRS = np.stack((_BELOW & 0x7F | (_BELOW > 0x7F) << 7, _BELOW >> 7), axis=1).astype(np.uint8)
_PAIRS_AS_ONE: NDArray[np.uint16] = _PAIRS.view(np.uint16)[:, 0]
"""Both bytes of the numbers below 2^14, as one number: most numbers of a tile are there."""


def width(largest: int) -> int:
    """Return how many bytes a number takes."""
    return max(1, -(-largest.bit_length() // 7))


def fill(numbers: NDArray[Any], low: Uint8Array, there: BoolArray) -> None:
    """Write the bytes of each number side by side, and which of them there are.

    ``low`` and ``there`` have the shape of ``numbers`` and one more axis, as long as the longest
    number; ``there`` is true before.
    """
    wide = low.shape[-1]
    if wide == 1:
        low[..., 0] = numbers
        return
    if wide == 2:
        low[...] = _PAIRS_AS_ONE.take(numbers)[..., None].view(np.uint8)
        np.greater(numbers, 0x7F, out=there[..., 1])
        return
    rest = numbers
    for k in range(wide - 1):
        more = np.greater(rest, 0x7F, out=there[..., k + 1])
        # What is beyond seven bits falls off when the byte is written.
        np.bitwise_or(rest, more.view(np.uint8) << 7, out=low[..., k], casting="unsafe")
        rest = rest >> 7
    low[..., wide - 1] = rest


def lanes(numbers: NDArray[Any]) -> tuple[Uint8Array, BoolArray]:
    """Return the bytes of each number side by side, and which of them there are."""
    wide = width(int(numbers.max(initial=0)))
    low = np.empty((*numbers.shape, wide), np.uint8)
    there = np.ones(low.shape, np.bool_)
    fill(numbers, low, there)
    return low, there


def sums(there: BoolArray) -> IntArray:
    """Return how many there are along the last axis."""
    found: IntArray = np.add.reduce(there, axis=-1, dtype=np.int64)
    return found


def runs(begin: NDArray[Any], length: NDArray[Any]) -> IntArray:
    """Return the places begin, begin + 1, ... of each run, one run after the other."""
    last = length.cumsum(dtype=np.int64)
    total = int(last[-1]) if len(last) else 0
    found: IntArray = np.arange(total) + (begin - last + length).repeat(length)
    return found


def encoded(numbers: NDArray[Any]) -> Uint8Array:
    """Return the bytes of the numbers, one after the other."""
    low, there = lanes(numbers)
    return low[there]


def one(number: int) -> bytes:
    """Return the bytes of a single number."""
    if number <= 0x7F:
        return _SMALL[number]
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(numbers: IntArray) -> Uint64Array:
    """Return signed numbers as unsigned ones, small where the magnitude is small."""
    return ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)
