"""What is read off the predictive distribution in a cell: by name, or as a style asks for it."""

import numpy as np

from layers.interpolation import Predictive
from layers.model import Float32Array, Scale
from layers.model.kind import Question

QUANTILES = {"median": 0.5, "p05": 0.05, "p25": 0.25, "p75": 0.75, "p95": 0.95}
SHARES = ("exceedance", "uncertainty")
"""Readings without a unit."""
READINGS = ("mean", "sd", *QUANTILES, *SHARES)
"""What is read off the distribution in a cell, by name."""

MEASURES = ("mean", "median", "sd", "quantile", "exceedance", "uncertainty")
"""What a style may ask for."""


def read_off(found: Predictive, name: str, threshold: float | None = None) -> Float32Array:
    """Return one of ``READINGS``: canonical unit, or a share of 1."""
    match name:
        case "mean":
            value = found.mean()
        case "sd":
            value = found.sd()
        case "uncertainty":
            value = found.relative_uncertainty()
        case "exceedance":
            assert threshold is not None  # noqa: S101 - the caller has one
            value = found.exceedance(threshold)
        case _:
            value = found.quantile(QUANTILES[name])
    return np.asarray(value, dtype=np.float32)


def measured(question: Question, found: Predictive) -> Float32Array:
    """Return the measure that a style asks for: canonical unit, or a share of 1."""
    measure = question.style.measure
    if measure == "quantile":
        share = 0.95 if question.quantile is None else question.quantile
        return np.asarray(found.quantile(share), dtype=np.float32)
    return read_off(found, measure, threshold_of(question) if measure == "exceedance" else None)


def ranked(question: Question, found: Predictive) -> tuple[Float32Array, Scale]:
    """Return what rises with the measure that a style asks for, cheaply, and its scale."""
    match question.style.measure:
        case "exceedance":
            return found.score(threshold_of(question)), Scale.SCORE
        case "mean" if (logarithm := found.log_mean()) is not None:
            return logarithm, Scale.LOG
        case _:
            return measured(question, found), Scale.VALUE


def threshold_of(question: Question) -> float:
    """Return the threshold of a question, or that of its style, in the canonical unit."""
    threshold = question.threshold
    if threshold is None:
        threshold = question.style.threshold
    assert threshold is not None  # noqa: S101 - the catalogue demands it of this measure
    return threshold
