"""The demonstration folder: real places with simulated values, living on hour by hour."""

import hashlib
import threading
from datetime import datetime, timedelta

from layers import demo, temporal
from layers.model import Context
from layers.store import Batch, Writer
from mapserver.settings import Settings

WRITER = "demonstration"


class Demonstration:
    """Feeds a simulated folder; does nothing in any other."""

    def __init__(self, settings: Settings, writer: Writer, writing: threading.RLock) -> None:
        self._settings = settings
        self._writer = writer
        self._writing = writing
        self._active = settings.demo and writer.context is Context.SIMULATED
        self._next: datetime | None = None

    def _batch(self, name: str, now: datetime) -> Batch:
        return Batch(
            id=f"demonstration-{self._settings.demo_seed}-{name}",
            content_hash="",
            writer=WRITER,
            organisation_id=None,
            context=Context.SIMULATED,
            received_at=now,
            source="simulation",
        )

    def begin(self, now: datetime) -> None:
        """Register the network and the features, and load the newest hour."""
        if not self._active:
            return
        with self._writing:
            self._writer.put_organisations(demo.ORGANISATIONS, writer=WRITER, at=now)
            self._writer.put_networks(demo.NETWORKS, writer=WRITER, at=now)
            self._writer.put_stations(demo.station_table().stations, writer=WRITER, at=now)
            zones = (*demo.seismic_zones(), *demo.withdrawn())
            for features in (demo.earthquakes(), demo.faults(), zones, demo.land_borders()):
                edition = hashlib.sha256(repr(features).encode()).hexdigest()[:12]
                name = f"{features[0].collection}-{edition}"
                self._writer.append_features(self._batch(name, now), features)
        self._load(temporal.floor_hour(now) - temporal.HOUR, now)

    def catch_up(self, now: datetime) -> bool:
        """Load what is missing up to the last whole hour; tell whether anything was new.

        An hour that was loaded before is answered from its batch and changes nothing, so a
        restart fills what it missed with the numbers it would have had.
        """
        newest = temporal.floor_hour(now) - temporal.HOUR
        if not self._active or self._next == newest + temporal.HOUR:
            return False
        oldest = newest - timedelta(days=self._settings.demo_days) + temporal.HOUR
        hour, new = newest, False
        while hour >= (self._next or oldest):
            new |= self._load(hour, now)
            hour -= temporal.HOUR
        self._next = newest + temporal.HOUR
        return new

    def _load(self, hour: datetime, now: datetime) -> bool:
        with self._writing:
            answer = self._writer.append_observations(
                self._batch(temporal.word(hour), now), demo.feed(hour, self._settings.demo_seed)
            )
        return not answer.repeated
