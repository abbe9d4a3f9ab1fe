"""The demonstration network: real places of both states, one organisation and network for each.

Positions are typed to 0.01 degree, elevations in metres. A station's terrestrial level is chosen
so that terrestrial plus cosmic falls into the range published for its region (``regions.csv``).
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from layers.demo import chance
from layers.model import Network, Organisation, Station

FloatArray = NDArray[np.float64]

LANGUAGES = ("en", "kk", "ru", "uz")

ORGANISATIONS = (
    Organisation("kz-demo-organisation", "Demonstration organisation of Kazakhstan", "KZ"),
    Organisation("uz-demo-organisation", "Demonstration organisation of Uzbekistan", "UZ"),
)
NETWORKS = (
    Network(
        "kz-demo",
        "kz-demo-organisation",
        "Simulated demonstration network, Kazakhstan",
        licence="CC0-1.0",
        attribution="Simulated values, not measured",
    ),
    Network(
        "uz-demo",
        "uz-demo-organisation",
        "Simulated demonstration network, Uzbekistan",
        licence="CC0-1.0",
        attribution="Simulated values, not measured",
    ),
)

# One degree of latitude, and of longitude at 46 N, in km: enough for weather that is made up.
_KM_PER_LAT, _KM_PER_LON = 111.2, 77.2


@dataclass(frozen=True, slots=True)
class StationTable:
    """The stations and their columns, all of length n, in the order of ``stations.csv``.

    ``terrestrial_nsv_h`` is the dry, snow-free level of the ground. The two PM2.5 levels (ug/m3,
    midsummer and midwinter) are NaN where the station does not measure PM2.5.
    """

    stations: tuple[Station, ...]
    regions: tuple[str, ...]
    keys: NDArray[np.uint64]
    lat: FloatArray
    x_km: FloatArray
    y_km: FloatArray
    elevation_m: FloatArray
    terrestrial_nsv_h: FloatArray
    pm2_5_summer_ug_m3: FloatArray
    pm2_5_winter_ug_m3: FloatArray


@dataclass(frozen=True, slots=True)
class RegionRange:
    """Published range of outdoor dose rates of a region, in uSv/h, and where it stands."""

    low_usv_h: float
    high_usv_h: float
    source: str


@cache
def station_table() -> StationTable:
    """Return the typed station table."""
    rows = list(_rows("stations.csv"))
    lon, lat = _column(rows, "lon"), _column(rows, "lat")
    x_km, y_km = plane_km(lon, lat)
    return StationTable(
        stations=tuple(_station(row) for row in rows),
        regions=tuple(row["region"] for row in rows),
        keys=chance.keys(row["code"] for row in rows),
        lat=lat,
        x_km=x_km,
        y_km=y_km,
        elevation_m=_column(rows, "elevation_m"),
        terrestrial_nsv_h=_column(rows, "terrestrial_nsv_h"),
        pm2_5_summer_ug_m3=_column(rows, "pm2_5_summer_ug_m3"),
        pm2_5_winter_ug_m3=_column(rows, "pm2_5_winter_ug_m3"),
    )


@cache
def region_ranges() -> Mapping[str, RegionRange]:
    """Return the published range of every region that has a station."""
    return {
        row["region"]: RegionRange(float(row["low_usv_h"]), float(row["high_usv_h"]), row["source"])
        for row in _rows("regions.csv")
    }


def plane_km(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return kilometres east and north of 46 E 34 N on a plane that serves the simulation only."""
    return (lon - 46.0) * _KM_PER_LON, (lat - 34.0) * _KM_PER_LAT


def _station(row: Mapping[str, str]) -> Station:
    return Station(
        code=row["code"],
        network_id=row["network"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        names={language: row[f"name_{language}"] for language in LANGUAGES},
        elevation_m=float(row["elevation_m"]),
        country=row["country"],
    )


def _column(rows: list[dict[str, str]], name: str) -> FloatArray:
    return np.array([float(row[name] or "nan") for row in rows])


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files(__package__).joinpath("data", name).read_text("utf-8")
    return iter(csv.DictReader(text.splitlines()))
