"""Pages of candidate sites: several side by side, and the sheet of one; complete without script."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from layers import messages
from layers.exchange import sites as formats
from layers.model import CandidateSite, CatalogDefinition
from layers.model.criteria import Preset
from layers.screening.weights import CONSISTENT, RANDOM_INDEX
from layers.siting import MOST_SITES
from mapserver.documents import figures
from mapserver.documents.assets import Assets, fonts
from mapserver.documents.blocks import Block, Document
from mapserver.documents.comparison_drawings import plot
from mapserver.documents.drawing import svg
from mapserver.documents.site_words import preset_title
from mapserver.documents.templates import TEMPLATES

WORDS = (
    "flip", "no_flip", "ratio", "inconsistent", "excluded_short", "unranked", "best", "worst",
)  # fmt: skip
"""Texts that the script of the page fills in."""


@dataclass(frozen=True, slots=True)
class SitesPage:
    """What both pages share. ``query`` asks the same again, of all sites."""

    language: str
    catalog: CatalogDefinition
    assets: Assets
    query: Mapping[str, str] = field(default_factory=dict)
    path: str = "screening"
    files: tuple[tuple[str, str], ...] = ()

    @property
    def map_title(self) -> str:
        """The title of the map."""
        return self.catalog.titles.get(self.language, self.catalog.title)

    @property
    def notice(self) -> str:
        """What must stand on every page of the folder's context."""
        words = messages.catalogue(self.language)
        return words.get(f"context.{self.catalog.context}", "")

    def asset(self, name: str) -> str:
        """Return the address of a file of the page."""
        return f"/static/{self.assets[name].file}"

    def address(self, language: str) -> str:
        """Return the address of this page in a language."""
        return f"/{language}/{self.path}{self.asked()}"

    @property
    def back(self) -> str:
        """The page of sites side by side."""
        return f"/{self.language}/screening{self.asked()}"

    def asked(self, **more: str) -> str:
        """Return the query with more in it."""
        query = {**self.query, **more}
        return f"?{urlencode(query, safe=',;:/')}" if query else ""


def sheet_page(page: SitesPage, document: Document) -> str:
    """Return the sheet of a site as HTML."""
    return TEMPLATES.get_template("site_sheet.html").render(
        **_shared(page), document=document, kind_of=lambda block: type(block).__name__
    )


def sites_page(
    page: SitesPage,
    sites: Sequence[CandidateSite],
    options: Mapping[str, Any],
    links: Mapping[str, str],
    comparison: dict[str, Any] | None,
    sheets: Sequence[dict[str, Any]],
    verdicts: Sequence[Block] = (),
    error: str = "",
) -> str:
    """Return sites side by side as HTML, or the form alone where there are none.

    ``links`` maps the id of a site to the query that asks for it alone, ``verdicts`` are the tables
    of what excludes and what is better avoided.
    """

    def say(message: str, **values: object) -> str:
        return messages.text(f"site.{message}", page.language, **values)

    names = {site.id: site.name for site in sites}
    data = None
    if comparison is not None:
        words = messages.catalogue(page.language)
        told = {name: words[f"site.{name}"] for name in WORDS}
        evidence = {c["evidence"]: say(f"evidence.{c['evidence']}") for c in comparison["criteria"]}
        data = {
            "comparison": comparison, "names": names, "words": told, "evidence": evidence,
            "language": page.language, "random_index": list(RANDOM_INDEX), "consistent": CONSISTENT,
        }  # fmt: skip
    return TEMPLATES.get_template("sites_page.html").render(
        **_shared(page),
        site=say,
        sites=sites,
        names=names,
        options=options,
        links=links,
        comparison=comparison,
        sheets={sheet["site"]["id"]: sheet for sheet in sheets},
        verdicts=verdicts,
        error=error,
        presets=_presets(page),
        most_sites=MOST_SITES,
        most_compared=len(RANDOM_INDEX),
        megabytes=formats.MAX_BYTES // 1_000_000,
        plot=None if comparison is None else plot(comparison, page.language),
        data=None if data is None else _embedded(data),
        number=lambda value, digits=3: figures.rounded(value, page.language, digits),
        percent=lambda value: figures.percent(value, page.language, 2),
        value=lambda value, unit: _value(value, unit, page.language),
        kind_of=lambda block: type(block).__name__,
    )


def _presets(page: SitesPage) -> list[tuple[str, str, str]]:
    """Return the criteria that can be chosen: id, title, and what is to be known of them."""

    def about(preset: Preset) -> str:
        unread = sum(c.check_before_use for c in preset.criteria)
        check = messages.text("site.check", page.language)
        return f"{preset.source}; {check}: {unread}" if unread else preset.source

    return [
        (name, preset_title(name, {"title": each.title, "titles": each.titles}, page.language),
         about(each))
        for name, each in page.catalog.presets.items()
    ]  # fmt: skip


def _value(value: float | None, unit: str, language: str) -> str:
    word = "" if unit in ("1", "1/km2") else figures.unit(unit, language)
    return figures.with_unit(figures.rounded(value, language), word)


def _embedded(data: Any) -> Markup:
    """Return JSON that can stand in a script element: nothing in it ends one."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704


def _shared(page: SitesPage) -> dict[str, Any]:
    return {
        "page": page,
        "say": lambda message, **values: messages.text(message, page.language, **values),
        "fonts": fonts(page.language),
        "languages": messages.LANGUAGES,
        "name_in": lambda language: messages.text("language.name", language),
        "short_in": lambda language: messages.text("language.short", language),
        "svg": lambda drawing, title: Markup(svg(drawing, title)),  # noqa: S704
    }
