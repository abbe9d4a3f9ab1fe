"""For one place, time and version every face says the same value and the same spread."""

import csv
import io
import json
import math
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image

from layers.geo import TILE_PX, mercator, tile_matrix_set
from tests.servers import Server

pytestmark = pytest.mark.conformance
ZOOM = 8
PLACES = [(69.3, 41.3), (66.9, 48.0), (76.9, 43.3), (60.6, 42.5)]


def times(server: Server) -> list[str]:
    return list(server.json("/tilejson/dose-rate.json")["times"])


@pytest.fixture(scope="module", params=[-1, -4], ids=["newest", "older"])
def at(request: pytest.FixtureRequest, server: Server) -> str:
    return times(server)[request.param]


def surface(server: Server, lon: float, lat: float, at: str) -> dict[str, Any]:
    told = server.json(f"/api/v1/point?lon={lon}&lat={lat}&time={at}")
    return next(each for each in told["layers"] if each["layer"] == "dose-rate")


def values(entry: dict[str, Any]) -> dict[str, float]:
    return {each["name"]: each["value"] for each in entry["values"]}


@pytest.fixture(scope="module")
def cells(server: Server, at: str) -> dict[tuple[float, float], dict[str, str]]:
    """The cells of the hour as the CSV has them, by their place."""
    status, _, body = server.get(f"/files/dose-rate/latest/{at}.csv")
    assert status == 200
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    return {(float(row["lon"]), float(row["lat"])): row for row in rows}


@pytest.fixture(scope="module")
def raster(server: Server, at: str) -> Any:
    body = server.get(f"/files/dose-rate/latest/{at}.tif")[2]
    with rasterio.MemoryFile(body) as memory, memory.open() as dataset:
        yield dataset


@pytest.mark.parametrize("place", PLACES)
def test_every_face_tells_the_same_value_and_spread(
    server: Server, at: str, cells: Any, raster: Any, place: tuple[float, float]
) -> None:
    # The middle of the cell that holds the place, as the CSV names it.
    lon, lat = min(cells, key=lambda it: (it[0] - place[0]) ** 2 + (it[1] - place[1]) ** 2)
    entry = surface(server, lon, lat, at)
    told, row = values(entry), cells[lon, lat]
    assert entry["time"] == at

    # CSV
    assert float(row["mean"]) == pytest.approx(told["mean"], rel=1e-6)
    assert float(row["sd"]) == pytest.approx(told["sd"], rel=1e-6)
    assert row["data_time"] == at
    assert row["data_version"] == entry["version"]

    # GeoTIFF
    x, y = (float(v) for v in mercator(lon, lat))
    pixel = dict(zip(raster.descriptions, next(iter(raster.sample([(x, y)]))), strict=True))
    assert pixel["mean"] == pytest.approx(told["mean"], rel=1e-6)
    assert pixel["sd"] == pytest.approx(told["sd"], rel=1e-6)

    # GetFeatureInfo, in both versions and systems
    half = 0.01
    low_high = f"{lon - half!r},{lat - half!r},{lon + half!r},{lat + half!r}"
    turned = f"{lat - half!r},{lon - half!r},{lat + half!r},{lon + half!r}"
    for words in (
        f"VERSION=1.3.0&CRS=CRS:84&BBOX={low_high}&I=50&J=50",
        f"VERSION=1.3.0&CRS=EPSG:4326&BBOX={turned}&I=50&J=50",
        f"VERSION=1.1.1&SRS=EPSG:4326&BBOX={low_high}&X=50&Y=50",
    ):
        path = f"/wms?REQUEST=GetFeatureInfo&{words}&WIDTH=101&HEIGHT=101&LAYERS=dose-rate"
        path += f"&STYLES=&FORMAT=image/png&QUERY_LAYERS=dose-rate&TIME={at}"
        clicked = json.loads(server.get(f"{path}&INFO_FORMAT=application/json")[2])
        own = clicked["features"][0]["properties"]
        assert own["values"] == entry["values"]
        assert (own["time"], own["version"]) == (at, entry["version"])

    # EDR, as coverage and as a table
    query = f"coords=POINT({lon!r}%20{lat!r})&datetime={at}"
    found = server.json(f"/ogcapi/collections/dose-rate/position?{query}&f=CoverageJSON")
    ranges = {name: each["values"][0] for name, each in found["ranges"].items()}
    assert ranges["ambient_dose_rate"] == pytest.approx(told["mean"], rel=1e-6)
    assert ranges["ambient_dose_rate_sd"] == pytest.approx(told["sd"], rel=1e-6)
    assert found["domain"]["axes"]["t"]["values"] == [at]

    # The colour of the tile, of its value and of its spread
    for style, name in (("mean", "mean"), ("sd", "sd")):
        colour = colour_at(server, style, at, lon, lat)
        entries = server.json(f"/tilejson/dose-rate.json?style={style}&time={at}")["legend"]
        (found,) = [each for each in entries if each["colour"].upper() == colour]
        low = -math.inf if found["low"] is None else found["low"]
        high = math.inf if found["high"] is None else found["high"]
        assert low <= told[name] < high


def colour_at(server: Server, style: str, at: str, lon: float, lat: float) -> str:
    tile = tile_matrix_set().tile(lon, lat, ZOOM)
    body = server.get(f"/tiles/dose-rate/{style}/latest/{at}/{tile.z}/{tile.x}/{tile.y}.png")[2]
    picture = np.asarray(Image.open(io.BytesIO(body)).convert("RGB"))
    x, y = (float(v) for v in mercator(lon, lat))
    bounds = tile_matrix_set().xy_bounds(tile)
    col = int((x - bounds.left) / (bounds.right - bounds.left) * TILE_PX)
    row = int((bounds.top - y) / (bounds.top - bounds.bottom) * TILE_PX)
    return "#{:02X}{:02X}{:02X}".format(*picture[row, col])


@pytest.mark.parametrize("style", ["mean", "sd", "exceedance", "uncertainty"])
def test_a_tile_is_one_whatever_the_address(server: Server, at: str, style: str) -> None:
    """XYZ, WMTS by its two ways, OGC API Tiles and a map of the tile's box."""
    z, x, y = 6, 44, 23
    xyz = server.get(f"/tiles/dose-rate/{style}/latest/{at}/{z}/{x}/{y}.png")[2]
    assert len(xyz) > 100
    keys = (
        f"SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetTile&LAYER=dose-rate&STYLE={style}&FORMAT=image/png"
        f"&TILEMATRIXSET=WebMercatorQuad&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&TIME={at}"
    )
    bounds = tile_matrix_set().xy_bounds(x, y, z)
    box = ",".join(map(repr, (bounds.left, bounds.bottom, bounds.right, bounds.top)))
    collection = f"/ogcapi/collections/dose-rate/styles/{style}/map/tiles/WebMercatorQuad"
    for path in (
        f"/wmts/dose-rate/{style}/{at}/WebMercatorQuad/{z}/{y}/{x}.png",
        f"/wmts?{keys}",
        f"{collection}/{z}/{y}/{x}?f=png&datetime={at}",
        f"/wms?VERSION=1.3.0&REQUEST=GetMap&LAYERS=dose-rate&STYLES={style}&CRS=EPSG:3857"
        f"&BBOX={box}&WIDTH=256&HEIGHT=256&FORMAT=image/png&TRANSPARENT=TRUE&TIME={at}",
    ):
        status, headers, body = server.get(path)
        assert (status, headers.get_content_type()) == (200, "image/png"), body[:300]
        assert body == xyz, path


def test_a_station_has_one_value_on_every_face(server: Server, at: str) -> None:
    held = server.json(f"/files/stations/latest/{at}.geojson")["features"]
    items = server.json(f"/ogcapi/collections/stations/items?datetime={at}&limit=1000")["features"]
    body = server.get(f"/files/stations/latest/{at}.csv")[2].decode("utf-8-sig")
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(body))}
    api = {each["properties"]["code"]: each["properties"] for each in items}
    assert len(held) == len(items) == len(rows) > 50
    for each in held:
        own = each["properties"]
        for name in ("value", "sd"):
            text = rows[own["code"]][name]
            assert (float(text) if text else None) == own[name] == api[own["code"]][name]
