"""The demonstration: a simulated network at real places, and demonstration features."""

from layers.demo.features import (
    EARTHQUAKES,
    FAULTS,
    LAND_BORDERS,
    SEISMIC_ZONES,
    earthquakes,
    faults,
    land_borders,
    seismic_zones,
    withdrawn,
)
from layers.demo.feed import CONTEXT, SEED, feed, simulate
from layers.demo.network import (
    NETWORKS,
    ORGANISATIONS,
    RegionRange,
    StationTable,
    region_ranges,
    station_table,
)

__all__ = [
    "CONTEXT",
    "EARTHQUAKES",
    "FAULTS",
    "LAND_BORDERS",
    "NETWORKS",
    "ORGANISATIONS",
    "SEED",
    "SEISMIC_ZONES",
    "RegionRange",
    "StationTable",
    "earthquakes",
    "faults",
    "feed",
    "land_borders",
    "region_ranges",
    "seismic_zones",
    "simulate",
    "station_table",
    "withdrawn",
]
