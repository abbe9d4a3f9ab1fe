"""Contours of a surface: isolines of one of its measures, made once for each version."""

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from layers import units
from layers.errors import NoSurfaceError
from layers.geo import Point, Window, cell_m
from layers.interpolation import Predictive
from layers.kinds.collection import CLICK_PX, around
from layers.kinds.isolines import isolines, simplified
from layers.kinds.readings import measured
from layers.kinds.sources import Sources
from layers.kinds.surface import SurfaceKind
from layers.model import (
    Extent,
    Features,
    Float32Array,
    LayerDefinition,
    StyleDefinition,
    SurfaceInfo,
)
from layers.model.kind import Question
from layers.views import View

MEASURES = ("mean", "median", "sd", "uncertainty")
"""Those of a surface that no number of a query changes: their lines are made once."""
MOST_CELLS = 4_000_000
"""Cells that lines are drawn between; of a larger surface every second, third ... one is taken."""
KEPT = 12
"""Versions, styles and zooms whose lines are held."""
_ROWS = 256


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines as features, with their spatial index."""

    features: Features
    tree: shapely.STRtree


class ContoursKind:
    """The isolines of every surface of another layer; times and versions are those of it."""

    def __init__(self, layer: LayerDefinition, sources: Sources) -> None:
        assert layer.source is not None  # noqa: S101 - the catalogue demands it of this kind
        self._layer = layer
        self._source = layer.source
        self._store = sources.store
        self._surface = SurfaceKind(layer.source, sources)
        self._held: OrderedDict[tuple[str, str, int], Lines] = OrderedDict()
        self._making = threading.Lock()

    def extent(self) -> Extent:
        """Bounds, zooms and times of the surface."""
        return self._surface.extent()

    def version(self, at: datetime | None) -> str:
        """Data token of the surface of that valid time."""
        return self._surface.version(at)

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Features | None:
        """Lines that touch the window and its buffer, simplified for its zoom."""
        info = self._store.surface(self._source.id, at, version)
        lines = self._lines(info, question.style, min(_zoom(window), info.grid.zoom))
        found = np.sort(lines.tree.query(shapely.box(*around(window, question.buffer_px))))
        return _taken(lines.features, found) if len(found) else None

    def everything(self, at: datetime | None, version: str) -> Features:
        """All lines of the first style, for a file."""
        info = self._store.surface(self._source.id, at, version)
        return self._lines(info, self._layer.styles[0], info.grid.zoom).features

    def inspect(self, point: Point, at: datetime | None) -> Mapping[str, Any]:
        """The lines of the first style within a few pixels of a point."""
        try:
            info = self._store.surface(self._source.id, at)
        except NoSurfaceError:
            return {"known": False, "reason": "no_surface", "values": []}
        lines = self._lines(info, self._layer.styles[0], info.grid.zoom)
        near = lines.tree.query(shapely.Point(point.xy_m), "dwithin", CLICK_PX * cell_m(8))
        found = _taken(lines.features, np.sort(near)[:10])
        names = found.properties
        return {
            "known": bool(len(found)),
            "reason": "" if len(found) else "nothing_here",
            "time": info.valid_time,
            "version": info.token,
            "context": info.context,
            "values": [],
            "features": [
                {"id": each, **{name: names[name][i] for name in names}}
                for i, each in enumerate(found.ids)
            ],
        }

    def _lines(self, info: SurfaceInfo, style: StyleDefinition, zoom: int) -> Lines:
        key = (info.token, style.id, zoom)
        with self._making:
            found = self._held.get(key)
            if found is None:
                found = self._held[key] = self._made(info, style, zoom)
                while len(self._held) > KEPT:
                    self._held.popitem(last=False)
            self._held.move_to_end(key)
            # The zoomed ones are made of it.
            if (whole := (*key[:2], info.grid.zoom)) in self._held:
                self._held.move_to_end(whole)
        return found

    def _made(self, info: SurfaceInfo, style: StyleDefinition, zoom: int) -> Lines:
        whole = self._held.get((info.token, style.id, info.grid.zoom))
        if zoom < info.grid.zoom:
            if whole is None:
                whole = self._made(info, style, info.grid.zoom)
                self._held[info.token, style.id, info.grid.zoom] = whole
            # A quarter of a pixel, and lines that would be dots are left out.
            pixel_m = cell_m(zoom)
            geometry, kept = simplified(whole.features.geometry, pixel_m / 4, 4 * pixel_m)
            features = _taken(whole.features, kept, geometry)
        else:
            value, step = self._values(info, style)
            geometry, level = isolines(value, info.grid, levels_of(self._layer, style), step)
            features = Features(geometry, *_columns(level, style, _unit(info, style)))
        return Lines(features, shapely.STRtree(features.geometry))

    def _values(self, info: SurfaceInfo, style: StyleDefinition) -> tuple[Float32Array, int]:
        """Return the measure in every ``step``-th cell, NaN where the network cannot know."""
        grid, step = info.grid, 1
        while (grid.height // step) * (grid.width // step) > MOST_CELLS:
            step += 1
        parts = []
        for begin in range(0, grid.height, _ROWS * step):
            rows = slice(begin, min(grid.height, begin + _ROWS * step), step)
            bands = self._store.cells(info, rows, slice(0, grid.width, step))
            found = Predictive(bands, info.transform)
            value = measured(Question(style), found)
            value[~(found.support < self._layer.support_limit)] = np.nan
            parts.append(value)
        return np.concatenate(parts), step


def _zoom(window: Window | View) -> int:
    """Return the zoom whose pixels are no larger than those of the picture."""
    if isinstance(window, Window):
        return window.zoom
    finer = cell_m(0) / window.pixel_m if window.pixel_m > 0 else 1.0
    return max(0, math.ceil(math.log2(finer) - 1e-6))


def levels_of(layer: LayerDefinition, style: StyleDefinition) -> tuple[float, ...]:
    """Return the values that have a line: the levels of the entry, else the breaks of the style."""
    return tuple(map(float, layer.options.get("levels") or style.breaks))


def _unit(info: SurfaceInfo, style: StyleDefinition) -> str:
    return "1" if style.measure == "uncertainty" else units.MAPPED[info.quantity].unit


def _columns(
    level: np.ndarray[Any, np.dtype[np.float64]], style: StyleDefinition, unit: str
) -> tuple[list[str], dict[str, list[Any]]]:
    """Return the ids, value and number of the line, and the properties."""
    values = level.tolist()
    seen: dict[float, int] = {}
    ids = []
    for each in values:
        seen[each] = seen.get(each, 0) + 1
        ids.append(f"{each:g}/{seen[each]}")
    labels = [f"{each:.10g}" if unit == "1" else f"{each:.10g} {unit}" for each in values]
    return ids, {style.measure: values, "unit": [unit] * len(values), "label": labels}


def _taken(
    features: Features, rows: np.ndarray[Any, np.dtype[np.intp]], geometry: Any = None
) -> Features:
    return Features(
        features.geometry[rows] if geometry is None else geometry,
        [features.ids[i] for i in rows],
        {name: [column[i] for i in rows] for name, column in features.properties.items()},
    )
