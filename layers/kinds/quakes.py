"""Earthquakes: points with magnitude, depth and origin time, chosen by magnitude and time."""

from collections.abc import Mapping
from datetime import UTC, datetime
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

    MEASURED = ("magnitude", "time_s")

    def derived(self, stored: StoredFeature) -> Mapping[str, Any]:
        """Properties with the origin time as RFC 3339 text."""
        found = dict(plain(stored))
        if stored.feature.time is not None:
            found["time"] = temporal.word(stored.feature.time)
        return found

    def measured(self, stored: StoredFeature) -> tuple[float, ...]:
        """Magnitude and origin time in seconds."""
        time = stored.feature.time
        return (
            _number(stored.feature.properties.get("magnitude")),
            np.nan if time is None else time.timestamp(),
        )

    def span(self) -> tuple[datetime, datetime] | None:
        """Return the first and the last origin time; None where none is known."""
        time_s = self.held().measured["time_s"]
        if np.isnan(time_s).all():
            return None
        first, last = (float(f(time_s)) for f in (np.nanmin, np.nanmax))
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)

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
