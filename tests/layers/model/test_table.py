import json
import math

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.model import Features
from layers.model.features import Selection
from layers.model.table import TableMaker, Values

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    # 0.0 and -0.0 are one value.
    st.floats(allow_nan=False, allow_infinity=False).map(lambda v: v + 0.0),
    TEXT,
    st.lists(st.integers(0, 9)),
    st.dictionaries(TEXT, st.integers(0, 9), max_size=3),
)


@given(st.lists(PLAIN.filter(lambda v: v is not None)))
def test_values_come_back_as_they_were_given(values):
    held = Values(values)
    assert list(held) == values
    assert [type(v) for v in held] == [type(v) for v in values]
    assert held[:] == values


@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1))
def test_columns_of_a_table_are_those_that_were_given(rows):
    count = len(rows)
    first, second = ([row[k] for row in rows] for k in (0, 1))
    geometry = shapely.points(np.arange(2.0 * count).reshape(-1, 2))
    features = Features(geometry, [f"f{i}" for i in range(count)], {"a": first, "b": second})
    found = features.selection()
    for name, column in (("a", first), ("b", second)):
        # True == 1 == 1.0: told apart by what is written of them.
        assert json.dumps(list(found.properties[name])) == json.dumps(column)
        assert json.dumps([found.properties[name][i] for i in range(count)]) == json.dumps(column)
    assert list(found.ids) == list(features.ids)
    assert (found.geometry == geometry).all()


def test_a_number_that_is_not_finite_is_absent():
    points = np.array([shapely.Point(0, 0)] * 3, object)
    features = Features(points, list("abc"), {"v": [math.nan, np.float64(2), math.inf]})
    assert list(features.selection().properties["v"]) == [None, 2.0, None]


def test_points_come_after_shapes_and_each_keeps_its_facts():
    geometry = np.array(
        [shapely.Point(1, 2), shapely.box(0, 0, 1, 1), shapely.Point(), None, shapely.Point(3, 4)],
        object,
    )
    table = Features(geometry, list("abcde"), {"n": [0, 1, 2, 3, 4]}).selection().table
    assert list(Selection(table, np.arange(5)).properties["n"]) == [1, 2, 3, 0, 4]
    assert list(table.ids) == ["b", "c", "d", "a", "e"]
    assert table.xy.tolist() == [[1, 2], [3, 4]]
    assert len(table.shapes) == 3


def test_a_hundred_thousand_features_of_five_properties_take_less_than_a_hundred_bytes_each():
    count = 100_000
    xy = np.random.default_rng(0).uniform(-1e7, 1e7, (count, 2))
    columns = {
        "name": [f"Station {i}" for i in range(count)],
        "value": [i % 2000 / 10 for i in range(count)],
        "label": [f"{i % 2000 / 10000:.2f}" for i in range(count)],
        "mark": ["normal"] * count,
        "context": ["routine"] * count,
    }
    points = np.asarray(shapely.points(xy), object)
    table = Features(points, [str(i) for i in range(count)], columns).selection().table
    assert table.nbytes < 100 * count


def test_features_that_come_one_by_one_may_each_have_other_properties():
    maker = TableMaker()
    told = [{"a": 1}, {}, {"b": "x", "a": None}, {"c": [1]}, {"a": True, "c": {"d": None}}]
    for i, properties in enumerate(told):
        maker.add(f"f{i}", properties)
    geometry = np.array([shapely.Point(i, 0) for i in range(5)], object)
    order = np.array([4, 2, 0, 1, 3])
    table = maker.table(geometry, order)
    found = Selection(table, np.arange(5))
    assert table.names == ("a", "b", "c")
    assert list(found.ids) == ["f4", "f2", "f0", "f1", "f3"]
    for name, column in found.properties.items():
        assert list(column) == [told[i].get(name) for i in order]
    assert found.properties["a"][0] is True
