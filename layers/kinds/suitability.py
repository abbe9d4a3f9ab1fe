"""Suitability: criteria weighed in every cell, exclusions above all weights, every pixel explained.

What is weighed was made ready by ``layers.siting.stacks``; a tile only adds up bytes.
"""

import math
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadFileError, BadParameterError, GoneError
from layers.geo import MAX_ZOOM as DEEPEST
from layers.geo import TILE_PX, Bounds, CellGrid, Point, Window
from layers.kinds import aligned
from layers.kinds.cells import placed
from layers.kinds.raster_files import LOOK_S
from layers.kinds.sources import Sources, nothing_yet
from layers.model import Extent, Float32Array, LayerDefinition, Raster, StyleDefinition
from layers.model.kind import Question
from layers.screening import PRESETS, UNKNOWN, Layout, Preset, shares, weighed, zones_for
from layers.screening.explained import Account
from layers.store.aligned import Level, Part
from layers.views import View

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
MEASURES = tuple(PRESETS)
"""A style shows one preset."""
OPTIONS: Mapping[str, type | tuple[type, ...]] = {"thermal_mw": (int, float)}
SYMBOL = "suitability"
MAX_ZOOM = 12
NOTHING_YET = "0"
"""The version of a layer whose bands are not made yet."""


def layout_of(layer: LayerDefinition) -> Layout:
    """Return which bands a layer has: those of the presets that its styles show."""
    return Layout(tuple(dict.fromkeys(preset_of(style) for style in layer.styles)))


def preset_of(style: StyleDefinition) -> Preset:
    """Return the criteria that a style shows, or raise BadParameterError where it has none."""
    if style.preset is None:
        raise BadParameterError(f'style "{style.id}" names no preset')
    return style.preset


def parts_of(layout: Layout) -> tuple[Part, Part]:
    """Return how bands are kept: bytes to weigh at every zoom, numbers to tell at the deepest."""
    return (
        Part("bands", "|u1", layout.count),
        Part("values", "<f2", len(layout.evidence), every_level=False),
    )


class SuitabilityKind:
    """The weighted mean of what the criteria of a preset say of each cell."""

    def __init__(self, layer: LayerDefinition, sources: Sources, look_s: float = LOOK_S) -> None:
        self._layer = layer
        self._copies = sources.store.aligned
        self._layout = layout_of(layer)
        self._bands, self._values = parts_of(self._layout)
        self._nothing = np.full((self._layout.count, 1, 1), UNKNOWN, np.uint8)
        self._nothing[-2:] = 0
        self._accounts = {s.id: Account(self._layout, preset_of(s)) for s in layer.styles}
        rules = (*self._layout.lines, *self._layout.exclusions)
        self._units = {rule.evidence: rule.unit for rule in rules}
        self._look_s = look_s
        self._lock = threading.Lock()
        self._due = 0.0
        self._token = NOTHING_YET

    def extent(self) -> Extent:
        """What the bands cover; the domain of the entry where none are made yet."""
        said = self._copies.said(self._layer.id, self.version(None))
        if said is None:
            return nothing_yet(self._layer)
        return Extent(Bounds(*said["bounds"]), 0, MAX_ZOOM)

    def version(self, at: datetime | None) -> str:
        """Return the version of the bands that were made last."""
        with self._lock:
            if time.monotonic() >= self._due:
                token = self._copies.newest(self._layer.id)
                said = self._copies.said(self._layer.id, token) if token else None
                whole = said is not None and said.get("layout") == self._layout.token
                self._token = token if token and whole else NOTHING_YET
                self._due = time.monotonic() + self._look_s
            return self._token

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Raster | None:
        """The weighted mean, and where an exclusion stands above it.

        Raises
        ------
        GoneError
            Where other bands were made in between.
        """
        if version == self.version(at) == NOTHING_YET:
            return None
        try:
            found = aligned.shown(lambda zoom: self._level(version, zoom), window)
        except aligned.NotKept:
            raise self._gone(version) from None
        if found is None:
            return None
        bands = found.cells
        if found.target is not None:
            bands = placed(bands, found.target, found.count, self._nothing)
        raster = self._weighed(bands, question)
        return raster if raster is None or found.seen is None else found.seen.shown(raster)

    def made(self, version: str) -> Mapping[str, Any] | None:
        """Return what is told of the bands of a version: ``bounds``, ``zoom``, ``sources``."""
        return self._copies.said(self._layer.id, version)

    def strips(
        self, version: str, grid: CellGrid, question: Question
    ) -> Iterator[tuple[int, Float32Array]]:
        """Yield first row and the deepest cells of a grid, from north to south.

        Shape (3, rows, width): score, NaN where there is none; 1 where excluded; coverage.

        Raises
        ------
        GoneError
            Where the version is no longer kept.
        """
        level = self._level(version, DEEPEST)
        if level is None:
            raise self._gone(version)
        chosen = preset_of(question.style)
        weights = _weights(chosen, question)
        top, left = grid.row - level.grid.row, grid.col - level.grid.col
        for row in range(0, grid.height, TILE_PX):
            rows = slice(top + row, top + min(row + TILE_PX, grid.height))
            bands = level.read(rows, slice(left, left + grid.width))
            score, known, excluded = self._judged(bands, chosen, weights)
            own = bands[self._layout.bands_of(chosen)] != UNKNOWN
            coverage = np.tensordot(weights, own, 1)
            score = np.where(known, score, np.float32(np.nan))
            yield row, np.stack([score, excluded, coverage]).astype(np.float32)

    def _judged(
        self, bands: Any, chosen: Preset, weights: FloatArray
    ) -> tuple[Float32Array, BoolArray, BoolArray]:
        """Return the score of cells, where there is one, and where an exclusion stands above it."""
        needed = np.array([c.needed for c in chosen.suitabilities])
        score, known = weighed(bands[self._layout.bands_of(chosen)], weights, needed)
        low, high = self._layout.bits_of(chosen)
        excluded = ((bands[-2] & low) | (bands[-1] & high)) != 0
        return score, known & ~excluded, excluded

    def _weighed(self, bands: Any, question: Question) -> Raster | None:
        chosen = preset_of(question.style)
        score, known, excluded = self._judged(bands, chosen, _weights(chosen, question))
        if not (known.any() or excluded.any()):
            return None
        return Raster({"value": score}, 0, known, excluded=excluded)

    def _level(self, version: str, zoom: int) -> Level | None:
        return self._copies.level(self._layer.id, version, zoom, self._bands)

    def _gone(self, version: str) -> GoneError:
        with self._lock:
            self._due = 0.0  # whoever asks for the newest again gets it
        return GoneError(f'version "{version}" of layer "{self._layer.id}" is no longer kept')

    def inspect(
        self,
        point: Point,
        at: datetime | None,
        style: StyleDefinition | None = None,
        weights: tuple[float, ...] | None = None,
    ) -> Mapping[str, Any]:
        """What is known of the cell that holds a point, and how its score comes about.

        ``style`` names the preset, the first one of the layer where it is None.
        """
        version = self.version(at)
        facts: dict[str, Any] = {"version": version, "known": False, "values": []}
        said = self._copies.said(self._layer.id, version)
        bands, numbers = (
            self._copies.level(self._layer.id, version, DEEPEST, part, said)
            for part in (self._bands, self._values)
        )
        if said is None or numbers is None or bands is None:
            return {**facts, "reason": "not_made_yet"}
        cell = bands.grid.cell_of(point)
        if cell is None:
            return {**facts, "reason": "outside_domain"}
        held = numbers.cell(*cell).tolist()
        evidence = {
            name: None if math.isnan(v) else v
            for name, v in zip(self._layout.evidence, held, strict=True)
        }
        account = self._accounts[(style or self._layer.styles[0]).id]
        told = account.of(bands.cell(*cell), evidence, said["sources"], weights)
        told["cell_km"] = said["cell_km"]
        known = told["score"] is not None or told["excluded"]
        values = [
            {"name": name, "value": value, "unit": self._units[name]}
            for name, value in evidence.items()
            if value is not None
        ]
        if told["score"] is not None:
            values.insert(0, {"name": "suitability", "value": told["score"], "unit": "1"})
        reason = "" if known else "little_evidence"
        return {**facts, "known": known, "reason": reason, "values": values, "explained": told}


def _weights(chosen: Preset, question: Question) -> FloatArray:
    own = [c.weight for c in chosen.suitabilities]
    return shares(np.array(own if question.weights is None else question.weights))


def check(layer: LayerDefinition) -> None:
    """Look that an entry names presets and a reactor that has emergency zones.

    Raises
    ------
    BadFileError
        With what is wrong.
    """
    try:
        layout_of(layer)
        zones_for(float(layer.options.get("thermal_mw", 3000.0)))
    except BadParameterError as reason:
        raise BadFileError(str(reason)) from reason
