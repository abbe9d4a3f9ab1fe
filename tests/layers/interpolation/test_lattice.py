import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import geo
from layers.interpolation.cubic import cubic
from layers.interpolation.lattice import Lattice

SHEARED = Lattice((5, 7), lambda row, col: (100.0 * col + 3.0 * row, 9e3 - 50.0 * row))
"""A regular grid whose rows go down, each a little further to the right."""


def test_positions_are_those_of_rows_and_columns() -> None:
    x, y = SHEARED.cells(np.array([0, 4, -2]), np.array([0, 6, 9]))
    np.testing.assert_array_equal(x, [0.0, 612.0, 894.0])
    np.testing.assert_array_equal(y, [9000.0, 8800.0, 9100.0])  # -2 lies beyond the grid


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(st.integers(-3, 8), min_size=1, max_size=4),
    cols=st.lists(st.integers(-3, 10), min_size=1, max_size=4),
)
def test_some_rows_and_columns_are_all_their_pairs(rows, cols) -> None:
    x, y = SHEARED.over(np.array(rows), np.array(cols))
    assert x.shape == y.shape == (len(rows), len(cols))
    for i, row in enumerate(rows):
        for j, col in enumerate(cols):
            one = SHEARED.cells(np.array([row]), np.array([col]))
            assert (x[i, j], y[i, j]) == (one[0][0], one[1][0])


def test_all_cells_are_those_of_every_row_and_column() -> None:
    x, y = SHEARED.all()
    rows, cols = np.mgrid[:5, :7]
    for found, true in zip((x, y), SHEARED.cells(rows, cols), strict=True):
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, true)


def test_the_cells_of_a_map_are_asked_one_axis_at_a_time_or_both() -> None:
    cells = geo.CellGrid.covering(geo.Bounds(60.0, 40.0, 62.0, 42.0), 5)
    lattice = Lattice(cells.shape, lambda row, col: cells.at(row, col))
    lon, lat = lattice.all()
    for found, true in zip(
        (lon, lat), np.meshgrid(*cells.centres()), strict=True
    ):  # fmt: skip
        np.testing.assert_array_equal(found, true)


SHARE = st.floats(0.0, 1.0)


@settings(max_examples=100, deadline=None)
@given(share=SHARE, a=st.lists(st.floats(-10.0, 10.0), min_size=4, max_size=4))
def test_a_cubic_of_four_neighbours_is_exact_for_the_third_degree(share, a) -> None:
    weight = cubic(np.array(share))
    nodes = np.polyval(a, [-1.0, 0.0, 1.0, 2.0])
    np.testing.assert_allclose(weight @ nodes, np.polyval(a, share), atol=1e-12)
    np.testing.assert_allclose(weight.sum(), 1.0)
    np.testing.assert_allclose(cubic(np.array(1.0 - share)), weight[::-1], atol=1e-15)


def test_a_cubic_is_not_exact_for_the_fourth_degree() -> None:
    # (t + 1) t (t - 1) (t - 2) is 0 at all four nodes and 9 / 16 half way
    weight = cubic(np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(weight[1], [-1 / 16, 9 / 16, 9 / 16, -1 / 16])
    np.testing.assert_array_equal(weight[[0, 2]], [[0, 1, 0, 0], [0, 0, 1, 0]])
    nodes = np.array([-1.0, 0.0, 1.0, 2.0]) ** 4
    assert weight[1] @ nodes - 0.5**4 == -9 / 16
