"""The base map: relief, water and borders, drawn from data that come with the product."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import CatalogError
from layers.geo import HALF_WORLD_M, Point, Window
from layers.kinds import viewed
from layers.kinds.sources import Sources
from layers.model import Extent, LayerDefinition, Picture
from layers.model.kind import Question
from layers.views import View

MEASURES = ("light", "dark", "lines", "lines-dark")
MAX_ZOOM = 12
BLOCK_PX = 1024
"""A side of what is drawn together: a larger one is no cheaper for each tile, and comes later."""
MOST_PX = 6_000
"""Longest side of what is drawn to take the pixels of a view from."""


class BasemapKind:
    """Pictures of the land; the measure of a style is its theme."""

    def __init__(self, layer: LayerDefinition, sources: Sources) -> None:
        if sources.basemap is None:
            raise CatalogError(f'layer "{layer.id}": no base map data came with this installation')
        self._basemap = sources.basemap

    def extent(self) -> Extent:
        """The region that the data cover."""
        return Extent(self._basemap.bounds, 0, MAX_ZOOM)

    def version(self, at: datetime | None) -> str:
        """Token of the data."""
        return self._basemap.token

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Picture | None:
        """The land of a window, and of its block."""
        if isinstance(window, View):
            return Picture(self._viewed(window, question.style.measure))
        block = dict(self._basemap.draw(window, question.style.measure, BLOCK_PX))
        return Picture(block.pop(window), block)

    def _viewed(self, view: View, theme: str) -> NDArray[np.uint8]:
        """Draw the land around a view as EPSG:3857 and take its pixels from there."""
        west, south, east, north = view.box_m(1)
        if not view.pixel_m > 0 or west >= HALF_WORLD_M:
            return np.zeros((view.height, view.width, 4), np.uint8)
        pixel_m = max(view.pixel_m, (east - west) / MOST_PX, (north - south) / MOST_PX)
        first = (
            math.floor((HALF_WORLD_M - north) / pixel_m),
            math.floor((west + HALF_WORLD_M) / pixel_m),
        )
        size = (
            math.ceil((HALF_WORLD_M - south) / pixel_m) - first[0],
            math.ceil((east + HALF_WORLD_M) / pixel_m) - first[1],
        )
        rgba = self._basemap.picture(pixel_m, first, size, theme)
        return viewed.pixels(view, rgba, pixel_m, first)

    def inspect(self, point: Point, at: datetime | None) -> Mapping[str, Any]:
        """Nothing: a picture has no values."""
        return {"known": False, "reason": "picture", "version": self.version(at), "values": []}
