"""Units of peak ground acceleration and of intensity: a number without a known unit is refused.

Grids of the same hazard reach users in g, m/s2, cm/s2, per cent of g and the logarithm of g, a
factor of a thousand apart. Canonical is g; intensity is another quantity and is never converted.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadInputError, UnknownUnitError, nearest

FloatArray = NDArray[np.floating[Any]]

STANDARD_GRAVITY_M_S2 = 9.80665
"""Source: CGPM 1901, resolution 3."""
INTENSITY = "MSK-64"
_G_PER_UNIT = {
    "g": 1.0,
    "m/s2": 1 / STANDARD_GRAVITY_M_S2,
    "cm/s2": 0.01 / STANDARD_GRAVITY_M_S2,
    "%g": 0.01,
}
LOG_G = "ln g"
UNITS = (*_G_PER_UNIT, LOG_G, INTENSITY)
_SPELLINGS = {
    "m/s^2": "m/s2", "m/s²": "m/s2", "ms-2": "m/s2", "м/с2": "m/s2", "м/с²": "m/s2",
    "cm/s^2": "cm/s2", "cm/s²": "cm/s2", "gal": "cm/s2", "гал": "cm/s2", "см/с2": "cm/s2",
    "см/с²": "cm/s2", "pctg": "%g", "ln(g)": "ln g", "lng": "ln g", "msk64": "MSK-64",
    "msk": "MSK-64",
}  # fmt: skip
LARGEST_PGA_G = 5.0
"""No hazard model knows a larger mean; a grid that has one was declared in a wrong unit."""
LARGEST_MSK = 12.0


def unit(word: str) -> str:
    """Return the unit that ``word`` spells, one of ``UNITS``.

    Raises
    ------
    UnknownUnitError
        For any other word, the empty one too: nothing is ever assumed.
    """
    key = word.strip()
    if key in UNITS:
        return key
    key = key.casefold().replace(" ", "")
    known = {name.casefold().replace(" ", ""): name for name in UNITS} | _SPELLINGS
    if key not in known:
        raise UnknownUnitError(
            f'"{word}" is no unit of ground motion; known are {", ".join(UNITS)}'
            f"{nearest(word, UNITS)}"
        )
    return known[key]


def quantity(unit_name: str) -> str:
    """Return what a unit measures: ``pga``, or ``intensity`` for MSK-64."""
    return "intensity" if unit_name == INTENSITY else "pga"


def canonical(values: FloatArray, unit_name: str) -> FloatArray:
    """Return accelerations in g, intensities as they are.

    Parameters
    ----------
    values : array of float, any shape
        In ``unit_name``, one of ``UNITS``; NaN where nothing is known, and it stays NaN.

    Raises
    ------
    UnknownUnitError
        For a word that is no unit.
    BadInputError
        Where a value cannot be what the unit says: below zero, above 5 g, above MSK 12.
    """
    unit_name = unit(unit_name)
    given = np.asarray(values, float)
    if unit_name == INTENSITY:
        found, limit = given, LARGEST_MSK
    elif unit_name == LOG_G:
        # A number that a logarithm cannot be would overflow; it is refused below either way.
        found, limit = np.exp(np.minimum(given, 100.0)), LARGEST_PGA_G
    else:
        found, limit = given * _G_PER_UNIT[unit_name], LARGEST_PGA_G
    if np.any(found < 0):
        raise BadInputError(f"a value is below zero, which no {unit_name} can be")
    if np.any(found > limit):
        largest = float(np.nanmax(given))
        raise BadInputError(
            f"the largest value, {largest:g} {unit_name}, is above "
            f"{'MSK-64 degree 12' if unit_name == INTENSITY else f'{LARGEST_PGA_G:g} g'}; "
            "the unit that was declared is not that of the values"
        )
    return found
