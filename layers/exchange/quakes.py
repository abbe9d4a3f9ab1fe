"""Earthquakes of tables: the properties that every source is brought to, and their limits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

import shapely

from layers.exchange import places
from layers.exchange.adapter import Defaults, Record
from layers.exchange.cells import needed, optional
from layers.exchange.rows import RowFault, columns, each, missing, table
from layers.geo import Bounds
from layers.model import Feature

COLLECTION = "earthquakes"
# The largest magnitude ever measured is 9.5 (Chile 1960); small local ones are negative. The
# deepest earthquakes known lie near 750 km; stations on mountains make some slightly negative.
_MAGNITUDES = (-3.0, 10.0)
_DEPTHS_KM = (-10.0, 800.0)


_PRECISIONS = ("year", "month", "day")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its words by column, its line, and how numbers are written in it."""

    words: dict[str, str]
    line: int
    comma: bool
    box: Bounds | None

    @property
    def place(self) -> tuple[float, float]:
        """Longitude and latitude; a RowFault without them."""
        lon = needed(self.words["lon"], "longitude", "position", self.comma)
        return lon, needed(self.words["lat"], "latitude", "position", self.comma)

    def number(self, name: str, what: str, code: str) -> float | None:
        """Return a number, None where there is none; a RowFault for what is no number."""
        return optional(self.words.get(name, ""), what, code, self.comma)


def earthquakes(
    stream: BinaryIO,
    defaults: Defaults,
    aliases: Mapping[str, Sequence[str]],
    wanted: tuple[tuple[str, ...], tuple[str, ...]],
    made: Callable[[Row, Mapping[str, str]], Feature],
) -> Iterator[Record]:
    """Return one earthquake or rejected record per row, in file order.

    Parameters
    ----------
    wanted : (names, names)
        Columns that must be there, and all that a message may name.
    made : callable
        A row, and the header's word for each column, to an earthquake; raises RowFault.

    Raises
    ------
    BadFileError, BadParameterError, TooLargeError
        As ``Adapter.records`` says.
    """
    source = table(stream)
    column = columns(source.header, aliases, defaults)
    lacking = [name for name in wanted[0] if name not in column]
    if lacking:
        raise missing(source.header, wanted[1], lacking)
    named = {name: source.header[i] for name, i in column.items()}
    box = places.domain(defaults)
    return each(
        source,
        column,
        lambda words, line: made(Row(words, line, source.comma, box), named),
        lambda feature: (feature.id, "id"),
    )


def before_calendar(word: str) -> RowFault:
    """Return the fault of a year that the calendar here does not have."""
    return RowFault(
        "date_before_year_1", f"{word} lies before year 1, where the calendar here begins"
    )


def dated(parts: Sequence[int]) -> tuple[datetime, str]:
    """Return the beginning of a year, month or day, and which of them is known.

    Raises
    ------
    ValueError
        For a date that no calendar has.
    """
    year, month, day = [*parts[:3], 1, 1][:3]
    return datetime(year, month, day, tzinfo=UTC), _PRECISIONS[min(len(parts), 3) - 1]


def quake(
    key: str,
    collection: str,
    lon: float,
    lat: float,
    box: Bounds | None,
    *,
    time: datetime,
    magnitude: float | None,
    magnitude_type: str,
    depth_km: float | None,
    place: str,
    time_precision: str,
    source: str,
    line: int,
    event_type: str = "",
) -> Feature:
    """Return an earthquake with properties named alike for all sources.

    Raises
    ------
    RowFault
        ``position``, ``swapped``, ``magnitude`` or ``depth``.
    """
    places.check(lon, lat, box)
    if magnitude is not None and not _MAGNITUDES[0] <= magnitude <= _MAGNITUDES[1]:
        raise RowFault("magnitude", f"magnitude {magnitude:g} is not within -3..10")
    if depth_km is not None and not _DEPTHS_KM[0] <= depth_km <= _DEPTHS_KM[1]:
        raise RowFault("depth", f"depth {depth_km:g} km is not within -10..800")
    properties: dict[str, object] = {
        "magnitude": magnitude,
        "magnitude_type": magnitude_type,
        "depth_km": depth_km,
        "place": place,
        "time_precision": time_precision,
        "source": source,
    }
    if event_type and event_type != "earthquake":
        properties["event_type"] = event_type
    return Feature(key, collection, shapely.Point(lon, lat), properties, time=time, line=line)
