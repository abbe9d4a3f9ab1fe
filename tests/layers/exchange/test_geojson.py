import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import BadFileError, BadParameterError, TooLargeError
from layers.exchange import ADAPTERS, documents
from layers.exchange.limits import MAX_VERTICES
from layers.model import Feature, RejectedRecord, Station

GEOJSON, USGS = ADAPTERS["geojson"], ADAPTERS["usgs-geojson"]
SQUARE = [[[70, 42], [72, 42], [72, 44], [70, 44], [70, 42]]]


def feature(geometry: Any, properties: Any = None, **members: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties, **members}


def shape(kind: str, coordinates: Any) -> dict[str, Any]:
    return {"type": kind, "coordinates": coordinates}


def read(*items: Any, collection: str = "zones", **defaults: str) -> list[Any]:
    text = json.dumps({"type": "FeatureCollection", "features": items})
    return read_text(text, collection=collection, **defaults)


def read_text(text: str | bytes, **defaults: str) -> list[Any]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(GEOJSON.records(io.BytesIO(data), {"collection": "zones", **defaults}))


def refused(item: Any, **defaults: str) -> RejectedRecord:
    (found,) = read(item, **defaults)
    assert isinstance(found, RejectedRecord), found
    assert found.line == 1
    assert found.raw
    return found


def test_a_feature_keeps_geometry_properties_and_validity() -> None:
    properties = {"msk": 8, "names": {"kk": "Аймақ"}, "valid_from": "2020-01-01T05:00:00+05:00"}
    (found,) = read(feature(shape("Polygon", SQUARE), properties, id="a"))
    assert isinstance(found, Feature)
    assert (found.id, found.collection, found.line) == ("a", "zones", 1)
    assert found.geometry.equals(shapely.box(70, 42, 72, 44))
    assert found.properties == {"msk": 8, "names": {"kk": "Аймақ"}}
    assert found.valid_from == datetime(2020, 1, 1, tzinfo=UTC)


def test_a_single_feature_is_read_as_a_collection_of_one() -> None:
    (found,) = read_text(json.dumps(feature(shape("Point", [70, 42]), id=7)))
    assert found.id == "7"


def test_a_file_must_be_told_what_its_features_are() -> None:
    with pytest.raises(BadParameterError, match="the option collection is needed"):
        list(GEOJSON.records(io.BytesIO(b"{}")))


def test_an_id_is_the_member_or_a_property_or_a_hash_of_the_content() -> None:
    point = shape("Point", [70, 42])
    by_member, by_property, by_hash, other = read(
        feature(point, {"id": "p"}, id="m"), feature(point, {"id": "p"}),
        feature(point, {"n": 1}), feature(point, {"n": 2}),
    )  # fmt: skip
    assert (by_member.id, by_property.id) == ("m", "p")
    assert len(by_hash.id) == 16
    assert by_hash.id != other.id
    (again,) = read(feature(point, {"n": 1}))
    assert again.id == by_hash.id
    (named,) = read(feature(point, {"gid": 12}), id_property="gid")
    assert named.id == "12"


def test_an_id_used_twice_names_where_it_was_used_first() -> None:
    point = shape("Point", [70, 42])
    first, second, same = read(
        feature(point, id="a"), feature(shape("Point", [71, 42]), id="a"), feature(point, id="a")
    )
    assert isinstance(first, Feature)
    assert second.code == same.code == "duplicate_id"
    assert "used by number 1" in same.reason


@pytest.mark.parametrize(
    ("geometry", "code", "words"),
    [
        (None, "empty_geometry", "no geometry"),
        (shape("Polygon", []), "empty_geometry", "no coordinates"),
        ({"type": "Point"}, "empty_geometry", "no coordinates"),
        ("POINT(1 2)", "geometry", "known are Point"),
        (shape("Circle", [1, 2]), "geometry", '"Circle" is not read'),
        ({"type": "GeometryCollection", "geometries": []}, "geometry", "is not read"),
        ({"type": "FeatureCollection", "features": []}, "geometry", "is not read"),
        (shape("Point", [70]), "geometry", "no position"),
        (shape("Point", [70, "42"]), "geometry", "no position"),
        (shape("Point", [70, True]), "geometry", "no position"),
        (shape("Point", {"lon": 70}), "geometry", "no position"),
        (shape("LineString", [70, 42]), "geometry", "70 is no position"),
        (shape("LineString", [[70, 42]]), "geometry", "one position"),
        (shape("MultiLineString", [[70, 42], [71, 43]]), "geometry", "70 is no position"),
        (shape("Polygon", [[70, 42], [71, 43]]), "geometry", "70 is no position"),
        (shape("Polygon", SQUARE[0]), "geometry", "70 is no position"),
        (shape("Polygon", [SQUARE[0][:3]]), "geometry", "at least 4"),
        (shape("Polygon", [SQUARE[0][:4]]), "geometry", "the last the same as the first"),
        (shape("MultiPolygon", [[[]]]), "geometry", "empty"),
        (shape("MultiPolygon", SQUARE), "geometry", "70 is no position"),
        (shape("Point", [70, 142]), "position", "no position on Earth"),
        (shape("Point", [43, 176]), "position", "are longitude and latitude swapped?"),
        (shape("Point", [10**400, 42]), "position", "no position on Earth"),
        (shape("Point", [43, 76]), "swapped", "inside with the two swapped"),
        (
            shape("Polygon", [[[73, 42], [75, 44], [75, 42], [73, 44], [73, 42]]]),
            "crosses_itself",
            "the Polygon crosses itself near longitude 74, latitude 43",
        ),
        (
            shape("Polygon", [*SQUARE, [[80, 42], [81, 42], [81, 43], [80, 42]]]),
            "crosses_itself",
            "is not valid (hole lies outside shell) near longitude 80",
        ),
        (shape("Polygon", [[[70, 42]] * 5]), "crosses_itself", "the Polygon is not valid"),
    ],
)
def test_a_wrong_geometry_is_rejected_with_reason_and_place(
    geometry: Any, code: str, words: str
) -> None:
    found = refused(feature(geometry), bounds="46,34,88,57")
    assert found.code == code
    assert words in found.reason


def test_one_bad_feature_leaves_the_others() -> None:
    good = feature(shape("Point", [70, 42]), {"n": 1})
    found = read(good, 5, feature(None), {"type": "Point"}, [], feature(shape("Point", [71, 42])))
    assert [type(r) for r in found] == [Feature, *[RejectedRecord] * 4, Feature]
    assert [r.line for r in found] == [1, 2, 3, 4, 5, 6]


def test_a_line_may_cross_itself_and_some_positions_may_have_a_height() -> None:
    (found,) = read(feature(shape("LineString", [[70, 42, 900], [72, 44], [72, 42], [70, 44]])))
    assert isinstance(found, Feature)
    assert not found.geometry.has_z


@pytest.mark.parametrize(
    ("properties", "code", "words"),
    [
        ([1], "properties", "no JSON object"),
        ({"msk": float("nan")}, "number", "NaN or infinite"),
        ({"deep": {"msk": float("inf")}}, "number", "NaN or infinite"),
        ({"magnitude": 10**400}, "number", "64 bits"),
        ({"deep": [{"n": -(2**63) - 1}]}, "number", "64 bits"),
        ({"text": "\ud800"}, "characters", "half of a character pair"),
        ({"text": "x" * 100_001}, "size", "longer than"),
        ({"id": ["a"]}, "id", "no word"),
        ({"id": "x" * 201}, "id", "no word"),
        ({"id": ""}, "id", "no word"),
        ({"valid_from": "1911"}, "time", "valid_from"),
        ({"valid_to": 1911}, "time", "valid_to is no text"),
        ({"valid_from": "2020-01-01T00:00:00Z", "valid_to": "2019-01-01T00:00:00Z"}, "interval",
         "not later"),
    ],
)  # fmt: skip
def test_wrong_properties_reject_the_feature(properties: Any, code: str, words: str) -> None:
    found = refused(feature(shape("Point", [70, 42]), properties))
    assert found.code == code
    assert words in found.reason


def test_a_whole_number_of_64_bits_and_a_text_of_many_digits_are_kept() -> None:
    properties = {"n": 2**63 - 1, "least": [-(2**63)], "code": "9" * 30, "x": 1e300}
    (found,) = read(feature(shape("Point", [70, 42]), properties))
    assert isinstance(found, Feature)
    assert found.properties == properties


def test_stations_are_points_with_a_code() -> None:
    facts = {"code": "KZ1", "name_en": "Almaty", "name_ru": "Алматы", "country": "KZ"}
    swapped = refused(feature(shape("Point", [43.25, 76.95]), facts), collection="stations")
    assert swapped.code == "swapped"
    station, line, nameless = read(
        feature(shape("Point", [76.95, 43.25, 847]), facts),
        feature(shape("LineString", [[70, 42], [71, 42]]), {"code": "KZ2"}),
        feature(shape("Point", [76.95, 43.25])),
        collection="stations",
        network="kz",
    )
    assert station == Station(
        "KZ1", "kz", 76.95, 43.25, {"ru": "Алматы", "en": "Almaty"}, 847.0, "KZ"
    )
    assert (line.code, nameless.code) == ("geometry", "station")


@pytest.mark.parametrize(
    ("crs", "taken"),
    [
        (None, True),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("EPSG:4326", True),
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("urn:ogc:def:crs:EPSG::3857", False),
        ("EPSG:14326", False),
        ("", False),
    ],
)
def test_only_longitude_and_latitude_on_wgs_84_are_read(crs: str | None, taken: bool) -> None:
    member = None if crs is None else {"type": "name", "properties": {"name": crs}}
    text = json.dumps(
        {"type": "FeatureCollection", "crs": member, "features": [feature(shape("Point", [1, 2]))]}
    )
    if taken:
        assert len(read_text(text)) == 1
    else:
        with pytest.raises(BadFileError, match="convert it first"):
            read_text(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("null", "its type is missing"),
        ('{"type": "Topology"}', 'its type is "Topology"'),
        ('{"type": "FeatureCollection"}', 'its type is "FeatureCollection"'),
        ('{"type": "Point", "coordinates": [1, 2]}', 'its type is "Point"'),
        ('{"type": "FeatureCollection", "features": [', "the file is cut"),
        ("{'type': 1}", "no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("1" * 5_000, "too many digits"),
        ('{"type": "Feature", "id": "Ауыл"}'.encode("cp1251"), "not UTF-8"),
    ],
)
def test_what_is_no_geojson_is_refused_with_a_sentence(text: str | bytes, words: str) -> None:
    with pytest.raises(BadFileError, match=words):
        read_text(text)


def test_a_bomb_is_seen_before_it_is_parsed() -> None:
    with pytest.raises(TooLargeError, match="lists and objects"):
        read_text(b"[" + b"[]," * 2_000_000 + b"[]]")
    with pytest.raises(TooLargeError, match="commas"):
        read_text(b"[" + b"1," * 4_000_001 + b"1]")


def test_limits_on_features_and_vertices_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    line = [[70 + i % 2, 42] for i in range(MAX_VERTICES + 1)]
    assert refused(feature(shape("LineString", line))).code == "size"
    monkeypatch.setattr(documents, "MAX_FEATURES", 1)
    with pytest.raises(TooLargeError, match="2 features"):
        read(feature(None), feature(None))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-10**9, 10**9) | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip
lon, lat = st.floats(-180, 180), st.floats(-90, 90)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(lon, lat, st.dictionaries(st.sampled_from("abc"), json_values, max_size=3)),
        max_size=4,
    )
)
def test_what_is_written_reads_back_the_same(rows: list[tuple[float, float, Any]]) -> None:
    moment = datetime(1911, 1, 3, 23, 25, tzinfo=UTC)
    batch = [
        Feature(f"f{i}", "zones", shapely.Point(x, y), facts, time=moment, line=i)
        for i, (x, y, facts) in enumerate(rows, start=1)
    ]
    stream = io.BytesIO()
    assert GEOJSON.write is not None
    assert GEOJSON.write(batch, stream) == len(batch)
    assert read_text(stream.getvalue()) == batch


def test_stations_written_read_back_the_same() -> None:
    batch = [
        Station(
            "KZ1",
            "kz",
            76.95,
            43.25,
            {"en": "Almaty"},
            847.0,
            "KZ",
            datetime(2020, 1, 1, tzinfo=UTC),
        ),
        Station("UZ1", "uz", 69.28, 41.31),
    ]
    stream = io.BytesIO()
    assert GEOJSON.write is not None
    GEOJSON.write(batch, stream)
    assert read_text(stream.getvalue(), collection="stations") == batch


def usgs(geometry: Any = None, properties: Any = None, key: Any = "us1") -> Any:
    facts = {
        "mag": 5.5,
        "time": 0,
        "magType": "mw",
        "place": "here",
        "net": "us",
        "type": "earthquake",
    }
    item = feature(
        geometry or shape("Point", [70, 41, 12.5]), {**facts, **(properties or {})}, id=key
    )
    text = json.dumps({"type": "FeatureCollection", "features": [item]})
    (found,) = USGS.records(io.BytesIO(text.encode()), {"bounds": "46,34,88,57"})
    return found


def test_an_event_of_the_feed_has_the_properties_of_every_earthquake() -> None:
    # 21,548 days before 1970 and 84,345.5 s into that day.
    found = usgs(properties={"time": -1_861_662_854_500})
    assert found.time == datetime(1911, 1, 3, 23, 25, 45, 500_000, tzinfo=UTC)
    assert found.properties == {
        "magnitude": 5.5, "magnitude_type": "mw", "depth_km": 12.5, "place": "here",
        "time_precision": "time", "source": "us",
    }  # fmt: skip
    assert (found.id, found.collection) == ("us1", "earthquakes")
    assert not found.geometry.has_z


def test_a_blast_says_that_it_is_one_and_null_stays_unknown() -> None:
    found = usgs(shape("Point", [70, 41, None]), {"type": "quarry blast", "mag": None})
    assert found.properties["event_type"] == "quarry blast"
    assert found.properties["magnitude"] is None
    assert found.properties["depth_km"] is None


@pytest.mark.parametrize(
    ("geometry", "properties", "key", "code"),
    [
        (None, {"status": "deleted"}, "us1", "withdrawn"),
        (None, None, None, "id"),
        (None, None, 5, "id"),
        (shape("Point", [None, 41, 5]), None, "us1", "empty_geometry"),
        (shape("Point", []), None, "us1", "empty_geometry"),
        (shape("Point", ["70", 41, 5]), None, "us1", "position"),
        (shape("Point", [41, 170, 5]), None, "us1", "position"),
        (shape("Point", [41, 70, 5]), None, "us1", "swapped"),
        (shape("Point", [70, 41, 1200]), None, "us1", "depth"),
        (shape("Point", [70, 41, 5000.5]), None, "us1", "depth"),
        (None, {"mag": 55}, "us1", "magnitude"),
        (None, {"mag": "5.5"}, "us1", "magnitude"),
        (None, {"mag": float("nan")}, "us1", "number"),
        (None, {"time": None}, "us1", "time"),
        (None, {"time": "2026-01-01T00:00:00Z"}, "us1", "time"),
        (None, {"time": 10**18}, "us1", "time"),
    ],
)
def test_a_wrong_event_is_rejected_with_a_reason(
    geometry: Any, properties: Any, key: Any, code: str
) -> None:
    found = usgs(geometry, properties, key)
    assert isinstance(found, RejectedRecord)
    assert found.code == code


def test_other_features_are_no_earthquake_feed() -> None:
    text = json.dumps({"type": "FeatureCollection", "features": [feature(shape("Point", [1, 2]))]})
    with pytest.raises(BadFileError, match="read as geojson"):
        list(USGS.records(io.BytesIO(text.encode())))
    empty = b'{"type": "FeatureCollection", "features": []}'
    assert list(USGS.records(io.BytesIO(empty))) == []
