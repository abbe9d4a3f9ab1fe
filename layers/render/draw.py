"""Features drawn as a picture, for clients that have no use for vector tiles."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from layers.geo import Window
from layers.model import Features, StyleDefinition
from layers.render import isolines, names, shapes, symbols
from layers.render.canvas import Canvas, Frame
from layers.render.marks import Marks

BUFFER_PX = 32
"""How far a symbol may reach from its place, in pixels of a 256 px tile."""

Painter = Callable[[Canvas, Marks], None]

_PAINTERS: Mapping[str, tuple[Painter, ...]] = {
    "fill": (shapes.areas, shapes.strokes, symbols.dots),
    "suitability": (shapes.areas,),
    "line": (shapes.borders, shapes.strokes, symbols.dots),
    "point": (symbols.dots,),
    "site": (shapes.borders, shapes.strokes, symbols.sites),
    "station": (symbols.stations,),
    "quake": (symbols.quakes,),
    "zone": (shapes.zones,),
    "zone-outline": (shapes.outlines,),
    "fault": (shapes.faults,),
    "isoline": (isolines.isolines,),
}
SYMBOLS = tuple(_PAINTERS)


def reach_px(style: StyleDefinition) -> int:
    """Return how far from a picture features may lie that are to be known, in pixels of 256."""
    return names.REACH_PX if style.label else BUFFER_PX


def overhang_px(style: StyleDefinition) -> int:
    """Return how far from its place anything of a feature may be drawn, in pixels of 256."""
    return names.LONGEST_PX // 2 if style.label else BUFFER_PX


def picture(
    features: Features,
    style: StyleDefinition,
    window: Window,
    font: bytes | None = None,
    language: str = "",
) -> NDArray[np.uint8]:
    """Return the tile of a window.

    Parameters
    ----------
    features : Features
        All that lie within the window and ``reach_px`` around it, whole; those outside do no harm.
    style : StyleDefinition
        ``symbol`` is one of ``SYMBOLS``; ``measure`` names the property that is classed.
    window : Window
        512 px show the same as 256, twice as fine.
    font : bytes, optional
        A TrueType font; Pillow's own where there is none.
    language : str, optional
        That of names, where the style has any; none is written without it.

    Returns
    -------
    array of uint8, shape (size_px, size_px, 4)
        RGBA. What a symbol shows at a tile's border, its neighbour goes on with.
    """
    return painted(features, style, Frame.of(window), font, language)


def painted(
    features: Features,
    style: StyleDefinition,
    frame: Frame,
    font: bytes | None = None,
    language: str = "",
) -> NDArray[np.uint8]:
    """Return the picture of any frame, shape (height, width, 4) in its dense pixels."""
    canvas = Canvas(frame, font)
    marks = Marks(canvas, features, style)
    for paint in _PAINTERS[style.symbol]:
        paint(canvas, marks)
    if style.label and language:
        names.names(canvas, marks, language)
    return canvas.rgba()
