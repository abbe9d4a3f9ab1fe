"""The whole page with keys alone: every stop is seen, none is covered, and nobody is trapped."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.visits import NARROW, WIDE, Visit, text, tool, visit

pytestmark = [pytest.mark.browser, pytest.mark.full]

MOST_STOPS = 60
# What has the focus: a word for it, and whether a reader sees all that matters of it.
STOP = """() => {
  const at = document.activeElement;
  const shown = at.matches("input.unseen") ? at.parentElement : at;
  const box = shown.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height, innerHeight - box.y) / 2];
  const top = document.elementFromPoint(x, y);
  const covered = !(top && (shown.contains(top) || top.contains(shown)));
  const style = getComputedStyle(at.matches("input.unseen") ? at.nextElementSibling : at);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const name = at.getAttribute("aria-label") || at.title || at.textContent.trim().slice(0, 40);
  return [at === document.body ? "" : `${at.tagName} ${at.id || name}`, covered, ring];
}"""


def stops(page: Page) -> list[str]:
    """Press Tab from the first stop to the last; every stop is visible and has a ring."""
    found: list[str] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        name, covered, ring = page.evaluate(STOP)
        if not name:
            return found
        assert not covered, f"{name} is covered"
        assert ring, f"{name} shows no ring"
        found.append(name)
    raise AssertionError(f"no end after {MOST_STOPS} stops: {found}")


def to(page: Page, wanted: str) -> None:
    """Press Tab until a stop has a name."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if wanted in page.evaluate(STOP)[0]:
            return
    raise AssertionError(f"no stop is called {wanted}")


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def made(browser: Browser, hours: Any, request: pytest.FixtureRequest) -> Visit:
    return visit(browser, hours.url, "/en", request.param)


def test_every_stop_is_seen_and_the_marks_are_one(made: Visit) -> None:
    found = stops(made.page)
    marks = [name for name in found if text("unit.uSv/h") in name]
    assert len(marks) == 1, marks
    for wanted in ("layers.title", "tools.table", "tools.compare", "tools.keep", "time.play"):
        assert f"BUTTON {text(wanted)}" in found
    assert found[0].startswith("A ")  # the way past the map
    made.check()
    made.page.close()


def test_a_whole_visit_needs_no_mouse(made: Visit) -> None:
    page = made.page
    # Past the map, to the hours.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert text("time.play") in page.evaluate(STOP)[0]
    to(page, "INPUT")
    newest = page.locator("#time .clock").inner_text()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#time .clock").inner_text() != newest
    page.keyboard.press("End")
    assert page.locator("#time .live").get_attribute("aria-pressed") == "true"

    # Among the marks by arrows, into a card, and back to the mark.
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    to(page, text("unit.uSv/h"))
    first = page.evaluate(STOP)[0]
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        if page.evaluate(STOP)[0] != first:
            break
    mark, _, ring = page.evaluate(STOP)
    assert mark != first
    assert ring
    page.keyboard.press("Enter")
    card = page.locator("#card")
    card.locator(".chart-holder").wait_for()
    assert page.evaluate("document.activeElement.closest('#card') !== null")
    to(page, "card-unit-us")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "() => document.querySelector('#card .big span').textContent === 'nSv/h'"
    )
    page.keyboard.press("ArrowLeft")
    to(page, "span-48h")
    to(page, "DIV")
    assert page.evaluate("document.activeElement.className") == "chart-holder"
    page.keyboard.press("Home")
    assert card.locator(".readout").inner_text() != ""
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert page.evaluate(STOP)[0] == mark

    # A choice of layers: opened, changed, closed, and the focus is where it was.
    page.evaluate("document.activeElement.blur()")
    to(page, f"BUTTON {text('layers.title')}")
    page.keyboard.press("Enter")
    panel = page.locator("#layers")
    panel.locator("fieldset").first.wait_for()
    to(page, "style")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.querySelector('#threshold') !== null")
    to(page, "threshold")
    before = page.locator("#threshold").get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    assert page.locator("#threshold").get_attribute("aria-valuetext") != before
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert page.evaluate(STOP)[0] == f"BUTTON {text('layers.title')}"

    # The list is a dialog that keeps the focus until it is closed.
    to(page, f"BUTTON {text('tools.table')}")
    page.keyboard.press("Enter")
    page.locator("#table").wait_for(state="visible")
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "['BODY', 'DIALOG'].includes("
            "(document.activeElement.closest('dialog') ?? document.activeElement).tagName)"
        )
    page.keyboard.press("Escape")
    page.locator("#table").wait_for(state="hidden")
    assert page.evaluate(STOP)[0] == f"BUTTON {text('tools.table')}"
    made.check()
    page.close()


@pytest.mark.parametrize(
    ("link", "places"),
    [
        (
            "station=KZAST",
            (".chart-holder", "a[download]", "#span-48h", "#card-close", "#card-title"),
        ),
        (
            "layer=scenario.msk&rupture=fault%3Atalas-fergana&with=faults,stations"
            "&feature=faults/talas-fergana",
            ("#scenario-magnitude", "#scenario-show"),
        ),
    ],
    ids=["station", "fault"],
)
def test_a_card_that_is_renewed_leaves_the_focus_where_it_is(
    browser: Browser, hours: Any, link: str, places: tuple[str, ...]
) -> None:
    # What a service worker asks for is not held back.
    made = visit(browser, hours.url, f"/en#{link}", WIDE, service_workers="block")
    page = made.page
    page.locator(f"#card {places[0]}").wait_for()

    def other(route: Route) -> None:
        answer = route.fetch()
        told = {name: said for name, said in answer.headers.items() if name != "etag"}
        route.fulfill(status=200, headers=told, body=answer.text() + " ")

    for wanted in places:
        page.locator(f"#card {wanted}").focus()
        held = page.evaluate_handle("document.activeElement")
        page.route("**/current.json", other, times=1)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # asks what is new
        page.wait_for_function("held => !held.isConnected", arg=held)
        assert page.evaluate(f"document.activeElement.matches('#card {wanted}')"), wanted
    if "scenario" in link:  # each step asks the server for another earthquake
        strength = page.locator("#scenario-magnitude")
        strength.focus()
        for _ in range(2):
            held = page.evaluate_handle("document.activeElement")
            page.keyboard.press("ArrowLeft")
            page.wait_for_function("held => !held.isConnected", arg=held)
            assert strength.evaluate("each => each === document.activeElement")
    page.close()


def test_the_tree_of_a_screen_reader_tells_the_card_and_the_list(
    browser: Browser, hours: Any
) -> None:
    made = visit(browser, hours.url, "/en#station=KZAST", WIDE)
    page = made.page
    page.locator("#card .chart-holder").wait_for()
    tree = page.locator("#card").aria_snapshot()
    for wanted in (
        'heading "Astana" [level=2]',
        f'heading "{text("usual.title")}" [level=3]',
        'radio "µSv/h" [checked]',
        "slider",
        f'button "{text("card.close")}"',
        f'link "{text("chart.download")}"',
    ):
        assert wanted in tree, (wanted, tree)
    page.get_by_role("button", name=text("tools.table"), exact=True).click()
    tree = page.locator("#table").aria_snapshot()
    for wanted in (
        f'heading "{text("table.title")}" [level=2]',
        "searchbox",
        "columnheader",
        "row",
    ):
        assert wanted in tree, (wanted, tree[:600])
    made.check()
    page.close()


def test_a_reader_without_a_mouse_finds_a_station_in_the_list(
    opening: Callable[..., Visit], hours: Any
) -> None:
    made = opening("/en", WIDE)
    page = made.page
    for _ in range(20):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label')")
        if label == text("tools.table"):
            break
    page.keyboard.press("Enter")
    dialog = page.locator("#table")
    dialog.wait_for(state="visible")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    listed = dialog.locator("table").first.locator("tbody tr").count()
    assert listed == len(hours.json("/files/stations/latest/latest.geojson")["features"])
    made.axe()
    page.locator("#table-find").focus()
    page.keyboard.type("tashk")
    rows = dialog.locator("table").first.locator("tbody tr")
    assert rows.count() == 1
    # By its value, and by the keyboard: the head of a column is a button.
    page.locator("#sort-stations-1").focus()
    page.keyboard.press("Enter")
    head = dialog.locator("table").first.locator("th[aria-sort]")
    assert head.get_attribute("aria-sort") == "descending"
    rows.first.locator("button").focus()
    page.keyboard.press("Enter")
    card = page.locator("#card")
    card.wait_for(state="visible")
    assert dialog.is_hidden()
    assert card.locator("h2").inner_text() == "Tashkent"
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    # An earlier hour, by a button that says what it did.
    earlier = tool(page, "time.back")
    earlier.focus()
    page.keyboard.press("Enter")
    said = page.locator("#said")
    assert said.inner_text() == page.locator("#time .clock strong").inner_text()
    live = page.locator("#time .live")
    assert live.get_attribute("aria-pressed") == "false"
    live.focus()
    page.keyboard.press("Enter")
    assert live.get_attribute("aria-pressed") == "true"
    made.check()
