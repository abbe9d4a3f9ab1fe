"""Earthquake catalogues as rows: USGS ComCat, ISC-GEM, Centennial and their like."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import BinaryIO

import shapely

from layers import temporal
from layers.errors import BadInstantError
from layers.exchange.adapter import COLUMN, Adapter, Defaults, Record
from layers.exchange.quakes import COLLECTION, Row, before_calendar, dated, earthquakes, quake
from layers.exchange.rows import RowFault, guarded
from layers.model import Feature

HEADER = ("time", "lon", "lat", "depth_km", "mag", "mag_type", "id", "place", "source")
_ALIASES = {
    "time": ("time_utc", "origin_time", "datetime"),
    "lon": ("longitude", "lng"),
    "lat": ("latitude",),
    "depth_km": ("depth",),
    "mag": ("magnitude", "mw", "ms", "mb"),
    "mag_type": ("magtype", "magnitude_type"),
    "id": ("eventid", "event_id"),
    "place": ("location", "region"),
    "source": ("catalogue", "net", "mag_source"),
    "type": ("event_type",),
}
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_NEEDED = ("time", "lon", "lat", "mag")


def read(stream: BinaryIO, defaults: Defaults) -> Iterator[Record]:
    """Yield one earthquake or rejected record per row, in file order.

    A date of a year, month or day alone is kept as its beginning in universal time, as catalogues
    mean it, with the property ``time_precision``; an instant needs its zone. An empty magnitude or
    depth stays None. A row without id is named by a hash of time, position and magnitude.

    Raises
    ------
    BadFileError, BadParameterError, TooLargeError
        As ``Adapter.records`` says.
    """
    return earthquakes(
        stream,
        defaults,
        _ALIASES,
        (_NEEDED, HEADER),
        lambda row, named: _quake(row, named, defaults),
    )


def _quake(row: Row, named: Mapping[str, str], defaults: Defaults) -> Feature:
    words = row.words
    time, precision = _time(words["time"])
    lon, lat = row.place
    magnitude = row.number("mag", "magnitude", "magnitude")
    # A column called `mw` says the type of its magnitudes by its name.
    kind = named["mag"].capitalize() if named["mag"] in ("mw", "ms", "mb") else ""
    key = words.get("id", "")
    if len(key) > 200 or not key.isprintable():
        raise RowFault("id", f"the id {key[:40]!r} is no word of at most 200 characters")
    if not key:
        content = f"{temporal.word(time)} {lon!r} {lat!r} {magnitude!r}"
        key = hashlib.sha256(content.encode()).hexdigest()[:16]
    return quake(
        key, defaults.get("collection", COLLECTION), lon, lat, row.box,
        time=time,
        magnitude=magnitude,
        magnitude_type=words.get("mag_type") or kind,
        depth_km=row.number("depth_km", "depth", "depth"),
        place=words.get("place", ""),
        time_precision=precision,
        source=words.get("source") or defaults.get("source", ""),
        line=row.line,
        event_type=words.get("type", ""),
    )  # fmt: skip


def _time(text: str) -> tuple[datetime, str]:
    """Return the instant, and whether it is known to the ``time`` or to its date alone."""
    if not text:
        raise RowFault("time", "the time is empty")
    if text.startswith("-") or text.startswith("0000"):
        raise before_calendar(text[:20])
    date = _DATE.fullmatch(text)
    try:
        if date is None:
            return temporal.instant(text), "time"
        return dated([int(part) for part in date.groups() if part])
    except BadInstantError as error:
        raise RowFault("time", str(error)) from None
    except ValueError:
        raise RowFault("time", f'"{text[:40]}" is no date of the calendar') from None


def write(records: Iterable[Record], stream: BinaryIO) -> int:
    """Write the earthquakes among ``records``; return how many. Formulas are made harmless."""
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow((*HEADER, "type"))
    count = 0
    for item in records:
        if isinstance(item, Feature) and isinstance(item.geometry, shapely.Point) and item.time:
            rows.writerow(_written(item, item.time))
            count += 1
    text.detach()
    return count


def _written(item: Feature, time: datetime) -> list[str]:
    facts = item.properties
    word = temporal.word(time)
    chars = {"year": 4, "month": 7, "day": 10}.get(str(facts.get("time_precision")))
    number = {
        name: "" if facts.get(name) is None else repr(float(facts[name]))
        for name in ("magnitude", "depth_km")
    }
    lon, lat = shapely.get_coordinates(item.geometry)[0].tolist()
    return [
        word[:chars],
        repr(lon),
        repr(lat),
        number["depth_km"],
        number["magnitude"],
        guarded(str(facts.get("magnitude_type") or "")),
        guarded(item.id),
        *(guarded(str(facts.get(name) or "")) for name in ("place", "source", "event_type")),
    ]


ADAPTER = Adapter(
    id="quakes-csv",
    title="Earthquakes as CSV",
    suffixes=(".csv", ".tsv", ".txt"),
    yields="features",
    read=read,
    write=write,
    options=("collection", "source", "bounds", COLUMN),
)
