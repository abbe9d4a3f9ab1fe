"""What stations showed before an hour: their usual value, and what parameters are learnt from."""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from layers import interpolation
from layers.store import PUBLIC, Reader

FloatArray = NDArray[np.float64]
STEP, STEPS = timedelta(hours=12), 14
"""Twice a day for a week, day and night alike."""


@dataclass(frozen=True, slots=True)
class Week:
    """All visible stations that measured in the week before an hour.

    Attributes
    ----------
    codes, networks : tuple of str, length n
        Stations, and the network of each.
    lon, lat : array of float, shape (n,)
        Where they are.
    values : array of float, shape (n, ``STEPS``)
        What they showed, NaN where they did not.
    sd : array of float, shape (n,)
        Typical standard deviation of the device, NaN where it is unknown.
    """

    codes: tuple[str, ...]
    networks: tuple[str, ...]
    lon: FloatArray
    lat: FloatArray
    values: FloatArray
    sd: FloatArray

    @property
    def key(self) -> str:
        """Hash of all that is learnt from."""
        digest = hashlib.sha256(repr((self.codes, self.networks)).encode())
        for column in (self.lon, self.lat, self.values, self.sd):
            digest.update(np.ascontiguousarray(column, dtype="<f8").tobytes())
        return digest.hexdigest()

    def of(self, codes: Sequence[str]) -> FloatArray:
        """What some stations showed, shape (len(codes), ``STEPS``); NaN for one not among them."""
        row_of = {code: row for row, code in enumerate(self.codes)}
        found = np.full((len(codes), STEPS), np.nan)
        for row, code in enumerate(codes):
            if code in row_of:
                found[row] = self.values[row_of[code]]
        return found


def first_hour(known: Sequence[datetime], serves: datetime, hour: datetime) -> datetime | None:
    """Return the hour that a network without a week behind it began in; None where it has one.

    Parameters
    ----------
    known : sequence of datetime
        Hours with observations, oldest first: at least all from a week before ``serves`` on.
    serves : datetime
        Since when the parameters of ``hour`` serve.
    """
    begin = bisect_left(known, serves - STEP * STEPS)
    if begin == len(known) or not serves - STEP < known[begin] <= hour:
        return None
    return known[begin]


def hours_before(hour: datetime) -> list[datetime]:
    """Return the hours of the week before an hour that are looked at, newest first."""
    return [hour - STEP * step for step in range(1, STEPS + 1)]


def week(reader: Reader, now: datetime, quantity: str, hour: datetime) -> Week:
    """Return what the public may see of the week before an hour."""
    hours = hours_before(hour)
    codes, values, errors = reader.history(PUBLIC, now, quantity, hours)
    place = {station.code: station for station in reader.stations(PUBLIC, now)}
    kept = [row for row, code in enumerate(codes) if code in place]
    stations = [place[codes[row]] for row in kept]
    sd = interpolation.medians(np.where(errors[kept] > 0, errors[kept], np.nan))
    return Week(
        tuple(station.code for station in stations),
        tuple(station.network_id for station in stations),
        np.array([station.lon for station in stations], dtype=np.float64),
        np.array([station.lat for station in stations], dtype=np.float64),
        values[kept],
        sd,
    )
