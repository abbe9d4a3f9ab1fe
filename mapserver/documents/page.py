"""The map page, composed by folium: every link local and pinned, no inline script or style.

folium holds the map, its base tiles and the figure. What it would write into a script goes into a
data block instead, which the page's own code reads: the block is not executed, so the page needs no
nonce, and the same description gives the same bytes. Values of stations never enter folium.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template
from markupsafe import escape

from layers import messages
from layers.geo import Bounds
from layers.model import CatalogDefinition, Extent
from mapserver.documents import captions, page_config
from mapserver.documents.assets import Assets, fonts
from mapserver.documents.summary import FirstStation, Summary, loudest_first

SURFACE_OPACITY = 0.85
SEEN_THROUGH = ("surface", "hazard", "scenario", "suitability")
"""The relief of the land stays visible through a surface."""
MOST_ROWS = 200
"""Stations that are listed for a reader without a script."""


SHAPES_OF = {"raised": "square", "alarm": "triangle", "missing": "hollow"}
"""Which shape a mark has; all others are circles."""
PREVIEW = "<!--preview-->"
"""Stands in the head where a request puts what a link preview shows: the page is kept without."""


@dataclass(frozen=True, slots=True)
class FirstPicture:
    """The picture under the map until its tiles arrive, for one shape of the window.

    ``query`` follows ``/map.webp?``; ``box_m`` is west, south, east, north in EPSG:3857.
    """

    media: str
    query: str
    width: int
    height: int
    box_m: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageDescription:
    """All that the page shows before it asks for anything.

    ``extents`` maps the id of a layer to where it has data; ``root`` is the path in front of every
    address, without a slash at its end; ``view`` is what is looked at first; ``utc_offset_min`` is
    the local time of both states. ``state`` is what the stations say together, and ``pictures`` are
    shown until the map is there, the last one in any window. ``embedded`` is a map in a page of
    somebody else's.
    """

    language: str
    catalog: CatalogDefinition
    extents: Mapping[str, Extent]
    assets: Assets
    root: str = ""
    view: Bounds = field(default_factory=lambda: Bounds(46.4, 37.1, 87.4, 55.5))
    utc_offset_min: int = 300
    state: Summary | None = None
    pictures: tuple[FirstPicture, ...] = ()
    embedded: bool = False

    @property
    def stations(self) -> tuple[FirstStation, ...]:
        """The stations of the newest hour."""
        return tuple(self.state.stations) if self.state else ()

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
<html lang="{{ this.page.language }}" dir="ltr"
{%- if this.page.embedded %} class="embedded"{% endif %}>
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
<link rel="alternate" type="application/atom+xml" title="{{ this.text('public.feed.title')|e }}"
 href="{{ this.page.root }}/feeds/alarms.atom?lang={{ this.page.language }}">
"""
        + PREVIEW
        + """
{{ this.links() }}
<noscript>{{ this.style('plain.css') }}</noscript>
{{ this.style('print.css', 'print') }}
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

    def style(self, name: str, medium: str = "all") -> str:
        """Return a style sheet that only some need, pinned."""
        integrity = self.page.assets[name].integrity
        return (
            f'<link rel="stylesheet" media="{medium}" href="{self.address(name)}" '
            f'integrity="{integrity}">'
        )

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
<main id="map" aria-label="{{ text('page.map')|e }}">
{%- if this.page.pictures %}
<picture id="preview">
{%- for each in this.page.pictures %}
{%- for theme in ('dark', 'light') %}
<source media="{{ this.media(each, theme) }}" width="{{ each.width }}" height="{{ each.height }}"
 data-box="{{ this.box(each) }}" srcset="{{ this.picture(each, theme) }}">
{%- endfor %}
{%- endfor %}
{%- set last = this.page.pictures[-1] %}
<img alt="{{ this.described|e }}" width="{{ last.width }}" height="{{ last.height }}"
 data-box="{{ this.box(last) }}" src="{{ this.picture(last, 'light') }}" fetchpriority="high">
</picture>
{%- endif %}
</main>
<div class="shell">
<header class="lead panel">
<h1>{% for line in this.lines %}<span>{{ line|e }} </span>{% endfor %}</h1>
<p id="subtitle">{{ this.subtitle|e }}</p>
{%- if this.notice %}
<p class="notice">{{ this.notice|e }}</p>
{%- endif %}
{%- if this.page.state %}
<p id="state" class="state" data-level="{{ this.page.state.level }}">
{%- if this.page.state.when %}<span class="of-hour">{{ this.page.state.when|e }}</span> {% endif -%}
<span class="said">{{ this.said|e }}</span></p>
{%- endif %}
<p class="ways">
<a href="{{ this.here }}/lite">{{ text('public.lite.table')|e }}</a>
<a href="{{ this.here }}/meaning">{{ text('learn.meaning')|e }}</a></p>
<p id="stale" class="offline" role="status" hidden>{{ this.stale|e }}</p>
<p id="offline" class="offline" role="status" hidden>{{ text('page.offline')|e }}</p>
{%- if this.page.embedded %}
<p class="open">
<a href="{{ this.here }}" target="_blank" rel="noopener">{{ text('public.open')|e }}</a></p>
{%- endif %}
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
<section id="tools" class="panel" aria-label="{{ text('page.tools')|e }}"></section>
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
<th scope="col">{{ text('public.lite.means')|e }}</th>
</tr></thead>
<tbody>
{%- for name, value, means in this.rows %}
<tr><th scope="row">{{ name|e }}</th><td class="number">{{ value|e }}</td>
<td>{{ means|e }}</td></tr>
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
        self.default_js = [("first_js", "first.js"), ("app_js", "app.js")]
        self.default_css = [("app_css", "app.css")]
        self.page = page
        self.languages = messages.LANGUAGES
        filled = (layer for layer in page.catalog.layers if layer.kind in page_config.FILLED)
        first = next((layer for layer in filled if layer.visible), None)
        self.subtitle = first.titles.get(page.language, first.title) if first else ""
        self.notice = captions.mark(page.catalog, page.language)
        self.here = f"{page.root}/{page.language}"
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
            (
                station.name,
                page_config.value_text(station.value, station.unit, page.language),
                self.page_text(f"shape.{SHAPES_OF.get(station.mark, 'circle')}"),
            )
            for station in loudest_first(page.stations)[:MOST_ROWS]
        ]
        self.others = len(page.stations) - len(self.rows)
        state = page.state
        self.said = " ".join(state.sentences) if state else ""
        when = (state.when if state else "") or self.page_text("public.no_hour")
        self.stale = self.page_text("public.offline", when=when)
        self.described = self.page_text(
            "public.picture", title=self.subtitle, when=when, state=self.said
        )
        parts = (self.subtitle, state.when if state else "", self.notice)
        self.caption = " · ".join(part for part in parts if part)

    def picture(self, shown: FirstPicture, theme: str) -> str:
        """Return the address of a first picture in a theme."""
        return escape(f"{self.page.root}/map.webp?{shown.query}&theme={theme}")

    @staticmethod
    def media(shown: FirstPicture, theme: str) -> str:
        """Return when a first picture is the one to show."""
        dark = "(prefers-color-scheme: dark)" if theme == "dark" else ""
        return " and ".join(filter(None, (shown.media, dark))) or "all"

    @staticmethod
    def box(shown: FirstPicture) -> str:
        """Return where a first picture lies, for the script that moves it under the map."""
        return ",".join(f"{side:.0f}" for side in shown.box_m)

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
