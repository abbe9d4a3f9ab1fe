"""Weights of very many sites together, by conjugate gradients."""

import numpy as np
from scipy.sparse import csr_array

from layers.interpolation.parameters import FloatArray
from layers.interpolation.summation import Summation

ENOUGH = 0.003
"""Standard deviations of a site, given those around it, that may be left unexplained."""
MOST = 60
"""Steps after which it is given up; 10 to 12 are the rule."""


def solve(
    sums: Summation, noise: FloatArray, root: csr_array, left: FloatArray
) -> FloatArray | None:
    """Solve K w = left for n sites, K their latent covariance and noise.

    Parameters
    ----------
    root : sparse array, shape (n, n)
        From ``vecchia.root``: its R'R stands for the inverse.

    Returns
    -------
    array of float, shape (n,), or None
        None where the steps do not arrive: a smooth model without noise to speak of.

    Notes
    -----
    Source: Hestenes & Stiefel (1952), J. Res. NBS 49(6).
    """
    back = root.T.tocsr()
    found, rest = np.zeros(len(left)), left.copy()
    half = root @ rest
    along, size = back @ half, float(half @ half)
    for _ in range(MOST):
        if np.abs(half).max() < ENOUGH:
            return found
        image = sums @ along + noise * along
        step = size / float(along @ image)
        if not np.isfinite(step) or step <= 0:
            return None
        found += step * along
        rest -= step * image
        half = root @ rest
        before, size = size, float(half @ half)
        along = back @ half + size / before * along
    return None
