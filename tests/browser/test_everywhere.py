"""The same page in four languages, two themes and four widths, and as devices ask for it.

With a folder in ``PICTURES`` each state is also kept as a picture, to be looked at.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from layers import messages
from tests.browser.visits import NARROW, WIDE, visit

pytestmark = [pytest.mark.browser, pytest.mark.full]

SIZES = {320: (320, 640), 390: NARROW, 768: (768, 1024), 1440: WIDE}
STATES = {
    "first view": ("", "#legend details", None),
    "station": ("#station=KZAST", "#card .chart-part", None),
    "place": ("#place=44.8/65.5&layer=dose-rate.exceedance", "#card .nearest", None),
    "unknown place": ("#place=20/65.5", "#card h2", None),
    "comparison": ("#against=-1h", "#swipe", None),
    "lists": ("#view=table", "#table table", None),
    "layers": ("", "#layers fieldset", "layers.title"),
    "keeping": ("", "#keep-link", "tools.keep"),
}
# What else a link asks for, a measure in the title or a sheet above the legend, moves the others.
STILL = ("first view", "station", "unknown place", "lists")
# Marks and dots are put where there is room; what else is pressed is as large as a fingertip.
SMALL = """() => [...document.querySelectorAll("button, select, input[type=range], summary")]
  .filter(e => e.checkVisibility() && !e.closest("table"))
  .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 90)])
  .filter(([box]) => box.width < 24 || box.height < 23.9).map(([, html]) => html)"""


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", SIZES)
def test_every_state_is_accessible_on_every_screen(
    browser: Browser, hours: Any, width: int, state: str
) -> None:
    words, shown, tool = STATES[state]
    # Each language and theme meets every state on some screen.
    turn = list(SIZES).index(width) + list(STATES).index(state)
    language = messages.LANGUAGES[turn % 4]
    scheme = ("light", "dark")[(turn // 4) % 2]
    made = visit(browser, hours.url, f"/{language}{words}", SIZES[width], color_scheme=scheme)
    if tool:
        name = messages.text(tool, language)
        made.page.get_by_role("button", name=name, exact=True).click()
    made.page.locator(shown).first.wait_for()
    made.page.wait_for_timeout(200)
    assert made.fits()
    assert made.page.evaluate(SMALL) == []
    # What an id stands for is never shown in its place.
    said = made.page.locator("body").inner_text()
    assert not [name for name in messages.catalogue(language) if f" {name} " in f" {said} "]
    if folder := os.environ.get("PICTURES"):
        name = f"{width}-{state.replace(' ', '-')}-{language}-{scheme}.png"
        made.page.screenshot(path=Path(folder) / name)
    if state in STILL:
        assert made.page.evaluate("[window.shifted, window.moved]") == [0, []]
    made.axe()
    made.check()
    made.page.close()


def test_the_legend_has_what_an_open_sheet_leaves(browser: Browser, hours: Any) -> None:
    made = visit(browser, hours.url, "/en#against=-1h", WIDE)
    made.page.locator("#layers .compare").wait_for()
    legend, sheet = (made.page.locator(each) for each in ("#legend", "#layers"))
    edges = "e => [e.getBoundingClientRect().top, e.getBoundingClientRect().bottom]"
    whole = "e => e.scrollHeight <= e.clientHeight"
    top, _ = legend.evaluate(edges)
    _, end = sheet.evaluate(edges)
    assert 0 < top - end < 20 or legend.evaluate(whole)
    assert sheet.evaluate(whole)
    # A low window leaves it less, and not nothing; folded it is no higher than its name.
    made.page.set_viewport_size({"width": WIDE[0], "height": 440})
    top, bottom = legend.evaluate(edges)
    assert 150 < bottom - top < 200
    legend.locator("summary").first.click()
    top, bottom = legend.evaluate(edges)
    assert bottom - top < 50
    made.page.close()


@pytest.mark.parametrize(
    "options",
    [
        {"forced_colors": "active"},
        {"contrast": "more"},
        {"contrast": "more", "color_scheme": "dark"},
    ],
    ids=["forced colours", "more contrast", "more contrast, dark"],
)
def test_more_contrast_keeps_everything(
    browser: Browser, hours: Any, options: dict[str, Any]
) -> None:
    made = visit(browser, hours.url, "/en#station=KZAST", WIDE, **options)
    made.page.locator("#card .chart-part").wait_for()
    assert made.page.locator("button.station .number").first.is_visible()
    made.axe()
    made.check()
    made.page.close()


def level(address: str) -> int:
    """The zoom of a tile's address."""
    return int(address.split("/")[-3])


def test_who_saves_data_gets_nothing_ahead(browser: Browser, hours: Any) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'connection', {get: () => ({saveData: true})})"
    )
    page.goto(f"{hours.url}/en")
    page.wait_for_selector("button.station")
    page.locator("#time input").focus()
    page.wait_for_timeout(800)
    page.wait_for_load_state("networkidle")
    assert not any("/uncertainty/" in url or "/later-" in url for url in asked)
    # A tile of 512 px stands for four of 256, of the zoom below: no pixel more than the map has.
    zooms = {"@2x" in url: level(url) for url in asked if "/tiles/" in url}
    assert all(level(url) == zooms[False] - ("@2x" in url) for url in asked if "/tiles/" in url)
    page.locator("button.station").first.click()
    page.locator("#card").wait_for(state="visible")
    assert any("/later-" in url for url in asked)
    page.close()
