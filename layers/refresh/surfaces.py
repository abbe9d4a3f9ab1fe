"""One hour of observations becomes one surface with its uncertainty and its report."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers import geo, interpolation, units
from layers.geo import CellGrid
from layers.interpolation.parameters import Transform
from layers.model import Context, LayerDefinition, Status, Surface
from layers.refresh import mapping
from layers.refresh.covariates import state
from layers.refresh.gridding import grid_for
from layers.refresh.mapping import Hour, networks_of
from layers.refresh.standing import Standing
from layers.refresh.tags import tags
from layers.refresh.week import Week
from layers.store import Snapshot
from layers.units import Quantity

FloatArray = NDArray[np.float64]

SURFACE_METHOD = 9
"""Raised whenever the same observations would give another surface."""

NEVER_MAPPED = (Status.REJECTED, Status.MISSING)


def usable(snapshot: Snapshot) -> np.ndarray:
    """Return which rows of a snapshot enter a surface: values that nobody has rejected."""
    status = np.asarray(snapshot.status)
    return np.isfinite(snapshot.value) & ~np.isin(status, [str(s) for s in NEVER_MAPPED])


MOST_ZEROS = 0.1
"""Share of zeros up to which they are taken as "below what the instrument shows"."""


def recipe(layer: LayerDefinition) -> str:
    """Return what makes another surface of the same observations."""
    explained = f" {state(layer.covariates)}" if layer.covariates else ""
    return f"{SURFACE_METHOD} {layer.quantity} {layer.domain} {layer.native_zoom}{explained}"


def input_hash(
    snapshot: Snapshot,
    rows: np.ndarray,
    grid: CellGrid,
    history: FloatArray | None,
    known: interpolation.Learnt | None = None,
    rasters: str = "",
) -> str:
    """Return a hash of all that a surface is made of; of rasters their state."""
    digest = hashlib.sha256(f"method {SURFACE_METHOD}".encode())
    for code, begin in zip(
        np.asarray(snapshot.codes)[rows], np.asarray(snapshot.begin_s)[rows], strict=True
    ):
        digest.update(f"|{code}@{begin}".encode())
    digest.update(repr((np.asarray(snapshot.networks)[rows].tolist(), grid)).encode())
    for column in (snapshot.lon, snapshot.lat, snapshot.value, snapshot.sd):
        digest.update(np.ascontiguousarray(column[rows], dtype="<f8").tobytes())
    if history is not None:
        digest.update(np.ascontiguousarray(history, dtype="<f8").tobytes())
    if known is not None:
        digest.update(repr(known).encode())
    digest.update(rasters.encode())
    return digest.hexdigest()


def mapped(value: FloatArray, quantity: Quantity) -> tuple[FloatArray, Transform]:
    """Return the values as they enter the model, and whether that is in logarithms.

    A logarithm suits what is positive and skewed. A few zeros then stand for half of the smallest
    value that was shown; with many, as of rain, zero is a value of its own and nothing is changed.
    """
    zero = value == 0
    if not quantity.positive or not len(value) or zero.mean() > MOST_ZEROS:
        return value, "none"
    return np.where(zero, value[~zero].min() / 2, value), "log"


def make(
    layer: LayerDefinition,
    snapshot: Snapshot,
    grid: CellGrid,
    *,
    valid_time: datetime,
    revision: int,
    input_revision: int,
    context: Context,
    attribution: str,
    history: FloatArray | None = None,
    learnt_from: Week | None = None,
    standing: Standing | None = None,
) -> Surface:
    """Return the surface of one hour.

    Parameters
    ----------
    snapshot : Snapshot
        The hour's observations with their positions; any number of rows, none included.
    grid : CellGrid
        The cells to predict.
    revision, input_revision : int
        Of the surface, and of the hour's observations it is made of.
    history : array of float, shape (rows of the snapshot, hours), optional
        What each station showed before, NaN where it did not: with it a release is recognised.
    learnt_from : Week, optional
        What parameters are learnt from; they serve for some hours (``standing.EVERY``). Without
        it, or where it tells too little, they are learnt from the hour and its history.
    standing : Standing, optional
        What stands from the hours before.

    Notes
    -----
    Distances are metres on the conic of the grid's bounds. A missing standard deviation of a
    measurement is unknown, not zero: the nugget stands for it. Networks have offsets of their own,
    which what is relative to each station's own normal is free of.
    The mean follows the covariates of the layer.
    """
    standing = Standing() if standing is None else standing
    rows = usable(snapshot)
    hour = _hour(layer, snapshot, grid, rows, standing)
    known = None
    if learnt_from is not None:
        known = mapping.learnt(hour, learnt_from, standing)
    history = None if history is None else history[rows]
    found = mapping.mapped(hour, history, known, units.MAPPED[snapshot.quantity].alarm, standing)
    return Surface(
        layer_id=layer.id,
        quantity=snapshot.quantity,
        valid_time=valid_time,
        revision=revision,
        context=context,
        grid=grid,
        bands=found.bands,
        transform=found.transform,
        noise_sigma=found.field.noise_sigma,
        input_hash=input_hash(snapshot, rows, grid, history, known, hour.rasters),
        input_revision=input_revision,
        tags={
            **found.told,
            **tags(layer, found.field),
            "unit": units.MAPPED[snapshot.quantity].unit,
            "far_out": [str(code) for code in hour.codes[found.field.outliers]],
            "stations": int(rows.sum()),
            "attribution": attribution,
        },
    )


def prepare(
    layer: LayerDefinition,
    snapshot: Snapshot,
    grid: CellGrid,
    history: FloatArray,
    learnt_from: Week,
    standing: Standing,
    interrupted: Callable[[], bool],
) -> bool:
    """Learn the parameters of hours to come, and make what does not depend on their values.

    The arguments are those of ``make``, of the newest hour; nothing is told of the surface. What
    was ``interrupted`` returns false and is to be asked again: what was made then stands.
    """
    rows = usable(snapshot)
    hour = _hour(layer, snapshot, grid, rows, standing)
    known = mapping.learnt(hour, learnt_from, standing)
    if interrupted():
        return False
    if known is not None and standing.last(layer.id, grid, known)[0] is None:
        mapping.routine(hour, {**hour.about, "history": history[rows]}, known, standing)
    return not interrupted()


def _hour(
    layer: LayerDefinition,
    snapshot: Snapshot,
    grid: CellGrid,
    rows: np.ndarray,
    standing: Standing,
) -> Hour:
    """Return what the usable rows of a snapshot, and the rasters of the layer, say of an hour."""
    lon, lat = snapshot.lon[rows], snapshot.lat[rows]
    value, transform = mapped(snapshot.value[rows], units.MAPPED[snapshot.quantity])
    about: dict[str, Any] = {
        "sd": snapshot.sd[rows],
        "transform": transform,
        "networks": networks_of(layer, np.asarray(snapshot.networks)[rows].tolist()),
    }
    over = standing.covariates(layer, grid)
    if over is not None:
        about["covariates"] = over.at(lon, lat)
    codes, place = np.asarray(snapshot.codes)[rows], geo.plane(grid.bounds, lon, lat)
    return Hour(layer, grid, codes, place, value, about, over)


__all__ = ["grid_for", "input_hash", "make", "usable"]
