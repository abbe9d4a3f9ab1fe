"""The cubic between four neighbours."""

import numpy as np

from layers.interpolation.parameters import FloatArray


def cubic(share: FloatArray) -> FloatArray:
    """Weights of four nodes, at -1, 0, 1 and 2, for places between 0 and 1, shape (..., 4).

    Notes
    -----
    Lagrange's cubic: exact for polynomials of the third degree.
    """
    t = np.asarray(share)[..., None]
    return np.concatenate(
        [
            -t * (t - 1) * (t - 2) / 6,
            (t + 1) * (t - 1) * (t - 2) / 2,
            -(t + 1) * t * (t - 2) / 2,
            (t + 1) * t * (t - 1) / 6,
        ],
        axis=-1,
    )
