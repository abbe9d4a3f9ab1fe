"""Cells to classes: what a pixel shows is the class of its cell, or nothing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from layers.errors import BadParameterError
from layers.geo import TILE_PX
from layers.model import Float32Array, Raster, Scale, StyleDefinition
from layers.render import hatch

ClassArray = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]

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
        Its band ``value`` is read: the measure already computed, in the unit of the breaks or on
        the scale that it names.
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
        0 where the value is unknown (NaN), else 1 + the number of breaks at or below the value;
        what is excluded has the two colours that follow the classes.

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
    known = ~np.isnan(cells) if raster.known is None else raster.known
    if smooth and down * across > 1:
        value, known = _bilinear(off_scale(raster.scale, cells), known, margin, down, across)
        return classified(value, known, np.asarray(limits, np.float32))
    inner = slice(margin, margin + rows), slice(margin, margin + cols)
    rising = on_scale(raster.scale, limits)
    found = classified(cells[inner], known[inner], rising)
    shown = _repeated(found, down, across)
    if raster.excluded is None:
        return shown
    excluded = _repeated(raster.excluded[inner], down, across)
    return hatch.laid(shown, excluded, len(limits) + 1, size_px // TILE_PX)


def _repeated(cells: NDArray[Any], down: int, across: int) -> NDArray[Any]:
    return cells.repeat(down, axis=0).repeat(across, axis=1) if down * across > 1 else cells


def classified(value: Float32Array, known: BoolArray, rising: Float32Array) -> ClassArray:
    """Return 1 + the number of breaks at or below each value, 0 where it is not known.

    Breaks are float32, so that a cell that stores 0.7 as well as it can is not below a break of
    0.7. Only the breaks that the values straddle are looked at.
    """
    # NaN, where a value is not known, is left out by both.
    ends = [each.reduce(value, axis=None, initial=np.nan) for each in (np.fmin, np.fmax)]
    first, last = np.searchsorted(rising, ends, side="right")
    found = np.full(value.shape, 1 + first, np.uint8)
    above = np.empty(value.shape, bool)
    for limit in rising[first:last]:
        np.greater_equal(value, limit, out=above)
        found += above.view(np.uint8)
    found *= known.view(np.uint8)
    return found


def on_scale(scale: Scale, limits: tuple[float, ...]) -> Float32Array:
    """Return the limits as values on a scale reach them."""
    match scale:
        case Scale.SCORE:
            return _scores(limits)
        case Scale.LOG:
            with np.errstate(divide="ignore"):
                return np.log(np.maximum(limits, 0.0)).astype(np.float32)
        case _:
            return np.asarray(limits, np.float32)


def off_scale(scale: Scale, values: Float32Array) -> Float32Array:
    """Return the measure that values on a scale stand for."""
    match scale:
        case Scale.SCORE:
            return np.asarray(ndtr(values))
        case Scale.LOG:
            return np.exp(values)
        case _:
            return values


def _scores(limits: tuple[float, ...]) -> Float32Array:
    """Return the normal scores at which a float32 probability reaches each limit."""
    # A probability nearer to 1 than half a step of float32 is 1.
    nearly = np.clip(np.asarray(limits, np.float64), 0.0, 1.0 - 2.0**-25)
    found = np.where(np.asarray(limits) > 1.0, np.inf, ndtri(nearly))
    return found.astype(np.float32)


def _bilinear(
    cells: Float32Array, known: BoolArray, margin: int, down: int, across: int
) -> tuple[Float32Array, BoolArray]:
    """Return pixel values between cell centres; weights of unknown neighbours go to the known."""
    if not margin:
        cells, known = np.pad(cells, 1, mode="edge"), np.pad(known, 1, mode="edge")
    trim = slice(max(margin, 1) - 1, 1 - max(margin, 1) or None)
    cells, known = cells[trim, trim], known[trim, trim]
    if known.all():
        return _spread(cells, down, across), np.ones(
            ((cells.shape[0] - 2) * down, (cells.shape[1] - 2) * across), bool
        )
    total = _spread(np.where(known, cells, np.float32(0)), down, across)
    weight = _spread(known.astype(np.float32), down, across)
    inside = known[1:-1, 1:-1].repeat(down, axis=0).repeat(across, axis=1)
    value = np.full(total.shape, np.nan, np.float32)
    np.divide(total, weight, out=value, where=inside)
    return value, inside


def _spread(framed: Float32Array, down: int, across: int) -> Float32Array:
    """Interpolate an array with one cell of frame to whole multiples, along one axis each."""
    return _down(_across(framed, across), down)


def _across(framed: Float32Array, factor: int) -> Float32Array:
    """Interpolate along the second axis: shape (m, n + 2) to (m, n factor)."""
    rows, cols = framed.shape[0], framed.shape[1] - 2
    if factor > cols:
        return np.ascontiguousarray(_down(framed.T, factor).T)
    found = np.empty((rows, cols, factor), np.float32)
    here = framed[:, 1:-1]
    before, after = framed[:, :-2] - here, framed[:, 2:] - here
    for k, offset in enumerate(_offsets(factor).tolist()):
        np.multiply(before if offset < 0 else after, np.float32(abs(offset)), out=found[:, :, k])
        found[:, :, k] += here
    return found.reshape(rows, cols * factor)


def _down(framed: Float32Array, factor: int) -> Float32Array:
    """Interpolate along the first axis: shape (n + 2, m) to (n factor, m)."""
    here = framed[1:-1, None, :]
    found = np.empty((len(here), factor, framed.shape[1]), np.float32)
    offset = _offsets(factor)
    low, share = factor // 2, np.abs(offset)[:, None]
    np.multiply(framed[:-2, None, :] - here, share[:low], out=found[:, :low])
    np.multiply(framed[2:, None, :] - here, share[low:], out=found[:, low:])
    found += here
    return found.reshape(-1, framed.shape[1])


def _offsets(factor: int) -> Float32Array:
    """Return how far the pixels of a cell are from its centre, in cells."""
    return (np.arange(factor, dtype=np.float32) + np.float32(0.5)) / np.float32(
        factor
    ) - np.float32(0.5)
