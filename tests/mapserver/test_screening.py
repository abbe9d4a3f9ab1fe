"""Candidate sites by HTTP: sheets, files, pages, and what cannot be answered."""

import io
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyogrio
import pytest
from pypdf import PdfReader
from werkzeug.datastructures import MultiDict

from layers import messages
from layers.geo import GEOD
from layers.messages import LANGUAGES
from layers.screening import PRESETS
from mapserver.services import screening, screening_query

from .conftest import House

API = "/api/v1/screening"
THREE = "73.95,45.15,5000,Ulken;67.35,40.45,3000,Tuzkan;64.7,39.75,,Tudakul"
ULKEN = "73.95,45.15,5000,Ulken"


@pytest.fixture(autouse=True)
def built(house: House) -> None:
    if not (house.site.assets.folder / "surroundings").is_dir():
        pytest.skip("static/dist/surroundings is not built: make assets")


def ask(house: House, query: str) -> Any:
    return house.json(f"{API}?{query}")


def post(house: House, body: bytes, query: str = "") -> Any:
    return house.client.post(f"{API}{query}", data=body)


def features(*places: tuple[float, float], **properties: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"name": f"N{i}", **properties},
             "geometry": {"type": "Point", "coordinates": list(place)}}
            for i, place in enumerate(places)
        ],
    }  # fmt: skip


def test_a_sheet_says_all_that_a_planner_asks_of_a_site(house: House) -> None:
    (sheet,) = ask(house, f"sites={ULKEN}")["sites"]
    assert sheet["site"]["country"] == "KZ"
    assert sheet["site"]["accuracy_m"] == 5000
    assert [m["status"] for m in sheet["hazard"]["models"]]
    model = next(m for m in sheet["hazard"]["models"] if m["curve"])
    values = [v["value"] for v in model["values"]]
    assert values == sorted(values)
    assert [v["period_y"] for v in model["values"]] == [475, 975, 2475, 10_000]
    means = [m["values"][3]["value"] for m in sheet["hazard"]["models"]
             if m["values"][3]["unit"] == "g" and m["values"][3]["value"] is not None]  # fmt: skip
    assert sheet["hazard"]["sl2"]["value_g"] == pytest.approx(max(0.1, np.mean(means)), abs=2e-4)
    distances = [f["distance_km"] for f in sheet["faults"]["listed"]]
    assert distances == sorted(distances)
    felt = [e["msk"] for e in sheet["events"]["listed"] if e["msk"] is not None]
    assert felt == sorted(felt, reverse=True)
    assert [r["radius_km"] for r in sheet["people"]["rings"]] == [5, 30, 100, 300]
    assert sheet["people"]["lower_bound"] is True
    totals = [r["total"] for r in sheet["people"]["rings"]]
    assert totals == sorted(totals)
    for ring in sheet["people"]["rings"]:
        assert sum(ring["people"].values()) == ring["total"]
    assert [z["id"] for z in sheet["network"]["zones"]] == ["paz", "upz", "epd", "icpd"]
    assert {"KG"} <= {each["country"] for each in sheet["cross_border"]["abroad"]}
    assert {d["layer"] for d in sheet["dose"]} >= {"dose-rate"}
    assert {"airport_distance", "slope", "wind_rose"} <= set(sheet["not_loaded"])
    assert {p["id"] for p in sheet["provenance"]} >= {"faults", "earthquakes", "hazard"}


def test_counts_and_nearest_things_are_those_of_a_brute_force_search(house: House) -> None:
    (sheet,) = ask(house, f"sites={ULKEN}")["sites"]
    events = house.json("/files/earthquakes/latest/static.geojson")["features"]
    lon, lat = np.array([e["geometry"]["coordinates"][:2] for e in events]).T
    n = len(lon)
    _, _, far = GEOD.inv(np.full(n, 73.95), np.full(n, 45.15), lon, lat)
    own = [e for e in sheet["events"]["listed"] if e["layer"] == "earthquakes"]
    assert len(own) == (far <= 300_000).sum()
    assert min(e["distance_km"] for e in own) == pytest.approx(far.min() / 1000, abs=0.001)
    stations = house.site.store.stations(house.site.audience, house.site.now())
    _, _, away = GEOD.inv(
        np.full(len(stations), 73.95), np.full(len(stations), 45.15),
        [s.lon for s in stations], [s.lat for s in stations],
    )  # fmt: skip
    for zone in sheet["network"]["zones"]:
        assert zone["stations"] == (np.array(away) <= zone["outer_km"] * 1000).sum()
        assert sum(zone["sectors"]) == zone["stations"]
        assert len(zone["empty_sectors"]) == zone["sectors"].count(0)


def test_the_dose_at_a_site_is_what_a_click_on_the_map_says(house: House) -> None:
    (sheet,) = ask(house, "sites=69.3,41.3")["sites"]
    here = house.json("/api/v1/point?lon=69.3&lat=41.3")
    told = {layer["layer"]: layer["values"] for layer in here["layers"]}
    dose = {each["layer"]: each for each in sheet["dose"]}
    assert dose["dose-rate"]["known"]
    assert dose["dose-rate"]["values"] == told["dose-rate"]


def test_the_same_question_has_the_same_numbers_and_hash_and_another_has_others(
    house: House,
) -> None:
    first, again = (ask(house, f"sites={THREE}") for _ in range(2))
    assert first == again
    other = ask(house, f"sites={THREE}&thermal_mw=190")
    for a, b in zip(first["sites"], other["sites"], strict=True):
        assert a["replay"]["data"] == b["replay"]["data"]
        assert a["replay"]["inputs_sha256"] != b["replay"]["inputs_sha256"]
        assert a["replay"]["results_sha256"] != b["replay"]["results_sha256"]


def test_a_posted_file_and_a_query_are_one_question(house: House) -> None:
    by_query = ask(house, "sites=73.95,45.15,5000,N0;67.35,40.45,5000,N1")
    by_file = post(
        house, json.dumps(features((73.95, 45.15), (67.35, 40.45), accuracy_m=5000)).encode()
    )
    assert by_file.status_code == 200
    assert by_file.headers["Cache-Control"] == "no-store"
    assert by_file.json == by_query


def test_a_posted_question_sets_criteria_weights_and_what_is_lifted(house: House) -> None:
    rule = "avoidance.fault_distance"
    asked = {
        "sites": features((76.93, 43.24)),
        "preset": "iaea-like",
        "thermal_mw": 190,
        "weights": {"sl2": 1, "border_distance": 0},
        "lifted": {"s1": {rule: {"by": "N. N.", "why": "trenched"}}},
    }
    answer = post(house, json.dumps(asked).encode())
    assert answer.status_code == 200, answer.text
    (sheet,) = answer.json["sites"]
    assert sheet["reactor"]["class"] == "small"
    found = next(f for f in sheet["verdicts"]["avoidance"] if f["id"] == rule)
    assert found["status"] == "hit"
    assert found["lifted"] == {"by": "N. N.", "why": "trenched"}
    weights = {c["evidence"]: c["weight"] for c in sheet["verdicts"]["suitability"]["criteria"]}
    assert weights["border_distance"] == 0
    assert sum(weights.values()) == pytest.approx(1, abs=1e-5)


def test_a_link_judges_with_what_was_set_aside(house: House) -> None:
    rule = "avoidance.fault_distance"
    aside = {"s2": {rule: {"by": "Н. Н.", "why": "trenched; it is old"}}}
    asked = screening_query.of_body(
        json.dumps({"sites": features((73.95, 45.15), (76.93, 43.24)), "lifted": aside}).encode(),
        MultiDict(),
    )
    both = urlencode(screening_query.linked(asked))
    one = urlencode(screening_query.linked(asked, asked.sites[1]))
    for query in (both, one):
        sheet = ask(house, query)["sites"][-1]
        found = next(f for f in sheet["verdicts"]["avoidance"] if f["id"] == rule)
        assert found["lifted"] == aside["s2"][rule]
    page = house.get(f"/en/screening/sheet?{one}")
    assert page.status_code == 200
    assert page.text.count("lifted=") >= 3  # PDF, JSON, GeoPackage
    assert house.get(f"{API}?sites={ULKEN}&lifted=[").status_code == 400


def test_no_weight_brings_an_excluded_site_into_the_order(house: House) -> None:
    sites = "74.6,46.4,100,In the lake;73.95,45.15,100,On land;67.35,40.45,100,Other"
    for weights in ("", "&weights=water_distance:1,sl2:0,fault_distance:0,density_30km:0"):
        found = ask(house, f"sites={sites}{weights}")
        lake, *others = found["comparison"]["sites"]
        assert lake["excluded"]
        assert lake["rank"] is None
        assert lake["chance_of_rank"] is None
        assert lake["topsis"] is None
        assert sorted(each["rank"] for each in others) == [1, 2]
        hits = found["sites"][0]["verdicts"]["exclusion"]
        assert [f["evidence"] for f in hits if f["status"] == "hit"] == ["open_water"]
        # Nor does the page put a score beside the exclusion.
        page = house.get(f"/en/screening?sites={sites}{weights}").text
        assert page.count("<output>–</output>") == 1


def test_a_site_in_the_sea_outside_of_the_data_or_on_one_place_gets_a_clear_answer(
    house: House,
) -> None:
    (sea,) = ask(house, "sites=51.0,42.5,1000,Caspian")["sites"]
    assert sea["site"]["country"] == ""
    assert sea["verdicts"]["excluded"]
    (far,) = ask(house, "sites=2.35,48.85,1000,Paris")["sites"]
    assert far["verdicts"]["suitability"]["score"] is None
    assert set(far["verdicts"]["suitability"]["withheld"]) >= {"density_30km"}
    assert far["evidence"]["border_distance"]["missing"] == "outside"
    assert all(ring["total"] is None for ring in far["people"]["rings"])
    same = ask(house, f"sites={ULKEN};73.95,45.15,5000,Twin;73.95,45.15,5000,Third")["comparison"]
    assert same["same_place"] == [["s1", "s2", "s3"]]
    assert {each["rank"] for each in same["sites"]} == {1}
    assert sum(each["chance_of_rank"][0] for each in same["sites"]) == pytest.approx(1, abs=1e-3)


def test_fourteen_sites_are_one_answer_and_fifteen_are_too_many(house: House) -> None:
    many = [f"{60 + i},{40 + i % 5},2000,S{i}" for i in range(15)]
    begin = time.process_time()
    found = ask(house, f"sites={';'.join(many[:14])}")
    print(f"14 sites: {time.process_time() - begin:.2f} s of CPU")
    assert len(found["sites"]) == 14
    answer = house.get(f"{API}?sites={';'.join(many)}")
    assert answer.status_code == 400
    assert "1 to 14" in answer.json["detail"]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 422, "no site was sent"),
        ("sites=", 422, "no site was sent"),
        ("sites=a,b", 400, "longitude of site 1"),
        ("sites=73.95", 400, "latitude of site 1"),
        ("sites=45,173", 400, "no position on Earth"),
        ("sites=73,45,-1", 400, "accuracy of -1 m"),
        ("sites=73,45,nan", 400, "accuracy of site 1"),
        (f"sites={ULKEN}&preset=np032", 400, 'did you mean "np-032"'),
        (f"sites={ULKEN}&thermal_mw=50", 400, "has no zones"),
        (f"sites={ULKEN}&weights=sl3:1", 400, 'did you mean "sl2"'),
        (f"sites={ULKEN}&weights=sl2:-1", 400, "0 or more"),
        (f"sites={ULKEN}&weights=sl2", 400, "evidence:number"),
        (f"sites={ULKEN}&format=docx", 400, 'no format "docx"'),
        (f"sites={ULKEN}&lang=de", 400, "one of kk, uz, ru, en"),
        (f"sites={ULKEN}&time=yesterday", 400, "yesterday"),
        (f"sites={ULKEN}&colour=red", 400, "unknown query parameter"),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_why(
    house: House, query: str, status: int, said: str
) -> None:
    answer = house.get(f"{API}?{query}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert said in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 422, "no JSON"),
        (b'{"type":"FeatureCollection","features":[]}', 422, "no site"),
        (b'{"sites": 3}', 400, "no GeoJSON"),
        (b'{"sites": {}, "colour": 1}', 400, 'unknown member "colour"'),
        (b"x" * 5_000_001, 413, "5,000,001 bytes"),
        (b"\0" * 100, 400, "no format"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_why(
    house: House, body: bytes, status: int, said: str
) -> None:
    answer = post(house, body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), (
        answer.text
    )
    assert said in answer.json["detail"]


def test_fifty_megabytes_are_refused_before_they_are_read(house: House) -> None:
    answer = house.client.post(API, data=b"", environ_overrides={"CONTENT_LENGTH": "50000000"})
    assert answer.status_code == 413
    assert "at most 5,000,000" in answer.json["detail"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_has_its_fonts_and_a_text_to_be_searched_in_each_language(
    house: House, language: str
) -> None:
    if not (house.site.assets.folder / "print").is_dir():
        pytest.skip("static/dist/print is not built: make assets")
    answer = house.get(f"{API}?sites={ULKEN}&format=pdf&lang={language}")
    assert answer.status_code == 200
    reader = PdfReader(io.BytesIO(answer.data))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)

    def said(message: str, **values: object) -> str:
        return messages.text(f"site.{message}", language, **values)

    for words in (
        "Ulken", said("verdict"), said("notice"), said("country.KG"), said("not_excluded"),
        said("preset.iaea-like"), said("events", reach="300"), said("people"),
        messages.text("context.simulated", language),
    ):  # fmt: skip
        # A line that is broken loses its break only.
        assert words.replace(" ", "")[:60] in text.replace(" ", ""), words
    fonts = [
        font.get_object()
        for page in reader.pages
        for font in page["/Resources"].get("/Font", {}).values()
    ]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert "/FontFile2" in inner
    assert reader.metadata["/Title"] == "Ulken"


def test_a_geopackage_holds_circles_and_all_evidence(house: House, tmp_path: Path) -> None:
    answer = house.get(f"{API}?sites={THREE}&format=gpkg")
    path = tmp_path / "sites.gpkg"
    path.write_bytes(answer.data)
    assert [name for name, _ in pyogrio.list_layers(path)] == ["sites", "zones", "evidence"]
    told = ask(house, f"sites={THREE}")["sites"]
    meta, _, _, columns = pyogrio.raw.read(path, layer="sites")
    rows = dict(zip(meta["fields"], columns, strict=True))
    assert rows["name"].tolist() == ["Ulken", "Tuzkan", "Tudakul"]
    np.testing.assert_allclose(
        rows["score"].astype(float),
        [np.nan if (s := t["verdicts"]["suitability"]["score"]) is None else s for t in told],
    )
    info = pyogrio.read_info(path, layer="sites")
    assert info["geometry_type"] == "Polygon"
    assert info["crs"] == "EPSG:4326"
    evidence = pyogrio.read_info(path, layer="evidence")
    assert evidence["features"] == sum(len(t["evidence"]) for t in told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_whole_in_every_language_without_script_or_cache(
    house: House, language: str
) -> None:
    for path in (
        f"/{language}/screening",
        f"/{language}/screening?sites={THREE}&preset=np-032",
        f"/{language}/screening/sheet?sites={ULKEN}",
    ):
        answer = house.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Language"] == language
        html = answer.text
        assert f'<html lang="{language}"' in html
        assert messages.text("context.simulated", language) in html
        assert not re.search(r"<script(?![^>]*(src=|application/json))|\son\w+=|style=", html)
        assert "None" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
        for address in re.findall(r'(?:href|src|action)="([^"]+)"', html):
            assert address.startswith("/"), address


def test_an_uploaded_file_is_answered_in_place_and_leaves_nothing(house: House) -> None:
    before = house.counts()
    body = json.dumps(features((73.95, 45.15), (67.35, 40.45))).encode()
    answer = house.client.post(
        "/ru/screening",
        data={"file": (io.BytesIO(body), "alan.geojson"), "preset": "np-032", "sites": "1,2"},
    )
    assert answer.status_code == 200
    assert "N0" in answer.text
    assert "preset=np-032" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert house.counts() == before


def test_a_form_that_cannot_be_answered_is_shown_again_with_the_reason(house: House) -> None:
    for data, status, said in (
        ({"file": (io.BytesIO(b"\0\1"), "x.bin")}, 400, "no format that sites are read of"),
        ({"sites": "a"}, 400, "longitude of site 1"),
        ({"preset": "np-032"}, 422, "no site was sent"),
    ):
        answer = house.client.post("/en/screening", data=data)
        assert answer.status_code == status, answer.text[:300]
        assert said in answer.text
        assert 'type="file"' in answer.text
    large = house.client.post(
        "/en/screening", data={"sites": "1,2"}, environ_overrides={"CONTENT_LENGTH": "50000000"}
    )
    assert large.status_code == 413
    assert "50,000,000 bytes" in large.text


def test_what_a_name_holds_is_text_on_every_page(house: House) -> None:
    name = "<script>alert(1)</script>&"
    for path in ("/en/screening", "/en/screening/sheet"):
        query = {"sites": f"73.95,45.15,5000,{name}"}
        if path == "/en/screening":
            query["sites"] += f";67,40,10,{name}"
        html = house.get(path, query_string=query).text
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html


def test_every_preset_judges_every_site(house: House) -> None:
    for name in PRESETS:
        found = ask(house, f"sites={THREE}&preset={name}")
        for sheet in found["sites"]:
            v = sheet["verdicts"]
            assert v["preset"]["id"] == name
            assert 0 < v["coverage"] < 1
            for finding in (*v["exclusion"], *v["avoidance"]):
                assert finding["source"]
                assert (finding["status"] == "missing") == (finding["value"] is None)


def test_more_questions_than_places_are_asked_to_come_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "WAIT_S", 0.01)
    taken: list[Callable[[], None]] = []
    for _ in range(screening.AT_ONCE):
        assert screening._places.acquire(blocking=False)
        taken.append(screening._places.release)
    try:
        answer = house.get(f"{API}?sites={ULKEN}")
    finally:
        for release in taken:
            release()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_recurrence_around_a_site_is_that_of_its_own_events_or_says_why_not(house: House) -> None:
    (sheet,) = ask(house, "sites=76.93,43.24,1000,Almaty")["sites"]
    found = sheet["events"]["recurrence"]
    assert found["independent"] <= sheet["events"]["count"]
    if found["missing"]:
        assert "needed" in found["missing"] or "slope" in found["missing"]
    else:
        assert 0.2 <= found["b"] <= 3
        assert found["count"] >= 10
    (quiet,) = ask(house, "sites=66.0,50.0,1000,Steppe")["sites"]
    assert quiet["events"]["recurrence"]["missing"]
    assert quiet["evidence"]["historic_msk"]["missing"] in ("nothing_near", "")
