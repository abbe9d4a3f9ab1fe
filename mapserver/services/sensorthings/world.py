"""What the store holds, as entities that lead to one another."""

import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from layers import temporal, units
from layers.errors import NotFoundError, nearest
from layers.model import Context, Datastream, Network, Station, StoredObservation
from layers.store import Audience, Reader, Walk
from mapserver.documents import time_extent
from mapserver.documents.sensorthings import entities as documents
from mapserver.services.sensorthings.values import Value
from mapserver.services.sensorthings.vocabulary import SETS, EntitySet

_PLAIN = re.compile(r"[^A-Za-z0-9.]+")
_OBSERVATION = re.compile(r"(?P<stream>.+)-(?P<begin>\d{8}T\d{6}Z)", re.DOTALL)
StreamKey = tuple[str, str, Any, str]


_DESCRIBED: Mapping[str, Callable[[Any], Mapping[str, Any]]] = {
    "Locations": documents.location,
    "HistoricalLocations": documents.historical_location,
    "FeaturesOfInterest": documents.feature_of_interest,
    "Sensors": documents.sensor,
    "Observations": documents.observation,
}


class Register:
    """Everything but the observations, found by id; made once for each edition of the store."""

    def __init__(self, store: Reader, audience: Audience, now: datetime) -> None:
        self.context: Context = store.context()
        self.networks: Mapping[str, Network] = {n.id: n for n in store.networks()}
        self.stations: Mapping[str, Station] = {s.code: s for s in store.stations(audience, now)}
        self.streams: dict[str, Datastream] = {}
        self.stream_ids: dict[StreamKey, str] = {}
        self.of_station: dict[str, list[str]] = defaultdict(list)
        self.of_quantity: dict[str, list[str]] = defaultdict(list)
        self.of_sensor: dict[str, list[str]] = defaultdict(list)
        self.detectors: dict[str, str] = {}
        for stream in store.datastreams(audience, now):
            # An embargo may lift between two looks at the store.
            if stream.station_code not in self.stations:
                continue
            sensor = self.sensor_id(stream.detector)
            self.detectors[sensor] = stream.detector
            name = f"{stream.station_code}-{stream.quantity}-{time_extent.period(stream.averaging)}"
            if stream.detector:
                name += f"-{sensor}"
            self.streams[name] = stream
            self.stream_ids[stream_key(stream)] = name
            self.of_station[stream.station_code].append(name)
            self.of_quantity[stream.quantity].append(name)
            self.of_sensor[sensor].append(name)
        self.since: dict[str, datetime] = {}
        for code, station in self.stations.items():
            seen = [self.streams[name].first_time for name in self.of_station.get(code, ())]
            since = station.valid_from or min(seen, default=None)
            if since is not None:
                self.since[code] = since

    def sensor_id(self, detector: str) -> str:
        """Return the id of a detector: its name without what has a meaning in addresses."""
        if not detector:
            return documents.UNTOLD
        plain = _PLAIN.sub("_", detector)
        # Two names must not become one.
        return plain if plain == detector else f"{plain}_{zlib.crc32(detector.encode()):08x}"


def stream_key(stream: Datastream) -> StreamKey:
    """Return what tells datastreams apart."""
    return stream.station_code, stream.quantity, stream.averaging, stream.detector


class Entity:
    """One entity; its properties are made when they are first asked for."""

    __slots__ = ("_properties", "_world", "id", "record", "set")

    def __init__(self, world: "World", entities: EntitySet, id: str, record: Any) -> None:
        self.set = entities
        self.id = id
        self.record = record
        self._world = world
        self._properties: Mapping[str, Any] | None = None

    @property
    def link(self) -> str:
        """Its own address."""
        word = quote(self.id.replace("'", "''"), safe="-._~!$*,:@")
        return f"{self._world.address}/{self.set.name}('{word}')"

    @property
    def properties(self) -> Mapping[str, Any]:
        """Its properties as JSON has them."""
        if self._properties is None:
            self._properties = self._world.described(self)
        return self._properties

    def value(self, name: str) -> Value:
        """Return a property, or None."""
        if self._properties is None and name == "result":
            # What is asked of thousands of observations needs no other property of them.
            stored: StoredObservation = self.record
            return stored.observation.value
        return self.properties.get(name)

    def leads_to(self, name: str) -> "Iterator[Entity] | None":
        """Yield the entities of a way; None where the name is no way."""
        if self.set.navigation(name) is None:
            return None
        return iter(self._world.related(self, name))


class World:
    """The register and the observations, at one moment, under one address."""

    def __init__(
        self,
        register: Register,
        store: Reader,
        audience: Audience,
        now: datetime,
        address: str,
    ) -> None:
        self.register = register
        self.now = now
        self.address = address
        self._store = store
        self._audience = audience
        self._made: dict[tuple[str, str], Entity] = {}

    def every(self, name: str) -> list[Entity]:
        """Return all entities of a set by id, but for observations."""
        return [self._entity(name, key) for key in sorted(self._records(name))]

    def _records(self, name: str) -> Mapping[str, Any]:
        known = self.register
        return {
            "Things": known.stations,
            "Locations": known.stations,
            "HistoricalLocations": known.since,
            "FeaturesOfInterest": known.stations,
            "Datastreams": known.streams,
            "Sensors": known.detectors,
            "ObservedProperties": {q: units.QUANTITIES[q] for q in known.of_quantity},
        }[name]

    def _entity(self, name: str, key: str) -> Entity:
        made = self._made.get((name, key))
        if made is None:
            made = Entity(self, SETS[name], key, self._records(name)[key])
            self._made[name, key] = made
        return made

    def get(self, name: str, key: str) -> Entity:
        """Return one entity.

        Raises
        ------
        NotFoundError
            With the nearest id.
        """
        if name == "Observations":
            return self._observation_of(key)
        records = self._records(name)
        if key not in records:
            raise NotFoundError(f"no {name}('{key}'){nearest(key, records)}")
        return self._entity(name, key)

    def _observation_of(self, key: str) -> Entity:
        match = _OBSERVATION.fullmatch(key)
        stream = self.register.streams.get(match["stream"]) if match else None
        if match and stream:
            try:
                begin = datetime.strptime(match["begin"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            except ValueError:
                raise NotFoundError(f"no Observations('{key}')") from None
            end = begin + temporal.SECOND
            for found in self.observations(Walk((stream,), begin, end)):
                return found
        raise NotFoundError(f"no Observations('{key}')")

    def observations(self, wanted: Walk) -> Iterator[Entity]:
        """Yield observations in the order of a walk."""
        for found in self._store.observations(self._audience, self.now, wanted):
            said = found.observation
            length = said.end_time - said.begin_time
            stream = self.register.stream_ids.get(
                (said.station_code, said.quantity, length, said.detector)
            )
            if stream is not None:
                key = f"{stream}-{re.sub('[-:]', '', temporal.word(said.begin_time))}"
                yield Entity(self, SETS["Observations"], key, found)

    def count(self, wanted: Walk, most: int) -> int:
        """Return how many observations a walk has; TooLargeError above ``most``."""
        return self._store.observation_count(self._audience, self.now, wanted, most)

    def described(self, entity: Entity) -> Mapping[str, Any]:
        """Return the properties of an entity."""
        known, record, name = self.register, entity.record, entity.set.name
        if name == "Things":
            return documents.thing(record, known.networks.get(record.network_id), known.context)
        if name == "Datastreams":
            station = known.stations[record.station_code]
            return documents.datastream(record, station, known.context)
        if name == "ObservedProperties":
            return documents.observed_property(record, entity.link)
        return _DESCRIBED[name](record)

    def related(self, entity: Entity, way: str) -> Sequence[Entity]:
        """Return the entities that a way leads to, but for observations."""
        navigation = entity.set.navigation(way)
        assert navigation is not None  # noqa: S101 - the caller has looked
        target = navigation.target.name
        return [self._entity(target, key) for key in self._keys(entity, way)]

    def _keys(self, entity: Entity, way: str) -> Sequence[str]:
        known, record = self.register, entity.record
        if entity.set.name == "Observations":
            said: StoredObservation = record
            stream = entity.id.rpartition("-")[0]
            return [stream if way == "Datastream" else said.observation.station_code]
        if entity.set.name == "Datastreams":
            return {
                "Thing": [record.station_code],
                "Sensor": [known.sensor_id(record.detector)],
                "ObservedProperty": [record.quantity],
            }[way]
        if way == "Datastreams":
            held = {
                "Things": known.of_station,
                "Sensors": known.of_sensor,
                "ObservedProperties": known.of_quantity,
            }[entity.set.name]
            return held.get(entity.id, [])
        # A station has one place, under the same id.
        if way == "HistoricalLocations" and entity.id not in known.since:
            return []
        return [entity.id]

    def streams_of(self, entity: Entity) -> list[Datastream]:
        """Return the datastreams whose observations an entity leads to."""
        known = self.register
        if entity.set.name == "Datastreams":
            return [entity.record]
        return [known.streams[name] for name in known.of_station.get(entity.id, ())]
