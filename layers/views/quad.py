"""Tile matrix sets whose tiles are quartered level by level, and the view that a tile is.

Their arithmetic is here as that of WebMercatorQuad is in ``geo``: a tile is asked for a thousand
times a second. What documents say of a set is morecantile's, and what this is tested against.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from layers.errors import BadExtentError
from layers.geo import HALF_WORLD_M, MAX_ZOOM, TILE_PX
from layers.views.projection import CRS84, WEB_MERCATOR
from layers.views.view import View


@dataclass(frozen=True, slots=True)
class Quad:
    """One set of the OGC: its system, its north-west corner and the tiles of level 0.

    ``side`` is that of a tile of level 0, in units of the system; ``levels`` are counted from 0.
    """

    id: str
    crs: str
    west: float
    north: float
    side: float
    cols: int
    rows: int
    levels: int

    def size(self, level: int) -> tuple[int, int]:
        """Return how many rows and columns of tiles a level has.

        Raises
        ------
        BadExtentError
            For a level that is not offered.
        """
        if not 0 <= level < self.levels:
            raise BadExtentError(f"level {level} is not within 0..{self.levels - 1} of {self.id}")
        return self.rows << level, self.cols << level

    def view(self, level: int, row: int, col: int) -> View:
        """Return the picture that a tile is, 256 pixels a side.

        Raises
        ------
        BadExtentError
            For a level that is not offered, or a tile that is not in its matrix.
        """
        rows, cols = self.size(level)
        for name, at, count in (("row", row, rows), ("column", col, cols)):
            if not 0 <= at < count:
                raise BadExtentError(f"{name} {at} is not within 0..{count - 1} of level {level}")
        side = self.side / 2**level
        west, north = self.west + col * side, self.north - row * side
        return View(self.crs, west, north - side, west + side, north, TILE_PX, TILE_PX)


QUADS: Mapping[str, Quad] = {
    quad.id: quad
    for quad in (
        Quad(
            "WebMercatorQuad",
            WEB_MERCATOR,
            -HALF_WORLD_M,
            HALF_WORLD_M,
            2 * HALF_WORLD_M,
            cols=1,
            rows=1,
            levels=MAX_ZOOM + 1,
        ),
        # A pixel of its level 0 is one of level 1 of the other, at the equator.
        Quad("WorldCRS84Quad", CRS84, -180.0, 90.0, 180.0, cols=2, rows=1, levels=MAX_ZOOM),
    )
}
"""The sets that tiles are offered in, by their ids."""
