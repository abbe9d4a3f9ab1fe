"""Shaking of one earthquake: on a fault of the map, or of an event that happened."""

import hashlib
import math
import threading
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from scipy.special import ndtr

from layers.errors import BadFileError, BadParameterError, GoneError, LayersError
from layers.geo import Bounds, Point, Window
from layers.kinds.faults import angle, is_fold, mechanism_of
from layers.kinds.places import pixel_places
from layers.kinds.readings import threshold_of
from layers.kinds.sources import Sources, nothing_yet
from layers.model import Extent, Feature, LayerDefinition, Raster
from layers.model.kind import Question, Scenario
from layers.seismic import models, scenario
from layers.views import View

MEASURES = ("pga", "pga-84", "sigma", "exceedance", "msk")
FILTERS = ("rupture", "magnitude", "rake", "dip", "depth", "vs30", "at", "model")
OPTIONS: Mapping[str, type | tuple[type, ...]] = {
    "rupture": str,
    "magnitude": (int, float),
    "rake": (int, float),
    "dip": (int, float),
    "depth_km": (int, float),
    "vs30_m_s": (int, float),
    "model": str,
    "faults": str,
    "events": str,
}
MAX_ZOOM = 12
MODEL, VS30_M_S = "boore-2014", 760.0
"""Of an entry that says nothing of them."""
REACH_DEG = 5.0
_HELD = 16
_NO_SUCH = 1e6
"""No magnitude, and no depth in km, has such a number."""
_KINDS = ("fault", "event")


class ScenarioKind:
    """The field of one earthquake, computed where it is asked for."""

    def __init__(self, layer: LayerDefinition, sources: Sources) -> None:
        self._layer = layer
        self._sources = sources
        self._collections = collections(layer)
        self._held: dict[tuple[str, Scenario], tuple[Feature, scenario.Shaking]] = {}
        self._lock = threading.Lock()

    def extent(self) -> Extent:
        """A box around the earthquake that the entry names."""
        try:
            _, feature, _ = self._present(Scenario())
        except LayersError:
            return nothing_yet(self._layer)
        west, south, east, north = feature.geometry.bounds
        box = Bounds(
            max(-180.0, west - REACH_DEG),
            max(-85.0, south - REACH_DEG),
            min(180.0, east + REACH_DEG),
            min(85.0, north + REACH_DEG),
        )
        return Extent(box, 0, MAX_ZOOM)

    def version(self, at: datetime | None) -> str:
        """Token of the faults and events: it changes with every write, and as any ends to hold."""
        where = self._sources
        tokens = [
            where.store.collection_token(where.audience, where.now(), name)
            for name in self._collections.values()
        ]
        return hashlib.blake2b(" ".join(tokens).encode(), digest_size=5).hexdigest()

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Raster | None:
        """The field at each pixel's centre.

        Raises
        ------
        BadParameterError
            For a rupture that is none, or numbers that none can have.
        """
        self._must_be(version)
        _, shaking = self._shaking(version, question.scenario or Scenario())
        # A delivery may have come in between.
        self._must_be(version)
        lon, lat = pixel_places(window)
        value = _measured(question, shaking, lon, lat).astype(np.float32)
        known = ~np.isnan(value)
        return Raster({"value": value}, 0, known) if known.any() else None

    def inspect(
        self, point: Point, at: datetime | None, asked: Scenario | None = None
    ) -> Mapping[str, Any]:
        """Median, 16 and 84 % of the acceleration and the intensity, of one earthquake.

        Raises
        ------
        BadParameterError
            As ``tile``, where an earthquake is asked for; where none is and that of the entry
            cannot be, the answer says why.
        """
        try:
            version, feature, shaking = self._present(asked or Scenario())
        except LayersError as reason:
            if asked is not None:
                raise
            return {"known": False, "reason": "nothing_here", "error": str(reason), "values": []}
        away = shaking.away(np.array([point.lon]), np.array([point.lat]))
        motion, msk = shaking.motion(away), float(shaking.intensity(away)[0])
        ln_g, sigma = float(motion.mean[0]), float(motion.sigma[0])
        values = [
            ("pga", np.exp(ln_g), "g"),
            ("pga_p16", np.exp(ln_g - sigma), "g"),
            ("pga_p84", np.exp(ln_g + sigma), "g"),
            ("msk", msk, "MSK-64"),
            ("msk_sd", shaking.intensity_sd, "MSK-64"),
        ]
        known = math.isfinite(ln_g)
        return {
            "version": version,
            "known": known,
            "reason": "" if known else "outside_domain",
            "values": [{"name": n, "value": float(v), "unit": u} for n, v, u in values if known],
            "earthquake": {"id": feature.id, "names": names_of(feature), **shaking.facts},
        }

    def named(self, asked: Scenario) -> tuple[Mapping[str, str], float]:
        """Return the names of an earthquake's feature by language, and its magnitude."""
        _, feature, shaking = self._present(asked)
        return names_of(feature), float(shaking.facts["magnitude"])

    def _must_be(self, version: str) -> None:
        if version != self.version(None):
            raise GoneError(f'version "{version}" of layer "{self._layer.id}" is no longer kept')

    def _present(self, asked: Scenario) -> tuple[str, Feature, scenario.Shaking]:
        """Return an earthquake of the present version, and that version."""
        version = self.version(None)
        # What is kept was made of its version and of no other.
        while (held := self._kept(version, asked)) is None:
            found = self._shaking(version, asked)
            read, version = version, self.version(None)
            if read == version:
                return version, *found
        return version, *held

    def _kept(self, version: str, asked: Scenario) -> tuple[Feature, scenario.Shaking] | None:
        with self._lock:
            return self._held.get((version, asked))

    def _shaking(self, version: str, asked: Scenario) -> tuple[Feature, scenario.Shaking]:
        held = self._kept(version, asked)
        if held is not None:
            return held
        made = self._made(self._completed(asked))
        # What was read may be newer than the version that was asked for.
        if version == self.version(None):
            with self._lock:
                self._held[version, asked] = made
                while len(self._held) > _HELD:
                    del self._held[next(iter(self._held))]
        return made

    def _completed(self, asked: Scenario) -> Scenario:
        """Fill in what the entry says; of another rupture its numbers would mean nothing."""
        options = self._layer.options
        own = asked.rupture in (None, options["rupture"])
        kept = [f.name for f in fields(Scenario) if own or f.name in ("vs30_m_s", "model")]
        said = {"model": MODEL} | {name: options[name] for name in kept if name in options}
        given = {f.name: getattr(asked, f.name) for f in fields(Scenario)}
        return Scenario(**{n: v if v is not None else said.get(n) for n, v in given.items()})

    def _made(self, asked: Scenario) -> tuple[Feature, scenario.Shaking]:
        what, _, feature_id = str(asked.rupture).partition(":")
        if what not in _KINDS or not feature_id:
            raise BadParameterError(
                f'rupture is "{asked.rupture}"; fault:ID or event:ID was expected'
            )
        feature = self._feature(what, feature_id)
        model = str(asked.model)
        vs30 = VS30_M_S if asked.vs30_m_s is None else float(asked.vs30_m_s)
        try:
            if what == "fault":
                return feature, self._of_fault(feature, asked, model, vs30)
            return feature, self._of_event(feature, asked, model, vs30)
        except BadParameterError:
            raise
        except LayersError as reason:
            raise BadParameterError(str(reason)) from reason

    def _feature(self, what: str, feature_id: str) -> Feature:
        where = self._sources
        collection = self._collections[what]
        stored = where.store.feature(where.audience, where.now(), collection, feature_id)
        if stored is None:
            raise BadParameterError(f'there is no {what} "{feature_id}" in "{collection}"')
        return stored.feature

    def _of_fault(
        self, feature: Feature, asked: Scenario, model: str, vs30: float
    ) -> scenario.Shaking:
        properties = feature.properties
        if is_fold(properties):
            raise BadParameterError(f'"{feature.id}" is a fold; it breaks no surface')
        lines = [
            part
            for part in shapely.get_parts(shapely.line_merge(feature.geometry))
            if isinstance(part, shapely.LineString)
        ]
        if not lines:
            raise BadParameterError(f'"{feature.id}" is no line')
        longest = max(lines, key=lambda line: float(line.length))
        return scenario.of_fault(
            shapely.get_coordinates(longest),
            mechanism_of(properties),
            model=model,
            vs30_m_s=vs30,
            mw=asked.magnitude,
            rake=angle(properties.get("average_rake"), -180, 180)
            if asked.rake is None
            else asked.rake,
            dip=angle(properties.get("average_dip"), 1, 90) if asked.dip is None else asked.dip,
            ztor_km=asked.depth_km or 0.0,
            at=asked.at,
        )

    def _of_event(
        self, feature: Feature, asked: Scenario, model: str, vs30: float
    ) -> scenario.Shaking:
        properties = feature.properties
        mw = _number(properties.get("magnitude")) if asked.magnitude is None else asked.magnitude
        if mw is None:
            raise BadParameterError(f'"{feature.id}" has no magnitude; say magnitude=')
        depth = _number(properties.get("depth_km")) if asked.depth_km is None else asked.depth_km
        place = feature.geometry.centroid
        return scenario.of_event(
            place.x,
            place.y,
            mw=mw,
            depth_km=depth,
            model=model,
            vs30_m_s=vs30,
            rake=asked.rake,
        )


def collections(layer: LayerDefinition) -> Mapping[str, str]:
    """Return the collections that a layer takes its faults and events from."""
    return {
        "fault": str(layer.options.get("faults", "faults")),
        "event": str(layer.options.get("events", "earthquakes")),
    }


def names_of(feature: Feature) -> dict[str, str]:
    """Return the names of a feature by language; of one without, its place or its id."""
    own = feature.properties
    found = {key[5:]: str(name) for key, name in own.items() if key.startswith("name_") and name}
    return found or {"en": str(own.get("name") or own.get("place") or feature.id)}


def _number(value: Any) -> float | None:
    """Return a property that is a number which an earthquake may have, None for any other."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known and abs(value) < _NO_SUCH else None


def _measured(question: Question, shaking: scenario.Shaking, lon: Any, lat: Any) -> Any:
    measure = question.style.measure
    away = shaking.away(lon, lat)
    if measure == "msk":
        return shaking.intensity(away)
    motion = shaking.motion(away)
    match measure:
        case "pga":
            return motion.median_g
        case "pga-84":
            return np.exp(motion.mean + motion.sigma)
        case "sigma":
            return np.where(np.isnan(motion.mean), np.nan, motion.sigma)
        case "exceedance":
            threshold = threshold_of(question)
            if not threshold > 0:
                raise BadParameterError(f"threshold is {threshold:g}; above 0 g was expected")
            return ndtr((motion.mean - np.log(threshold)) / motion.sigma)
        case other:
            raise AssertionError(f"the catalogue let the measure {other} pass")


def check(layer: LayerDefinition) -> None:
    """Look that an entry names a rupture and a model that there is.

    Raises
    ------
    BadFileError
        With what is wrong.
    """
    named = str(layer.options.get("rupture", ""))
    if named.partition(":")[0] not in _KINDS:
        raise BadFileError(f'"rupture" is "{named}"; fault:ID or event:ID was expected')
    try:
        models.model(str(layer.options.get("model", MODEL)))
    except BadParameterError as reason:
        raise BadFileError(f'"model": {reason}') from reason
