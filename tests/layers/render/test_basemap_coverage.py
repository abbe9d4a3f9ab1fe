"""Exact coverage: areas by hand, and properties."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layers.render.basemap_coverage import coverage, edges

SHAPE = (12, 16)
number = st.floats(-30, 40).map(lambda value: round(value, 6))
corner = st.tuples(number, number)
triangle = st.tuples(corner, corner, corner).map(lambda corners: np.array(corners))


def ring(*corners: tuple[float, float]) -> np.ndarray:
    return np.array(corners, float)


def test_a_box_covers_each_pixel_by_the_area_it_takes_of_it() -> None:
    # x 1.25..3, y 0.5..2: column 1 by 3/4, column 2 wholly; row 0 by 1/2, row 1 wholly.
    box = ring((1.25, 0.5), (3, 0.5), (3, 2), (1.25, 2))
    expected = [[0, 96, 128, 0], [0, 191, 255, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(coverage(edges([box]), (3, 4)), expected)


def test_a_diagonal_halves_the_pixels_it_crosses() -> None:
    got = coverage(edges([ring((0, 0), (3, 0), (0, 3))]), (3, 3))
    np.testing.assert_array_equal(got, [[255, 255, 128], [255, 128, 0], [128, 0, 0]])


def test_a_ring_around_the_picture_covers_all_of_it() -> None:
    around = ring((-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6))
    assert (coverage(edges([around]), SHAPE) == 255).all()


def test_no_edges_cover_nothing() -> None:
    assert not coverage(edges([]), SHAPE).any()


def test_a_hole_takes_away_what_it_covers() -> None:
    outer = ring((0, 0), (6, 0), (6, 6), (0, 6))
    hole = ring((2, 2), (2, 4), (4, 4), (4, 2))
    got = coverage(edges([outer, hole]), (6, 6))
    assert got.sum() == (36 - 4) * 255
    assert not got[2:4, 2:4].any()


def test_neighbours_with_one_slanting_edge_leave_no_seam() -> None:
    west = ring((0, 0), (3.3, 0), (7.7, 9), (0, 9))
    east = ring((3.3, 0), (12, 0), (12, 9), (7.7, 9))
    assert (coverage(edges([west, east]), (9, 12)) == 255).all()


@given(triangle)
def test_the_covered_area_is_the_area_of_the_triangle_within_the_picture(
    corners: np.ndarray,
) -> None:
    import shapely

    height, width = SHAPE
    inside = shapely.Polygon(corners).intersection(shapely.box(0, 0, width, height)).area
    # Each of the pixels on the rim, at most 3 x 28 of them, rounds by half a level.
    assert abs(coverage(edges([corners]), SHAPE).sum() / 255 - inside) < 0.2


@given(triangle, st.integers(1, 11), st.integers(1, 15))
def test_a_part_of_a_picture_is_the_same_picture(corners: np.ndarray, top: int, left: int) -> None:
    whole = coverage(edges([corners]), SHAPE).astype(int)
    part = coverage(edges([corners - (left, top)]), (SHAPE[0] - top, SHAPE[1] - left))
    assert np.abs(whole[top:, left:] - part).max() <= 1
