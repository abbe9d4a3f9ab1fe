"""Protocol Buffers varints of whole arrays at once.

Source: Protocol Buffers Encoding, "Base 128 Varints" and "Signed Integers" (ZigZag).
"""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Uint64Array = NDArray[np.uint64]
Uint8Array = NDArray[np.uint8]

_SMALL = tuple(bytes((number,)) for number in range(128))
_STEPS = np.array([1 << (7 * k) for k in range(1, 10)], np.uint64)


def lengths(numbers: Uint64Array) -> IntArray:
    """Return how many bytes each number takes, 1 to 10."""
    found = np.ones(numbers.shape, np.int64)
    left = int(numbers.max(initial=0))
    for step in _STEPS:
        if left < int(step):
            break
        found += numbers >= step
    return found


def encoded(numbers: Uint64Array) -> Uint8Array:
    """Return the bytes of the numbers, one after the other."""
    if not len(numbers):
        return np.empty(0, np.uint8)
    size = lengths(numbers)
    start = np.cumsum(size) - size
    out = np.empty(int(start[-1] + size[-1]), np.uint8)
    rest, at, left = numbers, start, size
    while True:
        low = (rest & np.uint64(0x7F)).astype(np.uint8)
        more = left > 1
        low[more] |= 0x80
        out[at] = low
        if not more.any():
            return out
        rest, at, left = rest[more] >> np.uint64(7), at[more] + 1, left[more] - 1


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
