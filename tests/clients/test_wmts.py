"""WMTS as GDAL and OWSLib read it, over the wire."""

import io
import shutil
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pytest
from owslib.wmts import WebMapTileService
from PIL import Image

from layers.views import QUADS
from tests.clients.test_gdal import gdal, server
from tests.servers import Server

pytestmark = [
    pytest.mark.clients,
    # OWSLib asks for the truth of an element, which lxml will answer otherwise.
    pytest.mark.filterwarnings("ignore:Truth-testing of elements:FutureWarning"),
]
needs_gdal = pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="gdal-bin is not there")
DOCUMENT = "/wmts/1.0.0/WMTSCapabilities.xml"
KEYS = "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities"
__all__ = ["server"]


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
