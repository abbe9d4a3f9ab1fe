"""Between nodes: cubics for what is smooth, and what they miss of the covariance at every site."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

from layers.interpolation.cubic import cubic
from layers.interpolation.lattice import Lattice
from layers.interpolation.neighbours import Neighbours
from layers.interpolation.parameters import FloatArray, Parameters

Float32Array = NDArray[np.float32]

BLOCK = 8
"""Nodes along the side of a block that shares its sites."""
CHUNK = 500
"""Sites whose squares are held at a time: few enough for the cache."""
LEAST = 1e-6
"""Share of the sill below which a site has no cusp to speak of."""
SWEEPS = 6
"""Passes over sites that stand side by side; what they miss of each other is small."""


@functools.cache
def between(step: int) -> Float32Array:
    """Weights of four nodes for the cells of an interval, shape (step, 4)."""
    return cubic(np.arange(step) / step).astype(np.float32)


@functools.cache
def patch(step: int) -> Float32Array:
    """Weights of nodes at -2 .. 3 for the cells of an interval and its neighbours."""
    found = np.zeros((3 * step, 6), np.float32)
    for k in range(3):
        found[step * k : step * (k + 1), k : k + 4] = between(step)
    return found


@dataclass(frozen=True, slots=True)
class Frame:
    """Every ``step``-th cell of a grid is a node, and so are two more on each side.

    Attributes
    ----------
    step : int
        Cells from one node to the next.
    nodes : array of float, shape (r + 3, c + 3, 2)
        Positions in the plane of the parameters; node (2, 2) is cell (0, 0).
    intervals : tuple of int
        r and c, from node 1 to the last but one: they cover the grid and one more around it.
    shape : tuple of int
        H and W of the grid.
    """

    step: int
    nodes: FloatArray
    intervals: tuple[int, int]
    shape: tuple[int, int]

    @classmethod
    def of(cls, parameters: Parameters, lattice: Lattice, step: int) -> "Frame":
        """Frame of a grid."""
        rows, cols = (np.arange(-2 * step, count + 3 * step, step) for count in lattice.shape)
        nodes = parameters.plane(*lattice.over(rows, cols))
        return cls(step, nodes, (len(rows) - 3, len(cols) - 3), lattice.shape)

    def blocks(self) -> FloatArray:
        """Nodes in blocks, the last ones repeated, shape (b, BLOCK, BLOCK, 2)."""
        down, across = self.nodes.shape[:2]
        pad = ((0, -down % BLOCK), (0, -across % BLOCK), (0, 0))
        padded = np.pad(self.nodes, pad, mode="edge")
        rows, cols = padded.shape[0] // BLOCK, padded.shape[1] // BLOCK
        blocks = padded.reshape(rows, BLOCK, cols, BLOCK, 2).swapaxes(1, 2)
        return blocks.reshape(rows * cols, BLOCK, BLOCK, 2)

    def back(self, a: FloatArray) -> FloatArray:
        """From blocks to rows of nodes: (b BLOCK², ...) -> (r + 3, c + 3, ...)."""
        down, across = self.nodes.shape[:2]
        cols = -(-across // BLOCK)
        rest = a.shape[1:]
        whole = a.reshape(-1, cols, BLOCK, BLOCK, *rest).swapaxes(1, 2)
        return whole.reshape(-1, cols * BLOCK, *rest)[:down, :across]

    def cells(self, nodes: FloatArray) -> Float32Array:
        """Cells between nodes of shape (r + 3, c + 3); two steps more on each side."""
        down, across = self.intervals
        step, weight = self.step, between(self.step)
        found = np.zeros((step * (down + 2), step * (across + 2)), np.float32)
        part = nodes.astype(np.float32)
        for i in range(down):
            line = weight @ part[i : i + 4]
            four = np.stack([line[:, k : k + across] for k in range(4)], axis=2)
            cells = four.reshape(-1, 4) @ weight.T
            found[step * (i + 1) : step * (i + 2), step:-step] = cells.reshape(step, -1)
        return found

    def inside(self, cells: Float32Array) -> Float32Array:
        """The grid, shape (H, W), without the cells around it that ``cells`` adds."""
        pad, (height, width) = 2 * self.step, self.shape
        return cells[pad : pad + height, pad : pad + width]

    def place(self, xy_m: FloatArray) -> FloatArray:
        """Places of shape (n, 2) in intervals from node 1, shape (n, 2); negative far outside."""
        down, across = self.nodes.shape[:2]
        _, nearest = cKDTree(self.nodes.reshape(-1, 2)).query(xy_m)
        row, col = np.divmod(np.asarray(nearest), across)
        row, col = np.clip(row, 1, down - 2), np.clip(col, 1, across - 2)
        slope, curved = self.steps(row, col)
        off = xy_m - self.nodes[row, col]
        found = np.linalg.solve(slope, off[:, :, None])[:, :, 0]
        near = np.abs(found).max(axis=1) < 2.0
        found[~near] = -down - across
        for _ in range(2):  # nodes stand a little further apart from one to the next
            bent = np.einsum("nxk,nk->nx", curved, found * found)
            found[near] = np.linalg.solve(slope, (off - bent)[:, :, None])[near, :, 0]
        return np.asarray(np.stack([row, col], axis=1) - 1 + found)

    def steps(self, row: NDArray[np.intp], col: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """First and half of the second differences of positions by node, shape (n, 2, 2)."""
        here = self.nodes[row, col]
        below, above = self.nodes[row + 1, col], self.nodes[row - 1, col]
        right, left = self.nodes[row, col + 1], self.nodes[row, col - 1]
        slope = np.stack([below - above, right - left], axis=2) / 2
        curved = np.stack([below + above - 2 * here, right + left - 2 * here], axis=2) / 2
        return slope, curved


@dataclass(frozen=True, slots=True)
class Cusps:
    """What cubics between nodes miss of the covariance with each of n sites.

    Attributes
    ----------
    parameters : Parameters
        Covariance.
    step : int
        Cells from node to node.
    noise : array of float, shape (n,)
        Variance of the sites beyond the latent field.
    corner, share : array, shape (n, 2)
        The interval of each site, and where it is in it.
    metric : array of float, shape (n, 2, 2)
        Squared length of steps from node to node.
    coarse : array of float, shape (n, 6, 6)
        Covariance with the nodes around.
    keen : array of float, shape (n,)
        Noise, and what is missed at the site itself.

    Notes
    -----
    c is the covariance with the site, I its cubic between nodes, e = c - I c. The kriged mean is
    I mean + w e, with the weight w = (z - mean) / noise at the site; and the variance left is
    I left - 2 e a - e² b, with a = (K⁻¹ I c) at the site and b its diagonal element of K⁻¹. Since
    left = noise (1 - noise b) at the site itself, with e0 = e there and L = I left:
    a = (L - e0) / (noise + e0), b = (noise + 2 e0 - L) / (noise + e0)².
    """

    parameters: Parameters
    step: int
    noise: FloatArray
    corner: NDArray[np.intp]
    share: FloatArray
    metric: FloatArray
    coarse: Float32Array
    keen: FloatArray

    def smooth(self, nodes: FloatArray) -> FloatArray:
        """Cubic between nodes of shape (r + 3, c + 3), at the sites."""
        row, col = (self.corner[:, axis, None] + np.arange(4) for axis in range(2))
        around = nodes[row[:, :, None], col[:, None, :]]
        return np.asarray(_at(self.share, around))

    def weights(self, rest: FloatArray, alone: NDArray[np.bool_]) -> FloatArray:
        """Weights w of the sites from what they show above the cubic between nodes.

        Parameters
        ----------
        alone : array of bool, shape (n,)
            Those that are asked for; the others have none.
        """
        beside = self._beside()
        w = np.where(alone, rest / self.keen, 0.0)
        for _ in range(SWEEPS):
            w = np.where(alone, (rest - beside @ w) / self.keen, 0.0)
        return w

    def _beside(self) -> csr_array:
        """What is missed of the covariance with site j (column) at a site i (row) near by."""
        place = self.corner + self.share
        pairs = cKDTree(place).query_pairs(2.0, p=np.inf, output_type="ndarray")
        i, j = np.concatenate([pairs, pairs[:, ::-1]]).T
        step = self.corner[i] - self.corner[j]
        inside = np.abs(step).max(axis=1, initial=0) <= 1
        i, j, step = i[inside], j[inside], step[inside]
        off = place[i] - place[j]
        lag = np.sqrt(np.maximum(np.einsum("px,pxy,py->p", off, self.metric[j], off), 0.0))
        row, col = (step[:, axis, None] + 1 + np.arange(4) for axis in range(2))
        cells = self.coarse[j[:, None, None], row[:, :, None], col[:, None, :]]
        value = self.parameters.covariance(lag) - _at(self.share[i], cells)
        return coo_array((value, (i, j)), shape=(len(place), len(place))).tocsr()

    def add(self, w: FloatArray, mean: Float32Array) -> None:
        """Add what is missed to means, as ``Frame.cells`` gives them, in place."""
        for part, missed in self._missed():
            self._put(part, missed * w[part, None, None].astype(np.float32), mean)

    def add_and_lower(
        self, w: FloatArray, mean: Float32Array, nodes: FloatArray, left: Float32Array
    ) -> None:
        """The same, and take what is missed from variances left, which come from ``nodes``."""
        smooth, tip = self.smooth(nodes), self.keen - self.noise
        a = -2.0 * (smooth - tip) / self.keen
        b = (smooth - 2.0 * tip - self.noise) / self.keen**2
        for part, missed in self._missed():
            one, two = (k[part, None, None].astype(np.float32) for k in (a, b))
            self._put(part, missed * (one + missed * two), left)
            missed *= w[part, None, None].astype(np.float32)
            self._put(part, missed, mean)

    def _put(self, part: slice, more: Float32Array, cells: Float32Array) -> None:
        side = 3 * self.step
        for (i, j), square in zip((self.corner[part] * self.step).tolist(), more, strict=True):
            cells[i : i + side, j : j + side] += square

    def _missed(self) -> Iterator[tuple[slice, Float32Array]]:
        """What is missed around the sites, shape (c, 3 step, 3 step), for some of them."""
        fine, weight = np.arange(-self.step, 2 * self.step) / self.step, patch(self.step)
        for begin in range(0, len(self.noise), CHUNK):
            part = slice(begin, begin + CHUNK)
            found = _covariance(self.parameters, self.metric[part], self.share[part], fine)
            found -= weight @ self.coarse[part] @ weight.T
            yield part, found


def cusps(frame: Frame, near: Neighbours, sites: NDArray[np.intp], place: FloatArray) -> Cusps:
    """Cusps of some of the sites, all inside of an interval, at places of shape (n, 2)."""
    parameters = near.parameters
    corner = np.floor(place).astype(np.intp)
    share = place - corner
    slope, _ = frame.steps(*(corner + 1 + (share > 0.5)).T)
    metric = np.einsum("nxi,nxj->nij", slope, slope)
    coarse = _covariance(parameters, metric, share, np.arange(-2.0, 4.0))
    tip = np.maximum(parameters.sill - _at(share, coarse[:, 1:5, 1:5]), LEAST * parameters.sill)
    noise = near.noise[sites]
    return Cusps(parameters, frame.step, noise, corner, share, metric, coarse, noise + tip)


def _at(share: FloatArray, around: FloatArray | Float32Array) -> FloatArray:
    """Cubic between 4 x 4 nodes, shape (n, 4, 4), at places between the middle ones."""
    row, col = cubic(share[:, 0]), cubic(share[:, 1])
    return np.asarray(np.einsum("ni,nij,nj->n", row, around, col))


def _covariance(
    parameters: Parameters, metric: FloatArray, share: FloatArray, at: FloatArray
) -> Float32Array:
    """Covariance of n sites with k x k places around them, shape (n, k, k).

    Parameters
    ----------
    metric : array of float, shape (n, 2, 2)
        Squared length of steps from node to node.
    share : array of float, shape (n, 2)
        Where the sites are between their nodes.
    at : array of float, shape (k,)
        Rows and columns, in steps from the site's node.
    """
    off = at.astype(np.float32) - share[:, :, None].astype(np.float32)
    row, col = off[:, 0], off[:, 1]
    metric = metric.astype(np.float32)
    square = (2 * metric[:, 0, 1, None] * row)[:, :, None] * col[:, None, :]
    square += (metric[:, 0, 0, None] * row * row)[:, :, None]
    square += (metric[:, 1, 1, None] * col * col)[:, None, :]
    lag = np.sqrt(np.maximum(square, 0.0, out=square), out=square)
    return np.asarray(parameters.covariance(lag), np.float32)
