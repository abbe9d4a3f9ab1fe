"""Shaking of an earthquake whose plane is not known: every strike is as likely as another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.seismic.motion import Distances, Motion, Source
from layers.seismic.scaling import length_km

FloatArray = NDArray[np.floating[Any]]
Model = Callable[[Source, Distances, FloatArray | float], Motion]

STRIKES = 16
REACH_KM = 1000.0
_STEPS = 240


def strike_distances(
    repi_km: FloatArray, mw: float, ztor_km: float, strikes: int = STRIKES
) -> Distances:
    """Return the distances from vertical planes through the epicentre, for each of many strikes.

    Parameters
    ----------
    repi_km : array of float, shape (n,)
        Epicentral distances.
    mw : float
        Its length is that of all slip types together.
    ztor_km : float
        Depth of the top edge.
    strikes : int
        How many, evenly over a quarter of a turn: the other three are mirror images.

    Returns
    -------
    Distances
        Shape (strikes, n).
    """
    turn = (np.arange(strikes)[:, None] + 0.5) / strikes * np.pi / 2
    along, across = repi_km * np.cos(turn), repi_km * np.sin(turn)
    beyond = np.maximum(along - length_km(mw) / 2, 0.0)
    rjb = np.hypot(beyond, across)
    return Distances(rjb, np.hypot(rjb, ztor_km), np.zeros_like(rjb))


def top_km(depth_km: float, mw: float) -> float:
    """Return the depth of the top edge of a vertical plane around a hypocentre.

    Half of the width that all slip types together have lies above it, at most up to the surface.
    """
    return max(0.0, depth_km - 0.5 * 10 ** (-1.01 + 0.32 * mw))


@dataclass(frozen=True, eq=False)
class EventShaking:
    """Shaking by epicentral distance alone: the same in every direction.

    ``repi_km`` rise from 0; ``motion`` has their shape. Its deviation holds what the unknown
    strike adds.
    """

    repi_km: FloatArray
    motion: Motion

    def at(self, repi_km: FloatArray) -> Motion:
        """Return the shaking at epicentral distances, NaN beyond ``REACH_KM``."""
        return Motion(
            *(
                np.interp(repi_km, self.repi_km, column, right=np.nan)
                for column in (self.motion.mean, self.motion.tau, self.motion.phi)
            )
        )


def event_shaking(
    model: Model, mw: float, depth_km: float, vs30_m_s: float, rake: float = 0.0
) -> EventShaking:
    """Return the shaking of an event of which place, depth and magnitude are known.

    The plane is vertical and reaches as far above the hypocentre as the width of its magnitude
    asks, at most to the surface. Means over strikes are those of ln(g); their spread joins ``phi``.
    """
    repi = np.r_[0.0, np.geomspace(0.5, REACH_KM, _STEPS)]
    ztor = top_km(depth_km, mw)
    each = model(Source(mw, rake, 90.0, ztor), strike_distances(repi, mw, ztor), vs30_m_s)
    motion = Motion(
        each.mean.mean(axis=0),
        each.tau.mean(axis=0),
        np.sqrt((each.phi**2).mean(axis=0) + each.mean.var(axis=0)),
    )
    return EventShaking(repi, motion)
