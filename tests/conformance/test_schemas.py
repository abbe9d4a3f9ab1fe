"""Documents of WMTS and KML of the running server, judged by the published schemas."""

import io
import zipfile
from pathlib import Path

import pytest

from tests import schemas
from tests.servers import Server

pytestmark = [pytest.mark.conformance, schemas.needed]


@pytest.mark.parametrize("language", ["en", "ru", "kk", "uz"])
def test_the_capabilities_of_wmts_are_valid(server: Server, tmp_path: Path, language: str) -> None:
    for path in (
        "/wmts/1.0.0/WMTSCapabilities.xml?",
        "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities&",
    ):
        status, _, body = server.get(f"{path}LANGUAGE={language}")
        assert status == 200
        assert schemas.complaints(body, "wmts", tmp_path) == ""
    assert schemas.complaints(body.replace(b"TileMatrixSet>", b"TileSet>"), "wmts", tmp_path)


@pytest.mark.parametrize(
    "path",
    [
        "/wmts?SERVICE=WMTS&REQUEST=GetTile",
        "/wmts?SERVICE=WMTS&REQUEST=Nothing<&>",
        "/wmts/nothing/mean/current/WebMercatorQuad/6/23/44.png",
        "/wmts/dose-rate/mean/1901-01-01T00:00:00Z/WebMercatorQuad/6/23/44.png",
        "/wmts/dose-rate/mean/current/WebMercatorQuad/6/23/444.png",
    ],
)
def test_an_exception_of_wmts_is_valid(server: Server, tmp_path: Path, path: str) -> None:
    status, headers, body = server.get(path.replace("<&>", "%3C%26%3E"))
    assert status >= 400
    assert headers.get_content_type() in ("text/xml", "application/xml")
    assert schemas.complaints(body, "ows-exception", tmp_path) == ""


@pytest.mark.parametrize(
    "layer", ["stations", "seismic-zones", "faults", "earthquakes", "dose-rate"]
)
def test_a_file_for_globes_is_valid(server: Server, tmp_path: Path, layer: str) -> None:
    body = server.get(f"/files/{layer}/latest/latest.kmz")[2]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        documents = [name for name in archive.namelist() if name.endswith(".kml")]
        assert documents[0] == "doc.kml"
        for name in documents:
            assert schemas.complaints(archive.read(name), "kml", tmp_path) == ""
