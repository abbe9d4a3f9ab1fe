"""One hour of observations becomes one surface with its uncertainty and its report."""

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers import geo, interpolation, units
from layers.geo import CellGrid
from layers.interpolation.parameters import SMOOTH, Transform
from layers.model import Context, LayerDefinition, Status, Surface
from layers.refresh.gridding import grid_for
from layers.refresh.standing import Standing, since
from layers.store import Snapshot
from layers.units import Quantity

FloatArray = NDArray[np.float64]
Past = Callable[[], FloatArray]

SURFACE_METHOD = 5
"""Raised whenever the same observations would give another surface."""

ALARMS = {"ambient_dose_rate": 1_000.0}
"""Canonical value above which one station alone tells of a release: 1 uSv/h."""
NEVER_MAPPED = (Status.REJECTED, Status.MISSING)


def usable(snapshot: Snapshot) -> np.ndarray:
    """Return which rows of a snapshot enter a surface: values that nobody has rejected."""
    status = np.asarray(snapshot.status)
    return np.isfinite(snapshot.value) & ~np.isin(status, [str(s) for s in NEVER_MAPPED])


MOST_ZEROS = 0.1
"""Share of zeros up to which they are taken as "below what the instrument shows"."""


def recipe(layer: LayerDefinition) -> str:
    """Return what makes another surface of the same observations."""
    return f"{SURFACE_METHOD} {layer.quantity} {layer.domain} {layer.native_zoom}"


def input_hash(
    snapshot: Snapshot,
    rows: np.ndarray,
    history: FloatArray | None,
    known: interpolation.Learnt | None = None,
) -> str:
    """Return a hash of every number that a surface is made of."""
    digest = hashlib.sha256(f"method {SURFACE_METHOD}".encode())
    for code, begin in zip(
        np.asarray(snapshot.codes)[rows], np.asarray(snapshot.begin_s)[rows], strict=True
    ):
        digest.update(f"|{code}@{begin}".encode())
    for column in (snapshot.lon, snapshot.lat, snapshot.value, snapshot.sd):
        digest.update(np.ascontiguousarray(column[rows], dtype="<f8").tobytes())
    if history is not None:
        digest.update(np.ascontiguousarray(history, dtype="<f8").tobytes())
    if known is not None:
        digest.update(repr(known).encode())
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


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts without numbers that say nothing: NaN is a gap, and no JSON has it."""
    return {
        name: None if isinstance(fact, float) and not math.isfinite(fact) else fact
        for name, fact in facts.items()
    }


def _covariance(parameters: interpolation.Parameters) -> str:
    second = f" and {SMOOTH}" if parameters.smooth else ""
    return f"{parameters.model}{second} covariance"


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
    learnt_from: Past | None = None,
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
    learnt_from : callable, optional
        Gives the past that parameters are learnt from, of the same shape. They serve for some
        hours (``standing.EVERY``). Without it, or where it tells too little, they are learnt from
        the hour and its history.
    standing : Standing, optional
        What stands from the hours before.

    Notes
    -----
    Distances are metres on the conic of the grid's bounds. A missing standard deviation of a
    measurement is unknown, not zero: the nugget stands for it. Networks have offsets of their own.
    """
    standing = Standing() if standing is None else standing
    rows = usable(snapshot)
    bounds = grid.bounds
    x_m, y_m = geo.plane(bounds, snapshot.lon[rows], snapshot.lat[rows])
    quantity = units.QUANTITIES[snapshot.quantity]
    value, transform = mapped(snapshot.value[rows], quantity)
    sd = snapshot.sd[rows]
    networks = np.asarray(snapshot.networks)[rows].tolist()
    about: dict[str, Any] = {"sd": sd, "transform": transform, "networks": networks}
    known = None
    if learnt_from is not None:
        known = standing.learnt(
            f"{layer.id} {transform}",
            since(valid_time),
            lambda: interpolation.learn(x_m, y_m, learnt_from()[rows], **about),
        )
        known = None if known.fallback else known
    event = None
    if history is not None:
        history = history[rows]
        about["history"] = history
        alarm = ALARMS.get(snapshot.quantity)
        event = interpolation.recognise(x_m, y_m, value, alarm=alarm, known=known, **about)
    lattice = interpolation.Lattice(
        grid.shape, lambda row, col: geo.plane(bounds, *grid.at(row, col))
    )
    codes = np.asarray(snapshot.codes)[rows]
    told: dict[str, Any] = {"mode": "routine"}
    if event is not None:
        field = event.background
        bands = interpolation.event_bands(event, lattice)
        told = {
            "mode": "event",
            "release_seen": [str(code) for code in codes[event.seen]],
            "probabilities": interpolation.PROBABILITIES.tolist(),
        }
    else:
        like, plan = standing.last(layer.id, grid)
        field = interpolation.fit(x_m, y_m, value, known=known, like=like, **about)
        if plan is None or not field.may_use(plan):
            plan = field.plan_grid(lattice)
        standing.keep(layer.id, grid, field, plan)
        found = field.predict_grid(lattice, plan=plan)
        bands = np.stack([found.mu, found.sigma, found.support]).astype(np.float32, copy=False)
    report = interpolation.loo(field)
    return Surface(
        layer_id=layer.id,
        quantity=snapshot.quantity,
        valid_time=valid_time,
        revision=revision,
        context=context,
        grid=grid,
        bands=bands,
        transform=transform if event is None else "quantiles",
        noise_sigma=field.noise_sigma,
        input_hash=input_hash(snapshot, rows, history, known),
        input_revision=input_revision,
        tags={
            **told,
            "unit": quantity.unit,
            "method": f"kriging, {_covariance(field.parameters)} by REML, {field.method}",
            "parameters": _told(asdict(field.parameters)),
            "fallback": field.fallback or "",
            "far_out": [str(code) for code in codes[field.outliers]],
            "stations": int(rows.sum()),
            "left_one_out": _told(asdict(report)),
            "attribution": attribution,
        },
    )


__all__ = ["grid_for", "input_hash", "make", "usable"]
