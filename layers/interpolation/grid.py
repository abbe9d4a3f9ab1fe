"""Large grids: blocks of cells that share their sites, drawn back to the exact mean."""

import numpy as np

from layers.interpolation.local import Local
from layers.interpolation.parameters import FloatArray
from layers.interpolation.solver import Exact, Latent

EXACT_WORK = 3e10
"""Operations (sites² x cells) up to which a grid is predicted exactly; beyond, by blocks."""
BLOCK = 8
"""Cells along the side of a block that shares its sites."""
NODES = np.array([0, 4, 7])
"""Rows and columns of a block at which its mean is compared with the exact one."""


def by_blocks(near: Local, whole: Exact | None, x_m: FloatArray, y_m: FloatArray) -> Latent:
    """Latent field on a grid of shape (H, W) in which neighbours lie side by side.

    Parameters
    ----------
    near : Local
        Predicts each block from the sites around it.
    whole : Exact or None
        Where there is a factor of all sites, the mean is drawn back to the exact one: all of it
        in crowded blocks, the smooth rest elsewhere.
    x_m, y_m : array of float, shape (H, W)
        Positions in metres, all finite.

    Returns
    -------
    Latent
        Bands of shape (H W,), row by row.
    """
    height, width = x_m.shape
    pad = ((0, -height % BLOCK), (0, -width % BLOCK))
    padded = np.stack([np.pad(a, pad, mode="edge") for a in (x_m, y_m)], axis=2)
    down, across = padded.shape[0] // BLOCK, padded.shape[1] // BLOCK
    blocks = padded.reshape(down, BLOCK, across, BLOCK, 2).swapaxes(1, 2)
    blocks = blocks.reshape(down * across, BLOCK, BLOCK, 2)
    found = near.predict_blocks(blocks)
    if whole is not None:
        mu = found.mu.reshape(-1, BLOCK, BLOCK)
        full = near.crowded(blocks)
        mu[full] = whole.means(blocks[full])
        mu[~full] += _unseen(mu[~full], blocks[~full], whole)

    def cells(a: FloatArray) -> FloatArray:
        back = a.reshape(down, across, BLOCK, BLOCK).swapaxes(1, 2)
        return back.reshape(down * BLOCK, across * BLOCK)[:height, :width].reshape(-1)

    return Latent(cells(found.mu), cells(found.sigma), cells(found.support))


def _unseen(mu: FloatArray, blocks: FloatArray, whole: Exact) -> FloatArray:
    """What the sites out of sight change in the means of blocks, shape (b, 8, 8).

    Notes
    -----
    That is a smooth function inside a block: the parabola through 3 x 3 of its cells has it.
    """
    nodes = np.ix_(np.arange(len(mu)), NODES, NODES)
    missing = whole.means(blocks[nodes]) - mu[nodes]
    row = np.arange(BLOCK)[:, None]
    others = [np.setdiff1d(NODES, node) for node in NODES]
    lagrange = np.stack(
        [
            np.prod((row - other) / (node - other), axis=1)
            for node, other in zip(NODES, others, strict=True)
        ],
        axis=1,
    )
    return np.asarray(np.einsum("ia,bac,jc->bij", lagrange, missing, lagrange, optimize=True))
