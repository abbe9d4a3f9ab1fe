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
from layers.model.criteria import Basis, Criterion, Preset, Verdict
from layers.screening.ranking import shares

FILE = Path(__file__).with_suffix(".toml")
DEFAULT = "iaea-like"
_OURS = "ours"


SHIPPED: Mapping[str, Any] = MappingProxyType(tomllib.loads(FILE.read_text("utf-8")))
"""The file: ``sources``, ``units`` of every evidence, what is ``weighed`` everywhere, presets."""


def parsed(table: Mapping[str, Any]) -> dict[str, Preset]:
    """Return the presets of a checked table; what is not weighed at all is left out."""
    sources, units = table["sources"], table["units"]

    def origin(said: Mapping[str, Any], named: list[str]) -> tuple[str, Basis]:
        basis: Basis = "convention" if named == [_OURS] else "memory"
        return ", ".join(sources[each] for each in named), said.get("basis", basis)

    def rule(said: Mapping[str, Any]) -> Criterion:
        verdict = next(v for v in Verdict if v in said)
        above, named = "above" in said, said["source"]
        source, basis = origin(said, named)
        evidence = said[verdict]
        return Criterion(
            f"{verdict}.{evidence}", verdict, evidence, units[evidence],
            f"{source} ({said['note']})" if "note" in said else source, basis,
            above=above, limit=said["above" if above else "below"],
        )  # fmt: skip

    def weighed(evidence: str, said: Mapping[str, Any]) -> Criterion:
        verdict = Verdict.SUITABILITY
        return Criterion(
            f"{verdict}.{evidence}", verdict, evidence, units[evidence],
            *origin(said, said.get("source", [_OURS])),
            **{key: said[key] for key in ("worst", "best", "weight", "needed") if key in said},
        )  # fmt: skip

    return {
        name: Preset(
            name,
            ", ".join(sources[each] for each in said["sources"]),
            (
                *map(rule, said["rules"]),
                *(
                    weighed(evidence, line)
                    for evidence, usual in {**table["weighed"], **said.get("weighed", {})}.items()
                    if (line := {**table["weighed"].get(evidence, {}), **usual})["weight"] > 0
                ),
            ),
            said.get("title", ""),
            said.get("titles", {}),
        )
        for name, said in table["preset"].items()
    }


PRESETS: Mapping[str, Preset] = MappingProxyType(parsed(SHIPPED))


def preset(preset_id: str, known: Mapping[str, Preset] = PRESETS) -> Preset:
    """Return a preset, or raise BadParameterError with the nearest name."""
    if preset_id not in known:
        raise BadParameterError(
            f'no preset "{preset_id}"; known are {", ".join(known)}{nearest(preset_id, known)}'
        )
    return known[preset_id]


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
