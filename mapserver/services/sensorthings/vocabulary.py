"""The entities of SensorThings 1.1: their properties, and the ways from one to another."""

from collections.abc import Mapping
from dataclasses import dataclass

from layers.errors import nearest
from mapserver.services.sensorthings.lexer import ExpressionError

IDS = ("id", "@iot.id")
SELF_LINKS = ("selfLink", "@iot.selfLink")


@dataclass(frozen=True, slots=True)
class Navigation:
    """A way from an entity to one other or to many."""

    name: str
    target: "EntitySet"
    many: bool


@dataclass(frozen=True, slots=True)
class EntitySet:
    """One kind of entity: ``ways`` maps each way's name to the set it leads to."""

    name: str
    properties: tuple[str, ...]
    ways: tuple[str, ...]

    def navigation(self, name: str) -> Navigation | None:
        """Return the way of that name, or None."""
        if name not in self.ways:
            return None
        many = name in SETS
        return Navigation(name, SETS[name if many else _SINGULAR[name]], many)

    def need_property(self, name: str, position: int) -> str:
        """Return the name of a property that exists.

        Raises
        ------
        ExpressionError
            With the nearest one.
        """
        if name in self.properties or name in IDS or name in SELF_LINKS:
            return name
        known = ("id", *self.properties, *self.ways)
        said = f'{self.name} have no property "{name}"; known are {", ".join(known)}'
        raise ExpressionError(f"{said}{nearest(name, known)}", position)


_NAMED = ("name", "description", "properties")
SETS: Mapping[str, EntitySet] = {
    each.name: each
    for each in (
        EntitySet("Things", _NAMED, ("Datastreams", "Locations", "HistoricalLocations")),
        EntitySet(
            "Locations", (*_NAMED, "encodingType", "location"), ("Things", "HistoricalLocations")
        ),
        EntitySet("HistoricalLocations", ("time",), ("Thing", "Locations")),
        EntitySet(
            "Datastreams",
            (
                *_NAMED,
                "observationType",
                "unitOfMeasurement",
                "observedArea",
                "phenomenonTime",
                "resultTime",
            ),
            ("Thing", "Sensor", "ObservedProperty", "Observations"),
        ),
        EntitySet("Sensors", (*_NAMED, "encodingType", "metadata"), ("Datastreams",)),
        EntitySet("ObservedProperties", (*_NAMED, "definition"), ("Datastreams",)),
        EntitySet(
            "Observations",
            ("phenomenonTime", "result", "resultTime", "resultQuality", "parameters"),
            ("Datastream", "FeatureOfInterest"),
        ),
        EntitySet("FeaturesOfInterest", (*_NAMED, "encodingType", "feature"), ("Observations",)),
    )
}
_SINGULAR = {
    "Thing": "Things",
    "Datastream": "Datastreams",
    "Sensor": "Sensors",
    "ObservedProperty": "ObservedProperties",
    "FeatureOfInterest": "FeaturesOfInterest",
}
