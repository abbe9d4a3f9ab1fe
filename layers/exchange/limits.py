"""How much of a stream is read: constants, and a stream that stops at its limit."""

import io
from typing import BinaryIO

from layers.errors import TooLargeError

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 2_000_000
MAX_LINE_CHARS = 64 * 1024
RAW_CHARS = 1_000
"""What is kept of a rejected row."""

# A GeoJSON text of 64 MB could ask for gigabytes once parsed, so its parts are counted before.
# At these counts the worst text (nothing but different keys) takes 0.8 GB, 20 MB of zones 0.25.
MAX_JSON_BRACKETS = 2_000_000
MAX_JSON_COMMAS = 4_000_000
MAX_FEATURES = 500_000
MAX_VERTICES = 500_000
"""Of one geometry; the most detailed coastlines of whole states have fewer."""

MAX_CELLS = 100_000_000
"""Cells of a raster, all bands together: 10,000 x 10,000 once."""
MAX_BLOCK_BYTES = 256 * 1024 * 1024


class _Limited(io.RawIOBase):
    """Reads on from ``source`` and refuses the first byte too many; never closes ``source``."""

    def __init__(self, source: BinaryIO, max_bytes: int) -> None:
        super().__init__()
        self._source = source
        self._max_bytes = max_bytes
        self._left = max_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._source.read(len(buffer))
        self._left -= len(chunk)
        if self._left < 0:
            raise TooLargeError(f"the file is larger than the limit of {self._max_bytes:,} bytes")
        buffer[: len(chunk)] = chunk
        return len(chunk)


def limited(source: BinaryIO, max_bytes: int = MAX_BYTES) -> io.BufferedReader:
    """Return a stream over ``source`` that raises TooLargeError beyond ``max_bytes``.

    No more than one buffer (64 kB) beyond the limit is ever taken from ``source``.
    """
    return io.BufferedReader(_Limited(source, max_bytes), 64 * 1024)
