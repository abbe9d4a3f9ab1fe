"""Features of one collection, held as columns with a spatial index until their token changes."""

import threading
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import GoneError
from layers.geo import POLE, Bounds, Point, Window, cell_m, lonlat, mercator
from layers.kinds.index import Index, morton
from layers.kinds.sources import Sources, nothing_yet
from layers.model import Extent, Features, LayerDefinition, StoredFeature
from layers.model.features import Selection
from layers.model.kind import Question
from layers.model.table import Table, TableMaker, single_points
from layers.views import Box, View

MAX_ZOOM = 14
CLICK_PX = 8
"""How near, in pixels of zoom 8, a click must be to a line or a point."""
SAID = 1_000
"""Features whose properties are not read again for every click."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The features of a layer at one token.

    ``order`` says which of those given a row is; ``measured`` are numbers of each row that a
    question may ask for, NaN where a feature has none.
    """

    token: str
    table: Table
    index: Index
    order: NDArray[np.int64]
    bounds: Bounds | None = None
    measured: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    _said: dict[int, dict[str, Any]] = field(default_factory=dict)

    def said(self, row: int) -> dict[str, Any]:
        """Return id and properties of a feature, which nobody may change."""
        found = self._said.get(row)
        if found is None:
            if len(self._said) >= SAID:
                self._said.clear()
            found = self._said[row] = {"id": self.table.ids[row]} | self.table.facts(row)
        return found

    def all(self) -> Selection:
        """Return all features."""
        return Selection(self.table, np.arange(len(self.table)))


def project(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return geometries of degrees in metres of EPSG:3857, beyond its square where they are."""

    def forward(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = coordinates.T
        return np.column_stack(mercator(lon, lat, POLE))

    return np.asarray(shapely.transform(shapely.force_2d(geometry), forward), dtype=object)


def columns(token: str, geometry: Sequence[shapely.Geometry], maker: TableMaker) -> Columns:
    """Return features as columns: geometries in degrees, and what ``maker`` was told of each.

    Points are sorted by place, shapes stay in their order before them.
    """
    degrees = np.empty(len(geometry), dtype=object)
    degrees[:] = geometry
    metres = project(degrees)
    single = single_points(metres)
    points = np.flatnonzero(single)
    by_place = np.argsort(morton(shapely.get_coordinates(metres[points])), kind="stable")
    order = np.concatenate((np.flatnonzero(~single), points[by_place]))
    box = shapely.total_bounds(degrees) if len(degrees) else np.full(4, np.nan)
    bounds = _box(box) if np.isfinite(box).all() else None
    table = maker.table(metres, order)
    return Columns(token, table, Index(table), order, bounds)


def _box(box: NDArray[np.float64]) -> Bounds:
    west, south, east, north = (float(v) for v in box)
    # A single point has no area: give it a little.
    return Bounds(
        max(-180.0, west - 1e-4),
        max(-90.0, south - 1e-4),
        min(180.0, east + 1e-4),
        min(90.0, north + 1e-4),
    )


def around(window: Window | View, buffer_px: int) -> Box:
    """Return the box of a window with ``buffer_px`` of its pixels more on each side, in metres."""
    if isinstance(window, View):
        return window.box_m(buffer_px)
    west, south, east, north = window.bounds_m
    more = (east - west) / window.size_px * buffer_px
    return west - more, south - more, east + more, north + more


def plain(stored: StoredFeature) -> Mapping[str, Any]:
    """Return the properties of a feature and the context it belongs to."""
    return {**stored.feature.properties, "context": str(stored.context)}


class CollectionKind:
    """A timeless layer of features; subclasses say what they derive for each."""

    MEASURED: tuple[str, ...] = ()
    """Names of the numbers that ``wanted`` needs to know of each feature."""

    def __init__(self, layer: LayerDefinition, sources: Sources) -> None:
        self._layer = layer
        self._sources = sources
        self._collection = layer.collection or layer.id
        self._held: Columns | None = None
        self._lock = threading.Lock()

    def derived(self, stored: StoredFeature) -> Mapping[str, Any]:
        """Return the properties of one feature as they go out."""
        return plain(stored)

    def measured(self, stored: StoredFeature) -> tuple[float, ...]:
        """Return the numbers of ``MEASURED`` of one feature, NaN where it has none."""
        return ()

    def wanted(
        self, measured: Mapping[str, NDArray[np.float64]], question: Question
    ) -> NDArray[np.bool_] | None:
        """Return which features a question asks for; None: all."""
        return None

    def features(self) -> Iterator[StoredFeature]:
        """Yield the features of the layer as they stand in the store."""
        where = self._sources
        yield from where.store.each_feature(where.audience, where.now(), self._collection)

    def held(self) -> Columns:
        """Return the columns of the present token, read once for each."""
        with self._lock:
            token = self._token()
            while self._held is None or self._held.token != token:
                held = self._columns(token)
                # What is read may be newer than its token: a delivery may have come in between.
                read, token = token, self._token()
                if read == token:
                    self._held = held
            return self._held

    def _token(self) -> str:
        where = self._sources
        return where.store.collection_token(where.audience, where.now(), self._collection)

    def _columns(self, token: str) -> Columns:
        maker, geometry, numbers = TableMaker(), [], array("d")
        for stored in self.features():
            maker.add(stored.feature.id, self.derived(stored))
            geometry.append(stored.feature.geometry)
            numbers.extend(self.measured(stored))
        made = columns(token, geometry, maker)
        rows = np.frombuffer(numbers).reshape(len(geometry), len(self.MEASURED))[made.order]
        return replace(made, measured=dict(zip(self.MEASURED, rows.T, strict=True)))

    def extent(self) -> Extent:
        """Bounds of all features."""
        bounds = self.held().bounds
        return Extent(bounds, 0, MAX_ZOOM) if bounds else nothing_yet(self._layer)

    def version(self, at: datetime | None) -> str:
        """Token of the collection: it changes with every write, and when a feature's time ends."""
        return self.held().token

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Features | None:
        """Features that touch the window and its buffer."""
        held = self._of(version)
        found = held.index.within(around(window, question.buffer_px))
        wanted = self.wanted(held.measured, question)
        if found is None or wanted is None:
            return found
        chosen = found.where(wanted[found.rows])
        return chosen if len(chosen) else None

    def everything(self, at: datetime | None, version: str) -> Features:
        """All features, for a file."""
        return self._of(version).all()

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
        rows = held.index.near(*point.xy_m, CLICK_PX * cell_m(8))[:10].tolist()
        return {
            "known": bool(rows),
            "reason": "" if rows else "nothing_here",
            "version": held.token,
            "values": [],
            "features": [held.said(row) for row in rows],
        }


def degrees(features: Features) -> NDArray[np.object_]:
    """Return the geometries of columns in degrees again, for files."""

    def back(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(lonlat(coordinates[:, 0], coordinates[:, 1]))

    return np.asarray(shapely.transform(features.geometry, back), dtype=object)
