import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import geo
from layers.interpolation.cusps import BLOCK, Frame, cusps
from layers.interpolation.drift import constant
from layers.interpolation.lattice import Lattice
from layers.interpolation.neighbours import Neighbours
from layers.interpolation.parameters import Parameters

CELL_M, STEP = 1e3, 8
DOMAIN = geo.Bounds(46.0, 37.0, 88.0, 56.0)


def parameters(model="exponential", ratio=1.0, angle=0.0, range_m=100e3, nugget=0.2):
    return Parameters(
        model=model, transform="none", sill=2.0, range_m=range_m, nugget_site=nugget,
        ratio=ratio, angle=angle,
    )  # fmt: skip


def flat(shape=(60, 75)):
    """A grid of square cells, rows going down."""
    return Lattice(shape, lambda row, col: (CELL_M * col, -CELL_M * row))


def mercator(zoom=7):
    """Cells of a web map, put on the conic plane of the domain as the keeper does."""
    cells = geo.CellGrid.covering(geo.Bounds(60.0, 40.0, 64.0, 43.0), zoom)
    return Lattice(cells.shape, lambda row, col: geo.plane(DOMAIN, *cells.at(row, col)))


def frame(lattice=None, p=None, step=STEP):
    return Frame.of(p or parameters(), lattice or flat(), step)


@pytest.mark.parametrize("shape", [(16, 16), (17, 31), (60, 75)])
def test_nodes_are_every_eighth_cell_and_two_more_on_each_side(shape) -> None:
    found = frame(flat(shape))
    np.testing.assert_array_equal(found.nodes[2, 2], [0.0, 0.0])
    np.testing.assert_array_equal(found.nodes[0, 3], [8 * CELL_M, 16 * CELL_M])
    assert found.nodes.shape[:2] == tuple(count + 3 for count in found.intervals)
    # intervals cover the grid and one interval more before it and behind it
    assert all(
        8 * (rows - 1) >= count
        for rows, count in zip(found.intervals, shape, strict=True)
    )  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(
    a=st.lists(st.floats(-1.0, 1.0), min_size=16, max_size=16),
    step=st.sampled_from([2, 4, 8]),
    rows=st.integers(16, 40),
    cols=st.integers(16, 40),
)
def test_a_field_of_the_third_degree_is_reproduced_in_every_cell(a, step, rows, cols) -> None:
    found = frame(flat((rows, cols)), step=step)

    def field(x, y):
        return np.polynomial.polynomial.polyval2d(x / 20e3, y / 20e3, np.reshape(a, (4, 4)))

    cells = found.inside(found.cells(field(*np.moveaxis(found.nodes, -1, 0))))
    true = field(*flat((rows, cols)).all())
    assert cells.shape == (rows, cols)
    # single precision, of nodes up to three steps outside
    size = np.abs(field(*np.moveaxis(found.nodes, -1, 0))).max()
    np.testing.assert_allclose(cells, true, atol=2e-5 * max(size, 1e-3))


def test_blocks_hold_every_node_and_are_put_back_in_rows() -> None:
    found = frame()
    blocks = found.blocks()
    assert blocks.shape[1:] == (BLOCK, BLOCK, 2)
    np.testing.assert_array_equal(found.back(blocks.reshape(-1, 2)), found.nodes)
    np.testing.assert_array_equal(found.back(blocks.reshape(-1, 2)[:, 0]), found.nodes[..., 0])
    # a block lies together: no larger than its nodes
    assert np.ptp(blocks, axis=(1, 2)).max() <= (BLOCK - 1) * STEP * CELL_M


@settings(max_examples=40, deadline=None)
@given(row=st.floats(-7.0, 59.0), col=st.floats(-7.0, 74.0))
def test_places_on_a_flat_grid_are_exact(row, col) -> None:
    # node 1 is cell -8, so cell 0 is at place 1
    place = frame().place(np.array([[CELL_M * col, -CELL_M * row]]))
    np.testing.assert_allclose(place[0], [row / 8 + 1, col / 8 + 1], atol=1e-9)


@pytest.mark.parametrize("step", [8, 4])
def test_places_on_a_web_map_in_the_conic_plane_are_found(step) -> None:
    lattice = mercator()
    found = frame(lattice, parameters(ratio=2.0, angle=0.7), step)
    rng = np.random.default_rng(1)
    row, col = (rng.uniform(-step / 2, count - 1 + step / 2, 300) for count in lattice.shape)
    # positions between cells follow the same projection, so they may be fractions
    xy = parameters(ratio=2.0, angle=0.7).plane(*lattice.at(row, col))
    off = step * (found.place(xy) - 1.0) - np.stack([row, col], axis=1)
    assert np.abs(off).max() < 0.01  # of a cell


def test_places_on_the_lines_of_nodes_see_that_nodes_stand_ever_further_apart() -> None:
    # Without the second differences these are 4e-3 of a cell off at this zoom.
    lattice = mercator(zoom=5)
    found, along = frame(lattice), np.random.default_rng(2).uniform(0.0, 30.0, 200)
    line = 8.0 * np.floor(along / 8.0)
    for row, col in ((line, along), (along, line)):
        off = 8 * (found.place(np.stack(lattice.at(row, col), axis=1)) - 1.0)
        assert np.abs(off - np.stack([row, col], axis=1)).max() < 1e-4


def test_what_is_far_outside_is_in_no_interval() -> None:
    place = frame().place(np.array([[1e7, 0.0], [0.0, 1e7], [-1e9, 1e9], [0.0, 0.0]]))
    assert np.all(place[:3].min(axis=1) < 0)
    np.testing.assert_allclose(place[3], [1.0, 1.0], atol=1e-9)


def prepared(lattice, at, p, noise=0.2, step=STEP):
    """Frame and cusps of sites at rows and columns (fractions) of a grid."""
    found, row_col = frame(lattice, p, step), np.atleast_2d(at)
    xy = p.plane(*lattice.at(*row_col.T))
    near = Neighbours.of(p, xy, np.full(len(xy), noise), constant(len(xy)))
    return found, xy, cusps(found, near, np.arange(len(xy)), found.place(xy))


PLACES = [(24.0, 40.0), (28.0, 44.0), (25.3, 37.9), (0.2, 73.8)]
"""At a node, half way between nodes, anywhere, in the last cells of the grid."""
SHAPES = [("exponential", 1.0), ("matern32", 1.0), ("matern52", 1.0), ("exponential", 2.5)]


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize(("model", "ratio"), SHAPES)
def test_one_site_is_exact_around_itself(at, model, ratio) -> None:
    # Simple kriging from one site: mean = w c, left = sill - c² / (sill + noise).
    p = parameters(model, ratio, 0.7)
    lattice, w, own = flat(), 1.7, 2.0 + 0.2
    found, xy, peak = prepared(lattice, at, p)

    def c(places):
        return p.covariance(np.hypot(*np.moveaxis(places - xy[0], -1, 0)))

    nodes, true = c(found.nodes), c(p.plane(*lattice.all()))
    left = p.sill - nodes**2 / own
    mean_cells, left_cells = found.cells(w * nodes), found.cells(left)
    flat_mean, flat_left = (found.inside(a).copy() for a in (mean_cells, left_cells))
    peak.add_and_lower(np.array([w]), mean_cells, left, left_cells)
    mean, rest = found.inside(mean_cells), found.inside(left_cells)
    # added in the interval of the site and the one around it; beyond, the cubic alone follows
    rows, cols = np.ogrid[: lattice.shape[0], : lattice.shape[1]]
    corner = 8 * np.floor(np.array(at) / 8)
    around = (abs(rows - corner[0] - 3.5) < 12) & (abs(cols - corner[1] - 3.5) < 12)
    np.testing.assert_allclose(mean[around], w * true[around], atol=5e-6)
    np.testing.assert_array_equal(mean[~around], flat_mean[~around])
    # 0.5 % of the deviation: the cubic of a square is not the square of the cubic
    deviation = np.sqrt(p.sill - true**2 / own)
    np.testing.assert_allclose(np.sqrt(rest[around]), deviation[around], rtol=0.005)
    if model == "exponential":  # the cubic alone is far off
        assert np.abs(flat_mean - w * true)[around].max() > 0.03
        assert np.abs(np.sqrt(flat_left) / deviation - 1.0)[around].max() > 0.06
    only = found.cells(w * nodes)
    peak.add(np.array([w]), only)
    np.testing.assert_array_equal(only, mean_cells)


@pytest.mark.parametrize("ratio", [1.0, 2.5])
def test_weights_of_sites_side_by_side_are_those_of_kriging(ratio) -> None:
    # Simple kriging: w = K⁻¹ z; the sites stand a few cells apart, in and across intervals.
    p = parameters(ratio=ratio, angle=0.7)
    at = np.array([(25.3, 37.9), (27.1, 39.2), (30.8, 41.0), (40.5, 41.5), (8.2, 60.3)])
    found, xy, peak = prepared(flat(), at, p)
    lag = np.hypot(*np.moveaxis(xy[:, None] - xy, -1, 0))
    z = np.array([1.0, -0.5, 2.0, 0.3, -1.2])
    w = np.linalg.solve(p.covariance(lag) + 0.2 * np.eye(5), z)
    off = found.nodes[:, :, None] - xy
    nodes = p.covariance(np.hypot(off[..., 0], off[..., 1])) @ w
    rest = z - peak.smooth(nodes)
    np.testing.assert_allclose(peak.weights(rest, np.ones(5, np.bool_)), w, atol=0.03)
    # alone, a site is taken for the only one that is missed
    assert np.abs(rest / peak.keen - w).max() > 0.1
    some = np.array([True, False, True, True, False])
    np.testing.assert_array_equal(peak.weights(rest, some)[~some], 0.0)


def test_a_field_that_the_cubic_follows_has_no_cusps() -> None:
    p = parameters("matern52", range_m=1e6)
    _, _, peak = prepared(flat(), [(25.3, 37.9)], p)
    assert peak.keen[0] == pytest.approx(0.2, abs=1e-5)
