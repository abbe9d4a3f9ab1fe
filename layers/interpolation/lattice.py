"""Where the cells of a grid are, without an array of all of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.interpolation.parameters import FloatArray


@dataclass(frozen=True, slots=True)
class Lattice:
    """Grid of cells in which neighbours lie side by side.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns.
    at : callable
        Position in metres of rows and columns (arrays of int of one shape, or shapes that
        broadcast): two arrays, of x and of y. Cells some steps of nodes beyond the grid are
        asked.
    """

    shape: tuple[int, int]
    at: Callable[[NDArray[np.intp], NDArray[np.intp]], tuple[ArrayLike, ArrayLike]]

    def over(self, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """Positions of shape (r, c), of some rows and some columns."""
        row, col = np.broadcast_arrays(rows[:, None], cols[None, :])
        return self.cells(row, col)

    def all(self) -> tuple[FloatArray, FloatArray]:
        """Positions of every cell."""
        return self.over(*(np.arange(count) for count in self.shape))

    def cells(self, row: NDArray[np.intp], col: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """Positions of single cells, arrays of one shape."""
        x, y = self.at(row, col)
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
