"""Whether a surface made at nodes is as near to kriging as one whose every cell is kriged."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.interpolation.grid import Float32Array, Plan
from layers.interpolation.lattice import Lattice
from layers.interpolation.local import Local
from layers.interpolation.parameters import FloatArray
from layers.interpolation.solver import Exact

Indices = NDArray[np.intp]

TRIED = 200
"""Cells that are kriged by themselves too, half of them at sites, to see how near it is."""
MEAN_OFF, SPREAD_OFF = 0.015, 0.015
"""How far these may be off there: in standard deviations, and relative. Of all cells, 999 of 1,000
are then within 0.02, and the farthest, about one step from a site, within some 0.05."""
MANY = 240
"""Nearest sites that tell how far off the spread from a few of them is."""
AS_GOOD = 1.1
"""How much farther than that a spread may be off."""


def near_enough(plan: Plan, mean: Float32Array, solver: Exact | Local, lattice: Lattice) -> bool:
    """Whether a plan agrees with kriging each cell, at some cells and at those around sites.

    Of very many sites kriging asks a few near ones for the spread. Where that differs from the
    plan, it is asked how far it is off itself: nothing is gained by leaving a plan as good.
    """
    rows, cols = _some(plan, lattice.shape)
    target = plan.near.parameters.plane(*lattice.cells(rows, cols))
    true, found = solver.predict(target), np.maximum(plan.bands[0][rows, cols], 0.0)
    least = 1e-9 * plan.near.parameters.sill
    if solver.weight is not None:  # means of near sites are no better than this themselves
        spread = np.sqrt(np.maximum(true.left, least))
        if not np.all(np.abs(mean[rows, cols] - true.mean) <= MEAN_OFF * spread):
            return False
    if _off(found, true.left, least) <= SPREAD_OFF:
        return True
    if isinstance(solver, Exact):
        return False
    many = plan.near.krige(target[:, None, None, :], solver.left, nearest=MANY).left
    return _off(found, many, least) <= AS_GOOD * _off(true.left, many, least)


def _off(found: ArrayLike, true: FloatArray, least: float) -> float:
    """Largest relative difference of spreads, from variances."""
    spread = np.sqrt(np.maximum(true, least))
    return float(np.max(np.abs(np.sqrt(found) / spread - 1.0)))


def _some(plan: Plan, shape: tuple[int, int]) -> tuple[Indices, Indices]:
    """Rows and columns of some cells: half of them around sites, always the same."""
    rng = np.random.default_rng(TRIED)
    rows, cols = (rng.integers(0, count, TRIED) for count in shape)
    place = plan.cusps.corner + plan.cusps.share - 1.0
    if len(place):
        at = np.linspace(0, len(place) - 1, TRIED // 2).astype(np.intp)
        cell = plan.frame.step * (place[at] + rng.uniform(-0.5, 0.5, (len(at), 2)))
        rows[: len(at)], cols[: len(at)] = cell.astype(np.intp).T
    return np.clip(rows, 0, shape[0] - 1), np.clip(cols, 0, shape[1] - 1)
