"""What is usual at each station, and what it shows relative to that.

The normal of a station is the median of its own last month, rain and all: rain is there for some
hours in a hundred and moves no median. What stays of a value is free of what differs from place to
place: ground, altitude, instrument.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers import interpolation, quality, temporal
from layers.refresh.standing import Standing
from layers.refresh.week import Week
from layers.store import PUBLIC, Reader, Snapshot, state_of

FloatArray = NDArray[np.float64]

STEP = timedelta(hours=7)
"""Every hour of the day comes equally often, at a seventh of the cost of looking at all."""
STEPS = int(quality.HISTORY / STEP)
LEAST = 20
"""Hours that a station is known by: six days of it. No rain lasts for half of that."""
RULE = 1
"""Raised whenever the same observations would give another normal."""


def hours_of_normal(until: datetime) -> list[datetime]:
    """Return the hours of the month before an instant that are looked at, newest first."""
    return [until - STEP * step for step in range(1, STEPS + 1)]


def normals(
    reader: Reader, now: datetime, quantity: str, until: datetime, standing: Standing
) -> Mapping[str, float]:
    """Return what is usual at each visible station in the month before an instant, by code.

    Who reported in fewer than ``LEAST`` of the hours, or usually shows nothing, has no normal.
    """
    hours = hours_of_normal(until)
    states = reader.hours(PUBLIC, now, quantity, span=(hours[-1], until))
    looked_at = set(hours)
    told = [each for each in states if each[0] in looked_at]

    def ask() -> Mapping[str, float]:
        codes, values, _ = reader.history(PUBLIC, now, quantity, hours)
        known = np.isfinite(values).sum(axis=1) >= LEAST
        middle = interpolation.medians(values)
        return {
            code: float(middle[row])
            for row, code in enumerate(codes)
            if known[row] and middle[row] > 0
        }

    return standing.normals(state_of(f"{quantity} {until} {told}"), ask)


def relative(snapshot: Snapshot, quantity: str, normal: Mapping[str, float]) -> Snapshot:
    """Return an hour of observations over what is usual; NaN where that is not known.

    ``quantity`` is that of the ratio. A value below zero has none.
    """
    usual = of(snapshot.codes, normal)
    value = np.where(snapshot.value >= 0, snapshot.value / usual, np.nan)
    return dataclasses.replace(snapshot, quantity=quantity, value=value, sd=snapshot.sd / usual)


def relative_week(week: Week, normal: Mapping[str, float]) -> Week:
    """Return what stations showed over what is usual; those without a normal are left out."""
    kept = [row for row, code in enumerate(week.codes) if code in normal]
    codes = tuple(week.codes[row] for row in kept)
    usual = of(codes, normal)
    return Week(
        codes,
        tuple(week.networks[row] for row in kept),
        week.lon[kept],
        week.lat[kept],
        week.values[kept] / usual[:, None],
        week.sd[kept] / usual,
    )


def told(relative_to: str, until: datetime) -> dict[str, Any]:
    """Return tags of a surface: what it is relative to, and from which days that is known."""
    since = temporal.word(until - quality.HISTORY)
    return {"relative_to": relative_to, "usual_of": f"{since}/{temporal.word(until)}"}


def of(codes: Sequence[str], normal: Mapping[str, float]) -> FloatArray:
    """Return the normals of some stations, NaN for one that has none."""
    return np.array([normal.get(code, np.nan) for code in codes], dtype=np.float64)
