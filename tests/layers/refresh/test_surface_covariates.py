"""A surface whose mean follows a raster, and networks that are joined: what it brings and tells."""

import dataclasses
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from scipy.spatial import cKDTree

from layers import refresh
from layers.geo import Bounds, CellGrid
from layers.interpolation import Predictive
from layers.model import Context, LayerDefinition, Surface
from layers.refresh import surfaces
from layers.refresh.standing import Standing
from layers.refresh.week import Week
from layers.store import Reader, Snapshot, Writer

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOW = NINE + timedelta(hours=3)
DOSE = "ambient_dose_rate"
BOX = Bounds(66, 40, 74, 46)
GRID = CellGrid.covering(BOX, 5)
EFFECT = 0.25
"""Of one kilometre of altitude on the logarithm."""


def altitude_km(lon: Any, lat: Any) -> Any:
    """Ranges and basins, nearer to each other than the stations are."""
    return 1.5 + np.sin(5 * lon) * np.cos(6 * lat)


def smooth(lon: Any, lat: Any) -> Any:
    return 4.6 + 0.1 * np.sin(lon / 2) * np.cos(lat / 2)


def terrain(path: Path, cells: Any = None) -> LayerDefinition:
    step = 0.02
    lon, lat = 65 + step * (np.arange(500) + 0.5), 47 - step * (np.arange(400) + 0.5)
    if cells is None:
        cells = 1_000 * altitude_km(*np.meshgrid(lon, lat))
    with rasterio.open(
        path, "w", driver="GTiff", width=500, height=400, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(step, 0, 65, 0, -step, 47),
    ) as dataset:  # fmt: skip
        dataset.write(cells.astype("float32"), 1)
    return LayerDefinition("terrain", "raster", "Altitude", paths=(path,))


def layer(*covariates: LayerDefinition) -> LayerDefinition:
    return LayerDefinition(
        "dose-rate", "surface", "D", quantity=DOSE, domain=BOX, native_zoom=5, covariates=covariates
    )


def hour(n: int = 80, seed: int = 1, networks: list[str] | None = None) -> Snapshot:
    chance = np.random.default_rng(seed)
    lon, lat = chance.uniform(66.2, 73.8, n), chance.uniform(40.2, 45.8, n)
    latent = smooth(lon, lat) + EFFECT * (altitude_km(lon, lat) - 1.5)
    latent += 0.02 * chance.standard_normal(n)
    begin = np.full(n, int(NINE.timestamp()))
    return Snapshot(
        DOSE, NINE, [f"S{i:03}" for i in range(n)], networks or ["own"] * n, lon, lat,
        np.full(n, np.nan), np.exp(latent), np.full(n, np.nan), ["ok"] * n, [""] * n, begin,
        begin + 3600, begin, np.ones(n, int), ["routine"] * n,
    )  # fmt: skip


def make(of: LayerDefinition, snapshot: Snapshot, **more: Any) -> Surface:
    return surfaces.make(
        of, snapshot, GRID, valid_time=NINE, revision=1, input_revision=1,
        context=Context.ROUTINE, attribution="", **more,
    )  # fmt: skip


def off(surface: Surface, lon: Any, lat: Any) -> float:
    """Root mean square error of the logarithm in the cells that have no station within 25 km."""
    at_lon, at_lat = np.meshgrid(*surface.grid.centres())
    true = smooth(at_lon, at_lat) + EFFECT * (altitude_km(at_lon, at_lat) - 1.5)
    squeeze = np.cos(np.radians(43))
    lag, _ = cKDTree(np.column_stack([lon * squeeze, lat])).query(
        np.stack([at_lon * squeeze, at_lat], axis=-1)
    )
    found = np.log(Predictive(surface.bands, surface.transform).quantile(0.5))
    return float(np.sqrt(np.mean((found - true)[lag > 25 / 111] ** 2)))


def test_a_surface_that_follows_the_altitude_beats_one_that_does_not(tmp_path: Path) -> None:
    snapshot = hour()
    plain, better = make(layer(), snapshot), make(layer(terrain(tmp_path / "t.tif")), snapshot)
    without, with_it = (each.tags["left_one_out"]["rmse"] for each in (plain, better))
    assert with_it < 0.4 * without
    assert off(better, snapshot.lon, snapshot.lat) < 0.4 * off(plain, snapshot.lon, snapshot.lat)
    told = better.tags["covariates"]["terrain"]
    per_km = 1_000 / told["deviation"]
    assert abs(told["effect"] * per_km - EFFECT) < 4 * told["sd"] * per_km < 0.1
    assert "covariates" not in plain.tags
    assert better.input_hash != plain.input_hash
    assert surfaces.recipe(layer()) in surfaces.recipe(layer(terrain(tmp_path / "t.tif")))


def test_a_raster_that_is_elsewhere_tells_nothing_and_changes_nothing(tmp_path: Path) -> None:
    snapshot = hour(40)
    far = terrain(tmp_path / "t.tif", np.full((400, 500), np.nan))
    plain, same = make(layer(), snapshot), make(layer(far), snapshot)
    np.testing.assert_allclose(same.bands, plain.bands, atol=1e-4)
    nothing = {"effect": None, "sd": None, "deviation": None}
    assert same.tags["covariates"] == {"terrain": nothing}
    json.dumps(same.tags, allow_nan=False)


def test_the_next_hour_uses_what_stands_and_is_what_it_would_be_without(tmp_path: Path) -> None:
    over, standing = layer(terrain(tmp_path / "t.tif")), Standing()
    snapshot = hour()
    chance = np.random.default_rng(3)
    past = snapshot.value[:, None] * np.exp(0.01 * chance.standard_normal((80, 6)))
    week = Week(
        tuple(snapshot.codes), tuple(snapshot.networks), snapshot.lon, snapshot.lat, past,
        np.full(80, np.nan),
    )  # fmt: skip
    facts = {"history": past, "learnt_from": week}
    made = make(over, snapshot, standing=standing, **facts)
    read = standing.covariates(over, GRID)
    moved = dataclasses.replace(snapshot, value=snapshot.value * np.linspace(1.0, 1.05, 80))
    found, fresh = make(over, moved, standing=standing, **facts), make(over, moved, **facts)
    assert standing.covariates(over, GRID) is read
    assert found.input_hash == fresh.input_hash != made.input_hash
    np.testing.assert_allclose(found.bands[0], fresh.bands[0], atol=0.002)
    np.testing.assert_allclose(found.bands[1], fresh.bands[1], rtol=0.02)
    terrain(tmp_path / "t.tif", np.full((400, 500), 7.0))
    assert standing.covariates(over, GRID) is not read


def test_a_release_lies_over_a_background_that_follows_the_altitude(tmp_path: Path) -> None:
    snapshot = hour()
    chance = np.random.default_rng(2)
    past = snapshot.value[:, None] * np.exp(0.01 * chance.standard_normal((80, 10)))
    near = np.argsort(np.hypot(snapshot.lon - 68, snapshot.lat - 42))[:3]
    value = snapshot.value.copy()
    value[near] *= 12
    struck = dataclasses.replace(snapshot, value=value)
    plain, better = (
        make(each, struck, history=past) for each in (layer(), layer(terrain(tmp_path / "t.tif")))
    )
    assert plain.tags["mode"] == better.tags["mode"] == "event"
    assert better.tags["covariates"]["terrain"]["effect"] > 0.1
    for each in (plain, better):
        each.bands[:, :, : GRID.width // 2] = np.nan  # the half that the release reaches
    at_lon, at_lat = np.meshgrid(*GRID.centres())
    true = smooth(at_lon, at_lat) + EFFECT * (altitude_km(at_lon, at_lat) - 1.5)
    wrong = [
        np.nanstd(np.log(Predictive(each.bands, "quantiles").quantile(0.5)) - true)
        for each in (plain, better)
    ]
    assert wrong[1] < 0.6 * wrong[0]


def test_two_networks_that_differ_by_a_fifth_are_told_with_their_offset(tmp_path: Path) -> None:
    names = ["kz", "uz"] * 40
    snapshot = hour(networks=names)
    high = snapshot.value * np.where(np.array(names) == "uz", 1.2, 1.0)
    over = layer(terrain(tmp_path / "t.tif"))
    made = make(over, dataclasses.replace(snapshot, value=high))
    told = made.tags["offsets"]
    assert set(told) == {"kz", "uz"}
    found = told["uz"]["offset"] - told["kz"]["offset"]
    assert abs(found - np.log(1.2)) < 3 * 2 * told["uz"]["sd"] < 0.1
    assert told["uz"]["offset"] == pytest.approx(-told["kz"]["offset"])
    assert "offsets" not in make(over, hour()).tags
    json.dumps(made.tags, allow_nan=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[Writer, Reader]]:
    writer = Writer(tmp_path / "data", Context.ROUTINE)
    reader = Reader(tmp_path / "data")
    yield writer, reader
    reader.close()
    writer.close()


def test_a_raster_that_changed_makes_its_surfaces_again(
    store: tuple[Writer, Reader], tmp_path: Path
) -> None:
    writer, reader = store
    over = layer(terrain(tmp_path / "t.tif"))
    text = "station_code,lon,lat,time,averaging,quantity,value,unit\n" + "".join(
        f"S{i},{67 + i % 4 * 2},{41 + i // 4 * 2},{NINE:%Y-%m-%dT%H:%M:%SZ},PT1H,{DOSE},"
        f"{100 + i},nSv/h\n"
        for i in range(8)
    )
    delivery = refresh.Delivery(
        body=text.encode(), name="x.csv", writer="t", received_at=NOW, context=Context.ROUTINE
    )
    refresh.ingest(writer, reader, delivery, 1_000_000)

    def wanted(of: LayerDefinition = over) -> list[refresh.Task]:
        return refresh.outdated(reader, (of,), NOW, 100)

    (task,) = wanted()
    made = refresh.build(reader, task, NOW, 1, Context.ROUTINE)
    assert made
    assert set(made.tags["covariates"]) == {"terrain"}
    writer.publish_surface(made, NOW)
    assert wanted() == []
    with rasterio.open(reader.geotiff(reader.surface(over.id))) as dataset:
        assert json.loads(dataset.tags()["covariates"]) == made.tags["covariates"]
    os.utime(tmp_path / "t.tif", (1, 1))
    assert wanted() == [], "the same bytes are the same raster"
    terrain(tmp_path / "t.tif", np.random.default_rng(1).uniform(0, 1, (400, 500)))
    (task,) = wanted()
    again = refresh.build(reader, task, NOW, 2, Context.ROUTINE)
    assert again
    assert again.input_hash != made.input_hash
    writer.publish_surface(again, NOW)
    assert wanted() == []
    assert len(wanted(layer())) == 1, "without the raster it is another surface"
