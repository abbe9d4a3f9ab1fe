"""The base map as the kinds are handed it: the files of the installation, drawn block by block."""

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from layers.geo import Bounds, Window
from layers.render.basemap import load
from mapserver.documents.assets import Assets


class Land:
    """Draws the base map of an installation; shared by threads."""

    def __init__(self, assets: Assets) -> None:
        folder = assets.folder / "basemap"
        files = {
            path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()
        }
        digest = hashlib.blake2b(digest_size=5)
        for name, body in files.items():
            digest.update(name.encode() + body)
        self._token = digest.hexdigest()
        self._basemap = load(files)

    @property
    def token(self) -> str:
        """Hash of the data."""
        return self._token

    @property
    def bounds(self) -> Bounds:
        """The region that the data cover."""
        return self._basemap.bounds

    def draw(self, window: Window, theme: str, block_px: int) -> Mapping[Window, NDArray[np.uint8]]:
        """Return RGBA of every tile of the window's block."""
        return {at: _rgba(tile) for at, tile in self._basemap.block(window, theme, block_px)}


def _rgba(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels.shape[2] == 4:
        return pixels
    opaque = np.full((*pixels.shape[:2], 1), 255, dtype=np.uint8)
    return np.concatenate([pixels, opaque], axis=2)
