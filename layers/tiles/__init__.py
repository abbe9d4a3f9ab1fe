"""Requests become bytes that are kept: the only caller of ``render``."""

from layers.tiles.request import FORMATS, TileOptions, TileRequest
from layers.tiles.tile import Tile
from layers.tiles.tiler import Tiler
from layers.tiles.version import data_part, full_version, style_token

__all__ = [
    "FORMATS",
    "Tile",
    "TileOptions",
    "TileRequest",
    "Tiler",
    "data_part",
    "full_version",
    "style_token",
]
