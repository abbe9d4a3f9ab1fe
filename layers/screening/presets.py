"""Presets of criteria, as ``presets.toml`` has them: thresholds are data, each with its source.

They help to see where to look first. None of them is a licence, and none replaces the rules of the
two states.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError, nearest
from layers.screening.criteria import Basis, Criterion, Preset, Verdict
from layers.screening.ranking import shares

FILE = Path(__file__).with_suffix(".toml")
DEFAULT = "iaea-like"
_OURS = "ours"


def _parsed(table: Mapping[str, Any]) -> dict[str, Preset]:
    """Return the presets of a table; what it does not know it names by a KeyError."""
    sources, units = table["sources"], table["units"]

    def rule(said: Mapping[str, Any]) -> Criterion:
        verdict = next(v for v in Verdict if v in said)
        above, named = "above" in said, said["source"]
        source = ", ".join(sources[each] for each in named)
        basis: Basis = said.get("basis", "convention" if named == [_OURS] else "memory")
        evidence = said[verdict]
        return Criterion(
            f"{verdict}.{evidence}", verdict, evidence, units[evidence],
            f"{source} ({said['note']})" if "note" in said else source, basis,
            above=above, limit=said["above" if above else "below"],
        )  # fmt: skip

    def weighed(evidence: str, said: Mapping[str, Any]) -> Criterion:
        verdict = Verdict.SUITABILITY
        return Criterion(
            f"{verdict}.{evidence}", verdict, evidence, units[evidence], sources[_OURS],
            "convention", **said,
        )  # fmt: skip

    return {
        name: Preset(
            name,
            ", ".join(sources[each] for each in said["sources"]),
            (
                *map(rule, said["rules"]),
                *(
                    weighed(evidence, {**usual, **said.get("weighed", {}).get(evidence, {})})
                    for evidence, usual in table["weighed"].items()
                ),
            ),
        )
        for name, said in table["preset"].items()
    }


PRESETS: Mapping[str, Preset] = MappingProxyType(_parsed(tomllib.loads(FILE.read_text("utf-8"))))


def preset(preset_id: str) -> Preset:
    """Return a preset, or raise BadParameterError with the nearest name."""
    if preset_id not in PRESETS:
        raise BadParameterError(
            f'no preset "{preset_id}"; known are {", ".join(PRESETS)}{nearest(preset_id, PRESETS)}'
        )
    return PRESETS[preset_id]


def weights_of(chosen: Preset, given: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the weights of what a preset weighs, in its order; they sum to 1.

    ``given`` maps evidence to a weight in place of the preset's; what is not named keeps it.

    Raises
    ------
    BadParameterError
        For a word that is none of them, and for weights that mean nothing.
    """
    known = [c.evidence for c in chosen.suitabilities]
    for name in given:
        if name not in known:
            raise BadParameterError(
                f'"{name}" is not weighed; weighed are {", ".join(known)}{nearest(name, known)}'
            )
    return shares(np.array([float(given.get(c.evidence, c.weight)) for c in chosen.suitabilities]))
