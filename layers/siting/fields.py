"""The evidence of a sheet for every cell of a block: the same rules, from the same sources.

What a sheet says of a site whose place is exact is what these say of the cell with that centre.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import GEOD, Window
from layers.kinds.raster import RasterKind
from layers.model import Raster, StyleDefinition
from layers.model.kind import Question
from layers.screening import SECTORS, zones_for
from layers.screening.emergency import SECTOR_DEG
from layers.siting.block import Answer, Areas, Block, FloatArray, Nearest, gaps, km
from layers.siting.ground_fields import GroundFields
from layers.siting.loaded import Loaded
from layers.siting.neighbours import DENSITY_KM, TOWNS
from layers.siting.people_fields import PeopleFields, inside

WIDEST_KM = 300.0
"""Where a circle of this radius leaves the region, no nearest town is told."""


class Fields:
    """Evidence of blocks, from what is loaded at one moment."""

    def __init__(
        self, loaded: Loaded, thermal_mw: float, stop: Callable[[], bool] = lambda: False
    ) -> None:
        self._loaded = loaded
        self._box = loaded.surroundings.bounds
        people = PeopleFields(loaded, stop)
        self._epd_m = 1000 * next(z.outer_km for z in zones_for(thermal_mw) if z.id == "epd")
        states = loaded.surroundings.states.geometry
        self._states = Areas(states, range(len(states)))
        self._made: dict[str, Callable[[Block], Answer]] = {
            **GroundFields(loaded, self._states).made,
            "border_distance": self._border_distance,
            "open_water": self._open_water,
            "water_distance": self._water_distance,
            "empty_sectors_epd": self._empty_sectors,
            "slope": self._slope,
            "flood_zone": self._flood,
            **{f"density_{r:.0f}km": partial(people.density, radius_km=r) for r in DENSITY_KM},
            **{f"town_{size}_distance": self._town(size) for size in TOWNS},
            "airport_distance": self._theme("airport"),
            "protected_distance": self._theme("protected"),
            "hazard_facility_distance": self._theme("hazard-facility"),
        }

    def known(self) -> frozenset[str]:
        """Return the evidence that can be asked for."""
        return frozenset(self._made)

    def of(self, block: Block, evidence: Iterable[str]) -> Mapping[str, FloatArray]:
        """Return evidence by name, of the block's shape; what is not loaded is left out."""
        found = {name: self._made[name](block) for name in evidence}
        return {name: value for name, value in found.items() if value is not None}

    def _town(self, at_least: int) -> Callable[[Block], Answer]:
        table = self._loaded.surroundings.settlements
        large = np.flatnonzero(table.population >= at_least)
        towns = Nearest(np.asarray(shapely.points(table.lon[large], table.lat[large])))
        return lambda block: gaps(km(towns.m(block)), inside(block, self._box, WIDEST_KM))

    def _border_distance(self, block: Block) -> Answer:
        around = self._loaded.surroundings
        state = self._states.at(block)
        found = np.full(block.shape, np.nan)
        for i in np.unique(state[~np.isnan(state)]).astype(int).tolist():
            here = state == i
            found[here] = self._borders(around.state_codes[i]).m(block, here)[here]
        nowhere = np.isnan(state)
        if nowhere.any():
            found[nowhere] = self._borders("").m(block, nowhere)[nowhere]
        lon = block.place[0]
        return gaps(km(found), (around.bounds.west <= lon) & (lon <= around.bounds.east))

    def _borders(self, state: str) -> Nearest:
        around = self._loaded.surroundings
        if state not in self._of_state:
            own = [not state or state in pair for pair in around.border_pairs]
            self._of_state[state] = Nearest(around.borders.geometry[own])
        return self._of_state[state]

    @cached_property
    def _of_state(self) -> dict[str, Nearest]:
        return {}

    def _open_water(self, block: Block) -> Answer:
        return gaps(self._wet(block).astype(float), inside(block, self._box, 1.0))

    def _wet(self, block: Block) -> NDArray[np.bool_]:
        # In the region, what is in no state is sea.
        return ~np.isnan(self._lakes.at(block)) | np.isnan(self._states.at(block))

    @cached_property
    def _lakes(self) -> Areas:
        known = self._loaded.surroundings.lakes.geometry
        return Areas(known, np.ones(len(known)))

    def _water_distance(self, block: Block) -> Answer:
        far = np.where(self._wet(block), 0.0, km(self._waters.m(block)))
        return gaps(far, inside(block, self._box, 1.0))

    @cached_property
    def _waters(self) -> Nearest:
        own = self._loaded.themes.get("water", ())
        around = self._loaded.surroundings
        return Nearest(
            np.concatenate([around.waters.geometry, *(each.shapes.geometry for each in own)])
        )

    def _theme(self, theme: str) -> Callable[[Block], Answer]:
        layers = self._loaded.themes.get(theme, ())
        places = [geometry for each in layers for geometry in each.shapes.geometry]
        if not places:
            return lambda block: None
        near = Nearest(np.array(places))
        return lambda block: km(near.m(block))

    def _flood(self, block: Block) -> Answer:
        layers = self._loaded.themes.get("flood", ())
        places = [geometry for each in layers for geometry in each.shapes.geometry]
        if not places:
            return np.zeros(block.shape) if layers else None
        held = Areas(np.array(places), np.ones(len(places))).at(block)
        return np.nan_to_num(held)

    def _slope(self, block: Block) -> Answer:
        """The value of the first layer of cells that has one."""
        layers = self._loaded.rasters.get("slope", ())
        found = np.full(block.shape, np.nan)
        for layer in layers:
            kind = self._loaded.catalog.kind(layer.id)
            if isinstance(kind, RasterKind):
                own = _cells(kind, block)
                found = np.where(np.isnan(found), own, found)
        return found if layers else None

    def _empty_sectors(self, block: Block) -> Answer:
        stations = self._loaded.stations
        if not stations:
            return None
        held = np.zeros((SECTORS, *block.shape), bool)
        lon, lat = block.place
        for station in stations:
            near = block.around(station.lon, station.lat, self._epd_m)
            if near is None:
                continue
            here = lon[near].ravel(), lat[near].ravel()
            there = np.full(here[0].size, station.lon), np.full(here[0].size, station.lat)
            azimuth, _, metres = GEOD.inv(*here, *there)
            sector = np.floor((azimuth + SECTOR_DEG / 2) % 360.0 / SECTOR_DEG).astype(int)
            inside = (metres <= self._epd_m).reshape(lon[near].shape)
            row, col = np.nonzero(inside)
            held[sector[inside.ravel()], near[0].start + row, near[1].start + col] = True
        empty: FloatArray = (SECTORS - held.sum(axis=0)).astype(float)
        return empty


def _cells(kind: RasterKind, block: Block) -> FloatArray:
    window = Window(block.zoom, block.col // 256, block.row // 256)
    found = kind.tile(window, None, kind.version(None), Question(StyleDefinition("cells")))
    if not isinstance(found, Raster):
        return np.full(block.shape, np.nan)
    row, col = block.row % 256, block.col % 256
    value = found.bands["value"].repeat(256 // len(found.bands["value"]), 0)
    value = value.repeat(256 // value.shape[1], 1)
    return value[row : row + block.shape[0], col : col + block.shape[1]].astype(float)
