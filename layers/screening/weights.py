"""Weights of criteria from pairwise comparisons: the analytic hierarchy process.

Source: Saaty (1980), The Analytic Hierarchy Process; his random indices.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError, nearest

FloatArray = NDArray[np.float64]
RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Mean consistency index of random matrices of each order, up to 10."""
CONSISTENT = 0.1
"""Above this ratio the comparisons contradict each other too much to be used."""
LEAST, MOST = 1 / 9, 9.0
"""Between which a comparison lies; a hair beyond is a ninth that was rounded."""
_RECIPROCAL = 1e-6


@dataclass(frozen=True, slots=True)
class Ahp:
    """Weights of n criteria that sum to 1, and how far the comparisons contradict each other.

    ``ratio`` is the consistency ratio: the index (lambda - n) / (n - 1) over that of random
    matrices; 0 for one or two criteria, which cannot contradict.
    """

    weights: FloatArray
    largest_eigenvalue: float
    index: float
    ratio: float


def ahp(comparisons: FloatArray) -> Ahp:
    """Return the weights of a matrix of pairwise comparisons.

    Parameters
    ----------
    comparisons : array of float, shape (n, n), n from 1 to 10
        How many times criterion i matters more than j; 1/9 to 9, with a(j, i) = 1 / a(i, j).

    Raises
    ------
    BadParameterError
        Unless it is square, positive, reciprocal and of an order with a random index.
    """
    a = np.asarray(comparisons, float)
    if a.ndim != 2 or a.shape[0] != a.shape[1] or not 1 <= len(a) < len(RANDOM_INDEX):
        raise BadParameterError(
            f"pairwise comparisons of shape {a.shape}; a square matrix of at most "
            f"{len(RANDOM_INDEX) - 1} criteria was expected"
        )
    if not (np.isfinite(a).all() and (a > 0).all()):
        raise BadParameterError("a pairwise comparison is above 0; one of these is not")
    if np.abs(a * a.T - 1).max() > _RECIPROCAL:
        i, j = np.unravel_index(np.abs(a * a.T - 1).argmax(), a.shape)
        raise BadParameterError(
            f"comparison ({i + 1}, {j + 1}) is {a[i, j]:g} and its reverse {a[j, i]:g}; "
            "the one is 1 over the other"
        )
    values, vectors = np.linalg.eig(a)
    largest = int(values.real.argmax())
    weights = np.abs(vectors[:, largest].real)
    weights = weights / weights.sum()
    n, eigenvalue = len(a), float(values[largest].real)
    index = (eigenvalue - n) / (n - 1) if n > 1 else 0.0
    random = RANDOM_INDEX[n]
    # A consistent matrix has n itself; what is below by rounding is no contradiction.
    index = max(0.0, index)
    return Ahp(weights, eigenvalue, index, index / random if random else 0.0)


def compared(names: Sequence[str], pairs: Mapping[tuple[str, str], float]) -> Ahp:
    """Return the weights of named criteria by comparisons of two each.

    Parameters
    ----------
    names : sequence of str
        The criteria in their order.
    pairs : mapping of (str, str) to float
        How many times the first matters more than the second, 1/9 to 9. Two that nobody compared
        matter alike.

    Raises
    ------
    BadParameterError
        For a name that is none of them, two that are one, a pair that is compared twice, a number
        beyond the scale, and more criteria than have a random index.
    """
    matrix = np.ones((len(names), len(names)))
    for (one, other), times in pairs.items():
        for name in (one, other):
            if name not in names:
                raise BadParameterError(
                    f'"{name}" is not weighed; weighed are {", ".join(names)}{nearest(name, names)}'
                )
        if one == other or (other, one) in pairs:
            raise BadParameterError(f'"{one}" and "{other}" are to be two, and compared once')
        if not LEAST - 0.001 <= times <= MOST:
            raise BadParameterError(f"{one} against {other} is {times:g}; 1/9 to 9 was expected")
        i, j = names.index(one), names.index(other)
        matrix[i, j], matrix[j, i] = times, 1 / times
    return ahp(matrix)
