"""Picking what lies at each pixel of a picture that lies askew over a grid of cells."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]

_BITS = 30


@dataclass(frozen=True, slots=True)
class Mesh:
    """Where pixel centres lie on a grid: exact at nodes, and bilinear between four of them.

    ``rows`` and ``cols`` are those of the nodes in cells, shape (m, n), NaN for no place. The
    centre of every ``steps``-th pixel, down and across, is a node, the first one and some beyond
    the last. ``shape`` is that of the picture.
    """

    rows: FloatArray
    cols: FloatArray
    steps: tuple[int, int]
    shape: tuple[int, int]

    def box(self, height: int, width: int) -> tuple[slice, slice] | None:
        """Return the rows and columns of a grid of that size that may be shown, None for none."""
        found = []
        for nodes, count in ((self.rows, height), (self.cols, width)):
            known = nodes[np.isfinite(nodes)]
            if not known.size:
                return None
            # What lies between nodes lies between their cells.
            first, last = max(0.0, known.min()), min(count, known.max() + 1)
            if first >= last:
                return None
            found.append(slice(math.floor(first), math.floor(last)))
        return found[0], found[1]

    def picked(self, cells: NDArray[np.uint8], row: int, col: int) -> NDArray[np.uint8]:
        """Return the cell that holds the centre of each pixel, 0 where there is none.

        Parameters
        ----------
        cells : array of uint8, shape (rows, columns)
        row, col : int
            The first of them.

        Notes
        -----
        In whole numbers of 32 bits, because a picture is a million of them and each pass counts.
        """
        nodes = [np.nan_to_num(each, nan=0.0) for each in (self.rows - row, self.cols - col)]
        lost = np.isnan(self.rows + self.cols)
        index = [_whole(each, self.steps) for each in nodes]
        inside = not lost.any() and all(
            each.min() >= 0 and each.max() < count
            for each, count in zip(nodes, cells.shape, strict=True)
        )
        if not inside:
            blank = np.zeros((cells.shape[0] + 1, cells.shape[1] + 1), np.uint8)
            blank[:-1, :-1] = cells
            for each, count in zip(index, cells.shape, strict=True):
                # What is negative is large without a sign.
                np.minimum(each.view(np.uint32), np.uint32(count), out=each.view(np.uint32))
            lost = lost[:-1, :-1] | lost[1:, :-1] | lost[:-1, 1:] | lost[1:, 1:]
            index[0].transpose(0, 2, 1, 3)[lost] = len(cells)
            cells = blank
        place, across = index
        place *= np.int32(cells.shape[1])
        place += across
        found, flat = np.empty(place.shape, np.uint8), cells.ravel()
        for band, out in zip(place, found, strict=True):  # each is widened to 64 bits
            flat.take(band, mode="clip", out=out)
        height, width = self.shape
        shown: NDArray[np.uint8] = found.reshape(len(found) * self.steps[0], -1)
        return shown[:height, :width]


def _whole(nodes: FloatArray, steps: tuple[int, int]) -> NDArray[np.int32]:
    """Return the whole part at all pixels between nodes: (m - 1, steps, n - 1, steps)."""
    down, across = steps
    # Of a pixel so many bits stand behind the point that its row or column still has room.
    shift = _BITS - max(1, math.ceil(math.log2(1 + np.abs(nodes).max())))
    fixed = nodes * 2.0**shift
    share = (np.arange(down) / down)[None, :, None]
    tall = fixed[:-1, None, :] + np.diff(fixed, axis=0)[:, None, :] * share
    slope = np.rint(np.diff(tall, axis=2) / across).astype(np.int32)
    found: NDArray[np.int32] = np.multiply(
        slope[..., None], np.arange(across, dtype=np.int32), dtype=np.int32
    )
    found += np.rint(tall[:, :, :-1, None]).astype(np.int32)
    found >>= np.int32(shift)
    return found
