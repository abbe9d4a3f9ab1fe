"""What the ground of each cell of a block is: hazard, faults, past earthquakes."""

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import seismic
from layers.screening import reach_km
from layers.seismic import bindi_2011
from layers.siting.block import Answer, Areas, Block, FloatArray, Nearest, km, mean
from layers.siting.ground import DESIGN_PERIOD_Y, LEAST_SL2_G, REACH_KM, surface_magnitude
from layers.siting.loaded import Loaded


class GroundFields:
    """Evidence of the ground, by name."""

    def __init__(self, loaded: Loaded, states: Areas) -> None:
        self._loaded = loaded
        self._states = states
        self.made: Mapping[str, Callable[[Block], Answer]] = {
            "sl2": self._sl2,
            "msk_sl2": self._msk_sl2,
            "pga_2475": lambda block: mean(self._models(block, 2475.0, "pga")),
            "fault_distance": self._fault_distance,
            "fault_margin": self._fault_margin,
            "historic_msk": self._historic_msk,
            "msk_zone": self._msk_zone,
        }

    def _models(self, block: Block, period_y: float, quantity: str) -> list[FloatArray]:
        lon, lat = block.place
        found = []
        for _, dataset in self._loaded.hazard:
            manifest = dataset.manifest
            if manifest.quantity != quantity:
                continue
            value = np.asarray(dataset.values(lon, lat, period_y), np.float64)
            if manifest.state:
                codes = self._loaded.surroundings.state_codes
                own = codes.index(manifest.state) if manifest.state in codes else -1
                value = np.where(self._states.at(block) == own, value, np.nan)
            found.append(value)
        return found

    def _sl2(self, block: Block) -> Answer:
        models = self._models(block, DESIGN_PERIOD_Y, "pga")
        # The least is of each model; numpy's maximum keeps a gap.
        return mean([np.maximum(each, LEAST_SL2_G) for each in models])

    def _msk_sl2(self, block: Block) -> Answer:
        models = self._models(block, DESIGN_PERIOD_Y, "pga")
        of_pga = mean([seismic.msk_from_pga(each) for each in models])
        degrees = mean(self._models(block, DESIGN_PERIOD_Y, "intensity"))
        if degrees is None or of_pga is None:
            return of_pga if degrees is None else degrees
        return np.where(np.isnan(degrees), of_pga, degrees)

    def _fault_distance(self, block: Block) -> Answer:
        if not self._loaded.faults:
            return None
        return np.minimum(km(self._faults.m(block)), REACH_KM)

    def _fault_margin(self, block: Block) -> Answer:
        if not self._loaded.faults:
            return None
        found = np.full(block.shape, REACH_KM)
        for reach, near in self._faults_by_reach.items():
            found = np.minimum(found, km(near.m(block)) - reach)
        return found

    @cached_property
    def _surface_faults(self) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Traces that are no folds, and within how many km each has to be considered."""
        kept = [
            (traces.shapes.geometry[own], reach_km(traces.length_km[own]))
            for traces in self._loaded.faults
            for own in ([not traces.row(i).get("fold") for i in range(len(traces))],)
        ]
        shapes, reach = zip(*kept, strict=True)
        return np.concatenate(shapes), np.concatenate(reach)

    @cached_property
    def _faults(self) -> Nearest:
        return Nearest(self._surface_faults[0])

    @cached_property
    def _faults_by_reach(self) -> dict[float, Nearest]:
        shapes, reach = self._surface_faults
        return {r: Nearest(shapes[reach == r]) for r in np.unique(reach[reach > 0]).tolist()}

    def _historic_msk(self, block: Block) -> Answer:
        if not self._loaded.events:
            return None
        found = np.full(block.shape, np.nan)
        # Of events of one magnitude the nearest is the strongest.
        for ms, near in self._events.items():
            far = km(near.m(block))
            felt = np.where(far <= REACH_KM, bindi_2011.intensity(ms, far), np.nan)
            found = np.fmax(found, felt)
        return found

    @cached_property
    def _events(self) -> dict[float, Nearest]:
        by_magnitude: dict[float, list[shapely.Geometry]] = {}
        for traces in self._loaded.events:
            for i, place in enumerate(traces.shapes.geometry):
                ms = surface_magnitude(traces.row(i))
                if ms is not None:
                    by_magnitude.setdefault(ms, []).append(shapely.centroid(place))
        return {ms: Nearest(np.array(places)) for ms, places in by_magnitude.items()}

    def _msk_zone(self, block: Block) -> Answer:
        if not self._loaded.zones:
            return None
        found = np.full(block.shape, np.nan)
        for areas in self._zones:
            found = np.fmax(found, areas.at(block))
        return found

    @cached_property
    def _zones(self) -> list[Areas]:
        """Of each layer its zones, the highest degree first: the first one counts."""
        kept = []
        for traces in self._loaded.zones:
            told = [traces.row(i).get("msk") for i in range(len(traces))]
            degrees = np.array([v if isinstance(v, int | float) else np.nan for v in told], float)
            order = np.argsort(-degrees)[: int(np.isfinite(degrees).sum())]
            kept.append(Areas(traces.shapes.geometry[order], degrees[order]))
        return kept
