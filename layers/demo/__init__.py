"""The demonstration: a simulated network at real places, and demonstration features."""

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
    "NETWORKS",
    "ORGANISATIONS",
    "SEED",
    "RegionRange",
    "StationTable",
    "feed",
    "region_ranges",
    "simulate",
    "station_table",
]
