"""What a scientist has at hand: pandas, pyogrio, pyarrow, rasterio and rio-cogeo, by address."""

import io
import json
import urllib.request
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pandas as pd
import pyarrow.parquet as pq
import pyogrio.raw
import pytest
import rasterio
import rasterio.env
import shapely
from rio_cogeo.cogeo import cog_validate

from layers.geo import mercator
from tests.clients.pictures import surface
from tests.clients.worlds import TIMELESS, World

pytestmark = [
    pytest.mark.clients,
    # pyogrio warns of a server that does not answer before it fails.
    pytest.mark.filterwarnings("ignore:HTTP response code on:RuntimeWarning"),
]
LAYERS = ("stations", "seismic-zones", "faults", "earthquakes")
HERE = (69.3, 41.3)


def path_of(layer: str, form: str, at: str = "latest") -> str:
    return f"/files/{layer}/latest/{at if layer == 'stations' else 'static'}.{form}"


def held(world: World, layer: str) -> dict[str, Any]:
    return {str(each["id"]): each for each in world.json(path_of(layer, "geojson"))["features"]}


def csv_of(world: World, layer: str, at: str = "latest") -> pd.DataFrame:
    return pd.read_csv(f"{world.url}/files/{layer}/latest/{at}.csv", dtype={"id": str})


@pytest.mark.parametrize("layer", LAYERS)
def test_pandas_reads_every_row_by_the_address_alone(world: World, layer: str) -> None:
    found = csv_of(world, layer, "latest" if layer == "stations" else "static")
    expected = held(world, layer)
    assert set(found["id"]) == set(expected)
    for row in found.to_dict("records"):
        place = shapely.geometry.shape(expected[row["id"]]["geometry"])
        if place.geom_type == "Point":
            assert (row["lon"], row["lat"]) == pytest.approx((place.x, place.y), abs=1e-6)


@pytest.mark.sees(TIMELESS)
def test_values_and_spreads_of_an_hour_are_numbers_with_a_time(world: World) -> None:
    at = world.json("/tilejson/stations.json")["times"][-7]
    found = csv_of(world, "stations", at)
    assert pd.api.types.is_float_dtype(found["value"])
    assert pd.api.types.is_float_dtype(found["sd"])
    times = pd.to_datetime(found["begin_time"].dropna())
    assert str(times.dt.tz) == "UTC"
    assert set(times) == {pd.Timestamp(at)}
    assert set(found["unit"].dropna()) == {"nSv/h"}
    assert set(found["data_context"]) == {"simulated"}


@pytest.mark.sees(TIMELESS)
def test_the_cells_of_a_surface_are_rows_of_value_and_spread(world: World) -> None:
    at = world.json("/tilejson/dose-rate.json")["times"][-7]
    found = csv_of(world, "dose-rate", at)
    assert len(found) > 10_000
    nearest = ((found["lon"] - HERE[0]) ** 2 + (found["lat"] - HERE[1]) ** 2).idxmin()
    row = found.loc[nearest]
    told = surface(world.json(f"/api/v1/point?lon={row.lon}&lat={row.lat}&time={at}"))
    values = {each["name"]: each["value"] for each in told["values"]}
    assert row["mean"] == pytest.approx(values["mean"], rel=1e-5)
    assert row["sd"] == pytest.approx(values["sd"], rel=1e-5)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("form", ["gpkg", "fgb", "geojson"])
def test_pyogrio_reads_every_feature(world: World, layer: str, form: str) -> None:
    # A GeoPackage holds the styles of its layer beside it.
    name = None if form == "geojson" else layer
    address = f"/vsicurl/{world.url}{path_of(layer, form)}"
    meta, _, geometries, columns = pyogrio.raw.read(address, layer=name)
    expected = held(world, layer)
    fields = list(meta["fields"])
    assert set(columns[fields.index("id")]) == set(expected)
    assert meta["crs"] in ("EPSG:4326", "OGC:CRS84")
    for key, shape in zip(columns[fields.index("id")], shapely.from_wkb(geometries), strict=True):
        there = shapely.geometry.shape(expected[key]["geometry"])
        assert shapely.force_2d(shape).normalize().equals_exact(there.normalize(), 1e-7)


@pytest.mark.parametrize("layer", LAYERS)
def test_pyarrow_reads_geoparquet_with_its_description(
    world: World, layer: str, tmp_path: Path
) -> None:
    body = fetched(world, path_of(layer, "parquet"))
    table = pq.read_table(io.BytesIO(body))
    told = json.loads(table.schema.metadata[b"geo"])
    assert told["version"].startswith("1.1")
    column = told["columns"][told["primary_column"]]
    assert column["encoding"] == "WKB"
    shapes = shapely.from_wkb(table[told["primary_column"]].to_numpy(zero_copy_only=False))
    assert len(shapes) == len(held(world, layer))
    assert all(shape.geom_type in column["geometry_types"] for shape in shapes)


def fetched(world: World, path: str) -> bytes:
    """A file as this world gives it, not as the server has it."""
    with urllib.request.urlopen(world.url + path, timeout=60) as answer:
        return bytes(answer.read())


def test_rio_cogeo_finds_nothing_to_object_to(world: World, tmp_path: Path) -> None:
    kept = tmp_path / "surface.tif"
    kept.write_bytes(fetched(world, "/files/dose-rate/latest/latest.tif"))
    is_valid, errors, warnings = cog_validate(str(kept), strict=True)
    assert (is_valid, errors, warnings) == (True, [], [])


@pytest.mark.sees(TIMELESS)
def test_rasterio_reads_a_cell_by_ranges(world: World) -> None:
    at = world.json("/tilejson/dose-rate.json")["times"][-7]
    with (
        rasterio.env.Env(CPL_VSIL_CURL_NON_CACHED="/vsicurl/"),
        rasterio.open(f"{world.url}/files/dose-rate/latest/{at}.tif") as dataset,
    ):
        x, y = (float(v) for v in mercator(*HERE))
        mean, sd, *_ = next(iter(dataset.sample([(x, y)])))
        assert dataset.tags()["valid_time"] == at
    told = surface(world.json(f"/api/v1/point?lon={HERE[0]}&lat={HERE[1]}&time={at}"))
    values = {each["name"]: each["value"] for each in told["values"]}
    assert (mean, sd) == pytest.approx((values["mean"], values["sd"]), rel=1e-5)


@pytest.mark.parametrize("layer", LAYERS)
def test_vector_tiles_are_decoded_by_another_decoder(world: World, layer: str) -> None:
    template = world.json(f"/tilejson/{layer}.json")["tiles"][0]
    path = template.removeprefix(world.url).format(z=4, x=11, y=5)
    found = mapbox_vector_tile.decode(fetched(world, path))
    (name,) = found
    assert name == layer
    assert found[name]["extent"] == 4096
    assert found[name]["version"] == 2
    assert found[name]["features"]
    assert all(isinstance(each["id"], int) for each in found[name]["features"])
