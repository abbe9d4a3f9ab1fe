"""What stays the same from hour to hour looks as it was approved: legend, marks, land, a table.

`make bless` renews the pictures of ``tests/golden/page``: look at them before they are committed.
Values are fixed in the browser; letters are Inter, which the server brings, or DejaVu.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.browser.visits import visit
from tests.mapserver.test_golden_tiles import Rgba, apart, pillow

pytestmark = [pytest.mark.browser, pytest.mark.full]

GOLDEN = Path(__file__).parents[1] / "golden" / "page"
DIFFERENT, MOST = 0.25, 0.01
"""Of the distance from black to white, and the share of pixels that may differ by more: other
builds of the browser round the edge of a letter otherwise. A colour, a shape or a word that is
another is above."""
SIZE = (1280, 900)
STILL = {"caret": "hide", "animations": "disabled"}


def compared(name: str, shot: bytes) -> None:
    path = GOLDEN / f"{name}.png"
    shown = pillow(shot)
    if os.environ.get("KYZYLKUM_BLESS") == "1":
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(shown).convert("RGB").quantize(64).save(path, optimize=True)
    share = differing(shown, pillow(path.read_bytes()))
    assert share <= MOST, f"{path.name}: {share:.2%} of the pixels differ"


def differing(shown: Rgba, approved: Rgba) -> float:
    """Return the share of pixels that differ; a row more or less of letters is not yet another."""
    assert np.abs(np.subtract(shown.shape, approved.shape)).max() <= 4
    height, width = np.minimum(shown.shape, approved.shape)[:2]
    pictures = (each[:height, :width] for each in (shown, approved))
    return float((apart(*pictures) > DIFFERENT).mean())


def lettered(page: Page) -> None:
    """Letters that came too late for the first visit are there at the second."""
    page.reload()
    page.wait_for_selector("button.station")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.fonts.check('14px Inter')")


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("kk", "dark")])
def test_the_legend_looks_as_approved(
    browser: Browser, hours: Any, language: str, scheme: str
) -> None:
    made = visit(browser, hours.url, f"/{language}", SIZE, color_scheme=scheme)
    lettered(made.page)
    shot = made.page.locator("#legend").screenshot(**STILL)
    compared(f"legend-{language}-{scheme}", shot)
    made.page.close()


MARKS = [
    ("A", 66.0, 47.0, 90.0, "raw"),
    ("B", 68.0, 47.0, 420.0, "raw"),
    ("C", 70.0, 47.0, 12_000.0, "raw"),
    ("D", 66.0, 45.5, None, "missing"),
    ("E", 68.0, 45.5, 140.0, "suspect"),
]


def test_marks_names_and_land_look_as_approved(browser: Browser, hours: Any) -> None:
    page = browser.new_page(viewport={"width": 700, "height": 500}, reduced_motion="reduce")

    def fixed(route: Route) -> None:
        document = route.fetch().json()
        told = {name: column[0] for name, column in document["each"].items()}
        told = document["same"] | told | {"reasons": []}
        codes, lon, lat, values, statuses = (list(part) for part in zip(*MARKS, strict=True))
        ends = ["2020-01-01T00:00:00Z" if v is None else told["end_time"] for v in values]
        each = {
            "code": codes, "name_en": [f"Station {code}" for code in codes], "value": values,
            "status": statuses, "end_time": ends,
        }  # fmt: skip
        document = {"lon": lon, "lat": lat, "same": told, "each": each}
        route.fulfill(json=document)

    page.route("**/files/stations/**", fixed)
    address = f"{hours.url}/en#map=6/46/68&layer=none&with=stations&theme=light"
    page.goto(address)
    lettered(page)
    page.wait_for_selector("#preview", state="detached")
    # Panels hang on the hour; what is left is land, marks, names and the scale.
    page.evaluate("document.querySelector('.shell').style.display = 'none'")
    shot = page.screenshot(**STILL)  # type: ignore[arg-type]
    compared("marks", shot)
    page.unroute_all(behavior="ignoreErrors")
    page.close()


def test_the_light_table_looks_as_approved(browser: Browser, hours: Any) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page.goto(f"{hours.url}/ru/lite")
    page.evaluate("""() => {
      document.body.style.fontFamily = "'DejaVu Sans', sans-serif";
      for (const each of document.querySelectorAll("tbody tr")) {
        const [value, means] = each.querySelectorAll("td");
        [value.textContent, means.textContent] = ["0,12 мкЗв/ч", "природный"];
      }
      const rows = [...document.querySelectorAll("tbody tr")];
      rows.slice(8).forEach((row) => row.remove());
      rows.forEach((row, i) => (row.querySelector("th").textContent = `Станция ${i}`));
    }""")
    compared("lite-table", page.locator("table").first.screenshot(**STILL))
    page.close()


def test_another_picture_is_found_out() -> None:
    """The comparison itself: what is inverted or has moved by two pixels is seen."""
    marks = pillow((GOLDEN / "marks.png").read_bytes())
    inverted = marks ^ np.uint8([255, 255, 255, 0])
    assert differing(marks, marks) == 0
    assert min(differing(marks, each) for each in (np.roll(marks, 2, axis=1), inverted)) > MOST
