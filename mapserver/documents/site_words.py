"""How a sheet of a site is said in a language: numbers, names, directions, gaps."""

from collections.abc import Mapping
from typing import Any

from layers import messages
from layers.siting import Lines
from mapserver.documents import figures
from mapserver.documents.blocks import Cell

Rows = list[tuple[str | Cell, ...]]
SHOWN = 15
"""Faults, earthquakes and stations that a sheet lists; JSON has more."""


def preset_title(preset_id: str, own: Mapping[str, Any], language: str) -> str:
    """Return the title of a preset, of which ``own`` may have ``title`` and ``titles``."""
    if own.get("title"):
        return str(own["titles"].get(language) or own["title"])
    return messages.text(f"site.preset.{preset_id}", language)


class Words:
    """A sheet, and the language that it is said in."""

    def __init__(self, sheet: dict[str, Any], lines: Lines, language: str, context: str) -> None:
        self.sheet = sheet
        self.lines = lines
        self.language = language
        self.context = context

    def say(self, message: str, **values: object) -> str:
        """Return a text of ``site.``."""
        return messages.text(f"site.{message}", self.language, **values)

    def number(self, value: float | None, digits: int = figures.DIGITS) -> str:
        """Return a number as the language writes it."""
        return figures.rounded(value, self.language, digits)

    def count(self, value: float | None) -> str:
        """Return a whole number as the language writes it."""
        return figures.count(value, self.language)

    def unit(self, value: float | None, unit: str) -> str:
        """Return a number with its unit."""
        if unit == "1/km2":
            unit = ""
        word = "" if unit == "1" else figures.unit(unit, self.language)
        return figures.with_unit(self.number(value), word)

    def preset(self) -> str:
        """Return the title of the criteria: an operator's own has brought it."""
        said = self.sheet["verdicts"]["preset"]
        return preset_title(said["id"], said, self.language)

    def country(self, code: str) -> str:
        """Return the name of a state."""
        return messages.catalogue(self.language).get(f"site.country.{code}", code or figures.DASH)

    def fault_type(self, word: str) -> str:
        """Return the name of a type of fault; a word of a source that is not known stays."""
        key = f"fault.type.{word.replace('-', '_')}"
        return messages.catalogue(self.language).get(key, word)

    def magnitude_type(self, word: str) -> str:
        """Return the type of a magnitude, empty where nobody says it."""
        return "" if word == "unknown" else word

    def direction(self, azimuth: float | None) -> str:
        """Return the nearest of sixteen directions."""
        if azimuth is None:
            return figures.DASH
        return self.directions[int((azimuth + 11.25) % 360 // 22.5)]

    @property
    def directions(self) -> list[str]:
        """The sixteen directions from north on."""
        return self.say("directions").split("|")

    def evidence(self, name: str) -> str:
        """Return what an evidence is called."""
        return self.say(f"evidence.{name}")

    def missing(self, why: str) -> str:
        """Return why nothing is known."""
        return messages.catalogue(self.language).get(f"site.missing.{why}", figures.DASH)

    def value(self, name: str, value: float | None, unit: str) -> str:
        """Return the value of an evidence, or why there is none; a lower bound says so."""
        if value is None:
            return self.missing(self.sheet["evidence"].get(name, {}).get("missing", ""))
        if name in ("open_water", "flood_zone"):
            return self.say("yes") if value else self.say("none")
        sign = "≥ " if self.sheet["evidence"][name]["lower_bound"] else ""
        return sign + self.unit(value, unit)

    def zone(self, name: str) -> str:
        """Return the short word of an emergency zone."""
        return self.say(f"zone.{name}").partition(",")[0]

    def title(self, row: dict[str, Any]) -> str:
        """Return the title of a layer in the language."""
        return str(row.get("titles", {}).get(self.language) or row["title"])

    def name(self, names: dict[str, str]) -> str:
        """Return a name in the language, else in one that there is."""
        return names.get(self.language) or names.get("en") or next(iter(names.values()), "")
