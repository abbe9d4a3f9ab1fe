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
from mapserver.documents.page import compose
from mapserver.documents.page_description import FirstPicture, PageDescription
from mapserver.documents.summary import FirstStation, Summary

NAMES = [
    "app.js",
    "first.js",
    "app.css",
    "plain.css",
    "print.css",
    "later.js",
    "later.css",
    "icon.svg",
    "area.json",
    "media/inter-latin.woff2",
    "media/inter-cyrillic.woff2",
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


def state(language="en", *stations):
    shown = stations or (
        FirstStation("Almaty", 118.0, "nSv/h"),
        FirstStation("Aral", None, "nSv/h", "missing"),
    )
    return Summary(language, shown, NEWEST, limits=(300.0, 1000.0))


def description(language="en", **changes):
    layers = (BASE, SURFACE, STATIONS)
    catalog = CatalogDefinition("Kyzylkum", Context.SIMULATED, layers, titles=TITLES)
    given = {
        "language": language,
        "catalog": catalog,
        "extents": {layer.id: EXTENT for layer in catalog.layers},
        "assets": ASSETS,
        "state": state(language),
        "pictures": (
            FirstPicture("(min-width: 64rem)", "width=1200", 1200, 750, (1.0, 2.0, 3.0, 4.0)),
            FirstPicture("", "width=720", 720, 490, (1.0, 2.0, 3.0, 4.0)),
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
    assert [s.get("type") for s in scripts] == ["module", "module", "application/json"]


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_scripts_and_styles_are_pinned_by_their_integrity(language):
    page = read(compose(description(language)))
    pinned = {
        (attributes.get("src") or attributes["href"]): attributes["integrity"]
        for tag, attributes in page.elements
        if (tag == "script" and "src" in attributes)
        or (tag == "link" and attributes["rel"] == "stylesheet")
    }
    names = ("app.css", "app.js", "first.js", "plain.css", "print.css")
    assert pinned == {f"/static/{name}-0123": f"sha384-{name}" for name in names}


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_page_says_its_language_and_links_the_others(language):
    page = read(compose(description(language)))
    assert page.elements[0] == ("html", {"lang": language, "dir": "ltr"})
    links = [a for tag, a in page.elements if tag == "a" and "hreflang" in a]
    assert [a["href"] for a in links] == [f"/{each}" for each in messages.LANGUAGES]
    assert [a["lang"] for a in links if "aria-current" in a] == [language]
    alternates = {
        a["hreflang"]: a["href"]
        for _, a in page.elements
        if a.get("rel") == "alternate" and "hreflang" in a
    }
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
    said = state("en", FirstStation(HOSTILE, 1e6, "nSv/h", "alarm"))
    html = compose(description(catalog=catalog, state=said))
    page = read(html)
    assert len([tag for tag, _ in page.elements if tag == "script"]) == 3
    (picture,) = (a for tag, a in page.elements if tag == "img")
    assert HOSTILE in picture["alt"]
    assert block(html)["layers"][1]["title"] == HOSTILE


def test_without_a_script_the_values_stand_in_a_list():
    page = compose(description("ru"))
    assert "<caption>Мощность дозы · 23 ноября 2026, 13:00–14:00 UTC+5 · " in page
    assert '<th scope="row">Almaty</th><td class="number">0,12\u00a0мкЗв/ч</td>' in page
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
    # What is not there is of the page of a layer, stands beside its colour, or comes later: all of
    # it, and nothing twice.
    later = page_config.later_messages("ru")
    left = whole.keys() - found["messages"].keys() - later.keys()
    assert all(each.startswith((*messages.SERVER_ONLY, "class.")) for each in left)
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
    many = tuple(FirstStation(f"Station {i}", 100.0 + i, "nSv/h") for i in range(96))
    assert (
        len(gzip.compress(compose(description("kk", state=state("kk", *many))).encode())) < 12_000
    )


def test_the_first_view_says_the_hour_and_the_state_before_any_script_runs():
    page = read(compose(description("en")))
    said = " ".join(page.texts["span"].split())
    assert "23 November 2026, 13:00–14:00 UTC+5" in said
    assert "All 1 stations that report are within the natural range, below 0.30 µSv/h." in said
    assert "Stations without a value in this hour: 1." in said
    (level,) = (a["data-level"] for _, a in page.elements if a.get("id") == "state")
    assert level == "calm"


def test_a_picture_of_the_view_waits_under_the_map_for_every_window_and_theme():
    page = read(compose(description("kk", root="/map")))
    sources = [a for tag, a in page.elements if tag == "source"]
    assert [(a["media"], a["srcset"]) for a in sources] == [
        (
            "(min-width: 64rem) and (prefers-color-scheme: dark)",
            "/map/map.webp?width=1200&theme=dark",
        ),
        ("(min-width: 64rem)", "/map/map.webp?width=1200&theme=light"),
        ("(prefers-color-scheme: dark)", "/map/map.webp?width=720&theme=dark"),
        ("all", "/map/map.webp?width=720&theme=light"),
    ]
    (image,) = (a for tag, a in page.elements if tag == "img")
    assert image["src"] == "/map/map.webp?width=720&theme=light"
    assert image["data-box"] == "1,2,3,4"
    assert "Доза қуаты" in image["alt"]


def test_the_banner_of_a_kept_page_names_the_hour_and_is_hidden_until_there_is_no_line():
    html = compose(description("ru"))
    assert re.search(r'<p id="stale" class="offline" role="status" hidden>', html)
    assert "Нет связи. Данные за 23 ноября 2026, 13:00–14:00 UTC+5." in html


def test_an_embedded_map_leads_to_the_whole_one():
    page = read(compose(description("uz", embedded=True)))
    assert page.elements[0][1]["class"] == "embedded"
    (link,) = (a for tag, a in page.elements if tag == "a" and a.get("target") == "_blank")
    assert (link["href"], link["rel"]) == ("/uz", "noopener")
