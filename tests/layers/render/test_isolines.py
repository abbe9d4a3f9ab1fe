"""Values on isolines: where they stand, and that a piece of a line costs what it shows."""

import numpy as np
import shapely

from layers.model import Features, Palette, StyleDefinition
from layers.render import isolines
from layers.render.canvas import Canvas, Frame
from layers.render.marks import Marks

STYLE = StyleDefinition(
    "mean", measure="mean", symbol="isoline", breaks=(80.0,),
    palette=Palette("p", ("#102030", "#506070")),
)  # fmt: skip
LINE = shapely.LineString([(6.0e6, 5.0e6), (7.0e6, 5.2e6), (7.5e6, 4.9e6), (8.0e6, 5.0e6)])


def places(frame: Frame) -> np.ndarray:
    """Return where numbers stand, in dots of the world."""
    canvas = Canvas(frame, None)
    marks = Marks(canvas, Features(np.array([LINE]), ["a"], {"mean": [100.0]}), STYLE)
    found = isolines._places(canvas, marks, LINE)
    corner = np.array([frame.west_px, frame.north_px]) * canvas.unit
    return np.array(found, np.int64).reshape(-1, 2) + corner


def test_every_part_of_a_line_has_the_numbers_of_the_whole() -> None:
    whole = places(Frame(7, 21_200, 12_000, 1_800, 500))
    assert len(whole) == 4
    parts = [
        tuple(place)
        for col in range(18)
        for row in range(5)
        for place in places(Frame(7, 21_200 + col * 100, 12_000 + row * 100, 100, 100)).tolist()
    ]
    assert set(parts) == set(map(tuple, whole.tolist()))


class Minute(Frame):
    """A frame as of WMS, whose pixels may be of any size."""

    @property
    def pixel_m(self) -> float:
        return 1e-8


def test_a_box_of_some_micrometres_is_drawn_without_counting_the_whole_line() -> None:
    # The line has 2e14 pixels there, and half a million million numbers.
    assert len(places(Minute(0, 0, 0, 256, 256))) == 0
