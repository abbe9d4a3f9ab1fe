"""Significant earthquakes of NOAA NCEI: dates in columns, several magnitudes, effects.

Both the table of the database (``YEAR``, ``EQ_MAG_MW``, ...) and what its web page exports
(``Mo``, ``Dy``, ``Mag``, ...) are read.
"""

import dataclasses
from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import BinaryIO

from layers.exchange.adapter import COLUMN, Adapter, Defaults, Record
from layers.exchange.cells import needed
from layers.exchange.quakes import COLLECTION, Row, before_calendar, dated, earthquakes, quake
from layers.exchange.rows import RowFault
from layers.model import Feature

SOURCE = "NOAA NCEI"
_ALIASES = {
    "year": (),
    "month": ("mo",),
    "day": ("dy",),
    "hour": ("hr",),
    "minute": ("mn",),
    "second": ("sec",),
    "lon": ("longitude",),
    "lat": ("latitude",),
    "depth_km": ("focal_depth", "focal depth (km)"),
    "mw": ("eq_mag_mw",),
    "ms": ("eq_mag_ms",),
    "mb": ("eq_mag_mb",),
    "ml": ("eq_mag_ml",),
    "unknown": ("eq_mag_unk", "eq_primary", "mag"),
    "id": ("i_d",),
    "place": ("location_name", "location name"),
    "intensity_mmi": ("intensity", "mmi int"),
    "deaths": (),
    "injuries": (),
    "damage_musd": ("damage_millions_dollars", "damage ($mil)"),
}
_MAGNITUDES = ("mw", "ms", "mb", "ml", "unknown")
"""The first that is known counts: the moment first, what does not say its kind last."""
_EFFECTS = ("intensity_mmi", "deaths", "injuries", "damage_musd")
_PARTS = ("month", "day", "hour", "minute")
_NEEDED = ("year", "lon", "lat")


def is_header(words: set[str]) -> bool:
    """Tell whether the words of a header are those of this format."""
    dated = "year" in words and bool(words & {"mo", "month"})
    return dated and any(word == "mag" or word.startswith("eq_") for word in words)


def read(stream: BinaryIO, defaults: Defaults) -> Iterator[Record]:
    """Yield one earthquake or rejected record per row, in file order.

    Dates are universal time; what is missing of one leaves ``time_precision`` at the part before.
    Years before 1 have no place in the calendar here, and their rows say so.

    Raises
    ------
    BadFileError, BadParameterError, TooLargeError
        As ``Adapter.records`` says.
    """
    return earthquakes(
        stream, defaults, _ALIASES, (_NEEDED, tuple(_ALIASES)), lambda row, _: _quake(row, defaults)
    )


def _quake(row: Row, defaults: Defaults) -> Feature:
    time, precision = _time(row)
    lon, lat = row.place
    known = {
        kind: number
        for kind in _MAGNITUDES
        if (number := row.number(kind, "magnitude", "magnitude")) is not None
    }
    kind = next(iter(known), "")
    key = row.words.get("id") or f"{time:%Y-%m-%d}-{lon:g}-{lat:g}"
    found = quake(
        f"noaa-{key}", defaults.get("collection", COLLECTION), lon, lat, row.box,
        time=time,
        magnitude=known.get(kind),
        magnitude_type=kind,
        depth_km=row.number("depth_km", "depth", "depth"),
        place=row.words.get("place", ""),
        time_precision=precision,
        source=defaults.get("source", SOURCE),
        line=row.line,
    )  # fmt: skip
    effects = {
        name: number
        for name in _EFFECTS
        if (number := row.number(name, name, "number")) is not None
    }
    return dataclasses.replace(found, properties={**found.properties, **effects})


def _time(row: Row) -> tuple[datetime, str]:
    year = needed(row.words["year"], "year", "time", row.comma)
    if year < 1:
        raise before_calendar(f"{year:g}")
    parts = [_whole(year, "year")]
    for name in _PARTS:
        number = row.number(name, name, "time")
        if number is None:
            break
        parts.append(_whole(number, name))
    second = row.number("second", "second", "time") or 0.0
    try:
        if len(parts) > len(_PARTS):
            year_, month, day, hour, minute = parts
            if not 0 <= second < 60:
                raise RowFault("time", f"second {second:g} is none of a minute")
            begin = datetime(year_, month, day, hour, minute, tzinfo=UTC)
            return begin + timedelta(seconds=second), "time"
        # An hour without its minute is no time of day.
        return dated(parts)
    except (ValueError, OverflowError):
        raise RowFault("time", f"{str(parts)[:60]} is no date of the calendar") from None


def _whole(number: float, name: str) -> int:
    if not number.is_integer() or abs(number) > MAXYEAR:
        raise RowFault("time", f"{name} {number:g} is no part of a date")
    return int(number)


ADAPTER = Adapter(
    id="noaa-quakes",
    title="Significant earthquakes of NOAA NCEI",
    suffixes=(".tsv", ".csv", ".txt"),
    yields="features",
    read=read,
    options=("collection", "source", "bounds", COLUMN),
)
