"""What criteria say of the evidence about a site: three kinds of verdict that never mix."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError
from layers.model.criteria import Criterion, Preset, Verdict
from layers.screening.evidence import Evidence
from layers.screening.ranking import weight_known, weighted_sum

FloatArray = NDArray[np.float64]


class Status(StrEnum):
    """How evidence stands to a limit."""

    HIT = "hit"
    POSSIBLE = "possible"
    """The value is within the limit, and its uncertainty reaches beyond."""
    CLEAR = "clear"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Lifted:
    """Who set an avoidance aside, and why."""

    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one exclusion or avoidance says; ``lifted`` may be of an avoidance alone."""

    criterion: Criterion
    status: Status
    evidence: Evidence | None
    lifted: Lifted | None = None

    @property
    def sure(self) -> bool:
        """Whether all that the evidence may be stands on the same side of the limit."""
        span = None if self.evidence is None else self.evidence.span
        return span is not None and len(set(map(self.criterion.beyond, span))) == 1


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a preset says of one site.

    ``utility``, ``low`` and ``high`` follow the preset's suitabilities, NaN where there is no
    evidence. ``score`` is their weighted mean, None where a needed criterion has no evidence.
    ``coverage`` is the share of the criteria that have evidence, ``weight_known`` that of the
    weight.
    """

    findings: tuple[Finding, ...]
    utility: FloatArray
    low: FloatArray
    high: FloatArray
    score: float | None
    coverage: float
    weight_known: float
    withheld: tuple[str, ...]

    def of(self, verdict: Verdict, status: Status) -> tuple[Finding, ...]:
        """Return the findings of a kind and status that are not lifted."""
        return tuple(
            f
            for f in self.findings
            if f.criterion.verdict is verdict and f.status is status and f.lifted is None
        )

    @property
    def excluded(self) -> bool:
        """Whether an exclusion is hit: then no score and no weight makes up for it."""
        return bool(self.of(Verdict.EXCLUSION, Status.HIT))


def judge(
    preset: Preset,
    evidence: Mapping[str, Evidence],
    *,
    weights: FloatArray | None = None,
    lifted: Mapping[str, Lifted] | None = None,
) -> Judgement:
    """Return what a preset says of the evidence about a site.

    Parameters
    ----------
    weights : array of float, shape (suitabilities of the preset,), optional
        In place of those of the preset.
    lifted : mapping of criterion to Lifted, optional
        Avoidances that a person sets aside; they are shown all the same.

    Raises
    ------
    BadParameterError
        Where what is to be lifted is no avoidance of the preset, or gives no name and reason.
    """
    aside = dict(lifted or {})
    avoidances = {c.id for c in preset.criteria if c.verdict is Verdict.AVOIDANCE}
    for name, words in aside.items():
        if name not in avoidances:
            raise BadParameterError(
                f'"{name}" cannot be lifted: only an avoidance can, and this preset has '
                f"{', '.join(sorted(avoidances)) or 'none'}"
            )
        if not (words.by.strip() and words.why.strip()):
            raise BadParameterError(f'to lift "{name}", say who does it and why')
    findings = tuple(
        Finding(c, _status(c, evidence.get(c.evidence)), evidence.get(c.evidence), aside.get(c.id))
        for c in preset.criteria
        if c.verdict is not Verdict.SUITABILITY
    )
    weighed = preset.suitabilities
    values = [_utilities(c, evidence.get(c.evidence)) for c in weighed]
    utility, low, high = (np.array([v[i] for v in values], float) for i in range(3))
    w = np.array([c.weight for c in weighed]) if weights is None else np.asarray(weights, float)
    if w.shape != utility.shape:
        raise BadParameterError(f"{len(w)} weights were given; the preset weighs {len(weighed)}")
    withheld = tuple(
        c.evidence for c, u in zip(weighed, utility, strict=True) if c.needed and np.isnan(u)
    )
    mean = float(weighted_sum(utility, w))
    asked = preset.evidence
    known = sum(1 for e in asked if (found := evidence.get(e)) and found.value is not None)
    return Judgement(
        findings,
        utility,
        low,
        high,
        None if withheld or np.isnan(mean) else mean,
        known / len(asked),
        float(weight_known(utility, w)),
        withheld,
    )


def _status(criterion: Criterion, evidence: Evidence | None) -> Status:
    if evidence is None or evidence.value is None or evidence.span is None:
        return Status.MISSING
    if criterion.beyond(evidence.value):
        return Status.HIT
    # A count that is a lower bound says so beside itself; only a stated interval is weighed here.
    ends = (v for v in (evidence.low, evidence.high) if v is not None)
    return Status.POSSIBLE if any(map(criterion.beyond, ends)) else Status.CLEAR


def _utilities(criterion: Criterion, evidence: Evidence | None) -> tuple[float, float, float]:
    if evidence is None or evidence.value is None or evidence.span is None:
        return np.nan, np.nan, np.nan
    ends = sorted(map(criterion.utility, evidence.span))
    return criterion.utility(evidence.value), ends[0], ends[1]
