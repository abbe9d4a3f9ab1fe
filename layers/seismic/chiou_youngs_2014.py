"""Peak ground acceleration after Chiou and Youngs (2014), CY14.

Source: Update of the Chiou and Youngs NGA model for the average horizontal component of peak
ground motion and response spectra, Earthquake Spectra 30(3), 1117-1153. Numbers in brackets are
its equations; coefficients are those of PGA in its tables 1 to 5, for California. Directivity
(dDPP = 0) and the basin term, which is zero for PGA, are left out.

Valid for M 3.5 to 8.5 (8 for reverse and normal faults), R_rup 0 to 300 km, top edge 0 to 20 km,
Vs30 180 to 1,500 m/s.
"""

import math

import numpy as np

from layers.seismic.motion import Distances, FloatArray, Motion, Source

ID, TITLE = "chiou-youngs-2014", "Chiou and Youngs (2014)"

# (11) reference motion
_C1, _C1A, _C1B, _C1C, _C1D = -1.5065, 0.165, -0.255, -0.165, 0.255
_CN, _CM, _C2, _C3 = 16.0875, 4.9993, 1.06, 1.9636
_C4, _C4A, _C_RB, _C5, _C_HM, _C6 = -2.1, -0.5, 50.0, 6.4551, 3.0956, 0.4908
_C7, _C7B, _C11, _C11B = 0.0352, 0.0462, 0.0, -0.4536
_C9, _C9A, _C9B = 0.9228, 0.1202, 6.8607
_C_G1, _C_G2, _C_G3 = -0.007146, -0.006758, 4.2542
# (12) site
_PHI1, _PHI2, _PHI3, _PHI4 = -0.521, -0.1417, -0.00701, 0.102151
# (13) deviations; ground whose Vs30 is inferred, not measured
_TAU1, _TAU2, _SIGMA1, _SIGMA2, _SIGMA3 = 0.4, 0.26, 0.4912, 0.3762, 0.8


def pga(source: Source, distances: Distances, vs30_m_s: FloatArray | float) -> Motion:
    """Return peak ground acceleration as a distribution of ln(g).

    Parameters
    ----------
    source : Source
    distances : Distances
        All of them are used.
    vs30_m_s : array of float, shape of the distances, or float
        Inferred, not measured: the deviation is that of (13) with F_inferred = 1.
    """
    vs30 = np.asarray(vs30_m_s, float)
    reference = _reference(source, distances)
    rock = np.exp(reference)
    slope = _PHI2 * (
        np.exp(_PHI3 * (np.minimum(vs30, 1130) - 360)) - math.exp(_PHI3 * (1130 - 360))
    )
    site = _PHI1 * np.minimum(np.log(vs30 / 1130), 0) + slope * np.log((rock + _PHI4) / _PHI4)
    # (13): how much a change of the reference motion is changed by the ground.
    nonlinear = slope * rock / (rock + _PHI4)
    share = float(np.clip(source.mw, 5, 6.5) - 5) / 1.5
    tau = _TAU1 + (_TAU2 - _TAU1) * share
    sigma = _SIGMA1 + (_SIGMA2 - _SIGMA1) * share
    return Motion(
        mean=reference + site,
        tau=np.abs(1 + nonlinear) * tau,
        phi=sigma * np.sqrt(_SIGMA3 + (1 + nonlinear) ** 2),
    )


def _reference(source: Source, distances: Distances) -> FloatArray:
    """(11): ln(g) at Vs30 = 1,130 m/s."""
    m = source.mw
    falling = 1 / math.cosh(2 * max(m - 4.5, 0))
    reverse, normal = 30 <= source.rake <= 150, -120 <= source.rake <= -60
    cos_dip = math.cos(math.radians(source.dip))
    event = (
        _C1
        + (_C1A + _C1C * falling) * reverse
        + (_C1B + _C1D * falling) * normal
        + (_C7 + _C7B * falling) * (source.ztor_km - expected_ztor_km(m, reverse=reverse))
        + (_C11 + _C11B * falling) * cos_dip**2
        + _C2 * (m - 6)
        + (_C2 - _C3) / _CN * math.log1p(math.exp(_CN * (_CM - m)))
    )
    rrup = np.asarray(distances.rrup, float)
    near = _C5 * math.cosh(_C6 * max(m - _C_HM, 0))
    absorbed = _C_G1 + _C_G2 / math.cosh(max(m - _C_G3, 0))
    path = (
        _C4 * np.log(rrup + near)
        + (_C4A - _C4) * 0.5 * np.log(rrup**2 + _C_RB**2)
        + absorbed * rrup
    )
    if cos_dip < 1e-9:
        return np.asarray(event + path)
    rx, rjb = np.asarray(distances.rx, float), np.asarray(distances.rjb, float)
    hanging_wall = (
        _C9
        * (rx >= 0)
        * cos_dip
        * (_C9A + (1 - _C9A) * np.tanh(rx / _C9B))
        * (1 - np.sqrt(rjb**2 + source.ztor_km**2) / (rrup + 1))
    )
    return np.asarray(event + path + hanging_wall)


def expected_ztor_km(mw: float, *, reverse: bool) -> float:
    """Return (4) and (5): the depth of the top edge that is usual for a magnitude, in km."""
    if reverse:
        return max(2.704 - 1.226 * max(mw - 5.849, 0.0), 0.0) ** 2
    return max(2.673 - 1.136 * max(mw - 4.970, 0.0), 0.0) ** 2
