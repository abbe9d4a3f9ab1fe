"""Requests become bytes that are kept: the only caller of ``render``."""

from layers.tiles.request import FORMATS, TileOptions, TileRequest
from layers.tiles.seeded import ALL, LATEST, Seeded, SeedOrder, tile_range
from layers.tiles.tile import Tile
from layers.tiles.tiler import PACKED_FROM_BYTES, Tiler
from layers.tiles.version import data_part, full_version, style_token

__all__ = [
    "ALL",
    "FORMATS",
    "LATEST",
    "PACKED_FROM_BYTES",
    "SeedOrder",
    "Seeded",
    "Tile",
    "TileOptions",
    "TileRequest",
    "Tiler",
    "data_part",
    "full_version",
    "style_token",
    "tile_range",
]
