"""Surfaces of millions of cells: kriging at every eighth cell or so, the rest between them.

A kriged field is smooth but for a cusp at every site. The smooth part is a cubic between nodes;
what the cubic misses of each site's own covariance is known (``cusps``) and added back, so that
a cell costs a few operations, however many sites there are.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from layers.interpolation.cusps import BLOCK, Cusps, Frame, cusps
from layers.interpolation.lattice import Lattice
from layers.interpolation.local import Local
from layers.interpolation.neighbours import Indices, Neighbours
from layers.interpolation.parameters import FloatArray, Parameters
from layers.interpolation.solver import Exact, of_coefficients
from layers.interpolation.summation import Summation

EXACT_CELLS = 2e8
"""Operations (sites² x cells) up to which each cell is kriged by itself, from all sites."""
SINGLE = 1e-20, 1e20
"""Sills between which half of the digits can hold all that is computed."""
STEPS = (8, 4, 2)
"""Cells from node to node; the first that is near enough to kriging each cell is taken."""
FINE = 6.0
"""Steps that the range must have along any direction for a cubic between nodes to follow."""
EXACT_ALL = 3e11
"""The same where no nodes are near enough: some seconds; beyond, spreads are of near sites."""
CROWDED = 6
"""Sites between four nodes from which on every cell there is kriged by itself."""
SQUARE = 8
"""Cells along the side of a square that shares its sites, where each is kriged by itself."""
CELLS = 1_000_000
"""Cells that are kriged by themselves at a time."""

Float32Array = NDArray[np.float32]
Bands = list[Float32Array]


def framed(parameters: Parameters, lattice: Lattice, step: int) -> Frame | None:
    """Nodes of a grid; None where they are not dense enough for the covariance, or too few."""
    if min(lattice.shape) < 2 * step:
        return None
    frame = Frame.of(parameters, lattice, step)
    middle = tuple(count // 2 for count in frame.nodes.shape[:2])
    here = frame.nodes[middle]
    sides = [frame.nodes[middle[0] - 1, middle[1]], frame.nodes[middle[0], middle[1] - 1]]
    length = max(float(np.hypot(*(side - here))) for side in sides)
    follows = 0 < length * FINE <= parameters.ranges_m[0]
    return frame if follows and np.isfinite(frame.nodes).all() else None


@dataclass(frozen=True, slots=True)
class Plan:
    """All of a surface that does not depend on the values; made by ``plan``.

    Attributes
    ----------
    near : Neighbours
        Sites.
    sums : Summation or None
        Sums over all sites, where they can be had.
    frame : Frame
        Nodes.
    inside : array of int, shape (n,)
        Sites in the grid.
    cusps : Cusps
        Of these.
    alone : array of bool, shape (n,)
        Which of these are not crowded.
    crowd : Crowd
        Cells between and around crowded sites.
    bands : list of array of float32, shape (H, W)
        Variance left; the variance that the coefficients of the drift bring where a cell stands
        at the average of every covariate, d'Vd with d = f - told; Vd for each covariate.
    """

    near: Neighbours
    sums: Summation | None
    frame: Frame
    inside: Indices
    cusps: Cusps
    alone: NDArray[np.bool_]
    crowd: "Crowd"
    bands: Bands

    def serves(self, parameters: Parameters, xy_m: FloatArray, noise: FloatArray) -> bool:
        """Whether it is of these sites, shape (n, 2), their noise, and these parameters."""
        near = self.near
        return (
            replace(near.parameters, shares=parameters.shares) == parameters
            and np.array_equal(near.xy_m, xy_m)
            and np.allclose(near.noise, noise, rtol=1e-6)
        )

    def mean(self, solver: Exact | Local) -> Float32Array:
        """Mean of every cell around that of the drift, shape (H, W).

        Parameters
        ----------
        solver : Exact or Local
            Of the same sites, whatever they show.
        """
        nodes = self._nodes(solver)
        cells = self.frame.cells(nodes)
        self.cusps.add(self._weights(solver, nodes), cells)
        return self._crowded(solver, cells)

    def _nodes(self, solver: Exact | Local) -> FloatArray:
        found = None
        if self.sums is not None and solver.weight is not None:
            found = self.sums.at(solver.weight, self.frame.blocks().reshape(-1, BLOCK**2, 2))
        if found is not None:
            return self.frame.back(found.reshape(-1))
        if isinstance(solver, Exact):
            return solver.means(self.frame.nodes)
        return self.frame.back(self.near.krige(self.frame.blocks(), solver.left).mean)

    def _weights(self, solver: Exact | Local, nodes: FloatArray) -> FloatArray:
        """Weights of the sites inside; where only near sites tell them, of those alone."""
        if solver.weight is not None:
            return np.asarray(solver.weight[self.inside])
        rest = solver.left[self.inside] - self.cusps.smooth(nodes)
        return self.cusps.weights(rest, self.alone)

    def _crowded(self, solver: Exact | Local, cells: Float32Array) -> Float32Array:
        found = self.frame.inside(cells)
        if solver.weight is None:
            self.crowd.put(self.near.krige(self.crowd.blocks, solver.left).mean, found)
        return found


@dataclass(frozen=True, slots=True)
class Crowd:
    """Squares of cells, each of which is kriged by itself.

    Attributes
    ----------
    corners : list of (int, int)
        First row and column of each square.
    blocks : array of float, shape (b, side, side, 2)
        Positions; a square may reach beyond the grid.
    """

    corners: list[tuple[int, int]]
    blocks: FloatArray

    @classmethod
    def of(
        cls, wanted: NDArray[np.bool_], side: int, parameters: Parameters, lattice: Lattice
    ) -> "Crowd":
        """Some of the squares of ``side`` cells into which a grid falls."""
        at = side * np.argwhere(wanted)
        cells = np.arange(side)
        rows, cols = np.broadcast_arrays(
            (at[:, 0, None] + cells)[:, :, None], (at[:, 1, None] + cells)[:, None, :]
        )
        blocks = parameters.plane(*lattice.cells(rows, cols))
        return cls([(int(i), int(j)) for i, j in at], blocks)

    def put(self, values: FloatArray, cells: NDArray[np.floating]) -> None:
        """Write what was found for the squares, shape (b side²,), in place."""
        squares = values.reshape(self.blocks.shape[:3])
        for (i, j), square in zip(self.corners, squares, strict=True):
            place = cells[i : i + len(square), j : j + len(square)]
            place[:] = square[: place.shape[0], : place.shape[1]]


def plan(
    solver: Exact | Local,
    near: Neighbours,
    sums: Summation | None,
    frame: Frame,
    lattice: Lattice,
) -> tuple[Plan, Float32Array]:
    """Prepare the cells of a grid of shape (H, W).

    Parameters
    ----------
    solver : Exact or Local
        Of the field.
    near, sums
        The same sites.
    frame : Frame
        From ``framed``.
    lattice : Lattice
        The grid.

    Returns
    -------
    Plan, array of float32
        And the mean that ``Plan.mean`` gives for the values of the field.
    """
    place = frame.place(near.xy_m)
    corner = np.floor(place).astype(np.intp)
    inside = np.flatnonzero(np.all((corner >= 0) & (corner < frame.intervals), axis=1))
    inside = inside[np.lexsort(corner[inside].T[::-1])]  # side by side in memory
    count = np.zeros(frame.intervals, np.intp)
    np.add.at(count, tuple(corner[inside].T), 1)
    crowded = count >= CROWDED
    alone = ~crowded[tuple(corner[inside].T)]
    peaks = cusps(frame, near, inside, place[inside])
    around = binary_dilation(crowded, np.ones((3, 3), np.bool_))[1:-1, 1:-1]
    crowd = Crowd.of(around, frame.step, near.parameters, lattice)
    found = Plan(near, sums, frame, inside, peaks, alone, crowd, [])

    kriged = near.krige(frame.blocks(), solver.left)
    nodes, left, told = (frame.back(a) for a in (kriged.mean, kriged.left, kriged.told))
    if solver.weight is not None:
        nodes = found._nodes(solver)
    cells = [frame.cells(band) for band in (nodes, *_brought(near, solver, left, told))]
    peaks.add_and_lower(found._weights(solver, nodes), cells[0], left, cells[1])
    mean, *bands = (frame.inside(band) for band in cells)
    found.bands.extend(bands)
    if crowd.corners:
        kriged = near.krige(crowd.blocks, solver.left)
        if solver.weight is None:
            crowd.put(kriged.mean, mean)
        brought = _brought(near, solver, kriged.left, kriged.told)
        for band, values in zip(bands, brought, strict=True):
            crowd.put(values, band)
    np.clip(bands[0], 0.0, near.parameters.sill, out=bands[0])
    np.maximum(bands[1], 0.0, out=bands[1])
    return found, mean


def every(
    solver: Exact | Local, near: Neighbours, sums: Summation | None, lattice: Lattice
) -> tuple[Bands, Float32Array]:
    """Bands and mean as of ``plan``, each cell kriged by itself."""
    height, width = lattice.shape
    down, across = -(-height // SQUARE), -(-width // SQUARE)
    exact = isinstance(solver, Exact) and height * width * len(solver.left) ** 2 <= EXACT_ALL
    mean, *bands = np.empty((3 + near.drift.covariates, height, width), np.float32)
    step = max(1, CELLS // (SQUARE**2 * across))
    for begin in range(0, down, step):
        wanted = np.zeros((down, across), np.bool_)
        wanted[begin : begin + step] = True
        squares = Crowd.of(wanted, SQUARE, near.parameters, lattice)
        flat = squares.blocks.reshape(-1, 2)
        kriged = solver.predict(flat) if exact else near.krige(squares.blocks, solver.left)
        values = None
        if solver.weight is not None and sums is not None:
            values = sums.at(solver.weight, squares.blocks.reshape(-1, SQUARE**2, 2))
        if values is None:
            values = solver.means(squares.blocks) if isinstance(solver, Exact) else kriged.mean
        brought = _brought(near, solver, kriged.left, kriged.told)
        for band, part in zip((mean, *bands), (values, *brought), strict=True):
            squares.put(part, band)
    return bands, mean


def _brought(
    near: Neighbours, solver: Exact | Local, left: FloatArray, told: FloatArray
) -> list[FloatArray]:
    """Bands of a plan from variance left, shape (...), and what is told, shape (..., p)."""
    unknown = near.drift.at(1, None) - told
    cross = unknown @ solver.variance[:, 1 : 1 + near.drift.covariates]
    return [left, of_coefficients(unknown, solver.variance), *np.moveaxis(cross, -1, 0)]
