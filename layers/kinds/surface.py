"""Surfaces interpolated from stations: a measure of the predictive distribution in every cell."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers import units
from layers.errors import NoSurfaceError
from layers.geo import Point, Window
from layers.interpolation import Noise, Parameters, Place, Predictive, noise_of
from layers.kinds import blocks, viewed
from layers.kinds.cells import DEEPEST_OVERZOOM, pixel_zoom
from layers.kinds.readings import SHARES, measured, ranked, read_off
from layers.kinds.sources import Sources, nothing_yet
from layers.kinds.viewed import Seen
from layers.model import (
    Extent,
    Float32Array,
    LayerDefinition,
    Raster,
    SurfaceInfo,
)
from layers.model.kind import Question
from layers.views import View

TOLD = (0.05, 0.5, 0.95)
"""Probabilities whose quantiles a click tells."""
FEW = 4
"""Places of a compressed surface that are read one by one; for more all of it is decoded."""


class SurfaceKind:
    """The published surfaces of one layer."""

    def __init__(self, layer: LayerDefinition, sources: Sources) -> None:
        self._layer = layer
        self._store = sources.store
        named = (style.threshold for style in layer.styles)
        self._threshold = next((each for each in named if each is not None), None)

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
        bands = (blocks.framed if framed else blocks.block)(self._store, info, window)
        if bands is None:
            return None
        return self._raster(info, bands, question, blocks.MARGIN if framed else 0)

    def is_at_hand(self, at: datetime | None, version: str) -> bool:
        """Tell whether a tile takes no more than some milliseconds."""
        return self._store.is_at_hand(self._store.surface(self._layer.id, at, version))

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
        place = blocks.place_of(info.grid.zoom, window)
        lines = self._store.classed(info, shown, place.zoom, place.row, place.col)
        return None if lines is None else (lines, place.rows, place.cols)

    def classed_view(
        self, view: View, at: datetime | None, version: str, shown: str
    ) -> tuple[NDArray[np.uint8], int, Seen] | None:
        """Bytes of lines in which lie the cells of a view, as ``classed`` of the tiles.

        Each row is one of the cells that are seen; the columns are all from the first to the
        last, after as many as the second number says.
        """
        info = self._store.surface(self._layer.id, at, version)
        if not self._store.maps_classed(info, shown):
            return None
        seen = viewed.seen(view, info.grid, smooth=False)
        if seen is None:
            return None
        rows, cols = (slice(int(e[0]), int(e[-1]) + 1) for e in (seen.rows, seen.cols))
        found = self._store.classed_part(info, shown, seen.zoom, rows, cols)
        if found is None:
            return None
        lines, before = found
        if len(lines) > len(seen.rows):
            lines = lines[seen.rows - seen.rows[0]]
        return lines, before, seen

    def _viewed(self, info: SurfaceInfo, view: View, question: Question) -> Raster | None:
        seen = viewed.seen(view, info.grid, smooth=question.smooth)
        if seen is None:
            return None
        bands = self._store.picked(info, seen.zoom, seen.rows, seen.cols)
        found = self._raster(info, bands, question, int(seen.smooth))
        return None if found is None else seen.shown(found)

    def _raster(
        self, info: SurfaceInfo, bands: Float32Array, question: Question, margin: int
    ) -> Raster | None:
        """Cells with the measure asked for; what is smoothed has values, and nothing instead."""
        found = Predictive(bands, info.transform)
        known = found.support < self._layer.support_limit
        if not known.any():
            return None
        if margin:
            return Raster({"value": measured(question, found)}, margin, known)
        value, scale = ranked(question, found)
        return Raster({"value": value}, 0, known, scale)

    def inspect(
        self, point: Point, at: datetime | None, threshold: float | None = None
    ) -> Mapping[str, Any]:
        """The predictive distribution in the cell of a point, of the field.

        ``threshold``, in the canonical unit, takes the place of that of the styles.
        """
        try:
            info = self._store.surface(self._layer.id, at)
        except NoSurfaceError:
            reason = "no_normal" if self._layer.relative_to else "no_surface"
            return {"known": False, "reason": reason, "values": []}
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
        cell = self._store.cell(info, row, col)
        facts["support"] = float(cell[-1])
        if not cell[-1] < self._layer.support_limit:
            return {**facts, "known": False, "reason": "no_station_near", "values": []}
        found, unit = Place(cell, info.transform), units.MAPPED[info.quantity].unit
        (mean, sd), (low, median, high) = found.moments(), found.quantiles(TOLD)
        told = {"mean": mean, "median": median, "sd": sd, "p05": low, "p95": high}
        if threshold is None:
            threshold = self.threshold
        if threshold is not None:
            facts["threshold"] = threshold
            told["exceedance"] = found.exceedance(threshold)
        facts["values"] = [
            {"name": name, "value": value, "unit": "1" if name in SHARES else unit}
            for name, value in told.items()
        ]
        noise = self._store.once(("noise", info.layer_id, info.token), lambda: _noise(info))
        facts["new_measurement"] = None
        if noise is not None:
            # What a device put there would show, 90 % of the time between ``p05`` and ``p95``.
            new = found.measured(noise)
            low, median, high = new.usual()
            told = {"mean": new.mean, "median": median, "sd": new.sd, "p05": low, "p95": high}
            facts["new_measurement"] = {"unit": unit} | told
        return {**facts, "known": True, "reason": ""}

    @property
    def threshold(self) -> float | None:
        """The threshold of exceedance that the catalogue names first, in the canonical unit."""
        return self._threshold

    def published(self) -> list[SurfaceInfo]:
        """Return the newest surface of every valid time, oldest first."""
        return self._store.surfaces(self._layer.id)

    def published_at(self, at: datetime | None, token: str | None = None) -> SurfaceInfo:
        """Return a surface; None is the newest. Raises NoSurfaceError or GoneError."""
        return self._store.surface(self._layer.id, at, token)

    def readings(
        self,
        info: SurfaceInfo,
        rows: slice,
        cols: slice,
        names: Sequence[str],
        threshold: float | None = None,
    ) -> dict[str, Float32Array]:
        """Return measures of cells by name, shape (rows, cols), NaN where it cannot be known.

        Parameters
        ----------
        names : sequence of str
            Of ``readings.READINGS``.
        threshold : float, optional
            Of ``exceedance``, in the canonical unit.
        """
        bands = self._store.part(info, rows, cols)
        found = self._read_off(info, bands.reshape(len(bands), -1), names, threshold)
        return {name: values.reshape(bands.shape[1:]) for name, values in found.items()}

    def readings_at(
        self,
        info: SurfaceInfo,
        points: Sequence[Point],
        names: Sequence[str],
        threshold: float | None = None,
    ) -> dict[str, Float32Array]:
        """Return measures of the cells that hold some points, shape (points,), as ``readings``.

        Beyond the cells nothing is known.
        """
        places = [info.grid.cell_of(point) for point in points]
        inside = [number for number, place in enumerate(places) if place is not None]
        found = {name: np.full(len(points), np.nan, np.float32) for name in names}
        if inside:
            read = self._store.part if len(inside) <= FEW else self._store.cells
            cells = [
                read(info, slice(row, row + 1), slice(col, col + 1))[:, 0, 0]
                for row, col in filter(None, places)
            ]
            known = self._read_off(info, np.stack(cells, axis=1), names, threshold)
            for name, values in known.items():
                found[name][inside] = values
        return found

    def _read_off(
        self, info: SurfaceInfo, bands: Float32Array, names: Sequence[str], threshold: float | None
    ) -> dict[str, Float32Array]:
        found = Predictive(bands, info.transform)
        unknown = ~(found.support < self._layer.support_limit)
        values = {}
        for name in names:
            value = np.array(read_off(found, name, threshold))
            value[unknown] = np.nan
            values[name] = value
        return values


def _noise(info: SurfaceInfo) -> Noise | None:
    """What a device adds; None where the surface does not tell the parameters of it."""
    told = info.tags.get("parameters")
    if not isinstance(told, Mapping) or any(told.get(n) is None for n in ("nugget_site", "shares")):
        return None
    parameters = Parameters(**{**told, "shares": tuple(told["shares"])})
    return noise_of(parameters, info.noise_sigma)
