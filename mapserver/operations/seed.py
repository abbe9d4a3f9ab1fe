"""Plans which tiles are rendered before anybody asks."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pmtiles.tile import tileid_to_zxy, zxy_to_tileid

from layers.errors import BadExtentError, BadInstantError, BadParameterError
from layers.geo import TILE_PX, Bounds, Window
from layers.kinds import KINDS
from layers.model import Extent, LayerDefinition
from layers.tiles import LATEST, SeedOrder, TileRequest, tile_range
from mapserver.services.site import Site

_UP = 2
"""Zooms above a tile stands its block of 4 x 4, which one process renders, and often at once."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One layer in one style at one time and version, with the tiles of it that are wanted."""

    layer: str
    style: str
    version: str
    time: datetime | None
    format: str
    dense: bool
    bounds: Bounds
    zooms: range

    def __len__(self) -> int:
        """Count the tiles without listing them."""
        spans = (tile_range(self.bounds, zoom) for zoom in self.zooms)
        return sum(len(cols) * len(rows) for cols, rows in spans)

    def blocks(self) -> Iterator[list[TileRequest]]:
        """Yield neighbours together, in the order in which an archive holds its tiles."""
        size_px = 2 * TILE_PX if self.dense else TILE_PX
        for zoom in self.zooms:
            cols, rows = tile_range(self.bounds, zoom)
            up = min(zoom, _UP)
            for first in _firsts(zoom, up, cols, rows):
                tiles = (tileid_to_zxy(first + i) for i in range(4**up))
                yield [
                    TileRequest(
                        self.layer,
                        self.style,
                        self.version,
                        self.time,
                        Window(zoom, col, row, size_px),
                        self.format,
                    )
                    for _, col, row in tiles
                    if col in cols and row in rows
                ]


def _firsts(zoom: int, up: int, cols: range, rows: range) -> list[int]:
    """Return the number of the first tile of every block on the curve through all tiles."""
    above = itertools.product(
        range(cols.start >> up, ((cols.stop - 1) >> up) + 1),
        range(rows.start >> up, ((rows.stop - 1) >> up) + 1),
    )
    # The curve passes through a whole block before it goes on.
    before, of_block = _tiles_above(zoom), _tiles_above(zoom - up)
    numbers = (zxy_to_tileid(zoom - up, col, row) for col, row in above)
    return sorted(before + (number - of_block) * 4**up for number in numbers)


def _tiles_above(zoom: int) -> int:
    return int((4**zoom - 1) // 3)


def image_for(layer: LayerDefinition) -> str:
    """Return the format that the page asks a layer in."""
    return "webp" if layer.kind == "basemap" else "png"


def orders(
    site: Site,
    layer_id: str,
    style_id: str | None,
    *,
    zooms: tuple[int, int],
    time: str | None = None,
    image: str | None = None,
    dense: bool = False,
    bounds: Bounds | None = None,
) -> list[SeedOrder]:
    """Return an order for each style that is meant; None are all styles.

    Raises
    ------
    UnknownLayerError, UnknownStyleError
        With the nearest known word.
    BadParameterError
        For vector tiles of a layer that has none, or of twice the pixels.
    """
    layer = site.catalog.layer(layer_id)
    styles = [site.catalog.style(layer, style_id)] if style_id else list(layer.styles)
    chosen = image or image_for(layer)
    if chosen == "mvt" and not KINDS[layer.kind].vector:
        raise BadParameterError(f'layer "{layer.id}" has no vector tiles; png and webp are offered')
    if chosen == "mvt" and dense:
        raise BadParameterError("a vector tile has no pixels: --dense is for png and webp")
    return [SeedOrder(layer.id, s.id, zooms, chosen, dense, time or LATEST, bounds) for s in styles]


def editions(site: Site, order: SeedOrder) -> list[Edition]:
    """Return what an order means now.

    Raises
    ------
    NoSurfaceError
        Where there is nothing yet.
    BadExtentError, BadInstantError
        Where the layer has nothing there, or at that time.
    """
    extent = site.catalog.kind(order.layer).extent()
    bounds = _part(order, extent)
    zooms = range(max(order.zooms[0], extent.min_zoom), min(order.zooms[1], extent.max_zoom) + 1)
    if not zooms:
        raise BadExtentError(
            f'layer "{order.layer}" has zooms {extent.min_zoom} to {extent.max_zoom}'
        )
    found = []
    for at in _times(order, extent):
        version, moment = site.tiler.newest(order.layer, order.style, at)
        found.append(
            Edition(
                order.layer, order.style, version, moment, order.format, order.dense, bounds, zooms
            )
        )
    return found


def _part(order: SeedOrder, extent: Extent) -> Bounds:
    if order.bounds is None:
        return extent.bounds
    if not order.bounds.intersects(extent.bounds):
        covered = ",".join(f"{edge:g}" for edge in extent.bounds.as_tuple())
        raise BadExtentError(f'layer "{order.layer}" has nothing there; it covers {covered}')
    west, south, east, north = zip(order.bounds.as_tuple(), extent.bounds.as_tuple(), strict=True)
    return Bounds(max(west), max(south), min(east), min(north))


def _times(order: SeedOrder, extent: Extent) -> list[datetime | None]:
    moments = order.moments
    if order.time == LATEST or (not extent.times and moments is None):
        return [None]
    if moments is None:
        return list(extent.times)
    if not extent.times:
        raise BadInstantError(f'layer "{order.layer}" has no times; leave --time out')
    found: list[datetime | None] = [at for at in extent.times if at in moments]
    if not found:
        span = " to ".join(f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (extent.times[0], extent.times[-1]))
        raise BadInstantError(
            f'layer "{order.layer}" has nothing at {order.time}; it has times from {span}'
        )
    return found
