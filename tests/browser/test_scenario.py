"""A planner asks what an earthquake on a fault of the map would do, in a real browser."""

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import visits
from tests.browser.visits import WIDE, Visit, visit

pytestmark = [pytest.mark.browser, pytest.mark.full]

CHATKAL = "rupture=event%3A1946-11-02-chatkal"


@pytest.fixture(scope="module")
def opening(browser: Browser, hours: Any) -> Iterator[Callable[[str], Visit]]:
    made: list[Visit] = []

    def begin(address: str) -> Visit:
        made.append(visit(browser, hours.url, address, WIDE))
        return made[-1]

    yield begin
    for each in made:
        each.page.close()


text = functools.partial(visits.text, language="ru")


def test_the_shaking_of_a_fault_is_drawn_named_changed_shared_and_taken_off(
    opening: Callable[[str], Visit],
) -> None:
    seen = opening("/ru#with=faults,earthquakes,stations&feature=faults/talas-fergana")
    page = seen.page
    card, legend = page.locator("#card"), page.locator("#legend")
    page.locator("#scenario-show").wait_for(timeout=60_000)
    assert page.locator("#scenario-magnitude").count() == 0

    page.locator("#scenario-show").click()
    page.locator("#scenario-named").wait_for()
    assert text("scenario.words") in legend.inner_text()
    assert "Таласо-Ферганский разлом" in legend.inner_text()
    assert text("scenario.assumed.magnitude_of_the_whole_length") in card.inner_text()

    page.locator("#scenario-magnitude").fill("6.5")
    page.wait_for_url(re.compile("magnitude=6.5"))
    page.locator("#scenario-model").select_option("chiou-youngs-2014")
    page.wait_for_url(re.compile("model=chiou-youngs-2014"))
    page.wait_for_function(
        "() => document.querySelector('#scenario-named')?.textContent.includes('Chiou')"
    )
    assert "M 6,5" in page.locator("#scenario-named").inner_text()
    page.wait_for_function(
        """() => [...document.querySelectorAll("#map img.leaflet-tile-loaded")].some(({src}) =>
        src.includes("/tiles/scenario/") && src.includes("magnitude=6.5") && src.includes("chiou"))
        """
    )

    # A click elsewhere answers for this earthquake, and a link shows it to somebody else.
    page.mouse.click(798, 642)  # between all marks
    page.wait_for_function(
        "text => document.querySelector('#card').textContent.includes(text)",
        arg="M 6,5 · Таласо-Ферганский разлом",
    )
    # Who asks for all of a cold map twice at once may be asked to come again.
    page.wait_for_function(
        "() => !document.querySelector('#map img.leaflet-tile:not(.leaflet-tile-loaded)')"
    )
    link = page.url
    other = opening(link.removeprefix(seen.url))
    other.page.locator("#scenario-named").wait_for(timeout=60_000)
    assert "Chiou and Youngs" in other.page.locator("#scenario-named").inner_text()
    other.check()


def test_an_event_too_deep_for_the_models_says_so_and_a_choice_of_another_layer_ends_it(
    opening: Callable[[str], Visit],
) -> None:
    seen = opening(f"/ru#layer=scenario.msk&{CHATKAL}&depth=160&with=earthquakes,stations"
                   "&feature=earthquakes/1946-11-02-chatkal")  # fmt: skip
    page = seen.page
    page.locator("#card .warning").wait_for(timeout=60_000)
    assert "0 to 100 km" in page.locator("#card .warning").inner_text()
    page.locator("#scenario-show").click()
    page.wait_for_function("() => !location.hash.includes('rupture=')")
    assert page.locator("#scenario-named").count() == 0
