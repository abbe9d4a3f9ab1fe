"""The base map as the kinds are handed it: the files of the installation, drawn block by block."""

import functools
import hashlib
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layers.geo import Bounds, Window
from layers.model import CatalogDefinition
from layers.render.basemap import Basemap, bounds_of, load
from mapserver.documents.assets import Assets


class Land:
    """Draws the base map of a folder; shared by threads.

    The shapes are unpacked when the first tile is drawn, or by whoever has the time and lets
    others have them too: a server does, before its workers are forked from it.

    Raises
    ------
    BadFileError
        Where the files that came with the installation are not whole.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._files = {
            path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()
        }
        digest = hashlib.blake2b(digest_size=5)
        for name, body in self._files.items():
            digest.update(name.encode() + body)
        self.token = digest.hexdigest()
        """Hash of the data."""
        self._cache = cache / self.token
        self.bounds: Bounds = bounds_of(self._files)
        """The region that the data cover."""
        self._basemap: Basemap | None = None
        self._lock = threading.Lock()

    def unpacked(self) -> Basemap:
        """Return what draws."""
        with self._lock:
            if self._basemap is None:
                self._basemap = load(self._files, self._cache)
                self._files.clear()
            return self._basemap

    def draw(self, window: Window, theme: str, block_px: int) -> Mapping[Window, NDArray[np.uint8]]:
        """Return RGBA of every tile of the window's block."""
        return {at: _rgba(tile) for at, tile in self.unpacked().block(window, theme, block_px)}

    def picture(
        self, pixel_m: float, first: tuple[int, int], size: tuple[int, int], theme: str
    ) -> NDArray[np.uint8]:
        """Return pixels of EPSG:3857, RGBA, shape (rows, columns, 4)."""
        return _rgba(self.unpacked().region(pixel_m, first, size, theme))


def of(catalog: CatalogDefinition, assets: Assets, cache: Path) -> Land | None:
    """Return the base map of the built files, one for all who ask; None where no layer shows it.

    ``cache`` is the folder of what may be made again.
    """
    if not any(layer.kind == "basemap" for layer in catalog.layers):
        return None
    return _opened(assets.folder / "basemap", cache / "land")


_opened = functools.lru_cache(maxsize=1)(Land)


def _rgba(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels.shape[2] == 4:
        return pixels
    opaque = np.full((*pixels.shape[:2], 1), 255, dtype=np.uint8)
    return np.concatenate([pixels, opaque], axis=2)
