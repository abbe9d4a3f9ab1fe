"""The shaded relief of the base map, taken for any view."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RELIEF_PX = 256 << 6  # pixels of the relief across the world: one of zoom 6 each
MARGIN_PX = 4  # a bicubic filter looks two pixels beyond, in either direction
FLAT = 128
LEAST_PX = 64


@dataclass(frozen=True, slots=True)
class View:
    """A picture's place: its north-west corner in pixels of a world ``world_px`` wide."""

    world_px: float
    west_px: float
    north_px: float
    width: int
    height: int
    stroke: float  # pixels a stroke of width 1 is wide


class Relief:
    """A grey picture in Web Mercator, ``RELIEF_PX`` across the world, and its halves."""

    def __init__(self, picture: Image.Image, corner: NDArray[np.float64]) -> None:
        """Take the picture whose north-west corner is x, y of the unit square of Web Mercator."""
        self._corner = np.rint(corner * RELIEF_PX)
        self._levels = [picture]
        while min(self._levels[-1].size) > LEAST_PX:
            self._levels.append(self._levels[-1].reduce(2))

    def of(self, view: View) -> Image.Image:
        """Return the relief of the view, mode L: ``FLAT`` for flat land and where there is none."""
        halvings = math.floor(max(0.0, math.log2(RELIEF_PX / view.world_px)) + 1e-9)
        level = min(halvings, len(self._levels) - 1)
        per_px = RELIEF_PX / 2**level / view.world_px
        x, y = np.array([view.west_px, view.north_px]) * per_px - self._corner / 2**level
        width, height = view.width * per_px, view.height * per_px
        west, north = math.floor(x) - MARGIN_PX, math.floor(y) - MARGIN_PX
        east, south = math.ceil(x + width) + MARGIN_PX, math.ceil(y + height) + MARGIN_PX
        part = Image.new("L", (east - west, south - north), FLAT)
        part.paste(self._levels[level], (-west, -north))
        box = (x - west, y - north, x - west + width, y - north + height)
        return part.resize((view.width, view.height), Image.Resampling.BICUBIC, box=box)
