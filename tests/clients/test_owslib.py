"""OWSLib, the library of Python's planners, reads what the services say and draws from it."""

import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from owslib.ogcapi.features import Features
from owslib.ogcapi.maps import Maps
from owslib.util import ServiceException
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
from PIL import Image

from layers.views import QUADS
from tests.clients.pictures import FINE, own, pixels
from tests.clients.worlds import FLIPPED, TIMELESS, World

pytestmark = [
    pytest.mark.clients,
    # OWSLib asks for the truth of an element, which lxml will answer otherwise.
    pytest.mark.filterwarnings("ignore:Truth-testing of elements:FutureWarning"),
]
VERSIONS = ("1.1.1", "1.3.0")
BOX = (60, 40, 80, 50)


def service(world: World, version: str) -> Any:
    return WebMapService(f"{world.url}/wms", version=version, timeout=60)


def drawn(world: World, version: str, **words: Any) -> np.ndarray:
    given = {"layers": ["dose-rate"], "styles": ["mean"], "srs": "EPSG:4326", "bbox": BOX}
    given |= {"size": (400, 200), "format": "image/png", "transparent": True, **words}
    answer = service(world, version).getmap(**given)
    return np.asarray(Image.open(io.BytesIO(answer.read())).convert("RGBA"))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_layer_has_its_title_box_styles_and_times(world: World, version: str) -> None:
    found = service(world, version).contents
    for entry in world.json("/current.json")["layers"]:
        layer = found[entry["id"]]
        told = world.json(f"/tilejson/{entry['id']}.json")
        assert layer.title == told["name"]
        assert layer.boundingBoxWGS84 == pytest.approx(told["bounds"], abs=1e-5)
        assert told["style"] in layer.styles
        assert all(style["legend"].startswith(world.url) for style in layer.styles.values())
        assert bool(layer.timepositions) == bool(told["times"])
        if told["times"]:
            assert layer.defaulttimeposition == told["times"][-1]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_service_says_what_it_offers(world: World, version: str) -> None:
    found = service(world, version)
    assert "image/png" in found.getOperationByName("GetMap").formatOptions
    assert "application/json" in found.getOperationByName("GetFeatureInfo").formatOptions
    assert "simulated" in found.identification.keywords
    assert {"EPSG:4326", "EPSG:3857", "EPSG:32642"} <= set(found["dose-rate"].crsOptions)


@pytest.mark.sees(FLIPPED)
def test_both_versions_give_one_picture(world: World) -> None:
    """OWSLib turns the box around by itself where 1.3.0 wants the latitude first."""
    older, newer = (drawn(world, version) for version in VERSIONS)
    assert (older[..., 3] > 0).mean() > 0.5
    assert (older == newer).all()


@pytest.mark.sees(TIMELESS)
@pytest.mark.parametrize("version", VERSIONS)
def test_two_hours_are_two_pictures(world: World, version: str) -> None:
    times = world.json("/tilejson/dose-rate.json")["times"]
    first, last = (drawn(world, version, time=at, BREAKS=FINE) for at in (times[-7], times[-1]))
    assert (first != last).any()


@pytest.mark.sees(TIMELESS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_time_outside_of_the_extent_is_an_exception(world: World, version: str) -> None:
    with pytest.raises(ServiceException, match="reaches from"):
        drawn(world, version, time="1901-01-01T00:00:00Z")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"layers": ["dose_rate"]}, "did you mean"),
        ({"styles": ["average"]}, "style"),
        ({"srs": "EPSG:9999"}, "not offered"),
        ({"format": "image/gif"}, "known are"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    world: World, version: str, words: dict[str, Any], text: str
) -> None:
    with pytest.raises(ServiceException, match=text):
        drawn(world, version, **words)


@pytest.mark.sees(FLIPPED, TIMELESS)
def test_a_click_tells_value_and_spread_of_the_hour(world: World) -> None:
    at = world.json("/tilejson/dose-rate.json")["times"][-7]
    answer = service(world, "1.3.0").getfeatureinfo(
        layers=["dose-rate"], query_layers=["dose-rate"], styles=["mean"], srs="EPSG:4326",
        bbox=BOX, size=(400, 200), format="image/png", info_format="text/plain", xy=(186, 174),
        time=at,
    )  # fmt: skip
    said = answer.read().decode()
    point = world.json(f"/api/v1/point?lon=69.325&lat=41.275&time={at}")
    told = next(each for each in point["layers"] if each["layer"] == "dose-rate")
    for value in told["values"]:
        assert f"{value['name']} = {value['value']:.6g}" in said
    assert at in said


# WMTS


def tiles(world: World) -> Any:
    return WebMapTileService(f"{world.url}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities", timeout=60)


def test_owslib_knows_every_layer_with_its_styles_sets_and_times(world: World) -> None:
    service = tiles(world)
    listed = world.json("/current.json")["layers"]
    assert list(service.contents) == [each["id"] for each in listed]
    for each in listed:
        found = service.contents[each["id"]]
        assert list(found.tilematrixsetlinks) == list(QUADS)
        newest = each["times"][-1]
        assert list(found.styles) == list(newest["versions"])
        if newest["time"] != "static":
            assert found.dimensions["Time"]["values"][-1] == newest["time"]
            assert found.dimensions["Time"]["default"] == newest["time"]


@pytest.mark.sees(TIMELESS)
def test_owslib_draws_the_hour_that_it_asks_for(world: World) -> None:
    service = tiles(world)
    words = {
        "layer": "dose-rate",
        "style": "mean",
        "tilematrixset": "WebMercatorQuad",
        "tilematrix": "6",
        "row": 23,
        "column": 44,
        "format": "image/png",
    }
    hours = world.json("/tilejson/dose-rate.json")["times"]
    for at in (hours[0], hours[-1]):
        xyz = world.get(f"/tiles/dose-rate/mean/latest/{at}/6/44/23.png")[2]
        by_keys = service.gettile(**words, Time=at)
        assert by_keys.info()["X-Data-Time"] == f"dose-rate={at}"
        assert by_keys.read() == xyz
        by_address = service.buildTileResource(**words, Time=at)
        assert by_address.startswith(world.url)
        assert world.get(by_address.removeprefix(world.url))[2] == xyz


# OGC API


def features(world: World) -> Features:
    return Features(f"{world.url}/ogcapi/")


def test_the_api_says_which_collections_have_features(world: World) -> None:
    found = features(world)
    assert any("ogcapi-features-1" in name for name in found.conformance()["conformsTo"])
    assert set(found.feature_collections()) >= {"stations", "faults", "earthquakes"}
    assert found.api()["openapi"].startswith("3.0")


@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
def test_the_pages_of_a_collection_hold_each_feature_once(world: World, layer: str) -> None:
    found, ids = features(world), []
    page = found.collection_items(layer, limit=10)
    while True:
        ids += [each["id"] for each in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            break
        token = parse_qs(urlsplit(following[0]).query)["token"][0]
        page = found.collection_items(layer, limit=10, token=token)
    told = world.json(f"/ogcapi/collections/{layer}/items?limit=10000")
    assert len(ids) == len(set(ids)) == told["numberMatched"]


@pytest.mark.sees(FLIPPED)
def test_a_position_has_the_axis_order_of_the_system_asked_for(world: World) -> None:
    found = features(world)
    plain = found.collection_item("stations", "UZTAS")["geometry"]["coordinates"]
    system = "http://www.opengis.net/def/crs/EPSG/0/4326"
    (page,) = [
        each["geometry"]["coordinates"]
        for each in found.collection_items("stations", crs=system, limit=1000)["features"]
        if each["id"] == "UZTAS"
    ]
    assert page == pytest.approx([plain[1], plain[0]])


@pytest.mark.sees(TIMELESS)
def test_the_values_of_an_hour_are_those_of_the_hour(world: World) -> None:
    at = world.json("/tilejson/stations.json")["times"][-7]
    found = features(world).collection_items("stations", datetime_=at, limit=1000)
    assert found["time"] == at
    assert {each["properties"]["begin_time"] for each in found["features"]} <= {at}


def test_a_filter_is_applied_where_the_data_are(world: World) -> None:
    found = features(world)
    high = found.collection_items("stations", filter="value > 120 AND country = 'KZ'", limit=1000)
    told = world.json("/ogcapi/collections/stations/items?limit=1000")["features"]
    expected = {
        each["id"]
        for each in told
        if each["properties"]["country"] == "KZ" and (each["properties"]["value"] or 0) > 120
    }
    assert {each["id"] for each in high["features"]} == expected
    assert 0 < len(expected) < len(told)
    queryables = found.collection_queryables("stations")["properties"]
    assert {"value", "country"} <= set(queryables)


@pytest.mark.sees(TIMELESS)
def test_a_map_of_the_api_is_the_map_of_wms(world: World) -> None:
    found = Maps(f"{world.url}/ogcapi/")
    times = world.json("/tilejson/dose-rate.json")["times"]
    seen = set()
    for at in (times[-1], times[-7]):
        body = found.map(
            "dose-rate", bbox=[60, 40, 80, 50], datetime_=at, width=400, height=200,
            transparent=True,
        )  # fmt: skip
        assert (pixels(body.getvalue()) == own(world, TIME=at)).all()
        seen.add(body.getvalue())
    assert len(seen) == 2
