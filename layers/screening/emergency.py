"""Emergency zones by thermal power, and which directions hold a station of the network.

Sizes as in IAEA EPR-NPP Public Protective Actions (2013), table 3, from memory: to be checked
before use. Real zones follow roads, rivers and borders; these are the circles they begin from.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError
from layers.geo import Point
from layers.screening.distance import to_points

FloatArray = NDArray[np.float64]
SOURCE = "IAEA EPR-NPP-PPA 2013"
SECTORS = 16
SECTOR_DEG = 360.0 / SECTORS
LEAST_MWTH, LARGE_MWTH, MOST_MWTH = 100.0, 1000.0, 10_000.0


@dataclass(frozen=True, slots=True)
class ZoneSize:
    """A zone: precautionary action, urgent action, extended planning, ingestion and commodities.

    A zone is drawn at ``outer_km``; where guidance gives a range, ``inner_km`` is its smaller end.
    """

    id: str
    inner_km: float
    outer_km: float


_LARGE = (
    ZoneSize("paz", 3, 5),
    ZoneSize("upz", 15, 30),
    ZoneSize("epd", 100, 100),
    ZoneSize("icpd", 300, 300),
)
_SMALL = (
    ZoneSize("paz", 0.5, 3),
    ZoneSize("upz", 5, 30),
    ZoneSize("epd", 50, 50),
    ZoneSize("icpd", 100, 100),
)


@dataclass(frozen=True, slots=True)
class ZoneCover:
    """Who measures inside a zone.

    ``stations`` index the stations handed in, nearest first. ``counts`` holds the stations of each
    of 16 sectors of 22.5 degrees, the first one centred on north; ``empty`` the sectors without.
    """

    zone: ZoneSize
    stations: NDArray[np.intp]
    counts: tuple[int, ...]

    @property
    def empty(self) -> tuple[int, ...]:
        """Sectors without a station."""
        return tuple(i for i, count in enumerate(self.counts) if not count)


def zones_for(thermal_mw: float) -> tuple[ZoneSize, ...]:
    """Return the zones of a reactor, the smallest first.

    Raises
    ------
    BadParameterError
        For a power that the guidance gives no sizes for: below 100 MW(th), or no power at all.
    """
    if not LEAST_MWTH <= thermal_mw <= MOST_MWTH:
        raise BadParameterError(
            f"a thermal power of {thermal_mw:g} MW has no zones in {SOURCE}; "
            f"{LEAST_MWTH:g} to {MOST_MWTH:g} MW(th) have"
        )
    return _LARGE if thermal_mw >= LARGE_MWTH else _SMALL


def cover(
    place: Point, lon: FloatArray, lat: FloatArray, zones: tuple[ZoneSize, ...]
) -> list[ZoneCover]:
    """Return which stations lie inside each zone, and in which direction there is none.

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        The stations, degrees, WGS 84.
    """
    ways = to_points(place, lon, lat)
    order = ways.order()
    sector = np.floor((ways.azimuth_deg + SECTOR_DEG / 2) % 360.0 / SECTOR_DEG).astype(int)
    found = []
    for zone in zones:
        inside = order[ways.distance_m[order] <= zone.outer_km * 1000]
        counts = np.bincount(sector[inside] % SECTORS, minlength=SECTORS)
        found.append(ZoneCover(zone, inside, tuple(counts.tolist())))
    return found
