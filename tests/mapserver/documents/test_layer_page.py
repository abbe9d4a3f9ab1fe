import copy
import dataclasses
import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from layers import interpolation, messages
from layers.geo import Bounds, CellGrid
from layers.interpolation import estimation
from layers.interpolation.validation import Report
from layers.model import (
    CatalogDefinition,
    Context,
    Extent,
    LayerDefinition,
    Palette,
    StyleDefinition,
    SurfaceInfo,
)
from mapserver.documents import surface_report
from mapserver.documents.assets import Asset, Assets, fonts
from mapserver.documents.layer_page import LayerPage, compose

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
FONTS = {name for language in messages.LANGUAGES for name in fonts(language)}
ASSETS = Assets(
    folder=Path("nowhere"),
    files={n: Asset(f"{n}-0123", 10, f"sha384-{n}") for n in ("layer.css", "icon.svg", *FONTS)},
    ramps={},
)
SURFACE = LayerDefinition(
    "dose-rate",
    "surface",
    "Dose rate",
    titles={"kk": "Доза қуаты", "uz": "Doza quvvati", "ru": "Мощность дозы"},
    abstract="Interpolated.",
    attribution="Networks of both states",
    quantity="ambient_dose_rate",
    styles=(
        StyleDefinition("mean", "Mean", measure="mean", breaks=(300.0,),
                        palette=Palette("dose", ("#E6F1F1", "#321040"))),
        StyleDefinition("chance", "Chance", measure="exceedance", unit="1", breaks=(0.05,),
                        palette=Palette("chance", ("#112233", "#445566"))),
    ),
)  # fmt: skip
TAGS = {
    "mode": "routine",
    "unit": "nSv/h",
    "method": "kriging, exponential covariance by REML, exact",
    "parameters": {
        "model": "exponential", "transform": "log", "sill": 0.050004, "range_m": 251_000.0,
        "nugget_site": 0.01, "inflation": 1.0, "ratio": 1.0, "angle": 0.0,
        "shares": [0.0, 0.0, 0.1, 0.8, 0.1, 0.0, 0.0],
    },
    "fallback": "",
    "far_out": [],
    "stations": 93,
    "left_one_out": {
        "method": "exact", "fallback": None, "n": 93, "masked": 0, "merged": 0, "outliers": 0,
        "mean_error": -0.4321, "mae": 9.1234, "rmse": 12.34, "crps": 6.949, "coverage_50": 0.57,
        "coverage_80": 0.7957, "coverage_90": 0.9032, "coverage_95": 0.9462, "z_mean": -0.105,
        "z_sd": 1.031, "inflation": 1.0,
    },
}  # fmt: skip
INFO = SurfaceInfo(
    "dose-rate", "ambient_dose_rate", NOW, 2, Context.SIMULATED, CellGrid(6, 0, 0, 10, 10), "log",
    0.1, "0" * 64, 7, "0123456789", NOW + timedelta(minutes=3), TAGS,
)  # fmt: skip
NAMES = {"UZTAS": "Tashkent", "KZALM": "Almaty"}
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def told(**tags):
    """The surface with some of its tags changed."""
    return dataclasses.replace(INFO, tags={**copy.deepcopy(TAGS), **tags})


def page(language="en", surface=INFO, layer=SURFACE, context=Context.SIMULATED, **changes):
    catalog = CatalogDefinition("Kyzylkum", context, (layer,), titles={"ru": "Карта"})
    bounds = Bounds(46, 37, 88, 56)
    times = tuple(NOW - timedelta(hours=h) for h in range(30, -1, -1)) if surface else ()
    given = {"version": surface.token, "time": surface.valid_time} if surface else {}
    given |= {"timed": True, "files": ("tif", "csv"), "names": NAMES, "surface": surface}
    extent = Extent(bounds, 0, 9, times)
    return compose(LayerPage(language, catalog, layer, extent, ASSETS, **(given | changes)))


def said(document):
    """The text of a page as it is read."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", document)).split())


def rows(document):
    """The rows of its tables: name, and what stands beside it."""
    found = re.findall(r'<tr><th scope="row">(.*?) <small>.*?</small></th>(.*?)</tr>', document,
                       re.DOTALL)  # fmt: skip
    cells = ((n, re.findall(r'<td class="number">([^<]*)', rest)) for n, rest in found)
    return {name: [html.unescape(cell).strip().replace("\u00a0", " ") for cell in row]
            for name, row in cells}  # fmt: skip


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_page_speaks_one_language_and_links_the_others(language):
    document = page(language)
    assert document.startswith(f'<!doctype html>\n<html lang="{language}"')
    assert f"<h1>{SURFACE.titles.get(language, SURFACE.title)}</h1>" in document
    links = re.findall(r'<a href="([^"]+)" lang=', document)
    assert links == [f"/{each}/layers/dose-rate" for each in messages.LANGUAGES]
    assert document.count('aria-current="page"') == 2  # the language, and the hour
    assert messages.text("context.simulated", language) in document
    assert messages.text("about.mode.routine", language) in said(document)
    assert 'href="/tilejson/dose-rate.json?style=mean"' in document
    assert 'href="/files/dose-rate/0123456789/2026-11-23T08:00:00Z.tif"' in document
    assert f'class="map" href="/{language}#layer=dose-rate.mean"' in document
    assert "#321040" in document


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize("surface", [INFO, told(mode="event", release_seen=["KZALM"]), None])
def test_the_page_needs_no_script_and_no_other_server(language, surface):
    document = page(language, surface)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?:|javascript:", document)
    assert document.count("<h1>") == 1
    for table in re.findall(r"<table.*?</table>", document, re.DOTALL):
        assert "<caption>" in table
        assert '<th scope="col"' in table
        assert '<th scope="row"' in table
    assert "None" not in document
    assert "{" not in document


def test_the_report_stands_with_units_and_three_digits():
    found = rows(page())
    text = messages.catalogue("en")
    assert found == {
        text["about.sill"]: ["0.0500"],
        text["about.range"]: ["251 km"],
        text["about.nugget"]: ["0.0100"],
        text["about.inflation"]: ["1.00"],
        text["about.n"]: ["93"],
        text["about.mean_error"]: ["−0.432 nSv/h"],
        text["about.mae"]: ["9.12 nSv/h"],
        text["about.rmse"]: ["12.3 nSv/h"],
        text["about.crps"]: ["6.95 nSv/h"],
        text["about.z_mean"]: ["−0.105"],
        text["about.z_sd"]: ["1.03"],
        text["about.coverage_50"]: ["50 %", "57.0 %"],
        text["about.coverage_80"]: ["80 %", "79.6 %"],
        text["about.coverage_90"]: ["90 %", "90.3 %"],
        text["about.coverage_95"]: ["95 %", "94.6 %"],
    }
    russian = rows(page("ru"))[messages.text("about.crps", "ru")]
    assert russian == ["6,95 нЗв/ч"]
    assert "10.0 % narrower, 80.0 % alike, 10.0 % wider" in said(page())


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_an_event_names_the_stations_that_rose_and_what_the_report_is_of(language):
    document = said(page(language, told(mode="event", release_seen=["UZTAS", "KZ<1>"])))
    stations = "Tashkent (UZTAS), KZ<1>"
    assert messages.text("about.mode.event", language, stations=stations) in document
    assert messages.text("about.background", language) in document
    routine = said(page(language))
    assert messages.text("about.background", language) not in routine


def test_many_stations_are_counted_and_not_all_named():
    document = said(page(surface=told(mode="event", release_seen=[f"S{i}" for i in range(50)])))
    assert "S19 + 30." in document
    assert "S20," not in document


def test_stations_that_were_left_aside_are_named():
    assert "Almaty (KZALM). The value there" in said(page(surface=told(far_out=["KZALM"])))
    assert re.search(r"Left aside</dt><dd>none<", page())


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize(
    "reason",
    ["", estimation.FEW_STATIONS, estimation.FLAT, estimation.NO_STATIONS, estimation.EQUAL],
)
def test_every_reason_to_fall_back_is_told_in_words(language, reason):
    document = said(page(language, told(fallback=reason)))
    assert messages.text(f"about.fallback.{reason}", language) in document
    assert not reason or reason not in document


def test_every_model_and_every_solver_has_words():
    for model in interpolation.parameters.MODELS:
        for solver in ("exact", "local"):
            parameters = {**TAGS["parameters"], "model": model}
            report = {**TAGS["left_one_out"], "method": solver}
            document = said(page(surface=told(parameters=parameters, left_one_out=report)))
            words = messages.text(f"about.model.{model}", "en")
            assert messages.text(f"about.method.{solver}", "en", model=words) in document


def test_what_a_later_version_stores_does_not_stop_the_page():
    later = told(
        mode="drill",
        method="a new method",
        fallback="another-reason",
        parameters={"model": "nested", "sill": [1, 2], "range_m": "far", "weights": {"a": 1}},
        left_one_out={"method": "sparse", "n": 10, "log_score": 1.2, "crps": "low"},
        new={"key": None},
    )
    document = said(page(surface=later))
    for words in ("The mode of this surface was not stored", "a new method", "another-reason"):
        assert words in document
    found = rows(page(surface=later))
    assert found[messages.text("about.range", "en")] == ["–"]
    assert found[messages.text("about.crps", "en")] == ["–"]


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize("missing", [None, *TAGS], ids=str)
def test_a_key_that_an_earlier_version_did_not_store_is_a_gap(language, missing):
    tags = {} if missing is None else {k: v for k, v in TAGS.items() if k != missing}
    document = page(language, dataclasses.replace(INFO, tags=tags))
    assert "None" not in document
    if missing in (None, "left_one_out"):
        assert messages.text("about.no_report", language) in document


@pytest.mark.parametrize("name", [f.name for f in dataclasses.fields(Report)])
def test_a_number_that_is_not_known_is_a_dash_and_none_is_invented(name):
    whole = rows(page())
    found = rows(page(surface=told(left_one_out={**TAGS["left_one_out"], name: None})))
    row = messages.catalogue("en").get(f"about.{name}", "")
    if row in whole and name != "inflation":
        assert found.pop(row)[-1] == "–"
        whole.pop(row)
    assert found == whole


def test_the_direction_is_told_only_where_there_is_one():
    ratio, direction = (messages.text(f"about.{n}", "en") for n in ("ratio", "direction"))
    assert ratio not in page()
    # 30 degrees from the x axis (east), against the clock, is 60 degrees from north with it.
    turned = {**TAGS["parameters"], "ratio": 2.0, "angle": 0.5235987755982988}
    found = rows(page(surface=told(parameters=turned)))
    assert (found[ratio], found[direction]) == (["2.00"], ["60°"])


def test_a_second_structure_is_told_with_its_share_and_range():
    assert surface_report.SMOOTH == interpolation.parameters.SMOOTH
    nested = {**TAGS["parameters"], "smooth": 0.25, "smooth_range_m": 90_000.0}
    document = page(surface=told(parameters=nested))
    found = rows(document)
    assert found[messages.text("about.smooth", "en")] == ["25.0 %"]
    assert found[messages.text("about.smooth_range", "en")] == ["90.0 km"]
    assert "exponential + Matérn 3/2 covariance" in said(document)
    single = {**TAGS["parameters"], "smooth": 0.0, "smooth_range_m": 1.0}
    assert page(surface=told(parameters=single)) == page()


def test_variances_that_are_not_of_a_logarithm_have_the_square_of_the_unit():
    plain = {**TAGS["parameters"], "transform": "none", "sill": 4.0}
    document = page(surface=told(unit="degC", parameters=plain))
    assert rows(document)[messages.text("about.sill", "en")] == ["4.00 (°C)²"]
    assert messages.text("about.logarithm", "en") not in said(document)
    assert rows(document)[messages.text("about.mae", "en")] == ["9.12 °C"]


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_without_a_surface_a_sentence_says_so(language):
    document = page(language, None, files=())
    assert messages.text("about.no_surface", language) in said(document)
    assert "/tilejson/" not in document
    assert messages.text("about.report", language) not in document


def test_real_data_are_not_called_simulated():
    document = page(context=Context.ROUTINE, surface=told(attribution=""))
    assert "imulated" not in document


def test_an_hour_that_was_asked_for_stays_in_the_links():
    document = page(asked=NOW)
    assert 'href="/ru/layers/dose-rate?time=2026-11-23T08:00:00Z"' in document
    assert 'href="/en#layer=dose-rate.mean&amp;time=2026-11-23T08:00:00Z"' in document
    assert 'href="/tilejson/dose-rate.json?style=mean&amp;time=2026-11-23T08:00:00Z"' in document


def test_classes_stand_with_their_edges_in_the_unit_of_the_style():
    document = said(page("ru"))
    for words in ("300 и выше", "ниже 300", "5 и выше", "Мощность дозы, нЗв/ч"):
        assert words in document


def test_another_kind_shows_no_report():
    quakes = LayerDefinition("quakes", "quakes", "Quakes", notice="by <hand>",
                             styles=(StyleDefinition("default"),))  # fmt: skip
    document = page(
        surface=None, layer=quakes, version="0123456789", timed=False, files=("geojson", "kmz")
    )
    assert messages.text("about.surface", "en") not in document
    assert messages.text("about.timeless", "en") in document
    for suffix in ("geojson", "kmz"):
        assert f'href="/files/quakes/0123456789/static.{suffix}"' in document
    assert 'href="/en#with=quakes"' in document
    assert "by &lt;hand&gt;" in document


def test_a_hostile_text_stays_text():
    layer = dataclasses.replace(
        SURFACE, title=HOSTILE, titles={}, abstract=HOSTILE, attribution=HOSTILE, licence=HOSTILE
    )
    tags = told(mode="event", release_seen=[HOSTILE], far_out=[HOSTILE], method=HOSTILE,
                fallback=HOSTILE, unit=HOSTILE, parameters={"sill": 1.0})  # fmt: skip
    document = page(layer=layer, surface=tags, names={HOSTILE: HOSTILE})
    assert "<script" not in document
    assert "<img" not in document
