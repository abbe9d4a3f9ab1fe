"""A finished tile."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """Bytes and what they are; ``etag`` is without quotes; ``empty`` says that nothing is there."""

    body: bytes
    media_type: str
    etag: str
    empty: bool = False
