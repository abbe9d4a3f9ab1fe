"""Data folders of any size: so many stations, hours or layers, everything else the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from benchmarks.peers.data import BREAKS, HOUR, WINDOW
from layers.geo import CellGrid
from layers.model import Context, Network, Observation, Organisation, Station, Surface
from layers.refresh.steps import NOTHING
from layers.store import Batch, Writer, surfaces

QUANTITY = "ambient_dose_rate"
ZOOM = 4

_HEAD = 'title = "Growing"\ncontext = "routine"\n'
_STATIONS = f"""
[[layer]]
id = "stations"
kind = "stations"
title = "Stations"
quantity = "{QUANTITY}"

[[layer.style]]
id = "default"
ramp = "dose"
breaks = {list(BREAKS)}
"""
_SURFACE = f"""
[[layer]]
id = "surface-%d"
kind = "surface"
title = "Surface %d"
quantity = "{QUANTITY}"

[[layer.style]]
id = "mean"
ramp = "dose"
breaks = {list(BREAKS)}
"""


def catalogue(path: Path, surface_layers: int = 1) -> Path:
    """Write a catalogue of one layer of stations and some of surfaces."""
    entries = "".join(_SURFACE % (i, i) for i in range(surface_layers))
    path.write_text(_HEAD + _STATIONS + entries)
    return path


def fill(folder: Path, *, stations: int = 66, times: int = 1, layers: int = 1) -> None:
    """Make a folder with stations and their values of one hour, and surfaces of many hours.

    Only the newest hour has cells on the disk: no other is looked at.
    """
    with _writer(folder) as writer:
        _register(writer, stations)
        small = _surface()
        for number in range(layers):
            writer.publish_surface(replace(small, layer_id=f"surface-{number}"), HOUR)
        hours = [HOUR - timedelta(hours=back) for back in range(1, times)]
        # A second's work for the table, where the files of ten thousand hours would be minutes.
        with writer._engine.begin() as connection:
            for number, hour in enumerate(hours):
                past = replace(small, layer_id="surface-0", valid_time=hour)
                surfaces.publish(connection, past, f"{number:010x}", HOUR)


@contextmanager
def _writer(folder: Path) -> Iterator[Writer]:
    writer = Writer(folder, Context.ROUTINE)
    try:
        yield writer
    finally:
        writer.close()


def _register(writer: Writer, count: int) -> None:
    rng = np.random.default_rng(count)
    lon = rng.uniform(WINDOW.west, WINDOW.east, count)
    lat = rng.uniform(WINDOW.south, WINDOW.north, count)
    value = rng.uniform(60, 260, count)
    codes = [f"S{i:05d}" for i in range(count)]
    who = {"writer": "benchmark", "at": HOUR}
    writer.put_organisations([Organisation("o", "Organisation", "KZ")], **who)
    writer.put_networks([Network("n", "o", "Network")], **who)
    places = zip(codes, lon, lat, strict=True)
    writer.put_stations([Station(c, "n", float(x), float(y)) for c, x, y in places], **who)
    batch = Batch("b", "b", "benchmark", None, Context.ROUTINE, HOUR, "benchmark")
    end = HOUR + timedelta(hours=1)
    measured = zip(codes, value, strict=True)
    writer.append_observations(
        batch, [Observation(c, QUANTITY, HOUR, end, float(v)) for c, v in measured]
    )


def _surface() -> Surface:
    grid = CellGrid.covering(WINDOW, ZOOM)
    rng = np.random.default_rng(ZOOM)
    known = rng.uniform(60, 260, grid.shape)
    bands = np.stack([np.log(known), np.full(grid.shape, 0.1), np.zeros(grid.shape)])
    return Surface(
        layer_id="surface-0",
        quantity=QUANTITY,
        valid_time=HOUR,
        revision=1,
        context=Context.ROUTINE,
        grid=grid,
        bands=bands.astype(np.float32),
        transform="log",
        noise_sigma=0.05,
        input_hash="benchmark",
        input_revision=NOTHING,
    )
