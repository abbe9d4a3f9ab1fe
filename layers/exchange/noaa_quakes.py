"""Significant earthquakes of NOAA NCEI: dates in columns, several magnitudes, effects.

Both the table of the database (``YEAR``, ``EQ_MAG_MW``, ...) and what its web page exports
(``Mo``, ``Dy``, ``Mag``, ...) are read.
"""

import dataclasses
from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import BinaryIO

from layers.exchange import places
from layers.exchange.adapter import COLUMN, Adapter, Defaults, Record
from layers.exchange.cells import needed, optional
from layers.exchange.quakes import COLLECTION, quake
from layers.exchange.rows import RowFault, columns, missing, table, unguarded
from layers.geo import Bounds
from layers.model import Feature, RejectedRecord

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
_PRECISIONS = ("year", "month", "day")


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
    source = table(stream)
    column = columns(source.header, _ALIASES, defaults)
    lacking = [name for name in ("year", "lon", "lat") if name not in column]
    if lacking:
        raise missing(source.header, tuple(_ALIASES), lacking)
    box = places.domain(defaults)
    seen: dict[str, int] = {}
    for row in source.rows:
        if isinstance(row, RejectedRecord):
            yield row
            continue
        line, cells, raw = row
        words = {name: unguarded(cells[i].strip()) for name, i in column.items()}
        try:
            feature = _feature(words, defaults, box, source.comma, line)
            if feature.id in seen:
                raise RowFault(
                    "duplicate_id", f'the id "{feature.id}" stands in line {seen[feature.id]}'
                )
        except RowFault as fault:
            yield fault.record(line, raw)
            continue
        seen[feature.id] = line
        yield feature


def _feature(
    words: dict[str, str], defaults: Defaults, box: Bounds | None, comma: bool, line: int
) -> Feature:
    time, precision = _time(words, comma)
    lon = needed(words["lon"], "longitude", "position", comma)
    lat = needed(words["lat"], "latitude", "position", comma)
    known = {
        kind: number
        for kind in _MAGNITUDES
        if (number := optional(words.get(kind, ""), "magnitude", "magnitude", comma)) is not None
    }
    kind = next(iter(known), "")
    key = words.get("id") or f"{time:%Y-%m-%d}-{lon:g}-{lat:g}"
    found = quake(
        f"noaa-{key}", defaults.get("collection", COLLECTION), lon, lat, box,
        time=time,
        magnitude=known.get(kind),
        magnitude_type=kind,
        depth_km=optional(words.get("depth_km", ""), "depth", "depth", comma),
        place=words.get("place", ""),
        time_precision=precision,
        source=defaults.get("source", SOURCE),
        line=line,
    )  # fmt: skip
    effects = {
        name: number
        for name in _EFFECTS
        if (number := optional(words.get(name, ""), name, "number", comma)) is not None
    }
    return dataclasses.replace(found, properties={**found.properties, **effects})


def _time(words: dict[str, str], comma: bool) -> tuple[datetime, str]:
    year = needed(words["year"], "year", "time", comma)
    if year < 1:
        raise RowFault(
            "date_before_year_1", f"{year:g} lies before year 1, where the calendar here begins"
        )
    parts = [_whole(year, "year")]
    for name in _PARTS:
        number = optional(words.get(name, ""), name, "time", comma)
        if number is None:
            break
        parts.append(_whole(number, name))
    second = optional(words.get("second", ""), "second", "time", comma) or 0.0
    try:
        if len(parts) > len(_PARTS):
            year_, month, day, hour, minute = parts
            if not 0 <= second < 60:
                raise RowFault("time", f"second {second:g} is none of a minute")
            begin = datetime(year_, month, day, hour, minute, tzinfo=UTC)
            return begin + timedelta(seconds=second), "time"
        # An hour without its minute is no time of day.
        year_, month, day = [*parts[:3], 1, 1][:3]
        return datetime(year_, month, day, tzinfo=UTC), _PRECISIONS[min(len(parts), 3) - 1]
    except (ValueError, OverflowError):
        raise RowFault("time", f"{parts} is no date of the calendar") from None


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
