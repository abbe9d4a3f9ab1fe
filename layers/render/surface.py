"""Cells to classes: what a pixel shows is the class of its cell, or nothing."""

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError
from layers.model import Float32Array, Raster, StyleDefinition

ClassArray = NDArray[np.uint8]

MAX_BREAKS = 254
"""Classes and "unknown" share one byte."""


def classes(
    raster: Raster,
    style: StyleDefinition,
    size_px: int,
    breaks: tuple[float, ...] = (),
    smooth: bool = False,
) -> ClassArray:
    """Return the class of every pixel of a window.

    Parameters
    ----------
    raster : Raster
        Its band ``value`` is read: the measure already computed, in the unit of the breaks.
    style : StyleDefinition
        Gives the breaks where ``breaks`` is empty.
    size_px : int
        Side of the picture; a whole multiple of the cells of the window.
    breaks : tuple of float
        Rising limits that take the place of the style's.
    smooth : bool
        Interpolate between cell centres; an unknown cell stays unknown to its very border.

    Returns
    -------
    array of uint8, shape (size_px, size_px)
        0 where the value is unknown (NaN), else 1 + the number of breaks at or below the value.

    Raises
    ------
    BadParameterError
        For cells that do not divide the picture, or more breaks than a byte can tell apart.
    """
    cells = raster.bands["value"]
    margin = raster.margin
    rows, cols = cells.shape[0] - 2 * margin, cells.shape[1] - 2 * margin
    if rows < 1 or cols < 1 or size_px % rows or size_px % cols:
        raise BadParameterError(f"{rows} x {cols} cells do not divide {size_px} pixels")
    limits = breaks or style.breaks
    if len(limits) > MAX_BREAKS:
        raise BadParameterError(f"{len(limits)} breaks; at most {MAX_BREAKS} can be shown")
    down, across = size_px // rows, size_px // cols
    if smooth and down * across > 1:
        return classified(_bilinear(cells, margin, down, across), limits)
    inner = cells[margin : margin + rows, margin : margin + cols]
    found = classified(inner, limits)
    return found.repeat(down, axis=0).repeat(across, axis=1) if down * across > 1 else found


def classified(value: Float32Array, limits: tuple[float, ...]) -> ClassArray:
    """Return 1 + the number of breaks at or below each value, 0 for NaN; shape of ``value``.

    Breaks are compared as float32, so that a cell that stores 0.7 as well as it can is not below
    a break of 0.7. Only the breaks that the values straddle are looked at.
    """
    value = np.ascontiguousarray(value)
    rising = np.asarray(limits, np.float32)
    ends = [f.reduce(value, axis=None, initial=np.nan) for f in (np.fmin, np.fmax)]
    first, last = np.searchsorted(rising, ends, side="right")
    found: ClassArray = (~np.isnan(value)).view(np.uint8) * np.uint8(1 + first)
    above = np.empty(value.shape, bool)
    for limit in rising[first:last]:
        np.greater_equal(value, limit, out=above)
        found += above.view(np.uint8)
    return found


def _bilinear(cells: Float32Array, margin: int, down: int, across: int) -> Float32Array:
    """Return pixel values between cell centres; weights of unknown neighbours go to the known."""
    framed = cells if margin else np.pad(cells, 1, mode="edge")
    trim = max(margin, 1) - 1
    framed = framed[trim : framed.shape[0] - trim, trim : framed.shape[1] - trim]
    known = ~np.isnan(framed)
    total = _spread(np.where(known, framed, np.float32(0)), down, across)
    weight = _spread(known.astype(np.float32), down, across)
    inside = known[1:-1, 1:-1].repeat(down, axis=0).repeat(across, axis=1)
    value = np.full(total.shape, np.nan, np.float32)
    np.divide(total, weight, out=value, where=inside)
    return value


def _spread(framed: Float32Array, down: int, across: int) -> Float32Array:
    """Interpolate an array with one cell of frame to whole multiples, along one axis each."""
    return _along(_along(framed, down).T, across).T


def _along(framed: Float32Array, factor: int) -> Float32Array:
    """Interpolate along the first axis: shape (n + 2, m) to (n factor, m)."""
    count = framed.shape[0] - 2
    # Pixel k of a cell has its centre (k + 0.5) / factor - 0.5 cells from the centre of the cell.
    offset = (np.arange(factor, dtype=np.float32) + np.float32(0.5)) / np.float32(factor) - 0.5
    lower = offset < 0
    share = np.abs(offset)[None, :, None]
    here = framed[1:-1, None, :]
    beside = np.where(lower[None, :, None], framed[:-2, None, :], framed[2:, None, :])
    mixed: Float32Array = (here + (beside - here) * share).astype(np.float32)
    return mixed.reshape(count * factor, -1)
