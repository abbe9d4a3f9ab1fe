"""Evidence: a number about a place, with what is known of how good it is."""

from dataclasses import dataclass
from typing import TypedDict

LOWER_BOUND = 3.0
"""A lower bound is taken to be at most so many times too low: tables of settlements hold about a
third of the inhabitants of Uzbekistan and two thirds of those of Kazakhstan."""


class Said(TypedDict):
    """Where evidence is from, in words that several of them share."""

    source: str
    vintage: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one thing at one place.

    ``value`` is None where nothing is known, and ``missing`` then says why, by a word. ``low`` and
    ``high`` bound it with 90 %; both are the value where no uncertainty is stated.
    ``lower_bound`` marks a value that the truth is not below. ``vintage`` says of when the source
    is, ``method`` how the value came from it.
    """

    id: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    lower_bound: bool = False
    source: str = ""
    vintage: str = ""
    method: str = ""
    missing: str = ""

    @property
    def span(self) -> tuple[float, float] | None:
        """Between which numbers the truth lies, None where nothing is known."""
        if self.value is None:
            return None
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if self.lower_bound:
            high = max(high, LOWER_BOUND * self.value)
        return min(low, self.value), max(high, self.value)
