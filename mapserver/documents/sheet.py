"""What the plain pages for the public share: language, addresses, texts. They hold no script."""

from dataclasses import dataclass

from layers import messages
from layers.model import CatalogDefinition
from mapserver.documents import captions
from mapserver.documents.assets import Assets
from mapserver.documents.templates import TEMPLATES


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page in one language; ``path`` is its address behind the language, without a slash."""

    language: str
    path: str
    catalog: CatalogDefinition
    assets: Assets
    root: str = ""

    def say(self, message: str, **values: object) -> str:
        """Return a text in the language of the page."""
        return messages.text(message, self.language, **values)

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        """The languages: code, short name and name, each in itself."""
        return [
            (code, messages.text("language.short", code), messages.text("language.name", code))
            for code in messages.LANGUAGES
        ]

    @property
    def map_title(self) -> str:
        """The title of the map."""
        return self.catalog.titles.get(self.language, self.catalog.title)

    @property
    def mark(self) -> str:
        """What must be said of data that are not real."""
        return captions.mark(self.catalog, self.language)

    def asset(self, name: str) -> str:
        """Return the address of a file of the pages."""
        return f"{self.root}/static/{self.assets[name].file}"

    def integrity(self, name: str) -> str:
        """Return what a file is pinned by."""
        return self.assets[name].integrity

    def address(self, path: str = "", language: str = "") -> str:
        """Return the address of another page, by default in the same language."""
        tail = f"/{path}" if path else ""
        return f"{self.root}/{language or self.language}{tail}"

    def rendered(self, template: str, **values: object) -> str:
        """Return the page; all that is not of the template is escaped."""
        return TEMPLATES.get_template(template).render(page=self, say=self.say, **values)
