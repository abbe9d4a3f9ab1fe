import dataclasses
import itertools

import numpy as np
import pytest

from layers.render import plate
from layers.render.plate import Caption, LegendKey, LegendRow

ROWS = tuple(LegendRow("#CBE4E8", f"{i}–{i + 1}", "natural, upper") for i in range(12))
CAPTION = Caption(
    title=("Radiation and environment", "Kazakhstan – Uzbekistan"),
    lines=("Ambient dose equivalent rate, hourly mean", "23 November 2026, 13:00–14:00 UTC+5"),
    badge="Simulated demonstration data",
    legend="Dose rate",
    rows=ROWS,
    unknown="The network cannot know here",
    notes="Simulated demonstration data · Natural Earth · Boundaries are generalised",
)


@pytest.mark.parametrize("size", [(1200, 630), (720, 490), (420, 910), (2400, 1200), (320, 400)])
def test_no_panel_covers_another_or_leaves_the_picture(size):
    width, height = size
    found = plate.boxes(width, height, CAPTION)
    for left, top, right, bottom in found:
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height
    for one, other in itertools.combinations(found, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_where_there_is_no_room_for_a_legend_sources_and_title_stand_all_the_same():
    assert len(plate.boxes(1200, 630, CAPTION)) == 3
    assert len(plate.boxes(420, 910, CAPTION)) == 2
    assert len(plate.boxes(1200, 300, CAPTION)) == 2


def test_the_legend_shows_the_colours_it_speaks_of():
    ground = np.full((630, 1200, 4), 200, np.uint8)
    colours = ("#E6F1F1", "#F18F63", "#321040")
    rows = tuple(LegendRow(colour, "1–2") for colour in colours)
    caption = Caption(legend="Dose rate", rows=rows, notes="x")
    drawn = plate.framed(ground, caption, plate.LIGHT)
    for colour in colours:
        rgb = np.array(list(bytes.fromhex(colour[1:])), np.uint8)
        assert (drawn[..., :3] == rgb).all(axis=2).sum() >= 24 * 17
    assert (drawn[..., 3] == 255).all()


def test_the_legend_tells_what_lines_and_circles_are_where_it_has_room():
    keys = (
        LegendKey("dashes", "Seismic zones"),
        LegendKey("line", "Faults", "#8A2B1E"),
        LegendKey("circle", "Earthquakes", "#12AB34"),
    )
    caption = dataclasses.replace(CAPTION, keys=keys)
    _, plain, _ = plate.boxes(1200, 630, CAPTION)
    _, keyed, _ = plate.boxes(1200, 630, caption)
    assert plain[1] - keyed[1] == 3 * 19
    drawn = plate.framed(np.full((630, 1200, 4), 200, np.uint8), caption, plate.LIGHT)[..., :3]
    for colour, least in ((plate.LIGHT.zones, 30), ("#8A2B1E", 46), ("#12AB34", 50)):
        rgb = np.array(list(bytes.fromhex(colour[1:])), np.uint8)
        assert (drawn == rgb).all(axis=2).sum() >= least
    low = 630 - keyed[1] + plate.EDGE_PX  # all but a pixel of what it wants
    assert plate.boxes(1200, low - 1, caption) == plate.boxes(1200, low - 1, CAPTION)
    assert plate.boxes(1200, low, caption) != plate.boxes(1200, low, CAPTION)


@pytest.mark.parametrize("look", [plate.LIGHT, plate.DARK])
def test_letters_are_read_on_their_panels(look):
    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ink, ground in (
        (look.ink, look.panel),
        (look.quiet, look.panel),
        (look.warn_ink, look.warn_back),
    ):
        low, high = sorted((luminance(ink), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5
