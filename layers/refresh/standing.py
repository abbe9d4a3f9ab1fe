"""What stands from one hour to the next, so that a new hour costs little: only in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from layers import temporal
from layers.geo import CellGrid
from layers.interpolation import Field, Learnt, Plan
from layers.model import LayerDefinition
from layers.refresh.covariates import Covariates, covariates, state

EVERY = timedelta(hours=12)
"""How long learnt parameters serve; they come from the week before, so that it does not matter
which hour asks first."""
MOST, MOST_NORMALS = 64, 4
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(slots=True)
class Standing:
    """Parameters that were learnt, what is usual, the last surface of every layer, covariates."""

    _learnt: dict[str, Learnt] = field(default_factory=dict)
    _normals: dict[int, Mapping[str, float]] = field(default_factory=dict)
    _last: dict[str, tuple[CellGrid, Field, Plan | None]] = field(default_factory=dict)
    _covariates: dict[str, Covariates] = field(default_factory=dict)

    def learnt(self, key: str, learn: Callable[[], Learnt]) -> Learnt:
        """Return parameters by the name of all that they are learnt from: once."""
        return _once(self._learnt, key, learn, MOST)

    def normals(self, state: int, ask: Callable[[], Mapping[str, float]]) -> Mapping[str, float]:
        """Return what is usual, by the state of all hours that it comes from: once."""
        return _once(self._normals, state, ask, MOST_NORMALS)

    def last(self, layer_id: str, grid: CellGrid) -> tuple[Field | None, Plan | None]:
        """Return the field and the plan of the last surface with these cells."""
        found = self._last.get(layer_id)
        return found[1:] if found is not None and found[0] == grid else (None, None)

    def keep(self, layer_id: str, grid: CellGrid, of: Field, plan: Plan | None) -> None:
        """Keep them for the next hour."""
        self._last[layer_id] = (grid, of, plan)

    def covariates(self, layer: LayerDefinition, grid: CellGrid) -> Covariates | None:
        """Return the covariates of a layer in these cells; a raster is read when it changed."""
        if not layer.covariates:
            return None
        found = self._covariates.get(layer.id)
        if found is None or (found.grid, found.state) != (grid, state(layer.covariates)):
            found = self._covariates[layer.id] = covariates(layer.covariates, grid)
        return found


def _once(kept: dict[Key, Value], key: Key, make: Callable[[], Value], most: int) -> Value:
    if key not in kept:
        while len(kept) >= most:
            del kept[next(iter(kept))]
        kept[key] = make()
    return kept[key]


def since(hour: datetime) -> datetime:
    """Return the instant from which on the parameters of an hour serve."""
    step = int(EVERY.total_seconds())
    return temporal.from_epoch_s(temporal.epoch_s(hour) // step * step)
