"""Which events of several catalogues are one earthquake."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.seismic.summation import EARTH_KM, vectors

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.intp]

APART_KM = 100.0
"""How far apart two catalogues put one event; one of the years before instruments twice as far."""
APART_S = 60.0
"""How far apart they put it in time, where both know the time of day."""
APART_M = 1.0
_DATED_S = {"time": APART_S, "day": 86_400.0, "month": 31 * 86_400.0, "year": 366 * 86_400.0}
"""How long a time lasts, by how exactly it is known: a date begins at its first moment."""


def one_event(
    time_s: FloatArray,
    precision: Sequence[str],
    lon: FloatArray,
    lat: FloatArray,
    magnitude: FloatArray,
    source: Sequence[str],
    rank: FloatArray,
) -> IntArray:
    """Return, for each event, the one that stands for it: itself, or that of another catalogue.

    Parameters
    ----------
    time_s : array of float, shape (n,)
        Seconds; NaN where unknown, and such an event is nobody's.
    precision : sequence of str
        ``time``, ``day``, ``month`` or ``year``.
    lon, lat : array of float, shape (n,)
        Degrees.
    magnitude : array of float, shape (n,)
        NaN where unknown.
    source : sequence of str
        Its catalogue: two events of one catalogue are never one.
    rank : array of float, shape (n,)
        Of two the lower one stands.

    Returns
    -------
    array of int, shape (n,)
        What stands stands for itself.

    Notes
    -----
    Each event is joined to the nearest in time of those that stand already, so that a main shock
    and an aftershock minutes later are not taken for each other; one that stands takes at most one
    event of each catalogue.
    """
    n = len(time_s)
    stands = np.arange(n)
    place = vectors(lon, lat)
    spans = np.array([_DATED_S.get(word, APART_S) for word in precision])
    order = np.lexsort((np.arange(n), time_s, rank))
    # Those that stand, by time, so that only a few are looked at for each; apart by how long their
    # times last, so that one that is known by its year alone widens nobody's view of the others.
    standing: dict[int, set[str]] = {}
    by_time = np.argsort(time_s, kind="stable")
    by_time = by_time[np.isfinite(time_s[by_time])]
    lasting = {float(span): np.flatnonzero(spans[by_time] == span) for span in np.unique(spans)}
    begins = {span: time_s[by_time[those]] for span, those in lasting.items()}
    for i in order:
        if np.isfinite(time_s[i]):
            within = [
                those[
                    np.searchsorted(begins[span], time_s[i] - span, side="left") :
                    np.searchsorted(begins[span], time_s[i] + spans[i], side="right")
                ]
                for span, those in lasting.items()
            ]  # fmt: skip
            near = [
                int(j)
                for j in by_time[np.sort(np.concatenate(within))]
                if int(j) in standing and source[i] not in standing[int(j)]
            ]
            found = _nearest(int(i), near, time_s, spans, place, magnitude)
            if found is not None:
                stands[i] = found
                standing[found].add(source[i])
                continue
        standing[int(i)] = {source[i]}
    return stands


def _nearest(
    i: int,
    near: list[int],
    time_s: FloatArray,
    spans: FloatArray,
    place: FloatArray,
    magnitude: FloatArray,
) -> int | None:
    if not near:
        return None
    later = time_s[near] - time_s[i]
    exact = np.maximum(spans[near], spans[i]) <= APART_S
    km = EARTH_KM * np.arccos(np.clip(place[near] @ place[i], -1.0, 1.0))
    reach = np.where(exact, APART_KM, 2 * APART_KM)
    # A comparison with NaN is false: what has no magnitude may be of any.
    differs = np.abs(magnitude[near] - magnitude[i]) > APART_M
    one = (later <= spans[i]) & (-later <= spans[near]) & (km <= reach) & ~differs
    if not one.any():
        return None
    # Of what is known by its date alone, seconds tell nothing.
    best = int(np.argmin(np.where(one, km + np.where(exact, np.abs(later), 0.0), np.inf)))
    return near[best]
