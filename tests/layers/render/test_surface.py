import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadParameterError
from layers.model import Raster, StyleDefinition
from layers.render import surface

STYLE = StyleDefinition("mean", breaks=(10.0, 20.0))


def raster(cells, margin=0):
    return Raster({"value": np.array(cells, np.float32)}, margin)


def test_a_break_belongs_to_the_class_above_it_and_nan_to_none():
    found = surface.classes(raster([[9.99, 10.0], [20.0, np.nan]]), STYLE, 2)
    assert found.tolist() == [[1, 2], [3, 0]]


def test_infinite_values_are_classed_and_not_taken_for_unknown():
    found = surface.classes(raster([[-np.inf, np.inf], [15, 15]]), STYLE, 2)
    assert found.tolist() == [[1, 3], [2, 2]]


@pytest.mark.parametrize("limit", [0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 0.9])
def test_the_cell_that_stores_a_break_is_not_below_it(limit):
    found = surface.classes(raster([[limit]]), STYLE, 1, breaks=(limit,))
    assert found.tolist() == [[2]]


def test_a_cell_becomes_a_whole_block_of_pixels_and_the_margin_none():
    cells = [[99, 99, 99, 99], [99, 5, 15, 99], [99, 25, np.nan, 99], [99, 99, 99, 99]]
    found = surface.classes(raster(cells, margin=1), STYLE, 4)
    assert found.tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 0, 0], [3, 3, 0, 0]]


def test_smooth_values_are_interpolated_between_cell_centres():
    # Along a row of cells 0 8 16 24 with margin, each of the inner two (8, 16) becomes four pixels
    # at -3/8 -1/8 +1/8 +3/8 cells from its centre: 5 7 9 11 and 13 15 17 19.
    row = [0, 8, 16, 24]
    breaks = (4.9, 6.9, 8.9, 10.9, 12.9, 14.9, 16.9, 18.9)
    found = surface.classes(raster([row] * 4, margin=1), STYLE, 8, breaks=breaks, smooth=True)
    assert found.tolist() == [[2, 3, 4, 5, 6, 7, 8, 9]] * 8


def test_an_unknown_cell_stays_unknown_to_its_border_and_does_not_pull_its_neighbours():
    cells = np.full((6, 6), 15.0)
    cells[2, 3] = np.nan
    found = surface.classes(raster(cells, margin=1), STYLE, 16, smooth=True)
    unknown = np.zeros((16, 16), bool)
    unknown[4:8, 8:12] = True
    np.testing.assert_array_equal(found == 0, unknown)
    assert set(found[~unknown].tolist()) == {2}


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 4, 8]))
def test_smooth_tiles_of_one_field_meet_without_a_seam(seed, cells):
    field = np.random.default_rng(seed).normal(15, 8, (2 * cells + 2, 2 * cells + 2))
    field[np.random.default_rng(seed).random(field.shape) < 0.1] = np.nan
    whole = surface.classes(raster(field, 1), STYLE, 16, smooth=True)
    for row in (0, 1):
        for col in (0, 1):
            part = field[row * cells :, col * cells :][: cells + 2, : cells + 2]
            np.testing.assert_array_equal(
                surface.classes(raster(part, 1), STYLE, 8, smooth=True),
                whole[row * 8 :, col * 8 :][:8, :8],
            )


def test_smooth_without_interpolation_to_do_equals_nearest():
    cells = np.random.default_rng(1).normal(15, 8, (10, 10))
    plain = surface.classes(raster(cells, margin=1), STYLE, 8)
    np.testing.assert_array_equal(
        plain, surface.classes(raster(cells, margin=1), STYLE, 8, smooth=True)
    )


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=4, max_size=4))
def test_classes_rise_with_the_value(values):
    found = surface.classes(raster(np.reshape(values, (2, 2))), STYLE, 2).ravel()
    order = np.argsort(values)
    assert (np.diff(found[order].astype(int)) >= 0).all()


@given(
    st.lists(st.floats(-100, 100, width=32) | st.just(math.nan), min_size=9, max_size=9),
    st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=6, unique=True),
)
def test_classes_are_those_that_numpy_counts(values, breaks):
    cells = np.reshape(np.array(values, np.float32), (3, 3))
    limits = tuple(sorted(breaks))
    expected = np.where(np.isnan(cells), 0, np.digitize(cells, limits) + 1)
    np.testing.assert_array_equal(surface.classes(raster(cells), STYLE, 3, breaks=limits), expected)


def test_cells_that_do_not_divide_the_picture_are_refused():
    with pytest.raises(BadParameterError, match="3 x 3 cells do not divide 256"):
        surface.classes(raster(np.zeros((3, 3))), STYLE, 256)


def test_more_breaks_than_a_byte_can_tell_apart_are_refused():
    with pytest.raises(BadParameterError, match="255 breaks"):
        surface.classes(raster([[1.0]]), STYLE, 1, breaks=tuple(map(float, range(255))))
