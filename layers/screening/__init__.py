"""Evidence about a place, and what follows from it."""

from layers.model.criteria import Criterion, Preset, Verdict
from layers.screening.bands import LEAST_KNOWN, STEPS, UNKNOWN, Layout, weighed
from layers.screening.coverage import Coverage, Spread, coverage
from layers.screening.distance import Shapes, Ways, to_points
from layers.screening.emergency import SECTORS, ZoneCover, ZoneSize, cover, zones_for
from layers.screening.evidence import Evidence, Said
from layers.screening.faults import chance_within, reach_km, trace_accuracy_m
from layers.screening.people import (
    RINGS_KM,
    Circle,
    Settlements,
    Town,
    nearest_town,
    people_around,
    people_in_cells,
)
from layers.screening.presets import DEFAULT, PRESETS, preset, weights_of
from layers.screening.ranking import (
    Flip,
    Stability,
    flips,
    ranks,
    shares,
    stability,
    topsis,
    weight_known,
    weighted_sum,
)
from layers.screening.verdicts import Finding, Judgement, Lifted, Status, judge
from layers.screening.weights import CONSISTENT, Ahp, ahp, compared

__all__ = [
    "CONSISTENT",
    "DEFAULT",
    "LEAST_KNOWN",
    "PRESETS",
    "RINGS_KM",
    "SECTORS",
    "STEPS",
    "UNKNOWN",
    "Ahp",
    "Circle",
    "Coverage",
    "Criterion",
    "Evidence",
    "Finding",
    "Flip",
    "Judgement",
    "Layout",
    "Lifted",
    "Preset",
    "Said",
    "Settlements",
    "Shapes",
    "Spread",
    "Stability",
    "Status",
    "Town",
    "Verdict",
    "Ways",
    "ZoneCover",
    "ZoneSize",
    "ahp",
    "chance_within",
    "compared",
    "cover",
    "coverage",
    "flips",
    "judge",
    "nearest_town",
    "people_around",
    "people_in_cells",
    "preset",
    "ranks",
    "reach_km",
    "shares",
    "stability",
    "to_points",
    "topsis",
    "trace_accuracy_m",
    "weighed",
    "weight_known",
    "weighted_sum",
    "weights_of",
    "zones_for",
]
