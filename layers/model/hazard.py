"""Seismic hazard made by others or by us: data sets side by side, each with where it is from.

A *hazard data set* is a manifest over grids and zones, each of one return period. All that stands
here of one place and return period is what ``hazard_values`` returns; nothing is ever averaged
over data sets, and where one says nothing there is a reason instead of a number.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.errors import BadInputError
from layers.geo import Point
from layers.model import ground_motion
from layers.model.hazard_curve import (
    RETURN_PERIODS_Y,
    HazardCurve,
    between_periods,
    same_period,
)

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
    the ISO 3166 code of the state whose map it is.
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

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees."""
        rows, cols = self.values.shape
        return (
            self.west,
            self.north - rows * self.step_lat,
            self.west + cols * self.step_lon,
            self.north,
        )

    def sample(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Return the values of the cells that hold places, NaN for none; shapes as given."""
        rows, cols = self.values.shape
        with np.errstate(invalid="ignore"):  # a pixel without a place has NaN
            row = np.floor((self.north - lat) / self.step_lat)
            col = np.floor((lon - self.west) / self.step_lon)
            inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
        found = np.full(inside.shape, np.nan)
        found[inside] = self.values[row[inside].astype(int), col[inside].astype(int)]
        return found

    def at(self, place: Point) -> float:
        """Return what ``sample`` does of one place, at a tenth of its cost."""
        rows, cols = self.values.shape
        row = math.floor((self.north - place.lat) / self.step_lat)
        col = math.floor((place.lon - self.west) / self.step_lon)
        return float(self.values[row, col]) if 0 <= row < rows and 0 <= col < cols else math.nan


@dataclass(frozen=True, eq=False)
class HazardZones:
    """Areas of one return period with a value each; ``geometry`` in degrees, shape (n,)."""

    period_y: float
    geometry: NDArray[np.object_]
    values: FloatArray

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees."""
        west, south, east, north = map(float, shapely.total_bounds(self.geometry))
        return west, south, east, north

    def sample(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Return the largest values of the areas that hold places, their edges too; else NaN."""
        found = np.full(np.shape(lon), np.nan).ravel()
        places = np.flatnonzero(np.isfinite(np.ravel(lon)))
        points = shapely.points(np.ravel(lon)[places], np.ravel(lat)[places])
        point, area = self._tree.query(points, predicate="intersects")
        np.fmax.at(found, places[point], self.values[area])
        return found.reshape(np.shape(lon))

    def at(self, place: Point) -> float:
        """Return what ``sample`` does of one place."""
        return float(self.sample(np.array([place.lon]), np.array([place.lat]))[0])

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.geometry)


@dataclass(frozen=True, eq=False)
class HazardDataset:
    """A manifest and what it is over, return periods rising.

    ``territory``, degrees, is where it holds: nothing of it counts outside; None is everywhere.
    """

    manifest: HazardManifest
    parts: tuple[HazardGrid | HazardZones, ...]
    territory: BaseGeometry | None = None

    @property
    def periods_y(self) -> tuple[float, ...]:
        """The return periods of its parts, rising."""
        return tuple(part.period_y for part in self.parts)

    def holds(self, lon: FloatArray | float, lat: FloatArray | float) -> NDArray[np.bool_]:
        """Tell which places lie in the territory that the map is of, its border too."""
        if self.territory is None:
            return np.isfinite(lon)
        shapely.prepare(self.territory)
        return np.asarray(shapely.intersects_xy(self.territory, lon, lat))

    def values(self, lon: FloatArray, lat: FloatArray, period_y: float) -> FloatArray:
        """Return values of places at a return period, NaN where none are known.

        Accelerations between two return periods lie straight in log-log; an intensity is that of
        the return period itself or none.
        """
        periods = np.array(self.periods_y)
        near = [i for i, known in enumerate(periods) if same_period(known, period_y)]
        if not near and self.manifest.quantity != "pga":
            return np.full(np.shape(lon), np.nan)
        after = int(np.searchsorted(periods, period_y))
        needed = near or [i for i in (after - 1, after) if 0 <= i < len(periods)]
        sampled = np.stack([self.parts[i].sample(lon, lat) for i in needed])
        found = between_periods(periods[needed], sampled, period_y)
        return np.where(self.holds(lon, lat), found, np.nan)

    def raw(self, place: Point) -> list[tuple[float, float]]:
        """Return (return period, value) of each part that has a value at a place."""
        if self.territory is not None and not self.holds(place.lon, place.lat):
            return []
        found = [(part.period_y, part.at(place)) for part in self.parts]
        return [(period, value) for period, value in found if math.isfinite(value)]

    def curve(self, known: Sequence[tuple[float, float]]) -> HazardCurve | None:
        """Return the hazard curve of what ``raw`` knows; None for intensities and without any.

        Raises
        ------
        BadInputError
            Where rarer motion is weaker: the grids are not of one model, or were mixed up.
        """
        if self.manifest.quantity != "pga" or not known:
            return None
        periods, values = zip(*known, strict=True)
        return HazardCurve(periods, values)


@dataclass(frozen=True, slots=True)
class HazardValue:
    """What one data set says of one place at one return period.

    ``value`` is in ``unit`` (``g`` or ``MSK-64``), or None, and then ``reason`` says why:
    ``outside`` (no part holds the place), ``no_return_period`` (it is not between those there
    are; an intensity is never interpolated) or ``falling_curve`` (rarer motion is weaker there:
    between such grids nothing can be said). ``interpolated`` tells that it lies between two.
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
    """
    place = Point(lon, lat)
    return [
        _value(dataset, known, period)
        for dataset, known in [(each, each.raw(place)) for each in datasets]
        for period in periods_y
    ]


def _value(
    dataset: HazardDataset, known: Sequence[tuple[float, float]], period_y: float
) -> HazardValue:
    manifest = dataset.manifest
    unit = "g" if manifest.quantity == "pga" else ground_motion.INTENSITY
    if not known:
        return HazardValue(manifest, period_y, None, unit, reason="outside")
    for period, value in known:
        if same_period(period, period_y):
            return HazardValue(manifest, period_y, value, unit)
    try:
        curve = dataset.curve(known)
    except BadInputError:
        return HazardValue(manifest, period_y, None, unit, reason="falling_curve")
    found = None if curve is None else curve.pga_at(period_y)
    if found is None:
        return HazardValue(manifest, period_y, None, unit, reason="no_return_period")
    return HazardValue(manifest, period_y, found, unit, interpolated=True)
