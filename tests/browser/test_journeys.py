"""What a citizen, an operator and a reader without a mouse do on the map, in a real browser."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Browser, Route, expect

from layers import messages
from tests.browser.visits import NARROW, WIDE, Visit, text, tool
from tests.servers import wait_for

pytestmark = pytest.mark.browser

CODE_KB = 70
HTML_KB = 12
FIRST_VIEW_KB = 450
FONTS_KB = 30
OWN_REQUESTS = 20
TILES = 40
STATION = "KZAST"


@pytest.fixture(scope="module")
def phone(opening: Callable[..., Visit]) -> Visit:
    """The first view of somebody with a telephone."""
    return opening("/en", NARROW)


def weighed(made: Visit) -> tuple[int, int]:
    """Print what a first view weighs; return its bytes and how many tiles it has."""
    sizes = {each.url: int(each.headers.get("content-length", 0)) for each in made.answers}
    own = {url for url in sizes if "/tiles/" not in url and not url.endswith("/api/v1/events")}
    tiles, total = sum("/tiles/" in url for url in sizes), sum(sizes.values())
    print(f"{len(own)} requests, {tiles} tiles, {total} B")
    assert len(own) <= OWN_REQUESTS
    assert not any("/later-" in url for url in sizes)
    assert made.page.evaluate("[window.shifted, window.moved]") == [0, []]
    made.check()
    return total, tiles


def test_the_first_view_is_within_its_budgets_and_nothing_moves(phone: Visit) -> None:
    answers = list(phone.answers)
    sizes = {each.url: int(each.headers.get("content-length", 0)) for each in answers}
    html = sizes[f"{phone.url}/en"]
    code = sum(n for url, n in sizes.items() if re.search(r"/static/app-\w+\.(js|css)$", url))
    fonts = sum(n for url, n in sizes.items() if url.endswith(".woff2"))
    print(f"code {code} B, page {html} B, letters {fonts} B")
    assert {each.headers.get("content-encoding") for each in answers if "app-" in each.url} == {
        "gzip"
    }
    assert 10_000 < code <= CODE_KB * 1000
    assert 1_000 < html <= HTML_KB * 1000
    assert fonts <= FONTS_KB * 1000
    total, tiles = weighed(phone)
    assert total <= FIRST_VIEW_KB * 1000
    assert tiles <= TILES
    # Most of the screen is the map.
    free = phone.page.evaluate(
        "document.querySelector('#time').getBoundingClientRect().top"
        " - document.querySelector('.lead').getBoundingClientRect().bottom"
    )
    assert free > 0.6 * NARROW[1]


@pytest.mark.parametrize(
    ("language", "size", "dense"), [("en", WIDE, 1), ("kk", NARROW, 3), ("ru", (768, 1024), 1)]
)
@pytest.mark.full
def test_the_first_view_is_light_on_other_screens_too(
    opening: Callable[..., Visit], language: str, size: tuple[int, int], dense: int
) -> None:
    made = opening(f"/{language}", size, device_scale_factor=dense)
    assert weighed(made)[0] <= FIRST_VIEW_KB * 1000


def test_a_citizen_asks_whether_it_is_normal_here(phone: Visit) -> None:
    page = phone.page
    # Each hour a station or two are silent: one that spoke is asked.
    mark = page.locator("button.station:has(.number:not(:empty))").first
    name = (mark.get_attribute("aria-label") or "").split(": ")[0]
    mark.click()
    card = page.locator("#card")
    card.wait_for(state="visible")
    assert page.evaluate("document.activeElement.textContent") == name
    shown = card.inner_text()
    assert text("context.simulated") in shown
    assert re.search(r"\d\.\d\d\s*µSv/h", shown)
    assert re.search(r"\d+ (min|h) ago", shown)
    # A day of history is too short to judge by, and the card says so.
    assert text("usual.short") in shown
    card.locator(".chart .curve").wait_for(state="attached")
    assert phone.fits()
    phone.axe()
    card.get_by_text("µR/h", exact=True).click()
    card.get_by_text(text("card.conversion")).wait_for()
    assert page.evaluate("document.activeElement.id") == "card-unit-ur"  # it kept the focus
    micro = float(card.locator(".big strong").inner_text())
    page.locator("label[for], label.segment").get_by_text("nSv/h", exact=True).last.click()
    page.wait_for_function("document.querySelector('#card-unit-ns').checked")
    assert float(card.locator(".big strong").inner_text()) == pytest.approx(10 * micro, abs=0.6)
    page.locator("#card-unit-us").check(force=True)
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.className") == "station"
    phone.check()


@pytest.mark.full
def test_the_chart_is_what_the_server_keeps_and_can_be_downloaded(
    phone: Visit, hours: Any, tmp_path: Path
) -> None:
    page = phone.page
    phone.go(f"{phone.url}/en#station={STATION}&span=30d")
    card = page.locator("#card")
    holder = card.locator(".chart-holder")
    holder.wait_for()
    rows = hours.json(
        f"/api/v1/series?layer=stations&station={STATION}"
        "&begin=2000-01-01T00:00:00Z&end=2000-01-02T00:00:00Z"
    )["rows"]
    assert rows == []
    address = card.locator("a[download]").get_attribute("href")
    kept = list(csv.DictReader(io.StringIO(hours.get(address)[2].decode())))
    assert int(holder.get_attribute("aria-valuemax") or 0) == len(kept) - 1
    holder.focus()
    page.keyboard.press("Home")
    assert f"{float(kept[0]['value']) / 1000:.2f}" in card.locator(".readout").inner_text()
    page.keyboard.press("ArrowRight")
    assert f"{float(kept[1]['value']) / 1000:.2f}" in card.locator(".readout").inner_text()
    with page.expect_download() as saving:
        card.locator("a[download]").click()
    table = list(csv.DictReader(io.StringIO(Path(saving.value.path()).read_text("utf-8"))))
    assert table == kept
    assert {row["context"] for row in table} == {"simulated"}
    page.keyboard.press("Escape")


@pytest.mark.full
def test_any_place_is_told_of_in_words_and_where_nothing_is_known_too(phone: Visit) -> None:
    page = phone.page
    phone.go(f"{phone.url}/en#place=44.8/65.5&layer=dose-rate.exceedance&threshold=120")
    card = page.locator("#card")
    card.locator(".nearest").wait_for()
    said = card.inner_text()
    answer = json.loads(
        page.request.get(
            f"{phone.url}/api/v1/point?lon=65.5&lat=44.8&layer=dose-rate&threshold=120"
        ).body()
    )
    layer = next(each for each in answer["layers"] if each["layer"] == "dose-rate")
    values = {each["name"]: each["value"] for each in layer["values"]}
    assert f"{values['mean'] / 1000:.2f}" in card.locator(".big").first.inner_text()
    chance = text("point.chance", value="0.12\xa0µSv/h", chance=f"{values['exceedance']:.0%}")
    assert chance.replace("%", "").rstrip(". ") in said.replace("%", "").replace("\n", " ")
    assert re.search(r"The nearest station, \w+, stands [\d.]+ km away", said)
    assert text("point.shaking", low="", high="").split("  ")[0][:30] in said
    phone.axe()
    phone.go(f"{phone.url}/en#place=20/65.5")
    card.locator(".unknown").first.wait_for()
    assert text("reason.outside_domain") in card.inner_text()
    page.keyboard.press("Escape")
    phone.check()


@pytest.mark.full
@pytest.mark.parametrize("size", [(320, 640), NARROW])
@pytest.mark.parametrize("words", [f"station={STATION}", "place=44.8/65.5"])
def test_on_a_phone_a_card_leaves_the_place_that_it_speaks_of_in_sight(
    opening: Callable[..., Visit], size: tuple[int, int], words: str
) -> None:
    page = opening(f"/kk#{words}", size).page
    page.locator("#card h3").first.wait_for()
    of = '.station[aria-pressed="true"]' if words.startswith("station") else ".place"
    page.wait_for_function(
        """(of) => {
          const box = (each) => document.querySelector(each).getBoundingClientRect();
          const {top, bottom} = box(of);
          return top > box(".lead").bottom && bottom < box("#card").top;
        }""",
        arg=of,
    )
    assert page.locator("#card .notice").is_visible()
    assert not page.locator("#state").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#state").is_visible()


@pytest.mark.full
def test_a_card_that_is_long_in_coming_says_so_and_is_never_empty(
    opening: Callable[..., Visit],
) -> None:
    page = opening("/en", NARROW).page
    waiting: list[Route] = []
    page.route("**/api/v1/point?*", lambda route: waiting.append(route))
    card, place = page.locator("#card"), {"x": 60, "y": 640}
    page.locator("#map").click(position=place)
    expect(card).to_contain_text(text("point.coming"))
    assert page.evaluate("document.activeElement.tagName") == "H2"
    # Another hour is asked for before the first answer is there, which is too late then.
    page.locator("#time input").press("ArrowLeft")
    page.wait_for_timeout(600)
    assert len(waiting) == 2
    waiting[0].continue_()
    page.wait_for_timeout(600)
    expect(card).to_contain_text(text("point.coming"))
    page.locator("#card h2").focus()
    waiting[1].continue_()
    page.locator("#card .nearest").wait_for()
    assert text("point.coming") not in card.inner_text()
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.keyboard.press("Escape")
    # One that is dismissed before it came does not open.
    page.locator("#map").click(position=place)
    page.wait_for_timeout(100)
    page.keyboard.press("Escape")
    page.wait_for_timeout(600)
    waiting[2].continue_()
    page.wait_for_timeout(600)
    assert card.is_hidden()


@pytest.mark.full
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_corners_of_the_map_speak_the_language_of_the_page(
    opening: Callable[..., Visit], language: str
) -> None:
    made = opening(f"/{language}")
    page = made.page
    scale = page.locator(".leaflet-control-scale-line").inner_text()
    assert re.fullmatch(r"\d+\xa0км", scale), scale
    credit = page.locator(".leaflet-control-attribution").inner_text()
    for name in ("land", "values"):
        assert messages.text(f"public.shipped.{name}", language) in credit
    made.go(f"{made.url}/{language}#station={STATION}")
    card = page.locator("#card")
    card.get_by_text(messages.text("public.shipped.network_kz", language)).wait_for()


@pytest.mark.full
def test_an_address_holds_the_whole_state(opening: Callable[..., Visit]) -> None:
    asked = (
        "/en#map=6/43/70&layer=dose-rate.exceedance&threshold=120&with=stations,faults"
        "&unit=nSv/h&place=43.00000/70.00000&against=-1h&swipe=30&theme=dark"
    )
    made = opening(asked, WIDE)
    page = made.page
    page.locator("#card .nearest").wait_for()
    page.locator("#swipe").wait_for()
    page.wait_for_url(re.compile("map=6/43"))
    words = dict(word.split("=", 1) for word in page.url.partition("#")[2].split("&"))
    wanted = dict(word.split("=", 1) for word in asked.partition("#")[2].split("&"))
    assert words.pop("map").startswith("6/")
    wanted.pop("map")
    assert words == wanted
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("#swipe input").input_value() == "30"
    left, right = page.locator(".side-name").all_inner_texts()
    assert left != right
    # Each side of the line is cut out of its own surface.
    cuts = [
        page.evaluate(f"getComputedStyle(document.querySelector('.leaflet-{pane}-pane')).clipPath")
        for pane in ("surface", "compared")
    ]
    assert all(cut.startswith("polygon(") for cut in cuts)
    assert cuts[0] != cuts[1]
    hrefs = [link.get_attribute("href") or "" for link in page.locator("#languages a").all()]
    assert all("threshold=120" in href for href in hrefs)
    made.axe()
    made.check()


def test_a_screen_reader_is_told_of_regions_headings_and_stations(phone: Visit) -> None:
    page = phone.page
    phone.go(f"{phone.url}/en")
    tree = page.locator("body").aria_snapshot()
    for wanted in (
        'heading "Radiation and environment Kazakhstan – Uzbekistan" [level=1]',
        'navigation "Language"',
        'region "Map tools"',
        'region "Legend"',
        'slider "Time"',
        'button "Live" [pressed]',
        "main",
    ):
        assert wanted in tree, wanted
    assert re.search(r'button "\w[\w-]*: [\d.]+\sµSv/h. Stations, dose rate"', tree)


@pytest.mark.full
def test_a_view_is_kept_as_a_picture_a_link_and_a_print(
    opening: Callable[..., Visit], tmp_path: Path
) -> None:
    made = opening("/en", WIDE)
    page = made.page
    tool(page, "tools.keep").click()
    panel = page.locator("#layers .keep")
    panel.wait_for()
    made.axe()
    link = page.locator("#keep-link").input_value()
    assert link.startswith(f"{made.url}/en?map=")  # a preview shows the same view
    with page.expect_download() as saving:
        page.locator("#keep-png").click()
    with Image.open(saving.value.path()) as picture:
        assert picture.size == (WIDE[0], WIDE[1] + 54)
        # Neither empty nor of one colour, and the foot is written upon.
        assert all(deviation > 8 for deviation in ImageStat.Stat(picture.convert("RGB")).stddev)
        foot = picture.convert("L").crop((0, WIDE[1], WIDE[0], WIDE[1] + 54))
        assert ImageStat.Stat(foot).extrema[0][0] < 90
    # What goes to the printer is one sheet with that picture.
    page.evaluate("window.print = () => undefined")
    page.locator("#keep-print").click()
    page.locator("#sheet").wait_for(state="attached")
    page.emulate_media(media="print")
    assert page.locator("#sheet").is_visible()
    assert page.locator(".shell").is_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="null")
    for entry in panel.locator("a[download]").all():
        answer = page.request.get(made.url + (entry.get_attribute("href") or ""))
        assert answer.status == 200
    page.keyboard.press("Escape")
    pdf = tmp_path / "print.pdf"
    page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
    sheets = pypdf.PdfReader(pdf).pages
    assert len(sheets) == 1
    width, height = (float(n) for n in sheets[0].mediabox[2:])
    assert (round(width), round(height)) == (842, 595)  # A4 across, in points
    written = sheets[0].extract_text()
    for word in (text("context.simulated"), "Legend", "UTC+5"):
        assert word in written
    made.check()


def test_one_day_tells_nothing_of_what_is_usual_and_the_page_says_so(
    opening: Callable[..., Visit],
) -> None:
    found = opening("/en#layer=dose-rate-relative.mean&place=43.3/76.5", WIDE)
    expect(found.page.locator("#subtitle")).to_contain_text(text("reason.no_normal"))
    expect(found.page.locator("#card")).to_contain_text(text("reason.no_normal"))
    assert not any("/tiles/dose-rate-relative/" in url for url in found.asked)
    found.check()


HOSTILE = "<img src=x onerror=\"document.title='taken'\">"


def test_hostile_names_notes_and_numbers_are_text_and_gaps(browser: Browser, hours: Any) -> None:
    page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("dialog", lambda dialog: broken.append(dialog.message))

    def poisoned(route: Route) -> None:
        document = route.fetch().json()
        for i, feature in enumerate(document["features"]):
            told = feature["properties"]
            for key in ("name_en", "name", "place", "note"):
                if key in told:
                    told[key] = f"{HOSTILE} {i}"
        route.fulfill(json=document)

    def listed(route: Route) -> None:
        document = route.fetch().json()
        alike, count = document["same"], len(document["lon"])
        told = {name: [value] * count for name, value in alike.items()} | document["each"]
        for key in ("name_en", "network_name", "status"):
            told[key] = [f"{HOSTILE} {i}" for i in range(count)]
        told["value"] = [None if i % 3 == 0 else value for i, value in enumerate(told["value"])]
        told["reasons"] = [[HOSTILE]] * count
        route.fulfill(json={**document, "same": {}, "each": told})

    page.route("**/files/**/*.geojson", poisoned)
    page.route("**/files/**/*.json", listed)
    page.goto(f"{hours.url}/en")
    page.wait_for_selector("button.station")
    mark = page.locator("button.station").nth(2)
    assert HOSTILE in (mark.get_attribute("aria-label") or "")
    mark.click()
    card = page.locator("#card")
    card.wait_for(state="visible")
    assert HOSTILE in card.locator("h2").inner_text()
    assert HOSTILE in card.inner_text()
    page.keyboard.press("Escape")
    tool(page, "tools.table").click()
    assert HOSTILE in page.locator("#table").inner_text()
    assert page.locator("img[src='x']").count() == 0
    assert page.title() != "taken"
    assert broken == []
    page.unroute_all(behavior="ignoreErrors")
    page.close()


def test_what_a_map_did_not_get_is_asked_for_until_it_comes(browser: Browser, hours: Any) -> None:
    page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]}, service_workers="block")
    page.clock.install()
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.abort()

    def asked() -> int:
        page.wait_for_timeout(20)
        return len(refused)

    page.route("**/files/faults/**", refuse)
    page.route("**/files/stations/**", lambda route: route.abort(), times=2)
    page.goto(f"{hours.url}/en#with=faults,stations&station=KZAST")
    lost = page.locator("#lost")
    while (times := asked()) < 7:
        page.clock.run_for(75_000)
        wait_for(lambda: asked() > times)
    lost.wait_for(state="visible")
    # What came late is on the map, and in the card that the link names.
    page.locator("#card .chart-holder").wait_for()
    assert page.locator("button.station").count() > 20
    assert lost.inner_text() == text("page.lost")
    assert page.locator("#offline").is_hidden()  # the server answers all else
    page.unroute("**/files/faults/**")
    with page.expect_response("**/files/faults/**") as came:
        page.clock.run_for(75_000)
    assert came.value.ok
    lost.wait_for(state="hidden")
    page.close()
