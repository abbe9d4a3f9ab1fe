"""Observations as rows: the CSV convention, and the simpler tables people have.

``station_code,time_start_utc,time_end_utc,quantity,value,unit,sd,averaging,status_flag,qc_flags,
source_org,detector`` in UTF-8; an empty value is a gap. Also: positions instead of codes, one
``time`` with an averaging interval, and a bare ``lon,lat,value`` with the rest said by the caller.
"""

import csv
import io
import math
import operator
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import BinaryIO

from layers import temporal, units
from layers.errors import BadFileError
from layers.exchange import places, words
from layers.exchange.adapter import COLUMN, Adapter, Defaults, Record
from layers.exchange.cells import duration_word, needed, number, optional
from layers.exchange.rows import (
    RowFault,
    Table,
    columns,
    guarded,
    missing,
    table,
    unguarded,
)
from layers.model import Observation, RejectedRecord, Station, Status

HEADER = (
    "station_code", "time_start_utc", "time_end_utc", "quantity", "value", "unit", "sd",
    "averaging", "status_flag", "qc_flags", "source_org", "detector",
)  # fmt: skip
_ALIASES = {
    "station_code": ("station", "code", "station_id", "id"),
    "time_start_utc": ("time", "time_utc", "begin_time", "time_start", "datetime", "date"),
    "time_end_utc": ("time_end", "end_time"),
    "quantity": ("parameter", "observed_property"),
    "value": ("result",),
    "unit": ("units",),
    "sd": ("standard_deviation", "uncertainty"),
    "averaging": ("duration",),
    "status_flag": ("status",),
    "qc_flags": ("reasons", "flags"),
    "lon": ("longitude", "lng"),
    "lat": ("latitude",),
    "elevation_m": ("elevation", "altitude", "height"),
    "network": ("network_id",),
    "country": (),
    "detector": (),
    "name": ("station_name",),
    "name_kk": (), "name_uz": (), "name_ru": (), "name_en": (),
}  # fmt: skip
_DEFAULT_OF = {"time_start_utc": "time"}
_DEFAULTED = ("quantity", "unit", "time_start_utc", "averaging", "network", "country")
# A million sieverts an hour in canonical units; no instrument, and no accident, reads this.
_IMPOSSIBLE = 1e15
_SAME_PLACE = 0.001


def read(stream: BinaryIO, defaults: Defaults) -> Iterator[Record]:
    """Yield one observation or rejected record per row, in file order.

    Where rows carry positions, the station comes before its first observation; without a code it
    is named after its position. A value is never rejected for being high.

    Raises
    ------
    BadFileError, BadParameterError, TooLargeError
        As ``Adapter.records`` says.
    """
    source = table(stream)
    reader = _Reader(source, defaults)
    for row in source.rows:
        if isinstance(row, RejectedRecord):
            yield row
            continue
        line, cells, raw = row
        try:
            observation = reader.observation(line, cells)
        except RowFault as fault:
            yield fault.record(line, raw)
            continue
        if reader.new_station is not None:
            yield reader.new_station
            reader.new_station = None
        yield observation


class _Reader:
    """The meaning of the columns of one file, and what was already understood of its words."""

    def __init__(self, source: Table, defaults: Defaults) -> None:
        words.check_options(defaults)
        self._comma = source.comma
        self._column = columns(source.header, _ALIASES, defaults)
        self._defaults = {
            name: defaults[_DEFAULT_OF.get(name, name)]
            for name in _DEFAULTED
            if _DEFAULT_OF.get(name, name) in defaults and name not in self._column
        }
        self._box = places.domain(defaults)
        self._expect(source.header)
        self.new_station: Station | None = None
        self._stations: dict[str, tuple[float, float]] = {}
        self._placed = {"lon", "lat"} <= self._column.keys()
        self._spans = words.Spans(defaults.get("zone", ""))
        self._scales = words.Scales()
        self._codes: dict[tuple[str, str, str], str] = {}
        # Each name has an index: of its column, or of a cell appended with the default.
        self._extra: list[str] = []
        self._index = dict(self._column)
        for name in _ALIASES:
            if name not in self._index:
                self._index[name] = len(source.header) + len(self._extra)
                self._extra.append(self._defaults.get(name, ""))
        self._pick = operator.itemgetter(
            *(
                self._index[name]
                for name in (
                    "station_code", "lon", "lat", "time_start_utc", "time_end_utc", "averaging",
                    "quantity", "unit", "value", "sd", "status_flag", "qc_flags", "detector",
                )
            )
        )  # fmt: skip

    def _expect(self, header: tuple[str, ...]) -> None:
        have = self._column.keys() | self._defaults.keys()
        lacking = [] if "value" in have else ["value"]
        if "station_code" not in have and not {"lon", "lat"} <= have:
            lacking = ["station_code (or lon and lat)", *lacking]
        if lacking:
            raise missing(header, HEADER, lacking)
        options = [
            _DEFAULT_OF.get(name, name)
            for name in ("quantity", "unit", "time_start_utc")
            if name not in have
        ]
        if options:
            raise BadFileError(
                f"the file does not say {', '.join(options)}: add the column, or give the option "
                f"{', '.join(options)} with the file"
            )

    def observation(self, line: int, cells: list[str]) -> Observation:
        """Return the observation of one row; RowFault says why there is none.

        Words that come again and again (intervals, units, codes) are understood once.
        """
        cells += self._extra
        picked = map(str.strip, self._pick(cells))
        code, lon, lat, start, end, averaging, quantity, unit, value, sd, status, flags, by = picked
        begin_time, end_time, reasons = self._spans[start, end, averaging]
        if flags:
            reasons = (*flags.replace("|", " ").split(), *reasons)
        canonical = deviation = None
        note = ""
        if unit or value or sd:
            facts, note, convert, spread = self._scales[quantity, unit]
            if value:
                canonical = convert(self._value(value))
                if not facts.valid_range[0] <= canonical < _IMPOSSIBLE:
                    raise _outside(value, unit, facts, canonical)
            if sd:
                deviation = spread(needed(sd, "sd", "sd", self._comma))
                if not 0 < deviation < _IMPOSSIBLE:
                    raise RowFault(
                        "sd",
                        f"sd {sd[:40]} is not above 0 or beyond all measure; empty means not known",
                    )
        else:
            facts = words.quantity(quantity)
        state = Status.RAW
        if status or canonical is None:
            state = _status(status, canonical)
        key = (code, lon, lat)
        name = self._codes.get(key) or self._station(key, cells)
        return Observation(
            name, facts.id, begin_time, end_time, canonical, deviation, value, unit, note, state,
            reasons, unguarded(by), line,
        )  # fmt: skip

    def _value(self, text: str) -> float:
        value = number(text, self._comma)
        if value is None:
            raise RowFault(
                "value", f'value "{text[:40]}" is no number; an empty cell means "no value"'
            )
        return value

    def _station(self, key: tuple[str, str, str], cells: list[str]) -> str:
        """Return the station code of a row, and keep a station not met before for the reader."""
        code, lon_text, lat_text = key
        code = unguarded(code)
        if not self._placed:
            places.checked_code(code)
        else:
            lon = needed(lon_text, "longitude", "position", self._comma)
            lat = needed(lat_text, "latitude", "position", self._comma)
            places.check(lon, lat, self._box, cells[self._index["country"]].strip())
            code = places.checked_code(code) if code else places.code_of(lon, lat)
            at = self._stations.get(code)
            if at is None:
                self.new_station = self._described(code, lon, lat, cells)
                self._stations[code] = (lon, lat)
            elif max(abs(at[0] - lon), abs(at[1] - lat)) > _SAME_PLACE:
                raise RowFault(
                    "moved",
                    f'station "{code}" stood at {at[0]:g}, {at[1]:g} in an earlier row and '
                    f"at {lon:g}, {lat:g} here",
                )
        self._codes[key] = code
        return code

    def _described(self, code: str, lon: float, lat: float, cells: list[str]) -> Station:
        text = {
            name: unguarded(cells[i].strip())
            for name, i in self._index.items()
            if name.startswith("name") or name in ("network", "country", "elevation_m")
        }
        return Station(
            code=code,
            network_id=text["network"],
            lon=lon,
            lat=lat,
            names=places.names_of(text),
            elevation_m=optional(text["elevation_m"], "elevation", "position", self._comma),
            country=text["country"],
        )


def _status(word: str, value: float | None) -> Status:
    try:
        status = Status(word.lower()) if word else Status.RAW
    except ValueError:
        raise RowFault(
            "status", f'status "{word[:40]}" is not known; known are {", ".join(Status)}'
        ) from None
    if value is None:
        return Status.MISSING
    if status is Status.MISSING:
        raise RowFault("status", "the row is marked missing and has a value")
    return status


def _outside(text: str, unit: str, facts: units.Quantity, canonical: float) -> RowFault:
    if canonical >= _IMPOSSIBLE:
        return RowFault("value", f"{text} {unit} is no reading of any instrument")
    code = "negative" if facts.positive else "value"
    return RowFault(
        code,
        f"{text} {unit} is below {facts.valid_range[0]:g} {facts.unit}, which {facts.id} cannot "
        'be; an empty cell means "no value"',
    )


def write(records: Iterable[Record], stream: BinaryIO) -> int:
    """Write the observations among ``records`` by the convention; return how many.

    Value and unit are those received where they are known, so that nothing is converted twice.
    Text that a spreadsheet would take for a formula gets an apostrophe, which ``read`` takes away.
    """
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADER)
    count = 0
    for item in records:
        if isinstance(item, Observation):
            rows.writerow(_written(item))
            count += 1
    text.detach()
    return count


def _written(item: Observation) -> list[str]:
    canonical = units.QUANTITIES[item.quantity].unit
    unit = item.source_unit or canonical
    value = "" if item.value is None else item.source_value
    if item.value is not None and not value:
        value, unit = repr(item.value), canonical
    return [
        guarded(item.station_code),
        temporal.word(item.begin_time),
        temporal.word(item.end_time),
        item.quantity,
        value.replace(",", "."),
        unit,
        "" if item.sd is None else _spread_word(item.sd, units.unit(unit, item.quantity), item),
        duration_word(item.end_time - item.begin_time),
        item.status.value,
        guarded(" ".join(item.reasons)),
        "",
        guarded(item.detector),
    ]


def _spread_word(sd: float, unit: str, item: Observation) -> str:
    """Return a spread in the source unit that reads back as the same number, if there is one."""
    near = float(Fraction(sd) / units.CONVERSIONS[item.quantity][unit].factor)
    for candidate in (near, math.nextafter(near, 0), math.nextafter(near, math.inf)):
        if units.spread_to_canonical(candidate, unit, item.quantity) == sd:
            return repr(candidate)
    return repr(near)


ADAPTER = Adapter(
    id="csv-table",
    title="Observations as CSV",
    suffixes=(".csv", ".tsv", ".txt"),
    yields="observations",
    read=read,
    write=write,
    options=(
        "quantity", "unit", "time", "zone", "averaging", "network", "country", "bounds", COLUMN,
    ),
)  # fmt: skip
