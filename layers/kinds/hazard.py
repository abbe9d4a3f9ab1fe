"""Seismic hazard of data sets beside each other: none is blended with another."""

import hashlib
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadFileError, BadInputError, GoneError
from layers.geo import Bounds, Point, Window
from layers.kinds import hazard_files
from layers.kinds.places import pixel_places
from layers.kinds.raster_files import LOOK_S, RasterFile
from layers.kinds.sources import Sources, nothing_yet
from layers.model import Extent, HazardDataset, LayerDefinition, Raster, hazard_values
from layers.model.hazard_curve import RETURN_PERIODS_Y, same_period
from layers.model.kind import Question
from layers.views import View

MEASURES = ("value", "ratio")
FILTERS = ("return_period",)
MAX_ZOOM = 12
FloatArray = NDArray[np.floating[Any]]


class HazardKind:
    """Values at a return period: of the first data set in whose territory a place lies.

    Where two data sets meet, the pixels along the seam stay open, so that it is seen. The measure
    ``ratio`` is the largest over the smallest of all that say something of a place.
    """

    def __init__(self, layer: LayerDefinition, sources: Sources, look_s: float = LOOK_S) -> None:
        self._layer = layer
        self._look_s = look_s
        self._lock = threading.Lock()
        self._due = 0.0
        self._token = ""
        self._held: tuple[str, tuple[HazardDataset, ...]] | None = None
        self._periods: tuple[float, ...] = ()

    def extent(self) -> Extent:
        """The domain of the entry, else a box around all parts."""
        try:
            datasets = self._datasets(self.version(None))
        except BadInputError:
            return nothing_yet(self._layer)
        boxes = np.array([part.bounds for each in datasets for part in each.parts])
        west, south = np.maximum(boxes[:, :2].min(axis=0), (-180.0, -85.0))
        east, north = np.minimum(boxes[:, 2:].max(axis=0), (180.0, 85.0))
        box = self._layer.domain or Bounds(float(west), float(south), float(east), float(north))
        return Extent(box, 0, MAX_ZOOM)

    def version(self, at: datetime | None) -> str:
        """Return a hash of the manifests, and of the sizes and dates of what they name."""
        with self._lock:
            if time.monotonic() >= self._due:
                self._token = _token(self._layer)
                self._due = time.monotonic() + self._look_s
            return self._token

    def datasets(self) -> tuple[HazardDataset, ...]:
        """Return the data sets as they are now.

        Raises
        ------
        BadInputError
            Where one of them cannot be read.
        """
        return self._datasets(self.version(None))

    def _datasets(self, version: str) -> tuple[HazardDataset, ...]:
        with self._lock:
            if self._held is None or self._held[0] != version:
                paths, domain = self._layer.paths, self._layer.domain
                self._held = version, tuple(hazard_files.read(path, domain) for path in paths)
                self._periods = _periods(self._held[1])
            return self._held[1]

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Raster | None:
        """The value of the cell or zone that holds each pixel's centre.

        Raises
        ------
        BadFileError
            Where a file cannot be read any more.
        """
        if version != self.version(at):
            raise GoneError(f'version "{version}" of layer "{self._layer.id}" is no longer kept')
        period = question.return_period_y or question.style.return_period_y or RETURN_PERIODS_Y[0]
        lon, lat = pixel_places(window)
        datasets = self._datasets(version)
        values = np.stack([each.values(lon, lat, period) for each in datasets])
        shown = _ratio if question.style.measure == "ratio" else _beside
        value = shown(values).astype(np.float32)
        known = ~np.isnan(value)
        return Raster({"value": value}, 0, known) if known.any() else None

    def inspect(self, point: Point, at: datetime | None) -> Mapping[str, Any]:
        """All values at a place by data set and return period, each data set with its manifest."""
        version = self.version(at)
        facts: dict[str, Any] = {"version": version, "values": []}
        try:
            datasets = self._datasets(version)
            found = hazard_values(datasets, point.lon, point.lat, self._periods)
        except BadInputError as fault:
            return {**facts, "known": False, "reason": "unreadable", "error": str(fault)}
        known = [value for value in found if value.value is not None]
        saying = {value.manifest.id for value in known}
        facts["values"] = [
            {
                "name": f"{value.manifest.quantity}_{value.period_y:g}",
                "value": value.value,
                "unit": value.unit,
                "return_period_y": value.period_y,
                "annual_rate": 1 / value.period_y,
                "model": value.manifest.id,
                "interpolated": value.interpolated,
            }
            for value in known
        ]
        facts["models"] = [
            {
                "id": each.manifest.id,
                "title": each.manifest.title,
                "status": str(each.manifest.status),
                "licence": each.manifest.licence,
                "vintage": each.manifest.vintage,
                "source": each.manifest.source,
                "vs30_m_s": each.manifest.vs30_m_s,
                "state": each.manifest.state,
                "known": each.manifest.id in saying,
            }
            for each in datasets
        ]
        return {**facts, "known": bool(known), "reason": "" if known else "outside_domain"}


def _periods(datasets: tuple[HazardDataset, ...]) -> tuple[float, ...]:
    """Return the four usual return periods, and those that a data set has besides."""
    own = {period for each in datasets for period in each.periods_y}
    odd = {p for p in own if not any(same_period(p, usual) for usual in RETURN_PERIODS_Y)}
    return tuple(sorted({*RETURN_PERIODS_Y, *odd}))


def _beside(values: FloatArray) -> FloatArray:
    """Return the first known value of each pixel, NaN along the seams."""
    known = np.isfinite(values)
    first = np.where(known.any(axis=0), known.argmax(axis=0), -1)
    found: FloatArray = np.take_along_axis(values, np.maximum(first, 0)[None], axis=0)[0]
    for axis in (0, 1):
        here = [slice(None), slice(None)]
        here[axis] = slice(None, -1)
        there = [slice(None), slice(None)]
        there[axis] = slice(1, None)
        one, other = first[tuple(here)], first[tuple(there)]
        seam = (one != other) & (one >= 0) & (other >= 0)
        found[tuple(here)][seam] = np.nan
    return found


def _ratio(values: FloatArray) -> FloatArray:
    """Return the largest over the smallest; NaN unless two data sets or more are known."""
    known = np.isfinite(values) & (values > 0)
    largest = np.where(known, values, -np.inf).max(axis=0)
    smallest = np.where(known, values, np.inf).min(axis=0)
    several = known.sum(axis=0) > 1
    found = np.full(several.shape, np.nan)
    np.divide(largest, smallest, out=found, where=several)
    return found


def _token(layer: LayerDefinition) -> str:
    digest = hashlib.blake2b(digest_size=5)
    for path in layer.paths:
        try:
            _, files = hazard_files.manifest_at(path)
            named = [path, *(path.parent / name for name in files.names)]
        except BadFileError as reason:
            digest.update(str(reason).encode())
            named = [path]
        for each in map(RasterFile.of, named):
            digest.update(f"{each.path.name}\0{each.size} {each.mtime_ns}\n".encode())
    return digest.hexdigest()


def check(layer: LayerDefinition) -> None:
    """Look that the data sets of an entry can be read and are of one quantity.

    Raises
    ------
    BadFileError
        With what is wrong.
    """
    if not layer.paths:
        raise BadFileError(f'layer "{layer.id}" names no manifest')
    manifests = [hazard_files.manifest_at(path)[0] for path in layer.paths]
    ids = [each.id for each in manifests]
    if len(set(ids)) < len(ids):
        raise BadFileError(f"two data sets have one id: {', '.join(ids)}")
    if len({each.quantity for each in manifests}) > 1:
        raise BadFileError("accelerations and intensities cannot be one layer; make two")
    for style in layer.styles:
        if style.measure == "ratio" and len(manifests) < 2:
            raise BadFileError(f'style "{style.id}" compares data sets; the layer has one')
    if found := problems(layer):
        raise BadFileError(found[0])


def problems(layer: LayerDefinition) -> list[str]:
    """Return what is wrong with each of the data sets of an entry, in words."""
    found = []
    for path in layer.paths:
        try:
            hazard_files.read(path, layer.domain)
        except BadInputError as reason:
            found.append(str(reason))
    return found
