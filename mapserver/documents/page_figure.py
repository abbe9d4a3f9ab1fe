"""The document around the map: its head, with every link local and pinned."""

from pathlib import Path

from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template

from layers import messages
from mapserver.documents.assets import fonts
from mapserver.documents.page_description import PageDescription

AT_ONCE = "first.js"
"""The script that is small, and minds what is there already."""
PREVIEW = "<!--preview-->"
"""Stands in the head where a request puts what a link preview shows: the page is kept without."""


class LocalFigure(Figure):
    """A figure whose links are assets of this server, pinned by their integrity.

    A link is a logical name; one that was not built raises UnknownAssetError, so that no page can
    reach for a foreign file.
    """

    _template = Template((Path(__file__).parent / "page_head.html").read_text("utf-8"))
    preview = PREVIEW

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
        # Letters, styles and the picture under the map have the line first.
        order = "" if link.url == AT_ONCE else ' fetchpriority="low"'
        return f'<script type="module"{order} src={pinned}></script>'
