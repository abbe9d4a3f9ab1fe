"""OWSLib, the library of Python's planners, reads what the services say and draws from it."""

import io
from typing import Any

import numpy as np
import pytest
from owslib.util import ServiceException
from owslib.wms import WebMapService
from PIL import Image

from tests.clients.worlds import FLIPPED, TIMELESS, World

pytestmark = pytest.mark.clients
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
    fine = ",".join(str(n) for n in range(80, 190, 10))
    first, last = (drawn(world, version, time=at, BREAKS=fine) for at in (times[-7], times[-1]))
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
