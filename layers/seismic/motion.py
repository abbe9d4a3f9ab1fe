"""What a ground motion model is asked, and what it answers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]

VS30_ROCK_M_S = 760.0


@dataclass(frozen=True, eq=False)
class Distances:
    """How far sites are from a rupture, in km, arrays of one shape.

    ``rjb`` is to its surface projection, ``rrup`` to the rupture itself, ``rx`` across its strike
    from the top edge, above 0 on the hanging wall.
    """

    rjb: FloatArray
    rrup: FloatArray
    rx: FloatArray


@dataclass(frozen=True, slots=True)
class Source:
    """What a model needs to know of a rupture: angles in degrees, the top edge's depth in km.

    ``rake`` is the direction of slip: 0 and 180 strike-slip, 90 reverse, -90 normal (Aki and
    Richards 1980).
    """

    mw: float
    rake: float = 0.0
    dip: float = 90.0
    ztor_km: float = 0.0


@dataclass(frozen=True, eq=False)
class Motion:
    """A normal distribution of ln(g) at each site: its mean, and deviations between and within.

    ``tau`` is the deviation from earthquake to earthquake, ``phi`` that from site to site.
    """

    mean: FloatArray
    tau: FloatArray
    phi: FloatArray

    @property
    def median_g(self) -> FloatArray:
        """Median peak acceleration in g."""
        return np.exp(self.mean)

    @property
    def sigma(self) -> FloatArray:
        """Total standard deviation of ln(g)."""
        return np.sqrt(self.tau**2 + self.phi**2)
