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
_Lines = list[dict[str, Any]]
_Rules = list[tuple[dict[str, Any], int]]
_UTILITY: list[float | None] = [*(round(step / STEPS, 4) for step in range(STEPS + 1)), None]
"""What is told of the utility that a byte stands for."""


class Account:
    """Accounts of cells by one preset; what is the same in all of them is made once."""

    def __init__(self, layout: Layout, preset: Preset) -> None:
        self._preset = preset
        self._bands = np.array(layout.bands_of(preset), np.intp)
        self._share = shares(np.array([c.weight for c in preset.suitabilities]))
        self._lines = [
            _rule(c) | {"worst": c.worst, "best": c.best, "needed": c.needed, "weight": round(w, 6)}
            for c, w in zip(preset.suitabilities, self._share.tolist(), strict=True)
        ]
        place = {(c.evidence, c.above, c.limit): i for i, c in enumerate(layout.exclusions)}
        self._exclusions = [
            (
                _rule(c) | {"relation": "above" if c.above else "below", "limit": c.limit},
                1 << place[c.evidence, c.above, c.limit],
            )
            for c in preset.criteria
            if c.verdict is Verdict.EXCLUSION
        ]
        self._sourced: tuple[Mapping[str, Said], _Lines, _Rules] = {}, [], []

    def _with(self, sources: Mapping[str, Said]) -> tuple[_Lines, _Rules]:
        """Return the lines and the rules with their sources, the same for all cells."""
        known, lines, rules = self._sourced
        if known is not sources:
            lines = [_of(line, sources) for line in self._lines]
            rules = [(_of(rule, sources), bit) for rule, bit in self._exclusions]
            self._sourced = sources, lines, rules
        return lines, rules

    def of(
        self,
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
            ``score`` is None where the cell is a gap. ``contribution`` is what a criterion adds to
            it: they sum to it. ``status`` of an exclusion is hit, clear or missing.
        """
        share = self._share if weights is None else shares(np.array(weights, float))
        bytes_ = cell[self._bands]
        known = bytes_ != UNKNOWN
        total = float(np.add.reduce(share[known]))
        parts, withheld = [], []
        lines, rules = self._with(sources)
        for line, w, byte in zip(lines, share.tolist(), bytes_.tolist(), strict=True):
            part = _filled(line, evidence)
            if weights is not None:
                part["weight"] = round(w, 6)
            part["utility"] = _UTILITY[byte]
            part["contribution"] = None
            parts.append(part)
            if byte == UNKNOWN and part["needed"]:
                withheld.append(part["evidence"])
        score = None
        if not withheld and total >= LEAST_KNOWN - 1e-6:
            added = share * (bytes_ / STEPS)
            score = round(float(np.add.reduce(added[known]) / total), 4)
            for part, more in zip(parts, (added / total).tolist(), strict=True):
                if part["utility"] is not None:
                    part["contribution"] = round(more, 4)
        exclusions = _excluding(rules, int(cell[-2]) | int(cell[-1]) << 8, evidence)
        return {
            "preset": self._preset.id,
            "source": self._preset.source,
            "score": score,
            "excluded": any(e["status"] == "hit" for e in exclusions),
            "withheld": withheld,
            "weight_known": round(total, 4),
            "least_known": LEAST_KNOWN,
            "criteria": parts,
            "exclusions": exclusions,
        }


def _excluding(
    rules: _Rules, bits: int, evidence: Mapping[str, float | None]
) -> list[dict[str, Any]]:
    found = []
    for rule, bit in rules:
        told = _filled(rule, evidence)
        hit = "hit" if bits & bit else "clear"
        told["status"] = "missing" if told["value"] is None else hit
        found.append(told)
    return found


def _rule(criterion: Criterion) -> dict[str, Any]:
    """Return what is told of a criterion, with room for what is not the same in all cells."""
    return {
        "evidence": criterion.evidence,
        "unit": criterion.unit,
        "value": None,
        "of": "",
        "vintage": "",
        "source": criterion.source,
        "basis": criterion.basis,
        "check_before_use": criterion.check_before_use,
    }


def _of(rule: dict[str, Any], sources: Mapping[str, Said]) -> dict[str, Any]:
    said = sources.get(rule["evidence"], NOT_LOADED)
    return rule | {"of": said["source"], "vintage": said["vintage"]}


def _filled(rule: dict[str, Any], evidence: Mapping[str, float | None]) -> dict[str, Any]:
    told = rule.copy()
    value = evidence.get(told["evidence"])
    if value is not None:
        told["value"] = float(f"{value:.4g}")
    return told
