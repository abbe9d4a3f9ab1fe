"""From the stations of an hour to the bands of its surface, on any day and in an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers import geo, interpolation
from layers.geo import CellGrid
from layers.interpolation import Event, Field, Lattice, Learnt
from layers.model import Float32Array, LayerDefinition
from layers.model.surface import Transform
from layers.refresh.covariates import Covariates
from layers.refresh.standing import Standing
from layers.refresh.week import Week

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hour:
    """What is mapped.

    Attributes
    ----------
    layer : LayerDefinition
        Its surface is made.
    grid : CellGrid
        The cells to predict.
    codes : array of str, shape (n,)
        Stations.
    place : pair of arrays of float, shape (n,)
        Where they are, in metres on the conic of the grid's bounds.
    value : array of float, shape (n,)
        What they show.
    about : dict
        What else is known of the values, by the names of the arguments of ``interpolation.fit``.
    over : Covariates or None
        Of the cells.
    """

    layer: LayerDefinition
    grid: CellGrid
    codes: NDArray[np.str_]
    place: tuple[NDArray[Any], NDArray[Any]]
    value: FloatArray
    about: dict[str, Any]
    over: Covariates | None

    @property
    def rasters(self) -> str:
        """State of the rasters that were sampled; empty where there is none."""
        return "" if self.over is None else self.over.state

    @property
    def cells(self) -> Float32Array | None:
        """Covariates of the cells, shape (H, W, q)."""
        return None if self.over is None else self.over.cells

    @property
    def lattice(self) -> Lattice:
        """Where the cells are."""
        bounds = self.grid.bounds
        return Lattice(self.grid.shape, lambda row, col: geo.plane(bounds, *self.grid.at(row, col)))


class Mapped(NamedTuple):
    """Bands of a surface, what they are, of which field, and how it came to it."""

    field: Field
    bands: Float32Array
    transform: Transform
    told: dict[str, Any]


def networks_of(layer: LayerDefinition, networks: Sequence[str]) -> Sequence[str] | None:
    """Return the networks whose offsets are told apart; None where they have dropped out.

    Over a station's own normal an offset of its network is gone. To look for one all the same
    would leave the level of the field as uncertain as offsets are at first.
    """
    return None if layer.relative_to else networks


def learnt(hour: Hour, past: Week, standing: Standing) -> Learnt | None:
    """Parameters by all stations of a week; None where it tells too little."""
    bounds, transform = hour.grid.bounds, hour.about["transform"]

    def learn() -> Learnt:
        about = {} if hour.over is None else {"covariates": hour.over.at(past.lon, past.lat)}
        x_m, y_m = geo.plane(bounds, past.lon, past.lat)
        return interpolation.learn(
            x_m,
            y_m,
            past.values,
            sd=past.sd,
            networks=networks_of(hour.layer, past.networks),
            transform=transform,
            **about,
        )

    found = standing.learnt(f"{past.key} {bounds} {transform} {hour.rasters}", learn)
    return None if found.fallback else found


def mapped(
    hour: Hour,
    history: FloatArray | None,
    known: Learnt | None,
    alarm: float | None,
    standing: Standing,
) -> Mapped:
    """Map an hour; with a history a release is recognised."""
    if history is None:
        return routine(hour, hour.about, known, standing)
    about = {**hour.about, "history": history}
    event = interpolation.recognise(*hour.place, hour.value, alarm=alarm, known=known, **about)
    return routine(hour, about, known, standing) if event is None else _event(hour, event)


def routine(hour: Hour, about: dict[str, Any], known: Learnt | None, standing: Standing) -> Mapped:
    """Map an hour as any day; what serves the next hours too is kept."""
    like, before = standing.last(hour.layer.id, hour.grid, known)
    field = interpolation.fit(*hour.place, hour.value, known=known, like=like, **about)
    found, plan = field.map_grid(hour.lattice, hour.cells, before)
    standing.keep(hour.layer.id, hour.grid, known, field, plan)
    bands = np.stack([found.mu, found.sigma, found.support]).astype(np.float32, copy=False)
    return Mapped(field, bands, field.parameters.transform, {"mode": "routine"})


def _event(hour: Hour, event: Event) -> Mapped:
    told = {
        "mode": "event",
        "release_seen": [str(code) for code in hour.codes[event.seen]],
        "probabilities": interpolation.PROBABILITIES.tolist(),
    }
    bands = interpolation.event_bands(event, hour.lattice, hour.cells)
    return Mapped(event.background, bands, "quantiles", told)
