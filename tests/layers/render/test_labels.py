import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layers.render import labels
from layers.render.labels import Label, Taken

SIZE = (300, 200)
PLACES = st.tuples(st.integers(0, 300), st.integers(0, 200))


def boxes(found):
    for each in found:
        wide = len(each.label.text)  # every letter is wider than a pixel
        x, y = each.middle
        yield x - wide / 2, y - each.label.size_px / 2, x + wide / 2, y + each.label.size_px / 2


@given(st.lists(PLACES, max_size=12))
def test_no_name_covers_another_or_leaves_the_picture(places):
    taken = Taken()
    wanted = [Label(f"Place {i}", x, y, gap_px=6, dot=True) for i, (x, y) in enumerate(places)]
    found = [each for label in wanted if (each := labels.fitted(label, taken, SIZE))]
    for one, other in itertools.combinations(list(boxes(found)), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
    for left, top, right, bottom in boxes(found):
        assert left >= 0
        assert top >= 0
        assert right <= SIZE[0]
        assert bottom <= SIZE[1]


def test_what_is_important_is_placed_first_and_the_other_gives_way():
    taken = Taken()
    first = labels.fitted(Label("Astana", 150, 100), taken, SIZE)
    assert first is not None
    assert labels.fitted(Label("Elsewhere", 150, 100), taken, SIZE) is None


def test_a_name_moves_to_another_side_before_it_is_left_out():
    taken = Taken([(156.0, 90.0, 300.0, 110.0)])
    found = labels.fitted(Label("Aral", 150, 100, gap_px=6), taken, SIZE)
    assert found is not None
    assert found.middle[0] < 150


def test_a_name_is_drawn_with_its_halo_and_its_dot():
    ground = np.full((200, 300, 4), 120, np.uint8)
    found = labels.fitted(Label("Aral", 100, 100, gap_px=8, dot=True), Taken(), SIZE)
    assert found is not None
    drawn = labels.written(ground, [found], "#FFFFFF")
    changed = (drawn[..., :3] != ground[..., :3]).any(axis=2)
    assert changed[98:103, 98:103].all()  # the dot
    assert changed[92:108, 108:140].any()  # the name
    assert not changed[:80].any()
    assert (drawn[..., :3][changed] == 255).any()
