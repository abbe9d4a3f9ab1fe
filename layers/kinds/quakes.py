"""Earthquakes: points with magnitude, depth and origin time, chosen by magnitude and time."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers import temporal
from layers.kinds.collection import CollectionKind, plain
from layers.model import StoredFeature
from layers.model.kind import Question

MEASURES = ("depth_km", "magnitude")
FILTERS = ("min_magnitude", "begin", "end")
"""What a query may ask of events: no smaller ones, and origin times within [begin, end)."""


class QuakesKind(CollectionKind):
    """Events of a catalogue, one magnitude each."""

    def derived(self, stored: StoredFeature) -> Mapping[str, Any]:
        """Properties with the origin time as RFC 3339 text."""
        found = dict(plain(stored))
        if stored.feature.time is not None:
            found["time"] = temporal.word(stored.feature.time)
        return found

    def measured(
        self, features: Sequence[StoredFeature], order: NDArray[np.int64]
    ) -> Mapping[str, NDArray[np.float64]]:
        """Magnitudes and origin times in seconds."""
        magnitude = [_number(s.feature.properties.get("magnitude")) for s in features]
        time_s = [_number(s.feature.time and s.feature.time.timestamp()) for s in features]
        return {
            "magnitude": np.array(magnitude, float)[order],
            "time_s": np.array(time_s, float)[order],
        }

    def wanted(
        self, measured: Mapping[str, NDArray[np.float64]], question: Question
    ) -> NDArray[np.bool_] | None:
        """Events that are known to be as large and as late or early as asked."""
        magnitude, time_s = measured["magnitude"], measured["time_s"]
        # A comparison with NaN is false: an event without a magnitude or time is not shown then.
        found = []
        if question.min_magnitude is not None:
            found.append(magnitude >= question.min_magnitude)
        if question.begin is not None:
            found.append(time_s >= question.begin.timestamp())
        if question.end is not None:
            found.append(time_s < question.end.timestamp())
        return np.logical_and.reduce(found) if found else None


def _number(value: Any) -> float:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known else np.nan
