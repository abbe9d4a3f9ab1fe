"""MSK-64 intensity and peak ground acceleration.

The scale of Medvedev, Sponheuer and Karnik (1964) gives each degree from VI to X a band of peak
acceleration that doubles from degree to degree: VI 0.025 to 0.05 g, VII 0.05 to 0.1 g, VIII 0.1
to 0.2 g, IX 0.2 to 0.4 g, X 0.4 to 0.8 g. National codes set their own values; these are the
scale's.
"""

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInputError

FloatArray = NDArray[np.float64]

LOWEST_DEGREE, HIGHEST_DEGREE = 5, 11
_PGA_OF_VI_G = 0.025


def pga_range_g(degree: int) -> tuple[float, float]:
    """Return the band of peak acceleration of one MSK-64 degree.

    Parameters
    ----------
    degree : int
        5 to 11; bands beyond VI to X continue the doubling.

    Returns
    -------
    low, high : float
        In g; ``low`` belongs to the degree, ``high`` to the next.

    Raises
    ------
    BadInputError
        For a degree outside of 5..11.
    """
    if not LOWEST_DEGREE <= degree <= HIGHEST_DEGREE:
        raise BadInputError(f"MSK-64 degree {degree} has no acceleration band; 5 to 11 have one")
    low = _PGA_OF_VI_G * 2.0 ** (degree - 6)
    return low, 2 * low


def msk_from_pga(pga_g: FloatArray | float) -> FloatArray:
    """Return the MSK-64 degree whose band holds each acceleration.

    Parameters
    ----------
    pga_g : array of float, any shape
        Peak ground acceleration in g, >= 0.

    Returns
    -------
    array of float, shape of ``pga_g``
        Whole degrees 5 to 11 (weaker motion is 5, stronger 11); NaN where the input is NaN.

    Raises
    ------
    BadInputError
        For a negative acceleration.
    """
    pga = np.asarray(pga_g, float)
    if np.any(pga < 0):
        raise BadInputError("a peak acceleration below zero cannot be")
    with np.errstate(divide="ignore"):
        # A billionth keeps 0.1 g, which is no binary fraction, in the band that it begins.
        degree = 6 + np.floor(np.log2(pga / _PGA_OF_VI_G) + 1e-9)
    degree = np.clip(degree, LOWEST_DEGREE, HIGHEST_DEGREE)
    return np.asarray(degree, float)
