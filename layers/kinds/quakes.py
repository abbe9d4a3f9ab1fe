"""Earthquakes: points with magnitude, depth and origin time, chosen by magnitude and time.

Catalogues that were brought into one collection under names of their own are one layer: an event
that several of them have is shown once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import seismic, temporal
from layers.kinds.collection import CollectionKind, plain
from layers.model import StoredFeature
from layers.model.kind import Question
from layers.model.table import number

MEASURES = ("depth_km", "magnitude")
FILTERS = ("min_magnitude", "begin", "end")
"""What a query may ask of events: no smaller ones, and origin times within [begin, end)."""


_PRECISIONS = ("time", "day", "month", "year")


class QuakesKind(CollectionKind):
    """Events of one or several catalogues, one magnitude each."""

    MEASURED = ("magnitude", "time_s")

    def features(self) -> Iterator[StoredFeature]:
        """Yield each event once; ``also`` names what other catalogues call it.

        Of several the one stands whose time is known best, then one with a moment magnitude, then
        the first that was brought.
        """
        every = list(super().features())
        stands = _stands(every)
        also: dict[int, list[str]] = {}
        for i, other in enumerate(stands.tolist()):
            if other != i:
                also.setdefault(other, []).append(f"{_source(every[i])} {every[i].feature.id}")
        for i, stored in enumerate(every):
            if stands[i] != i:
                continue
            if names := also.get(i):
                facts = {**stored.feature.properties, "also": "; ".join(sorted(names))}
                stored = replace(stored, feature=replace(stored.feature, properties=facts))
            yield stored

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
            _magnitude(stored),
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


def _stands(every: list[StoredFeature]) -> NDArray[np.intp]:
    features = [stored.feature for stored in every]
    sources = [_source(stored) for stored in every]
    if len(set(sources)) < 2:
        return np.arange(len(every))
    places = shapely.get_coordinates(shapely.centroid([each.geometry for each in features]))
    precision = [str(each.properties.get("time_precision", "time")) for each in features]
    moment = [str(each.properties.get("magnitude_type", "")).lower()[:2] for each in features]
    rank = [
        2.0 * (_PRECISIONS.index(known) if known in _PRECISIONS else 0) + (kind != "mw")
        for known, kind in zip(precision, moment, strict=True)
    ]
    return seismic.one_event(
        np.array([np.nan if each.time is None else each.time.timestamp() for each in features]),
        precision,
        places[:, 0],
        places[:, 1],
        np.array([_magnitude(stored) for stored in every]),
        sources,
        np.array(rank),
    )


def _source(stored: StoredFeature) -> str:
    return str(stored.feature.properties.get("source") or "unnamed")


def _magnitude(stored: StoredFeature) -> float:
    known = number(stored.feature.properties.get("magnitude"))
    return np.nan if known is None else known
