"""Renders tiles before anybody asks: into the cache that the workers serve from."""

from collections.abc import Iterator

from layers.geo import Bounds, CellGrid, Window
from layers.tiles import TileRequest
from mapserver.services.site import Site

TILE_PX = 256


def windows(bounds: Bounds, zoom: int) -> Iterator[Window]:
    """Yield the tiles of one zoom that show any of ``bounds``, block of 4 x 4 by block.

    Neighbours come together, because some layers are drawn in blocks.
    """
    grid = CellGrid.covering(bounds, zoom)
    cols = range(grid.col // TILE_PX, -(-(grid.col + grid.width) // TILE_PX))
    rows = range(grid.row // TILE_PX, -(-(grid.row + grid.height) // TILE_PX))
    every = [Window(zoom, col, row) for row in rows for col in cols]
    yield from sorted(every, key=lambda w: (w.row // 4, w.col // 4, w.row, w.col))


def seed(site: Site, layer_id: str, zooms: range, style_id: str | None = None) -> Iterator[int]:
    """Render the newest tiles of a layer; yield how many there are so far.

    Raises
    ------
    UnknownLayerError, UnknownStyleError
        With the nearest known word.
    """
    layer = site.catalog.layer(layer_id)
    styles = [site.catalog.style(layer, style_id)] if style_id else list(layer.styles)
    bounds = site.catalog.kind(layer_id).extent().bounds
    image = "webp" if layer.kind == "basemap" else "png"  # as the page asks for them
    done = 0
    for style in styles:
        version, at = site.tiler.newest(layer.id, style.id)
        for zoom in zooms:
            for window in windows(bounds, zoom):
                site.tiler.fetch(TileRequest(layer.id, style.id, version, at, window, image))
                done += 1
                yield done
