"""A planner compares three sites of an own file in a real browser, and nothing of them stays."""

import functools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.browser import visits
from tests.browser.visits import WIDE

pytestmark = [pytest.mark.browser, pytest.mark.full]

SECRET = "Площадка-7731"
PLACES = ((73.9513, 45.1527), (67.3531, 40.4549), (64.7017, 39.7523))


@pytest.fixture
def open_page(browser: Browser, hours: Any) -> Iterator[Callable[[str], Page]]:
    made: list[Page] = []

    def begin(address: str) -> Page:
        page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]}, locale="ru")
        made.append(page)
        page.goto(hours.url + address)
        return page

    yield begin
    for page in made:
        page.close()


text = functools.partial(visits.text, language="ru")


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


def written(path: Path) -> str:
    """Return the text of a PDF without its spaces: a browser puts some at every style."""
    return squeezed("".join(each.extract_text() for each in PdfReader(path).pages))


def scores(page: Page) -> list[str]:
    return page.locator("#sites td.score output").all_inner_texts()


def test_three_sites_are_uploaded_compared_weighed_printed_and_shared(
    open_page: Callable[[str], Page], hours: Any, tmp_path: Path
) -> None:
    features = [
        {"type": "Feature", "properties": {"name": f"{SECRET} {i}", "accuracy_km": 3},
         "geometry": {"type": "Point", "coordinates": place}}
        for i, place in enumerate(PLACES)
    ]  # fmt: skip
    own = tmp_path / "own.geojson"
    own.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")

    page = open_page("/ru/screening")
    page.locator("input[type=file]").set_input_files(own)
    page.locator("form button.first").click()
    page.wait_for_selector("#sites tbody tr")
    page.screenshot(path=tmp_path / "compared.png", full_page=True)
    assert page.locator("#sites tbody tr").count() == 3
    assert SECRET in page.locator("#sites").inner_text()
    assert text("site.private")[:40] in page.content()

    # Weights have a live effect, and are sent to nobody.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before = scores(page)
    slider = page.locator("#weights input[type=range]").first
    slider.fill("100")
    assert scores(page) != before
    assert asked == []
    assert page.url == f"{hours.url}/ru/screening"
    page.screenshot(path=tmp_path / "weighed.png", full_page=True)

    # What was uploaded is nowhere: not in the data folder, not in the log, not in the browser.
    marks = [SECRET.encode(), b"73.9513", b"45.1527", SECRET.encode("unicode_escape")]
    for path in [*hours.data_dir.rglob("*"), hours.log]:
        if path.is_file():
            held = path.read_bytes()
            assert not any(mark in held for mark in marks), path
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    assert "7731" not in page.evaluate(kept)
    names = page.evaluate("caches.keys().then((found) => found.length)")
    stored = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys())
            for (const {url} of await (await caches.open(name)).keys()) found.push(url);
          return found;
        }"""
    )
    assert not any("screening" in url for url in stored), (names, stored)

    # The link holds the state: somebody else sees the same sites with the same weights.
    after = scores(page)
    link = page.locator("#share").get_attribute("href") or ""
    other = open_page(link.removeprefix(hours.url))
    other.wait_for_selector("#sites tbody tr")
    assert other.locator("#sites tbody tr").count() == 3
    assert scores(other) == after

    # The sheet, printed by the browser and as the server's own PDF.
    other.locator("#sites tbody th a").first.click()
    other.wait_for_load_state("networkidle")
    other.screenshot(path=tmp_path / "sheet.png", full_page=True)
    printed = tmp_path / "printed.pdf"
    other.pdf(path=printed, prefer_css_page_size=True, print_background=True)
    for word in (SECRET, text("site.people"), text("site.zones")):
        assert squeezed(word) in written(printed), word
    address = other.locator('a[href*="format=pdf"][href*="lang=ru"]').first.get_attribute("href")
    status, headers, body = hours.get(address)
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    made = tmp_path / "made.pdf"
    made.write_bytes(body)
    for word in (SECRET, text("site.people"), text("site.zones")):
        assert squeezed(word) in written(made), word
