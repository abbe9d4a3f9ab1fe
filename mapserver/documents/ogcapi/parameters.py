"""What can be asked of a place: parameters with their unit, and what they are of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layers import messages, units
from layers.messages import LANGUAGES
from mapserver.documents import quantities

VALUE = ("mean", "value")
"""Readings that bear the name of the quantity alone."""
UNITLESS = ("exceedance", "uncertainty")
STATUS = "status"
_METHODS = {"mean": "mean", "sd": "standard_deviation", "median": "median", "value": "mean"}


@dataclass(frozen=True, slots=True)
class Observable:
    """One parameter: a reading of a quantity.

    ``reading`` is one of ``layers.kinds.surface.READINGS``, or ``value``, ``sd`` and ``status`` of
    an observation. ``own`` is the address of the server, which describes what no vocabulary has.
    ``threshold``, in the canonical unit, is that of an exceedance.
    """

    quantity: str
    reading: str
    own: str
    context: str = ""
    threshold: float | None = None

    @property
    def id(self) -> str:
        """The quantity, and what of it is told unless it is its value."""
        return self.quantity if self.reading in VALUE else f"{self.quantity}_{self.reading}"

    @property
    def unit(self) -> str:
        """The unit of its values, in our own words."""
        return "1" if self.reading in UNITLESS else units.MAPPED[self.quantity].unit

    @property
    def unit_name(self) -> str:
        """The unit in full."""
        return quantities.UNIT_NAMES[self.unit]

    def label(self, language: str) -> str:
        """Return what it is, for people."""
        said = quantities.title(self.quantity, language)
        if self.reading == "value":
            return said
        what = messages.text(f"edr.{self.reading}", language, **self._numbers())
        return f"{said}: {what}"

    def _numbers(self) -> Mapping[str, Any]:
        if self.reading != "exceedance":
            return {}
        unit = units.MAPPED[self.quantity].unit
        return {"threshold": "?" if self.threshold is None else f"{self.threshold:g} {unit}"}

    def description(self, language: str) -> str:
        """Return what it is, with the mark of what is no measurement."""
        mark = messages.catalogue(language).get(f"context.{self.context}", "")
        label = self.label(language)
        return f"{label}. {mark}" if mark else label

    def coverage(self, language: str) -> dict[str, Any]:
        """Return the parameter as CoverageJSON has it, in all languages."""
        found = self._told(
            {each: self.label(each) for each in LANGUAGES},
            {each: self.description(each) for each in LANGUAGES},
            {"en": self.unit_name},
        )
        del found["id"]
        return found

    def metadata(self, language: str) -> dict[str, Any]:
        """Return the parameter as the document of a collection has it."""
        found = self._told(self.label(language), self.description(language), self.unit_name)
        found["label"] = self.label(language)
        found["data-type"] = "string" if self.reading == STATUS else "float"
        if self.reading != STATUS:
            found["measurementType"] = {"method": _METHODS.get(self.reading, self.reading)}
        return found

    @property
    def _described(self) -> str:
        """Where this server describes the quantity: among what is observed, or in its glossary."""
        if units.MAPPED[self.quantity].of:
            return f"{self.own}/en/words#usual"
        return f"{self.own}/sta/v1.1/ObservedProperties('{self.quantity}')"

    def _told(self, label: Any, description: Any, unit_label: Any) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": "Parameter",
            "id": self.id,
            "description": description,
            "observedProperty": {
                "id": quantities.definition(self.quantity, self._described),
                "label": label,
            },
        }
        if self.reading == STATUS:
            return found
        found["unit"] = {
            "label": unit_label,
            "symbol": {"type": quantities.UCUM_SYSTEM, "value": quantities.UCUM[self.unit]},
        }
        return found
