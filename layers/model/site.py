"""A candidate site: a place that is only as exact as it was said to be."""

from dataclasses import dataclass

from layers.errors import BadParameterError
from layers.geo import Point

ASSUMED_ACCURACY_M = 1000.0
"""Of a site that does not say how exact it is."""
MOST_ACCURACY_M = 100_000.0
MOST_SITES = 14
"""Of one file, of one question and of one comparison."""


@dataclass(frozen=True, slots=True)
class CandidateSite:
    """A place under study, drawn as the circle of ``radius_m`` around it and never as a point.

    ``accuracy_m`` is how far it may be from where it is said to be; None where that was not said.
    """

    id: str
    name: str
    lon: float
    lat: float
    accuracy_m: float | None = None

    def __post_init__(self) -> None:
        Point(self.lon, self.lat)
        if self.accuracy_m is not None and not 0 <= self.accuracy_m <= MOST_ACCURACY_M:
            raise BadParameterError(
                f'site "{self.name}" says an accuracy of {self.accuracy_m:g} m; '
                f"0 to {MOST_ACCURACY_M:,.0f} m can be"
            )

    @property
    def place(self) -> Point:
        """Where it is said to be."""
        return Point(self.lon, self.lat)

    @property
    def radius_m(self) -> float:
        """Radius of the circle that it may be anywhere in."""
        return ASSUMED_ACCURACY_M if self.accuracy_m is None else self.accuracy_m
