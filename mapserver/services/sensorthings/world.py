"""What the store holds, as entities that lead to one another."""

import hashlib
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from layers import temporal, units
from layers.errors import NotFoundError, nearest
from layers.model import Context, Datastream, Network, Station, StoredObservation
from layers.store import NUMBER_BITS, Audience, Reader, Walk
from mapserver.documents import time_extent
from mapserver.documents.sensorthings import entities as documents
from mapserver.services.sensorthings.values import Value
from mapserver.services.sensorthings.vocabulary import SETS, EntitySet

_PLAIN = re.compile(r"[^A-Za-z0-9.]+")
ID_BITS = 53
"""Whole numbers that every client can hold, those among them that only know floating point."""
BEGIN_BITS = ID_BITS - NUMBER_BITS
"""Bits of an observation's id that tell its beginning: seconds from 1833 to 2106."""
EARLIEST_S = -(1 << (BEGIN_BITS - 1))
STATION_SETS = ("Things", "Locations", "HistoricalLocations", "FeaturesOfInterest")
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
            sensor = self.sensor_name(stream.detector)
            self.detectors[sensor] = stream.detector
            name = f"{stream.station_code}-{stream.quantity}-{time_extent.period(stream.averaging)}"
            if stream.detector:
                name += f"-{sensor}"
            self.streams[name] = stream
            self.stream_ids[stream_key(stream)] = name
            self.of_station[stream.station_code].append(name)
            self.of_quantity[stream.quantity].append(name)
            self.of_sensor[sensor].append(name)
        self.by_number = {stream.number: name for name, stream in self.streams.items()}
        self._names: dict[str, dict[int, str]] = {
            "Sensors": {number(key): key for key in self.detectors},
            "ObservedProperties": {number(key): key for key in self.of_quantity},
            "Datastreams": self.by_number,
        }
        stations = {number(code): code for code in self.stations}
        self._names |= dict.fromkeys(STATION_SETS, stations)
        self.since: dict[str, datetime] = {}
        for code, station in self.stations.items():
            seen = [self.streams[name].first_time for name in self.of_station.get(code, ())]
            since = station.valid_from or min(seen, default=None)
            if since is not None:
                self.since[code] = since

    def name(self, entities: str, word: int | str) -> str:
        """Return the name of an entity by its id, or by the name itself."""
        return word if isinstance(word, str) else self._names[entities].get(word, "")

    def sensor_name(self, detector: str) -> str:
        """Return the name of a detector without what has a meaning in addresses."""
        if not detector:
            return documents.UNTOLD
        plain = _PLAIN.sub("_", detector)
        # Two names must not become one.
        return plain if plain == detector else f"{plain}_{zlib.crc32(detector.encode()):08x}"


def number(name: str) -> int:
    """Return the id of what is known by a name: the same everywhere and for ever."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> (64 - ID_BITS)


def observation_number(stream: Datastream, begin: datetime) -> int:
    """Return the id of the observation of a datastream that begins at a moment."""
    return (stream.number << BEGIN_BITS) + temporal.epoch_s(begin) - EARLIEST_S


def stream_key(stream: Datastream) -> StreamKey:
    """Return what tells datastreams apart."""
    return stream.station_code, stream.quantity, stream.averaging, stream.detector


class Entity:
    """One entity; its properties are made when they are first asked for.

    ``id`` is a number and ``name`` a word for the same; of an observation ``name`` is that of its
    datastream.
    """

    __slots__ = ("_properties", "_world", "id", "name", "record", "set")

    def __init__(
        self, world: "World", entities: EntitySet, id: int, name: str, record: Any
    ) -> None:
        self.set = entities
        self.id = id
        self.name = name
        self.record = record
        self._world = world
        self._properties: Mapping[str, Any] | None = None

    @property
    def link(self) -> str:
        """Its own address."""
        return f"{self._world.address}/{self.set.name}({self.id})"

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
        """Return all entities of a set by name, but for observations."""
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
            record = self._records(name)[key]
            id = record.number if name == "Datastreams" else number(key)
            made = Entity(self, SETS[name], id, key, record)
            self._made[name, key] = made
        return made

    def get(self, name: str, word: int | str) -> Entity:
        """Return one entity by its id, or by its name.

        Raises
        ------
        NotFoundError
            With the nearest name.
        """
        if name == "Observations":
            return self._observation(word)
        records = self._records(name)
        key = self.register.name(name, word)
        if key not in records:
            asked = f"'{word}'" if isinstance(word, str) else str(word)
            near = nearest(word, records) if isinstance(word, str) else ""
            raise NotFoundError(f"no {name}({asked}){near}")
        return self._entity(name, key)

    def _observation(self, word: int | str) -> Entity:
        if isinstance(word, int) and word >= 0:
            stream, begin_s = word >> BEGIN_BITS, (word & ((1 << BEGIN_BITS) - 1)) + EARLIEST_S
            name = self.register.by_number.get(stream)
            if name is not None:
                begin = temporal.from_epoch_s(begin_s)
                wanted = Walk((self.register.streams[name],), begin, begin + temporal.SECOND)
                for found in self.observations(wanted):
                    return found
        raise NotFoundError(f"no Observations({word})")

    def observations(self, wanted: Walk) -> Iterator[Entity]:
        """Yield observations in the order of a walk."""
        for found in self._store.observations(self._audience, self.now, wanted):
            said = found.observation
            length = said.end_time - said.begin_time
            stream = self.register.stream_ids.get(
                (said.station_code, said.quantity, length, said.detector)
            )
            if stream is not None:
                id = observation_number(self.register.streams[stream], said.begin_time)
                yield Entity(self, SETS["Observations"], id, stream, found)

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
            return documents.datastream(record, entity.name, station, known.context)
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
            return [entity.name if way == "Datastream" else said.observation.station_code]
        if entity.set.name == "Datastreams":
            return {
                "Thing": [record.station_code],
                "Sensor": [known.sensor_name(record.detector)],
                "ObservedProperty": [record.quantity],
            }[way]
        if way == "Datastreams":
            held = {
                "Things": known.of_station,
                "Sensors": known.of_sensor,
                "ObservedProperties": known.of_quantity,
            }[entity.set.name]
            return held.get(entity.name, [])
        # A station has one place, under the same id.
        if way == "HistoricalLocations" and entity.name not in known.since:
            return []
        return [entity.name]

    def streams_of(self, entity: Entity) -> list[Datastream]:
        """Return the datastreams whose observations an entity leads to."""
        known = self.register
        if entity.set.name == "Datastreams":
            return [entity.record]
        return [known.streams[name] for name in known.of_station.get(entity.name, ())]
