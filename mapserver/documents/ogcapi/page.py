"""Pages of the OGC APIs for people: a heading, a picture, tables and links; without script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from layers import messages
from mapserver.documents.assets import fonts
from mapserver.documents.ogcapi.links import Link
from mapserver.documents.templates import templates

_TEMPLATES = templates(Path(__file__).parent)

Cell = str | Mapping[str, str]
"""A text, or a mapping of ``text`` and ``href``."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: facts, a table, links, or words one below the other."""

    title: str
    facts: Sequence[tuple[str, Cell]] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    links: Sequence[Link] = ()
    items: Sequence[str] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page tells; ``picture`` is the address of a drawn map."""

    title: str = ""
    lead: str = ""
    notice: str = ""
    picture: str = ""
    sections: Sequence[Section] = field(default_factory=list)


def html(page: Page, document: Mapping[str, Any], frame: Mapping[str, Any]) -> str:
    """Return a page as HTML; all that is not of the template is escaped."""
    language = frame["language"]
    catalog = frame["catalog"]
    return _TEMPLATES.get_template("page.html").render(
        page=page,
        title=page.title or str(document.get("title", "")),
        map_title=catalog.titles.get(language, catalog.title),
        fonts=fonts(language),
        name_in=lambda each: messages.text("language.name", each),
        short_in=lambda each: messages.text("language.short", each),
        asset=lambda name: f"/static/{frame['assets'][name].file}",
        **frame,
    )
