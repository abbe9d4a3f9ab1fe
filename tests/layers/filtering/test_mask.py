"""Filters over columns against the library that reads them, one feature at a time."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import cql2
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import BadParameterError
from layers.filtering import chosen, parse, property_equal, rows_of
from layers.filtering import mask as masks
from layers.filtering.comparing import as_regex
from layers.kinds.collection import project
from layers.model import Features

PEOPLE: Sequence[Mapping[str, Any]] = (
    {"name": "Almaty", "value": 150, "when": "2026-11-20T09:00:00Z", "open": True, "up": 3},
    {"name": "almaty 2", "value": 70.5, "when": "2026-11-20T10:00:00Z", "open": False, "up": 70.5},
    {"name": "Шымкент", "value": -3, "when": "2026-11-19T23:30:00Z", "open": True, "up": -4},
    {"name": "Oʻsh %_", "value": 0, "when": "2020-01-01T00:00:00Z", "open": False, "up": 0},
    {"name": "Ré", "value": 1e9, "when": "2026-11-20T09:00:00.5Z", "open": True, "up": 2},
)
PLACES = ((76.9, 43.2), (76.95, 43.3), (69.6, 42.3), (72.8, 40.5), (10.0, 10.0))
ZONE = shapely.Polygon([(68, 40), (78, 40), (78, 44), (68, 44)])
HOLES: Sequence[Mapping[str, Any]] = ({"name": "known", "value": 1}, {"name": None}, {"value": 2})


def features(properties: Sequence[Mapping[str, Any]], geometries: Sequence[Any]) -> Features:
    degrees = np.empty(len(geometries), object)
    degrees[:] = geometries
    keys = list(dict.fromkeys(k for each in properties for k in each))
    columns = {k: [each.get(k) for each in properties] for k in keys}
    return Features(project(degrees), [f"f{i}" for i in range(len(properties))], columns)


ALL = features(PEOPLE, [shapely.Point(place) for place in PLACES])


def ids(found: Features, text: str, crs: str = "CRS:84", language: str = "cql2-text") -> set[str]:
    rows = rows_of(found)
    mask = chosen(rows, parse(text, language), crs)
    return {rows.table.ids[i] for i in np.flatnonzero(mask).tolist()}


def oracle(text: str) -> set[str]:
    expression = cql2.parse_text(text)
    found = set()
    for i, (properties, place) in enumerate(zip(PEOPLE, PLACES, strict=True)):
        geometry = {"type": "Point", "coordinates": list(place)}
        item = {"type": "Feature", "id": f"f{i}", "geometry": geometry, "properties": properties}
        if expression.matches(item):
            found.add(f"f{i}")
    return found


NUMBERS = st.sampled_from([-3, 0, 1, 70.5, 150, 1e9])
WORDS = st.sampled_from(["Almaty", "almaty 2", "Шымкент", "Ré", "zz"])
TIMES = st.sampled_from(["2020-01-01T00:00:00Z", "2026-11-20T09:00:00Z", "2026-11-20T09:30:00Z"])
OPERATORS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
CORNERS = st.tuples(*(st.sampled_from([40.0, 42.3, 43.2, 60.0, 69.6, 76.9, 80.0]),) * 4)


def _box(numbers: tuple[float, ...]) -> str:
    a, b, c, d = numbers
    return f"BBOX({min(a, b)}, {min(c, d)}, {max(a, b)}, {max(c, d)})"


SIMPLE = st.one_of(
    st.builds("value {} {}".format, OPERATORS, NUMBERS),
    st.builds("{1} {0} up".format, OPERATORS, NUMBERS),
    st.builds("name {} '{}'".format, OPERATORS, WORDS),
    st.builds("value {} up".format, OPERATORS),
    st.builds("name IN ('{}', '{}')".format, WORDS, WORDS),
    st.builds("value BETWEEN {} AND {}".format, NUMBERS, NUMBERS),
    st.builds("open = {}".format, st.sampled_from(["true", "false"])),
    st.builds("CASEI(name) = CASEI('{}')".format, WORDS),
    st.builds("ACCENTI(name) = ACCENTI('{}')".format, st.sampled_from(["Re", "Almaty"])),
    st.builds("name LIKE '{}'".format, st.sampled_from(["%a%", "Al_aty", "%", "A%y", "%2"])),
    st.builds("when {} TIMESTAMP('{}')".format, st.sampled_from(["=", "<", ">"]), TIMES),
    st.builds("T_AFTER(when, TIMESTAMP('{}'))".format, TIMES),
    st.builds("T_BEFORE(when, TIMESTAMP('{}'))".format, TIMES),
    st.builds("name IS {}NULL".format, st.sampled_from(["", "NOT "])),
    st.builds("S_INTERSECTS(geometry, {})".format, CORNERS.map(_box)),
)
FILTERS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
    ),
    max_leaves=4,
)


@settings(max_examples=150)
@given(text=FILTERS)
def test_columns_give_what_the_library_gives_feature_by_feature(text: str) -> None:
    assert ids(ALL, text) == oracle(text), text


@given(text=SIMPLE)
def test_json_means_what_text_means(text: str) -> None:
    assert ids(ALL, json.dumps(parse(text)), language="cql2-json") == ids(ALL, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("value > 0", {"f0", "f2"}),
        ("NOT value > 1", {"f0"}),
        ("value IS NULL", {"f1"}),
        ("name IS NULL", {"f1", "f2"}),
        ("name = 'known' OR value = 2", {"f0", "f2"}),
        ("NOT (name = 'known' AND value = 9)", {"f0", "f2"}),
        ("name = 'known' OR NOT name = 'known'", {"f0"}),
        ("name <> 'x'", {"f0"}),
        ("value = name", set()),
        ("name > 5", set()),
        ("id = 'f1'", {"f1"}),
        ("id IN ('f0', 'f2')", {"f0", "f2"}),
        ("true", {"f0", "f1", "f2"}),
        ("false", set()),
    ],
)
def test_what_is_unknown_is_neither_true_nor_false(text: str, found: set[str]) -> None:
    geometry = [shapely.Point(0, 0)] * 3
    assert ids(features(HOLES, geometry), text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("T_INTERSECTS(when, INTERVAL('2026-11-20T09:00:00Z', '..'))", {"f0", "f1", "f4"}),
        ("T_DURING(when, INTERVAL('2026-11-19', '2026-11-20'))", {"f0", "f1", "f2", "f4"}),
        ("T_DISJOINT(when, DATE('2026-11-20'))", {"f2", "f3"}),
        ("T_EQUALS(when, TIMESTAMP('2020-01-01T05:00:00+05:00'))", {"f3"}),
        ("when = DATE('2026-11-20')", {"f0", "f1", "f4"}),
        ("DATE('2026-11-20') = when", {"f0", "f1", "f4"}),
        ("DATE('2026-11-20') <> when", {"f2", "f3"}),
        ("DATE('2026-11-20') > when", {"f2", "f3"}),
        ("DATE('2026-11-20') <= when", {"f0", "f1", "f4"}),
        ("DATE('2026-11-19') >= when", {"f2", "f3"}),
        ("when IN (DATE('2026-11-20'), DATE('2020-01-01'))", {"f0", "f1", "f3", "f4"}),
        ("when < DATE('2026-11-20')", {"f2", "f3"}),
        ("when <= DATE('2026-11-19')", {"f2", "f3"}),
        ("T_INTERSECTS(INTERVAL(when, '..'), TIMESTAMP('2021-01-01T00:00:00Z'))", {"f3"}),
        ("T_BEFORE(name, DATE('2026-11-20'))", set()),
    ],
)
def test_days_last_from_midnight_to_midnight_and_ends_may_be_open(
    text: str, found: set[str]
) -> None:
    assert ids(ALL, text) == found


MIXED: Sequence[Any] = ("a", "b", 1, 2.5, True, False, None, [1], "c", 1.0)
SOME = features([{"v": value} for value in MIXED], [shapely.Point(0, 0)] * len(MIXED))


@given(
    listed=st.lists(st.sampled_from(["a", "b", "z", 1, 2.5, 7, True, False]), min_size=1),
    no=st.booleans(),
)
def test_a_value_of_a_list_is_one_that_equals_any_of_it(listed: list[Any], no: bool) -> None:
    node = {"property": "v"}

    def found(tree: dict[str, Any]) -> list[bool]:
        return chosen(rows_of(SOME), {"op": "not", "args": [tree]} if no else tree).tolist()

    each = {"op": "or", "args": [{"op": "=", "args": [node, one]} for one in listed]}
    assert found({"op": "in", "args": [node, listed]}) == found(each)


MANY = Features(
    project(np.array([shapely.Point(0, 0)] * 20_000, object)),
    [f"f{i}" for i in range(20_000)],
    {"t": [f"{i} km" for i in range(20_000)]},
)


def test_a_list_of_many_values_costs_as_much_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    def equal(a: Any, b: Any) -> bool:
        nonlocal made
        made += 1
        return bool(a == b)

    monkeypatch.setitem(masks.COMPARISONS, "=", equal)  # type: ignore[arg-type]
    listed = ", ".join(f"'{i} km'" for i in range(100, 400))
    assert len(ids(MANY, f"t IN ({listed})")) == 300
    assert made <= 20_000


@pytest.mark.parametrize(
    "one",
    ["t = '{} km'", "t LIKE '{}%'", "CASEI(t) = '{} km'", "T_AFTER(t, DATE('2026-01-01'))",
     "t = id", "S_INTERSECTS(geometry, POINT(69 {}))"],
)  # fmt: skip
def test_a_filter_that_compares_too_much_is_refused(
    one: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masks, "MOST_COMPARED", 100_000)
    ids(MANY, " OR ".join(one.format(i) for i in range(2)))
    with pytest.raises(BadParameterError, match="more than 100,000 values"):
        ids(MANY, " OR ".join(one.format(i) for i in range(6)))
    # Numbers are compared at once.
    ids(ALL, " OR ".join(f"value = {i}" for i in range(200)))


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("T_MEETS", (0, 1), (1, 2)),
        ("T_METBY", (1, 2), (0, 1)),
        ("T_OVERLAPS", (0, 2), (1, 3)),
        ("T_OVERLAPPEDBY", (1, 3), (0, 2)),
        ("T_STARTS", (0, 1), (0, 2)),
        ("T_STARTEDBY", (0, 2), (0, 1)),
        ("T_FINISHES", (1, 2), (0, 2)),
        ("T_FINISHEDBY", (0, 2), (1, 2)),
        ("T_CONTAINS", (0, 3), (1, 2)),
        ("T_DURING", (1, 2), (0, 3)),
        ("T_AFTER", (2, 3), (0, 1)),
        ("T_BEFORE", (0, 1), (2, 3)),
        ("T_EQUALS", (0, 1), (0, 1)),
        ("T_DISJOINT", (0, 1), (2, 3)),
        ("T_INTERSECTS", (0, 2), (1, 3)),
    ],
)
def test_intervals_stand_in_the_thirteen_relations_of_allen(
    name: str, a: tuple[int, int], b: tuple[int, int]
) -> None:
    def spelled(edges: tuple[int, int]) -> str:
        return ", ".join(f"'2026-01-01T0{hour}:00:00Z'" for hour in edges)

    def holds(one: tuple[int, int], other: tuple[int, int]) -> bool:
        text = f"{name}(INTERVAL({spelled(one)}), INTERVAL({spelled(other)}))"
        return bool(ids(ALL, text))

    assert holds(a, b)
    symmetric = ("T_EQUALS", "T_DISJOINT", "T_INTERSECTS")
    assert holds(b, a) == (name in symmetric)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("S_INTERSECTS(geometry, POINT(76.9 43.2))", {"point", "zone"}),
        ("S_WITHIN(geometry, POLYGON((60 35, 90 35, 90 50, 60 50, 60 35)))", {"point", "zone"}),
        ("S_CONTAINS(geometry, POINT(70 41))", {"zone"}),
        ("S_DISJOINT(geometry, POINT(70 41))", {"point", "line"}),
        ("S_CROSSES(geometry, LINESTRING(0 1, 1 0))", {"line"}),
        ("S_TOUCHES(geometry, LINESTRING(78 40, 78 44))", {"zone"}),
        ("S_EQUALS(geometry, POINT(76.9 43.2))", {"point"}),
        ("S_OVERLAPS(geometry, BBOX(60, 30, 70, 50))", {"zone"}),
        ("S_WITHIN(POINT(70 41), geometry)", {"zone"}),
        ("S_INTERSECTS(geometry, MULTIPOINT((70 41), (0 0)))", {"zone", "line"}),
    ],
)
def test_geometries_stand_in_the_relations_that_are_asked_for(text: str, found: set[str]) -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    all_of = Features(
        project(np.array([shapely.Point(76.9, 43.2), ZONE, line], object)),
        ["point", "zone", "line"],
        {},
    )
    assert ids(all_of, text) == found


def test_a_geometry_of_another_system_has_its_axes_in_the_order_of_the_registry() -> None:
    assert ids(ALL, "S_INTERSECTS(geometry, BBOX(43, 76, 44, 77))", "EPSG:4326") == {"f0", "f1"}
    x, y = 8_560_469, 5_342_000  # 76.9 E, 43.2 N
    box = f"S_INTERSECTS(geometry, BBOX({x - 100}, {y - 9000}, {x + 100}, {y + 9000}))"
    assert ids(ALL, box, "EPSG:3857") == {"f0"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("valu > 1", 'no property "valu".*did you mean "value"'),
        ("geometry = 1", "spatial function"),
        ("value + 1 > 2", "not offered"),
        ("foo(value) = 1", "not offered"),
        ("foo(value)", "not offered"),
        ("A_CONTAINS(name, ('a', 'b'))", "not offered"),
        ("S_INTERSECTS(name, POINT(1 2))", 'needs the property "geometry"'),
        ("S_INTERSECTS(geometry, 5)", "needs a geometry"),
        ("S_INTERSECTS(geometry, BBOX(2, 2, 1, 1))", "ends before it begins"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "Self-intersection"),
        ("T_AFTER(when, TIMESTAMP('soon'))", "soon"),
        ("T_AFTER(when, DATE('2026-13-01'))", "no date"),
        ("name LIKE name", "needs a text"),
        ("5", "true or false"),
        ("'a'", "true or false"),
        ("name", None),
        ("name = ('a', 'b')", "list"),
    ],
)
def test_what_cannot_be_answered_is_said(text: str, reason: str | None) -> None:
    if reason is None:
        assert ids(ALL, text) == set()
        return
    with pytest.raises(BadParameterError, match=reason):
        ids(ALL, text)


@pytest.mark.parametrize(
    "node",
    [
        {"op": "and", "args": []},
        {"op": "and"},
        {"op": "not", "args": [True, True]},
        {"op": "=", "args": [{"property": "value"}]},
        {"op": "in", "args": [{"property": "name"}, []]},
        {"op": "in", "args": [{"property": "name"}, 5]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, 2]}]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point"}]},
        {"op": "t_after", "args": [{"property": "when"}, {"interval": ["a"]}]},
        {"op": "=", "args": [{"property": "value"}, {"unheard": 1}]},
    ],
)
def test_a_tree_that_means_nothing_is_refused(node: Any) -> None:
    with pytest.raises(BadParameterError):
        chosen(rows_of(ALL), node)


@given(
    pattern=st.text("ab%_\\", max_size=8),
    text=st.text("ab%_", max_size=10),
)
def test_a_pattern_finds_what_trying_everything_finds(pattern: str, text: str) -> None:
    assert bool(re.fullmatch(as_regex(pattern), text, re.DOTALL)) == _like(pattern, text)


def _like(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(pattern[1:], text[i:]) for i in range(len(text) + 1))
    if pattern[0] == "\\":
        if len(pattern) == 1:
            return not text
        return text[:1] == pattern[1] and _like(pattern[2:], text[1:])
    return bool(text) and pattern[0] in ("_", text[0]) and _like(pattern[1:], text[1:])


def test_a_pattern_of_many_parts_is_looked_for_in_one_pass() -> None:
    worst = Features(project(np.array([shapely.Point(0, 0)], object)), ["f"], {"t": ["a" * 3_000]})
    assert ids(worst, f"t LIKE '{'%a' * 900}%b'") == set()


def test_a_property_is_equal_as_it_is_written() -> None:
    rows = rows_of(ALL)

    def equal(name: str, text: str) -> set[str]:
        found = property_equal(rows, name, text)
        return {rows.table.ids[i] for i in np.flatnonzero(found).tolist()}

    assert equal("name", "Шымкент") == {"f2"}
    assert equal("value", "150.0") == equal("value", "150") == {"f0"}
    assert equal("open", "true") == {"f0", "f2", "f4"}
    for name, text in (("value", "much"), ("open", "1")):
        with pytest.raises(BadParameterError, match="was expected"):
            property_equal(rows, name, text)
