"""A planner's journey in a real browser: upload, compare, weigh, open a sheet, print, share."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.servers import Server

pytestmark = pytest.mark.browser

PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)  # a busy machine is no mistake of the page

SITES = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"name": name, "accuracy_m": 3000},
         "geometry": {"type": "Point", "coordinates": place}}
        for name, place in (
            ("Ulken A", [73.95, 45.15]), ("Tuzkan B", [67.35, 40.45]), ("Tudakul C", [64.7, 39.75])
        )
    ],
}  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    faults: list[str] = []
    made = browser.new_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    made.set_default_timeout(PATIENCE_MS)
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    yield made, faults
    made.close()


def scores(page: Page) -> dict[str, tuple[str, str]]:
    """Rank and score by name, as they stand on the page."""
    rows = page.locator("#sites tbody tr").all()
    return {
        row.locator("th a").inner_text(): (
            row.locator(".rank").inner_text(),
            row.locator(".score output").inner_text(),
        )
        for row in rows
    }


def answer(address: str) -> dict:
    with urllib.request.urlopen(address, timeout=60) as found:
        return json.loads(found.read())


def test_a_planner_uploads_compares_weighs_prints_and_shares(
    demonstration: Server, page: tuple[Page, list[str]], tmp_path: Path
) -> None:
    tab, faults = page
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    file = tmp_path / "alandar.geojson"
    file.write_text(json.dumps(SITES))

    # Upload: the answer is the page itself, and the address holds nothing of the sites.
    tab.goto(f"{demonstration.url}/ru/screening")
    tab.set_input_files("input[type=file]", str(file))
    tab.get_by_role("button", name="Показать").click()
    expect(tab.locator("#sites tbody tr")).to_have_count(3)
    assert tab.url == f"{demonstration.url}/ru/screening"
    first = scores(tab)
    assert set(first) == {"Ulken A", "Tuzkan B", "Tudakul C"}
    tab.screenshot(path=tmp_path / "compare.png", full_page=True)

    # Weights: all on the distance to the border. Nothing is asked of the server.
    before = len(asked)
    for slider in tab.locator("#weights input[type=range]").all():
        name = slider.evaluate("e => e.closest('tr').dataset.evidence")
        slider.evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', { bubbles: true })); }",
            "100" if name == "border_distance" else "0",
        )
    after = scores(tab)
    assert len(asked) == before
    assert tab.url == f"{demonstration.url}/ru/screening"
    assert after != first

    # The link holds sites and weights, and opens what was seen; the server agrees with the page.
    link = tab.locator("#share").get_attribute("href") or ""
    tab.goto(urllib.parse.urljoin(demonstration.url, link))
    expect(tab.locator("#sites tbody tr")).to_have_count(3)
    assert scores(tab) == after
    query = urllib.parse.urlsplit(tab.url).query
    told = answer(f"{demonstration.url}/api/v1/screening?{query}")["comparison"]["sites"]
    for each in told:
        rank, score = after[each["name"]]
        assert rank == (str(each["rank"]) if each["rank"] else "–")
        if each["score"] is not None:
            assert float(score.replace(",", ".")) == pytest.approx(each["score"], abs=6e-4)

    # Chances, TOPSIS and flips are computed in the page as on the server.
    def shown(selector: str) -> list[str]:
        return tab.locator(f"#sites tbody {selector}").all_inner_texts()

    server_topsis = shown(".topsis")
    tab.locator("#weights input[type=range]").first.dispatch_event("input")
    for ours, theirs in zip(shown(".topsis"), server_topsis, strict=True):
        if theirs != "–":
            assert float(ours.replace(",", ".")) == pytest.approx(
                float(theirs.replace(",", ".")), abs=6e-3
            )

    # AHP: a contradiction is seen, and weights are taken over.
    tab.locator("details:has(#ahp) summary").click()
    for row, column, value in ((0, 1, "9"), (1, 2, "9"), (0, 2, "1/9")):
        cell = tab.locator("#ahp tbody tr").nth(row).locator("td").nth(column + 1).locator("input")
        cell.fill(value)
        cell.blur()
    expect(tab.locator("#ratio")).to_have_class(re.compile("hit"))
    tab.locator("#apply").click()
    assert scores(tab) != after

    # The sheet, and its PDF in Russian.
    tab.goto(urllib.parse.urljoin(demonstration.url, link))
    tab.get_by_role("link", name="Ulken A").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Ulken A")
    expect(tab.get_by_role("heading", name="Сейсмическая опасность")).to_be_visible()
    tab.screenshot(path=tmp_path / "sheet.png", full_page=True)
    with tab.expect_download() as download:
        tab.locator("#pdf").click()
    paper = tmp_path / "sheet.pdf"
    download.value.save_as(paper)
    text = "".join(each.extract_text() for each in PdfReader(paper).pages)
    assert "Заключение" in text
    assert "Смоделированные данные" in text
    assert "Ulken A" in text
    printed = tab.pdf()
    assert printed.startswith(b"%PDF")

    # Other languages say the same numbers; no request left the server; nothing was reported.
    tab.get_by_role("link", name="Қаз").click()
    expect(tab.get_by_role("heading", name="Сейсмикалық қауіп")).to_be_visible()
    assert all(url.startswith(demonstration.url) for url in asked)
    assert faults == []


def test_the_table_fits_a_phone_and_the_page_works_without_script(
    demonstration: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(
        f"{demonstration.url}/uz/screening?sites=73.95,45.15,3000,Ulken;67.35,40.45,3000,Tuzkan"
    )
    assert set(scores(tab)) == {"Ulken", "Tuzkan"}
    width = tab.locator("main").bounding_box()
    assert width
    assert width["x"] + width["width"] <= 390
    tab.get_by_role("link", name="Tuzkan").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Tuzkan")
    context.close()


def test_a_click_on_the_map_leads_to_the_sheet_of_that_place(
    demonstration: Server, page: tuple[Page, list[str]]
) -> None:
    tab, _ = page
    tab.goto(f"{demonstration.url}/en#map=9/47.50/66.00")
    tab.wait_for_selector(".leaflet-surface-pane canvas", state="attached")
    tab.mouse.click(640, 450)
    tab.get_by_role("link", name="Site sheet of this place").click()
    expect(tab.get_by_role("heading", name="Seismic hazard")).to_be_visible()
    expect(tab.get_by_text("Kazakhstan", exact=True).first).to_be_visible()
    place = re.search(r"sites=([\d.]+),([\d.]+)", tab.url)
    assert place
    assert float(place[1]) == pytest.approx(66.0, abs=0.5)
    assert float(place[2]) == pytest.approx(47.5, abs=0.5)
