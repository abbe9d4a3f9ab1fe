"""What a globe shows: features in the colours of their classes, cells as pictures by tiles."""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from layers.exchange import kml
from layers.files.wanted import Wanted
from layers.geo import TILE_PX, Bounds
from layers.pictures import Pictures, Sample, Sheet, blank, encoded
from layers.render import ramp
from layers.render.surface import classified
from layers.tiles import full_version
from layers.views import QUADS, View

if TYPE_CHECKING:
    import pyarrow as pa

MOST_TILES = 1_500
"""Pictures in one archive; a layer of more cells is shown less deep."""
QUAD = QUADS["WorldCRS84Quad"]
_ICON_PX, _RING_PX = 32, 4


def look(pictures: Pictures, table: "pa.Table", wanted: Wanted) -> kml.Look:
    """Return how the features of a table look in a style: what has no class is plain."""
    style = wanted.style
    words = [ramp.PLAIN, *ramp.words(style)] if style.palette else [ramp.PLAIN]
    classes = np.zeros(table.num_rows, int)
    if style.palette and style.measure in table.column_names:
        column = table[style.measure].to_pylist()
        numbers = [v if isinstance(v, int | float) else np.nan for v in column]
        value = np.array(numbers, np.float32)
        classes = classified(value, ~np.isnan(value), np.asarray(style.breaks, np.float32))
    colours = [words[int(each)] for each in classes]
    return kml.Look(colours, _icon(), legend(pictures, wanted))


def legend(pictures: Pictures, wanted: Wanted) -> bytes:
    """Return the legend of a style as PNG."""
    return pictures.legend(wanted.style, wanted.layer.title, Sample())


@functools.cache
def _icon() -> bytes:
    """Return a white disc with a dark ring: a globe gives it the colour of a class."""
    across = np.arange(_ICON_PX) + 0.5 - _ICON_PX / 2
    radius = np.hypot(*np.meshgrid(across, across))
    rgba = np.full((_ICON_PX, _ICON_PX, 4), 255, np.uint8)
    rgba[radius > _ICON_PX / 2 - _RING_PX, :3] = 40
    rgba[..., 3] = np.clip((_ICON_PX / 2 - radius) * 255, 0, 255)
    return encoded(rgba, "png")


def deepest(bounds: Bounds, native_zoom: int) -> int:
    """Return the deepest level that has a picture of its own: no finer than the cells."""
    level = total = 0
    for level in range(max(1, min(native_zoom, QUAD.levels))):
        total += sum(1 for _ in _places(bounds, level))
        if total > MOST_TILES:
            return level - 1
    return level


def tiles(
    pictures: Pictures, wanted: Wanted, bounds: Bounds, last_level: int
) -> Iterator[kml.Tile]:
    """Yield the pictures of a layer that show anything, the coarsest first."""
    version = full_version(wanted.version, wanted.layer, wanted.style)
    sheet = Sheet(wanted.layer.id, wanted.style.id, version, wanted.time)
    nothing = blank(TILE_PX, TILE_PX, None, "png")
    for level in range(last_level + 1):
        for row, col in _places(bounds, level):
            view = QUAD.view(level, row, col)
            png = pictures.draw([sheet], view, None, "png")
            if png != nothing:
                yield kml.Tile(level, row, col, _bounds(view), png)


def _places(bounds: Bounds, level: int) -> Iterator[tuple[int, int]]:
    rows, cols = QUAD.size(level)
    side = QUAD.side / 2**level
    top, bottom = (QUAD.north - edge for edge in (bounds.north, bounds.south))
    left, right = (edge - QUAD.west for edge in (bounds.west, bounds.east))
    for row in range(int(top // side), min(rows, int(-(-bottom // side)))):
        for col in range(int(left // side), min(cols, int(-(-right // side)))):
            yield row, col


def _bounds(view: View) -> Bounds:
    return Bounds(view.west, view.south, view.east, view.north)
