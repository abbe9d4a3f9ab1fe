"""Values that stations measured: at one of them, in an area or a box, over times."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import temporal
from layers.errors import NotFoundError, TooLargeError, nearest
from layers.filtering import Period
from layers.geo import mercator
from layers.model import Datastream, Station, StoredObservation
from layers.store import Walk
from layers.views import Projection
from mapserver.documents import time_extent
from mapserver.documents.ogcapi.coverages import Coverage
from mapserver.documents.ogcapi.parameters import STATUS, Observable
from mapserver.services.ogcapi import edr_query
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import Collection
from mapserver.services.site import Site

READINGS = ("value", "sd", STATUS)
MOST_OBSERVATIONS = 100_000
MOST_SILENT = 500
"""Datastreams without a value in the newest hours that are looked up one by one."""
RECENT = timedelta(hours=3)
MICROSECOND = timedelta(microseconds=1)


def streams(site: Site, collection: Collection) -> list[Datastream]:
    """Return the datastreams of a collection: of all quantities, or of that of a layer."""
    every = site.store.datastreams(site.audience, site.now())
    quantity = collection.layer.quantity if collection.layer else None
    return [each for each in every if quantity in (None, each.quantity)]


def known(site: Site, collection: Collection, own: str = "") -> list[Observable]:
    """Return all parameters of a collection; ``own`` is where quantities are described."""
    context = str(site.catalog.definition.context)
    quantities = dict.fromkeys(each.quantity for each in streams(site, collection))
    return [Observable(q, name, own, context) for q in sorted(quantities) for name in READINGS]


def stations(site: Site, of: Sequence[Datastream]) -> Mapping[str, Station]:
    """Return the stations of datastreams by code."""
    codes = {each.station_code for each in of}
    every = site.store.stations(site.audience, site.now())
    return {each.code: each for each in every if each.code in codes}


def at_station(asked: Asked, code: str, of: Sequence[Observable]) -> list[Coverage]:
    """Return the series of one station.

    Raises
    ------
    NotFoundError
        Where there is no such station, with the nearest one.
    """
    held = streams(asked.site, asked.collection)
    places = stations(asked.site, held)
    if code not in places:
        raise NotFoundError(
            f'collection "{asked.collection.id}" has no location "{code}"{nearest(code, places)}'
        )
    return _series(asked, [each for each in held if each.station_code == code], places, of)


def in_shape(asked: Asked, shape: BaseGeometry, of: Sequence[Observable]) -> list[Coverage]:
    """Return the series of all stations in a shape."""
    system = edr_query.system(asked.query)
    held = streams(asked.site, asked.collection)
    places = {
        code: station
        for code, station in stations(asked.site, held).items()
        if shapely.intersects_xy(shape, *_place(station, system))
    }
    return _series(asked, [each for each in held if each.station_code in places], places, of)


def _place(station: Station, system: Projection) -> tuple[float, float]:
    if system.crs.is_geographic:
        return station.lon, station.lat
    x, y = mercator(station.lon, station.lat)
    return float(x), float(y)


def _series(
    asked: Asked,
    held: Sequence[Datastream],
    places: Mapping[str, Station],
    of: Sequence[Observable],
) -> list[Coverage]:
    """Return a series for each station, averaging time and detector."""
    quantities = {each.quantity for each in of}
    chosen = [each for each in held if each.quantity in quantities]
    system = edr_query.system(asked.query)
    grouped: dict[tuple[str, timedelta, str], list[StoredObservation]] = defaultdict(list)
    for number, found in enumerate(_observations(asked.site, chosen, asked)):
        if number == MOST_OBSERVATIONS:
            raise TooLargeError(
                f"more than {MOST_OBSERVATIONS:,} observations are asked for: ask for a smaller "
                "place, a shorter time (datetime) or fewer parameters (parameter-name)"
            )
        said = found.observation
        length = said.end_time - said.begin_time
        grouped[said.station_code, length, said.detector].append(found)
    return [
        _coverage(places[key[0]], key[1], key[2], found, of, system, asked.language)
        for key, found in sorted(grouped.items())
    ]


def _observations(
    site: Site, held: Sequence[Datastream], asked: Asked
) -> Iterable[StoredObservation]:
    period = edr_query.period(asked.query)
    if period is not None:
        yield from _walked(site, held, *_half_open(period))
        return
    # The newest value of each: of those that are up to date in one walk, of the others one by one.
    newest = max((each.last_time for each in held), default=None)
    if newest is None:
        return
    silent = [each for each in held if each.last_time < newest - RECENT]
    if len(silent) > MOST_SILENT:
        raise TooLargeError(
            f"{len(silent):,} datastreams are silent, each of them since another time: name a "
            "datetime, or ask for a smaller place"
        )
    live = [each for each in held if each.last_time >= newest - RECENT]
    last = {_key(each): each.last_time for each in live}
    for found in _walked(site, live, newest - RECENT, None):
        said = found.observation
        key = said.station_code, said.quantity, said.end_time - said.begin_time, said.detector
        if last[key] == said.begin_time:
            yield found
    for each in silent:
        yield from _walked(site, [each], each.last_time, None)


def _key(each: Datastream) -> tuple[str, str, timedelta, str]:
    return each.station_code, each.quantity, each.averaging, each.detector


def _half_open(period: Period) -> tuple[datetime | None, datetime | None]:
    return period.begin, None if period.end is None else period.end + MICROSECOND


def _walked(
    site: Site, held: Sequence[Datastream], begin: datetime | None, end: datetime | None
) -> Iterable[StoredObservation]:
    wanted = Walk(held, begin, end, newest_first=False)
    return site.store.observations(site.audience, site.now(), wanted)


def _coverage(
    station: Station,
    averaging: timedelta,
    detector: str,
    found: Sequence[StoredObservation],
    of: Sequence[Observable],
    system: Projection,
    language: str,
) -> Coverage:
    times = sorted({each.observation.begin_time for each in found})
    at = {moment: number for number, moment in enumerate(times)}
    measured = {each.observation.quantity for each in found}
    ranges = {}
    for parameter in of:
        if parameter.quantity not in measured:
            continue
        texts = parameter.reading == STATUS
        column = np.full(len(times), None if texts else np.nan, object if texts else float)
        for each in found:
            said = each.observation
            if said.quantity == parameter.quantity:
                told = {"value": said.value, "sd": said.sd, STATUS: str(said.status)}
                value = told[parameter.reading]
                if value is not None:
                    column[at[said.begin_time]] = value
        ranges[parameter.id] = column
    x, y = _place(station, system)
    more = {"averaging": time_extent.period(averaging), "detector": detector or None}
    return Coverage([x], [y], times, ranges, station.code, name(station, language), more=more)


def name(station: Station, language: str) -> str:
    """Return the name of a station in a language, or what stands in for it."""
    return station.names.get(language) or station.names.get("en") or station.code


def features(asked: Asked, of: Sequence[Observable]) -> list[dict[str, object]]:
    """Return the stations of a collection as features, with what each measured and when."""
    held = streams(asked.site, asked.collection)
    period = edr_query.period(asked.query)
    shape = (
        edr_query.box(asked.query["bbox"], edr_query.system({})) if "bbox" in asked.query else None
    )
    of_station: dict[str, list[Datastream]] = defaultdict(list)
    for each in held:
        if period is None or _overlaps(each, period):
            of_station[each.station_code].append(each)
    found: list[dict[str, object]] = []
    for code, station in stations(asked.site, held).items():
        own = of_station.get(code)
        if not own or (
            shape is not None and not shapely.intersects_xy(shape, station.lon, station.lat)
        ):
            continue
        first = temporal.word(min(each.first_time for each in own))
        last = temporal.word(max(each.last_time for each in own))
        quantities = {each.quantity for each in own}
        endpoint = asked.address(f"/collections/{asked.collection.id}/locations")
        found.append(
            {
                "type": "Feature",
                "id": code,
                "geometry": {"type": "Point", "coordinates": [station.lon, station.lat]},
                "properties": {
                    "name": name(station, asked.language),
                    "label": code,
                    "country": station.country,
                    "network": station.network_id,
                    "elevation_m": station.elevation_m,
                    "datetime": f"{first}/{last}",
                    "parameter-name": [p.id for p in of if p.quantity in quantities],
                    "edrqueryendpoint": endpoint,
                },
            }
        )
    return found


def _overlaps(each: Datastream, period: Period) -> bool:
    before = period.end is not None and each.first_time > period.end
    return not before and not (period.begin is not None and each.last_time < period.begin)
