import math

import morecantile
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import geo
from layers.errors import BadExtentError, BadParameterError
from layers.geo import Bounds, CellGrid, Point, Window

QUAD = morecantile.tms.get("WebMercatorQuad")
WINDOWS = st.integers(0, geo.MAX_ZOOM).flatmap(
    lambda z: st.builds(Window, st.just(z), st.integers(0, 2**z - 1), st.integers(0, 2**z - 1))
)
BOXES = st.tuples(
    st.floats(-179, 170), st.floats(-84, 75), st.floats(0.1, 9), st.floats(0.1, 9)
).map(lambda b: Bounds(b[0], b[1], b[0] + b[2], b[1] + b[3]))


@given(WINDOWS)
def test_tiles_lie_where_the_registered_set_has_them(window):
    tile = morecantile.Tile(window.col, window.row, window.zoom)
    expected = QUAD.xy_bounds(tile)
    assert window.bounds_m == pytest.approx(tuple(expected), abs=1e-6)
    assert window.bounds.as_tuple() == pytest.approx(tuple(QUAD.bounds(tile)), abs=1e-9)


def test_the_constants_are_those_of_the_registered_set():
    for zoom in (0, 5, 22):
        matrix = QUAD.matrix(zoom)
        assert geo.cell_m(zoom) == pytest.approx(matrix.cellSize, rel=1e-12)
    assert QUAD.xy_bbox.right == pytest.approx(geo.HALF_WORLD_M)
    assert geo.tile_matrix_set() is QUAD or geo.tile_matrix_set().id == "WebMercatorQuad"
    with pytest.raises(BadParameterError, match="WorldCRS84Quad"):
        geo.tile_matrix_set("WorldCRS84Quat")


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_a_position_comes_back_from_mercator(lon, lat):
    back = geo.lonlat(*geo.mercator(lon, lat))
    assert (float(back[0]), float(back[1])) == pytest.approx((lon, lat), abs=1e-9)


def test_the_poles_are_held_within_the_square():
    for lat in (90.0, -90.0):
        _, y_m = geo.mercator(0.0, lat)
        assert abs(float(y_m)) == pytest.approx(geo.HALF_WORLD_M)


@pytest.mark.parametrize("window", [(23, 0, 0), (-1, 0, 0), (0, 1, 0), (3, 8, 0), (3, 0, -1)])
def test_a_tile_that_is_not_there_is_refused(window):
    with pytest.raises(BadExtentError, match="not within"):
        Window(*window)


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (math.nan, 0), (math.inf, 0)])
def test_a_position_beyond_the_world_is_refused(lon, lat):
    with pytest.raises(BadExtentError, match="no position"):
        Point(lon, lat)


@pytest.mark.parametrize(
    "box", [(10, 0, 5, 1), (0, 1, 1, 0), (0, 0, 0, 1), (-181, 0, 1, 1), (math.nan, 0, 1, 1)]
)
def test_a_box_that_is_turned_round_is_refused(box):
    with pytest.raises(BadExtentError):
        Bounds(*box)


@given(BOXES, BOXES)
def test_boxes_share_an_area_or_not_in_both_directions(a, b):
    assert a.intersects(b) == b.intersects(a)
    assert a.intersects(a)


@given(BOXES, st.integers(2, 8))
def test_a_grid_covers_its_box_and_hardly_more(box, zoom):
    grid = CellGrid.covering(box, zoom)
    held = grid.bounds
    slack = 2e-6 * 360 / (256 << zoom)  # a millionth of a cell is forgiven
    assert held.west <= box.west + slack
    assert held.east >= box.east - slack
    assert held.south <= box.south + slack
    assert held.north >= box.north - slack
    inner = (max(1, grid.width - 2), max(1, grid.height - 2))
    smaller = CellGrid(zoom, grid.col + 1, grid.row + 1, *inner)
    assert smaller.bounds.west > box.west - slack
    assert smaller.bounds.north < box.north + slack


@given(BOXES, st.integers(2, 7), st.randoms(use_true_random=False))
def test_the_middle_of_a_cell_lies_in_that_cell(box, zoom, chance):
    grid = CellGrid.covering(box, zoom)
    lon, lat = grid.centres()
    assert (len(lat), len(lon)) == grid.shape
    assert np.all(np.diff(lon) > 0)
    assert np.all(np.diff(lat) < 0), "row 0 is in the north"
    row, col = chance.randrange(grid.height), chance.randrange(grid.width)
    assert grid.cell_of(Point(float(lon[col]), float(lat[row]))) == (row, col)
    assert grid.cell_of(Point(float(lon[0]), -89.0)) is None


def test_distances_on_the_plane_are_those_on_the_ground():
    region = Bounds(46, 37, 88, 56)
    almaty, astana, tashkent = (76.9, 43.24), (71.43, 51.13), (69.24, 41.3)
    for a, b in ((almaty, astana), (almaty, tashkent), (astana, tashkent)):
        x_m, y_m = geo.plane(region, np.array([a[0], b[0]]), np.array([a[1], b[1]]))
        flat = math.hypot(x_m[1] - x_m[0], y_m[1] - y_m[0])
        assert flat == pytest.approx(geo.distance_m(Point(*a), Point(*b)), rel=0.006)


def test_a_conic_that_lies_on_the_equator_is_none_and_still_measures():
    box = Bounds(-5, -10, 5, 10)
    x_m, _ = geo.plane(box, np.array([0.0, 1.0]), np.array([0.0, 0.0]))
    assert x_m[1] - x_m[0] == pytest.approx(111_320, rel=0.02)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_one_place_lies_where_it_lies_among_many(lon: float, lat: float) -> None:
    np.testing.assert_allclose(Point(lon, lat).xy_m, geo.mercator(lon, lat), rtol=1e-12, atol=1e-6)
