"""What stands from one hour to the next, so that a new hour costs little: only in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from layers import temporal
from layers.geo import CellGrid
from layers.interpolation import Field, Learnt, Plan
from layers.model import LayerDefinition
from layers.refresh.covariates import Covariates, covariates, state

EVERY = timedelta(hours=12)
"""How long learnt parameters serve; they come from the week before, so that it does not matter
which hour asks first."""
MOST = 64


@dataclass(slots=True)
class Standing:
    """Parameters that were learnt, the last surface of every layer, and its covariates."""

    _learnt: dict[str, Learnt] = field(default_factory=dict)
    _last: dict[str, tuple[CellGrid, Field, Plan | None]] = field(default_factory=dict)
    _covariates: dict[str, Covariates] = field(default_factory=dict)

    def learnt(self, key: str, learn: Callable[[], Learnt]) -> Learnt:
        """Return parameters by the name of all that they are learnt from: once."""
        if key not in self._learnt:
            while len(self._learnt) >= MOST:
                del self._learnt[next(iter(self._learnt))]
            self._learnt[key] = learn()
        return self._learnt[key]

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


def since(hour: datetime) -> datetime:
    """Return the instant from which on the parameters of an hour serve."""
    step = int(EVERY.total_seconds())
    return temporal.from_epoch_s(temporal.epoch_s(hour) // step * step)
