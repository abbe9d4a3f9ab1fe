"""The page in a real browser, over real files and over the demonstration."""

import io
import json
import math
import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Browser, Page, Route, expect

from layers import geo, messages
from layers.catalog import DEFAULT_CATALOG
from tests.real.visits import NARROW, WIDE, Visit

pytestmark = pytest.mark.browser

CODE_KB = 70
OWN_REQUESTS = 16
FIRST_VIEW_KB = 1_100
TITLES = tomllib.loads(DEFAULT_CATALOG.read_text("utf-8"))["titles"]

# Pixels of the surface: their colours where they are fully drawn, and how many there are.
PAINTED = """() => {
  const seen = {};
  for (const canvas of document.querySelectorAll(".leaflet-surface-pane canvas")) {
    // What is shown is a bitmap: it is read from a copy.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4 * 16) {
      if (data[i + 3] < 200) continue;
      const key = [data[i], data[i + 1], data[i + 2]].join();
      seen[key] = (seen[key] ?? 0) + 1;
    }
  }
  return seen;
}"""
# A place on the map with nothing to press on or near it, where the surface is drawn.
FREE = """() => {
  for (let y = 160; y < innerHeight - 160; y += 12) {
    for (let x = 380; x < innerWidth - 380; x += 12) {
      const free = [[0, 0], [9, 0], [-9, 0], [0, 9], [0, -9]].every(([dx, dy]) => {
        const top = document.elementFromPoint(x + dx, y + dy);
        return top && top.closest("#map") && !top.closest("button, a, path");
      });
      if (!free) continue;
      for (const canvas of document.querySelectorAll(".leaflet-surface-pane canvas")) {
        const box = canvas.getBoundingClientRect();
        if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
        const scale = canvas.width / box.width;
        const at = [(x - box.left) * scale, (y - box.top) * scale];
        const copy = new OffscreenCanvas(1, 1).getContext("2d");
        copy.drawImage(canvas, -Math.floor(at[0]), -Math.floor(at[1]));
        if (copy.getImageData(0, 0, 1, 1).data[3] > 200) return [x, y];
      }
    }
  }
  return null;
}"""
BARE = """([x, y]) => {
  const top = document.elementFromPoint(x, y);
  return Boolean(top && top.closest("#map") && !top.closest("button, a"));
}"""
FITS = "document.scrollingElement.scrollWidth <= innerWidth"
# Text that reaches beyond what holds it, or over its neighbour in a row.
OVERFLOWING = """() => {
  const found = [];
  for (const each of document.querySelectorAll("main *")) {
    const shown = each.clientWidth && !each.closest("svg, .hidden");
    if (shown && each.scrollWidth > each.clientWidth + 1) found.push(each.outerHTML.slice(0, 120));
  }
  return found;
}"""
RGB = "e => getComputedStyle(e).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"


@pytest.fixture(scope="module")
def demo(hours: Any, visit: Callable[..., Visit]) -> Visit:
    return visit(hours)


@pytest.fixture(scope="module")
def real(own_map: Any, visit: Callable[..., Visit]) -> Visit:
    return visit(own_map)


@pytest.fixture(params=["demo", "real"])
def either(request: pytest.FixtureRequest) -> Visit:
    """The page over the demonstration, and over real files."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Visit)
    return found


def test_the_page_needs_no_other_host_and_complains_of_nothing(either: Visit) -> None:
    assert either.complaints == []
    assert {url[: len(either.url)] for url in either.asked} == {either.url}


def test_only_scripts_of_this_server_may_run_and_none_stands_in_the_page(either: Visit) -> None:
    document = either.page.request.get(f"{either.url}/en")
    policy = document.headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";") if " " in rule.strip())
    scripts = rules.get("script-src", rules["default-src"])
    assert scripts == "'self'"
    assert "unsafe" not in policy
    html = document.text()
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", html)
    assert inline == [' type="application/json" id="map-config"']
    assert not re.search(r"<style|\son\w+=|\sstyle=|javascript:", html)


def test_the_first_view_is_light(either: Visit, pictures: Path) -> None:
    first = either.first
    assert {each.status for each in first} <= {200, 204, 304}
    tiles = sum("/tiles/" in each.url for each in first)
    sizes = {each.url: int(each.headers.get("content-length", 0)) for each in first}
    total = sum(sizes.values())
    code = 0
    for each in first:
        if re.search(r"/static/app-\w+\.(js|css)$", each.url):
            assert each.headers["content-encoding"] == "gzip"
            code += sizes[each.url]
    print(
        f"first view: {len(first) - tiles} requests and {tiles} tiles, {total / 1000:.0f} kB, "
        f"script and style {code / 1000:.1f} kB"
    )
    assert 10_000 < code <= CODE_KB * 1000
    later = sum(each.url.endswith(("/api/v1/events", "/current.json")) for each in first) - 1
    assert len(first) - tiles - later <= OWN_REQUESTS
    assert total <= FIRST_VIEW_KB * 1000
    either.page.screenshot(path=pictures / f"wide-{either.url[-5:]}.png")


def _tilejson(visit: Visit, server_path: str) -> Any:
    return json.loads(visit.page.request.get(visit.url + server_path).body())


def test_the_surface_is_painted_in_the_colours_of_its_legend(either: Visit) -> None:
    legend = _tilejson(either, "/tilejson/dose-rate.json?style=mean")["legend"]
    colours = [tuple(bytes.fromhex(each["colour"][1:])) for each in legend]
    painted = {
        tuple(map(int, key.split(","))): n for key, n in either.page.evaluate(PAINTED).items()
    }
    assert sum(painted.values()) > 1000
    near = sum(
        n
        for seen, n in painted.items()
        # The surface is not opaque: premultiplied colours are rounded by one or two.
        if any(max(abs(a - b) for a, b in zip(seen, c, strict=True)) <= 3 for c in colours)
    )
    assert near > 0.97 * sum(painted.values())


def test_the_legend_shows_the_classes_of_the_tiles(either: Visit) -> None:
    legend = _tilejson(either, "/tilejson/dose-rate.json?style=mean")["legend"]
    rows = either.page.locator("#legend section").first.locator(".classes li")
    shown = list(reversed([row.locator(".swatch").evaluate(RGB) for row in rows.all()]))
    assert shown == [list(bytes.fromhex(each["colour"][1:])) for each in legend]
    edges = list(reversed([row.locator(".edge").inner_text() for row in rows.all()]))
    for text, each in zip(edges, legend, strict=True):
        numbers = [float(n) for n in re.findall(r"[\d.]+", text.replace(",", ""))]
        wanted = [each[end] / 1000 for end in ("low", "high") if each[end] is not None]
        assert numbers == pytest.approx(wanted), text


def test_stations_stand_with_the_values_of_the_file(either: Visit) -> None:
    entry = next(
        each
        for each in _tilejson(either, "/current.json")["layers"]
        if each["id"] == "stations"
    )  # fmt: skip
    newest = entry["times"][-1]
    found = _tilejson(either, f"/files/stations/{newest['data']}/{newest['time']}.geojson")
    by_name = {
        f["properties"]["name_en"] or f["properties"]["code"]: f["properties"]["value"]
        for f in found["features"]
    }
    marks = either.page.locator("button.station").all()
    assert len(marks) >= 20
    for mark in marks[:25]:
        label = mark.get_attribute("aria-label") or ""
        value = by_name[label.split(": ")[0]]
        shown = mark.locator(".number").inner_text()
        if value is None:
            assert shown == ""
        else:
            assert float(shown) * 1000 == pytest.approx(value, abs=5.001)


def test_a_simulated_map_says_so_and_a_real_one_does_not(demo: Visit, real: Visit) -> None:
    notice = demo.page.locator("header .notice")
    assert notice.is_visible()
    assert notice.inner_text() == messages.text("context.simulated", "en")
    assert real.page.locator("header .notice").count() == 0
    said = real.page.locator("body").inner_text().lower()
    assert "simulated" not in said


def test_a_click_on_a_station_tells_value_unit_time_uncertainty_and_source(either: Visit) -> None:
    page = either.page
    mark = page.locator("button.station").nth(3)
    name = (mark.get_attribute("aria-label") or "").split(": ")[0]
    mark.click()
    card = page.locator("#card")
    card.wait_for(state="visible")
    assert card.locator("h2").inner_text() == name
    text = card.inner_text()
    assert re.search(r"\d\.\d+\s*µSv/h", text)
    facts = dict(
        zip(card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts(), strict=True)
    )
    for word in ("card.sd", "card.time", "card.utc", "card.status", "card.network", "card.code"):
        assert facts[messages.text(word, "en")].strip(), word
    assert re.search(r"± \d|not given", facts[messages.text("card.sd", "en")])
    assert ("Simulated" in text) is (
        "simulated" in page.locator("header.lead").inner_text().lower()
    )
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")


def test_a_click_on_the_surface_tells_what_is_estimated_there(either: Visit) -> None:
    page = either.page
    place = page.evaluate(FREE)
    assert place is not None
    page.mouse.click(*place)
    card = page.locator("#card")
    card.wait_for(state="visible")
    found = re.search(r"([\d.]+)° (N|S), ([\d.]+)° (E|W)", card.locator("h2").inner_text())
    assert found is not None
    lat = float(found[1]) * (1 if found[2] == "N" else -1)
    lon = float(found[3]) * (1 if found[4] == "E" else -1)
    answer = _tilejson(either, f"/api/v1/point?lon={lon}&lat={lat}")
    layer = next(each for each in answer["layers"] if each["layer"] == "dose-rate")
    mean = next(each["value"] for each in layer["values"] if each["name"] == "mean")
    shown = float(card.locator(".big strong").first.inner_text())
    # The heading is rounded to a thousandth of a degree, the value to two digits.
    assert shown * 1000 == pytest.approx(mean, abs=6, rel=0.03)
    text = card.inner_text()
    assert "90 %" in text
    assert messages.text("point.nearest", "en") in text
    page.locator("#card .close").click()
    card.wait_for(state="hidden")


def _pixel(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a position stands on the screen, by the view that the address tells."""
    found = re.search(r"map=([\d.]+)/(-?[\d.]+)/(-?[\d.]+)", page.url)
    assert found is not None, page.url
    zoom, *centre = map(float, found.groups())
    box = page.locator("#map").bounding_box()
    assert box is not None
    across = 256 * 2**zoom / (2 * geo.HALF_WORLD_M)
    (x, y), (x0, y0) = geo.mercator(lon, lat), geo.mercator(centre[1], centre[0])
    return (
        float(box["x"] + box["width"] / 2 + (x - x0) * across),
        float(box["y"] + box["height"] / 2 - (y - y0) * across),
    )


@pytest.mark.parametrize(("layer", "title"), [("earthquakes", "Earthquakes"), ("faults", "Faults")])
def test_what_is_drawn_answers_a_press_at_the_first_view(
    demo: Visit, layer: str, title: str
) -> None:
    """Where several things lie on one another the uppermost answers, whichever it is."""
    page = demo.page
    page.wait_for_url("**map=**")
    card = page.locator("#card")
    answered = 0
    for feature in _tilejson(demo, f"/files/{layer}/latest/static.geojson")["features"]:
        place = feature["geometry"]["coordinates"]
        lon, lat = place if layer == "earthquakes" else place[len(place) // 2]
        at = _pixel(page, lon, lat)
        if not page.evaluate(BARE, at):
            continue
        page.mouse.click(*at)
        card.wait_for(state="visible")
        answered += card.locator(".kicker").inner_text().startswith(title)
        page.keyboard.press("Escape")
        card.wait_for(state="hidden")
        if answered == 3:
            break
    assert answered == 3


def test_a_file_that_is_there_no_more_brings_its_successor(hours: Any, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
    answered: list[str] = []

    def outdated_at_first(route: Route) -> None:
        document = route.fetch().json()
        if not answered:
            for layer in document["layers"]:
                for entry in layer["times"]:
                    entry["data"] = "0000000000"
        answered.append(route.request.url)
        route.fulfill(json=document)

    page.route("**/current.json", outdated_at_first)
    page.goto(f"{hours.url}/en")
    page.wait_for_selector("button.station", timeout=20_000)  # the next regular look: in 60 s
    assert len(answered) > 1
    page.unroute_all(behavior="ignoreErrors")
    page.close()


def test_tiles_that_were_refused_are_asked_for_again(hours: Any, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
    refused: set[str] = set()

    def busy_at_first(route: Route) -> None:
        if route.request.url in refused:
            route.continue_()
        else:
            refused.add(route.request.url)
            route.fulfill(status=503, headers={"Retry-After": "1"})

    page.route("**/tiles/**", busy_at_first)
    page.goto(f"{hours.url}/en")
    page.wait_for_selector("button.station")
    deadline = time.monotonic() + 30
    while not (painted := page.evaluate(PAINTED)) and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    assert painted
    page.locator(".leaflet-base-pane img.leaflet-tile-loaded").first.wait_for()
    assert any("/dose-rate/" in url for url in refused)
    assert any("/basemap/" in url for url in refused)
    page.close()


def test_a_map_that_has_no_data_yet_says_so(hours: Any, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})

    def nothing_yet(route: Route) -> None:
        document = route.fetch().json()
        for layer in document["layers"]:
            if layer["id"] == "dose-rate":
                layer["times"] = []
        route.fulfill(json=document)

    page.route("**/current.json", nothing_yet)
    page.goto(f"{hours.url}/en")
    # not by a function: the page's policy lets nobody evaluate one twice
    expect(page.locator("#subtitle")).to_have_text(re.compile("no data yet$"), timeout=30_000)
    page.unroute_all(behavior="ignoreErrors")
    page.close()


@pytest.mark.parametrize(("width", "is_open"), [(820, False), (1024, True)])
def test_the_legend_leaves_the_map_to_a_narrow_screen(
    hours: Any, visit: Callable[..., Visit], width: int, is_open: bool
) -> None:
    page = visit(hours, size=(width, 1000)).page
    assert page.locator("#legend .classes li").first.is_visible() is is_open


def test_layers_are_chosen_in_the_panel(demo: Visit) -> None:
    page = demo.page
    page.locator("#tools button").first.click()
    panel = page.locator("#layers")
    panel.wait_for(state="visible")
    legend = page.locator("#legend")
    assert "Faults" in legend.inner_text()
    page.locator("#overlay-faults").uncheck()
    assert "Faults" not in legend.inner_text()
    page.locator("#overlay-faults").check()
    page.locator("#style").select_option("sd")
    page.wait_for_load_state("networkidle")
    assert demo.addresses("/tiles/dose-rate/sd/")
    # The colours of the stations are no longer those of the surface: they stand under their title.
    stations = legend.locator("section", has=page.locator(".shapes"))
    assert stations.locator("h3").inner_text() == "Stations, dose rate"
    last, shapes = (stations.locator(each).bounding_box() for each in (".classes", ".shapes"))
    assert last is not None
    assert shapes is not None
    assert shapes["y"] >= last["y"] + last["height"] + 4
    page.locator("#filled-pm2-5").check()
    page.wait_for_load_state("networkidle")
    assert demo.addresses("/tiles/pm2-5/mean/")
    assert "µg/m³" in legend.inner_text()
    page.locator("#filled-none").check()
    page.locator(".leaflet-surface-pane canvas").wait_for(state="detached")
    page.locator("#filled-dose-rate").check()
    page.locator("#unit-ns").check(force=True)
    assert "nSv/h" in legend.inner_text()
    page.locator("#unit-us").check(force=True)
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    page.wait_for_url(re.compile(r"layer=dose-rate(?!\.sd).*unit=uSv"))  # a moment after the choice
    demo.settle()
    assert demo.complaints == []


def test_another_hour_has_another_address_of_tiles(demo: Visit) -> None:
    page = demo.page
    demo.asked.clear()
    page.reload()  # what was fetched ahead before is asked for no more
    demo.settle()
    clock = page.locator("#time output").inner_text()
    page.get_by_role("button", name=messages.text("time.back", "en")).click()
    page.wait_for_load_state("networkidle")
    assert page.locator("#time output").inner_text() != clock
    page.wait_for_url(re.compile("time="))
    shown = re.search(r"time=(\d{4}-\d\d-\d\dT\d\d:00:00Z)", page.url)
    assert shown
    # Hours that may be chosen next are fetched ahead, each by its own address.
    demo.wait_asked("/tiles/dose-rate/mean/", f"/{shown[1]}/")
    page.locator("#time .live").click()
    page.wait_for_load_state("networkidle")
    assert page.locator("#time output").inner_text() == clock
    assert demo.complaints == []


def test_the_keyboard_reaches_everything_and_opens_a_station(demo: Visit) -> None:
    page = demo.page
    page.locator("a.skip").focus()  # the first stop of the page
    reached: list[str] = []
    for _ in range(60):
        here = page.evaluate(
            "(e => e === document.body ? 'end' : (e.closest('[id]')?.id ?? '') + ' ' + e.className)"
            "(document.activeElement)"
        )
        if here == "end":
            break
        reached.append(here)
        page.keyboard.press("Tab")
    for wanted in ("skip", "languages", "tools", "legend", "station", "time"):
        assert any(wanted in each for each in reached), (wanted, reached)
    assert sum("station" in each for each in reached) == 1  # one stop; arrows go on from there
    page.locator("button.station[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert second not in (None, first)
    page.keyboard.press("Enter")
    page.locator("#card").wait_for(state="visible")
    assert page.locator("#card h2").inner_text() == second.split(": ")[0]
    page.keyboard.press("Escape")
    page.locator("#card").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.className").startswith("station")


@pytest.fixture(scope="module")
def telephone(hours: Any, visit: Callable[..., Visit]) -> Visit:
    return visit(hours, "/en", NARROW)


@pytest.mark.parametrize(
    "language",
    ["kk", "ru", *(pytest.param(language, marks=pytest.mark.full) for language in ("uz", "en"))],
)
def test_every_language_fits_a_telephone(telephone: Visit, pictures: Path, language: str) -> None:
    page = telephone.page
    page.goto(f"{telephone.url}/{language}")
    telephone.settle()
    assert page.locator("html").get_attribute("lang") == language
    notice = page.locator("header .notice")
    assert notice.is_visible()
    assert notice.inner_text() == messages.text("context.simulated", language)
    title = TITLES[language].split(" · ")[0]
    assert title in page.locator("h1").inner_text()
    assert page.evaluate(FITS)
    page.screenshot(path=pictures / f"narrow-{language}.png")
    page.locator("#tools button").first.click()
    page.locator("#layers").wait_for(state="visible")
    assert page.evaluate(FITS)
    page.screenshot(path=pictures / f"narrow-{language}-layers.png")
    assert telephone.complaints == []


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        (NARROW, "light"),
        (WIDE, "dark"),
        pytest.param(WIDE, "light", marks=pytest.mark.full),
        pytest.param(NARROW, "dark", marks=pytest.mark.full),
    ],
    ids=["narrow-light", "wide-dark", "wide-light", "narrow-dark"],
)
def test_the_page_of_a_layer_fits_every_screen(
    hours: Any, browser: Browser, pictures: Path, size: tuple[int, int], scheme: Any
) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("requestfailed", lambda failed: complaints.append(failed.url))
    for language in messages.LANGUAGES:
        for layer in ("dose-rate", "stations", "seismic-zones"):
            page.goto(f"{hours.url}/{language}/layers/{layer}")
            page.wait_for_load_state("networkidle")
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert page.evaluate(FITS), (language, layer)
            assert page.evaluate(OVERFLOWING) == [], (language, layer)
            name = f"layer-{layer}-{language}-{size[0]}-{scheme}.png"
            page.screenshot(path=pictures / name, full_page=True)
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (int(re.findall(r"\d+", paper)[0]) < 100) is (scheme == "dark")
    assert complaints == []
    page.close()


def test_the_panel_leads_to_the_page_of_a_layer_and_back(
    hours: Any, visit: Callable[..., Visit]
) -> None:
    made = visit(hours)
    page = made.page
    page.locator("#tools button").first.click()
    link = page.locator("#about-dose-rate")
    words = messages.text("layers.about", "en").format(title="")
    assert (link.get_attribute("aria-label") or "").startswith(words)
    link.click()
    page.wait_for_url("**/en/layers/dose-rate")
    assert page.locator("h1").inner_text() == page.title().split(" · ")[0]
    assert messages.text("about.scores", "en") in page.locator("caption").all_inner_texts()
    page.locator("a.map").click()
    made.settle()
    assert made.complaints == []
    page.close()


@pytest.mark.full
def test_the_real_map_fits_a_telephone(
    own_map: Any, visit: Callable[..., Visit], pictures: Path
) -> None:
    made = visit(own_map, "/ru", NARROW)
    assert made.page.evaluate(FITS)
    made.page.screenshot(path=pictures / "narrow-real.png")
    assert made.complaints == []
    made.page.close()


def test_a_dark_screen_gets_a_dark_map(
    hours: Any, visit: Callable[..., Visit], pictures: Path
) -> None:
    made = visit(hours, "/en", WIDE, "dark")
    assert made.page.locator("html").get_attribute("data-theme") == "dark"
    assert made.addresses("/tiles/basemap/dark/")
    assert not made.addresses("/tiles/basemap/light/")
    picture = made.page.screenshot(path=pictures / "wide-dark.png")
    with Image.open(io.BytesIO(picture)) as image:
        (brightness,) = ImageStat.Stat(image.convert("L")).mean
    assert brightness < 100
    assert made.complaints == []
    made.page.close()


@pytest.mark.full
def test_a_link_shows_what_its_sender_saw(own_map: Any, visit: Callable[..., Visit]) -> None:
    made = visit(own_map, "/en#map=6/50/10&layer=background.default&with=stations", surface=False)
    assert made.addresses("/tiles/background/default/")
    assert not made.addresses("/tiles/dose-rate/")
    made.page.wait_for_url(re.compile(r"map=6/50"))
    found = re.search(r"map=([\d.]+)/([\d.]+)/([\d.]+)", made.page.url)
    assert found is not None
    zoom, lat, lon = map(float, found.groups())
    assert (zoom, math.isclose(lat, 50, abs_tol=0.2), math.isclose(lon, 10, abs_tol=0.2)) == (
        6, True, True,
    )  # fmt: skip
    made.page.close()
