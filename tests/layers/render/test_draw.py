import itertools
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image, ImageFont

from layers.geo import Window, mercator
from layers.model import Features, Palette, StyleDefinition
from layers.render import canvas, draw
from layers.render.canvas import Frame

REPO = Path(__file__).parents[3]
GOLDEN = REPO / "tests" / "golden" / "draw"
WINDOW = Window(5, 21, 11)


def palette(name):
    path = REPO / "static" / "palettes" / f"{name}.json"
    return Palette(name, tuple(json.loads(path.read_text("utf-8"))["colours"]))


DOSE = StyleDefinition(
    "default",
    palette=palette("dose"),
    breaks=(50, 100, 150, 200, 300, 500, 1000, 10_000, 25_000, 100_000, 1_000_000),
    symbol="station",
)
DEPTH = StyleDefinition(
    "default",
    measure="depth_km",
    palette=palette("depth"),
    breaks=(15, 35, 70, 150),
    symbol="quake",
)
MSK = StyleDefinition(
    "default",
    measure="msk",
    palette=palette("msk"),
    breaks=(6.5, 7.5, 8.5, 9.5),
    labels=("6", "7", "8", "9", "10"),
    symbol="zone",
)
OUTLINE = StyleDefinition(
    "outline",
    measure="msk",
    palette=MSK.palette,
    breaks=MSK.breaks,
    labels=MSK.labels,
    symbol="zone-outline",
)
FAULT = StyleDefinition("default", measure="type", symbol="fault")


def columns(geometries, **properties):
    column = np.empty(len(geometries), object)
    column[:] = geometries
    return Features(column, [f"f{i}" for i in range(len(geometries))], properties)


def at(px, window=WINDOW):
    """Metres of a position in pixels of a window."""
    west, _, east, north = window.bounds_m
    pixel = (east - west) / 256
    return west + px[0] * pixel, north - px[1] * pixel


def shape(kind, pixels):
    return kind([at(px) for px in pixels])


def ellipse(x, y, wide, high):
    unit = shapely.get_coordinates(shapely.Point(0, 0).buffer(1, 32))
    return shape(shapely.Polygon, unit * (wide, high) + (x, y))


STATIONS = columns(
    [
        shapely.Point(at((x, y)))
        for x, y in ((20, 30), (70, 40), (256, 60), (150, 100), (300, 90), (254, 150), (40, 200))
    ],
    value=[40.0, 120.0, 420.0, 1500.0, None, 130.0, 250.0],
    label=["0.04", "0.12", "0.42", "1.50", "", "0.13", "0.25"],
    mark=["normal", "normal", "raised", "alarm", "missing", "late", "normal"],
)
QUAKES = columns(
    [shapely.Point(at(p)) for p in ((30, 40), (60, 40), (255, 120), (256, 122), (120, 200))],
    magnitude=[6.0, 7.0, 8.3, 6.4, None],
    depth_km=[10.0, 33.0, 100.0, 200.0, None],
)
ZONES = columns(
    [
        ellipse(250, 130, 200, 110) - ellipse(120, 130, 20, 20),
        ellipse(300, 130, 110, 70),
        ellipse(330, 130, 40, 30),
    ],
    msk=[7, 8, 9],
)
FAULTS = columns(
    [
        shape(shapely.LineString, [(-40, 20), (90, 60), (200, 40), (300, 120), (600, 130)]),
        shape(shapely.LineString, [(-40, 120), (90, 160), (200, 140), (300, 220), (600, 230)]),
    ],
    type=["reverse", "anticline"],
    fold=[False, True],
)
PLACES = columns(
    [
        ellipse(60, 60, 40, 30),
        shape(shapely.LineString, [(20, 200), (240, 120)]),
        shapely.Point(at((180, 60))),
    ],
    value=[1.0, 2.0, 3.0],
)
PLAIN = StyleDefinition("default")
CASES = {
    "stations": (STATIONS, DOSE),
    "quakes": (QUAKES, DEPTH),
    "zones": (ZONES, MSK),
    "zone-outlines": (ZONES, OUTLINE),
    "faults": (FAULTS, FAULT),
    "places": (PLACES, PLAIN),
    "sites": (PLACES, StyleDefinition("s", symbol="site")),
}


def difference(one, other):
    """The largest difference of a pixel's colours as they are laid on a map, 0 to 1."""
    laid = [
        np.dstack((a[:, :, :3] * (a[:, :, 3:] / 255.0), a[:, :, 3:])) / 255.0 for a in (one, other)
    ]
    return np.abs(laid[0] - laid[1]).max(axis=2)


@pytest.mark.parametrize("dense", [1, 2])
@pytest.mark.parametrize("name", CASES)
def test_two_tiles_side_by_side_equal_one_large_picture(name, dense):
    features, style = CASES[name]
    frame = Frame(5, 21 * 256, 11 * 256, 512, 256, dense)
    whole = draw.painted(features, style, frame)
    size_px = 256 * dense
    tiles = [draw.picture(features, style, Window(5, col, 11, size_px)) for col in (21, 22)]
    assert difference(np.hstack(tiles), whole).max() <= (0 if name != "faults" else 1 / 8)


def test_a_line_of_a_thousand_pixels_meets_its_other_half_within_a_quarter_of_a_pixel():
    long = columns([shape(shapely.LineString, [(-1500, -321), (1700, 533)])], type=["x"])
    whole = draw.painted(long, FAULT, Frame(5, 21 * 256, 11 * 256, 512, 256))
    tiles = [draw.picture(long, FAULT, Window(5, col, 11)) for col in (21, 22)]
    assert difference(np.hstack(tiles), whole).max() <= 1 / 4
    assert (whole[:, 255:257, 3] > 0).any()


@pytest.mark.parametrize("name", CASES)
def test_the_buffer_holds_all_that_reaches_into_a_tile(name):
    features, style = CASES[name]
    reach = draw.BUFFER_PX
    box = shapely.box(*at((-reach, 256 + reach)), *at((256 + reach, -reach)))
    near = np.flatnonzero(shapely.intersects(features.geometry, box))
    chosen = Features(
        features.geometry[near],
        [features.ids[i] for i in near],
        {name: [column[i] for i in near] for name, column in features.properties.items()},
    )
    np.testing.assert_array_equal(
        draw.picture(chosen, style, WINDOW), draw.picture(features, style, WINDOW)
    )


def colour_at(rgba, x, y):
    return "#{:02X}{:02X}{:02X}".format(*rgba[y, x, :3].tolist()), int(rgba[y, x, 3])


def test_a_station_shows_the_colour_of_its_class_inside_a_dark_ring_and_a_white_halo():
    here = columns([shapely.Point(at((128, 128)))], value=[120.0], mark=["normal"], label=[""])
    rgba = draw.picture(here, DOSE, WINDOW)
    assert colour_at(rgba, 128, 128) == (DOSE.palette.colours[2], 255)
    assert rgba[128, 128 + 11 : 128 + 14, 0].min() < 0x50
    assert colour_at(rgba, 128 + 14, 128) == ("#FFFFFF", 255)
    assert colour_at(rgba, 128 + 16, 128)[1] == 0


@pytest.mark.parametrize(
    ("mark", "corner", "tip"),
    [("normal", False, False), ("raised", True, False), ("alarm", False, True)],
)
def test_state_is_told_by_shape(mark, corner, tip):
    here = columns([shapely.Point(at((128, 128)))], value=[420.0], mark=[mark], label=[""])
    rgba = draw.picture(here, DOSE, WINDOW)
    assert (rgba[128 - 12, 128 - 12, 3] > 0) == corner
    assert (rgba[128 - 18, 128, 3] > 0) == tip


def test_a_missing_value_is_hollow_and_a_late_one_has_a_broken_ring():
    here = columns([shapely.Point(at((128, 128)))], value=[None], mark=["missing"], label=[""])
    assert colour_at(draw.picture(here, DOSE, WINDOW), 128, 128)[0] == "#FFFFFF"
    late = columns([shapely.Point(at((128, 128)))], value=[120.0], mark=["late"], label=[""])
    rgba = draw.picture(late, DOSE, WINDOW)
    around = np.linspace(0, 2 * np.pi, 720)
    ring = rgba[
        np.rint(127.5 + 12.2 * np.sin(around)).astype(int),
        np.rint(127.5 + 12.2 * np.cos(around)).astype(int),
    ]
    darkness = 255 - np.convolve(np.tile(ring[:, 0].astype(float), 3), np.ones(15) / 15, "same")
    dark = darkness[720:1440] > 100
    assert 0.4 < dark.mean() < 0.8
    assert np.count_nonzero(np.diff(dark.astype(int), append=dark[0]) == 1) == 8


def test_an_alarm_lies_above_its_neighbours_whatever_their_order():
    places = [shapely.Point(at((128, 128))), shapely.Point(at((130, 128)))]
    for order in ((0, 1), (1, 0)):
        both = columns(
            [places[i] for i in order],
            value=[(1500.0, 120.0)[i] for i in order],
            mark=[("alarm", "normal")[i] for i in order],
            label=["", ""],
        )
        centre = draw.picture(both, DOSE, WINDOW)[128, 128]
        assert tuple(centre[:3]) == (0xD6, 0x4D, 0x54)


def test_a_larger_magnitude_is_a_larger_circle():
    areas = []
    for magnitude in (5.0, 6.0, 7.0, 8.0):
        one = columns([shapely.Point(at((128, 128)))], magnitude=[magnitude], depth_km=[10.0])
        areas.append(np.count_nonzero(draw.picture(one, DEPTH, WINDOW)[:, :, 3]))
    assert all(b > 1.5 * a for a, b in itertools.pairwise(areas))


def test_holes_stay_open_and_higher_zones_lie_above_lower_ones():
    rgba = draw.picture(ZONES, MSK, Window(5, 21, 11))
    assert rgba[130, 120, 3] == 0
    assert colour_at(rgba, 90, 130)[0] == MSK.palette.colours[1]
    right = draw.picture(ZONES, MSK, Window(5, 22, 11))
    assert colour_at(right, 390 - 256, 130)[0] == MSK.palette.colours[2]
    assert colour_at(right, 355 - 256, 130)[0] == MSK.palette.colours[3]


def test_a_zone_without_a_class_is_not_filled():
    one = columns([ellipse(128, 128, 60, 60)], msk=[None])
    assert draw.picture(one, MSK, WINDOW)[128, 128, 3] == 0


def test_a_fold_is_dashed_and_a_fault_is_not():
    def ink_along(fold):
        level = shape(shapely.LineString, [(-500, 128), (700, 128)])
        line = columns([level], type=["x"], fold=[fold])
        return draw.picture(line, FAULT, WINDOW)[127:129, :, 3].max(axis=0) > 128

    assert ink_along(False).all()
    assert 0.4 < ink_along(True).mean() < 0.8


def test_dense_pixels_show_the_same_twice_as_fine():
    for features, style in CASES.values():
        once = draw.picture(features, style, WINDOW).astype(float)
        twice = draw.picture(features, style, Window(5, 21, 11, 512))
        halved = np.asarray(Image.fromarray(twice).reduce(2)).astype(float)
        assert np.abs(once[:, :, 3] - halved[:, :, 3]).mean() < 1.5


def test_threads_that_share_a_font_draw_the_same():
    alone = draw.picture(STATIONS, DOSE, WINDOW)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: draw.picture(STATIONS, DOSE, WINDOW), range(40)))
    assert all((one == alone).all() for one in found)


def test_text_is_written_in_the_font_that_is_handed_in():
    shown = draw.picture(STATIONS, DOSE, WINDOW, font=ImageFont.load_default(10).font_bytes)
    np.testing.assert_array_equal(shown, draw.picture(STATIONS, DOSE, WINDOW))
    with pytest.raises(OSError):  # noqa: PT011 - the words are FreeType's
        draw.picture(STATIONS, DOSE, WINDOW, font=b"no font")


def test_nothing_in_the_window_is_a_clear_picture():
    far = columns([shapely.Point(at((9000, 9000)))], value=[1.0])
    assert not draw.picture(far, DOSE, WINDOW).any()
    assert not draw.picture(columns([]), DOSE, WINDOW).any()


def test_a_geometry_far_larger_than_a_deep_tile_is_drawn():
    x, y = mercator(np.array([46.0, 88.0, 88.0, 46.0]), np.array([37.0, 37.0, 56.0, 56.0]))
    land = columns([shapely.Polygon(np.column_stack((x, y)))], msk=[8])
    rgba = draw.picture(land, MSK, Window(22, 3_000_000, 1_500_000))
    assert colour_at(rgba, 10, 10) == (MSK.palette.colours[2], 255)


@pytest.mark.parametrize("name", CASES)
def test_drawn_tiles_look_as_they_were_approved(name):
    features, style = CASES[name]
    rgba = draw.picture(features, style, Window(5, 21, 11, 512))
    if os.environ.get("KYZYLKUM_BLESS") == "1":
        Image.fromarray(rgba).save(GOLDEN / f"{name}.png")
    with Image.open(GOLDEN / f"{name}.png") as image:
        approved = np.asarray(image.convert("RGBA"))
    # Rasterisers of other releases may round an edge otherwise; they never move it.
    assert (difference(rgba, approved) > 0.2).mean() < 2e-3


def test_an_area_and_a_hole_smaller_than_a_dot_draw_nothing():
    tiny = columns([ellipse(60, 60, 0.01, 0.01)], msk=[7])
    pierced = columns([ellipse(60, 60, 40, 30) - ellipse(60, 60, 0.01, 0.01)], msk=[7])
    whole = columns([ellipse(60, 60, 40, 30)], msk=[7])
    assert draw.picture(tiny, MSK, WINDOW)[..., 3].astype(int).sum() < 4 * 255
    np.testing.assert_array_equal(
        draw.picture(pierced, MSK, WINDOW)[..., 3], draw.picture(whole, MSK, WINDOW)[..., 3]
    )


def test_a_picture_of_many_cells_is_that_of_one(monkeypatch):
    """Lines, areas with holes and words that cross cells, and what lies around them alone."""
    frame = Frame(5, 21 * 256 - 60, 11 * 256 - 40, 500, 330)
    for features, style in CASES.values():
        cells = draw.painted(features, style, frame)
        with monkeypatch.context() as patch:
            patch.setattr(canvas, "CELL_PX", (1024, 1024))
            one = draw.painted(features, style, frame)
        apart = difference(cells, one)
        assert cells[..., 3].any()
        assert apart.max() <= 1 / 12, "a dot of sixteen, where a half is rounded"
        assert (apart > 0).sum() <= 4


def test_nothing_drawn_is_a_clear_picture():
    assert not draw.painted(columns([]), PLAIN, Frame(5, 0, 0, 300, 200)).any()
