"""Earthquakes: points with magnitude, depth and origin time."""

from collections.abc import Mapping
from typing import Any

from layers import temporal
from layers.kinds.collection import CollectionKind, plain
from layers.model import StoredFeature

MEASURES = ("depth_km", "magnitude")


class QuakesKind(CollectionKind):
    """Events of a catalogue, one magnitude each."""

    def derived(self, stored: StoredFeature) -> Mapping[str, Any]:
        """Properties with the origin time as RFC 3339 text."""
        found = dict(plain(stored))
        if stored.feature.time is not None:
            found["time"] = temporal.word(stored.feature.time)
        return found
