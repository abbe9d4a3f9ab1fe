"""The STAC catalogue of surfaces, read back by pystac: every link, every hour, every fact."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pystac
import pytest
import rasterio
from pystac.extensions.projection import ProjectionExtension
from pystac.stac_io import DefaultStacIO

from layers.files import offered
from layers.kinds import KINDS

SURFACES = ["dose-rate", "dose-rate-relative", "pm2-5", "temperature"]
HOURS = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (9, 10, 11)]
HOST = "http://localhost"


@pytest.fixture(scope="module")
def root(house: Any) -> pystac.Catalog:
    """The catalogue, whose links pystac follows into the application."""

    class Asked(DefaultStacIO):
        def read_text(self, source: Any, *args: Any, **kwargs: Any) -> str:
            path = str(getattr(source, "href", source)).removeprefix(HOST)
            answer = house.get(path)
            assert answer.status_code == 200, path
            return str(answer.text)

    return pystac.Catalog.from_file(f"{HOST}/stac", stac_io=Asked())


def test_every_surface_has_a_collection_with_an_item_an_hour(root: pystac.Catalog) -> None:
    found = {each.id: each for each in root.get_children()}
    assert list(found) == SURFACES
    for collection in found.values():
        assert isinstance(collection, pystac.Collection)
        items = list(collection.get_items())
        assert [each.datetime for each in items] == HOURS
        assert len({each.id for each in items}) == len(items)
        assert collection.extent.temporal.intervals == [[HOURS[0], HOURS[-1]]]
        (box,) = collection.extent.spatial.bboxes
        for item in items:
            assert item.collection_id == collection.id
            assert item.bbox is not None
            assert box[0] <= item.bbox[0] < item.bbox[2] <= box[2]
        assert "simulated" in collection.keywords or collection.id == "temperature"
        assert "Simulated" in collection.description


def test_documents_say_the_version_of_the_standard(house: Any) -> None:
    for path in ("/stac", "/stac/dose-rate", "/stac/dose-rate/latest.json"):
        answer = house.get(path)
        assert answer.json["stac_version"] == "1.1.0"
        links = {each["rel"]: each for each in answer.json["links"]}
        own = house.get(links["self"]["href"].removeprefix(HOST))
        assert own.mimetype == links["self"]["type"]
        assert {"self", "root"} <= set(links)
    assert own.json == house.json("/stac/dose-rate/2026-11-20T11:00:00Z.json")


@pytest.mark.parametrize("layer", SURFACES)
def test_facts_of_an_item_are_those_of_its_file(house: Any, root: Any, layer: str) -> None:
    collection = root.get_child(layer)
    item = list(collection.get_items())[-1]
    asset = item.assets["tif"]
    body = house.get(asset.href.removeprefix(HOST))
    assert "immutable" in body.headers["Cache-Control"]
    projection = ProjectionExtension.ext(item)
    info = house.site.store.surface(layer)
    with rasterio.open(io.BytesIO(body.data)) as dataset:
        assert projection.code == "EPSG:3857" == str(dataset.crs)
        assert tuple(projection.shape or ()) == dataset.shape
        assert list(projection.transform or ())[:6] == pytest.approx(list(dataset.transform)[:6])
        assert projection.bbox == pytest.approx(list(dataset.bounds))
        named = asset.extra_fields["bands"]
        assert [each["name"] for each in named] == list(dataset.descriptions)
        assert [each["unit"] for each in named] == list(dataset.units)
        tags = dataset.tags()
    properties = item.properties
    assert properties["version"] == info.token == tags["version"]
    assert properties["kyzylkum:input_hash"] == tags["input_hash"]
    assert properties["kyzylkum:method"] == tags["method"]
    assert properties["kyzylkum:notice"] == tags["notice"] == "simulated"


@pytest.mark.parametrize("layer", SURFACES)
def test_every_asset_is_there_in_its_type(house: Any, layer: str) -> None:
    assets = house.json(f"/stac/{layer}/latest.json")["assets"]
    assert list(assets) == list(offered(house.site.catalog.layers[layer]))
    for asset in assets.values():
        answer = house.client.head(asset["href"].removeprefix(HOST))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(asset["type"])


def test_all_items_are_in_one_answer_as_each_is_alone(house: Any) -> None:
    together = house.json("/stac/dose-rate/items.json")["features"]
    assert len(together) == len(HOURS)
    for item in together:
        own = next(each["href"] for each in item["links"] if each["rel"] == "self")
        assert json.loads(house.get(own.removeprefix(HOST)).data) == item


def test_a_layer_without_surfaces_is_not_in_the_catalogue(house: Any, layer_id: str) -> None:
    surface = house.site.catalog.layers[layer_id].kind == "surface"
    assert surface == (KINDS["surface"] is KINDS[house.site.catalog.layers[layer_id].kind])
    answer = house.get(f"/stac/{layer_id}")
    assert answer.status_code == (200 if surface else 404)


def test_a_surface_that_has_nothing_yet_is_an_empty_collection(own: Any) -> None:
    collection = own.json("/stac/dose-rate")
    assert [each["rel"] for each in collection["links"] if each["rel"] == "item"] == []
    assert collection["extent"]["temporal"]["interval"] == [[None, None]]
    assert own.json("/stac/dose-rate/items.json")["features"] == []
    assert own.get("/stac/dose-rate/latest.json").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/stac/dose_rate", 404, 'did you mean "dose-rate"'),
        ("/stac/dose-rate/latest.xml", 400, "items.json"),
        ("/stac/dose-rate/2026-11-20T08:00:00Z.json", 404, "2026-11-20T08"),
        ("/stac/dose-rate/static.json", 400, "changes with time"),
        ("/stac?limit=1", 400, "limit"),
    ],
)
def test_what_is_not_there_is_told(house: Any, path: str, status: int, text: str) -> None:
    answer = house.get(path)
    assert answer.status_code == status
    assert text in answer.json["detail"]
