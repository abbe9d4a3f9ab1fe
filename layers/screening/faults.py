"""What a mapped fault asks for: how near is near for its length, and how sure a map can be."""

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
MILE_KM = 1.609344
APPENDIX_A_MILES = ((20.0, 1.0), (50.0, 5.0), (100.0, 10.0), (150.0, 20.0), (200.0, 40.0))
"""Distance from the site (miles, up to), and the fault length (miles) to be considered within it.

Source: 10 CFR 100 Appendix A, table 1, from memory: to be checked before use.
"""
TRACE_MM = 0.5
"""How far a line on a map may be from what it stands for, in millimetres of the map."""


def reach_km(length_km: FloatArray) -> FloatArray:
    """Return within which distance a fault of that length has to be considered.

    Parameters
    ----------
    length_km : array of float, any shape

    Returns
    -------
    array of float, shape of ``length_km``
        0 for a fault too short for any distance.
    """
    length = np.asarray(length_km, float) / MILE_KM
    found = np.zeros(length.shape)
    for upto, least in APPENDIX_A_MILES:
        found = np.where(length >= least, upto, found)
    return found * MILE_KM


def trace_accuracy_m(scale: float) -> float:
    """Return how far a trace may be off that was drawn at 1 : ``scale``."""
    return TRACE_MM / 1000 * scale


def chance_within(distance_m: float, radius_m: float, *accuracies_m: float) -> float:
    """Return the probability that a thing is within a radius, given how well both are placed.

    Each accuracy is taken as two standard deviations of an error along the line between them.
    """
    sd = math.sqrt(sum((a / 2) ** 2 for a in accuracies_m))
    if sd <= 0:
        return float(distance_m <= radius_m)
    low, high = ((sign * radius_m - distance_m) / (sd * math.sqrt(2)) for sign in (-1, 1))
    return (math.erf(high) - math.erf(low)) / 2
