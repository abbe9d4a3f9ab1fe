"""Dose rate of radon progeny that rain has washed out, as means over one hour.

Pb-214 and Bi-214 fall with equal activities and decay on the ground; Bi-214 is also fed by its
parent. Heavy rain is poorer in progeny than light rain, and air that has been washed lately has
little left to give, so a peak is not proportional to the rain (Diekirch: 3.4 mm give about
19 nSv/h, a second shower within hours hardly anything).
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

PB214_HALF_LIFE_H = 26.8 / 60
BI214_HALF_LIFE_H = 19.9 / 60
_PB = np.log(2) / PB214_HALF_LIFE_H
_BI = np.log(2) / BI214_HALF_LIFE_H
# Mean photon energy per decay, MeV (ENSDF, rounded): the share of each nuclide in the dose.
_PB_MEV, _BI_MEV = 0.24, 1.46

STEPS_PER_HOUR = 6
MEMORY_H = 5  # a peak is gone three hours after the rain; after four, 1/500 is left
# Dose rate in nSv/h that an hour of rain at 1 mm/h out of unwashed air would leave without decay:
# set so that 3.4 mm within one hour raise the mean of that hour by 19 nSv/h.
_GAIN_NSV_H = 29.0
_EXPONENT = 0.6
_EXHAUSTING_MM = 3.0
_MEMORY_OF_AIR_STEPS = 2 * STEPS_PER_HOUR


def decay(age_h: FloatArray) -> FloatArray:
    """Return the dose rate at an age in hours, relative to that of the fresh deposit.

    Bateman's equations for equal activities of Pb-214 and Bi-214 at age 0.
    """
    lead = np.exp(-_PB * age_h)
    bismuth = np.exp(-_BI * age_h)
    fed = _BI / (_BI - _PB) * (lead - bismuth)
    total = _PB_MEV * lead + _BI_MEV * (bismuth + fed)
    return np.asarray(total / (_PB_MEV + _BI_MEV), dtype=np.float64)


def decayed_integral(age_h: FloatArray) -> FloatArray:
    """Return the integral of ``decay`` from 0 to ``age_h``, in hours; 0 for negative ages."""
    age_h = np.maximum(age_h, 0.0)
    lead = (1.0 - np.exp(-_PB * age_h)) / _PB
    bismuth = (1.0 - np.exp(-_BI * age_h)) / _BI
    fed = _BI / (_BI - _PB) * (lead - bismuth)
    total = _PB_MEV * lead + _BI_MEV * (bismuth + fed)
    return np.asarray(total / (_PB_MEV + _BI_MEV), dtype=np.float64)


def step_hours(hour: int) -> FloatArray:
    """Return the middles of the steps that matter for the mean over [hour, hour + 1)."""
    steps = (MEMORY_H + 1) * STEPS_PER_HOUR
    return hour - MEMORY_H + (np.arange(steps) + 0.5) / STEPS_PER_HOUR


def hourly_nsv_h(rain_mm_h: FloatArray) -> FloatArray:
    """Return the mean contribution in nSv/h over the last hour of the steps.

    Parameters
    ----------
    rain_mm_h : array of float, shape (points, (MEMORY_H + 1) * STEPS_PER_HOUR)
        Rain rates at ``step_hours``; rain before them is taken as none.

    Returns
    -------
    array of float, shape (points,)
    """
    before = np.cumsum(rain_mm_h, axis=1) / STEPS_PER_HOUR
    recent_mm = np.zeros_like(before)
    recent_mm[:, 1:] = before[:, :-1]
    recent_mm[:, _MEMORY_OF_AIR_STEPS + 1 :] -= before[:, : -_MEMORY_OF_AIR_STEPS - 1]
    freshness = np.exp(-recent_mm / _EXHAUSTING_MM)
    deposit = _GAIN_NSV_H * rain_mm_h**_EXPONENT * freshness / STEPS_PER_HOUR
    # A deposit in the middle of a step acts in the last hour from max(its fall, begin) to end.
    to_end = np.arange(rain_mm_h.shape[1])[::-1] / STEPS_PER_HOUR + 0.5 / STEPS_PER_HOUR
    weights = decayed_integral(to_end) - decayed_integral(to_end - 1.0)
    return np.asarray(deposit @ weights, dtype=np.float64)
