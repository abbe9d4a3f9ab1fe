"""Features of one collection, held as columns with a spatial index until their token changes."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import GoneError
from layers.geo import Bounds, Point, Window, cell_m, lonlat, mercator
from layers.kinds.sources import Sources, nothing_yet
from layers.model import Extent, Features, LayerDefinition, StoredFeature
from layers.model.kind import Question
from layers.views import Box, View

MAX_ZOOM = 14
CLICK_PX = 8
"""How near, in pixels of zoom 8, a click must be to a line or a point."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The features of a collection at one token."""

    token: str
    features: Features
    tree: shapely.STRtree
    bounds: Bounds | None


def project(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return geometries of degrees in metres of EPSG:3857."""

    def forward(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(mercator(coordinates[:, 0], coordinates[:, 1]))

    return np.asarray(shapely.transform(shapely.force_2d(geometry), forward), dtype=object)


def columns(token: str, features: Sequence[StoredFeature], derive: "Derive") -> Columns:
    """Return stored features as columns; ``derive`` adds what the kind knows about each."""
    rows = [stored.feature for stored in features]
    properties = [derive(stored) for stored in features]
    names = dict.fromkeys(name for row in properties for name in row)
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = [row.geometry for row in rows]
    box = shapely.total_bounds(geometry) if len(rows) else None
    return Columns(
        token,
        Features(
            project(geometry),
            [row.id for row in rows],
            {name: [row.get(name) for row in properties] for name in names},
        ),
        shapely.STRtree(project(geometry)),
        None if box is None else _box(box),
    )


def _box(box: NDArray[np.float64]) -> Bounds:
    west, south, east, north = (float(v) for v in box)
    # A single point has no area: give it a little.
    return Bounds(
        max(-180.0, west - 1e-4),
        max(-90.0, south - 1e-4),
        min(180.0, east + 1e-4),
        min(90.0, north + 1e-4),
    )


def selected(held: Columns, bounds_m: Box) -> Features | None:
    """Return the features that touch a box of EPSG:3857, in their stored order."""
    found = np.sort(held.tree.query(shapely.box(*bounds_m)))
    if len(found) == 0:
        return None
    whole = held.features
    return Features(
        whole.geometry[found],
        [whole.ids[i] for i in found],
        {name: [column[i] for i in found] for name, column in whole.properties.items()},
    )


def around(window: Window | View, buffer_px: int) -> Box:
    """Return the box of a window with ``buffer_px`` of its pixels more on each side, in metres."""
    if isinstance(window, View):
        return window.box_m(buffer_px)
    west, south, east, north = window.bounds_m
    more = (east - west) / window.size_px * buffer_px
    return west - more, south - more, east + more, north + more


Derive = Callable[[StoredFeature], Mapping[str, Any]]


def plain(stored: StoredFeature) -> Mapping[str, Any]:
    """Return the properties of a feature and the context it belongs to."""
    return {**stored.feature.properties, "context": str(stored.context)}


class CollectionKind:
    """A timeless layer of features; subclasses say what they derive for each."""

    def __init__(self, layer: LayerDefinition, sources: Sources) -> None:
        self._layer = layer
        self._sources = sources
        self._collection = layer.collection or layer.id
        self._held: Columns | None = None
        self._lock = threading.Lock()

    def derived(self, stored: StoredFeature) -> Mapping[str, Any]:
        """Return the properties of one feature as they go out."""
        return plain(stored)

    def held(self) -> Columns:
        """Return the columns of the present token, read once for each."""
        token = self._sources.store.collection_token(self._sources.audience, self._collection)
        with self._lock:
            if self._held is None or self._held.token != token:
                found = self._sources.store.features(
                    self._sources.audience, self._sources.now(), self._collection
                )
                self._held = columns(token, found, self.derived)
            return self._held

    def extent(self) -> Extent:
        """Bounds of all features."""
        bounds = self.held().bounds
        return Extent(bounds, 0, MAX_ZOOM) if bounds else nothing_yet(self._layer)

    def version(self, at: datetime | None) -> str:
        """Token of the collection: it changes with every write to it."""
        return self.held().token

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Features | None:
        """Features that touch the window and its buffer."""
        return selected(self._of(version), around(window, question.buffer_px))

    def everything(self, at: datetime | None, version: str) -> Features:
        """All features, for a file."""
        return self._of(version).features

    def _of(self, version: str) -> Columns:
        held = self.held()
        if held.token != version:
            raise GoneError(
                f'version "{version}" of layer "{self._layer.id}" is no longer kept; '
                f'the present one is "{held.token}"'
            )
        return held

    def inspect(self, point: Point, at: datetime | None) -> Mapping[str, Any]:
        """The features under a point, or the nearest within a few pixels."""
        held = self.held()
        x, y = mercator(point.lon, point.lat)
        reach_m = CLICK_PX * cell_m(8)
        found = np.sort(held.tree.query(shapely.Point(float(x), float(y)), "dwithin", reach_m))
        whole = held.features
        return {
            "known": bool(len(found)),
            "reason": "" if len(found) else "nothing_here",
            "version": held.token,
            "values": [],
            "features": [
                {"id": whole.ids[i]}
                | {n: c[i] for n, c in whole.properties.items() if c[i] is not None}
                for i in found[:10]
            ],
        }


def degrees(features: Features) -> NDArray[np.object_]:
    """Return the geometries of columns in degrees again, for files."""

    def back(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(lonlat(coordinates[:, 0], coordinates[:, 1]))

    return np.asarray(shapely.transform(features.geometry, back), dtype=object)
