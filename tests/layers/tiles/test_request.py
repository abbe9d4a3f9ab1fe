from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadParameterError, UnsupportedFormatError
from layers.geo import Window
from layers.model import LayerDefinition, Palette, StyleDefinition
from layers.tiles import TileOptions, TileRequest, data_part, full_version, style_token

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
LAYER = LayerDefinition("dose-rate", "surface", "Dose")


def request(**changes):
    facts = {
        "layer": "dose-rate",
        "style": "mean",
        "version": "a1b2-c3d4",
        "time": NINE,
        "window": Window(5, 21, 11),
    }
    return TileRequest(**(facts | changes))


def test_the_path_is_the_address_of_the_tile():
    assert request().path == "dose-rate/mean/a1b2-c3d4/2026-11-23T09:00:00Z/5/21/11.png"
    assert request(time=None, window=Window(5, 21, 11, 512), format="webp").path == (
        "dose-rate/mean/a1b2-c3d4/static/5/21/11@2x.webp"
    )


OPTIONS = [
    TileOptions(),
    TileOptions(threshold=150.0),
    TileOptions(threshold=151.0),
    TileOptions(quantile=150.0),
    TileOptions(breaks=(150.0,)),
    TileOptions(breaks=(150.0, 151.0)),
    TileOptions(smooth=True),
    TileOptions(fade=True),
    TileOptions(smooth=True, fade=True),
    TileOptions(threshold=150.0, smooth=True),
    TileOptions(min_magnitude=150.0),
    TileOptions(begin=NINE),
    TileOptions(end=NINE),
    TileOptions(begin=NINE, end=NINE + timedelta(seconds=0.5)),
    TileOptions(min_magnitude=0.0, end=NINE),
]


def test_each_choice_of_options_has_a_name_of_its_own():
    paths = {request(options=o).path for o in OPTIONS}
    assert len(paths) == len(OPTIONS)
    assert {request(options=TileOptions(threshold=150)).path} < paths


@pytest.mark.parametrize(
    "changes",
    [
        {"layer": ".."},
        {"layer": "a/b"},
        {"style": "../../etc"},
        {"style": ""},
        {"layer": "Dose"},
        {"version": "../../x-1"},
        {"version": "latest"},
        {"version": "a1b2"},
        {"version": "a1b2-c3d4/.."},
        {"version": "a1b2-c3d4\n"},
        {"layer": "dose-rate\x00"},
        {"window": Window(5, 21, 11, 1024)},
    ],
)
def test_words_that_are_no_ids_are_refused(changes):
    with pytest.raises(BadParameterError):
        request(**changes)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_text_leads_out_of_the_folder(layer, style, version):
    try:
        path = request(layer=layer, style=style, version=version).path
    except BadParameterError:
        return
    parts = path.split("/")
    assert len(parts) == 7
    assert not any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts)


def test_an_unknown_format_is_refused_with_the_nearest_one():
    with pytest.raises(UnsupportedFormatError, match='did you mean "webp"'):
        request(format="web")


def test_a_tile_without_a_version_has_no_name():
    with pytest.raises(BadParameterError, match="without a version"):
        _ = request(version=None).path


STYLE = StyleDefinition("mean", palette=Palette("p", ("#000000", "#FFFFFF")), breaks=(1.0,))


@pytest.mark.parametrize(
    "other",
    [
        StyleDefinition("mean", palette=Palette("p", ("#000001", "#FFFFFF")), breaks=(1.0,)),
        StyleDefinition("mean", palette=STYLE.palette, breaks=(2.0,)),
        StyleDefinition("mean", palette=STYLE.palette, breaks=(1.0,), threshold=3.0),
        StyleDefinition("mean", palette=STYLE.palette, breaks=(1.0,), symbol="zone"),
    ],
)
def test_what_changes_the_picture_changes_the_style_token(other):
    assert style_token(LAYER, other) != style_token(LAYER, STYLE)


def test_another_renderer_is_another_token_and_another_title_is_not():
    assert style_token(LAYER, STYLE, "2") != style_token(LAYER, STYLE, "1")
    titled = StyleDefinition("mean", "Mean", palette=STYLE.palette, breaks=(1.0,))
    assert style_token(LAYER, titled) == style_token(LAYER, STYLE)


@pytest.mark.parametrize(
    "other",
    [
        LayerDefinition("dose-rate", "surface", "Dose", support_limit=0.3),
        LayerDefinition("dose-rate", "surface", "Dose", options={"band": 2}),
    ],
)
def test_what_the_layer_draws_of_the_same_data_changes_the_token(other):
    assert style_token(other, STYLE) != style_token(LAYER, STYLE)


def test_a_version_is_made_of_two_parts_that_come_apart_again():
    version = full_version("a1b2c3", LAYER, STYLE)
    assert version == f"a1b2c3-{style_token(LAYER, STYLE)}"
    assert data_part(version) == "a1b2c3"
    assert request(version=version).version == version
