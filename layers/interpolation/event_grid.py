"""The surface of an event: what a release adds is found at nodes, densely where it bends."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.special import ndtri

from layers.interpolation import distribution
from layers.interpolation.distribution import Bands
from layers.interpolation.event import PROBABILITIES, Event
from layers.interpolation.field import Prediction
from layers.interpolation.lattice import Lattice
from layers.interpolation.measured import of_field
from layers.interpolation.parameters import FloatArray
from layers.interpolation.superposition import superposed

SQUARE = 8
"""Cells along the side of a square whose corners are nodes."""
BENT, UNLIKE = 0.05, 0.1
"""How far the middle of a square may be from what its corners say, in spreads of the latent
increment, and in the logarithm of what is added to a quantile; beyond, there are nodes within."""
OPERATIONS = 1.5e11
"""Work that is spent on nodes within squares; it says how dense they are."""
SURE = float(ndtri(0.95))

Float32Array = NDArray[np.float32]
Indices = NDArray[np.intp]


def event_bands(event: Event, lattice: Lattice, covariates: ArrayLike | None = None) -> Bands:
    """Bands of the surface of an event over a grid of shape (H, W).

    Parameters
    ----------
    covariates : array of float, shape (H, W, q), optional
        Of every cell, as for ``Field.predict_grid``.

    Returns
    -------
    array of float32, shape (len(PROBABILITIES) + 1, H, W)
        Quantile function of the field, then support: that of the background, and 0 where the
        increment is sure, since what was detected is never hidden.

    Notes
    -----
    The background is that of every cell. What the increment adds to each of its quantiles, under
    the logarithm of the increment, is linear between nodes.
    """
    found = event.background.predict_grid(lattice, covariates)
    nodes = _Nodes(event, lattice, found)
    bands = np.empty((len(PROBABILITIES) + 1, *lattice.shape), np.float32)
    for square in range(nodes.shape[0] - 1):
        rows = slice(square * SQUARE, min((square + 1) * SQUARE, lattice.shape[0]))
        strip = bands[:-1, rows]
        added = nodes.strip(square)[:, : strip.shape[1], : strip.shape[2]]
        mu, sigma = (np.asarray(a[rows], np.float32) for a in (found.mu, found.sigma))
        for at, p in enumerate(PROBABILITIES):
            strip[at] = distribution.quantile(mu, sigma, found.transform, p)
        strip += np.float32(event.increment.scale) * np.sinh(added[:-1])
        np.maximum.accumulate(strip, axis=0, out=strip)
        sure = added[-1] > np.arcsinh(1.0)
        bands[-1, rows] = np.where(sure, 0.0, found.support[rows])
    return bands


class _Nodes:
    """Nodes at the corners of squares, and within those where the increment bends."""

    def __init__(self, event: Event, lattice: Lattice, found: Prediction) -> None:
        self._event, self._lattice, self._found = event, lattice, found
        self.shape = tuple(-(-count // SQUARE) + 1 for count in lattice.shape)
        corner = _indices(self.shape) * SQUARE
        self._latent = self._increment(corner).reshape(2, *self.shape)
        self._corners = self._added(corner, self._latent.reshape(2, -1)).reshape(-1, *self.shape)
        bent = np.argwhere(self._bent(corner))
        self._step = self._within(len(bent))
        self._bent_rows = {int(row): bent[bent[:, 0] == row, 1] for row in np.unique(bent[:, 0])}

    def strip(self, row: int) -> Float32Array:
        """Values of one row of squares, shape (k, SQUARE, cells)."""
        around = self._corners[:, row : row + 2]
        cells = np.arange(SQUARE) / SQUARE
        down = around[:, :1] * (1 - cells)[:, None] + around[:, 1:] * cells[:, None]
        left, right = down[:, :, :-1, None], down[:, :, 1:, None]
        whole = (left * (1 - cells) + right * cells).astype(np.float32)
        if row in self._bent_rows:
            cols = self._bent_rows[row]
            whole[:, :, cols] = np.moveaxis(self._inside(row, cols), 1, 2)
        return whole.reshape(len(whole), SQUARE, -1)

    def _inside(self, row: int, cols: Indices) -> Float32Array:
        """Squares that have nodes within, shape (k, squares, SQUARE, SQUARE)."""
        side = np.arange(0, SQUARE + 1, self._step)
        if self._step == 1:
            side = side[:-1]
        rows, across = np.broadcast_arrays(
            (row * SQUARE + side)[None, :, None], (cols[:, None] * SQUARE + side)[:, None, :]
        )
        cell = np.stack([rows, across], axis=-1).reshape(-1, 2)
        found = self._added(cell, self._increment(cell))
        nodes = found.reshape(len(found), len(cols), len(side), len(side)).astype(np.float32)
        if self._step == 1:
            return nodes
        place = np.arange(SQUARE) / self._step
        weight = np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(len(side))))
        near = weight.astype(np.float32)
        return np.asarray(near @ nodes @ near.T)

    def _increment(self, cell: Indices) -> FloatArray:
        """Mean and spread of the latent increment at cells of shape (m, 2), shape (2, m)."""
        place = np.stack(self._lattice.cells(*cell.T), axis=1)
        return np.stack(self._event.increment.predict(place))

    def _added(self, cell: Indices, latent: FloatArray) -> FloatArray:
        """What is added to each quantile, latent, and the 5 % quantile of the latent increment."""
        increment, (mean, spread) = self._event.increment, latent
        found = np.zeros((len(PROBABILITIES) + 1, len(cell)))
        found[-1] = mean - SURE * spread
        at = np.flatnonzero(self._counts(mean, spread))
        last = np.array(self._lattice.shape) - 1
        row, col = np.minimum(cell[at], last).T
        mu, sigma = (
            np.asarray(a[row, col], np.float64) for a in (self._found.mu, self._found.sigma)
        )
        base = of_field(mu, sigma, self._found.transform)
        total = superposed(base, mean[at], spread[at], increment, PROBABILITIES)
        under = np.stack([base.quantile(p) for p in PROBABILITIES])
        found[:-1, at] = increment.latent(np.maximum(total - under, 0.0))
        return found

    def _counts(self, mean: FloatArray, spread: FloatArray) -> NDArray[np.bool_]:
        """Where an increment could change what is kept."""
        return np.asarray(self._event.increment.value(mean + 3.0 * spread) > self._event.unseen)

    def _bent(self, corner: Indices) -> NDArray[np.bool_]:
        """Squares whose middle is not what their corners say, and those around stations."""
        across = self._latent[:, :, :-1] + self._latent[:, :, 1:]
        said = (across[:, :-1] + across[:, 1:]) / 4.0
        middle = _indices(said.shape[1:]) * SQUARE + SQUARE // 2
        true = self._increment(middle).reshape(said.shape)
        spread = np.maximum(true[1], 1e-6)
        bent = (np.abs(said - true) > BENT * spread).any(axis=0)
        counts = self._counts(*true)
        around = self._corners[:-1, :-1] + self._corners[:-1, 1:]
        around = (around[:, :, :-1] + around[:, :, 1:]) / 4.0
        added = self._added(middle[counts.ravel()], true[:, counts])[:-1]
        bent[counts] |= (np.abs(added - around[:, counts]) > UNLIKE).any(axis=0)
        place = np.stack(self._lattice.cells(*corner.T), axis=1)
        cell_m = float(np.hypot(*(place[1] - place[0]))) / SQUARE
        lag, node = cKDTree(place).query(self._event.increment.xy_m)
        row, col = np.divmod(np.asarray(node)[lag < 2 * SQUARE * cell_m], self.shape[1])
        for down in (row - 1, row):
            for right in (col - 1, col):
                inside = (down >= 0) & (down < len(bent)) & (right >= 0)
                inside &= right < bent.shape[1]
                bent[down[inside], right[inside]] = True
        return np.asarray(bent & counts)

    def _within(self, squares: int) -> int:
        """Cells from node to node within squares."""
        each = sum(2.0 * len(part.weight) ** 2 for part in self._event.increment.components)
        for step in (1, 2):
            if squares * (SQUARE // step + 1) ** 2 * each <= OPERATIONS:
                return step
        return 4


def _indices(shape: tuple[int, ...]) -> Indices:
    """Rows and columns of all, shape (m, 2)."""
    return np.argwhere(np.ones(shape, np.bool_))
