"""Surfaces: bands on a cell grid that define a predictive distribution."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from layers.geo import CellGrid, Window
from layers.model.observation import Context

Float32Array = NDArray[np.float32]
Transform = Literal["log", "none", "quantiles"]

BANDS = ("mu", "sigma", "support")
"""Mean and sd of the latent (log-)field, and its variance over the prior variance."""


@dataclass(frozen=True, slots=True)
class Surface:
    """One (layer, valid time, revision).

    ``bands`` has shape (bands, height, width), float32, on ``grid``, ``support`` the last of
    them; all finite where it is below 1. ``transform`` tells which they are: ``BANDS`` under
    ``log`` or ``none``; under ``quantiles`` the values at the probabilities that the tag
    ``probabilities`` holds. ``noise_sigma`` is the spread that a new measurement has beyond the
    field, in the latent unit (of the background, in an event). ``input_hash`` names the
    values it was made of, ``input_revision`` the state of all that it depends on: only whether
    two are equal means anything.
    """

    layer_id: str
    quantity: str
    valid_time: datetime
    revision: int
    context: Context
    grid: CellGrid
    bands: Float32Array
    transform: Transform
    noise_sigma: float
    input_hash: str
    input_revision: int
    tags: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SurfaceInfo:
    """A published surface without its cells; ``token`` is the data part of its version."""

    layer_id: str
    quantity: str
    valid_time: datetime
    revision: int
    context: Context
    grid: CellGrid
    transform: Transform
    noise_sigma: float
    input_hash: str
    input_revision: int
    token: str
    published_at: datetime
    tags: Mapping[str, Any] = field(default_factory=dict)


class Scale(StrEnum):
    """What stands for a measure where only its place among breaks is asked: it rises with it."""

    VALUE = "value"
    """The measure itself."""
    LOG = "log"
    """Its natural logarithm, which costs no exponential in every cell."""
    SCORE = "score"
    """The normal score of a probability, which costs no integral."""


@dataclass(frozen=True, slots=True)
class Raster:
    """Cells that cover a window: each band has shape (rows + 2 margin, cols + 2 margin), float32.

    Without the margin the cells cover the window exactly; rows and cols divide its pixels, so a
    cell becomes a whole number of pixels. ``known`` tells where there is a cell, in the shape of a
    band; without it, NaN is "no cell here". ``scale`` says what the values are.
    ``excluded`` tells which cells no value stands for, whatever it is: they are drawn as a hatch.

    For a view, ``at_pixels`` gives what lies at each pixel out of bytes of the cells, 0 where
    there is no cell. Where it is None, the cells are the pixels of the view.
    """

    bands: Mapping[str, Float32Array]
    margin: int
    known: NDArray[np.bool_] | None = None
    scale: Scale = Scale.VALUE
    at_pixels: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None = None
    excluded: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels that need no style: RGBA, uint8, shape (size, size, 4).

    ``beside`` holds the other tiles that were drawn with it, in one block.
    """

    rgba: NDArray[np.uint8]
    beside: Mapping[Window, NDArray[np.uint8]] = field(default_factory=dict)
