"""The map page, composed by folium: every link local and pinned, no inline script or style.

folium holds the map, its base tiles and the figure. What it would write into a script goes into a
data block instead, which the page's own code reads: the block is not executed, so the page needs no
nonce, and the same description gives the same bytes. Values of stations never enter folium.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template

from layers import messages
from layers.geo import Bounds
from layers.model import CatalogDefinition, Context, Extent
from mapserver.documents import page_config
from mapserver.documents.assets import Assets, fonts

SURFACE_OPACITY = 0.85
SEEN_THROUGH = ("surface", "hazard", "scenario")
"""The relief of the land stays visible through a surface."""
MOST_ROWS = 200
"""Stations that are listed for a reader without a script."""


@dataclass(frozen=True, slots=True)
class FirstStation:
    """A station for those who see no map: its name and value as they are to be read."""

    name: str
    value: float | None
    unit: str
    begin_time: datetime | None


@dataclass(frozen=True, slots=True)
class PageDescription:
    """All that the page shows before it asks for anything.

    ``extents`` maps the id of a layer to where it has data; ``root`` is the path in front of every
    address, without a slash at its end; ``view`` is what is looked at first; ``utc_offset_min`` is
    the local time of both states. ``newest`` and ``stations`` are for the list without a script.
    """

    language: str
    catalog: CatalogDefinition
    extents: Mapping[str, Extent]
    assets: Assets
    root: str = ""
    view: Bounds = field(default_factory=lambda: Bounds(46.4, 37.1, 87.4, 55.5))
    utc_offset_min: int = 300
    newest: datetime | None = None
    stations: tuple[FirstStation, ...] = ()

    @property
    def title(self) -> str:
        """The title of the map in the language of the page."""
        return self.catalog.titles.get(self.language, self.catalog.title)


class LocalFigure(Figure):
    """A figure whose links are assets of this server, pinned by their integrity.

    A link is a logical name; one that was not built raises UnknownAssetError, so that no page can
    reach for a foreign file.
    """

    _template = Template(
        """<!doctype html>
<html lang="{{ this.page.language }}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>{{ this.title|e }}</title>
<meta name="description" content="{{ this.text('page.description')|e }}">
<meta name="theme-color" content="#24324b">
<link rel="icon" type="image/svg+xml" href="{{ this.address('icon.svg') }}">
{%- for language in this.languages %}
<link rel="alternate" hreflang="{{ language }}" href="{{ this.page.root }}/{{ language }}">
{%- endfor %}
<link rel="alternate" hreflang="x-default" href="{{ this.page.root }}/">
{%- for font in this.fonts() %}
<link rel="preload" as="font" type="font/woff2" crossorigin href="{{ font }}">
{%- endfor %}
<link rel="preload" as="fetch" crossorigin href="{{ this.page.root }}/current.json">
{{ this.links() }}
</head>
<body>
{{ this.html.render(**kwargs) }}
</body>
</html>
"""
    )

    def __init__(self, page: PageDescription) -> None:
        super().__init__(title=page.title)
        self.page = page
        self.languages = messages.LANGUAGES
        self.header._children.clear()  # the template says it all; only links are added

    def text(self, message: str) -> str:
        """Return a text in the language of the page."""
        return messages.text(message, self.page.language)

    def address(self, name: str) -> str:
        """Return the address of an asset."""
        return f"{self.page.root}/static/{self.page.assets[name].file}"

    def fonts(self) -> list[str]:
        """Return the addresses of the alphabets that the language needs."""
        return [self.address(name) for name in fonts(self.page.language)]

    def links(self) -> str:
        """Return the links that children asked for, each local and pinned."""
        return "\n".join(self._link(link) for link in self.header._children.values())

    def _link(self, link: Element) -> str:
        if not isinstance(link, CssLink | JavascriptLink):
            raise TypeError(f"{type(link).__name__} may not stand in the head of the page")
        integrity = self.page.assets[link.url].integrity
        pinned = f'"{self.address(link.url)}" integrity="{integrity}"'
        if isinstance(link, CssLink):
            return f'<link rel="stylesheet" href={pinned}>'
        return f'<script type="module" src={pinned}></script>'


class Tiles(folium.TileLayer):
    """Tiles of one style as a description; the page's code makes the layer.

    The address leaves open what moves: version, time and density, besides the tile itself.
    """

    _template = Template("")

    def described(self) -> dict[str, Any]:
        """Return what the data block says of these tiles."""
        return {"address": self.tiles, "opacity": self.options["opacity"]}


class LocalMap(folium.Map):
    """folium's map with the page's own markup around it and its own code in place of a script."""

    _template = Template(
        """{% macro html(this, kwargs) %}{% set text = this.page_text %}
<a class="skip" href="#time">{{ text('page.skip')|e }}</a>
<main id="map" aria-label="{{ text('page.map')|e }}"></main>
<div class="shell">
<header class="lead panel">
<h1>{% for line in this.lines %}<span>{{ line|e }} </span>{% endfor %}</h1>
<p id="subtitle">{{ this.subtitle|e }}</p>
{%- if this.notice %}
<p class="notice">{{ this.notice|e }}</p>
{%- endif %}
<p id="offline" class="offline" role="status" hidden>{{ text('page.offline')|e }}</p>
</header>
<div class="side">
<div class="top">
<div class="bar">
<nav id="languages" class="panel" aria-label="{{ text('page.languages')|e }}">
{%- for language in this.languages %}
<a href="{{ this.page.root }}/{{ language }}" lang="{{ language }}" hreflang="{{ language }}"
{%- if language == this.page.language %} aria-current="page"{% endif %}
 title="{{ this.name_in(language)|e }}">
{{- this.short_in(language)|e }}</a>
{%- endfor %}
</nav>
<div id="tools" class="panel" role="group" aria-label="{{ text('page.tools')|e }}"></div>
</div>
<section id="layers" class="panel" aria-label="{{ text('layers.title')|e }}" hidden></section>
</div>
<section id="legend" class="panel" aria-label="{{ text('legend.title')|e }}"></section>
</div>
<section id="time" class="panel" aria-label="{{ text('time.title')|e }}" hidden></section>
<aside id="card" class="panel" aria-label="{{ text('card.title')|e }}" hidden></aside>
</div>
<noscript>
<div class="plain">
<h2>{{ text('page.no_script')|e }}</h2>
{%- if this.rows %}
<table>
<caption>{{ this.caption|e }}</caption>
<thead><tr>
<th scope="col">{{ text('card.station')|e }}</th><th scope="col">{{ text('page.value')|e }}</th>
</tr></thead>
<tbody>
{%- for name, value in this.rows %}
<tr><th scope="row">{{ name|e }}</th><td class="number">{{ value|e }}</td></tr>
{%- endfor %}
</tbody>
</table>
{%- if this.others %}
<p>{{ text('page.others', count=this.others)|e }}</p>
{%- endif %}
{%- else %}
<p>{{ text('page.no_values')|e }}</p>
{%- endif %}
<h2>{{ text('layers.title')|e }}</h2>
<ul>
{%- for address, title in this.pages %}
<li><a href="{{ address }}">{{ title|e }}</a></li>
{%- endfor %}
</ul>
</div>
</noscript>
<script type="application/json" id="map-config">{{ this.data_block() }}</script>
{% endmacro %}"""
    )

    def __init__(self, page: PageDescription) -> None:
        view = page.view
        middle = [(view.south + view.north) / 2, (view.west + view.east) / 2]
        super().__init__(location=middle, tiles=None, zoom_start=5)
        # Of this map alone: folium's own lists belong to every map of the process.
        self.default_js = [("app_js", "app.js")]
        self.default_css = [("app_css", "app.css")]
        self.page = page
        self.languages = messages.LANGUAGES
        filled = (layer for layer in page.catalog.layers if layer.kind in page_config.FILLED)
        first = next((layer for layer in filled if layer.visible), None)
        self.subtitle = first.titles.get(page.language, first.title) if first else ""
        context = page.catalog.context
        marked = context in (Context.SIMULATED, Context.EXERCISE)
        self.notice = self.page_text(f"context.{context}") if marked else ""
        self.lines = page.title.split(" · ")
        self.pages = [
            (
                f"{page.root}/{page.language}/layers/{layer.id}",
                layer.titles.get(page.language, layer.title),
            )
            for layer in page.catalog.layers
            if layer.id in page.extents
        ]
        self.rows = [
            (station.name, page_config.value_text(station.value, station.unit, page.language))
            for station in page.stations[:MOST_ROWS]
        ]
        self.others = len(page.stations) - len(self.rows)
        parts = (self.subtitle, _local(page.newest, page.utc_offset_min), self.notice)
        self.caption = " · ".join(part for part in parts if part)

    def page_text(self, message: str, **values: object) -> str:
        """Return a text in the language of the page."""
        return messages.text(message, self.page.language, **values)

    @staticmethod
    def name_in(language: str) -> str:
        """Return what a language calls itself."""
        return messages.text("language.name", language)

    @staticmethod
    def short_in(language: str) -> str:
        """Return the short form of what a language calls itself."""
        return messages.text("language.short", language)

    def data_block(self) -> str:
        """Return the configuration as JSON that cannot end the block it stands in."""
        tiles = [child for child in self._children.values() if isinstance(child, Tiles)]
        block = page_config.config(self.page, {each.tile_name: each.described() for each in tiles})
        text = json.dumps(block, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.replace("<", "\\u003c")


def _local(moment: datetime | None, offset_min: int) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(timezone(timedelta(minutes=offset_min)))
    return f"{local:%Y-%m-%d %H:%M %Z}"


def compose(page: PageDescription) -> str:
    """Return the page as HTML; the same description gives the same bytes.

    Raises
    ------
    UnknownAssetError
        Where an asset was not built.
    """
    figure = LocalFigure(page)
    view = LocalMap(page).add_to(figure)
    for layer in page.catalog.layers:
        opacity = SURFACE_OPACITY if layer.kind in SEEN_THROUGH else 1.0
        for style in layer.styles:
            # The land has no values to lose: without loss it would weigh nine times as much.
            image = "webp" if layer.kind == "basemap" else "png"
            address = (
                f"{page.root}/tiles/{layer.id}/{style.id}/{{version}}/{{time}}"
                f"/{{z}}/{{x}}/{{y}}{{dense}}.{image}"
            )
            credit = layer.attribution or layer.title
            Tiles(address, name=f"{layer.id}/{style.id}", attr=credit, opacity=opacity).add_to(view)
    html: str = figure.render()
    return html
