"""Peak ground acceleration on rock after Sadigh et al. (1997): what hazard codes are checked with.

Source: Sadigh, Chang, Egan, Makdisi and Youngs (1997), Attenuation relationships for shallow
crustal earthquakes based on California strong motion data, Seismological Research Letters 68(1),
180-189, table 2. PEER report 2010/106 prescribes it; no map is made of it.
"""

import math

import numpy as np

from layers.seismic.motion import Distances, FloatArray, Motion, Source

ID, TITLE = "sadigh-1997", "Sadigh et al. (1997), rock"

_SMALL, _LARGE = (-0.624, 1.0, 1.29649, 0.250), (-1.274, 1.1, -0.48451, 0.524)
_C4 = -2.100
_REVERSE = 0.182


def pga(source: Source, distances: Distances, vs30_m_s: FloatArray | float = 760.0) -> Motion:
    """Return peak ground acceleration on rock as a distribution of ln(g); Vs30 is not used.

    ln(g) = c1 + c2 M + c4 ln(R_rup + exp(c5 + c6 M)), with another set of coefficients above
    M 6.5; reverse faults 1.2 times more. The deviation is 1.39 - 0.14 M, at least 0.38.
    """
    rrup = np.asarray(distances.rrup, float)
    c1, c2, c5, c6 = _SMALL if source.mw <= 6.5 else _LARGE
    mean = c1 + c2 * source.mw + _C4 * np.log(rrup + math.exp(c5 + c6 * source.mw))
    if 45 <= source.rake <= 135:
        mean = mean + _REVERSE
    sigma = max(1.39 - 0.14 * source.mw, 0.38)
    return Motion(mean, tau=np.zeros(mean.shape), phi=np.full(mean.shape, sigma))
