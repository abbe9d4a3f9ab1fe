"""The map and the markup around it, written by the server: what is there before any script."""

import json
from pathlib import Path
from typing import Any

import folium
from folium.template import Template
from markupsafe import escape

from layers import messages
from mapserver.documents import captions, page_config
from mapserver.documents.page_description import (
    MOST_ROWS,
    SHAPES_OF,
    FirstPicture,
    PageDescription,
)
from mapserver.documents.summary import loudest_first


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

    _template = Template((Path(__file__).parent / "page_map.html").read_text("utf-8"))

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
