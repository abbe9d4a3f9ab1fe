"""Tables as filters see them: rows by id, boxes, periods."""

import gc
import weakref
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadParameterError
from layers.filtering import Period, period, rows_of, touching, within
from layers.kinds.collection import project
from layers.model import Features

POSITIONS = st.tuples(
    st.floats(-179, 179).map(lambda v: round(v, 6)), st.floats(-84, 84).map(lambda v: round(v, 6))
)


def points(places: list[tuple[float, float]], **columns: list[object]) -> Features:
    geometry = np.asarray(shapely.points(np.array(places)), object)
    return Features(project(geometry), [f"{i:03}" for i in range(len(places))], columns)


def ids(features: Features, mask: np.ndarray) -> set[str]:
    return {rows_of(features).table.ids[i] for i in np.flatnonzero(mask).tolist()}


def test_rows_are_found_by_their_ids() -> None:
    features = points([(i, i) for i in range(50)])
    rows = rows_of(features)
    assert [rows.table.ids[i] for i in rows.by_id.tolist()] == [f"{i:03}" for i in range(50)]
    for name in features.ids:
        assert rows.table.ids[rows.row_of(name)] == name
    assert rows.row_of("") is rows.row_of("0005") is rows.row_of("zz") is None
    assert rows.after("009") == 10


def test_the_same_features_are_the_same_rows_and_nothing_outlives_them() -> None:
    features = points([(0, 0)])
    rows = rows_of(features)
    assert rows_of(features) is rows
    gone = weakref.ref(rows.table)
    del features, rows
    gc.collect()
    assert gone() is None


@given(place=POSITIONS)
def test_what_goes_out_touches_the_box_of_itself(place: tuple[float, float]) -> None:
    features = points([place, (0.0, 0.0)])
    rows = rows_of(features)
    lon, lat = rows.lonlat[rows.table.ids[:].index("000")]
    assert (lon, lat) == place
    assert "000" in ids(features, touching(rows, [(lon, lat, lon, lat)]))


@given(place=POSITIONS, crs=st.sampled_from(["EPSG:3857", "EPSG:4326"]))
def test_a_box_of_another_system_holds_what_lies_in_it(
    place: tuple[float, float], crs: str
) -> None:
    from layers.geo import mercator

    features = points([place])
    x, y = place if crs == "EPSG:4326" else map(float, mercator(*place))
    step = 1e-3 if crs == "EPSG:4326" else 50.0
    here = (x - step, y - step, x + step, y + step)
    beside = (x + step, y - step, x + 3 * step, y + step)
    assert touching(rows_of(features), [here], crs).all()
    assert not touching(rows_of(features), [beside], crs).any()


def test_the_straight_side_of_a_box_is_straight_in_its_own_system() -> None:
    # On the parallel of 60 N a line of UTM 42N (central meridian 69 E) bends away from it.
    features = points([(69.0, 60.0), (65.0, 60.0)])
    x = np.array([276_900.0, 500_000.0])
    inside = touching(
        rows_of(features), [(x[0] - 5e3, 6_640_000, x[1] + 1, 6_652_000)], "EPSG:32642"
    )
    assert ids(features, inside) == {"000"}


def test_a_shape_whose_box_alone_touches_does_not() -> None:
    corner = shapely.LineString([(0, 0), (10, 0), (10, 10)])
    features = Features(project(np.array([corner], object)), ["L"], {})
    rows = rows_of(features)
    assert not touching(rows, [(1, 5, 2, 6)]).any()
    assert touching(rows, [(1, -1, 2, 6)]).all()
    assert touching(rows, [(1, 5, 2, 6), (9.5, 5, 11, 6)]).all()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-20T09:00:00Z", {"000"}),
        ("2026-11-20T14:00:00+05:00", {"000"}),
        ("2026-11-20T09:00:00Z/2026-11-20T10:00:00Z", {"000", "001"}),
        ("../2026-11-20T09:30:00Z", {"000", "003"}),
        ("2026-11-20T09:30:00Z/..", {"001"}),
        ("/2026-11-20T09:30:00Z", {"000", "003"}),
        ("../..", {"000", "001", "003"}),
        ("2030-01-01T00:00:00Z", set()),
    ],
)
def test_a_period_holds_both_its_ends(text: str, found: set[str]) -> None:
    times = ["2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z", None, "1889-07-11T22:14:00Z"]
    features = points([(0, 0)] * 4, time=times)
    assert ids(features, within(rows_of(features), period(text))) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-11-20",
        "2026-11-20T09:00:00",
        "a/b/c",
        "2026-11-20T09:00:00Z/2025-01-01T00:00:00Z",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadParameterError, match="datetime"):
        period(text)


def test_a_period_is_written_as_it_is_read() -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    for each in (Period(at, at), Period(None, at), Period(at, None), Period(None, None)):
        assert period(each.word) == each
