"""What a kind may read, and what it says when there is nothing yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from layers.geo import Bounds, Window
from layers.model import Extent, LayerDefinition
from layers.store import Audience, Reader

WORLD = Bounds(-180.0, -85.05, 180.0, 85.05)


class BasemapSource(Protocol):
    """Draws the land; a kind is handed one, for kinds do not draw."""

    @property
    def token(self) -> str:
        """Hash of its data."""

    @property
    def bounds(self) -> Bounds:
        """The region that its data cover."""

    def draw(self, window: Window, theme: str, block_px: int) -> Mapping[Window, NDArray[np.uint8]]:
        """Return the tiles of the window's block, RGBA of shape (size, size, 4)."""

    def picture(
        self, pixel_m: float, first: tuple[int, int], size: tuple[int, int], theme: str
    ) -> NDArray[np.uint8]:
        """Return ``size`` (rows, columns) pixels of EPSG:3857, RGBA.

        ``first`` is the first row and column, counted in pixels from the corner of the world.
        """


@dataclass(frozen=True, slots=True)
class Sources:
    """Where kinds read: the store as an audience sees it, a clock, and the land."""

    store: Reader
    audience: Audience
    now: Callable[[], datetime]
    basemap: BasemapSource | None = None


def nothing_yet(layer: LayerDefinition) -> Extent:
    """Return the extent of a layer without data: its domain, or the world, and no time."""
    return Extent(layer.domain or WORLD, 0, 22, ())
