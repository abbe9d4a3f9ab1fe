"""Surfaces interpolated from stations: a measure of the predictive distribution in every cell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers import units
from layers.errors import NoSurfaceError
from layers.geo import TILE_PX, Point, Window
from layers.interpolation import Parameters, Predictive, noise_of
from layers.kinds import viewed
from layers.kinds.cells import DEEPEST_OVERZOOM, cut, overlap, pixel_zoom, placed
from layers.kinds.sources import Sources, nothing_yet
from layers.model import (
    Extent,
    Float32Array,
    LayerDefinition,
    Raster,
    SurfaceInfo,
)
from layers.model.kind import Question
from layers.views import View

MARGIN = 1
"""Cells around a window, so that a smooth picture meets its neighbour without a seam."""

ALL = slice(0, TILE_PX)

MEASURES = ("mean", "median", "sd", "quantile", "exceedance", "uncertainty")


class SurfaceKind:
    """The published surfaces of one layer."""

    def __init__(self, layer: LayerDefinition, sources: Sources) -> None:
        self._layer = layer
        self._store = sources.store

    def extent(self) -> Extent:
        """Bounds of the newest surface and the valid times of all."""
        surfaces = self._store.surfaces(self._layer.id)
        if not surfaces:
            return nothing_yet(self._layer)
        grid = surfaces[-1].grid
        return Extent(
            bounds=grid.bounds,
            min_zoom=0,
            max_zoom=grid.zoom + DEEPEST_OVERZOOM,
            times=tuple(info.valid_time for info in surfaces),
        )

    def version(self, at: datetime | None) -> str:
        """Data token of the surface of that valid time."""
        return self._store.surface(self._layer.id, at).token

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Raster | None:
        """Cells of a window with the measure asked for; unknown where the network cannot know."""
        info = self._store.surface(self._layer.id, at, version)
        if isinstance(window, View):
            return self._viewed(info, window, question)
        # Only between cells that fill more than a pixel is there anything to smooth.
        framed = question.smooth and info.grid.zoom < pixel_zoom(window)
        bands = self._framed(info, window) if framed else self._block(info, window)
        if bands is None:
            return None
        return self._raster(info, bands, question, MARGIN if framed else 0)

    def classed(
        self, window: Window, at: datetime | None, version: str, shown: str
    ) -> tuple[NDArray[np.uint8], slice, slice] | None:
        """Lines of a picture whose classes were found at publication, and the part of it asked for.

        None where they are not kept, or nothing of the grid is there. ``shown`` is the token of
        the style. The slices count pixels of the picture: all of them, but deeper than the grid.
        """
        info = self._store.surface(self._layer.id, at, version)
        if pixel_zoom(window) > window.zoom:
            return None
        place = _place(info.grid.zoom, window)
        lines = self._store.classed(info, shown, place.zoom, place.row, place.col)
        return None if lines is None else (lines, place.rows, place.cols)

    def _viewed(self, info: SurfaceInfo, view: View, question: Question) -> Raster | None:
        seen = viewed.seen(view, info.grid, smooth=question.smooth)
        if seen is None:
            return None
        bands = self._store.picked(info, seen.zoom, seen.rows, seen.cols)
        if seen.is_dense:
            return self._raster(info, seen.at_pixels(bands), question, 0)
        found = self._raster(info, bands, question, int(seen.smooth))
        return None if found is None else seen.shown(found)

    def _raster(
        self, info: SurfaceInfo, bands: Float32Array, question: Question, margin: int
    ) -> Raster | None:
        """Cells with the measure asked for; what is smoothed has values, not scores."""
        found = Predictive(bands, info.transform)
        known = found.support < self._layer.support_limit
        if not known.any():
            return None
        if question.style.measure == "exceedance" and not margin:
            return Raster({"value": found.score(_threshold(question))}, 0, known, is_score=True)
        return Raster({"value": measured(question, found)}, margin, known)

    def _block(self, info: SurfaceInfo, window: Window) -> Float32Array | None:
        """The cells of a window as they lie in the file: of the tile, or of the one that has it."""
        if min(info.grid.zoom, pixel_zoom(window)) > window.zoom:
            return self._children(info, window)
        place = _place(info.grid.zoom, window)
        tile = self._store.tile(info, place.zoom, place.row, place.col)
        return None if tile is None else tile[:, place.rows, place.cols]

    def _children(self, info: SurfaceInfo, window: Window) -> Float32Array | None:
        """The cells of the four tiles one zoom deeper, NaN where one has none."""
        whole = None
        for r, c in ((0, 0), (0, 1), (1, 0), (1, 1)):
            tile = self._store.tile(info, window.zoom + 1, 2 * window.row + r, 2 * window.col + c)
            if tile is None:
                continue
            if whole is None:
                whole = np.full((len(tile), 2, TILE_PX, 2, TILE_PX), np.nan, np.float32)
            whole[:, r, :, c] = tile
        return None if whole is None else whole.reshape(len(whole), 2 * TILE_PX, 2 * TILE_PX)

    def _framed(self, info: SurfaceInfo, window: Window) -> Float32Array | None:
        part = cut(info.grid, window, MARGIN)
        to_rows, rows = overlap(part.row, part.count, part.step, info.grid.height)
        to_cols, cols = overlap(part.col, part.count, part.step, info.grid.width)
        if rows.stop <= rows.start or cols.stop <= cols.start:
            return None
        cells = self._store.cells(info, rows, cols)
        return placed(cells, (to_rows, to_cols), part.count)

    def inspect(
        self, point: Point, at: datetime | None, threshold: float | None = None
    ) -> Mapping[str, Any]:
        """The predictive distribution in the cell of a point, of the field.

        ``threshold``, in the canonical unit, takes the place of that of the styles.
        """
        try:
            info = self._store.surface(self._layer.id, at)
        except NoSurfaceError:
            return {"known": False, "reason": "no_surface", "values": []}
        facts: dict[str, Any] = {
            "time": info.valid_time,
            "version": info.token,
            "context": info.context,
            "source": dict(info.tags),
        }
        place = info.grid.cell_of(point)
        if place is None:
            return {**facts, "known": False, "reason": "outside_domain", "values": []}
        row, col = place
        cell = self._store.cells(info, slice(row, row + 1), slice(col, col + 1))[:, 0, 0]
        found = Predictive(cell[:, None], info.transform)
        facts["support"] = float(found.support[0])
        if not found.support[0] < self._layer.support_limit:
            return {**facts, "known": False, "reason": "no_station_near", "values": []}
        quantity = units.QUANTITIES[info.quantity]
        if threshold is None:
            named = (s.threshold for s in self._layer.styles if s.threshold is not None)
            threshold = next(named, None)
        values = [
            ("mean", found.mean(), quantity.unit),
            ("median", found.quantile(0.5), quantity.unit),
            ("sd", found.sd(), quantity.unit),
            ("p05", found.quantile(0.05), quantity.unit),
            ("p95", found.quantile(0.95), quantity.unit),
        ]
        if threshold is not None:
            values.append(("exceedance", found.exceedance(threshold), "1"))
            facts["threshold"] = threshold
        facts["values"] = [
            {"name": name, "value": float(value[0]), "unit": unit} for name, value, unit in values
        ]
        facts["new_measurement"] = _new(found, info, quantity.unit)
        return {**facts, "known": True, "reason": ""}


class _Place(NamedTuple):
    """A tile of the grid, and the part of it that a window shows."""

    zoom: int
    row: int
    col: int
    rows: slice = ALL
    cols: slice = ALL


def _place(grid_zoom: int, window: Window) -> _Place:
    zoom = min(grid_zoom, window.zoom)
    depth = window.zoom - zoom
    split = min(depth, DEEPEST_OVERZOOM)
    row, col = window.row >> (depth - split), window.col >> (depth - split)
    if not split:
        return _Place(zoom, row, col)
    side = TILE_PX >> split
    r, c = (at % (1 << split) * side for at in (row, col))
    return _Place(zoom, row >> split, col >> split, slice(r, r + side), slice(c, c + side))


def _new(found: Predictive, info: SurfaceInfo, unit: str) -> dict[str, Any] | None:
    """What a device put there would show, 90 % of the time between ``p05`` and ``p95``.

    None where the surface does not tell the parameters that this follows from.
    """
    told = info.tags.get("parameters")
    if not isinstance(told, Mapping) or any(told.get(n) is None for n in ("nugget_site", "shares")):
        return None
    parameters = Parameters(**{**told, "shares": tuple(told["shares"])})
    likely = np.sort(found.measured(noise_of(parameters, info.noise_sigma))[:, 0])
    places = np.array([0.05, 0.5, 0.95]) * (len(likely) - 1)
    low, median, high = np.interp(places, np.arange(len(likely)), likely)
    parts = {"mean": likely.mean(), "median": median, "sd": likely.std(), "p05": low, "p95": high}
    return {"unit": unit, **{name: float(value) for name, value in parts.items()}}


def measured(question: Question, found: Predictive) -> Float32Array:
    """Return the measure that a style asks for: canonical unit, or a share of 1."""
    match question.style.measure:
        case "mean":
            value = found.mean()
        case "median":
            value = found.quantile(0.5)
        case "sd":
            value = found.sd()
        case "quantile":
            value = found.quantile(0.95 if question.quantile is None else question.quantile)
        case "exceedance":
            value = found.exceedance(_threshold(question))
        case "uncertainty":
            value = found.relative_uncertainty()
        case other:
            raise AssertionError(f"the catalogue let the measure {other} pass")
    return np.asarray(value, dtype=np.float32)


def _threshold(question: Question) -> float:
    threshold = question.threshold
    if threshold is None:
        threshold = question.style.threshold
    assert threshold is not None  # noqa: S101 - the catalogue demands it of this measure
    return threshold
