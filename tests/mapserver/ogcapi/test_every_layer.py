"""Every layer of the catalogue through every face of the OGC APIs; one entry is one collection."""

import io
import json
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
from PIL import Image

from layers.kinds import KINDS, is_timed
from mapserver.services.ogcapi.collections import collections
from tests.mapserver.conftest import hours_of
from tests.mapserver.ogcapi.test_common import links_of, local

ZOOM, COL, ROW = 6, 44, 23
HERE = (69.3, 41.3)
BOX = "68.3,40.3,70.3,42.3"


def drawn(body: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))


def test_a_layer_is_a_collection_with_its_words_and_all_its_links(
    house: Any, layer_id: str
) -> None:
    layer = house.site.catalog.layers[layer_id]
    listed = {e["id"]: e for e in house.json("/ogcapi/collections")["collections"]}
    document = house.json(f"/ogcapi/collections/{layer_id}")
    assert listed[layer_id]["title"] == document["title"]
    assert layer.title in document["title"]
    if layer.quantity:
        assert "simulated" in document["title"]
        assert "Simulated" in document["description"]
        assert document["attribution"]
    box = document["extent"]["spatial"]["bbox"][0]
    assert box[0] < HERE[0] < box[2]
    assert box[1] < HERE[1] < box[3]
    if is_timed(layer):
        begin, end = document["extent"]["temporal"]["interval"][0]
        assert (begin, end) == (hours_of(layer_id)[0], hours_of(layer_id)[-1])
    assert document["crs"][0] == document["storageCrs"]
    assert document["storageCrs"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    for each in links_of(document):
        if each["type"] == "image/png":
            continue  # below
        if each.get("templated"):
            continue
        answer = house.get(local(each["href"]))
        assert answer.status_code == 200, (each, answer.text)


def test_its_features_are_those_of_its_file_and_fit_its_schema(house: Any, layer_id: str) -> None:
    layer = house.site.catalog.layers[layer_id]
    path = f"/ogcapi/collections/{layer_id}"
    if not KINDS[layer.kind].vector:
        assert house.get(f"{path}/items").status_code == 404
        return
    answer = house.get(f"{path}/items?limit=10000")
    found = json.loads(answer.text)
    file = house.json(f"/files/{layer_id}/latest/latest.geojson")
    ours = {each["id"]: each for each in found["features"]}
    theirs = {each["id"]: each for each in file["features"]}
    assert ours == theirs
    assert found["numberMatched"] == found["numberReturned"] == len(theirs) > 0
    assert list(ours) == sorted(ours)
    assert found["version"] == file["version"]
    assert answer.headers["X-Data-Version"] == f"{layer_id}={file['version']}"
    assert found.get("time", "static") == file["time"]
    assert answer.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    schema = house.json(f"{path}/schema")["properties"]
    queryables = house.json(f"{path}/queryables")["properties"]
    kinds = {"string": str, "number": int | float, "boolean": bool, "array": list, "object": dict}
    for feature in found["features"]:
        for name, value in feature["properties"].items():
            assert value is None or isinstance(value, kinds[schema[name]["type"]]), (name, value)
    assert set(queryables) - {"id"} <= set(schema)
    # Each feature can be asked for by itself, by its id, by a property and by a filter.
    feature = found["features"][0]
    href = f"{path}/items/{feature['id']}"
    alone = house.json(href)
    assert {k: alone[k] for k in feature} == feature
    assert alone["version"] == found["version"]
    texts = [n for n, s in queryables.items() if s.get("type") == "string" and n != "id"]
    name = next(n for n in texts if feature["properties"].get(n))
    value = feature["properties"][name]
    quoted = value.replace("'", "''")
    for query in ({name: value}, {"filter": f"\"{name}\" = '{quoted}'"}):
        chosen = house.get(f"{path}/items", query_string={**query, "limit": 10_000}).json
        wanted = [k for k, e in theirs.items() if e["properties"].get(name) == value]
        assert [each["id"] for each in chosen["features"]] == sorted(wanted)


def test_its_tiles_are_those_of_the_other_addresses_byte_for_byte(
    house: Any, layer_id: str
) -> None:
    layer = house.site.catalog.layers[layer_id]
    tile = f"WebMercatorQuad/{ZOOM}/{ROW}/{COL}"
    here = f"/ogcapi/collections/{layer_id}"
    hour = "2026-11-20T10:00:00Z"
    for style in layer.styles:
        for image in ("png", "webp") if KINDS[layer.kind].cells else ("png",):
            ours = house.get(f"{here}/styles/{style.id}/map/tiles/{tile}?f={image}")
            theirs = house.get(f"/tiles/{layer_id}/{style.id}/latest/latest/6/44/23.{image}")
            assert ours.data == theirs.data
            assert ours.mimetype == theirs.mimetype == f"image/{image}"
            assert ours.headers["ETag"] == theirs.headers["ETag"]
            assert house.get(ours.headers["Content-Location"]).data == ours.data
        if is_timed(layer):
            earlier = house.get(f"{here}/styles/{style.id}/map/tiles/{tile}?datetime={hour}")
            fixed = house.get(f"/tiles/{layer_id}/{style.id}/latest/{hour}/6/44/23.png")
            assert earlier.data == fixed.data
            assert earlier.headers["X-Data-Time"] == f"{layer_id}={hour}"
    plain = house.get(f"{here}/map/tiles/{tile}")
    first = house.get(f"/tiles/{layer_id}/{layer.styles[0].id}/latest/latest/6/44/23.png")
    assert plain.data == first.data
    degrees = house.get(f"{here}/map/tiles/WorldCRS84Quad/5/8/44")
    assert drawn(degrees.data)[..., 3].any()
    if KINDS[layer.kind].vector:
        ours = house.get(f"{here}/tiles/{tile}")
        theirs = house.get(f"/tiles/{layer_id}/{layer.styles[0].id}/latest/latest/6/44/23.mvt")
        assert ours.data == theirs.data
        assert mapbox_vector_tile.decode(ours.data)[layer_id]["features"]
    else:
        assert house.get(f"{here}/tiles/{tile}").status_code == 404


def test_its_maps_are_those_of_wms(house: Any, layer_id: str) -> None:
    layer = house.site.catalog.layers[layer_id]
    for style in layer.styles:
        ours = house.get(
            f"/ogcapi/collections/{layer_id}/styles/{style.id}/map?bbox={BOX}&width=120&height=90"
        )
        assert ours.status_code == 200, ours.text
        theirs = house.get(
            f"/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={layer_id}&STYLES={style.id}"
            f"&CRS=CRS:84&BBOX={BOX}&WIDTH=120&HEIGHT=90&FORMAT=image/png&TRANSPARENT=TRUE"
        )
        assert ours.data == theirs.data
        assert drawn(ours.data)[..., 3].any()
        for header in ("X-Data-Version", "X-Data-Time", "ETag"):
            assert ours.headers.get(header) == theirs.headers.get(header)


def test_what_a_surface_does_not_know_is_a_collection_of_its_own(house: Any) -> None:
    names = [each["id"] for each in house.json("/ogcapi/collections")["collections"]]
    assert {"dose-rate-sd", "dose-rate-uncertainty", "pm2-5-sd"} <= set(names)
    assert names == list(collections(house.site))
    tile = "map/tiles/WebMercatorQuad/6/23/44"
    for name, style in (("dose-rate-sd", "sd"), ("dose-rate-uncertainty", "uncertainty")):
        own = house.get(f"/ogcapi/collections/{name}/{tile}")
        same = house.get(f"/ogcapi/collections/dose-rate/styles/{style}/{tile}")
        assert own.data == same.data != house.get(f"/ogcapi/collections/dose-rate/{tile}").data
    words = house.json("/ogcapi/collections/dose-rate-sd?lang=ru")
    assert words["title"].endswith("Стандартное отклонение")


@pytest.mark.parametrize("path", ["/ogcapi/collections", "/ogcapi/api"])
def test_the_documents_name_every_layer(house: Any, path: str, layer_id: str) -> None:
    assert f'"{layer_id}"' in house.get(path).text
