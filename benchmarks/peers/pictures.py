"""Do they draw the same? Classes read back from the colours of a picture."""

import io
from collections.abc import Callable, Mapping
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.peers.data import COLOURS
from benchmarks.peers.processes import Server, ask
from layers.geo import Window

Way = tuple[Server, Callable[[Window], str]]

_PALETTE = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in COLOURS])


def classes(body: bytes) -> NDArray[np.intp]:
    """Return 1 + the class whose colour is nearest for every pixel, 0 where it is clear."""
    rgba = np.asarray(Image.open(io.BytesIO(body)).convert("RGBA")).astype(int)
    off = ((rgba[:, :, None, :3] - _PALETTE) ** 2).sum(axis=3)
    return np.where(rgba[:, :, 3] < 128, 0, 1 + off.argmin(axis=2))


def differing(
    ways: Mapping[str, Way], first: str, tiles: list[Window], each: int = 6
) -> dict[str, dict[int, float]]:
    """Return per way and zoom the share of pixels whose class is not that of ``first``.

    ``each`` tiles of every zoom are looked at, those with something to see.
    """
    chosen: dict[int, list[tuple[Window, NDArray[np.intp]]]] = {}
    for tile in dict.fromkeys(tiles):
        of_zoom = chosen.setdefault(tile.zoom, [])
        if len(of_zoom) < each:
            shown = _shown(ways[first], tile)
            if shown is not None and shown.any():
                of_zoom.append((tile, shown))
    found: dict[str, dict[int, float]] = {}
    for name, way in ways.items():
        for zoom, looked in sorted(chosen.items()):
            shares = [_share(shown, _shown(way, tile)) for tile, shown in looked]
            found.setdefault(name, {})[zoom] = fmean(shares)
    return found


def _share(one: NDArray[np.intp], other: NDArray[np.intp] | None) -> float:
    return float((one != (0 if other is None else other)).mean())


def _shown(way: Way, tile: Window) -> NDArray[np.intp] | None:
    server, path = way
    status, body = ask(server.port, path(tile))
    # Some answer an empty tile with a status instead of a picture.
    return classes(body) if status == 200 and body else None
