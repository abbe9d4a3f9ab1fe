import itertools
import math

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadExtentError, BadParameterError
from layers.geo import HALF_WORLD_M, Bounds, Window, mercator
from layers.views import TOLERANCE_PX, View, listed, projection

UTM = ("EPSG:32642", 0.0, 4.1e6, 1.2e6, 5.3e6)
PULKOVO = ("EPSG:28412", 12.3e6, 4.5e6, 12.6e6, 4.8e6)
WIDE = ("EPSG:32642", -1e6, 3.1e6, 2.2e6, 7.3e6)


def centres(view):
    """Exact pixel centres in metres of EPSG:3857, by the library's own transformer."""
    across, down = view.size
    x, y = np.meshgrid(
        view.west + (np.arange(view.width) + 0.5) * across,
        view.north - (np.arange(view.height) + 0.5) * down,
    )
    authority = "OGC:CRS84" if view.crs == "CRS:84" else view.crs
    ways = pyproj.Transformer.from_crs(authority, "EPSG:3857", always_xy=True)
    return ways.transform(x, y)


@pytest.mark.parametrize(
    "place", [UTM, PULKOVO, WIDE, ("EPSG:4326", 60, 35, 80, 50), ("CRS:84", 60, 35, 80, 50)]
)
@pytest.mark.parametrize("size", [(256, 256), (301, 97), (1, 1), (2, 1024)])
def test_pixel_centres_lie_where_the_library_puts_them(place, size):
    view = View(*place, *size)
    rows, cols = view.positions(view.pixel_m, 3, 5)
    x_m, y_m = centres(view)
    off = np.hypot(
        rows - ((HALF_WORLD_M - y_m) / view.pixel_m - 3),
        cols - ((x_m + HALF_WORLD_M) / view.pixel_m - 5),
    )
    # Counted from the corner of the world, float32 holds a 256th of a pixel.
    assert off.max() <= (1e-6 if view.projection.independent else TOLERANCE_PX / 2)


def test_of_a_view_far_beyond_its_system_what_has_no_place_has_none_and_the_rest_holds():
    view = View("EPSG:32642", -2e7, -2e7, 2e7, 2e7, 512, 512)
    rows, cols = view.positions(view.pixel_m, 0, 0)
    lost = np.isnan(rows) | np.isnan(cols)
    assert 0.05 < lost.mean() < 0.5
    x_m, y_m = centres(view)
    off = np.hypot(
        rows - (HALF_WORLD_M - y_m) / view.pixel_m, cols - (x_m + HALF_WORLD_M) / view.pixel_m
    )
    assert off[~lost].max() <= TOLERANCE_PX


FAR = ("EPSG:32642", -2e7, -2e7, 2e7, 2e7)


@pytest.mark.parametrize("place", [UTM, PULKOVO, WIDE, FAR])
@pytest.mark.parametrize("size", [(256, 256), (301, 97), (1, 1), (2, 1024)])
@pytest.mark.parametrize("within", [0.0, 0.3])
def test_a_mesh_picks_the_cell_in_which_a_pixel_lies(place, size, within):
    view = View(*place, *size)
    size_m = 1.7 * view.pixel_m
    rows, cols = view.positions(size_m, 0, 0)
    known = np.isfinite(rows + cols)
    if not known.any():
        assert not view.mesh(size_m, 0, 0).picked(np.ones((9, 9), np.uint8), 0, 0).any()
        return
    # A grid that is all of the picture, or ends within it: one that has no more than it shows.
    top, left = (math.floor(np.quantile(p[known], within)) for p in (rows, cols))
    height, width = (
        math.floor(np.quantile(p[known], 1 - within)) - first + 1
        for p, first in ((rows, top), (cols, left))
    )
    moved = view.mesh(size_m, top, left)
    box = moved.box(height, width)
    assert box is not None
    down, across = box
    cells = np.random.default_rng(4).integers(1, 250, (height, width), np.uint8)
    found = moved.picked(cells[down, across], down.start, across.start)
    r, c = np.floor(rows - top), np.floor(cols - left)
    here = known & (r >= 0) & (r < height) & (c >= 0) & (c < width)
    expected = np.zeros(here.shape, np.uint8)
    expected[here] = cells[r[here].astype(int), c[here].astype(int)]
    # float32 and whole numbers round apart within a 250th of a cell of its border.
    clear = ~known | ((np.abs(rows - np.rint(rows)) > 4e-3) & (np.abs(cols - np.rint(cols)) > 4e-3))
    assert clear.mean() > 0.9
    np.testing.assert_array_equal(found[clear], expected[clear])
    assert view.mesh(size_m, 1 << 24, 0).box(height, width) is None


@pytest.mark.parametrize("place", [UTM, WIDE, ("EPSG:4326", 60, 35, 80, 50)])
@pytest.mark.parametrize("size", [(4096, 700), (700, 1100), (100, 50)])
def test_parts_are_the_picture_piece_by_piece(place, size):
    view = View(*place, *size)
    whole = [np.broadcast_to(w, size[::-1]) for w in view.positions(view.pixel_m, 0, 0)]
    found = np.zeros((2, *size[::-1]))
    times = np.zeros(size[::-1], int)
    for row, col, part in view.parts():
        assert part.pixel_m == view.pixel_m
        here = slice(row, row + part.height), slice(col, col + part.width)
        for axis, position in enumerate(part.positions(view.pixel_m, 0, 0)):
            found[axis][here] = position
        times[here] += 1
    assert (times == 1).all()
    assert np.abs(found - whole).max() <= (1e-6 if view.projection.independent else 1 / 256)


@given(
    zoom=st.integers(0, 18),
    share=st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True)),
)
def test_the_pixels_of_a_tiles_box_are_the_tiles(zoom, share):
    col, row = (int(s * 2**zoom) for s in share)
    window = Window(zoom, col, row)
    view = View("EPSG:3857", *window.bounds_m, 256, 256)
    rows, cols = view.positions(view.pixel_m, row * 256, col * 256)
    np.testing.assert_array_equal(np.floor(rows[:, 0]), np.arange(256))
    np.testing.assert_array_equal(np.floor(cols[0]), np.arange(256))


def test_the_box_holds_the_picture_and_its_curved_edges():
    view = View(*WIDE, 100, 100)
    west, south, east, north = view.box_m(10)
    x_m, y_m = centres(view)
    assert west <= x_m.min()
    assert x_m.max() <= east
    assert south <= y_m.min()
    assert y_m.max() <= north
    # A picture of the whole Earth in degrees has the whole square.
    whole = View("CRS:84", -180, -90, 180, 90, 10, 10).box_m()
    assert whole == pytest.approx(
        (-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M), rel=2e-3
    )
    nowhere = View("EPSG:32642", 9e7, 9e7, 9.1e7, 9.1e7, 10, 10)
    assert nowhere.box_m()[0] > HALF_WORLD_M


def test_a_pole_has_no_place_in_the_square_of_the_tiles():
    rows, cols = View("EPSG:4326", 60, 84, 70, 90, 4, 6).positions(1.0, 0, 0)
    assert np.isnan(rows).ravel().tolist() == [True] * 4 + [True, False]
    assert np.isfinite(cols).all()


@pytest.mark.parametrize(
    "wrong",
    [
        (10, 0, 10, 1, 5, 5),
        (0, 1, 1, 0, 5, 5),
        (math.nan, 0, 1, 1, 5, 5),
        (0, 0, math.inf, 1, 5, 5),
        (-2e9, 0, 1, 1, 5, 5),
        (5e6, 5e6, 5e6 + 1e-8, 5e6 + 1, 5, 5),
        (0, 0, 1, 1, 0, 5),
        (0, 0, 1, 1, 5, 4097),
    ],
)
def test_a_box_that_is_none_is_refused(wrong):
    with pytest.raises(BadExtentError):
        View("EPSG:3857", *wrong)


def test_axis_order_is_the_registrys():
    first = {name: projection(name).northing_first for name in listed("EPSG:4326 CRS:84 EPSG:3857")}
    assert first == {"EPSG:4326": True, "CRS:84": False, "EPSG:3857": False}
    assert not projection("EPSG:32642").northing_first
    assert projection("EPSG:28412").northing_first


def test_a_list_names_systems_and_ranges_once_in_its_order():
    assert listed("EPSG:32639-32641 CRS:84 EPSG:32640") == (
        "EPSG:32639",
        "EPSG:32640",
        "EPSG:32641",
        "CRS:84",
    )


@pytest.mark.parametrize(
    "text",
    ["EPSG", "epsg:4326", "EPSG:4327-4326", "EPSG:99999", "EPSG:10000-20000", "EPSG:5714"],
)
def test_a_list_with_a_word_that_is_no_system_is_refused(text):
    with pytest.raises(BadParameterError):
        listed(text)


def test_the_box_of_degrees_holds_its_curved_edges():
    bounds = Bounds(60, 38, 80, 50)
    west, south, east, north = projection("EPSG:32642").box(bounds)
    to = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32642", always_xy=True)
    for lon, lat in itertools.product((60, 70, 80), (38, 44, 50)):
        x, y = to.transform(lon, lat)
        assert west - 1 <= x <= east + 1
        assert south - 1 <= y <= north + 1
    assert projection("CRS:84").box(bounds) == (60, 38, 80, 50)
    x, y = mercator(60.0, 38.0)
    assert projection("EPSG:3857").box(bounds)[:2] == pytest.approx((float(x), float(y)))
