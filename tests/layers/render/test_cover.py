"""What lies wholly below other symbols is left out, and no pixel tells."""

import numpy as np
import pytest
import shapely

from layers.geo import Window
from layers.model import Features, Palette, StyleDefinition
from layers.render import draw, symbols

WINDOW = Window(5, 21, 11)
COLOURS = ("#E6F1F1", "#8CBEE2", "#F18F63", "#B8315D")
STATIONS = StyleDefinition(
    "default", palette=Palette("four", COLOURS), breaks=(100, 200, 300), symbol="station"
)
QUAKES = StyleDefinition(
    "default",
    measure="depth_km",
    palette=Palette("four", COLOURS),
    breaks=(15, 35, 70),
    symbol="quake",
)
MARKS = ("missing", "late", "normal", "raised", "alarm")


def crowd(count: int, seed: int) -> Features:
    """Return symbols thicker in the middle of a tile, and some beyond its borders."""
    chance = np.random.default_rng(seed)
    west, south, east, north = WINDOW.bounds_m
    share = np.clip(chance.normal(0.5, 0.2, (count, 2)), -0.2, 1.2)
    xy = np.array((west, south)) + share * np.array((east - west, north - south))
    value = chance.uniform(0, 400, count)
    properties = {
        "value": value.tolist(),
        "label": [f"{each / 1000:.2f}" for each in value],
        "mark": [MARKS[i] for i in chance.integers(0, len(MARKS), count)],
        "magnitude": chance.uniform(3, 8, count).tolist(),
        "depth_km": chance.uniform(0, 100, count).tolist(),
    }
    ids = [f"S{i:04d}" for i in range(count)]
    return Features(shapely.points(xy), ids, properties)


@pytest.mark.parametrize("style", [STATIONS, QUAKES], ids=lambda style: style.symbol)
@pytest.mark.parametrize("size_px", [256, 512])
@pytest.mark.parametrize("count", [0, 1, 40, 2000])
def test_a_crowd_looks_as_if_each_of_it_was_drawn(
    style: StyleDefinition, size_px: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = Window(WINDOW.zoom, WINDOW.col, WINDOW.row, size_px)
    drawn: list[int] = []
    honest = symbols.uppermost

    def counted(canvas, centres, order, *more):
        found = honest(canvas, centres, order, *more)
        assert [i for i in order if i in set(found)] == found
        drawn.append(len(found))
        return found

    monkeypatch.setattr(symbols, "uppermost", counted)
    some = draw.picture(crowd(count, 7), style, at)
    monkeypatch.setattr(symbols, "uppermost", lambda canvas, centres, order, *more: order)
    every = draw.picture(crowd(count, 7), style, at)
    assert np.array_equal(some, every)
    assert drawn[0] <= count
    if count == 2000:
        assert drawn[0] < (0.6 if style is STATIONS else 1.0) * count
