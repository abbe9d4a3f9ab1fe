"""What somebody on duty does when values rise: sees where, asks how sure it is, takes the data."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.browser.networks import fill, grid, last_hour
from tests.browser.visits import WIDE, Visit, text, visit
from tests.servers import Server, serving, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.full]

HOURS = 24 * 8
RELEASED = [16, 17, 23, 24, 25]
"""Neighbours in the middle of the grid of 7 x 7."""
LATE, DOUBTED = 0, 48


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A network in whose newest hour neighbours share a release, one is late, one doubted."""
    folder = tmp_path_factory.mktemp("operator")
    drawn = np.random.default_rng(5)
    level = drawn.uniform(90, 150, (49, 1))
    values = level * drawn.normal(1.0, 0.03, (49, HOURS))
    values[RELEASED, -1] += [400, 700, 900, 1600, 600]
    values[DOUBTED, -1] = 480
    values[LATE, -1] = np.nan
    doubts = {f"S{DOUBTED:05}": "spike"}
    fill(folder / "data", grid(49), values, last_hour(), doubts)
    with serving(folder / "data", "--no-demo", "--workers", "1", "--surface-hours", "3") as server:

        def stands() -> bool:
            layers: Any = server.json("/current.json")["layers"]
            return any(each["id"] == "dose-rate" and each["times"] for each in layers)

        wait_for(stands, 150, server.log.read_text)
        yield server


@pytest.fixture
def duty(browser: Browser, event: Server) -> Iterator[Visit]:
    made = visit(browser, event.url, "/en", WIDE)
    yield made
    made.check()
    made.page.close()


def mark(made: Visit, number: int) -> Any:
    return made.page.locator(f'button.station[aria-label^="Place {number}:"]')


def test_what_is_raised_late_or_doubted_is_seen_by_its_shape(duty: Visit) -> None:
    page = duty.page
    state = page.locator("#state")
    assert state.get_attribute("data-level") == "alarm"
    said = state.inner_text()
    assert all(f"Place {number}" in said for number in RELEASED)
    shapes = {number: mark(duty, number).get_attribute("data-shape") for number in RELEASED}
    assert set(shapes.values()) <= {"square", "triangle"}
    assert shapes[24] == "triangle"  # 1.7 uSv/h
    # What is far from everything else has room for its mark at any zoom.
    assert mark(duty, LATE).get_attribute("data-shape") == "late"
    assert text("shape.late") in (mark(duty, LATE).get_attribute("aria-label") or "")
    assert mark(duty, DOUBTED).get_attribute("data-doubtful") is not None
    assert text("shape.review") in (mark(duty, DOUBTED).get_attribute("aria-label") or "")
    duty.axe()


def test_a_doubted_value_says_so_and_why(duty: Visit) -> None:
    mark(duty, DOUBTED).click()
    card = duty.page.locator("#card")
    card.locator(".chart .curve").wait_for(state="attached")
    said = card.inner_text()
    assert text("shape.review") in said
    assert text("status.suspect") in said
    # What it read is far out of what is usual for the place, and that is said too.
    assert card.locator(".judged.above").count() == 1
    assert card.locator(".chart .threshold").count() >= 1
    link = card.locator("p.links a")
    assert link.get_attribute("href") == "/en/meaning?value=0.48&unit=uSv/h"
    duty.axe()


def test_the_list_is_sorted_searched_and_taken_away(duty: Visit, event: Server) -> None:
    page = duty.page
    page.get_by_role("button", name=text("tools.table"), exact=True).click()
    table = page.locator("#table table").first
    page.locator("#sort-stations-1").click()
    assert "Place 24" in table.locator("tbody tr").first.inner_text()
    duty.axe()
    with page.expect_download() as saving:
        page.locator("#save-stations").click()
    written = Path(saving.value.path()).read_text("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(io.StringIO(written))}
    assert float(rows["Place 24"][1]) > 1.6
    # The file of the layer has every column, in the canonical unit; a gap stays a gap.
    status, headers, body = event.get("/files/stations/latest/latest.csv")
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/csv")
    told = {row["id"]: row for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))}
    assert float(told["S00024"]["value"]) > 1600
    assert told["S00000"]["value"] == ""
    assert told[f"S{DOUBTED:05}"]["status"] == "suspect"


def test_the_page_of_the_layer_tells_of_the_release_and_the_hour_before_of_none(
    duty: Visit,
) -> None:
    page = duty.page
    # An hour before all was calm, and the marks say so; then the newest is followed again.
    page.get_by_role("button", name=text("time.back"), exact=True).click()
    page.locator('button.station[aria-label^="Place 24:"][data-shape="circle"]').wait_for()
    page.locator("#time .live").click()
    page.locator('button.station[aria-label^="Place 24:"][data-shape="triangle"]').wait_for()
    page.get_by_role("button", name=text("layers.title"), exact=True).click()
    page.locator("#about-dose-rate").click()
    page.wait_for_load_state("load")
    said = page.locator("body").inner_text()
    assert text("about.mode.event", stations="").split(" at ")[0] in said
    assert any(f"Place {number}" in said for number in RELEASED)
    duty.axe()


def test_a_place_beside_the_release_names_the_stations_that_share_it(duty: Visit) -> None:
    page = duty.page
    duty.go(f"{duty.url}/en#place=43.0/66.3&threshold=300&layer=dose-rate.exceedance")
    card = page.locator("#card")
    card.locator(".nearest").wait_for()
    said = card.inner_text()
    assert "Place 2" in said or "Place 1" in said
    assert text("point.release", stations="").split(" at ")[0] in said
    duty.axe()


def test_what_is_taken_away_is_the_file_of_the_view(duty: Visit, tmp_path: Path) -> None:
    page = duty.page
    page.get_by_role("button", name=text("tools.keep"), exact=True).click()
    panel = page.locator("#layers .keep")
    panel.wait_for()
    with page.expect_download() as saving:
        panel.locator("a[download]").first.click()
    assert Path(saving.value.path()).stat().st_size > 500
