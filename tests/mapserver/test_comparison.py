"""Sites side by side, by HTTP: on paper, by pairwise comparison, on the page."""

import io
import itertools
from typing import Any

import pytest
from pypdf import PdfReader

from layers import messages
from layers.messages import LANGUAGES
from layers.screening import PRESETS, compared

from .conftest import House

API = "/api/v1/screening"
THREE = "73.95,45.15,5000,Ulken;67.35,40.45,3000,Tuzkan;64.7,39.75,,Tudakul"
LAKE = "74.6,46.4,100,Lake"
PAIRS = "sl2/fault_distance:3,sl2/slope:9,fault_distance/slope:5"


@pytest.fixture(autouse=True)
def built(house: House) -> None:
    for name in ("surroundings", "print"):
        if not (house.site.assets.folder / name).is_dir():
            pytest.skip(f"static/dist/{name} is not built: make assets")


def paper(house: House, query: str) -> list[str]:
    """Return the text of each page of a PDF, without spaces: a broken line loses its break only."""
    answer = house.get(f"{API}?{query}&format=pdf")
    assert answer.status_code == 200, answer.text
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return ["".join(page.extract_text().split()) for page in pages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_of_several_sites_begins_with_their_comparison(
    house: House, language: str
) -> None:
    query = f"sites={THREE};{LAKE}&preset=or-sage-large&pairs={PAIRS}"
    pages = paper(house, f"{query}&lang={language}")
    found = house.json(f"{API}?{query}")

    def said(message: str, **values: object) -> str:
        return "".join(messages.text(f"site.{message}", language, **values).split())

    first_sheet = next(
        i for i, page in enumerate(pages) if page.startswith(said("sheet") + "Ulken")
    )
    front = "".join(pages[:first_sheet])
    for words in (
        "compare", "order", "chance_of_ranks", "exclusion", "avoidance", "suitability", "flips",
        "weights_note", "order_note", "utility", "inputs", "ahp", "coverage", "check",
        "preset.or-sage-large", "notice", "status.missing",
    ):  # fmt: skip
        assert said(words)[:60] in front, words
    assert "".join(messages.text("context.simulated", language).split()) in front
    for sheet in found["sites"]:
        assert sheet["site"]["name"] in front
        assert sheet["replay"]["inputs_sha256"][:16] in front
    for criterion in found["comparison"]["criteria"]:
        assert said(f"evidence.{criterion['evidence']}") in front
    ratio = f"{found['comparison']['ahp']['ratio']:.3g}"
    assert ratio.replace(".", "." if language == "en" else ",") in front
    # The page before the first sheet is of the comparison still, to its last line.
    assert said("compare") in pages[first_sheet - 1]
    assert said("title") not in pages[first_sheet - 1]


def test_a_finding_that_is_only_possible_says_so_below_its_value(house: House) -> None:
    near = f"73.95,45.15,5000,Ulken;{LAKE}"  # the circle of Ulken reaches into the lake
    sites = house.json(f"{API}?sites={near}")["sites"]
    found = [f for s in sites for v in ("exclusion", "avoidance") for f in s["verdicts"][v]]
    perhaps = sum(f["status"] == "possible" for f in found)
    assert perhaps
    page = house.get(f"/en/screening?sites={near}").text
    assert page.count(messages.text("site.status.possible", "en")) == perhaps


def test_an_excluded_site_stands_last_on_paper_without_rank_or_score(house: House) -> None:
    front = paper(house, f"sites={LAKE};{THREE}")[0]
    lake = next(s for s in house.json(f"{API}?sites={LAKE};{THREE}")["comparison"]["sites"])
    assert lake["excluded"]
    order = [front.index(name) for name in ("Ulken", "Tuzkan", "Tudakul", "–Lake■1")]
    assert max(order) == order[-1]
    assert f"{lake['score']:.3f}" not in front


def test_fourteen_sites_fit_the_paper_and_one_has_no_comparison(house: House) -> None:
    many = ";".join(f"{60 + i},{40 + i % 5},2000,Place{i:02}" for i in range(14))
    pages = paper(house, f"sites={many}")
    front = "".join(itertools.takewhile(lambda page: not page.startswith("SheetPlace"), pages))
    for i in range(14):
        assert front.count(f"Place{i:02}") >= 6, i  # order, chances, three tables, the list
    (alone, *_) = paper(house, "sites=73.95,45.15,5000,Ulken")
    assert alone.startswith("SheetUlken")


def test_weights_follow_from_pairwise_comparisons_and_links_keep_them(house: House) -> None:
    found = house.json(f"{API}?sites={THREE}&pairs={PAIRS}")
    names = [c.evidence for c in PRESETS["iaea-like"].suitabilities]
    told = {
        ("sl2", "fault_distance"): 3.0, ("sl2", "slope"): 9.0, ("fault_distance", "slope"): 5.0,
    }  # fmt: skip
    expected = compared(names, told)
    weights = [c["weight"] for c in found["comparison"]["criteria"]]
    assert weights == pytest.approx(expected.weights, abs=1e-6)
    assert found["comparison"]["ahp"]["ratio"] == pytest.approx(expected.ratio, abs=1e-4)
    assert found["comparison"]["ahp"]["consistent"] is (expected.ratio <= 0.1)
    asked = found["sites"][0]["replay"]["question"]
    assert asked["pairs"] == {f"{a}/{b}": v for (a, b), v in told.items()}
    posted = house.client.post(
        API,
        json={
            "sites": {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "properties": {"name": name, **more},
                     "geometry": {"type": "Point", "coordinates": [x, y]}}
                    for name, x, y, more in (
                        ("Ulken", 73.95, 45.15, {"accuracy_m": 5000}),
                        ("Tuzkan", 67.35, 40.45, {"accuracy_m": 3000}),
                        ("Tudakul", 64.7, 39.75, {}),
                    )
                ],
            },
            "pairs": asked["pairs"],
        },
    )  # fmt: skip
    assert posted.json["comparison"] == found["comparison"]
    page = house.get(f"/en/screening?sites={THREE}&pairs={PAIRS}").text
    assert page.count(f"pairs={PAIRS}") >= 7  # itself in other tongues, PDF, JSON, each sheet
    assert messages.text("site.ratio", "en", ratio=f"{expected.ratio:.3g}") in page


def test_the_page_has_exclusions_and_avoidances_in_tables_of_their_own(house: House) -> None:
    page = house.get(f"/ru/screening?sites={THREE};{LAKE}").text
    for verdict in ("exclusion", "avoidance"):
        assert f"<caption>{messages.text(f'site.{verdict}', 'ru')}</caption>" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("pairs=sl2:3", "one/other was expected"),
        ("pairs=sl2/sl3:3", 'did you mean "sl2"'),
        ("pairs=sl2/slope:10", "1/9 to 9"),
        ("pairs=sl2/slope", "evidence:number"),
        ("pairs=sl2/slope:3&weights=sl2:1", "one or the other"),
        ("pairs=" + ",".join(f"a{i}/b:1" for i in range(46)), "the limit is 45"),
    ],
)
def test_comparisons_that_mean_nothing_are_told(house: House, query: str, said: str) -> None:
    answer: Any = house.get(f"{API}?sites={THREE}&{query}")
    assert answer.status_code == 400
    assert said in answer.json["detail"]
