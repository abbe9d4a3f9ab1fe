"""How long and wide a rupture is, by its magnitude: Wells and Coppersmith (1994).

Source: New empirical relationships among magnitude, rupture length, rupture width, rupture area,
and surface displacement, Bulletin of the Seismological Society of America 84(4), 974-1002,
table 2A. Lengths are subsurface rupture lengths.
"""

import math

from layers.seismic.motion import Source

SEISMOGENIC_KM = 20.0
"""How deep crustal ruptures reach here; the deeper part of a plane creeps."""
# (a, b) of log10(L km) and of log10(W km) = a + b M
_ALL = ((-2.44, 0.59), (-1.01, 0.32))
_STRIKE_SLIP = ((-2.57, 0.62), (-0.76, 0.27))
_REVERSE = ((-2.42, 0.58), (-1.61, 0.41))
_NORMAL = ((-1.88, 0.50), (-1.14, 0.35))


def _coefficients(rake: float | None) -> tuple[tuple[float, float], tuple[float, float]]:
    if rake is None:
        return _ALL
    if 45 <= rake <= 135:
        return _REVERSE
    if -135 <= rake <= -45:
        return _NORMAL
    return _STRIKE_SLIP


def length_km(mw: float, rake: float | None = None) -> float:
    """Return the subsurface rupture length; without a rake that of all slip types together."""
    a, b = _coefficients(rake)[0]
    return float(10 ** (a + b * mw))


def magnitude(length: float, rake: float | None = None) -> float:
    """Return the moment magnitude whose length, in km, this is: the inverse of ``length_km``."""
    a, b = _coefficients(rake)[0]
    return (math.log10(length) - a) / b


def width_km(source: Source) -> float:
    """Return the down-dip width, no wider than from the top edge to the seismogenic depth."""
    a, b = _coefficients(source.rake)[1]
    room = (SEISMOGENIC_KM - source.ztor_km) / math.sin(math.radians(source.dip))
    return min(10 ** (a + b * source.mw), max(room, 1.0))
