"""Land borders of the demonstration and plate boundaries of a file, in every face."""

import io
from collections.abc import Callable
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
from PIL import Image

from .conftest import House

SHARED = Path(__file__).parents[3] / "shared" / "data" / "seismic" / "pb2002_boundaries.geojson"
CATALOG = """title = "Plates"
[[layer]]
id = "plates"
kind = "points"
title = "Plate boundaries"
attribution = "Bird (2003), PB2002"
licence = "ODC-By 1.0"
collection = "plates"
style = [{ id = "default", symbol = "line" }]
"""


def faces(house: House, layer: str, tile: str, box: str) -> None:
    """Look that a layer of lines is there in every face."""
    for leaf in (f"{tile}.png", f"{tile}@2x.webp"):
        answer = house.get(f"/tiles/{layer}/default/latest/static/{leaf}")
        picture = np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))
        assert picture[..., 3].any(), leaf
    vector = house.get(f"/tiles/{layer}/default/latest/static/{tile}.mvt")
    assert mapbox_vector_tile.decode(vector.data)[layer]["features"]
    assert house.json(f"/tilejson/{layer}.json")["tiles"]
    entry = next(each for each in house.json("/current.json")["layers"] if each["id"] == layer)
    assert entry["count"] > 0
    wms = house.get(
        f"/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={layer}&STYLES=&CRS=CRS:84"
        f"&BBOX={box}&WIDTH=200&HEIGHT=200&FORMAT=image/png&TRANSPARENT=TRUE"
    )
    assert np.asarray(Image.open(io.BytesIO(wms.data)).convert("RGBA"))[..., 3].any()
    assert layer in house.get("/wmts/1.0.0/WMTSCapabilities.xml").text
    items = house.json(f"/ogcapi/collections/{layer}/items?bbox={box}")["features"]
    assert items
    assert items[0]["geometry"]["type"].endswith("LineString")
    version = entry["times"][0]["data"]
    for suffix in ("geojson", "gpkg"):
        assert house.get(f"/files/{layer}/{version}/static.{suffix}").status_code == 200


def test_land_borders_are_in_every_face_and_say_whose_they_are(house: House) -> None:
    faces(house, "land-borders", "6/44/23", "68,40,72,43")
    items = house.json("/ogcapi/collections/land-borders/items?limit=100")["features"]
    pairs = {each["properties"]["countries"] for each in items}
    assert len(pairs) == 9
    assert "KZ-UZ" in pairs
    # The Caspian is no land border: nothing of a pair lies on its shore south of Atyrau.
    assert all({"KZ", "UZ"} & set(pair.split("-")) for pair in pairs)
    assert "determine no boundary" in house.get("/en/layers/land-borders").text


def test_plate_boundaries_of_a_file_are_a_layer(
    open_house: Callable[..., House], tmp_path_factory: pytest.TempPathFactory
) -> None:
    if not SHARED.is_file():
        pytest.skip("the shared data are not here")
    folder = tmp_path_factory.mktemp("plates")
    (folder / "own.toml").write_text(CATALOG)
    house = open_house(folder / "data", demo=False, catalog=str(folder / "own.toml"))
    told = house.ingest("plates.geojson", SHARED.read_bytes(), defaults={"collection": "plates"})
    assert told["accepted"] == 2
    faces(house, "plates", "5/22/12", "66,33,74,40")
