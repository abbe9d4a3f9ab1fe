"""Earthquakes as columns, oldest first, and which of them are dependent on another.

Declustering: Gardner and Knopoff (1974), Is the sequence of earthquakes in southern California,
with aftershocks removed, Poissonian?, Bulletin of the Seismological Society of America 64(5),
1363-1367; the windows of its table 1 in the form that van Stiphout et al. (2012) give.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInputError
from layers.seismic.summation import EARTH_KM, vectors

FloatArray = NDArray[np.floating[Any]]
BoolArray = NDArray[np.bool_]

_YEAR_DAYS = 365.2425


@dataclass(frozen=True, eq=False)
class Events:
    """Columns of equal length: decimal years of universal time, degrees, km (NaN: unknown), M."""

    year: FloatArray
    lon: FloatArray
    lat: FloatArray
    depth_km: FloatArray
    mw: FloatArray

    def __len__(self) -> int:
        return len(self.year)

    def where(self, kept: BoolArray | NDArray[np.intp]) -> "Events":
        """Return the events for which ``kept`` is true, or at the places that it holds."""
        return Events(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))


def decimal_year(at: datetime) -> float:
    """Return an aware time as a decimal year."""
    begin = datetime(at.year, 1, 1, tzinfo=at.tzinfo)
    following = begin.replace(year=at.year + 1) if at.year < 9999 else begin
    whole = (following - begin).total_seconds() or _YEAR_DAYS * 86400
    return at.year + (at - begin).total_seconds() / whole


def events(
    rows: Sequence[tuple[datetime, float, float, float | None, float | None]],
) -> Events:
    """Return events of (time, lon, lat, depth or None, magnitude or None), oldest first.

    Those without a magnitude are left out; how many is the caller's to tell.
    """
    kept = sorted((row for row in rows if row[4] is not None), key=lambda row: row[0])
    year = np.array([decimal_year(row[0]) for row in kept], float)
    number = np.array(
        [[np.nan if v is None else v for v in row[1:]] for row in kept], float
    ).reshape(len(kept), 4)
    return Events(year, *number.T)


def window(mw: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the reach of Gardner and Knopoff in km, and in days, of main shocks.

    km = 10^(0.1238 M + 0.983); days = 10^(0.032 M + 2.7389) from M 6.5 on, below it
    10^(0.5409 M - 0.547).
    """
    m = np.asarray(mw, float)
    days = np.where(m >= 6.5, 10 ** (0.032 * m + 2.7389), 10 ** (0.5409 * m - 0.547))
    return np.asarray(10 ** (0.1238 * m + 0.983)), np.asarray(days)


def main_shocks(catalogue: Events) -> BoolArray:
    """Tell which events are no fore- or aftershocks of a larger one.

    From the largest to the smallest, each that is still independent takes as dependent all smaller
    ones within its window, before it as after it.
    """
    km, days = window(catalogue.mw)
    place = vectors(catalogue.lon, catalogue.lat)
    independent = np.ones(len(catalogue), bool)
    # Of two of one size the earlier is the main shock.
    for i in np.lexsort((catalogue.year, -catalogue.mw)):
        if not independent[i]:
            continue
        near = place @ place[i] >= np.cos(km[i] / EARTH_KM)
        then = np.abs(catalogue.year - catalogue.year[i]) * _YEAR_DAYS <= days[i]
        dependent = near & then
        dependent[i] = False
        independent &= ~dependent
    return independent


@dataclass(frozen=True, slots=True)
class Complete:
    """From which year on the catalogue is complete for magnitudes from ``mw`` on."""

    mw: float
    year: float


def stepp(
    catalogue: Events, end_year: float, edges: Sequence[float], span_y: float = 5.0
) -> list[Complete]:
    """Return since when each class of magnitudes is complete, after Stepp (1972).

    Parameters
    ----------
    catalogue : Events
        Declustered.
    end_year : float
        Until when events are in it.
    edges : sequence of float
        Lower limits of the classes, rising; the last one has no upper limit.
    span_y : float
        Step in which the time before the end is looked at.

    Returns
    -------
    list of Complete
        As ``edges``, years never rising with magnitude.

    Raises
    ------
    BadInputError
        For a catalogue without an event of any class.

    Notes
    -----
    For each time T before the end, the mean rate is lambda = n / T, and of a Poisson process its
    deviation sqrt(lambda / T). While the catalogue is complete the rate stays what it is and the
    deviation falls as 1 / sqrt(T); before, the rate falls. The longest T is taken whose rate is no
    less than that of any shorter one minus its own deviation. Source: Stepp (1972), Analysis of
    completeness of the earthquake sample in the Puget Sound area, Proceedings of the International
    Conference on Microzonation, 897-910.
    """
    found: list[Complete] = []
    for i, low in enumerate(edges):
        high = edges[i + 1] if i + 1 < len(edges) else np.inf
        age = np.sort(end_year - catalogue.year[(catalogue.mw >= low) & (catalogue.mw < high)])
        if not len(age):
            continue
        times = np.arange(span_y, max(age[-1], span_y) + span_y, span_y)
        count = np.searchsorted(age, times, side="right")
        rate = count / times
        deviation = np.sqrt(np.maximum(count, 1)) / times
        # What a stretch shows as long as it is complete, at the least.
        best = np.maximum.accumulate(rate - deviation)
        stable = (rate >= best) & (count > 0)
        longest = float(times[np.flatnonzero(stable)[-1]]) if stable.any() else span_y
        # No time before the first event is known to have been watched.
        found.append(Complete(float(low), end_year - min(longest, float(age[-1]))))
    if not found:
        raise BadInputError("the catalogue holds no event of the magnitudes that are asked for")
    # What is larger is seen at least as long as what is smaller.
    for i in range(1, len(found)):
        if found[i].year > found[i - 1].year:
            found[i] = Complete(found[i].mw, found[i - 1].year)
    return found


def since(complete: Sequence[Complete], mw: FloatArray) -> FloatArray:
    """Return from which year on each magnitude is complete; NaN below the first class."""
    limits = np.array([each.mw for each in complete])
    years = np.array([np.nan, *(each.year for each in complete)])
    return np.asarray(years[np.searchsorted(limits, np.asarray(mw) + 1e-9, side="right")])
