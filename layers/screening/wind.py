"""Winds: how often they come from where, and how often they blow from a place towards an area."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import GEOD, Point

COUNTS = (8, 12, 16)
"""Sectors that a rose may have, all of one width."""
RAY_DEG = 2.5
"""Between directions that are looked along: a whole number of them makes any sector."""
_STEP_M = 20_000.0
_OFF = 0.02
"""Printed shares are rounded: a sum may be off by so much."""


@dataclass(frozen=True, slots=True)
class Rose:
    """Shares of time with wind from each of n sectors, the first centred on north, clockwise.

    With ``calm``, the share without wind, they sum to 1.
    """

    shares: tuple[float, ...]
    calm: float


def rose(told: Any, calm: Any) -> Rose | None:
    """Return the rose of a list of 8, 12 or 16 shares, in per cent or of 1; None for no such list.

    What is neither near 100 nor near 1 together with ``calm`` (None: not told, 0) is no rose.
    """
    if not isinstance(told, list) or len(told) not in COUNTS:
        return None
    numbers = [*told, 0.0 if calm is None else calm]
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        return None
    values = np.array(numbers, float)
    if not ((values >= 0) & (values <= 100)).all():
        return None
    total = float(values.sum())
    whole = 100.0 if total > 1 + _OFF else 1.0
    if abs(total / whole - 1) > _OFF:
        return None
    *shares, still = (values / total).tolist()
    return Rose(tuple(shares), still)


def meets(place: Point, area: shapely.Geometry, reach_m: float) -> NDArray[np.bool_]:
    """Tell in which directions from a place an area is met within a distance.

    The directions are geodesics every ``RAY_DEG`` from north on, clockwise; the area in degrees.
    """
    azimuth = np.arange(0, 360, RAY_DEG)
    away = np.linspace(0, reach_m, 1 + max(1, round(reach_m / _STEP_M)))
    across = [each.ravel() for each in np.meshgrid(azimuth, away, indexing="ij")]
    lon, lat, _ = GEOD.fwd(
        np.full(across[0].size, place.lon), np.full(across[0].size, place.lat), *across
    )
    rays = np.column_stack([lon, lat]).reshape(len(azimuth), len(away), 2)
    return np.asarray(shapely.intersects(area, shapely.linestrings(rays)))


def towards(winds: Rose, met: NDArray[np.bool_]) -> float:
    """Return the share of time in which the wind blows along directions that were met.

    Within a sector every direction is as likely as another.
    """
    width = 360 / len(winds.shares)
    blows_from = (np.arange(0, 360, RAY_DEG) + 180.0) % 360.0
    sector = np.floor((blows_from + width / 2) % 360.0 / width).astype(int)
    return float((np.array(winds.shares)[sector] * (RAY_DEG / width) * met).sum())
