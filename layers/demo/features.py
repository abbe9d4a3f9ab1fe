"""Demonstration features as records: earthquakes, faults (generalised), zones, land borders."""

import csv
import json
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

import shapely
from shapely.geometry import shape

from layers import temporal
from layers.model import Feature

EARTHQUAKES, FAULTS, SEISMIC_ZONES = "earthquakes", "faults", "seismic-zones"
LAND_BORDERS = "land-borders"
COMPUTED_FROM = datetime(2026, 11, 20, tzinfo=UTC)
"""Since when zones are computed, not drawn."""
CATALOGUE_NOTE = "typed from public-domain catalogues"


@cache
def earthquakes() -> tuple[Feature, ...]:
    """Return strong earthquakes of the region since 1880, oldest first.

    Real events, M >= 6, typed from USGS ComCat and the NOAA NCEI significant earthquake database,
    rounded to 0.01 degree, 1 km and 0.1 of magnitude. ``depth_km`` is None where none is stated.
    A selection: strong, or near to the two states; no complete catalogue.
    """
    rows = csv.DictReader(_text("earthquakes.csv").splitlines())
    return tuple(_earthquake(line, row) for line, row in enumerate(rows, start=2))


@cache
def faults() -> tuple[Feature, ...]:
    """Return traces of named faults, generalised by hand to within 10 km; none is invented."""
    return _collection("faults.geojson", FAULTS)


@cache
def land_borders() -> tuple[Feature, ...]:
    """Return the land borders of the two states, by pair, as Natural Earth draws them.

    At 1:10 million, so within 5 km; no coast is among them, and they determine no boundary.
    """
    return _collection("land_borders.geojson", LAND_BORDERS)


@cache
def seismic_zones() -> tuple[Feature, ...]:
    """Return the areas of MSK-64 grades that ``zoning`` computes; no official zoning map."""
    return _collection("seismic_zones.geojson", SEISMIC_ZONES)


@cache
def withdrawn() -> tuple[Feature, ...]:
    """Return what an earlier edition had and this one has not: it ends where the new one begins.

    A folder that holds the zones drawn by hand would show the one whose id is no longer used.
    """
    return (
        Feature(
            id="msk-9-6",
            collection=SEISMIC_ZONES,
            geometry=shapely.box(62.89, 39.85, 64.0, 40.7),
            properties={"note": "withdrawn: zones are computed now"},
            valid_to=COMPUTED_FROM,
        ),
    )


def _earthquake(line: int, row: dict[str, str]) -> Feature:
    return Feature(
        id=row["id"],
        collection=EARTHQUAKES,
        geometry=shapely.Point(float(row["lon"]), float(row["lat"])),
        properties={
            "magnitude": float(row["magnitude"]),
            "magnitude_type": row["magnitude_type"],
            "depth_km": float(row["depth_km"]) if row["depth_km"] else None,
            "place": row["place"],
            "name_en": row["place"],
            **{name: row[name] for name in ("name_kk", "name_ru", "name_uz")},
            "source": row["source"],
            "note": CATALOGUE_NOTE,
        },
        time=temporal.instant(row["time"]),
        line=line,
    )


def _collection(name: str, collection: str) -> tuple[Feature, ...]:
    document: dict[str, Any] = json.loads(_text(name))
    return tuple(
        Feature(
            id=str(feature["id"]),
            collection=collection,
            geometry=shape(feature["geometry"]),
            properties=feature["properties"],
        )
        for feature in document["features"]
    )


def _text(name: str) -> str:
    return resources.files(__package__).joinpath("data", name).read_text("utf-8")
