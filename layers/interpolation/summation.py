"""Sums of the covariance over many sites, without all of their pairs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

from layers.interpolation.parameters import FloatArray, Parameters

Float32Array = NDArray[np.float32]

STEP = 0.3
"""Step of the mesh in mean distances between sites."""
REACH = 20.0
"""Steps of the mesh up to which pairs of sites are summed one by one."""
APART = 12.0
"""Ranges at which sites know nothing of each other: sums may repeat themselves beyond."""
MOST_PAIRS = 6_000_000
MOST_NODES = 1_000_000
"""Beyond so many pairs, or nodes of the mesh, nothing is summed: a network of a few dense knots."""
TABLE = 131_072
"""Lags of the table of the short part. Weights of many sites have both signs and are large beside
their sum: with an eighth of these lags, means were 0.02 standard deviations off."""
CHUNK = 200_000
"""Targets whose weights in the mesh are held at a time."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """Equal steps over a box; nodes carry sums of the long part of the covariance.

    Attributes
    ----------
    low : array of float, shape (2,)
        Node (1, 1).
    step, reach : float
        In metres: from node to node, and the lag from which on the long part is all.
    shape, full : tuple of int
        Rows and columns, and those of the transform.
    far : array of float32
        Transform of the long part between nodes, for sums that are spread by B-splines.
    """

    low: FloatArray
    step: float
    reach: float
    shape: tuple[int, int]
    full: tuple[int, int]
    far: Float32Array

    @classmethod
    def of(cls, parameters: Parameters, low: FloatArray, high: FloatArray, step: float) -> "Mesh":
        """Mesh over a box in the plane of the parameters."""
        shape = _counts(low, high, step)
        apart = int(APART * parameters.ranges_m[1] / step) + 1
        row, col = (
            2 * fft.next_fast_len(-(-(count + min(count, apart)) // 2), real=True)
            for count in shape
        )
        reach = REACH * step
        lag = step * np.hypot(np.arange(row // 2 + 1)[:, None], np.arange(col // 2 + 1))
        # of what is even along both axes, a quarter tells the transform
        far = fft.dctn(parameters.covariance(lag) * (1.0 - _short(lag / reach)), type=1)
        for axis, count in enumerate(far.shape):
            # what is spread and read by B-splines passes their filter twice
            filtered = ((2.0 + np.cos(np.pi * np.arange(count) / (count - 1))) / 3.0) ** 2
            far /= filtered[:, None] if axis == 0 else filtered
        both = np.concatenate([far, far[-2:0:-1]]).astype(np.float32)
        return cls(low, step, reach, shape, (row, col), both)

    def weights(self, xy_m: FloatArray) -> csr_array:
        """Weights of the nodes around positions of shape (m, 2), shape (m, nodes)."""
        place = (xy_m - self.low) / self.step + 1.0
        corner = place.astype(np.int32)
        row, col = (_spline((place - corner)[:, axis]) for axis in range(2))
        rows, cols = (corner[:, axis, None] - 1 + np.arange(4, dtype=np.int32) for axis in range(2))
        at = (rows * self.shape[1])[:, :, None] + cols[:, None, :]
        both = (row[:, :, None] * col[:, None, :]).astype(np.float32)
        ends = 16 * np.arange(len(xy_m) + 1)
        size = self.shape[0] * self.shape[1]
        return csr_array((both.reshape(-1), at.reshape(-1), ends), shape=(len(xy_m), size))

    def image(self, given: NDArray[np.floating]) -> Float32Array:
        """Sums of the long part at the nodes, for weights that were spread to them."""
        shape = fft.rfft2(given.astype(np.float32).reshape(self.shape), self.full)
        shape *= self.far
        whole = fft.irfft2(shape, self.full)[: self.shape[0], : self.shape[1]]
        return np.ascontiguousarray(whole, np.float32).reshape(-1)


@dataclass(frozen=True, slots=True)
class Summation:
    """The covariance of the latent field between n sites, ready to be multiplied with.

    Attributes
    ----------
    xy_m : array of float, shape (n, 2)
        Sites, in the plane of the parameters.
    tree : cKDTree
        Search tree of the sites.
    near : sparse array, shape (n, n)
        Short part of the covariance between them, each pair once.
    mesh : Mesh
        Of the long part.
    spread, gathered : sparse array, shapes (n, nodes) and (nodes, n)
        Weights of the nodes of the mesh around each site, and the same transposed.
    short : array of float32, shape (TABLE + 1,)
        Short part of the covariance at lags from 0 to the reach of the mesh, and beyond.

    Notes
    -----
    The covariance is cut in two by a smooth function of the lag: the short part is summed over
    pairs, the long part on a mesh by the Fourier transform. Sources: the particle-mesh method,
    Hockney & Eastwood (1981), Computer Simulation Using Particles, 8; B-splines in it: Essmann et
    al. (1995), J. Chem. Phys. 103(19).
    """

    parameters: Parameters
    xy_m: FloatArray
    tree: cKDTree
    near: csr_array
    mesh: Mesh
    spread: csr_array
    gathered: csr_array
    short: Float32Array

    def __matmul__(self, weight: FloatArray) -> FloatArray:
        """Sum of weight times covariance over all sites, at each of them, shape (n,)."""
        given = weight.astype(np.float32)
        image = self.mesh.image(self.gathered @ given)
        short = self.near @ given + self.near.T @ given + self.short[0] * given
        return np.asarray(short + self.spread @ image, np.float64)

    def at(self, weight: FloatArray, blocks: FloatArray) -> FloatArray | None:
        """The same at b blocks of q targets that lie together, shape (b, q, 2) -> (b, q).

        Returns
        -------
        array of float or None
            None where the targets reach so far beyond the sites that no mesh can hold them.
        """
        wide = self._over(blocks)
        if wide is None:
            return None
        given = weight.astype(np.float32)
        mesh, gathered = wide
        image = mesh.image(gathered @ given)
        found = np.empty(blocks.shape[:2], np.float32)
        step = max(1, CHUNK // blocks.shape[1])
        for begin in range(0, len(blocks), step):
            part = blocks[begin : begin + step]
            far = mesh.weights(part.reshape(-1, 2)) @ image
            found[begin : begin + step] = far.reshape(part.shape[:2])
        for i, short in self._near(given, blocks):
            found[i] += short
        return found.astype(np.float64)

    def _over(self, blocks: FloatArray) -> tuple[Mesh, csr_array] | None:
        """Mesh that holds targets as well as sites, and the weights of the sites in it."""
        low, high = blocks.min(axis=(0, 1)), blocks.max(axis=(0, 1))
        mesh = self.mesh
        end = mesh.low + mesh.step * (np.array(mesh.shape) - 4)
        if np.all(low >= mesh.low) and np.all(high <= end):
            return mesh, self.gathered
        low = np.minimum(low, mesh.low)
        high = np.maximum(high, self.xy_m.max(axis=0))
        if np.prod(_counts(low, high, mesh.step), dtype=np.float64) > 4 * MOST_NODES:
            return None
        wide = Mesh.of(self.parameters, low, high, mesh.step)
        return wide, wide.weights(self.xy_m).T.tocsr()

    def _near(self, weight: Float32Array, blocks: FloatArray) -> Iterator[tuple[int, Float32Array]]:
        """Sums of the short part, for each block that has sites near by."""
        centre = blocks.mean(axis=1)
        half = np.sqrt(np.square(blocks - centre[:, None]).sum(axis=2).max(axis=1))
        reach, scale = self.mesh.reach, np.float32(TABLE / self.mesh.reach)
        for i, sites in enumerate(self.tree.query_ball_point(centre, half + reach)):
            if not sites:
                continue
            site = (self.xy_m[sites] - centre[i]).astype(np.float32)
            target = (blocks[i] - centre[i]).astype(np.float32)
            lag = np.square(target[:, 0, None] - site[:, 0])
            lag += np.square(target[:, 1, None] - site[:, 1])
            place = (np.sqrt(lag, out=lag) * scale + 0.5).astype(np.int32)
            yield i, np.take(self.short, place, mode="clip") @ weight[sites]


def summation(parameters: Parameters, xy_m: FloatArray, tree: cKDTree) -> Summation | None:
    """Prepare sums over sites of shape (n, 2), in the plane of the parameters.

    Returns
    -------
    Summation or None
        None where sites stand in a few dense knots, so that pairs or nodes would be too many.
    """
    low, high = xy_m.min(axis=0), xy_m.max(axis=0)
    size = high - low
    step = STEP * float(np.sqrt(max(size[0] * size[1], 1.0) / len(xy_m)))
    step = min(max(step, float(size.max()) / 2_000, 1.0), parameters.ranges_m[0] / 8.0)
    if np.prod(_counts(low, high, step), dtype=np.float64) > MOST_NODES:
        return None
    reach = REACH * step
    if int(tree.count_neighbors(tree, reach)) > 2 * MOST_PAIRS:
        return None
    i, j = tree.query_pairs(reach, output_type="ndarray").T
    lag = np.sqrt(np.square(xy_m[i] - xy_m[j]).sum(axis=1)).astype(np.float32)
    short = parameters.covariance(lag) * _short(lag / np.float32(reach))
    near = coo_array((short, (i, j)), shape=(len(xy_m), len(xy_m))).tocsr()
    mesh = Mesh.of(parameters, low, high, step)
    spread = mesh.weights(xy_m)
    share = np.linspace(0.0, 1.0, TABLE + 1)
    table = (parameters.covariance(share * reach) * _short(share)).astype(np.float32)
    return Summation(parameters, xy_m, tree, near, mesh, spread, spread.T.tocsr(), table)


def _counts(low: FloatArray, high: FloatArray, step: float) -> tuple[int, int]:
    rows, cols = ((high - low) / step).astype(np.int64) + 4
    return int(rows), int(cols)


def _short(share: NDArray[np.floating]) -> NDArray[np.floating]:
    """1 at 0, 0 from 1 on, with three derivatives that vanish at both ends."""
    u = np.clip(share, 0.0, 1.0)
    square = u * u
    return np.asarray(1.0 - square * square * (35.0 - u * (84.0 - u * (70.0 - 20.0 * u))))


def _spline(share: FloatArray) -> FloatArray:
    """Cubic B-splines of the nodes at -1, 0, 1 and 2, for places between 0 and 1, shape (..., 4).

    Notes
    -----
    Source: de Boor (1978), A Practical Guide to Splines, IX.
    """
    t, u = share[..., None], 1.0 - share[..., None]
    inner = [(4.0 - 3.0 * a * a * (1.0 + b)) / 6.0 for a, b in ((t, u), (u, t))]
    return np.concatenate([u**3 / 6.0, *inner, t**3 / 6.0], axis=-1)
