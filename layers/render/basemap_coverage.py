"""How much of each pixel polygons cover: exact areas, no supersampling.

Each edge adds the area between itself and the east end of its row; the running sum along a row is
then the coverage. Edges that two rings share cancel, so neighbours leave no seam between them.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Uint8Array = NDArray[np.uint8]


def edges(rings: list[FloatArray]) -> FloatArray:
    """Return the edges of rings, each of shape (n, 2), as rows x0, y0, x1, y1; rings are closed."""
    if not rings:
        return np.empty((0, 4))
    return np.concatenate(
        [np.concatenate([ring, np.roll(ring, -1, axis=0)], axis=1) for ring in rings]
    )


def coverage(of: FloatArray, shape: tuple[int, int]) -> Uint8Array:
    """Return 0 (free) to 255 (covered) per pixel.

    Parameters
    ----------
    of : array of float, shape (n, 4)
        Edges x0, y0, x1, y1 in pixels, y down, (0, 0) the north-west corner of the picture. They
        may lie outside of it. Rings of one direction add, rings of the other take away.
    shape : (height, width)

    Returns
    -------
    array of uint8, shape (height, width)
    """
    height, width = shape
    seen = (np.minimum(of[:, 1], of[:, 3]) < height) & (np.maximum(of[:, 1], of[:, 3]) > 0)
    of = of[seen & (of[:, 1] != of[:, 3]) & (np.minimum(of[:, 0], of[:, 2]) < width)]
    if not len(of):
        return np.zeros(shape, np.uint8)
    of = _cut_at(_cut_at(of, 1, 0.0), 1, float(height))
    middle = (of[:, 1] + of[:, 3]) / 2
    of = of[(middle > 0) & (middle < height)]
    of = _cut_at(_cut_at(of, 0, 0.0), 0, float(width))
    # What lies west of the picture still counts for its rows: it is pushed onto the west side.
    of[:, [0, 2]] = np.clip(of[:, [0, 2]], 0, width)
    x0, y0, x1, y1 = _cut_at_lines(_cut_at_lines(of, 1), 0).T
    col = np.clip(np.floor((x0 + x1) / 2), 0, width).astype(np.intp)
    row = np.clip(np.floor((y0 + y1) / 2), 0, height - 1).astype(np.intp)
    fall = y1 - y0
    east = fall * ((x0 + x1) / 2 - col)
    # Two spare columns take what falls on and beyond the east side.
    at = row * (width + 2) + col
    size = height * (width + 2)
    sums = np.bincount(at, fall - east, size) + np.bincount(at + 1, east, size)
    total = np.cumsum(sums.reshape(height, width + 2)[:, :width].astype(np.float32), axis=1)
    return np.minimum(np.abs(total) * 255 + 0.5, 255).astype(np.uint8)


def _cut_at(of: FloatArray, axis: int, line: float) -> FloatArray:
    """Return the edges, those that cross the line cut in two there."""
    ends = of[:, axis], of[:, axis + 2]
    crosses = (np.minimum(*ends) < line) & (np.maximum(*ends) > line)
    if not crosses.any():
        return of
    cut = of[crosses]
    part = (line - cut[:, axis]) / (cut[:, axis + 2] - cut[:, axis])
    point = cut[:, :2] + part[:, None] * (cut[:, 2:] - cut[:, :2])
    point[:, axis] = line
    halves = [
        np.concatenate([cut[:, :2], point], axis=1),
        np.concatenate([point, cut[:, 2:]], axis=1),
    ]
    return np.concatenate([of[~crosses], *halves])


def _cut_at_lines(of: FloatArray, axis: int) -> FloatArray:
    """Return the edges cut at every whole number that they cross along the axis."""
    low, high = np.minimum(of[:, axis], of[:, axis + 2]), np.maximum(of[:, axis], of[:, axis + 2])
    first = np.floor(low) + 1
    cuts = np.maximum(np.ceil(high) - first, 0).astype(np.intp)
    parent = np.repeat(np.arange(len(of)), cuts + 1)
    number = np.arange(len(parent)) - np.repeat(np.cumsum(cuts + 1) - cuts - 1, cuts + 1)
    start, end = of[parent, :2], of[parent, 2:]
    span = end[:, axis] - start[:, axis]
    rising = span > 0
    begin_line = np.where(rising, first[parent] + number - 1, first[parent] + cuts[parent] - number)
    end_line = np.where(rising, begin_line + 1, begin_line - 1)
    span = np.where(cuts[parent] == 0, 1.0, span)

    def at(line: FloatArray) -> FloatArray:
        return start + ((line - start[:, axis]) / span)[:, None] * (end - start)

    begin = np.where((number == 0)[:, None], start, at(begin_line))
    finish = np.where((number == cuts[parent])[:, None], end, at(end_line))
    return np.concatenate([begin, finish], axis=1)
