"""What stands from one hour to the next, so that a new hour costs little: only in memory."""

from collections.abc import Callable, Hashable, Mapping
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
AHEAD = timedelta(hours=4)
"""How long before they serve they are learnt, where there is time."""
MOST, MOST_NORMALS, FIELDS = 64, 4, 2
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Last:
    grid: CellGrid
    known: Learnt | None
    field: Field
    plan: Plan | None


@dataclass(slots=True)
class Standing:
    """Parameters that were learnt, what is usual, the last surfaces of every layer, covariates.

    Attributes
    ----------
    looked_at : Hashable
        Edition of the store of which the hours to come were prepared.
    """

    looked_at: Hashable = None
    _learnt: dict[str, Learnt] = field(default_factory=dict)
    _normals: dict[int, Mapping[str, float]] = field(default_factory=dict)
    _last: dict[str, list[_Last]] = field(default_factory=dict)
    _covariates: dict[str, Covariates] = field(default_factory=dict)

    def learnt(self, key: str, learn: Callable[[], Learnt]) -> Learnt:
        """Return parameters by the name of all that they are learnt from: once."""
        return _once(self._learnt, key, learn, MOST)

    def normals(self, state: int, ask: Callable[[], Mapping[str, float]]) -> Mapping[str, float]:
        """Return what is usual, by the state of all hours that it comes from: once."""
        return _once(self._normals, state, ask, MOST_NORMALS)

    def last(
        self, layer_id: str, grid: CellGrid, known: Learnt | None
    ) -> tuple[Field | None, Plan | None]:
        """Return the field and the plan of the last surface with these cells and parameters."""
        for one in self._last.get(layer_id, []):
            if (one.grid, one.known) == (grid, known):
                return one.field, one.plan
        return None, None

    def keep(
        self, layer_id: str, grid: CellGrid, known: Learnt | None, of: Field, plan: Plan | None
    ) -> None:
        """Keep them for the next hour, beside those under one other set of parameters."""
        others = [one for one in self._last.get(layer_id, []) if one.known != known]
        self._last[layer_id] = [_Last(grid, known, of, plan), *others][:FIELDS]

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
