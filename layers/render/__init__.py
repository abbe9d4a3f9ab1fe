"""Arrays and features become pictures, vector tiles and legends."""

from layers.render.draw import SYMBOLS
from layers.render.legend import LegendEntry

RENDERER_VERSION = "5"
"""Raised with every change of what is drawn: it is part of the name of every tile."""

__all__ = ["RENDERER_VERSION", "SYMBOLS", "LegendEntry"]
