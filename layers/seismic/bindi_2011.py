"""Macroseismic intensity in Central Asia after Bindi et al. (2011), in MSK-64.

Source: Bindi, Parolai, Oth, Abdrakhmatov, Muraliev and Zschau (2011), Intensity prediction
equations for Central Asia, Geophysical Journal International 187, 327-337. The form is its (5);
coefficients are those of its table 1 for epicentral distance, once with the depth held at 15 km
and once with the depth of the event.

Made of 66 earthquakes of M_S 4.6 to 8.3 in the five states, at epicentral distances of some km to
600 km. The magnitude is M_S; M_W is used in its place from 6.5 on, where the two are near.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInputError

FloatArray = NDArray[np.floating[Any]]

ID, TITLE = "bindi-2011", "Bindi et al. (2011)"
FIXED_DEPTH_KM = 15.0
SIGMA, SIGMA_WITH_DEPTH = 0.689, 0.737
"""Standard deviation of an intensity, in degrees: without and with the depth of the event."""
_FIXED = (1.049, 0.686, 2.706, 0.0001811)
_WITH_DEPTH = (0.898, 1.215, 1.809, 0.003447)


def intensity(
    magnitude: float, repi_km: FloatArray | float, depth_km: float | None = None
) -> FloatArray:
    """Return the mean MSK-64 intensity, not rounded.

    Parameters
    ----------
    magnitude : float
        Surface wave magnitude M_S.
    repi_km : array of float, any shape
        Epicentral distance in km, >= 0.
    depth_km : float or None
        Depth of the hypocentre, > 0; None takes the equation for 15 km.

    Raises
    ------
    BadInputError
        For a depth that is not above 0.

    Notes
    -----
    (5): I = a1 M + a2 - a3 log10(sqrt((R^2 + h^2) / h^2)) - a4 (sqrt(R^2 + h^2) - h).
    """
    if depth_km is not None and not (math.isfinite(depth_km) and depth_km > 0):
        raise BadInputError(f"a hypocentre lies below the ground, not at {depth_km:g} km")
    a1, a2, a3, a4 = _FIXED if depth_km is None else _WITH_DEPTH
    h = FIXED_DEPTH_KM if depth_km is None else depth_km
    r = np.sqrt(np.asarray(repi_km, float) ** 2 + h**2)
    return np.asarray(a1 * magnitude + a2 - a3 * np.log10(r / h) - a4 * (r - h))


def sigma(depth_km: float | None = None) -> float:
    """Return the standard deviation of one intensity, in degrees."""
    return SIGMA if depth_km is None else SIGMA_WITH_DEPTH


def surface_wave_magnitude(mw: float) -> float:
    """Return M_S of a moment magnitude: 1.5 M_W - 3.25 below 6.5, equal from there on."""
    return mw if mw >= 6.5 else 6.5 - 1.5 * (6.5 - mw)
