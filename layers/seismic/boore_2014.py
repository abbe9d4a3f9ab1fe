"""Peak ground acceleration after Boore, Stewart, Seyhan and Atkinson (2014), BSSA14.

Source: NGA-West2 equations for predicting PGA, PGV, and 5% damped PSA for shallow crustal
earthquakes, Earthquake Spectra 30(3), 1057-1085. Numbers in brackets are its equations;
coefficients are those of PGA in its electronic supplement, global anelastic attenuation. The basin
term (9) to (11) is zero for PGA.

Valid for M 3 to 8.5 (7 for normal faults), R_JB 0 to 400 km, Vs30 150 to 1,500 m/s.
"""

import numpy as np

from layers.seismic.motion import Distances, FloatArray, Motion, Source

ID, TITLE = "boore-2014", "Boore et al. (2014)"

# (2) source
_E_STRIKE_SLIP, _E_NORMAL, _E_REVERSE = 0.4856, 0.2459, 0.4539
_E4, _E5, _E6, _M_H = 1.431, 0.05053, -0.1662, 5.5
# (3), (4) path
_C1, _C2, _C3, _M_REF, _R_REF, _H = -1.134, 0.1917, -0.008088, 4.5, 1.0, 4.5
# (6) to (8) site
_C, _V_C, _V_REF = -0.6, 1500.0, 760.0
_F1, _F3, _F4, _F5 = 0.0, 0.1, -0.15, -0.00701
# (14) to (17) deviations
_TAU1, _TAU2, _PHI1, _PHI2 = 0.398, 0.348, 0.695, 0.495
_R1, _R2, _D_PHI_R, _D_PHI_V, _V1, _V2 = 110.0, 270.0, 0.100, 0.070, 225.0, 300.0


def pga(source: Source, distances: Distances, vs30_m_s: FloatArray | float) -> Motion:
    """Return peak ground acceleration as a distribution of ln(g).

    Parameters
    ----------
    source : Source
        ``mw`` and ``rake`` are used.
    distances : Distances
        ``rjb`` is used.
    vs30_m_s : array of float, shape of the distances, or float
        Time-averaged shear-wave velocity of the uppermost 30 m.
    """
    rjb = np.asarray(distances.rjb, float)
    vs30 = np.asarray(vs30_m_s, float)
    rock = _rock(source, rjb)
    phi = np.broadcast_to(_phi(source.mw, rjb, vs30), np.broadcast_shapes(rjb.shape, vs30.shape))
    return Motion(
        rock + _site(rock, vs30), tau=np.full(phi.shape, _tau(source.mw)), phi=np.array(phi)
    )


def _rock(source: Source, rjb: FloatArray) -> FloatArray:
    """(1) to (4): ln(g) at Vs30 = 760 m/s."""
    if 30 < source.rake < 150:
        event = _E_REVERSE
    elif -150 < source.rake < -30:
        event = _E_NORMAL
    else:
        event = _E_STRIKE_SLIP
    above = source.mw - _M_H
    event += _E4 * above + _E5 * above**2 if above <= 0 else _E6 * above
    r = np.sqrt(rjb**2 + _H**2)
    path = (_C1 + _C2 * (source.mw - _M_REF)) * np.log(r / _R_REF) + _C3 * (r - _R_REF)
    return np.asarray(event + path)


def _site(rock: FloatArray, vs30: FloatArray) -> FloatArray:
    """(5) to (8): what the ground adds to ln(g)."""
    linear = _C * np.log(np.minimum(vs30, _V_C) / _V_REF)
    f2 = _F4 * (np.exp(_F5 * (np.minimum(vs30, 760) - 360)) - np.exp(_F5 * (760 - 360)))
    return np.asarray(linear + _F1 + f2 * np.log((np.exp(rock) + _F3) / _F3))


def _tau(mw: float) -> float:
    """(14)."""
    return float(np.interp(mw, (4.5, 5.5), (_TAU1, _TAU2)))


def _phi(mw: float, rjb: FloatArray, vs30: FloatArray) -> FloatArray:
    """(15) to (17)."""
    within = np.interp(mw, (4.5, 5.5), (_PHI1, _PHI2))
    far = np.log(np.clip(rjb, _R1, _R2) / _R1) / np.log(_R2 / _R1)
    soft = np.log(_V2 / np.clip(vs30, _V1, _V2)) / np.log(_V2 / _V1)
    return np.asarray(within + _D_PHI_R * far - _D_PHI_V * soft)
