"""Things with a geometry: zones, faults, earthquakes, points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.model.observation import Context, Release


@dataclass(frozen=True, slots=True)
class Feature:
    """A geometry (degrees, WGS 84) with properties, in one collection.

    ``time`` is the instant of what happened (an earthquake's origin time); ``valid_from`` and
    ``valid_to`` bound the time in which the description holds. ``line`` is its place in the source.
    """

    id: str
    collection: str
    geometry: BaseGeometry
    properties: Mapping[str, Any] = field(default_factory=dict)
    time: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    release: Release = Release.PUBLIC
    line: int = 0


@dataclass(frozen=True, slots=True)
class StoredFeature:
    """A feature as the store answers it."""

    feature: Feature
    revision: int
    received_at: datetime
    context: Context
