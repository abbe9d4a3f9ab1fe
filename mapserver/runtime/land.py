"""The base map as the kinds are handed it: drawn in blocks of tiles, the newest blocks kept."""

import hashlib
import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from layers.geo import Bounds, Window
from layers.render.basemap import METATILE_PX, load
from mapserver.documents.assets import Assets

KEPT_BLOCKS = 12
"""Blocks of tiles held in memory, 4 MB each: the two styles of a screen, which are asked for tile
by tile from its middle outwards, so that blocks come up in turns."""

Block = dict[Window, NDArray[np.uint8]]


class Land:
    """Draws the base map of an installation; opened at the first tile, shared by threads."""

    def __init__(self, assets: Assets) -> None:
        folder = assets.folder / "basemap"
        self._files = {
            path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()
        }
        digest = hashlib.blake2b(digest_size=5)
        for name, body in self._files.items():
            digest.update(name.encode() + body)
        self._token = digest.hexdigest()
        self._basemap = load(self._files)
        self._blocks: OrderedDict[tuple[int, int, int, int, str], Block] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def token(self) -> str:
        """Hash of the data."""
        return self._token

    @property
    def bounds(self) -> Bounds:
        """The region that the data cover."""
        return self._basemap.bounds

    def draw(self, window: Window, theme: str) -> NDArray[np.uint8] | None:
        """Return RGBA of one tile, from a block that is drawn whole."""
        side = METATILE_PX // window.size_px
        key = (window.zoom, window.col // side, window.row // side, window.size_px, theme)
        with self._lock:
            block = self._blocks.get(key)
            if block is None:
                block = dict(self._basemap.metatile(window, theme))
                self._blocks[key] = block
                while len(self._blocks) > KEPT_BLOCKS:
                    self._blocks.popitem(last=False)
            else:
                self._blocks.move_to_end(key)
        return _rgba(block[window])


def _rgba(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    if pixels.shape[2] == 4:
        return pixels if pixels[..., 3].any() else None
    opaque = np.full((*pixels.shape[:2], 1), 255, dtype=np.uint8)
    return np.concatenate([pixels, opaque], axis=2)
