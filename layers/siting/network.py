"""The monitoring network around a site: zones with their stations, and the dose background."""

from collections import Counter
from datetime import datetime
from typing import Any

import numpy as np

from layers import temporal
from layers.model import CandidateSite
from layers.screening import SECTORS, Evidence, ZoneSize, cover, to_points
from layers.screening.emergency import SECTOR_DEG, SOURCE
from layers.siting.loaded import Loaded

MOST_STATIONS = 40


def network(
    site: CandidateSite, loaded: Loaded, zones: tuple[ZoneSize, ...]
) -> tuple[dict[str, Any], list[Evidence]]:
    """Return the stations inside each zone, the directions without one, and what follows."""
    stations = loaded.stations
    lon, lat = (np.array([getattr(s, axis) for s in stations], float) for axis in ("lon", "lat"))
    ways = to_points(site.place, lon, lat)
    covers = cover(site.place, lon, lat, zones)
    told = []
    for each in covers:
        inside = [stations[i] for i in each.stations.tolist()]
        told.append(
            {
                "id": each.zone.id,
                "inner_km": each.zone.inner_km,
                "outer_km": each.zone.outer_km,
                "stations": len(inside),
                "by_country": dict(sorted(Counter(s.country for s in inside).items())),
                "sectors": list(each.counts),
                "empty_sectors": list(each.empty),
            }
        )
    widest = covers[-1].stations.tolist() if covers else []
    listed = [
        {
            "code": stations[i].code,
            "names": dict(stations[i].names),
            "country": stations[i].country,
            "distance_km": round(float(ways.distance_m[i]) / 1000, 3),
            "azimuth_deg": round(float(ways.azimuth_deg[i]), 1),
        }
        for i in widest[:MOST_STATIONS]
    ]
    planned = next((c for c in covers if c.zone.id == "epd"), None)
    missing = "" if stations and planned else "not_loaded"
    evidence = Evidence(
        "empty_sectors_epd",
        "1",
        None if missing or planned is None else float(len(planned.empty)),
        source="register of stations",
        method="stations within the extended planning distance, by sector of 22.5 degrees",
        missing=missing,
    )
    return {
        "source": SOURCE,
        "check_before_use": True,
        "sector_deg": SECTOR_DEG,
        "sectors": SECTORS,
        "zones": told,
        "stations": listed,
        "stations_count": len(widest),
    }, [evidence]


def dose(site: CandidateSite, loaded: Loaded) -> list[dict[str, Any]]:
    """Return what every surface says of a site, as a click on the map does."""
    found = []
    for layer in loaded.dose:
        told = loaded.catalog.kind(layer.id).inspect(site.place, loaded.at)
        time = told.get("time")
        found.append(
            {
                "layer": layer.id,
                "title": layer.title,
                "titles": dict(layer.titles),
                "quantity": layer.quantity,
                "time": temporal.word(time) if isinstance(time, datetime) else None,
                "known": bool(told.get("known")),
                "reason": told.get("reason", ""),
                "values": [dict(v) for v in told.get("values", ())],
            }
        )
    return found
