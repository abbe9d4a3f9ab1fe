"""People around a place by state: lower bounds, for settlements are all that is counted."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from layers.geo import Point
from layers.screening.distance import to_points

FloatArray = NDArray[np.float64]
RINGS_KM = (5.0, 30.0, 100.0, 300.0)


@dataclass(frozen=True, slots=True)
class Settlements:
    """Settlements as columns of length n: degrees, inhabitants (NaN unknown), ISO country code.

    ``names`` are those by language of rows that have some.
    """

    name: Sequence[str]
    lon: FloatArray
    lat: FloatArray
    population: FloatArray
    country: NDArray[np.str_]
    names: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lon)

    def within(self, place: Point, reach_m: float) -> "Settlements":
        """Return those in a box that holds all of them within a distance: cheap, and no less."""
        dlat = reach_m / 110_000.0
        south, north = place.lat - dlat, place.lat + dlat
        widest = math.cos(math.radians(min(89.0, max(abs(south), abs(north)))))
        dlon = reach_m / (111_000.0 * widest)
        off = np.abs((self.lon - place.lon + 180.0) % 360.0 - 180.0)
        kept = np.flatnonzero((self.lat >= south) & (self.lat <= north) & (off <= dlon))
        return Settlements(
            [self.name[i] for i in kept.tolist()],
            self.lon[kept],
            self.lat[kept],
            self.population[kept],
            self.country[kept],
        )


@dataclass(frozen=True, slots=True)
class Circle:
    """The settlements within a distance of a place.

    ``people`` counts those of known population by country, a lower bound: villages below the
    table's limit and people outside of settlements are missing. ``least`` and ``most`` are what
    the count could be where the place lies anywhere within its accuracy. ``unknown`` settlements
    have no number of inhabitants.
    """

    radius_km: float
    people: dict[str, int]
    least: int
    most: int
    settlements: int
    unknown: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.people.values())

    @property
    def density_per_km2(self) -> float:
        """People for each square kilometre of the circle, a lower bound."""
        return self.total / (math.pi * self.radius_km**2)


@dataclass(frozen=True, slots=True)
class Town:
    """The nearest settlement of some size; ``names`` are by language, where it has such."""

    name: str
    country: str
    population: int
    distance_m: float
    azimuth_deg: float
    names: Mapping[str, str]


def people_around(
    place: Point,
    settlements: Settlements,
    *,
    radii_km: Sequence[float] = RINGS_KM,
    accuracy_m: float = 0.0,
) -> list[Circle]:
    """Count the people within each radius of a place, by country.

    Parameters
    ----------
    place : Point
    settlements : Settlements
        A settlement is counted whole, where its point lies within the radius.
    radii_km : sequence of float
        Radii of whole circles, each holding the smaller ones.
    accuracy_m : float
        How far the place may be from where it is said to be.

    Returns
    -------
    list of Circle
        One for each radius, in their order.
    """
    near = settlements.within(place, max(radii_km, default=0.0) * 1000 + accuracy_m)
    distance = to_points(place, near.lon, near.lat).distance_m
    known = np.nan_to_num(near.population)
    found = []
    for radius_km in radii_km:
        radius_m = radius_km * 1000
        inside = distance <= radius_m
        countries = sorted(set(near.country[inside].tolist()))
        found.append(
            Circle(
                radius_km,
                {c: int(known[inside & (near.country == c)].sum()) for c in countries},
                int(known[distance <= radius_m - accuracy_m].sum()),
                int(known[distance <= radius_m + accuracy_m].sum()),
                int(inside.sum()),
                int((inside & np.isnan(near.population)).sum()),
            )
        )
    return found


def people_in_cells(
    place: Point,
    lon: FloatArray,
    lat: FloatArray,
    people: FloatArray,
    side_m: FloatArray,
    country: NDArray[np.str_],
    *,
    radii_km: Sequence[float] = RINGS_KM,
    accuracy_m: float = 0.0,
) -> list[Circle]:
    """Count the people of cells within each radius of a place, by country.

    Parameters
    ----------
    lon, lat, people, side_m, country : arrays of length n
        The middles of cells in degrees, their people and sides, and the country of each middle,
        empty for none.

    Returns
    -------
    list of Circle
        One for each radius, in their order; no settlements are counted.

    Notes
    -----
    Of a cell on the circle a share counts that falls over its side, as it does of a square that is
    cut across: of people spread evenly, a circle of five cells is right to 1 %.
    """
    distance = to_points(place, lon, lat).distance_m

    def counted(radius_m: float) -> FloatArray:
        return np.asarray(people * np.clip((radius_m - distance) / side_m + 0.5, 0.0, 1.0))

    found = []
    for radius_km in radii_km:
        radius_m = radius_km * 1000
        here = counted(radius_m)
        countries = sorted(set(country[here > 0].tolist()))
        found.append(
            Circle(
                radius_km,
                {c: round(float(here[country == c].sum())) for c in countries},
                round(float(counted(max(0.0, radius_m - accuracy_m)).sum())),
                round(float(counted(radius_m + accuracy_m).sum())),
                0,
                0,
            )
        )
    return found


def nearest_town(place: Point, settlements: Settlements, at_least: int) -> Town | None:
    """Return the nearest settlement with so many inhabitants, None where there is none."""
    large = np.flatnonzero(settlements.population >= at_least)
    if not len(large):
        return None
    ways = to_points(place, settlements.lon[large], settlements.lat[large])
    i = int(ways.order()[0])
    row = int(large[i])
    return Town(
        settlements.name[row],
        str(settlements.country[row]),
        int(settlements.population[row]),
        float(ways.distance_m[i]),
        float(ways.azimuth_deg[i]),
        settlements.names.get(row, {}),
    )
