"""People for each km2 around the cells of a block: of a raster, else of settlements."""

from collections.abc import Callable, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadFileError, GoneError, NoSurfaceError
from layers.geo import Bounds, Point, cell_m
from layers.kinds.raster import RasterKind
from layers.kinds.raster_people import PARTS, Cells
from layers.siting.block import Block, FloatArray, arc_m, earth, gaps
from layers.siting.loaded import Loaded
from layers.siting.neighbours import DENSITY_KM, READ_KM

BoolArray = NDArray[np.bool_]
_SIDE = 8
"""Cells a side that are counted together."""
_READ_M = 1000 * min(km for km in READ_KM if km >= max(DENSITY_KM))
"""How far around a site a sheet reads the cells for these radii: all of it must be there."""
_SINK = 1e-3


class PeopleFields:
    """Densities by radius, from what is loaded at one moment."""

    def __init__(self, loaded: Loaded, stop: Callable[[], bool] = lambda: False) -> None:
        self._loaded = loaded
        self._stop = stop
        self._last: tuple[Block, Mapping[float, FloatArray]] | None = None
        layer = next(iter(loaded.rasters.get("population", ())), None)
        kind = None if layer is None else loaded.catalog.kind(layer.id)
        self._raster = kind if isinstance(kind, RasterKind) else None

    def density(self, block: Block, radius_km: float) -> FloatArray:
        """Return people for each km2 within a radius of each cell, NaN where it is not known."""
        if self._last is None or self._last[0] != block:
            self._last = block, self._of_cells(block)
        settled = gaps(
            self._settled(block, radius_km),
            inside(block, self._loaded.surroundings.bounds, radius_km),
        )
        counted = self._last[1].get(radius_km)
        return settled if counted is None else np.where(np.isnan(counted), settled, counted)

    def _settled(self, block: Block, radius_km: float) -> FloatArray:
        table = self._loaded.surroundings.settlements
        people = np.zeros(block.shape)
        places = earth(table.lon, table.lat)
        counted = np.nan_to_num(table.population)
        for i in np.flatnonzero(counted).tolist():
            near = block.around(float(table.lon[i]), float(table.lat[i]), radius_km * 1000)
            if near is not None:
                chord = np.sqrt(((block.earth[near] - places[i]) ** 2).sum(axis=-1))
                people[near] += counted[i] * (arc_m(chord) <= radius_km * 1000)
        return people / (np.pi * radius_km**2)

    def _of_cells(self, block: Block) -> Mapping[float, FloatArray]:
        """Return densities by radius of the raster, NaN where its cells do not reach so far."""
        reach = None if self._raster is None else self._raster.reach()
        if self._raster is None or reach is None:
            return {}
        known = inside(block, reach, _READ_M / 1000)
        found = {km: np.full(block.shape, np.nan) for km in DENSITY_KM}
        for row, col in product(*(range(0, size, _SIDE) for size in block.shape)):
            part = slice(row, row + _SIDE), slice(col, col + _SIDE)
            if not known[part].any():
                continue
            if self._stop():
                raise GoneError("the server ends")
            lon, lat = (axis[part] for axis in block.place)
            middle = Point(float(lon.mean()), float(lat.mean()))
            more_m = _SIDE * cell_m(block.zoom) * np.sqrt(0.5)
            try:
                cells = self._raster.people_near(middle, _READ_M + more_m, _READ_M / PARTS)
            except (BadFileError, NoSurfaceError):
                return {}  # as a sheet says then, too
            counted = _counted(block.earth[part], cells)
            for km, people in counted.items():
                found[km][part] = gaps(people / (np.pi * km**2), known[part])
        return found


def _counted(here: FloatArray, cells: Cells) -> dict[float, FloatArray]:
    """Return the people of cells within each radius of some places near each other.

    A cell on a circle counts by the share that falls over its side, as in
    ``layers.screening.people_in_cells``. Within these radii a chord is as long as its arc.
    """
    middle = here.reshape(-1, 3).mean(axis=0)
    to = (here.reshape(-1, 3) - middle).astype(np.float32)
    of = (earth(cells.lon, cells.lat) - middle).astype(np.float32)
    square = (to**2).sum(axis=1)[:, None] - 2 * to @ of.T + (of**2).sum(axis=1)
    side = cells.side_m.astype(np.float32)
    # The share of a cell is clip(radius / side + 0.5 - distance / side, 0, 1).
    away = np.sqrt(np.maximum(square, _SINK)) / side
    people = cells.people.astype(np.float32)
    return {
        km: (np.clip((1000 * km) / side + np.float32(0.5) - away, 0.0, 1.0) @ people)
        .astype(float)
        .reshape(here.shape[:-1])
        for km in DENSITY_KM
    }


def inside(block: Block, box: Bounds, radius_km: float) -> BoolArray:
    """Tell of which cells a whole circle lies within a box."""
    lon, lat = block.place
    dlat = radius_km / 110.6
    dlon = radius_km / (111.3 * np.cos(np.radians(np.minimum(89.0, np.abs(lat) + dlat))))
    return np.asarray(
        (box.south <= lat - dlat) & (lat + dlat <= box.north)
        & (box.west <= lon - dlon) & (lon + dlon <= box.east)
    )  # fmt: skip
