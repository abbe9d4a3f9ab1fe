"""Tiles of cells as lines of classes: found ahead for the fixed classes of a style, and shown."""

from collections.abc import Callable
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from layers.geo import TILE_PX, Window
from layers.kinds.surface import SurfaceKind
from layers.model import Raster, StyleDefinition
from layers.model.kind import Question
from layers.render import png, ramp, surface
from layers.views import View

Lines = NDArray[np.uint8]


def lines_of(
    kind: SurfaceKind, style: StyleDefinition, at: datetime, version: str
) -> Callable[[Window], Lines]:
    """Return what finds the lines of any tile of 256 px of a surface."""
    question, colours = Question(style), len(ramp.colours(style))

    def lines(window: Window) -> Lines:
        found = kind.tile(window, at, version, question)
        shown = np.zeros((TILE_PX, TILE_PX), np.uint8)
        if isinstance(found, Raster):
            shown = surface.classes(found, style, TILE_PX)
        return png.lines(shown, colours)

    return lines


def picture(
    kind: SurfaceKind,
    style: StyleDefinition,
    window: Window,
    at: datetime | None,
    version: str,
    shown: str,
) -> bytes | None:
    """Return the PNG of a tile from the classes that are kept: b"" where it shows nothing.

    None where they are not kept: then the cells are to be asked.
    """
    kept = kind.classed(window, at, version, shown)
    if kept is None:
        return None
    lines, rows, cols = kept
    colours = ramp.colours(style)
    side = rows.stop - rows.start
    if side == 1:
        return None
    if side < TILE_PX:
        lines = png.enlarged(lines, rows, cols, len(colours))
    return png.of_lines(lines, TILE_PX, colours) if lines.any() else b""


def view_classes(
    kind: SurfaceKind,
    style: StyleDefinition,
    view: View,
    at: datetime | None,
    version: str,
    shown: str,
) -> Lines | None:
    """Return the class of each pixel of a view from the classes that are kept, as ``picture``."""
    kept = kind.classed_view(view, at, version, shown)
    if kept is None:
        return None
    lines, before, seen = kept
    cells = png.classes(lines, len(ramp.colours(style)))
    first, last = int(seen.cols[0]), int(seen.cols[-1])
    if last - first == len(seen.cols) - 1:
        return seen.at_pixels(cells[:, before : before + len(seen.cols)])
    return seen.at_pixels(cells.take(seen.cols - (first - before), axis=1, mode="clip"))
