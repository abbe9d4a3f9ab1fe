"""The page of one layer: what it shows, from where, and how good its surface is; without script."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from layers import messages, temporal
from layers.model import CatalogDefinition, Extent, LayerDefinition, SurfaceInfo
from layers.render.legend import EXCLUDED
from mapserver.documents import figures, page_config, tilejson
from mapserver.documents.assets import Assets, fonts
from mapserver.documents.criteria_table import criteria
from mapserver.documents.style_table import style_table
from mapserver.documents.surface_report import SurfaceReport
from mapserver.documents.templates import TEMPLATES

NEWEST = 24
"""Hours that have a link on the page; older ones are reached by their address."""
FORMATS = {
    "tif": "GeoTIFF",
    "geojson": "GeoJSON",
    "csv": "CSV",
    "gpkg": "GeoPackage",
    "fgb": "FlatGeobuf",
    "parquet": "GeoParquet",
    "kmz": "KMZ",
    "qml": "QGIS (.qml)",
}


@dataclass(frozen=True, slots=True)
class LayerPage:
    """All that the page of a layer shows, in one language.

    ``version`` is the data part of what is shown, empty where there are no data; ``time`` its time
    and ``asked`` the time that the address names. ``timed`` layers have hours, ``files`` are the
    suffixes of the files that they are offered as. ``surface`` is what a layer of
    that kind has, ``names`` maps codes of stations to names.
    """

    language: str
    catalog: CatalogDefinition
    layer: LayerDefinition
    extent: Extent
    assets: Assets
    version: str = ""
    time: datetime | None = None
    asked: datetime | None = None
    timed: bool = False
    files: Sequence[str] = ()
    surface: SurfaceInfo | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    root: str = ""
    utc_offset_min: int = 300

    def say(self, message: str, **values: object) -> str:
        """Return a text in the language of the page."""
        return messages.text(message, self.language, **values)

    @property
    def title(self) -> str:
        """The title of the layer."""
        return self.layer.titles.get(self.language, self.layer.title)

    @property
    def abstract(self) -> str:
        """What the layer is, in the language of the page where the catalogue has it."""
        return self.layer.abstracts.get(self.language, self.layer.abstract)

    @property
    def map_title(self) -> str:
        """The title of the map."""
        return self.catalog.titles.get(self.language, self.catalog.title)

    @property
    def notice(self) -> str:
        """What must stand on every face of the layer, in words where there are any."""
        mark = tilejson.notice(self.layer, self.catalog)
        words = messages.catalogue(self.language)
        return words.get(f"context.{mark}") or words.get(f"notice.{mark}") or mark

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Where the layer is from, and what it is called."""
        return [
            (self.say("card.source"), self.layer.attribution),
            (self.say("about.licence"), self.layer.licence),
            (self.say("about.id"), self.layer.id),
            *([] if self.surface else self._hour(self.time)),
            (self.say("about.version"), "" if self.surface else self.version),
        ]

    def surface_facts(self, report: SurfaceReport) -> list[tuple[str, str]]:
        """Of which hour the surface is, and how it was made."""
        info = self.surface
        if info is None:
            return []
        return [
            *self._hour(info.valid_time),
            (self.say("about.version"), info.token),
            (self.say("card.revision"), figures.count(info.revision, self.language)),
            (self.say("about.made"), figures.moment(info.published_at, self.language, 0)),
            (self.say("about.used"), report.stations),
            (self.say("about.far_out"), report.far_out),
            (self.say("about.method"), report.method),
            (self.say("about.fallback"), report.fallback),
        ]

    def _hour(self, begin: datetime | None) -> list[tuple[str, str]]:
        if begin is None:
            return []
        return [
            (self.say("card.time"), figures.hour(begin, self.language, self.utc_offset_min)),
            (self.say("card.utc"), figures.moment(begin, self.language, 0)),
        ]

    @property
    def span(self) -> str:
        """How many hours there are, the first and the last."""
        times = self.extent.times
        first, last = (
            figures.moment(at, self.language, self.utc_offset_min) for at in (times[0], times[-1])
        )
        count = figures.count(len(times), self.language)
        return self.say("about.span", count=count, first=first, last=last)

    @property
    def newest_hours(self) -> list[tuple[datetime, str]]:
        """The newest hours, newest first, and how they are written."""
        newest = reversed(self.extent.times[-NEWEST:])
        return [(at, figures.hour(at, self.language, self.utc_offset_min)) for at in newest]

    @property
    def styles(self) -> list[dict[str, Any]]:
        """The styles with their classes as they are written."""
        return [
            style_table(self.layer, style, self.language, self.assets)
            for style in self.layer.styles
        ]

    @property
    def hatch(self) -> str:
        """The colour of the lines over what is excluded, empty for a layer that knows none."""
        return EXCLUDED.colour if self.criteria else ""

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """What a layer of suitability weighs and excludes."""
        return criteria(self.layer, self.language)

    def asset(self, name: str) -> str:
        """Return the address of a file of the page."""
        return f"{self.root}/static/{self.assets[name].file}"

    def address(self, language: str, at: datetime | None = None) -> str:
        """Return the address of this page in a language (empty: as the browser wishes)."""
        shown = at or self.asked
        query = f"?{urlencode({'time': temporal.word(shown)}, safe=':')}" if shown else ""
        return f"{self.root}{f'/{language}' if language else ''}/layers/{self.layer.id}{query}"

    @property
    def map_address(self) -> str:
        """The map with this layer on it."""
        words = []
        if self.layer.kind in page_config.FILLED:
            words.append(f"layer={self.layer.id}.{self.layer.styles[0].id}")
        elif self.layer.kind != "basemap":
            words.append(f"with={self.layer.id}")
        words += [f"time={temporal.word(self.asked)}"] if self.asked else []
        return f"{self.root}/{self.language}" + (f"#{'&'.join(words)}" if words else "")

    def tilejson_address(self, style_id: str) -> str:
        """Return the address of the description of the tiles in a style."""
        query = {"style": style_id}
        if self.asked is not None:
            query["time"] = temporal.word(self.asked)
        return f"{self.root}/tilejson/{self.layer.id}.json?{urlencode(query, safe=':')}"

    def file_links(self) -> Iterator[tuple[str, str]]:
        """Yield address and format of the files of the version that is shown; they never change."""
        for suffix in self.files:
            name = f"{tilejson.time_word(self.time)}.{suffix}"
            yield (
                f"{self.root}/files/{self.layer.id}/{self.version}/{name}",
                FORMATS.get(suffix, suffix),
            )


def compose(page: LayerPage) -> str:
    """Return the page as HTML; all that is not of the template is escaped."""
    report = page.surface and SurfaceReport(page.surface, page.language, page.names)
    return TEMPLATES.get_template("layer_page.html").render(
        page=page,
        title=page.title,
        say=page.say,
        report=report,
        fonts=fonts(page.language),
        languages=messages.LANGUAGES,
        name_in=lambda language: messages.text("language.name", language),
        short_in=lambda language: messages.text("language.short", language),
    )
