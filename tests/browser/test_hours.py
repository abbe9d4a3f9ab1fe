"""Hours on the map: steps from one to the next, two beside each other, what is made ahead."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from layers import units
from tests.browser.visits import NARROW, WIDE, Visit, tool

pytestmark = pytest.mark.browser


def on_a_mark(value: float | None) -> str:
    """Microsieverts an hour with two places, as everybody writes them."""
    return "" if value is None else units.with_decimals(value / 1000, 2)


@pytest.mark.full
def test_both_sides_of_a_comparison_show_the_values_of_their_own_hour(
    opening: Callable[..., Visit], hours: Any
) -> None:
    made = opening("/en#against=-1h&swipe=50", WIDE)
    page = made.page
    page.locator("#swipe").wait_for()
    made.settle()
    (layer,) = (e for e in hours.json("/current.json")["layers"] if e["id"] == "stations")
    read: list[dict[str, float | None]] = []
    for entry in layer["times"][-1:-3:-1]:
        file = hours.json(f"/files/stations/{entry['data']}/{entry['time']}.geojson")
        read.append(
            {f["properties"]["name_en"]: f["properties"]["value"] for f in file["features"]}
        )
    told = 0
    for mark in page.locator("button.station").all():
        box = mark.bounding_box()
        name = (mark.get_attribute("aria-label") or "").split(": ")[0]
        assert box is not None
        if abs(box["x"] + box["width"] / 2 - 720) < 2:
            continue
        value = read[box["x"] + box["width"] / 2 > 720].get(name)
        shown = mark.locator(".number").inner_text()
        assert shown == on_a_mark(value), name
        told += 1
    assert told > 30
    made.check()


@pytest.mark.full
def test_no_mark_is_emptied_while_the_other_hour_of_a_comparison_is_on_its_way(
    opening: Callable[..., Visit],
) -> None:
    # What a service worker asks for is not held back.
    made = opening("/en", WIDE, service_workers="block")
    page = made.page
    waiting: list[Any] = []
    page.route("**/files/stations/**", lambda route: waiting.append(route))
    marks = """() => Object.fromEntries(
      [...document.querySelectorAll("button.station")].map((each) => [
        each.getAttribute("aria-label").split(": ")[0],
        each.querySelector(".number").textContent]))"""
    before = page.evaluate(marks)
    with page.expect_request("**/files/stations/**"):
        tool(page, "tools.compare").click()
    page.locator("#map").press("+")
    page.wait_for_timeout(1_000)
    assert waiting
    during = page.evaluate(marks)
    known = [name for name in during if name in before]
    assert len(known) > 20
    assert {name: during[name] for name in known} == {name: before[name] for name in known}
    for route in waiting:
        route.continue_()
    page.unroute("**/files/stations/**")
    page.wait_for_function(
        f"before => JSON.stringify(({marks})()) !== JSON.stringify(before)", arg=during
    )
    made.check()


@pytest.mark.full
def test_of_an_hour_that_cannot_be_had_no_mark_says_that_it_is_missing(
    opening: Callable[..., Visit],
) -> None:
    made = opening("/en", WIDE, service_workers="block")
    page = made.page
    places = """() => [...document.querySelectorAll("button.station")].map((each) => {
      const box = each.getBoundingClientRect();
      return [(box.left + box.right) / 2, each.getAttribute("aria-label"), each.textContent]; })"""
    before = {label: text for x, label, text in page.evaluate(places) if x < 718}
    assert len(before) > 10
    page.route("**/files/stations/**", lambda route: route.abort())
    with page.expect_response("**/current.json"):  # what is there is asked for again
        tool(page, "tools.compare").click()
    page.wait_for_function(f"() => ({places})().every(([x]) => x < 722)")
    now = {label: text for x, label, text in page.evaluate(places) if x < 718}
    assert now == before
    page.locator("#lost").wait_for(state="visible")  # it was asked for again in vain
    page.unroute("**/files/stations/**")
    page.wait_for_function(f"() => ({places})().some(([x]) => x > 800)", timeout=15_000)
    page.locator("#lost").wait_for(state="hidden")


@pytest.mark.full
@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_a_step_shows_values_where_the_marks_stand_and_moves_them_when_the_reader_rests(
    opening: Callable[..., Visit], hours: Any, size: tuple[int, int]
) -> None:
    made = opening("/en", size)
    page = made.page
    made.settle()
    (layer,) = (e for e in hours.json("/current.json")["layers"] if e["id"] == "stations")
    entry = layer["times"][-2]
    file = hours.json(f"/files/stations/{entry['data']}/{entry['time']}.geojson")
    values = {f["properties"]["name_en"]: f["properties"]["value"] for f in file["features"]}
    marks = """() => [...document.querySelectorAll("button.station")].map((each) => ({
        name: each.getAttribute("aria-label").split(": ")[0],
        said: each.getAttribute("aria-label").split(": ")[1],
        shown: each.querySelector(".number").textContent,
        at: each.parentElement.style.transform }))"""
    before = page.evaluate(marks)
    # What stands once the values are those of another hour, before anything else is done.
    page.evaluate(
        """() => {
          const stations = document.querySelector(".leaflet-stations-pane");
          new MutationObserver((_, watch) => {
            watch.disconnect();
            window.stepped = (MARKS)();
          }).observe(stations, { subtree: true, attributes: true, childList: true });
        }""".replace("MARKS", marks)
    )
    page.locator("#time input").press("ArrowLeft")
    page.wait_for_function("() => window.stepped")
    stepped = page.evaluate("window.stepped")
    assert [(e["name"], e["at"]) for e in stepped] == [(e["name"], e["at"]) for e in before]
    assert len(stepped) > 8

    def right(found: list[dict[str, str]]) -> None:
        for mark in found:
            assert mark["shown"] == on_a_mark(values[mark["name"]]), mark

    right(stepped)
    assert [e["shown"] for e in stepped] != [e["shown"] for e in before]
    page.wait_for_timeout(1_000)
    rested = page.evaluate(marks)
    right(rested)
    assert all(e["said"].startswith(e["shown"]) for e in rested if e["shown"])
    made.check()


@pytest.mark.full
def test_what_was_fetched_ahead_is_asked_for_no_more(opening: Callable[..., Visit]) -> None:
    made = opening("/en", NARROW)
    page = made.page
    hours: Any = json.loads(page.evaluate("fetch('/current.json').then(each => each.text())"))
    times = next(e["times"] for e in hours["layers"] if e["id"] == "dose-rate")
    before = times[-3]["time"]
    # Hours are made ahead one after the other: when the second is asked for, the first is there.
    with page.expect_response(lambda each: f"/{before}/" in each.url and "fade=1" in each.url):
        page.locator("#time input").focus()
    newest = page.locator("#time .clock").inner_text()
    page.evaluate("performance.clearResourceTimings()")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("document.querySelectorAll('.leaflet-surface-pane canvas').length > 0")
    page.wait_for_timeout(300)
    assert page.locator("#time .clock").inner_text() != newest
    # A step of the prefetched hours comes from the browser's own cache: nothing travels.
    travelled = page.evaluate(
        "performance.getEntriesByType('resource').filter(e => e.transferSize > 0)"
        ".map(e => e.name).filter(n => n.includes('/tiles/dose-rate/') || n.includes('/files/'))"
    )
    here = page.locator("#time input").get_attribute("aria-valuetext")
    assert here
    shown = page.evaluate("location.hash")
    page.wait_for_url(re.compile("time="))
    time_word = re.search(r"time=([^&]+)", page.url)
    assert time_word, shown
    assert not [url for url in travelled if time_word[1] in url]
    made.check()
