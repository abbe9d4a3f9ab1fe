"""What the catalogue holds that a site can be measured against, made ready once for a state."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.catalog import Catalog
from layers.errors import BadInputError, NoSurfaceError
from layers.geo import Point, distance_m
from layers.kinds import evidence
from layers.kinds.collection import CollectionKind, degrees
from layers.kinds.faults import FaultsKind
from layers.kinds.hazard import HazardKind
from layers.kinds.quakes import QuakesKind
from layers.kinds.zones import ZonesKind
from layers.model import Features, HazardDataset, LayerDefinition, Station
from layers.screening import Said, Shapes
from layers.siting.surroundings import Surroundings
from layers.store import Audience, Reader

FloatArray = NDArray[np.float64]
LONGEST_KM = 40_000.0
"""The way around the Earth: no trace is longer."""


@dataclass(frozen=True, eq=False)
class Traces:
    """The features of a layer: shapes, lengths in km (0 where none is told) and properties."""

    layer: LayerDefinition
    ids: Sequence[str]
    shapes: Shapes
    length_km: FloatArray
    properties: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, i: int) -> dict[str, Any]:
        """Return the properties that a feature has."""
        return {k: v[i] for k, v in self.properties.items() if v[i] not in (None, "")}


@dataclass(frozen=True, eq=False)
class Loaded:
    """All that sites are measured against at one state of the store.

    ``tokens`` maps each layer that was used to the version of its data; ``hazard`` are the loaded
    hazard data sets with their layers. ``rasters`` are layers of cells that are evidence, and
    ``dose`` the surfaces.
    """

    surroundings: Surroundings
    tokens: Mapping[str, str]
    faults: tuple[Traces, ...]
    events: tuple[Traces, ...]
    zones: tuple[Traces, ...]
    themes: Mapping[str, tuple[Traces, ...]]
    rasters: Mapping[str, tuple[LayerDefinition, ...]]
    hazard: tuple[tuple[LayerDefinition, HazardDataset], ...]
    dose: tuple[LayerDefinition, ...]
    stations: tuple[Station, ...]
    catalog: Catalog
    at: datetime | None = None

    @cached_property
    def register(self) -> str:
        """A digest of the stations."""
        return digest(
            [(s.code, s.country, s.lon, s.lat, sorted(s.names.items())) for s in self.stations]
        )

    def told(self, layer: LayerDefinition) -> Said:
        """Return source and vintage of evidence from one layer."""
        return {"source": layer.title, "vintage": self.tokens[layer.id]}

    def said(self, traces: Sequence[Traces]) -> Said:
        """Return source and vintage of evidence from layers: their titles and versions."""
        return {
            "source": "; ".join(t.layer.title for t in traces),
            "vintage": "; ".join(self.tokens[t.layer.id] for t in traces),
        }


def digest(value: Any) -> str:
    """Return the SHA-256 of a value as JSON with sorted keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Desk:
    """Makes ``Loaded`` of a catalogue, and keeps it until a token changes; safe for threads."""

    def __init__(
        self,
        catalog: Catalog,
        store: Reader,
        audience: Audience,
        now: Callable[[], datetime],
        surroundings: Callable[[], Surroundings],
    ) -> None:
        self._catalog = catalog
        self._store = store
        self._audience = audience
        self._now = now
        self._surroundings = surroundings
        self._held: dict[str, tuple[str, Traces]] = {}
        self._lock = threading.Lock()

    def loaded(self, at: datetime | None = None) -> Loaded:
        """Return what is loaded now, surfaces at a time (None: the newest hour of any).

        The hour is pinned, so that a sheet can be made again when newer ones have come.
        """
        at = at or self._newest()
        tokens: dict[str, str] = {}
        faults: list[Traces] = []
        events: list[Traces] = []
        zones: list[Traces] = []
        by_kind = ((FaultsKind, faults), (QuakesKind, events), (ZonesKind, zones))
        hazard, dose = [], []
        themes: dict[str, list[Traces]] = {}
        rasters: dict[str, list[LayerDefinition]] = {}
        for layer in self._catalog.layers.values():
            kind = self._catalog.kind(layer.id)
            theme = evidence.of(layer)
            if isinstance(kind, CollectionKind):
                own = next((into for of, into in by_kind if isinstance(kind, of)), None)
                if (used := themes.setdefault(theme, []) if theme else own) is not None:
                    tokens[layer.id], traces = self._traces(layer, kind)
                    used.append(traces)
            elif theme:
                rasters.setdefault(theme, []).append(layer)
                tokens[layer.id] = kind.version(None)
            elif layer.kind == "surface":
                dose.append(layer)
                try:
                    tokens[layer.id] = kind.version(at)
                except NoSurfaceError:
                    tokens[layer.id] = ""
            elif isinstance(kind, HazardKind):
                tokens[layer.id] = ""
                with contextlib.suppress(BadInputError):
                    hazard += [(layer, each) for each in kind.datasets()]
                    tokens[layer.id] = kind.version(None)
        stations = self._store.stations(self._audience, self._now(), at=self._now())
        return Loaded(
            self._surroundings(),
            tokens,
            tuple(faults),
            tuple(events),
            tuple(zones),
            {theme: tuple(each) for theme, each in themes.items()},
            {theme: tuple(each) for theme, each in rasters.items()},
            tuple(hazard),
            tuple(dose),
            tuple(stations),
            self._catalog,
            at,
        )

    def _newest(self) -> datetime | None:
        layers = self._catalog.layers.values()
        times = (
            self._catalog.kind(layer.id).extent().times
            for layer in layers
            if layer.kind == "surface"
        )
        return max((each[-1] for each in times if each), default=None)

    def _traces(self, layer: LayerDefinition, kind: CollectionKind) -> tuple[str, Traces]:
        held = kind.held()
        with self._lock:
            known = self._held.get(layer.id)
            if known is None or known[0] != held.token:
                known = self._held[layer.id] = (held.token, _traces(layer, held.all()))
            return known


def gap(loaded: Loaded, layers: Sequence[Traces], place: Point, reach_km: float) -> str:
    """Return why layers that show nothing within a reach of a place say nothing of it.

    ``not_loaded``: there is none, or nothing in them. ``outside``: the place lies beyond the
    region, or farther than the reach from the box around all that they hold. Empty: they do say
    that nothing is there.
    """
    filled = [each.shapes.geometry for each in layers if len(each)]
    if not filled:
        return "not_loaded"
    west, south, east, north = shapely.total_bounds(np.concatenate(filled)).tolist()
    edge = Point(min(max(place.lon, west), east), min(max(place.lat, south), north))
    beyond = distance_m(place, edge) > 1000 * reach_km
    return "outside" if beyond or not loaded.surroundings.bounds.holds(place) else ""


def named(own: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of a feature by language; one without a language counts as English."""
    names = {
        lang: str(own[f"name_{lang}"]) for lang in ("kk", "uz", "ru", "en") if f"name_{lang}" in own
    }
    if not names and own.get("name"):
        names = {"en": str(own["name"])}
    return names


def _traces(layer: LayerDefinition, features: Features) -> Traces:
    told = features.properties.get("length_km") or [None] * len(features)
    length = np.array([_length_km(value) for value in told], float)
    return Traces(layer, features.ids, Shapes(list(degrees(features))), length, features.properties)


def _length_km(value: Any) -> float:
    # A property may be text, or a number that no length on the Earth has.
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known and 0 < value < LONGEST_KM else 0.0
