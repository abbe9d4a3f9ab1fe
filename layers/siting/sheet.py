"""The sheet of a site: all that is loaded says of it, judged by a preset, with what it was made of.

A sheet is JSON from the beginning: numbers with units in their names, words that faces translate.
``replay`` holds the question and a hash of every input; the same inputs give the same sheet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import numpy as np

from layers import temporal
from layers.errors import BadParameterError
from layers.model import CandidateSite
from layers.screening import (
    DEFAULT,
    PRESETS,
    Ahp,
    Criterion,
    Evidence,
    Finding,
    Judgement,
    Lifted,
    Preset,
    Verdict,
    compared,
    judge,
    stability,
    weights_of,
    zones_for,
)
from layers.siting import ground, neighbours, network, transboundary
from layers.siting.loaded import Loaded, digest

VERSION = 4
"""Of the rules below; a change that moves a number raises it."""
DEFAULT_MWTH = 3000.0
SEED = 20_250_815
"""Of the draws behind a band of scores: the same question has the same answer."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a planner sets: criteria, thermal power, weights, and avoidances set aside by site.

    ``weights`` maps evidence to a weight in place of the preset's; what is not named keeps it.
    ``pairs`` compares two evidences each, and all weights follow from them; one or the other.
    """

    preset: Preset = PRESETS[DEFAULT]
    thermal_mw: float = DEFAULT_MWTH
    weights: Mapping[str, float] = field(default_factory=dict)
    lifted: Mapping[str, Mapping[str, Lifted]] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def weight(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the weights, in the order of the preset's suitabilities.

        Raises
        ------
        BadParameterError
            For a word that is none of them, and for weights that mean nothing.
        """
        if self.pairs and self.weights:
            raise BadParameterError("weights follow from pairs: one or the other is given")
        found = self.ahp()
        return weights_of(self.preset, self.weights) if found is None else found.weights

    def ahp(self) -> Ahp | None:
        """Return what the pairwise comparisons say, None where there are none."""
        if not self.pairs:
            return None
        return compared([c.evidence for c in self.preset.suitabilities], self.pairs)


def sheet(site: CandidateSite, loaded: Loaded, options: Options) -> dict[str, Any]:
    """Return the sheet of a site.

    Raises
    ------
    BadParameterError
        For a preset, power, weight or lifting that cannot be.
    """
    chosen, zones = options.preset, zones_for(options.thermal_mw)
    state = loaded.surroundings.state_at(site.place)
    hazard, evidence = ground.hazard(site, loaded, state)
    faults, more = ground.faults(site, loaded)
    evidence += more
    events, more = ground.events(site, loaded)
    evidence += more
    seismic_zones, more = ground.zones(site, loaded)
    evidence += more
    people, more = neighbours.people(site, loaded)
    evidence += more
    cross_border, more = transboundary.borders(site, loaded, state, zones)
    evidence += more
    evidence += neighbours.waters(site, loaded) + neighbours.themes(site, loaded)
    stations, more = network.network(site, loaded, zones)
    evidence += more
    known = {each.id: each for each in evidence}
    weights = options.weight()
    found = judge(chosen, known, weights=weights, lifted=options.lifted.get(site.id))
    dose = network.dose(site, loaded)
    body: dict[str, Any] = {
        "site": {
            "id": site.id,
            "name": site.name,
            "lon": site.lon,
            "lat": site.lat,
            "accuracy_m": site.radius_m,
            "accuracy_stated": site.accuracy_m is not None,
            "country": state,
            "elevation_m": known["elevation"].value,
        },
        "reactor": {
            "thermal_mw": options.thermal_mw,
            "class": "large" if zones == zones_for(DEFAULT_MWTH) else "small",
        },
        "verdicts": _verdicts(chosen, found, weights, known),
        "evidence": {e.id: _told(e) for e in evidence},
        "hazard": hazard,
        "seismic_zones": seismic_zones,
        "faults": faults,
        "events": events,
        "people": people,
        "network": stations,
        "cross_border": cross_border,
        "dose": dose,
        "not_loaded": sorted(
            {e.id for e in evidence if e.missing == "not_loaded"} | set(cross_border["not_loaded"])
        ),
        "provenance": _provenance(loaded),
    }
    return {**body, "replay": _replay(site, loaded, options, body)}


def _verdicts(
    chosen: Preset,
    found: Judgement,
    weights: np.ndarray[Any, np.dtype[np.float64]],
    known: Mapping[str, Evidence],
) -> dict[str, Any]:
    band = stability(found.low[None], found.high[None], weights, np.random.default_rng(SEED))
    score = found.score
    return {
        "preset": {
            "id": chosen.id,
            "source": chosen.source,
            **({"title": chosen.title, "titles": dict(chosen.titles)} if chosen.title else {}),
        },
        "excluded": found.excluded,
        "exclusion": [_finding(f) for f in found.findings
                      if f.criterion.verdict is Verdict.EXCLUSION],
        "avoidance": [_finding(f) for f in found.findings
                      if f.criterion.verdict is Verdict.AVOIDANCE],
        "suitability": {
            "score": None if score is None else round(score, 4),
            "low": None if score is None else round(float(band.low[0]), 4),
            "high": None if score is None else round(float(band.high[0]), 4),
            "withheld": list(found.withheld),
            "criteria": [
                _weighed(c, known.get(c.evidence), found, i, float(weights[i]))
                for i, c in enumerate(chosen.suitabilities)
            ],
        },
        "coverage": round(found.coverage, 4),
        "weight_known": round(found.weight_known, 4),
        "missing": [e for e in chosen.evidence if e not in known or known[e].value is None],
    }  # fmt: skip


def _rule(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "evidence": criterion.evidence,
        "unit": criterion.unit,
        "source": criterion.source,
        "basis": criterion.basis,
        "check_before_use": criterion.check_before_use,
    }


def _finding(found: Finding) -> dict[str, Any]:
    aside, evidence = found.lifted, found.evidence
    return {
        **_rule(found.criterion),
        "relation": "above" if found.criterion.above else "below",
        "limit": found.criterion.limit,
        "status": str(found.status),
        "sure": found.sure,
        "value": None if evidence is None or evidence.value is None else round(evidence.value, 4),
        "lifted": None if aside is None else {"by": aside.by, "why": aside.why},
    }


def _weighed(
    criterion: Criterion, evidence: Evidence | None, found: Judgement, i: int, weight: float
) -> dict[str, Any]:
    def number(value: float) -> float | None:
        return None if np.isnan(value) else round(float(value), 4)

    value = None if evidence is None or evidence.value is None else round(evidence.value, 4)
    return {
        **_rule(criterion),
        "worst": criterion.worst,
        "best": criterion.best,
        "needed": criterion.needed,
        "weight": round(weight, 6),
        "value": value,
        "utility": number(found.utility[i]),
        "utility_low": number(found.low[i]),
        "utility_high": number(found.high[i]),
    }


def _told(evidence: Evidence) -> dict[str, Any]:
    def number(value: float | None) -> float | None:
        return None if value is None else round(float(value), 4)

    return {
        "value": number(evidence.value),
        "unit": evidence.unit,
        "low": number(evidence.low),
        "high": number(evidence.high),
        "lower_bound": evidence.lower_bound,
        "missing": evidence.missing,
        "source": evidence.source,
        "vintage": evidence.vintage,
        "method": evidence.method,
    }


def _provenance(loaded: Loaded) -> list[dict[str, Any]]:
    rows = [
        {
            "id": f"surroundings.{name}",
            "title": source["title"],
            "version": loaded.surroundings.token,
            "vintage": source["vintage"],
            "licence": source["licence"],
            "attribution": source.get("attribution", ""),
            "notice": "",
        }
        for name, source in loaded.surroundings.sources.items()
    ]
    manifests = {layer.id: dataset.manifest for layer, dataset in loaded.hazard}
    for layer_id, token in loaded.tokens.items():
        layer = loaded.catalog.layer(layer_id)
        manifest = manifests.get(layer_id)
        rows.append(
            {
                "id": layer_id,
                "title": layer.title,
                "titles": dict(layer.titles),
                "version": token,
                "vintage": manifest.vintage if manifest else "",
                "licence": layer.licence or (manifest.licence if manifest else ""),
                "attribution": layer.attribution or (manifest.source if manifest else ""),
                "notice": str(manifest.status) if manifest else layer.notice,
            }
        )
    return rows


def told_pairs(options: Options) -> dict[str, float]:
    """Return pairwise comparisons by ``one/other``, as JSON has them."""
    return {f"{one}/{other}": times for (one, other), times in options.pairs.items()}


def question(site: CandidateSite, options: Options) -> dict[str, Any]:
    """Return what was asked, as JSON that asks it again."""
    return {
        "site": {
            "id": site.id,
            "name": site.name,
            "lon": site.lon,
            "lat": site.lat,
            "accuracy_m": site.accuracy_m,
        },
        "preset": options.preset.id,
        "thermal_mw": options.thermal_mw,
        "weights": dict(options.weights),
        **({"pairs": told_pairs(options)} if options.pairs else {}),
        "lifted": {
            rule: {"by": aside.by, "why": aside.why}
            for rule, aside in options.lifted.get(site.id, {}).items()
        },
    }


def _replay(
    site: CandidateSite, loaded: Loaded, options: Options, body: Mapping[str, Any]
) -> dict[str, Any]:
    inputs = {
        "question": question(site, options),
        "data": dict(loaded.tokens),
        "surroundings": loaded.surroundings.token,
        "stations": loaded.register,
        "rules": VERSION,
        "criteria": digest(repr(options.preset)),
        "time": None if loaded.at is None else temporal.word(loaded.at),
    }
    return {
        **inputs,
        "software": metadata.version("kyzylkum"),
        "inputs_sha256": digest(inputs),
        "results_sha256": digest(body),
    }
