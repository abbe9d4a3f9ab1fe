"""GDAL's own commands read every face as a GIS client would, over the wire."""

import csv
import io
import json
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import shapely.geometry
from PIL import Image

from layers import geo
from tests.clients.pictures import FINE, surface
from tests.clients.worlds import FLIPPED, TIMELESS, World

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="gdal-bin is not installed"),
]
PLACES = [(69.3, 41.3), (66.9, 48.0), (76.9, 43.3)]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GDAL keeps what it has read in the home and in the folder where it is run."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def gdal(*words: str, given: str = "") -> str:
    """What a command prints; any complaint of it is a failure."""
    done = subprocess.run(
        words, input=given, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def table(address: str, *layer: str) -> list[dict[str, str]]:
    """The features of a vector source, as ogr2ogr writes them."""
    text = gdal("ogr2ogr", "-f", "CSV", "/vsistdout/", address, *layer, "-lco", "GEOMETRY=AS_WKT")
    return list(csv.DictReader(io.StringIO(text)))


def tile_template(world: World, layer: str, **query: str) -> str:
    words = "&".join(f"{key}={value}" for key, value in query.items())
    return str(world.json(f"/tilejson/{layer}.json?{words}")["tiles"][0])


def address(world: World) -> str:
    return f"{world.url}/files/dose-rate/latest/latest.tif"


def test_the_geotiff_is_cloud_optimised_and_says_what_it_is(world: World) -> None:
    told = json.loads(gdal("gdalinfo", "-json", f"/vsicurl/{address(world)}"))
    assert told["driverShortName"] == "GTiff"
    assert told["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    bands = [band["description"] for band in told["bands"]]
    assert bands[:2] == ["mean", "sd"]
    assert {"support", "mu", "sigma"} <= set(bands)
    said = told["metadata"][""]
    assert said["context"] == "simulated"
    assert said["unit"] == "nSv/h"
    assert "Simulated" in said["attribution"]


@pytest.mark.parametrize("place", PLACES)
def test_the_cell_that_gdal_reads_is_the_value_of_the_point(
    world: World, place: tuple[float, float]
) -> None:
    lon, lat = place
    given = f"{lon} {lat}\n"
    words = ("gdallocationinfo", "-valonly", "-wgs84", f"/vsicurl/{address(world)}")
    mean, sd, *_ = map(float, gdal(*words, given=given).split())
    told = surface(world.json(f"/api/v1/point?lon={lon}&lat={lat}"))
    values = {each["name"]: each["value"] for each in told["values"]}
    assert (mean, sd) == pytest.approx((values["mean"], values["sd"]), rel=1e-5)


@pytest.mark.sees(TIMELESS)
def test_an_older_hour_is_a_file_of_its_own(world: World) -> None:
    older = world.json("/tilejson/dose-rate.json")["times"][-7]
    told = json.loads(
        gdal("gdalinfo", "-json", f"/vsicurl/{world.url}/files/dose-rate/latest/{older}.tif")
    )
    assert told["metadata"][""]["valid_time"] == older


def test_the_tiles_are_a_layer_of_gdal(world: World, tmp_path: Path) -> None:
    """GDAL puts one tile on its grid; its pixels are those of the tile."""
    template = tile_template(world, "dose-rate")
    for word in "zxy":
        template = template.replace(f"{{{word}}}", f"${{{word}}}")
    source = (
        f'<GDAL_WMS><Service name="TMS"><ServerUrl>{template}</ServerUrl></Service>'
        "<DataWindow><UpperLeftX>-20037508.34</UpperLeftX><UpperLeftY>20037508.34</UpperLeftY>"
        "<LowerRightX>20037508.34</LowerRightX><LowerRightY>-20037508.34</LowerRightY>"
        "<TileLevel>6</TileLevel><YOrigin>top</YOrigin></DataWindow>"
        "<Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY>"
        "<BandsCount>4</BandsCount></GDAL_WMS>"
    )
    col, row = 44, 23
    made = tmp_path / "tile.png"
    window = [str(n) for n in (col * 256, row * 256, 256, 256)]
    gdal("gdal_translate", "-q", "-of", "PNG", "-srcwin", *window, source, str(made))
    path = tile_template(world, "dose-rate").removeprefix(world.url)
    path = path.replace("{z}", "6").replace("{x}", str(col)).replace("{y}", str(row))
    own = np.array(Image.open(io.BytesIO(world.get(path)[2])).convert("RGBA"))
    seen = own[..., 3] > 0
    assert seen.mean() > 0.5
    foreign = np.array(Image.open(made).convert("RGBA"))
    assert (own[seen] == foreign[seen]).all()


@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
def test_gdal_reads_every_feature_of_a_file(world: World, layer: str) -> None:
    path = f"/files/{layer}/latest/{'latest' if layer == 'stations' else 'static'}.geojson"
    held = world.json(path)["features"]
    assert held
    rows = table(f"/vsicurl/{world.url}{path}")
    assert len(rows) == len(held)
    shapes = {str(each["id"]): shapely.geometry.shape(each["geometry"]) for each in held}
    assert {row["id"] for row in rows} == set(shapes)
    for row in rows:
        assert shapely.from_wkt(row["WKT"]).equals_exact(shapes[row["id"]], 1e-9)


def test_gdal_finds_each_station_of_a_vector_tile_at_its_place(world: World) -> None:
    lon, lat = PLACES[0]
    tile = geo.tile_matrix_set().tile(lon, lat, 5)
    path = tile_template(world, "stations")
    for word, number in zip("xyz", tile, strict=True):
        path = path.replace(f"{{{word}}}", str(number))
    rows = {row["code"]: row for row in table(f"MVT:/vsicurl/{path}")}
    held = {
        each["properties"]["code"]: each
        for each in world.json("/files/stations/latest/latest.geojson")["features"]
    }
    assert len(rows) > 20
    for code, row in rows.items():
        place = shapely.from_wkt(row["WKT"])
        there = geo.lonlat(place.x, place.y)
        # A tile of zoom 5 has 4,096 steps of 0.0027 degrees.
        assert there == pytest.approx(held[code]["geometry"]["coordinates"][:2], abs=0.003)
        value = held[code]["properties"]["value"]
        assert (float(row["value"]) if row["value"] else None) == pytest.approx(value)


WMS_WAYS = [
    ("1.1.1", "<SRS>EPSG:4326</SRS>", "xyXY"),
    ("1.3.0", "<CRS>EPSG:4326</CRS>", "yxYX"),
    ("1.3.0", "<CRS>CRS:84</CRS>", "xyXY"),
]


def wms_source(world: World, way: tuple[str, str, str], more: str = "") -> str:
    """GDAL's own description of a WMS: the region at 20 pixels a degree."""
    version, system, order = way
    return (
        f'<GDAL_WMS><Service name="WMS"><Version>{version}</Version>{system}'
        f"<ServerUrl>{world.url}/wms?{more}</ServerUrl><Layers>dose-rate</Layers><Styles/>"
        "<ImageFormat>image/png</ImageFormat><Transparent>TRUE</Transparent>"
        f"<BBoxOrder>{order}</BBoxOrder></Service>"
        "<DataWindow><UpperLeftX>60</UpperLeftX><UpperLeftY>50</UpperLeftY>"
        "<LowerRightX>80</LowerRightX><LowerRightY>40</LowerRightY>"
        "<SizeX>400</SizeX><SizeY>200</SizeY></DataWindow><Projection>EPSG:4326</Projection>"
        "<BandsCount>4</BandsCount><BlockSizeX>400</BlockSizeX><BlockSizeY>200</BlockSizeY>"
        "</GDAL_WMS>"
    )


def read_by_gdal(source: str, made: Path) -> np.ndarray:
    gdal("gdal_translate", "-q", "-of", "PNG", source, str(made))
    return np.array(Image.open(made).convert("RGBA"))


@pytest.mark.sees(FLIPPED)
def test_three_ways_to_ask_by_wms_are_one_picture(world: World, tmp_path: Path) -> None:
    pictures = [
        read_by_gdal(wms_source(world, way), tmp_path / f"{i}.png")
        for i, way in enumerate(WMS_WAYS)
    ]
    assert all((picture == pictures[0]).all() for picture in pictures[1:])


@pytest.mark.sees(TIMELESS)
@pytest.mark.parametrize("way", WMS_WAYS, ids=lambda way: f"{way[0]}-{way[2]}")
def test_each_hour_has_a_picture_of_its_own(
    world: World, tmp_path: Path, way: tuple[str, str, str]
) -> None:
    times = world.json("/tilejson/dose-rate.json")["times"]
    seen = {
        read_by_gdal(
            wms_source(world, way, f"BREAKS={FINE}&amp;TIME={at}&amp;"), tmp_path / f"{at[:13]}.png"
        ).tobytes()
        for at in (times[-1], times[-4], times[-7])
    }
    assert len(seen) == 3


@pytest.mark.parametrize("way", WMS_WAYS, ids=lambda way: f"{way[0]}-{way[2]}")
def test_gdal_reads_the_map_by_wms_whatever_the_version_and_axis_order(
    world: World, tmp_path: Path, way: tuple[str, str, str]
) -> None:
    found = read_by_gdal(wms_source(world, way), tmp_path / "map.png")
    query = "BBOX=60,40,80,50&CRS=CRS:84&WIDTH=400&HEIGHT=200&FORMAT=image/png&TRANSPARENT=TRUE"
    own = world.get(f"/wms?VERSION=1.3.0&REQUEST=GetMap&LAYERS=dose-rate&STYLES=&{query}")[2]
    expected = np.array(Image.open(io.BytesIO(own)).convert("RGBA"))
    assert (expected[..., 3] > 0).mean() > 0.5
    assert (found == expected).all()
    # What GDAL puts at a place is what a click there tells.
    told = surface(world.json("/api/v1/point?lon=69.3&lat=41.3"))
    mean = next(each["value"] for each in told["values"] if each["name"] == "mean")
    legend = world.json("/tilejson/dose-rate.json")["legend"]
    colour = "#{:02X}{:02X}{:02X}".format(*found[174, 186, :3])
    entry = next(each for each in legend if each["colour"] == colour)
    assert (entry["low"] or -math.inf) <= mean < (entry["high"] or math.inf)


def test_a_client_that_flips_the_axes_gets_another_picture(world: World, tmp_path: Path) -> None:
    right = read_by_gdal(wms_source(world, WMS_WAYS[1]), tmp_path / "right.png")
    wrong = wms_source(world, ("1.3.0", "<CRS>EPSG:4326</CRS>", "xyXY"))
    assert (read_by_gdal(wrong, tmp_path / "wrong.png") != right).any()


def test_gdal_tells_of_a_time_that_is_not_there(world: World, tmp_path: Path) -> None:
    source = wms_source(world, WMS_WAYS[0], more="TIME=1901-01-01T00:00:00Z&amp;")
    done = subprocess.run(
        ["gdal_translate", "-q", "-of", "PNG", source, str(tmp_path / "none.png")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert "InvalidDimensionValue" in done.stderr


def test_gdal_opens_a_layer_that_the_capabilities_name(world: World, tmp_path: Path) -> None:
    """Box, system and size are GDAL's own choice from the document."""
    address = f"WMS:{world.url}/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities"
    told = json.loads(gdal("gdalinfo", "-json", address))["metadata"]["SUBDATASETS"]
    name = next(
        text for key, text in told.items() if key.endswith("_NAME") and "LAYERS=dose-rate&" in text
    )
    picture = tmp_path / "layer.png"
    gdal("gdal_translate", "-q", "-of", "PNG", "-outsize", "400", "0", name, str(picture))
    seen = np.array(Image.open(picture).convert("RGB"))
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 3


def test_gdal_lists_the_layers_of_the_capabilities(world: World) -> None:
    for version in ("1.3.0", "1.1.1"):
        address = f"WMS:{world.url}/wms?SERVICE=WMS&VERSION={version}&REQUEST=GetCapabilities"
        text = gdal("gdalinfo", address)
        for layer in ("dose-rate", "stations", "seismic-zones", "basemap"):
            assert f"LAYERS={layer}&" in text, version


def test_gdal_lists_the_collections_that_have_items_and_complains_of_none(world: World) -> None:
    text = gdal("ogrinfo", "-ro", f"OAPIF:{world.url}/ogcapi")
    listed = {line.split()[1] for line in text.splitlines() if line[:1].isdigit()}
    told = world.json("/ogcapi/collections")["collections"]
    assert listed == {each["id"] for each in told if "itemType" in each}
    assert {"stations", "faults"} <= listed < {each["id"] for each in told}


@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
def test_gdal_turns_the_pages_of_a_collection_into_a_geopackage(
    world: World, tmp_path: Path, layer: str
) -> None:
    made = tmp_path / "pages.gpkg"
    source = ("-oo", "PAGE_SIZE=7", f"OAPIF:{world.url}/ogcapi", layer)
    gdal("ogr2ogr", "-q", "-f", "GPKG", str(made), *source)
    rows = table(str(made))
    told = world.json(f"/ogcapi/collections/{layer}/items?limit=10000")["features"]
    assert len(rows) == len(told) > 7
    assert {row["id"] for row in rows} == {str(each["id"]) for each in told}


def test_gdal_asks_a_collection_for_a_box_alone(world: World) -> None:
    text = gdal(
        "ogrinfo", "-ro", "-al", "-q", "-spat", "66", "40", "70", "43",
        f"OAPIF_COLLECTION:{world.url}/ogcapi/collections/stations",
    )  # fmt: skip
    told = world.json("/ogcapi/collections/stations/items?bbox=66,40,70,43")["features"]
    assert text.count("OGRFeature(") == len(told) > 0


@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
@pytest.mark.parametrize("form", ["gpkg", "fgb", "kmz"])
def test_gdal_finds_every_feature_in_every_kind_of_file(
    world: World, layer: str, form: str
) -> None:
    path = f"/files/{layer}/latest/{'latest' if layer == 'stations' else 'static'}"
    held = world.json(f"{path}.geojson")["features"]
    place = f"/vsicurl/{world.url}{path}.{form}"
    # A GeoPackage holds the styles of its layer beside it.
    rows = table(f"/vsizip/{place}/doc.kml") if form == "kmz" else table(place, layer)
    shapes = {str(each["id"]): shapely.geometry.shape(each["geometry"]) for each in held}
    assert {row["id"] for row in rows} == set(shapes)
    for row in rows:
        found = shapely.force_2d(shapely.from_wkt(row["WKT"]))
        assert found.normalize().equals_exact(shapes[row["id"]].normalize(), 1e-7)


def test_gdal_reads_the_features_under_a_click(world: World) -> None:
    words = "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS=dose-rate&STYLES=&CRS=CRS:84"
    words += "&BBOX=60,40,80,50&WIDTH=400&HEIGHT=200&FORMAT=image/png&QUERY_LAYERS=dose-rate&I=186"
    words += "&J=174&INFO_FORMAT=application/vnd.ogc.gml"
    text = gdal("ogr2ogr", "-f", "CSV", "/vsistdout/", f"/vsicurl/{world.url}/wms?{words}")
    (row,) = csv.DictReader(io.StringIO(text))
    told = surface(world.json("/api/v1/point?lon=69.325&lat=41.275"))
    for name in ("mean", "sd"):
        value = next(each["value"] for each in told["values"] if each["name"] == name)
        assert float(row[name]) == pytest.approx(value, rel=1e-6)
    assert row["notice"] == "simulated"
