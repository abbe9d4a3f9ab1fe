import pytest

from layers.errors import BadParameterError
from layers.model import Palette, StyleDefinition
from layers.render import legend, ramp

GREYS = Palette("greys", tuple(f"#{i:02X}{i:02X}{i:02X}" for i in (0, 60, 120, 180, 240)))


def style(*breaks, **more):
    return StyleDefinition("s", palette=GREYS, breaks=breaks, **more)


def test_the_first_row_is_transparent_and_each_class_has_its_colour():
    table = ramp.colours(style(1.0, 2.0, 3.0, 4.0))
    assert table[0].tolist() == [0, 0, 0, 0]
    assert table[1:, 0].tolist() == [0, 60, 120, 180, 240]
    assert (table[1:, 3] == 255).all()


def test_fewer_classes_keep_both_ends_of_the_palette():
    assert ramp.words(style(1.0, 2.0)) == ("#000000", "#787878", "#F0F0F0")
    assert ramp.words(style(1.0)) == ("#000000", "#F0F0F0")


def test_more_classes_than_colours_are_refused():
    with pytest.raises(BadParameterError, match='"greys" has 5 colours'):
        ramp.words(style(), (1.0, 2.0, 3.0, 4.0, 5.0))


@pytest.mark.parametrize(
    ("fill", "expected"),
    [("#E6F1F1", "dark"), ("#F18F63", "dark"), ("#B8315D", "white"), ("#321040", "white")],
)
def test_text_is_written_in_the_ink_that_reads_better(fill, expected):
    assert ramp.ink(ramp.rgba(fill)) == {"dark": "#1C2430", "white": "#FFFFFF"}[expected]


def test_legend_and_picture_take_their_colours_from_one_table():
    asked = style(1.0, 2.5)
    entries = legend.entries(asked)
    assert [ramp.rgba(e.colour) for e in entries] == [
        tuple(row) for row in ramp.colours(asked)[1:].tolist()
    ]
    assert [(e.low, e.high) for e in entries] == [(None, 1.0), (1.0, 2.5), (2.5, None)]
    assert [e.label for e in entries] == ["< 1", "1–2.5", "≥ 2.5"]


def test_labels_of_the_style_hold_for_its_own_breaks_only():
    asked = style(1.0, labels=("low", "high"))
    assert [e.label for e in legend.entries(asked)] == ["low", "high"]
    assert [e.label for e in legend.entries(asked, (7.0,))] == ["< 7", "≥ 7"]


def test_a_style_without_a_palette_has_no_legend():
    assert legend.entries(StyleDefinition("s")) == ()
