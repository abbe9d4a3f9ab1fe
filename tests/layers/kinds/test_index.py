import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.geo import HALF_WORLD_M
from layers.kinds.index import WORLD_M, Index, morton
from layers.model import Features

GENERATOR = np.random.default_rng(3)
XY = np.concatenate(
    (
        GENERATOR.uniform(-HALF_WORLD_M, HALF_WORLD_M, (2000, 2)),
        GENERATOR.normal(6e6, 2e5, (3000, 2)),
        [(-HALF_WORLD_M, 0), (HALF_WORLD_M, 0), (0, HALF_WORLD_M), (0, -HALF_WORLD_M), (0, 9e7)],
    )
)
CORNERS = GENERATOR.uniform(-1.5e7, 1.5e7, (200, 2))
WIDTHS = GENERATOR.uniform(1, 4e6, (200, 1))
BOXES = shapely.box(*CORNERS.T, *(CORNERS + WIDTHS).T).tolist()


def index(xy, shapes=()):
    xy = xy[np.argsort(morton(xy), kind="stable")]
    geometry = np.array([*shapes, *shapely.points(xy)], object)
    table = Features(geometry, [str(i) for i in range(len(geometry))], {}).selection().table
    return Index(table), geometry


INDEX, GEOMETRY = index(XY, BOXES)
MANY = index(np.empty((0, 2)), BOXES * 11)


@given(
    st.floats(-1.4 * HALF_WORLD_M, 1.4 * HALF_WORLD_M),
    st.floats(-1.4 * HALF_WORLD_M, 1.4 * HALF_WORLD_M),
    st.floats(0, 25).map(lambda k: WORLD_M / 2**k),
    st.floats(0, 25).map(lambda k: WORLD_M / 2**k),
)
def test_what_is_found_is_what_touches_the_box_here_or_a_world_away(x, y, wide, high):
    wide = min(wide, 1.9 * HALF_WORLD_M)
    found = INDEX.within((x, y, x + wide, y + high))
    pairs = set()
    for turn in (-1, 0, 1):
        box = shapely.box(x - turn * WORLD_M, y, x + wide - turn * WORLD_M, y + high)
        touching = np.flatnonzero(shapely.intersects(GEOMETRY, box))
        pairs |= {(int(row), turn) for row in touching}
    if x >= -HALF_WORLD_M and x + wide <= HALF_WORLD_M:
        pairs = {(row, turn) for row, turn in pairs if turn == 0}
    if found is None:
        assert not pairs
        return
    turns = np.zeros(len(found)) if found.shift_m is None else found.shift_m / WORLD_M
    assert {*zip(found.rows.tolist(), turns.tolist(), strict=True)} == pairs
    assert (np.diff(found.rows) >= 0).all()


def test_a_box_over_the_antimeridian_moves_what_is_on_the_other_side():
    box = (HALF_WORLD_M - 1000, -1000, HALF_WORLD_M + 1000, 1000)
    found = INDEX.within(box)
    assert found is not None
    x = shapely.get_x(found.geometry[found.shapes :])
    assert x.tolist() == pytest.approx([HALF_WORLD_M] * len(x))
    assert len(x) == 2


@given(st.integers(0, len(XY) + len(BOXES) - 1), st.floats(1, 1e6))
def test_what_is_near_a_position_is_found(row, reach_m):
    at = shapely.centroid(GEOMETRY[row])
    found = INDEX.near(at.x, at.y, reach_m)
    assert found.tolist() == np.flatnonzero(shapely.dwithin(GEOMETRY, at, reach_m)).tolist()


@given(st.integers(0, len(BOXES) - 1), st.floats(1, 1e6))
def test_of_more_shapes_than_are_all_looked_at_the_same_are_found(row, reach_m):
    at = shapely.centroid(BOXES[row])
    found = MANY[0].near(at.x, at.y, reach_m)
    assert found.tolist() == np.flatnonzero(shapely.dwithin(MANY[1], at, reach_m)).tolist()


def test_nothing_is_found_where_there_is_nothing():
    empty, _ = index(np.empty((0, 2)))
    assert empty.within((0, 0, 1, 1)) is None
    assert len(empty.near(0, 0, 1e6)) == 0
