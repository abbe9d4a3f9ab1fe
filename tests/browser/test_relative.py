"""How many times what is usual: beside the other ways to show a surface, and in a sentence."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.networks import fill, grid, last_hour
from tests.browser.visits import NARROW, WIDE, Visit, text, visit
from tests.servers import Server, serving, wait_for

pytestmark = pytest.mark.browser

LAYER = "dose-rate-relative"
STRUCK = 14
HOURS = 24 * 7


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Stations of very different levels with a week behind them; four of them see a release."""
    folder = tmp_path_factory.mktemp("relative")
    stations = grid(36)
    rng = np.random.default_rng(7)
    level = rng.uniform(60, 200, 36)
    values = level[:, None] + rng.normal(0, 1, (36, HOURS))
    for station in (STRUCK, STRUCK + 1, STRUCK + 6, STRUCK + 7):
        values[station, -1] *= 3
    fill(folder / "data", stations, values, last_hour())
    options = ("--no-demo", "--workers", "1", "--surface-hours", "3")
    with serving(folder / "data", *options) as server:

        def made() -> bool:
            layers: Any = server.json("/current.json")["layers"]
            return any(each["id"] == LAYER and each["times"] for each in layers)

        wait_for(made, 150, server.log.read_text)
        yield server


def opened(browser: Browser, server: Server, path: str, size: tuple[int, int]) -> Visit:
    found = visit(browser, server.url, path, size)
    found.settle()
    return found


def chosen(found: Visit) -> None:
    """Open the panel of layers and take the comparison with the usual."""
    found.page.get_by_role("button", name=text("layers.title"), exact=True).click()
    found.page.locator("#style").select_option(label="Compared with the usual")


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_usual_is_one_of_the_ways_to_show_the_dose_rate(
    browser: Browser, known: Server, size: tuple[int, int]
) -> None:
    found = opened(browser, known, "/en", size)
    page = found.page
    chosen(found)
    expect(page.locator("#filled-dose-rate")).to_be_checked()
    assert page.locator(f"#filled-{LAYER}").count() == 0
    expect(page.locator("#subtitle")).to_contain_text("usual for the place")
    page.wait_for_load_state("networkidle")
    assert any(f"/tiles/{LAYER}/mean/" in url for url in found.asked)
    expect(page.locator("#legend")).to_contain_text(text("class.relative.3"))
    expect(page).to_have_url(re.compile(rf"layer={LAYER}\.mean"))
    page.locator("#style").select_option(label="Chance to exceed the usual")
    expect(page.locator("#threshold")).to_have_attribute("aria-valuetext", "1.50\u00a0× usual")
    page.locator("#threshold").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"threshold=2\b"))
    page.wait_for_load_state("networkidle")
    assert any(f"/tiles/{LAYER}/exceedance/" in url and "threshold=2" in url for url in found.asked)
    # A multiple is no dose rate: the way back has the threshold of its own.
    page.locator("#style").select_option(label="Chance to exceed a threshold")
    expect(page.locator("#threshold")).to_have_attribute("aria-valuetext", "0.15\u00a0µSv/h")
    found.check()
    page.close()


@pytest.mark.parametrize(
    "language",
    ["kk", "en", *(pytest.param(language, marks=pytest.mark.full) for language in ("uz", "ru"))],
)
def test_a_link_shows_it_and_a_place_says_it_in_a_sentence(
    browser: Browser, known: Server, language: str
) -> None:
    point = next(e for e in grid(36) if e.code == f"S{STRUCK:05}")
    place = f"{point.lat:.5f}/{point.lon:.5f}"
    address = f"/{language}#layer={LAYER}.mean&place={place}"
    found = opened(browser, known, address, WIDE)
    card = found.page.locator("#card")
    shape = re.escape(text("point.relative", language, value="V", low="L", high="H"))
    number = r"(\d[.,]\d\d)"
    pattern = shape.replace("V", number, 1).replace("L", number, 1).replace("H", number, 1)
    expect(card).to_contain_text(re.compile(pattern))
    said = re.search(pattern, card.inner_text())
    assert said
    value, low, high = (float(each.replace(",", ".")) for each in said.groups())
    assert 1.5 < low < value < high < 6
    # The ratio is what the map shows: the dose rate follows it.
    expect(card.locator("section").first).to_contain_text(re.compile(pattern))
    assert card.locator("section p.big").count() == 2
    found.check()
    found.axe()
    found.page.close()
