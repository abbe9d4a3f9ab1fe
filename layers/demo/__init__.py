"""The demonstration: a simulated network at real places, and demonstration features."""

from layers.demo.features import (
    EARTHQUAKES,
    FAULTS,
    SEISMIC_ZONES,
    earthquakes,
    faults,
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
    "NETWORKS",
    "ORGANISATIONS",
    "SEED",
    "SEISMIC_ZONES",
    "RegionRange",
    "StationTable",
    "earthquakes",
    "faults",
    "feed",
    "region_ranges",
    "seismic_zones",
    "simulate",
    "station_table",
    "withdrawn",
]
