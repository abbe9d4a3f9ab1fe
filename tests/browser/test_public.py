"""What the public has without script, without a line, in other pages: in a real browser."""

import gzip
import http.server
import json
import re
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route

from layers import messages
from tests.browser.line import Line
from tests.real.conftest import browser, demonstration  # noqa: F401
from tests.servers import Server, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.full]

AXE = Path(__file__).parents[2] / "static" / "node_modules" / "axe-core" / "axe.min.js"
HTML_BYTES, LITE_BYTES = 12_000, 100_000
LANGUAGES = messages.LANGUAGES
FITS = "document.scrollingElement.scrollWidth <= innerWidth"


@pytest.fixture(scope="module")
def server(demonstration: Server) -> Server:  # noqa: F811
    """The demonstration, once it has a surface of its newest hour."""

    def stands() -> bool:
        status, _, said = demonstration.get("/readyz")
        return status == 200 and not json.loads(said)["surfaces_waiting"]

    wait_for(stands, story=demonstration.log.read_text)
    return demonstration


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Any]:  # noqa: F811
    """Open pages in contexts of their own; all that they ask and complain of is kept."""
    opened: list[BrowserContext] = []

    def begin(url: str = "", size: tuple[int, int] = (1280, 800), **options: Any) -> Page:
        viewport: Any = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, reduced_motion="reduce", **options)
        opened.append(context)
        page = context.new_page()
        page.complaints = []  # type: ignore[attr-defined]
        page.asked = []  # type: ignore[attr-defined]
        page.set_default_timeout(90_000)  # a machine may have other things to do
        page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
        page.on("request", lambda asked: page.asked.append(asked.url))  # type: ignore[attr-defined]
        if url:
            page.goto(url, wait_until="load")
        return page

    yield begin
    for context in opened:
        context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_script_the_page_is_state_picture_and_table(
    server: Server, open_page: Any, language: str
) -> None:
    page = open_page(f"{server.url}/{language}", java_script_enabled=False)
    summary = server.json(f"/api/v1/summary?lang={language}")
    assert summary["level"] == "calm"
    assert page.locator("#state .said").inner_text() == summary["text"]
    assert page.locator("#state .of-hour").inner_text() == summary["when"]
    assert page.locator("noscript tbody tr").count() == summary["stations"] == 96
    assert page.locator("#stale").is_hidden()
    box = page.locator("#preview img").bounding_box()
    assert box is not None
    assert box["width"] > 600
    assert box["y"] > page.locator(".lead").bounding_box()["y"]
    assert {url[: len(server.url)] for url in page.asked} == {server.url}
    image = next(url for url in page.asked if "/map.webp?" in url)
    _, headers, body = server.get(image[len(server.url) :])
    assert headers["Content-Type"] == "image/webp"
    assert Image.open(BytesIO(body)).size[0] >= 720


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_light_page_has_all_of_it_in_less_than_100_kilobytes(
    server: Server, open_page: Any, language: str
) -> None:
    page = open_page(java_script_enabled=False, size=(320, 640))
    bytes_sent: list[int] = []
    page.on("requestfinished", lambda asked: bytes_sent.append(asked.sizes()["responseBodySize"]))
    page.goto(f"{server.url}/{language}/lite", wait_until="networkidle")
    # On a narrow screen a picture of which names can be read.
    assert page.evaluate("document.images[0].naturalWidth") == 380
    assert 20_000 < sum(bytes_sent) < LITE_BYTES
    assert page.locator("script").count() == 0
    assert page.locator("tbody tr").count() == 96
    assert page.locator(".notice").inner_text() == messages.text("context.simulated", language)
    assert page.evaluate(FITS)
    assert {url[: len(server.url)] for url in page.asked} == {server.url}


@pytest.mark.parametrize("path", ["", "/lite", "/meaning", "/words"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_light_on_the_wire(server: Server, path: str, language: str) -> None:
    status, headers, body = server.get(f"/{language}{path}", **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert headers["Content-Language"] == language
    assert len(body) < HTML_BYTES
    html = gzip.decompress(body).decode()
    assert f'<html lang="{language}"' in html
    assert not re.search(r"<style|\son\w+=|\sstyle=|javascript:", html)


PLAIN = (
    "/kk/lite",
    "/kk/meaning?value=0.42&unit=uSv/h",
    "/uz/words",
    "/ru/layers/dose-rate",
    "/uz/layers/stations",
    "/kk/screening",
    "/embed?lang=uz",
)


@pytest.mark.parametrize("path", PLAIN)
@pytest.mark.parametrize(
    "looks",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=["light", "dark", "forced colours"],
)
def test_plain_pages_have_no_fault_that_axe_finds(
    server: Server, open_page: Any, path: str, looks: dict[str, Any]
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not among the packages of static/")
    page = open_page(f"{server.url}{path}", **looks)
    # The page's policy lets no script in; the protocol of the browser does.
    page.evaluate(AXE.read_text("utf-8") + "; undefined")
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_a_number_is_explained_in_the_same_words_whatever_its_unit_and_sign(
    server: Server, open_page: Any
) -> None:
    page = open_page(f"{server.url}/ru/meaning", java_script_enabled=False)
    page.get_by_label(messages.text("learn.value", "ru")).fill("42")
    page.get_by_label(messages.text("learn.unit", "ru")).select_option("uR/h")
    page.get_by_role("button").click()
    answer = page.locator(".answer").inner_text().replace("\u00a0", " ")
    assert "0,42 мкЗв/ч: повышенный, выясняется." in answer
    assert "0,42 мкЗв/ч = 420 нЗв/ч = 42 мкР/ч" in answer
    assert "около 3,7 мЗв" in answer  # 420 nSv/h over 8766 h
    page.get_by_label(messages.text("learn.value", "ru")).fill("много")
    page.get_by_role("button").click()
    assert page.get_by_role("alert").inner_text() == messages.text("learn.not_a_number", "ru")


def test_the_picture_lies_where_the_map_comes_and_goes_when_it_is_there(
    server: Server, open_page: Any
) -> None:
    page = open_page()
    waiting: list[Route] = []
    # Never answered: the land does not come.
    page.route("**/tiles/basemap/light/**", lambda route: waiting.append(route))
    page.goto(f"{server.url}/en", wait_until="domcontentloaded")
    page.wait_for_selector("#preview img.placed")
    # Almaty stands in the picture where its mark stands on the map.
    mark = page.locator('button.station[aria-label^="Almaty"]').bounding_box()
    said = page.locator("#preview source:not([media*=dark])").first.get_attribute("data-box")
    box = [float(side) for side in said.split(",")]
    shown = page.locator("#preview img").bounding_box()
    x_m, y_m = 8562817.6, 5353420.6  # 76.9206 E, 43.2567 N in EPSG:3857, near enough
    x = shown["x"] + (x_m - box[0]) / (box[2] - box[0]) * shown["width"]
    y = shown["y"] + (box[3] - y_m) / (box[3] - box[1]) * shown["height"]
    assert abs(mark["x"] + mark["width"] / 2 - x) < 6
    assert abs(mark["y"] + mark["height"] / 2 - y) < 6

    page = open_page()
    page.goto(f"{server.url}/en", wait_until="domcontentloaded")
    page.wait_for_selector("#preview", state="detached")
    assert page.complaints == []


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    made = Line(server)
    yield made
    made.cut()


KEPT = """() => caches.keys().then((names) => Promise.all(names.map(async (name) =>
  (await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname))))
  .then((all) => all.flat())"""


def test_without_a_line_the_last_state_stays_and_says_that_it_is_the_last(
    server: Server, line: Line, open_page: Any
) -> None:
    page = open_page(f"{line.url}/uz")
    page.wait_for_selector("button.station")
    # The worker comes some seconds after the page, which has the line to itself until then.
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_for(lambda: {"/uz", "/current.json"} <= set(page.evaluate(KEPT)))
    page.reload()
    page.wait_for_selector("button.station")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("Boolean(navigator.serviceWorker.controller)")
    assert page.locator("#stale").is_hidden()
    when = page.locator("#state .of-hour").inner_text()

    line.cut()
    page.reload(wait_until="domcontentloaded")
    page.wait_for_selector("button.station")
    banner = page.locator("#stale")
    assert banner.is_visible()
    assert banner.inner_text() == messages.text("public.offline", "uz", when=when)
    assert page.locator("#state .of-hour").inner_text() == when
    # A question is not answered out of the past.
    asked = "fetch('/api/v1/point?lon=70&lat=43').then(() => 'answered', () => 'no line')"
    assert page.evaluate(asked) == "no line"

    line.mend()
    page.reload()
    page.wait_for_selector("button.station")
    assert banner.is_hidden()
    names = page.evaluate(KEPT)
    assert not [name for name in names if name.startswith(("/api/", "/metrics", "/feeds/"))]
    assert len(names) <= 524


PATHS = ("/embed?lang=en", "/en")


class _Elsewhere(http.server.BaseHTTPRequestHandler):
    page = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *said: object) -> None:
        pass


def test_a_page_of_somebody_else_may_show_the_embedded_map_and_no_other(
    server: Server, open_page: Any
) -> None:
    size = 'width="640" height="420"'
    frames = "".join(f'<iframe {size} src="{server.url}{path}"></iframe>' for path in PATHS)
    handler = type("Page", (_Elsewhere,), {"page": f"<!doctype html>{frames}".encode()})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        page = open_page()
        page.goto(f"http://localhost:{elsewhere.server_port}/", wait_until="domcontentloaded")
        page.wait_for_selector("iframe >> nth=1")
        shown, refused = page.frames[1:]
        shown.wait_for_selector("button.station")
        link = shown.locator(".open a")
        assert link.get_attribute("href") == "/en"
        assert refused.locator("#map").count() == 0
        elsewhere.shutdown()


def test_a_small_frame_shows_the_map_and_its_state(server: Server, open_page: Any) -> None:
    page = open_page(f"{server.url}/embed?lang=uz", (320, 300))
    page.wait_for_selector("button.station")
    assert page.locator("button.station").count() > 10
    assert page.locator(".leaflet-control-scale-line").inner_text().endswith("\xa0km")
    assert page.locator("#state").is_visible()
    for covering in ("#time", "#legend", "#tools"):
        assert page.locator(covering).is_hidden()
    assert page.evaluate(FITS)


def test_a_link_shows_in_its_preview_the_view_that_it_shares(
    server: Server, open_page: Any
) -> None:
    words = "map=6/41.3/69.2&layer=dose-rate.exceedance&threshold=120&with=stations"
    page = open_page(f"{server.url}/ru?{words}&fbclid=abc", java_script_enabled=False)

    def tag(name: str) -> str:
        return str(page.locator(f'meta[property="og:{name}"]').get_attribute("content"))

    assert tag("image") == f"{server.url}/map.png?{words}&lang=ru"
    assert tag("url") == f"{server.url}/ru?{words}"
    assert messages.text("context.simulated", "ru") in tag("title")
    assert server.json("/api/v1/summary?lang=ru")["text"] in tag("description")
    status, headers, body = server.get(tag("image")[len(server.url) :])
    assert (status, headers["Content-Type"]) == (200, "image/png")
    picture = Image.open(BytesIO(body))
    assert picture.size == (1200, 630)
    assert len(body) < 300_000  # what messengers still show


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_map_prints_on_one_sheet_of_a4(
    server: Server, open_page: Any, language: str, size: tuple[int, int]
) -> None:
    pypdf = pytest.importorskip("pypdf")
    page = open_page(f"{server.url}/{language}", size)
    page.wait_for_selector("button.station")
    page.wait_for_load_state("networkidle")
    printed = pypdf.PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) == 1
    box = printed.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (842, 595)
    text = " ".join(printed.pages[0].extract_text().split())
    # The legend is unfolded on paper, whatever it was on the screen.
    assert "70–150" in text
    if language == "en":
        assert "Simulated demonstration data" in text
        assert "within the natural range" in text
        assert "not for boundary determination" in text
