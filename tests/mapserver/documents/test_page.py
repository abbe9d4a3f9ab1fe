import dataclasses
import gzip
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from layers import messages
from layers.geo import Bounds
from layers.model import (
    CatalogDefinition,
    Context,
    Extent,
    LayerDefinition,
    Palette,
    StyleDefinition,
)
from mapserver.documents import page_config
from mapserver.documents.assets import Asset, Assets, UnknownAssetError
from mapserver.documents.page import FirstStation, PageDescription, compose

NAMES = [
    "app.js",
    "app.css",
    "later.js",
    "later.css",
    "icon.svg",
    "area.json",
    *(
        f"media/inter-{a}-wght-normal.woff2"
        for a in ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
    ),
]
ASSETS = Assets(
    folder=Path("nowhere"),
    files={name: Asset(f"{name}-0123", 10, f"sha384-{name}") for name in NAMES},
    ramps={
        "dose": {
            "id": "dose",
            "colours": ["#E6F1F1", "#321040"],
            "raised_from": 1,
            "alarm_from": None,
        }
    },
)
TITLES = {language: f"Map, {language}" for language in messages.LANGUAGES}
BASE = LayerDefinition(
    "basemap", "basemap", "Base map", styles=(StyleDefinition("light", measure="light"),)
)
SURFACE = LayerDefinition(
    "dose-rate",
    "surface",
    "Dose rate",
    titles={"kk": "Доза қуаты", "ru": "Мощность дозы"},
    attribution="Networks of <both> states",
    quantity="ambient_dose_rate",
    styles=(
        StyleDefinition(
            "mean", measure="mean", palette=Palette("dose", ("#E6F1F1", "#321040")), breaks=(300.0,)
        ),
    ),
)
STATIONS = LayerDefinition(
    "stations",
    "stations",
    "Stations",
    quantity="ambient_dose_rate",
    styles=(StyleDefinition("default"),),
)
NEWEST = datetime(2026, 11, 23, 8, tzinfo=UTC)
EXTENT = Extent(Bounds(46, 37, 88, 56), 0, 9, (NEWEST,))
HOSTILE = '</script><script src="//x.test/a.js"></script><img src=x onerror=alert(1)>'


def description(language="en", **changes):
    layers = (BASE, SURFACE, STATIONS)
    catalog = CatalogDefinition("Kyzylkum", Context.SIMULATED, layers, titles=TITLES)
    given = {
        "language": language,
        "catalog": catalog,
        "extents": {layer.id: EXTENT for layer in catalog.layers},
        "assets": ASSETS,
        "newest": NEWEST,
        "stations": (
            FirstStation("Almaty", 118.0, "nSv/h", NEWEST),
            FirstStation("Aral", None, "nSv/h", None),
        ),
    }
    return PageDescription(**(given | changes))


class Reader(HTMLParser):
    """Collects elements, and the text inside of scripts, styles and everything else."""

    def __init__(self):
        super().__init__()
        self.elements = []
        self.texts = {}
        self._open = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data):
        tag = self._open[-1] if self._open else ""
        self.texts[tag] = self.texts.get(tag, "") + data


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def block(html):
    return json.loads(re.search(r'id="map-config">(.*?)</script>', html, re.DOTALL)[1])


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_page_asks_no_other_server_and_holds_nothing_inline(language):
    page = read(compose(description(language)))
    for tag, attributes in page.elements:
        for name in ("src", "href", "action", "data", "srcset"):
            address = attributes.get(name) or ""
            assert not re.match(r"([a-z+]+:|//)", address), (tag, address)
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag not in ("style", "base", "iframe", "object")
        assert "nonce" not in attributes
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert [s.get("type") for s in scripts] == ["module", "application/json"]


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_scripts_and_styles_are_pinned_by_their_integrity(language):
    page = read(compose(description(language)))
    pinned = {
        (attributes.get("src") or attributes["href"]): attributes["integrity"]
        for tag, attributes in page.elements
        if (tag == "script" and "src" in attributes)
        or (tag == "link" and attributes["rel"] == "stylesheet")
    }
    assert pinned == {
        "/static/app.css-0123": "sha384-app.css",
        "/static/app.js-0123": "sha384-app.js",
    }


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_page_says_its_language_and_links_the_others(language):
    page = read(compose(description(language)))
    assert page.elements[0] == ("html", {"lang": language, "dir": "ltr"})
    links = [a for tag, a in page.elements if tag == "a" and "hreflang" in a]
    assert [a["href"] for a in links] == [f"/{each}" for each in messages.LANGUAGES]
    assert [a["lang"] for a in links if "aria-current" in a] == [language]
    alternates = {a["hreflang"]: a["href"] for t, a in page.elements if a.get("rel") == "alternate"}
    assert alternates == {each: f"/{each}" for each in messages.LANGUAGES} | {"x-default": "/"}
    assert page.texts["title"] == TITLES[language]


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_simulated_stands_on_the_page(language):
    page = read(compose(description(language)))
    assert messages.text("context.simulated", language) in page.texts["p"]
    real = CatalogDefinition("Kyzylkum", Context.ROUTINE, (BASE, SURFACE, STATIONS))
    plain = read(compose(description(language, catalog=real)))
    assert messages.text("context.simulated", language) not in plain.texts["p"]


def test_the_same_description_gives_the_same_bytes():
    assert compose(description("kk")) == compose(description("kk"))


def test_a_reader_may_zoom_the_page():
    viewport = next(
        a["content"]
        for t, a in read(compose(description())).elements
        if a.get("name") == "viewport"
    )
    assert "user-scalable" not in viewport
    assert "maximum-scale" not in viewport


def test_an_asset_that_was_not_built_is_an_error():
    fewer = dataclasses.replace(
        ASSETS, files={k: v for k, v in ASSETS.files.items() if k != "app.js"}
    )
    with pytest.raises(
        UnknownAssetError, match=r'no asset "app.js" was built; did you mean "app.css"\?'
    ):
        compose(description(assets=fewer))


def test_a_hostile_name_stays_text():
    layer = dataclasses.replace(
        SURFACE, title=HOSTILE, titles={}, attribution=HOSTILE, abstract=HOSTILE
    )
    catalog = CatalogDefinition("x", Context.SIMULATED, (BASE, layer))
    stations = (FirstStation(HOSTILE, 1.0, "nSv/h", NEWEST),)
    html = compose(description(catalog=catalog, stations=stations))
    page = read(html)
    assert len([tag for tag, _ in page.elements if tag == "script"]) == 2
    assert not [tag for tag, _ in page.elements if tag == "img"]
    assert block(html)["layers"][1]["title"] == HOSTILE


def test_without_a_script_the_values_stand_in_a_list():
    page = compose(description("ru"))
    assert "<caption>Мощность дозы · 2026-11-23 13:00 UTC+05:00 · " in page
    assert '<th scope="row">Almaty</th><td class="number">0,12 мкЗв/ч</td>' in page
    assert (
        f'<th scope="row">Aral</th><td class="number">{messages.text("card.no_value", "ru")}</td>'
        in page
    )


def test_without_a_script_the_page_of_every_layer_is_one_link_away():
    page = read(compose(description("uz", root="/map")))
    links = [a["href"] for tag, a in page.elements if tag == "a" and "/layers/" in a["href"]]
    wanted = ("basemap", "dose-rate", "stations")
    assert links == [f"/map/uz/layers/{layer}" for layer in wanted]


def test_the_data_block_is_the_catalogue_in_the_language_of_the_page():
    found = block(compose(description("kk", root="/map")))
    assert found["language"] == "kk"
    assert found["context"] == "simulated"
    whole = messages.catalogue("kk")
    assert found["messages"].items() < whole.items()
    # What is not there is of the page of a layer, or comes later: all of it, and nothing twice.
    later = page_config.later_messages("ru")
    assert all(
        each.startswith("about.") for each in whole.keys() - found["messages"].keys() - later.keys()
    )
    assert not found["messages"].keys() & later.keys()
    assert found["later"]["script"] == {
        "address": "/map/static/later.js-0123", "integrity": "sha384-later.js",
    }  # fmt: skip
    surface = found["layers"][1]
    assert surface["title"] == "Доза қуаты"
    assert surface["clipped"]
    assert [c["low"] for c in surface["styles"][0]["classes"]] == [None, 300.0]
    assert [c["text"] for c in surface["styles"][0]["classes"]] == ["#000000", "#FFFFFF"]
    assert surface["styles"][0]["unit"] == "nSv/h"
    assert surface["styles"][0]["raised_from"] == 1
    assert found["tiles"]["dose-rate/mean"] == {
        "address": "/map/tiles/dose-rate/mean/{version}/{time}/{z}/{x}/{y}{dense}.png",
        "opacity": 0.85,
    }


def test_a_layer_far_from_the_two_states_is_not_cut_at_their_borders():
    europe = {
        layer: Extent(Bounds(-10, 35, 30, 70), 0, 9)
        for layer in ("basemap", "dose-rate", "stations")
    }
    assert not block(compose(description(extents=europe)))["layers"][1]["clipped"]


def test_a_layer_without_an_extent_is_not_offered():
    found = block(compose(description(extents={"basemap": EXTENT})))
    assert [layer["id"] for layer in found["layers"]] == ["basemap"]


def test_the_page_is_small_on_the_wire():
    many = tuple(FirstStation(f"Station {i}", 100.0 + i, "nSv/h", NEWEST) for i in range(96))
    assert len(gzip.compress(compose(description("kk", stations=many)).encode())) < 12_000
