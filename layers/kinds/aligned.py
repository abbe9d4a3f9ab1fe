"""Which cells of an aligned copy a window or a view shows, whatever the copy holds in each cell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from layers.geo import MAX_ZOOM as DEEPEST
from layers.geo import TILE_PX, Window
from layers.kinds import viewed
from layers.kinds.cells import Target, cut, overlap, pixel_zoom
from layers.kinds.viewed import Seen
from layers.store.aligned import Level
from layers.views import View

LevelOf = Callable[[int], Level | None]
"""Gives the level of a zoom, or the deepest one; None where the copy is no longer kept."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Cells of shape (..., rows, columns), ``margin`` of them more on each side.

    ``target`` and ``count`` say where they lie in a square of ``count`` cells, None where they are
    all of it. ``seen`` says which of them each pixel of a view shows.
    """

    cells: Any
    margin: int = 0
    target: Target | None = None
    count: int = TILE_PX
    seen: Seen | None = None


class NotKept(Exception):
    """The copy was deleted in between."""


def shown(level_of: LevelOf, window: Window | View, *, smooth: bool = False) -> Shown | None:
    """Return the cells that a window or view shows, None where the copy has none there.

    Raises
    ------
    NotKept
        Where the copy is no longer kept.
    """
    if isinstance(window, View):
        return _viewed(level_of, window, smooth=smooth)
    copy = _kept(level_of(pixel_zoom(window)))
    if copy.grid.zoom == window.zoom and window.size_px == TILE_PX:
        tile = copy.tile(window.row, window.col)
        return None if tile is None else Shown(tile)
    # Only between cells that fill more than a pixel is there anything to smooth.
    margin = 1 if smooth and copy.grid.zoom < pixel_zoom(window) else 0
    part = cut(copy.grid, window, margin)
    to_rows, rows = overlap(part.row, part.count, part.step, copy.grid.height)
    to_cols, cols = overlap(part.col, part.count, part.step, copy.grid.width)
    if rows.stop <= rows.start or cols.stop <= cols.start:
        return None
    return Shown(copy.read(rows, cols), margin, (to_rows, to_cols), part.count)


def _viewed(level_of: LevelOf, view: View, *, smooth: bool) -> Shown | None:
    deepest = _kept(level_of(DEEPEST))
    seen = viewed.seen(view, deepest.grid, smooth=smooth)
    if seen is None:
        return None
    level, thinned = _kept(level_of(seen.zoom)), deepest.grid.thinned(seen.zoom)
    if thinned is None:
        return None
    # A level holds whole tiles, and so may begin before the cells that are seen.
    rows = seen.rows + (thinned.row - level.grid.row)
    cols = seen.cols + (thinned.col - level.grid.col)
    cells = level.read(slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1))
    picked = cells[..., rows - rows[0], :][..., cols - cols[0]]
    return Shown(picked, seen=seen)


def _kept(level: Level | None) -> Level:
    if level is None:
        raise NotKept
    return level
