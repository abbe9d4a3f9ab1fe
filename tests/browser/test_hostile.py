"""Bad names and numbers, ten thousand stations, a server that goes: the page stays up and safe."""

import csv
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser

from layers.model import Context, Feature, Station
from layers.store import Batch, Writer
from tests.browser.line import Line
from tests.browser.networks import fill, grid, last_hour
from tests.browser.visits import NARROW, WIDE, Visit, text, visit
from tests.servers import Server, serving, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.full]

MARKUP = "<img src=x onerror=\"document.title='taken'\">"
NAMES = [
    MARKUP,
    "</script><script>document.title='taken'</script>",
    "&lt;b&gt; {{ 7 * 7 }} ${7*7} %s {name}",
    "\u202eтелефон\u202c مرحبا שלום",
    "Long" * 100,
    "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "👩‍👩‍👧‍👦 \u200b\u200d",
    "'; DROP TABLE stations; --",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
]
MANY = 10_000
MOST_MARKS, MOST_ROWS = 250, 500


@pytest.fixture(scope="module")
def rude(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Stations and an earthquake whose names and notes are meant to harm."""
    folder = tmp_path_factory.mktemp("rude") / "data"
    stations = [
        Station(f"R{i}", "open", 62.0 + 3 * (i % 4), 40.0 + 3 * (i // 4), {"en": name, "kk": name})
        for i, name in enumerate(NAMES)
    ]
    values = np.random.default_rng(3).normal(110, 4, (len(NAMES), 60))
    values[0, -1] = 900.0  # the state in words names it
    fill(folder, stations, values, last_hour())
    writer = Writer(folder, Context.ROUTINE)
    quake = Feature(
        "Q<1>",
        "earthquakes",
        shapely.Point(66, 42),
        {"place": MARKUP, "magnitude": 7.9, "depth_km": 10.0, "note": MARKUP, "name": MARKUP},
        last_hour() - timedelta(days=400),
    )
    batch = Batch("quake", "quake", "test", None, Context.ROUTINE, last_hour())
    writer.append_features(batch, [quake])
    writer.close()
    with serving(folder, "--no-demo", "--workers", "1", "--surface-hours", "2") as server:

        def stands() -> bool:
            layers: Any = server.json("/current.json")["layers"]
            return any(each["id"] == "dose-rate" and each["times"] for each in layers)

        wait_for(stands, 150, server.log.read_text)
        yield server


def unharmed(made: Visit) -> None:
    assert made.page.locator("img[src='x']").count() == 0
    assert made.page.title() != "taken"
    made.check()


@pytest.mark.parametrize("size", [WIDE, (320, 640)], ids=["wide", "narrow"])
def test_names_and_notes_are_text_in_every_panel(
    browser: Browser, rude: Server, size: tuple[int, int]
) -> None:
    made = visit(browser, rude.url, "/en", size)
    page = made.page
    assert MARKUP in page.locator("#state").inner_text()
    for code, name in ((f"R{i}", name) for i, name in enumerate(NAMES[:5])):
        made.go(f"{rude.url}/en#station={code}")
        card = page.locator("#card")
        card.locator(".chart-part").wait_for()
        assert card.locator("h2").inner_text().strip() == name.strip()
        assert made.fits()
        made.axe()
        unharmed(made)
    page.keyboard.press("Escape")
    page.get_by_role("button", name=text("tools.table"), exact=True).click()
    listed = page.locator("#table").inner_text()
    assert all(name in listed for name in NAMES[:3])
    made.axe()
    made.go(f"{rude.url}/en#feature=earthquakes/Q<1>")
    page.locator("#card h2").wait_for()
    assert made.fits()
    unharmed(made)
    page.close()


@pytest.mark.parametrize(
    "path", ["/kk/lite", "/en/layers/stations", "/en/layers/earthquakes", "/embed?lang=kk"]
)
def test_pages_without_script_hold_them_as_text(browser: Browser, rude: Server, path: str) -> None:
    page = browser.new_page(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.goto(rude.url + path)
    assert page.locator("img[src='x']").count() == 0
    assert page.title() != "taken"
    page.close()


def test_feed_picture_and_preview_take_them(rude: Server) -> None:
    status, _, body = rude.get("/feeds/alarms.atom?lang=en")
    assert status == 200
    assert b"&lt;img src=x" in body
    assert b"<img src=x" not in body
    assert rude.get("/map.png?lang=kk")[0] == 200
    assert b"<img src=x" not in rude.get("/en")[2]


def test_numbers_that_are_none_are_refused_or_gaps_and_never_shown(
    browser: Browser, rude: Server, tmp_path: Path
) -> None:
    table = tmp_path / "values.csv"
    begin, end = (last_hour() + timedelta(hours=h) for h in (0, 1))
    with table.open("w", newline="") as written:
        out = csv.writer(written)
        out.writerow(
            ["station_code", "time_start_utc", "time_end_utc", "quantity", "value", "unit"]
        )
        for i, value in enumerate(["NaN", "inf", "-Infinity", "1e999", "", "nan", "0x7f", "--"]):
            at = [f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in (begin, end)]
            out.writerow([f"R{i + 1}", *at, "ambient_dose_rate", value, "nSv/h"])
    incoming = rude.data_dir / "incoming"
    (incoming / ".part").write_bytes(table.read_bytes())
    (incoming / ".part").rename(incoming / "values.csv")
    wait_for(lambda: not (incoming / "values.csv").exists(), 60, rude.log.read_text)
    made = visit(browser, rude.url, "/en", WIDE)
    made.page.get_by_role("button", name=text("tools.table"), exact=True).click()
    made.page.locator("#table table").first.wait_for()
    shown = made.page.locator("body").inner_text()
    assert not [word for word in ("NaN", "nfinity", "undefined", "null") if word in shown]
    latest = rude.json("/files/stations/latest/latest.geojson")["features"]
    assert all(
        value is None or 0 < value < 1e5
        for value in (each["properties"]["value"] for each in latest)
    )
    unharmed(made)
    made.page.close()


def test_a_server_that_is_away_for_a_minute_is_told_of_and_comes_back(
    browser: Browser, rude: Server
) -> None:
    line = Line(rude)
    page = browser.new_page(viewport={"width": NARROW[0], "height": NARROW[1]})
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.clock.install()
    page.goto(f"{line.url}/en")
    page.wait_for_selector("button.station")
    page.clock.run_for(11_000)  # a stream tells of news from then on
    before = page.locator("button.station").first.get_attribute("aria-label")
    said = page.locator("#state").inner_text()
    line.cut()
    page.clock.run_for(61_000)
    banner = page.locator("#offline")
    banner.wait_for(state="visible")
    assert banner.inner_text().startswith(text("page.offline"))
    # What was known stays, and names its hour.
    assert page.locator("button.station").first.get_attribute("aria-label") == before
    assert page.locator("#state").inner_text() == said
    page.locator("button.station").first.click()
    line.mend()
    page.clock.run_for(61_000)
    banner.wait_for(state="hidden")
    page.locator("button.station").last.click()
    page.locator("#card .chart-part").wait_for()
    assert broken == []
    page.close()
    line.cut()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A network of ten thousand stations."""
    folder = tmp_path_factory.mktemp("large") / "data"
    values = np.random.default_rng(9).normal(120, 10, (MANY, 2))
    fill(folder, grid(MANY), values, last_hour())
    with serving(folder, "--no-demo", "--workers", "1", "--surface-hours", "1") as server:
        yield server


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_ten_thousand_stations_leave_the_page_quick(
    browser: Browser, large: Server, size: tuple[int, int]
) -> None:
    took: dict[str, float] = {}

    def timed(name: str, begun: float) -> None:
        took[name] = round(1000 * (time.monotonic() - begun))

    begun = time.monotonic()
    made = visit(browser, large.url, "/en", size)
    timed("first view", begun)
    page = made.page
    assert 0 < page.locator("button.station").count() <= MOST_MARKS
    begun = time.monotonic()
    page.evaluate("document.querySelector('#map').focus()")
    page.mouse.move(size[0] / 2, size[1] / 2)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(300)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    timed("zoom", begun)
    begun = time.monotonic()
    page.get_by_role("button", name=text("tools.table"), exact=True).click()
    rows = page.locator("#table table").first.locator("tbody tr")
    rows.first.wait_for()
    timed("list", begun)
    assert rows.count() <= MOST_ROWS
    begun = time.monotonic()
    page.locator("#table-find").fill(f"Place {MANY - 1}")
    page.wait_for_function("() => document.querySelectorAll('#table tbody tr').length === 1")
    timed("find", begun)
    assert page.evaluate("document.querySelectorAll('*').length") < 12_000
    print(f"{MANY} stations, {size[0]} px, ms:", took)
    made.axe()
    made.check()
    page.close()


def test_ten_thousand_stations_leave_the_page_light(large: Server) -> None:
    for path in ("/en", "/kk/lite"):
        status, _, body = large.get(path, **{"Accept-Encoding": "gzip"})
        assert status == 200
        assert len(body) < 12_000


def test_a_server_that_goes_away_is_told_of_and_comes_back(browser: Browser, hours: Any) -> None:
    page = browser.new_page(viewport={"width": NARROW[0], "height": NARROW[1]})
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.clock.install()
    page.goto(f"{hours.url}/en")
    page.wait_for_selector("button.station")
    before = page.locator("button.station").first.get_attribute("aria-label")
    page.route("**/*", lambda route: route.abort())
    page.clock.run_for(61_000)
    banner = page.locator("#offline")
    banner.wait_for(state="visible")
    assert banner.inner_text().startswith(text("page.offline"))
    assert page.locator("button.station").first.get_attribute("aria-label") == before
    # What needs the server says that it cannot, and the page stays up.
    page.locator("button.station").first.click()
    page.wait_for_timeout(300)
    page.unroute_all(behavior="ignoreErrors")
    page.clock.run_for(61_000)
    banner.wait_for(state="hidden")
    # By key: where the map has moved, a mark may lie under the heading.
    page.locator("button.station").last.press("Enter")
    page.locator("#card").wait_for(state="visible")
    assert broken == []
    page.close()
