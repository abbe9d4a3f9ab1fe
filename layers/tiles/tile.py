"""A finished tile."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """Bytes and what they are; ``etag`` is without quotes; ``empty`` says that nothing is there.

    ``packed`` are the same bytes gzipped, where that makes them fewer.
    """

    body: bytes
    media_type: str
    etag: str
    empty: bool = False
    packed: bytes | None = None
