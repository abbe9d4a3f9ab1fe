"""The register of stations as rows: code, names in four languages, position, validity."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from layers import temporal
from layers.errors import BadInstantError
from layers.exchange import places
from layers.exchange.adapter import COLUMN, Adapter, Defaults, Record
from layers.exchange.cells import needed, optional
from layers.exchange.rows import RowFault, columns, each, guarded, missing, table
from layers.geo import Bounds
from layers.model import Release, Station

HEADER = (
    "code", "name_kk", "name_uz", "name_ru", "name_en", "country", "lon", "lat", "elevation_m",
    "network", "valid_from", "valid_to", "release", "embargo_until",
)  # fmt: skip
_ALIASES = {
    "code": ("station_code", "station", "id"),
    "name": ("station_name",),
    "name_kk": (), "name_uz": (), "name_ru": (), "name_en": (),
    "country": (),
    "lon": ("longitude", "lng"),
    "lat": ("latitude",),
    "elevation_m": ("elevation", "altitude", "height"),
    "network": ("network_id",),
    "valid_from": (), "valid_to": (), "release": (), "embargo_until": (),
}  # fmt: skip


def read(stream: BinaryIO, defaults: Defaults) -> Iterator[Record]:
    """Return one station or rejected record per row, in file order; a code stands once.

    Raises
    ------
    BadFileError, BadParameterError, TooLargeError
        As ``Adapter.records`` says.
    """
    source = table(stream)
    column = columns(source.header, _ALIASES, defaults)
    lacking = [name for name in ("code", "lon", "lat") if name not in column]
    if lacking:
        raise missing(source.header, HEADER, lacking)
    box = places.domain(defaults)
    return each(
        source,
        column,
        lambda words, line: _station({**defaults, **words}, box, source.comma),
        lambda station: (station.code, "code"),
    )


def _station(words: dict[str, str], box: Bounds | None, comma: bool) -> Station:
    lon = needed(words["lon"], "longitude", "position", comma)
    lat = needed(words["lat"], "latitude", "position", comma)
    places.check(lon, lat, box, words.get("country", ""))
    begin, end = _time(words, "valid_from"), _time(words, "valid_to")
    if begin and end and end <= begin:
        raise RowFault("interval", "valid_to is not later than valid_from")
    release = _release(words.get("release", ""))
    until = _time(words, "embargo_until")
    if (until is None) == (release is Release.EMBARGO):
        raise RowFault("release", "an embargo has its end in embargo_until, and nothing else has")
    return Station(
        code=places.checked_code(words["code"]),
        network_id=words.get("network", ""),
        lon=lon,
        lat=lat,
        names=places.names_of(words),
        elevation_m=optional(words.get("elevation_m", ""), "elevation", "position", comma),
        country=words.get("country", ""),
        valid_from=begin,
        valid_to=end,
        release=release,
        embargo_until=until,
    )


def _release(word: str) -> Release | None:
    try:
        return Release(word) if word else None
    except ValueError:
        known = ", ".join(Release)
        raise RowFault("release", f'the release "{word}" is none of {known}') from None


def _time(words: dict[str, str], name: str) -> datetime | None:
    text = words.get(name, "")
    try:
        return temporal.instant(text) if text else None
    except BadInstantError as error:
        raise RowFault("time", f"{name}: {error}") from None


def write(records: Iterable[Record], stream: BinaryIO) -> int:
    """Write the stations among ``records``; return how many. Formulas are made harmless."""
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADER)
    count = 0
    for item in records:
        if isinstance(item, Station):
            height = item.elevation_m
            rows.writerow(
                [
                    guarded(item.code),
                    *(guarded(item.names.get(name, "")) for name in places.LANGUAGES),
                    guarded(item.country),
                    repr(item.lon),
                    repr(item.lat),
                    "" if height is None else repr(height),
                    guarded(item.network_id),
                    *(temporal.word(t) if t else "" for t in (item.valid_from, item.valid_to)),
                    item.release or "",
                    "" if item.embargo_until is None else temporal.word(item.embargo_until),
                ]
            )
            count += 1
    text.detach()
    return count


ADAPTER = Adapter(
    id="stations-csv",
    title="Register of stations as CSV",
    suffixes=(".csv", ".tsv", ".txt"),
    yields="stations",
    read=read,
    write=write,
    options=("network", "country", "bounds", COLUMN),
)
