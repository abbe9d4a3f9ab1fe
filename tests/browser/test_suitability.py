"""What a planner does with suitability on the map: presets, weights, and why a place is so."""

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from layers import messages
from layers.geo import Bounds
from layers.kinds.suitability import NOTHING_YET
from layers.siting import stacks
from mapserver import settings
from mapserver.runtime.opening import open_site
from tests.browser import visits
from tests.browser.visits import WIDE, Visit, visit
from tests.servers import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.full]
STATE = "#map=7/43.3/70.6&layer=suitability.np-032&with=stations"
PLACE, EXCLUDED = "&place=43.30000/70.60000", "&place=42.90000/74.60000"


@pytest.fixture(scope="module")
def weighed(hours: Any) -> Any:
    """The server with the bands of a part of the region, which takes seconds."""
    site = open_site(settings.read({}, data_dir=str(hours.data_dir)))
    layer = dataclasses.replace(
        site.catalog.layer("suitability"), domain=Bounds(67.0, 41.5, 76.0, 45.0)
    )
    assert stacks.build(layer, site.desk.loaded(), site.store.aligned)
    site.store.close()

    def told() -> bool:
        layers = {each["id"]: each for each in hours.json("/current.json")["layers"]}
        return bool(layers["suitability"]["times"][0]["data"] != NOTHING_YET)

    wait_for(told)  # a page takes its versions from there
    return hours


@pytest.fixture
def opened(browser: Browser, weighed: Any) -> Iterator[Callable[..., Visit]]:
    made: list[Visit] = []

    def begin(path: str) -> Visit:
        made.append(visit(browser, weighed.url, path, WIDE))
        return made[-1]

    yield begin
    for each in made:
        each.page.close()


def told(server: Any, query: str = "") -> Any:
    found = server.json(f"/api/v1/point?lon=70.6&lat=43.3&layer=suitability&style=np-032{query}")
    return next(e for e in found["layers"] if e["layer"] == "suitability")["explained"]


def test_weights_are_turned_seen_shared_and_explained(
    opened: Callable[..., Visit], weighed: Any
) -> None:
    seen = opened(f"/en{STATE}{PLACE}")
    seen.settle()
    page = seen.page
    card = page.locator(".why")
    before = told(weighed)
    assert f"{round(100 * before['score'])}" in card.locator(".big").inner_text()
    page.get_by_role("button", name=messages.text("layers.title", "en"), exact=True).click()
    slider = page.locator("#weight-sl2")
    slider.wait_for()
    assert page.locator(".weights input[type=range]").count() == 9
    with page.expect_response(
        lambda answer: "/tiles/suitability/np-032/" in answer.url and "weights=" in answer.url
    ) as drawn:
        slider.fill("100")
    assert drawn.value.status == 200
    page.wait_for_function("() => location.hash.includes('weights=')")
    weights = re.search(r"weights=([^&]*)", page.evaluate("location.hash"))
    assert weights is not None
    after = told(weighed, f"&weights={weights[1]}")
    assert after["score"] != before["score"]
    shown = f"{round(100 * after['score'])}"
    page.wait_for_function(
        "text => document.querySelector('.why .big').innerText.startsWith(text)", arg=shown
    )
    assert slider.input_value() == "100", "the slider stays under the hand"
    page.get_by_role("button", name=messages.text("site.reset", "en"), exact=True).click()
    page.wait_for_function("() => !location.hash.includes('weights=')")
    with page.expect_response(lambda answer: "/tiles/suitability/or-sage-small/" in answer.url):
        page.locator("#style").select_option("or-sage-small")
    seen.axe()
    seen.check()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_click_says_why_in_every_language(
    opened: Callable[..., Visit], weighed: Any, language: str
) -> None:
    text = functools.partial(visits.text, language=language)
    seen = opened(f"/{language}{STATE}{PLACE}")
    seen.settle()
    said = seen.page.locator(".why").inner_text()
    assert text("point.suitability_sum") in said
    assert text("point.suitability_check") in said
    assert text("site.status.missing") in said, "slope is not loaded, and that is said"
    for part in told(weighed)["criteria"]:
        assert text(f"site.evidence.{part['evidence']}") in said
    seen.go(f"{weighed.url}/{language}{STATE.replace('np-032', 'or-sage-large')}{EXCLUDED}")
    warning = seen.page.locator(".why .warning").inner_text()
    assert warning.startswith(text("site.excluded", rules="|").split("|")[0])
    assert text("site.check") in warning
    seen.check()
