"""Names beside features: in four languages, none over another, none cut between tiles."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.geo import HALF_WORLD_M, Window
from layers.model import Features, StyleDefinition
from layers.render import draw, names
from layers.render.canvas import Frame

ZOOM, COL, ROW = 5, 21, 11
FRAME = Frame(ZOOM, COL * 256, ROW * 256, 512, 256)
POINT = StyleDefinition("default", symbol="point", label="name")
FAULT = StyleDefinition("default", symbol="fault", label="name")
ZONE = StyleDefinition("default", symbol="zone", label="name")
LANGUAGES = {
    "kk": "Талас–Ферғана жарылымы",
    "uz": "Talas–Fargʻona yorigʻi",
    "ru": "Таласо-Ферганский разлом",
    "en": "Talas–Fergana fault",
}


def at(x_px, y_px):
    """Metres of a pixel of the two tiles."""
    step = FRAME.pixel_m
    return (
        (FRAME.west_px + x_px) * step - HALF_WORLD_M,
        HALF_WORLD_M - (FRAME.north_px + y_px) * step,
    )


def features(geometries, **properties):
    column = np.empty(len(geometries), object)
    column[:] = geometries
    return Features(column, [f"f{i:03}" for i in range(len(geometries))], properties)


def points(*pixels, **properties):
    return features([shapely.Point(at(*each)) for each in pixels], **properties)


def written(found, style=POINT, language="en", frame=FRAME):
    """Where names are, as the difference to the picture without them."""
    named = draw.painted(found, style, frame, language=language).astype(int)
    plain = draw.painted(found, style, frame).astype(int)
    return (named != plain).any(axis=2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_has_its_name_in_the_language_that_is_asked_for(language):
    line = features(
        [shapely.LineString([at(20, 128), at(480, 120)])],
        **{f"name_{each}": [words] for each, words in LANGUAGES.items()},
    )
    alone = features(line.geometry, name=[LANGUAGES[language]])
    seen = written(line, FAULT, language)
    assert seen[100:150, 180:330].any()
    assert not seen[:, :120].any()
    np.testing.assert_array_equal(seen, written(alone, FAULT, language))


def test_what_has_no_name_in_a_language_has_the_english_one():
    both = points((100, 100), name_en=["Aral"], name_uz=[""])
    np.testing.assert_array_equal(written(both, language="uz"), written(both, language="en"))
    assert not written(points((100, 100), name_en=[None], name_uz=[""]), language="uz").any()


def test_without_a_language_or_a_label_nothing_is_written():
    one = points((100, 100), name=["Aral"])
    plain = StyleDefinition("default", symbol="point")
    np.testing.assert_array_equal(
        draw.painted(one, POINT, FRAME), draw.painted(one, plain, FRAME, language="en")
    )


PLACES = st.lists(st.tuples(st.integers(-150, 660), st.integers(-60, 320)), min_size=1, max_size=30)


@settings(max_examples=40)
@given(PLACES)
def test_two_tiles_show_the_names_of_one_picture(places):
    found = points(*places, name=[f"Place {i}" for i in range(len(places))])
    whole = draw.painted(found, POINT, FRAME, language="en")
    tiles = [draw.picture(found, POINT, Window(ZOOM, COL + i, ROW), language="en") for i in (0, 1)]
    np.testing.assert_array_equal(np.hstack(tiles), whole)


@settings(max_examples=40)
@given(PLACES)
def test_a_tile_needs_no_feature_beyond_its_reach(places):
    named = points(*places, name=[f"Place {i}" for i in range(len(places))])
    reach = draw.reach_px(POINT)
    inside = [-reach <= x <= 256 + reach and -reach <= y <= 256 + reach for x, y in places]
    near = np.flatnonzero(inside).tolist()
    some = Features(
        named.geometry[near],
        [named.ids[i] for i in near],
        {"name": [named.properties["name"][i] for i in near]},
    )
    window = Window(ZOOM, COL, ROW)
    np.testing.assert_array_equal(
        draw.picture(some, POINT, window, language="en"),
        draw.picture(named, POINT, window, language="en"),
    )


def test_of_two_names_in_one_place_the_greater_one_stands():
    both = points((100, 100), (104, 100), name=["Small", "Great"], value=[1.0, 2.0])
    alone = points((104, 100), name=["Great"], value=[2.0])
    # The other's symbol stands beside, and its name nowhere.
    assert not written(both)[: 100 + 5, :].any()
    far = points((100, 100), (300, 100), name=["Small", "Great"], value=[1.0, 2.0])
    assert written(far)[:, :200].any()
    assert written(alone)[:, :200].any()


def test_a_name_lies_on_no_other_symbol():
    below = 100 + names.POINT_PX + names.GAP_PX + names.TEXT_PX / 2
    assert written(points((100, 100), name=["Aral"])).any()
    assert not written(points((100, 100), (100, int(below)), name=["Aral", ""])).any()


def test_a_line_or_an_area_too_short_for_its_name_has_none():
    short = features([shapely.LineString([at(100, 100), at(120, 100)])], name=["Long name"])
    small = features([shapely.box(*at(100, 110), *at(120, 100))], name=["Long name"])
    large = features([shapely.box(*at(100, 200), *at(300, 100))], name=["Long name"])
    assert not written(short, FAULT).any()
    assert not written(small, ZONE).any()
    assert written(large, ZONE)[140:160, 150:250].any()


def test_of_a_crowd_few_names_are_measured():
    lattice = np.stack(np.meshgrid(np.arange(-300, 812, 7.0), np.arange(-300, 556, 7.0)), -1)
    pixels = lattice.reshape(-1, 2)
    crowd = points(*pixels.tolist(), name=["Name"] * len(pixels))
    measured = []
    before = names.Canvas.text_size_px

    def counted(self, words, size_px):
        measured.append(words)
        return before(self, words, size_px)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names.Canvas, "text_size_px", counted)
        assert not written(crowd).any()
    assert len(pixels) > 15_000
    assert len(measured) < 500
