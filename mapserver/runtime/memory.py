"""How the C library keeps memory that was given back: for a server of many threads, not one."""

import ctypes
import sys
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
ARENAS = 1
KEPT_BYTES, MAPPED_BYTES = 16 << 20, 1 << 20


def restrain() -> None:
    """Share few heaps among all threads, and give back what is free at the end of one.

    By default the allocator of glibc gives threads heaps of their own, up to eight a processor, and
    each keeps what its threads needed at their worst. Arrays of a picture stay below
    ``MAPPED_BYTES``: mapping each anew would cost more than what is done with it.

    Notes
    -----
    Source: mallopt(3). Another C library has its own ways, and is left alone.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt is None:
        return
    mallopt(_ARENA_MAX, ARENAS)
    mallopt(_MMAP_THRESHOLD, MAPPED_BYTES)
    mallopt(_TRIM_THRESHOLD, KEPT_BYTES)


def give_back() -> None:
    """Give back what is free within the heaps, too: some milliseconds, after much work.

    Notes
    -----
    Source: malloc_trim(3).
    """
    malloc_trim = _of_glibc("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _of_glibc(name: str) -> Any:
    """Return a function of the C library, None where it has none."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
