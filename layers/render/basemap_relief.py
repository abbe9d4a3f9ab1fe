"""The shaded relief of the base map, taken for any view."""

import math
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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

    def __init__(self, levels: Sequence[Image.Image], corner: NDArray[np.float64]) -> None:
        """Take ``halves`` of a picture whose north-west corner is x, y of the unit square."""
        self._corner = np.rint(corner * RELIEF_PX)
        self._levels = levels

    def of(self, view: View) -> Image.Image:
        """Return the relief of the view, mode L: ``FLAT`` for flat land and where there is none."""
        halvings = math.floor(max(0.0, math.log2(RELIEF_PX / view.world_px)) + 1e-9)
        level = min(halvings, len(self._levels) - 1)
        source = self._levels[level]
        per_px = RELIEF_PX / 2**level / view.world_px
        x, y = np.array([view.west_px, view.north_px]) * per_px - self._corner / 2**level
        shown = Image.new("L", (view.width, view.height), FLAT)
        if per_px > max(source.size):
            return shown  # all of it is one pixel: a view of a thousand worlds
        # Of a view of many worlds no more is taken than the one that there is.
        cols = _reached(x, per_px, view.width, source.width)
        rows = _reached(y, per_px, view.height, source.height)
        if not cols or not rows:
            return shown
        x, y = x + cols.start * per_px, y + rows.start * per_px
        width, height = len(cols) * per_px, len(rows) * per_px
        west, north = math.floor(x) - MARGIN_PX, math.floor(y) - MARGIN_PX
        east, south = math.ceil(x + width) + MARGIN_PX, math.ceil(y + height) + MARGIN_PX
        part = Image.new("L", (east - west, south - north), FLAT)
        part.paste(source, (-west, -north))
        box = (x - west, y - north, x - west + width, y - north + height)
        found = part.resize((len(cols), len(rows)), Image.Resampling.BICUBIC, box=box)
        shown.paste(found, (cols.start, rows.start))
        return shown


def _reached(start: float, per_px: float, size: int, source: int) -> range:
    """Return the pixels of a view that a source may be in, and those that its filter reaches."""
    first = max(0, min(size, math.floor(-start / per_px) - MARGIN_PX))
    last = max(0, min(size, math.ceil((source - start) / per_px) + MARGIN_PX))
    return range(first, last)


def halves(picture: Image.Image) -> list[Image.Image]:
    """Return a picture and its halves, down to a small one."""
    levels = [picture]
    while min(levels[-1].size) > LEAST_PX:
        levels.append(levels[-1].reduce(2))
    return levels


def keep(levels: Sequence[Image.Image], folder: Path) -> None:
    """Write pictures as pixels that ``kept`` maps, in the place of all that lies beside them.

    A folder is whole or not there.

    Raises
    ------
    OSError
        Where the disk does not take them.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as name:
        whole = Path(name) / "whole"
        whole.mkdir()
        for number, level in enumerate(levels):
            np.save(whole / f"{number}.npy", np.asarray(level))
        shutil.rmtree(folder, ignore_errors=True)  # one that is not whole after all
        whole.rename(folder)
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def kept(folder: Path) -> list[Image.Image]:
    """Return the pictures of a folder: their pixels are those of the files, whoever maps them.

    Raises
    ------
    OSError, ValueError
        Where they are not what ``keep`` wrote.
    """
    count = len(list(folder.iterdir()))
    cells = [np.load(folder / f"{number}.npy", mmap_mode="r") for number in range(count)]
    if not cells:
        raise OSError(f"{folder.name} holds no relief")
    return [Image.frombuffer("L", each.shape[::-1], each, "raw", "L", 0, 1) for each in cells]
