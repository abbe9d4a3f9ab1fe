"""Stations with what they measured in one hour; one without a value shows that it has none."""

import bisect
import hashlib
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import temporal, units
from layers.errors import GoneError, NoSurfaceError
from layers.geo import Bounds, Point, Window
from layers.kinds.collection import CLICK_PX, MAX_ZOOM, Columns, around, columns
from layers.kinds.sources import Sources, nothing_yet
from layers.model import Extent, Features, LayerDefinition, Station, Status
from layers.model.kind import Question
from layers.model.table import Table, TableMaker
from layers.screening import Spread, coverage
from layers.store import SHOWN_HOURS, Snapshot
from layers.views import View

FloatArray = NDArray[np.float64]
MEASURES = ("value",)
HELD = 24
"""Hours whose columns are kept in memory."""
MEMORY = timedelta(hours=24)
"""How long a silent station is still shown, as one that has no value."""
LAST = temporal.floor_hour(datetime.max.replace(tzinfo=UTC))
"""The last hour of the calendar: no moment follows it."""
RAISED_NSV_H = 300.0
"""Shapes of marks: above the natural range, and where an automatic network alarms (NADAM)."""


_Said = tuple[Mapping[str, Any], datetime]


class StationsKind:
    """The stations of one quantity at one hour."""

    def __init__(self, layer: LayerDefinition, sources: Sources) -> None:
        if layer.quantity is None:
            raise NoSurfaceError(f'layer "{layer.id}" names no quantity')
        self._layer = layer
        self._quantity = units.QUANTITIES[layer.quantity]
        self._sources = sources
        self._held: dict[str, Columns] = {}
        self._lock = threading.Lock()
        self._placed: tuple[str, Table, Spread, dict[int, _Said]] | None = None

    def _hours(self, span: tuple[datetime, datetime] | None = None) -> list[tuple[datetime, int]]:
        where = self._sources
        return where.store.hours(where.audience, where.now(), self._quantity.id, span=span)

    def _stations(self) -> list[Station]:
        where = self._sources
        return where.store.stations(where.audience, where.now())

    def extent(self) -> Extent:
        """Bounds of all stations, and the newest hours that hold values."""
        stations = self._stations()
        if not stations:
            return nothing_yet(self._layer)
        box = _box(stations)
        return Extent(box, 0, MAX_ZOOM, tuple(hour for hour, _ in self._hours()))

    def _hour(self, at: datetime | None) -> datetime:
        """Return an hour that has values; None asks for the newest one."""
        hours = self._hours()
        if at is None and hours:
            return hours[-1][0]
        # Between two hours there is nothing, and a span from there on would find one of them.
        if at is not None and at == temporal.floor_hour(at):
            place = bisect.bisect_left(hours, at, key=itemgetter(0))
            listed = place < len(hours) and hours[place][0] == at
            if listed or (at < LAST and self._hours((at, at + temporal.HOUR))):
                return at
        when = "yet" if at is None else f"at {temporal.word(at)}"
        raise NoSurfaceError(f'layer "{self._layer.id}" has no values {when}')

    def version(self, at: datetime | None) -> str:
        """Token of an hour: it changes with its observations and with the register."""
        return self._shown(at)[1]

    def _shown(self, at: datetime | None) -> tuple[datetime, str]:
        """Return an hour that has values, as ``_hour``, and its token."""

        def read() -> tuple[datetime, str]:
            hour = self._hour(at)
            digest = self._register_digest().copy()
            said = f"{self._quantity.id}|{temporal.word(hour)}|{self._states(hour)}"
            digest.update(said.encode())
            return hour, digest.hexdigest()

        where = self._sources
        return where.store.once(("hour shown", where.audience, self._quantity.id, at), read)

    def _states(self, hour: datetime) -> list[int]:
        """States of the hours whose stations are shown at an hour, and of the hour itself."""
        hours = self._hours()
        first = bisect.bisect_left(hours, hour - MEMORY, key=itemgetter(0))
        end = bisect.bisect_right(hours, hour, key=itemgetter(0))
        # The list may begin within that time, and then holds only a part.
        listed = first > 0 or len(hours) < SHOWN_HOURS
        part = hours[first:end] if listed else self._hours((hour - MEMORY, hour + temporal.HOUR))
        return [state for _, state in part]

    def _register_digest(self) -> "hashlib.blake2b":
        where = self._sources

        def read() -> hashlib.blake2b:
            stations = self._stations()
            shown = {s.network_id for s in stations}
            named = [(n.id, n.name) for n in where.store.networks() if n.id in shown]
            digest = hashlib.blake2b(repr(named).encode(), digest_size=5)
            for s in stations:
                digest.update(repr(s).encode())
            return digest

        return where.store.once(("register", where.audience), read)

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Features | None:
        """Stations within the window and its buffer."""
        return self._of(*self._shown(at), version).index.within(around(window, question.buffer_px))

    def everything(self, at: datetime | None, version: str) -> Features:
        """All stations, for a file."""
        return self._of(*self._shown(at), version).all()

    def _of(self, hour: datetime, present: str, version: str) -> Columns:
        if present != version:
            raise GoneError(
                f'version "{version}" of layer "{self._layer.id}" is no longer kept; '
                f'the present one is "{present}"'
            )
        with self._lock:
            held = self._held.get(version)
        if held is None:
            held = self._columns(version, hour)
            if self.version(hour) != version:  # a delivery came while they were read
                raise GoneError(f'version "{version}" of layer "{self._layer.id}" has just changed')
            with self._lock:
                while len(self._held) >= HELD:
                    self._held.pop(next(iter(self._held)))
                self._held[version] = held
        return held

    def _columns(self, token: str, hour: datetime) -> Columns:
        where = self._sources
        snapshot = where.store.snapshot(where.audience, where.now(), self._quantity.id, hour)
        newest = {code: i for i, code in enumerate(snapshot.codes)}
        measuring = set(
            where.store.measuring(
                where.audience, where.now(), self._quantity.id, hour - MEMORY, hour + temporal.HOUR
            )
        )
        stations = [s for s in self._stations() if s.code in measuring]
        networks = {network.id: network.name for network in where.store.networks()}
        maker = TableMaker()
        for s in stations:
            facts = self._properties(s, snapshot, newest.get(s.code))
            maker.add(s.code, {"network_name": networks.get(s.network_id, "")} | facts)
        return columns(token, [shapely.Point(s.lon, s.lat) for s in stations], maker)

    def _properties(self, station: Station, snapshot: Snapshot, i: int | None) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "code": station.code,
            **{f"name_{lang}": station.names.get(lang, "") for lang in ("en", "kk", "ru", "uz")},
            "country": station.country,
            "network": station.network_id,
            "elevation_m": station.elevation_m,
            "quantity": self._quantity.id,
            "unit": self._quantity.unit,
        }
        if i is None:
            return facts | {
                "value": None,
                "sd": None,
                "status": str(Status.MISSING),
                "mark": "missing",
                "label": "",
                "reasons": [],
                "begin_time": temporal.word(snapshot.hour),
                "end_time": temporal.word(snapshot.hour + temporal.HOUR),
                "received_at": None,
                "context": _context(snapshot),
                "revision": None,
            }
        value = None if np.isnan(snapshot.value[i]) else float(snapshot.value[i])
        return facts | {
            "value": value,
            "sd": None if np.isnan(snapshot.sd[i]) else float(snapshot.sd[i]),
            "status": snapshot.status[i],
            "mark": self._mark(value),
            "label": self._label(value),
            "reasons": [r for r in snapshot.reasons[i].split(",") if r],
            "begin_time": temporal.word(temporal.from_epoch_s(int(snapshot.begin_s[i]))),
            "end_time": temporal.word(temporal.from_epoch_s(int(snapshot.end_s[i]))),
            "received_at": temporal.word(temporal.from_epoch_s(int(snapshot.received_s[i]))),
            "context": snapshot.context[i],
            "revision": int(snapshot.revision[i]),
        }

    def _mark(self, value: float | None) -> str:
        if value is None:
            return "missing"
        if self._quantity.alarm is None:
            return "normal"
        if value >= self._quantity.alarm:
            return "alarm"
        return "raised" if value >= RAISED_NSV_H else "normal"

    def _label(self, value: float | None) -> str:
        if value is None:
            return ""
        if self._quantity.id == "ambient_dose_rate":
            return units.with_decimals(value / 1000, 2)
        return units.with_decimals(value, 0)

    def inspect(self, point: Point, at: datetime | None) -> Mapping[str, Any]:
        """The station under a click, and the nearest ones with distance and value."""
        try:
            hour, token = self._shown(at)
        except NoSurfaceError:
            return {"known": False, "reason": "no_values", "values": [], "nearest_stations": []}
        table, spread, said = self._clicked(hour, token)
        seen = coverage(point, spread)
        now = self._sources.now()

        def near(i: int, distance_m: float) -> dict[str, Any]:
            if i not in said:
                said[i] = _said(table.facts(i))
            told, end = said[i]
            age_s = int((now - end).total_seconds())
            return {**told, "distance_km": round(distance_m / 1000, 1), "age_s": age_s}

        nearest = [near(i, d) for i, d in zip(seen.order, seen.distance_m, strict=True)]
        known = bool(nearest) and nearest[0]["distance_km"] <= CLICK_PX * 0.4
        return {
            "known": known,
            "reason": "" if known else "nothing_here" if nearest else "no_values",
            "time": hour,
            "version": token,
            "values": [],
            "gap_deg": round(seen.gap_deg, 1),
            "nearest_stations": nearest,
        }

    def _clicked(self, hour: datetime, token: str) -> tuple[Table, Spread, dict[int, _Said]]:
        """Return the stations, where they are as the register has it, and what was said of some."""
        placed = self._placed
        if placed is None or placed[0] != token:
            codes = {s.code: s for s in self._stations()}
            table = self._of(hour, token, token).table
            shown = [codes[code] for code in table.ids]
            spread = Spread(np.array([s.lon for s in shown]), np.array([s.lat for s in shown]))
            self._placed = placed = token, table, spread, {}
        return placed[1:]


def _said(facts: Mapping[str, Any]) -> _Said:
    """Return what is said of a station near a click, and when its values end."""
    names = {lang: facts.get(f"name_{lang}") for lang in ("en", "kk", "ru", "uz")}
    told = {name: facts.get(name) for name in ("code", "value", "sd", "unit", "status")}
    return {**told, "name": names}, temporal.instant(facts["end_time"])


def _context(snapshot: Snapshot) -> str:
    """Return the context of an hour's values; empty where there are none."""
    return snapshot.context[0] if snapshot.context else ""


def _box(stations: list[Station]) -> Bounds:
    """Return the box of stations in degrees, with a little more on each side."""
    lon, lat = [s.lon for s in stations], [s.lat for s in stations]
    return Bounds(
        max(-180.0, min(lon) - 0.01),
        max(-90.0, min(lat) - 0.01),
        min(180.0, max(lon) + 0.01),
        min(90.0, max(lat) + 0.01),
    )
