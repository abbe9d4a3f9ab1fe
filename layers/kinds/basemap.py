"""The base map: relief, water and borders, drawn from data that come with the product."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from layers.errors import CatalogError
from layers.geo import Point, Window
from layers.kinds.sources import Sources
from layers.model import Extent, LayerDefinition, Picture
from layers.model.kind import Question

MEASURES = ("light", "dark", "lines", "lines-dark")
MAX_ZOOM = 12
BLOCK_PX = 1024
"""A side of what is drawn together: a larger one is no cheaper for each tile, and comes later."""


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
        self, window: Window, at: datetime | None, version: str, question: Question
    ) -> Picture | None:
        """The land of a window, and of its block."""
        block = dict(self._basemap.draw(window, question.style.measure, BLOCK_PX))
        return Picture(block.pop(window), block)

    def inspect(self, point: Point, at: datetime | None) -> Mapping[str, Any]:
        """Nothing: a picture has no values."""
        return {"known": False, "reason": "picture", "version": self.version(at), "values": []}
