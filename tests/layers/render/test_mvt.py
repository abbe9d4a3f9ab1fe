import math

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox import vector_tile_pb2 as pb

from layers.geo import Window
from layers.model import Features
from layers.render import mvt, varint

WINDOW = Window(6, 44, 23)


def metres(x, y, window=WINDOW):
    """Position of grid units of a tile (y downward) in metres of EPSG:3857."""
    west, _, east, north = window.bounds_m
    unit = (east - west) / 4096
    return west + x * unit, north - y * unit


def geometry(kind, units):
    return shapely.transform(kind(units), lambda c: np.column_stack(metres(c[:, 0], c[:, 1])))


def features(geometries, ids=None, **properties):
    column = np.empty(len(geometries), object)
    column[:] = geometries
    return Features(column, ids or [f"f{i}" for i in range(len(geometries))], properties)


def tile(columns, window=WINDOW):
    return mapbox_vector_tile.decode(
        mvt.encode(columns, window, "zones"), default_options={"y_coord_down": True}
    )["zones"]


def shapes(columns, window=WINDOW):
    return [shapely.geometry.shape(f["geometry"]) for f in tile(columns, window)["features"]]


def test_points_are_placed_on_the_grid_of_the_tile():
    found = tile(features([geometry(shapely.Point, [10, 20]), geometry(shapely.Point, [4096, 0])]))
    assert found["version"] == 2
    assert found["extent"] == 4096
    assert [f["geometry"]["coordinates"] for f in found["features"]] == [[10, 20], [4096, 0]]


def test_points_in_the_buffer_are_kept_and_those_beyond_are_not():
    inside, outside = geometry(shapely.Point, [-255, 20]), geometry(shapely.Point, [-257, 20])
    assert len(tile(features([inside, outside]))["features"]) == 1


def test_a_tile_of_which_nothing_is_seen_has_no_bytes():
    assert mvt.encode(features([geometry(shapely.Point, [9000, 0])]), WINDOW, "a") == b""
    assert mvt.encode(features([]), WINDOW, "a") == b""


def test_properties_keep_their_types_and_none_is_left_out():
    columns = features(
        [geometry(shapely.Point, [i, i]) for i in range(3)],
        name=["Алматы", None, "Nukus"],
        value=[1.5, math.nan, 2.0],
        count=[1, -3, 2**63],
        flag=[True, False, None],
        mixed=[1, True, 1.0],
        parts=[[1, 2], {"a": "б"}, None],
    )
    found = [f["properties"] for f in tile(columns)["features"]]
    assert found == [
        {"name": "Алматы", "value": 1.5, "count": 1, "flag": True, "mixed": 1, "parts": "[1,2]"},
        {"count": -3, "flag": False, "mixed": True, "parts": '{"a":"б"}'},
        {"name": "Nukus", "value": 2.0, "count": 2**63, "mixed": 1.0},
    ]
    assert [type(f["mixed"]) for f in found] == [int, bool, float]


def test_each_key_and_value_is_written_once():
    columns = features(
        [geometry(shapely.Point, [i, i]) for i in range(50)],
        a=["x", "y"] * 25,
        b=["y", "x"] * 25,
        gone=[None] * 50,
    )
    raw = pb.tile()
    raw.ParseFromString(mvt.encode(columns, WINDOW, "zones"))
    assert list(raw.layers[0].keys) == ["a", "b"]
    assert sorted(v.string_value for v in raw.layers[0].values) == ["x", "y"]


def test_ids_are_numbers_that_do_not_depend_on_the_neighbours():
    ids = ["17", "us-2024", "Ташкент", "us-2024-with-a-much-longer-name"]
    alone = [int(mvt.identifiers([one])[0]) for one in ids]
    assert mvt.identifiers(ids).tolist() == alone
    assert alone[0] == 17
    assert len(set(alone)) == 4
    assert max(alone) < 2**53


def test_ids_of_a_hundred_thousand_stations_do_not_collide():
    found = mvt.identifiers([f"KZ-{i:06d}" for i in range(100_000)])
    assert len(np.unique(found)) == 100_000


def area_of(ring):
    x, y = np.array(ring, float).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


@pytest.mark.parametrize("turned", [False, True])
def test_outer_rings_have_a_positive_area_and_holes_a_negative_one(turned):
    outer, hole = [(0, 0), (100, 0), (100, 100), (0, 100)], [(20, 20), (40, 20), (40, 40), (20, 40)]
    if turned:
        outer, hole = outer[::-1], hole[::-1]
    polygon = geometry(lambda u: shapely.Polygon(u, [hole]), outer)
    raw = pb.tile()
    raw.ParseFromString(mvt.encode(features([polygon]), WINDOW, "zones"))
    rings, cursor, at = [], [0, 0], 0
    numbers = list(raw.layers[0].features[0].geometry)
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        if command == 7:
            continue
        if command == 1:
            rings.append([])
        for _ in range(count):
            for axis in (0, 1):
                step = numbers[at + axis]
                cursor[axis] += (step >> 1) ^ -(step & 1)
            at += 2
            rings[-1].append(tuple(cursor))
    assert [area_of(ring) for ring in rings] == [10_000, -400]
    assert all(ring[0] != ring[-1] for ring in rings)


def test_polygons_are_cut_at_the_buffer():
    polygon = geometry(shapely.Polygon, [(-9000, 10), (9000, 10), (9000, 20), (-9000, 20)])
    assert shapes(features([polygon]))[0].bounds == (-256, 10, 4352, 20)


def test_a_line_that_leaves_and_comes_back_becomes_a_line_of_two_parts():
    line = geometry(shapely.LineString, [(0, 0), (0, 6000), (100, 6000), (100, 0)])
    (found,) = shapes(features([line]))
    assert found.geom_type == "MultiLineString"
    assert found.bounds == (0, 0, 100, 4352)


def test_a_polygon_smaller_than_the_grid_is_left_out_with_its_properties():
    small = geometry(shapely.Polygon, [(1.1, 1.1), (1.3, 1.1), (1.3, 1.3)])
    large = geometry(shapely.Polygon, [(0, 0), (50, 0), (50, 50)])
    (found,) = tile(features([small, large], name=["small", "large"]))["features"]
    assert found["properties"] == {"name": "large"}


def test_detail_below_half_a_unit_is_left_out():
    wave = [(x / 4, 100 + (x % 2) * 0.2) for x in range(4000)]
    (found,) = shapes(features([geometry(shapely.LineString, wave)]))
    assert len(found.coords) < 20


def test_kinds_of_one_collection_share_a_tile_and_keep_their_properties():
    columns = features(
        [
            geometry(shapely.Point, [5, 5]),
            geometry(shapely.Polygon, [(0, 0), (50, 0), (50, 50)]),
            shapely.GeometryCollection(
                [
                    geometry(shapely.Point, [7, 7]),
                    shapely.GeometryCollection([geometry(shapely.LineString, [(0, 0), (9, 9)])]),
                ]
            ),
            geometry(shapely.MultiPoint, [(1, 1), (2, 2)]),
        ],
        name=["p", "z", "c", "m"],
    )
    found = [(f["properties"]["name"], f["geometry"]["type"]) for f in tile(columns)["features"]]
    assert found == [
        ("z", "Polygon"), ("c", "LineString"), ("c", "Point"), ("m", "MultiPoint"), ("p", "Point"),
    ]  # fmt: skip


def test_missing_and_empty_geometries_are_passed_over():
    columns = features([None, shapely.Point(), geometry(shapely.Point, [1, 1])], n=[1, 2, 3])
    assert [f["properties"]["n"] for f in tile(columns)["features"]] == [3]


units = st.floats(-1500, 5500)


@given(st.lists(st.tuples(units, units), min_size=1, max_size=30, unique=True))
def test_every_point_within_the_buffer_comes_back_within_half_a_unit(places):
    columns = features([geometry(shapely.Point, p) for p in places], i=list(range(len(places))))
    body = mvt.encode(columns, WINDOW, "zones")
    found = {}
    if body:
        for f in tile(columns)["features"]:
            found[f["properties"]["i"]] = f["geometry"]["coordinates"]
    for i, place in enumerate(places):
        if max(abs(v - 2048) for v in place) < 2048 + 255.9:
            assert max(abs(a - b) for a, b in zip(found[i], place, strict=True)) <= 0.5 + 1e-6
        elif max(abs(v - 2048) for v in place) > 2048 + 256.1:
            assert i not in found


@given(st.integers(0, 2**32 - 1), st.floats(2, 4000), st.integers(3, 60))
def test_polygons_come_back_valid_and_with_nearly_the_same_area(seed, size, corners):
    generator = np.random.default_rng(seed)
    angle = np.sort(generator.uniform(0, 2 * np.pi, corners))
    radius = size * generator.uniform(0.2, 1.0, corners)
    centre = generator.uniform(0, 4096, 2)
    star = shapely.make_valid(
        shapely.Polygon(centre + np.column_stack((np.cos(angle), np.sin(angle))) * radius[:, None])
    )
    placed = geometry(lambda u: u, star)
    body = mvt.encode(features([placed]), WINDOW, "zones")
    found = shapes(features([placed])) if body else []
    cut = shapely.clip_by_rect(star, -256, -256, 4352, 4352)
    assert all(shapely.is_valid(f) for f in found)
    # Each point of an outline moves by half a unit in simplifying and 0.71 in rounding.
    assert sum(f.area for f in found) == pytest.approx(cut.area, abs=1.25 * cut.length + 4)


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_varints_of_an_array_are_those_of_its_numbers(numbers):
    expected = b"".join(varint.one(n) for n in numbers)
    array = np.array(numbers, np.uint64)
    assert varint.encoded(array).tobytes() == expected
    assert varint.sums(varint.lanes(array)[1]).tolist() == [len(varint.one(n)) for n in numbers]


def test_a_varint_holds_seven_bits_a_byte_low_ones_first():
    # 300 = 0b10_0101100: low seven bits 0x2C with the mark of more, then 0b10.
    assert varint.one(300) == b"\xac\x02"


@given(st.integers(-(2**63), 2**63 - 1))
def test_zigzag_folds_the_sign_into_the_lowest_bit(number):
    assert int(varint.zigzag(np.array([number]))[0]) == (
        2 * number if number >= 0 else -2 * number - 1
    )
