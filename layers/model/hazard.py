"""Seismic hazard made by others or by us: data sets side by side, each with where it is from.

A *hazard data set* is a manifest over grids and zones, each of one return period. All that stands
here of one place and return period is what ``hazard_values`` returns; nothing is ever averaged
over data sets, and where one says nothing there is a reason instead of a number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import Point
from layers.model import ground_motion
from layers.model.hazard_curve import RETURN_PERIODS_Y, HazardCurve, same_period

FloatArray = NDArray[np.floating[Any]]


class HazardStatus(StrEnum):
    """What a data set is: of a national code, of a model, or shown for demonstration."""

    OFFICIAL = "official"
    MODEL = "model"
    DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True)
class HazardManifest:
    """What must be known of a hazard data set before a number of it is shown.

    ``unit`` is that of the files, one of ``ground_motion.UNITS``; values are held in g (or MSK-64).
    ``vs30_m_s`` is the ground that they are for, None where the source does not say. ``state`` is
    the ISO 3166 code of the state whose map it is: an official map holds within that state alone.
    """

    id: str
    title: str
    status: HazardStatus
    unit: str
    licence: str
    vintage: str
    source: str
    vs30_m_s: float | None = None
    state: str = ""

    @property
    def quantity(self) -> str:
        """``pga`` or ``intensity``."""
        return ground_motion.quantity(self.unit)


@dataclass(frozen=True, eq=False)
class HazardGrid:
    """Values of one return period on cells of degrees.

    ``values`` has shape (rows, columns), row 0 in the north; NaN where nothing is known. ``west``
    and ``north`` are the outer edges of the first cell, ``step_lon`` and ``step_lat`` its sides.
    """

    period_y: float
    values: FloatArray
    west: float
    north: float
    step_lon: float
    step_lat: float

    def at(self, place: Point) -> float | None:
        """Return the value of the cell that holds a place; NaN for none, None outside."""
        row = int(np.floor((self.north - place.lat) / self.step_lat))
        col = int(np.floor((place.lon - self.west) / self.step_lon))
        rows, cols = self.values.shape
        if not (0 <= row < rows and 0 <= col < cols):
            return None
        return float(self.values[row, col])


@dataclass(frozen=True, eq=False)
class HazardZones:
    """Areas of one return period with a value each; ``geometry`` in degrees, shape (n,)."""

    period_y: float
    geometry: NDArray[np.object_]
    values: FloatArray

    def at(self, place: Point) -> float | None:
        """Return the largest value of the areas that hold a place, their edges too."""
        held = shapely.intersects_xy(self.geometry, place.lon, place.lat)
        known = self.values[held]
        return float(np.nanmax(known)) if np.isfinite(known).any() else None


@dataclass(frozen=True, eq=False)
class HazardDataset:
    """A manifest and what it is over, return periods rising."""

    manifest: HazardManifest
    parts: tuple[HazardGrid | HazardZones, ...]

    def raw(self, place: Point) -> list[tuple[float, float]]:
        """Return (return period, value) of each part that has a value at a place."""
        found = [(part.period_y, part.at(place)) for part in self.parts]
        return [(period, value) for period, value in found if value is not None and value == value]

    def curve(self, place: Point) -> HazardCurve | None:
        """Return the hazard curve at a place; None for intensities and where nothing is known.

        Raises
        ------
        BadInputError
            Where rarer motion is weaker: the grids are not of one model, or were mixed up.
        """
        known = self.raw(place)
        if self.manifest.quantity != "pga" or not known:
            return None
        periods, values = zip(*known, strict=True)
        return HazardCurve(periods, values)


@dataclass(frozen=True, slots=True)
class HazardValue:
    """What one data set says of one place at one return period.

    ``value`` is in ``unit`` (``g`` or ``MSK-64``), or None, and then ``reason`` says why:
    ``outside`` (no part holds the place) or ``no_return_period`` (it is not between those there
    are; an intensity is never interpolated). ``interpolated`` tells that it lies between two.
    """

    manifest: HazardManifest
    period_y: float
    value: float | None
    unit: str
    interpolated: bool = False
    reason: str = ""


def hazard_values(
    datasets: Iterable[HazardDataset],
    lon: float,
    lat: float,
    periods_y: Sequence[float] = RETURN_PERIODS_Y,
) -> list[HazardValue]:
    """Return all hazard values at a place, by data set and return period.

    Parameters
    ----------
    datasets : iterable of HazardDataset
        The models and maps to ask, in the order in which they are answered.
    lon, lat : float
        The place, degrees, WGS 84.
    periods_y : sequence of float
        Return periods in years.

    Returns
    -------
    list of HazardValue
        One for each data set and return period, data sets first; also where nothing is known.

    Raises
    ------
    BadExtentError
        For a place that is none.
    BadInputError
        For a data set whose rarer motion is weaker.
    """
    place = Point(lon, lat)
    return [_value(dataset, place, period) for dataset in datasets for period in periods_y]


def _value(dataset: HazardDataset, place: Point, period_y: float) -> HazardValue:
    manifest = dataset.manifest
    unit = "g" if manifest.quantity == "pga" else ground_motion.INTENSITY
    known = dataset.raw(place)
    if not known:
        return HazardValue(manifest, period_y, None, unit, reason="outside")
    for period, value in known:
        if same_period(period, period_y):
            return HazardValue(manifest, period_y, value, unit)
    curve = dataset.curve(place)
    found = None if curve is None else curve.pga_at(period_y)
    if found is None:
        return HazardValue(manifest, period_y, None, unit, reason="no_return_period")
    return HazardValue(manifest, period_y, found, unit, interpolated=True)
