"""Earthquakes: the properties that every source is brought to, and their limits."""

from datetime import datetime

import shapely

from layers.exchange import places
from layers.exchange.rows import RowFault
from layers.geo import Bounds
from layers.model import Feature

COLLECTION = "earthquakes"
# The largest magnitude ever measured is 9.5 (Chile 1960); small local ones are negative. The
# deepest earthquakes known lie near 750 km; stations on mountains make some slightly negative.
_MAGNITUDES = (-3.0, 10.0)
_DEPTHS_KM = (-10.0, 800.0)


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
