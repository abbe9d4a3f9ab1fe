"""Why a cell has its score: each criterion with its part in it, each exclusion with its reason."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.model.criteria import Criterion, Preset, Verdict
from layers.screening.bands import LEAST_KNOWN, STEPS, UNKNOWN, Layout
from layers.screening.evidence import Said
from layers.screening.ranking import shares

NOT_LOADED: Said = {"source": "", "vintage": ""}


def explained(
    layout: Layout,
    preset: Preset,
    cell: NDArray[np.uint8],
    evidence: Mapping[str, float | None],
    sources: Mapping[str, Said],
    weights: tuple[float, ...] | None = None,
) -> dict[str, Any]:
    """Return the account of one cell, as JSON has it.

    Parameters
    ----------
    cell : array of uint8, shape (layout.count,)
        The bytes that are weighed.
    evidence : mapping of evidence to float or None
        The numbers that they came from, in the unit of the criteria.
    sources : mapping of evidence to its source
        Of all that is loaded.
    weights : tuple of float, optional
        In the order of the preset's suitabilities, in place of its own.

    Returns
    -------
    dict
        ``score`` is None where the cell is a gap. ``contribution`` is what a criterion adds to it:
        they sum to it. ``status`` of an exclusion is hit, clear or missing.
    """
    lines = preset.suitabilities
    own = np.array([c.weight for c in lines] if weights is None else weights, float)
    share = shares(own)
    bytes_ = cell[layout.bands_of(preset)]
    known = bytes_ != UNKNOWN
    total = float(share[known].sum())
    withheld = [c.evidence for c, k in zip(lines, known, strict=True) if c.needed and not k]
    gap = bool(withheld) or total < LEAST_KNOWN - 1e-6
    utility = bytes_ / STEPS
    parts = [
        {
            **_rule(line, evidence, sources),
            "worst": line.worst,
            "best": line.best,
            "needed": line.needed,
            "weight": round(float(w), 6),
            "utility": round(float(u), 4) if k else None,
            "contribution": round(float(w * u / total), 4) if k and not gap else None,
        }
        for line, w, u, k in zip(lines, share, utility, known, strict=True)
    ]
    bits = int(cell[-2]) | int(cell[-1]) << 8
    place = {(c.evidence, c.above, c.limit): i for i, c in enumerate(layout.exclusions)}
    exclusions = [
        {
            **_rule(rule, evidence, sources),
            "relation": "above" if rule.above else "below",
            "limit": rule.limit,
            "status": "missing"
            if evidence.get(rule.evidence) is None
            else "hit"
            if bits >> place[rule.evidence, rule.above, rule.limit] & 1
            else "clear",
        }
        for rule in preset.criteria
        if rule.verdict is Verdict.EXCLUSION
    ]
    score = float((share * utility)[known].sum() / total) if not gap else None
    return {
        "preset": preset.id,
        "source": preset.source,
        "score": None if score is None else round(score, 4),
        "excluded": any(e["status"] == "hit" for e in exclusions),
        "withheld": withheld,
        "weight_known": round(total, 4),
        "least_known": LEAST_KNOWN,
        "criteria": parts,
        "exclusions": exclusions,
    }


def _rule(
    criterion: Criterion, evidence: Mapping[str, float | None], sources: Mapping[str, Said]
) -> dict[str, Any]:
    name = criterion.evidence
    value, said = evidence.get(name), sources.get(name, NOT_LOADED)
    return {
        "evidence": name,
        "unit": criterion.unit,
        "value": None if value is None else float(f"{value:.4g}"),
        "of": said["source"],
        "vintage": said["vintage"],
        "source": criterion.source,
        "basis": criterion.basis,
        "check_before_use": criterion.check_before_use,
    }
