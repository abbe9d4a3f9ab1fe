"""WMTS as GDAL reads it, over the wire."""

import shutil
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest
from PIL import Image

from layers.views import QUADS
from tests.clients.pictures import pixels
from tests.clients.test_gdal import gdal, own_folder
from tests.clients.worlds import World

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="gdal-bin is not installed"),
]
DOCUMENT = "/wmts/1.0.0/WMTSCapabilities.xml"
KEYS = "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities"
__all__ = ["own_folder"]


@pytest.mark.parametrize("document", [DOCUMENT, KEYS], ids=["address", "keys"])
@pytest.mark.parametrize("quad", list(QUADS))
def test_gdal_reads_a_window_as_the_server_draws_it(
    world: World, tmp_path: Path, quad: str, document: str
) -> None:
    level = 6 if quad == "WebMercatorQuad" else 5
    row, col = (23, 44) if quad == "WebMercatorQuad" else (8, 44)
    view = QUADS[quad].view(level, row, col)
    address = f"{world.url}{document}"
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
    own, found = pixels(world.get(tile)[2]), np.array(Image.open(made).convert("RGBA"))
    assert found.shape == own.shape
    seen = own[..., 3] > 0
    assert seen.mean() > 0.5
    assert (own[seen] == found[seen]).all()


def test_gdal_lists_every_layer_in_either_set(world: World) -> None:
    text = gdal("gdalinfo", f"WMTS:{world.url}{DOCUMENT}")
    for layer in world.json("/current.json")["layers"]:
        for quad in QUADS:
            assert f"layer={layer['id']},tilematrixset={quad}" in text


def test_gdal_tells_of_a_layer_that_is_not_there(world: World) -> None:
    gdal("gdalinfo", f"WMTS:{world.url}{DOCUMENT}")  # the document itself is there
    with pytest.raises(AssertionError):
        gdal("gdalinfo", f"WMTS:{world.url}{DOCUMENT},layer=nothing")
