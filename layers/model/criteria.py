"""Criteria are data: what is looked at, from which number on it counts, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Basis = Literal["published", "memory", "convention"]
"""``memory``: the threshold was not read in its source for this product, and is to be checked
before use. ``convention``: a choice of this product, to be replaced by the user's own."""


class Verdict(StrEnum):
    """What a criterion can say of a site; the three never mix."""

    EXCLUSION = "exclusion"
    AVOIDANCE = "avoidance"
    SUITABILITY = "suitability"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A rule about one evidence.

    An exclusion or avoidance is hit where the evidence is ``above`` (or, if not, below) ``limit``.
    A suitability rises in a straight line from 0 at ``worst`` to 1 at ``best`` and has a
    ``weight``. ``needed``: without its evidence no score is given.
    """

    id: str
    verdict: Verdict
    evidence: str
    unit: str
    source: str
    basis: Basis
    above: bool = True
    limit: float = 0.0
    worst: float = 0.0
    best: float = 1.0
    weight: float = 0.0
    needed: bool = False

    @property
    def check_before_use(self) -> bool:
        """Whether a person must look the threshold up before anything rests on it."""
        return self.basis == "memory"

    @property
    def larger_is_better(self) -> bool:
        """Whether more of the evidence makes a site better."""
        return self.best > self.worst if self.verdict is Verdict.SUITABILITY else not self.above

    def utility(self, value: float) -> float:
        """Return 0 to 1 for a value of the evidence."""
        return min(1.0, max(0.0, (value - self.worst) / (self.best - self.worst)))

    def beyond(self, value: float) -> bool:
        """Tell whether a value is beyond the limit; on it is not beyond."""
        return value > self.limit if self.above else value < self.limit


@dataclass(frozen=True, slots=True)
class Preset:
    """A named set of criteria with its origin.

    ``title`` and ``titles`` by language are those of an operator's own; shipped ones have theirs
    among the texts for people.
    """

    id: str
    source: str
    criteria: tuple[Criterion, ...]
    # What it is called is no part of what it says: hashes are made of the rest.
    title: str = field(default="", repr=False)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def suitabilities(self) -> tuple[Criterion, ...]:
        """The criteria that are weighed, in their order."""
        return tuple(c for c in self.criteria if c.verdict is Verdict.SUITABILITY)

    @property
    def evidence(self) -> tuple[str, ...]:
        """What it looks at, each once, in its order."""
        return tuple(dict.fromkeys(c.evidence for c in self.criteria))
