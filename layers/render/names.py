"""Names beside features, in one language: none covers another, and none is cut between tiles.

Which names stand is known from what lies around each alone: one is written where no greater one
would reach into its box, whether that is written or not. So a tile knows what its neighbour does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.render.canvas import Canvas, FloatArray, IntArray
from layers.render.marks import Marks
from layers.render.ramp import rgba

TEXT_PX = 11.0
LONGEST_PX = 220
"""A longer name is not written: what lies farther away would have to be known."""
REACH_PX = LONGEST_PX // 2 + LONGEST_PX + 32
"""How far from a picture a feature may lie that its names depend on."""
INK, HALO = "#1C2430", rgba("#FFFFFF", 235)
SYMBOL_PX: Mapping[str, float] = {"station": 15.0, "quake": 10.0, "site": 10.0}
POINT_PX = 7.0
"""Half a side of the symbols at points, in pixels."""
GAP_PX = 2.0
_LEAST_PX = 14.0
"""No name is narrower than this, so that a crowd of points is looked through before it is read."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A name, the dots of its middle, the room it has, and its rank: what is less goes first."""

    words: str
    middle: IntArray
    room_px: float
    rank: tuple[int, float, str]


def keys(label: str, language: str) -> tuple[str, str, str]:
    """Return the properties that may hold a name, in the order in which they are looked for."""
    return f"{label}_{language}", f"{label}_en", label


def spelt(columns: Mapping[str, Sequence[Any]], label: str, language: str, count: int) -> list[str]:
    """Return the name of each of ``count`` features in a language, else in English, else alone."""
    found = [""] * count
    for key in keys(label, language):
        for i, each in enumerate(columns.get(key, ())):
            found[i] = found[i] or str(each or "")
    return found


def names(canvas: Canvas, marks: Marks, language: str) -> None:
    """Write the names that have room: below points, on lines, within areas."""
    words = spelt(marks.properties, marks.style.label, language, len(marks.owners))
    symbols, found = _points(canvas, marks, words)
    found += [*_shapes(canvas, marks, words)]
    wide = [canvas.text_size_px(each.words, TEXT_PX)[0] for each in found]
    fits = [w <= min(LONGEST_PX, each.room_px) for w, each in zip(wide, found, strict=True)]
    found = [each for each, fit in zip(found, fits, strict=True) if fit]
    if not found:
        return
    middles = np.array([each.middle for each in found], float)
    boxes = _boxes(canvas, middles, np.array(wide)[fits])
    place = np.empty(len(found), np.int64)
    place[sorted(range(len(found)), key=lambda i: found[i].rank)] = np.arange(len(found))
    mine, other = shapely.STRtree(boxes).query(boxes)
    free = np.ones(len(found), np.bool_)
    free[mine[place[other] < place[mine]]] = False
    free[symbols.query(boxes)[0]] = False
    for each in np.flatnonzero(free).tolist():
        canvas.text(found[each].middle, found[each].words, TEXT_PX, INK, halo=HALO)


def _points(
    canvas: Canvas, marks: Marks, words: Sequence[str]
) -> tuple[shapely.STRtree, list[_Name]]:
    """Return the symbols at points, and the names that stand below one and upon no other."""
    dots = np.array([dot for dot, _ in marks.points], np.int64).reshape(-1, 2)
    half_px = SYMBOL_PX.get(marks.style.symbol, POINT_PX)
    half = canvas.dots(half_px)
    symbols = shapely.STRtree(np.asarray(shapely.box(*(dots - half).T, *(dots + half).T)))
    below = np.array([0, canvas.dots(half_px + GAP_PX + TEXT_PX / 2 + 1)])
    middles = dots + below
    size = np.array([canvas.frame.width_px, canvas.frame.height_px])
    reach = REACH_PX * canvas.unit
    near = ((middles > -reach) & (middles < size * canvas.unit + reach)).all(axis=1)
    near[symbols.query(_boxes(canvas, middles, np.full(len(dots), _LEAST_PX)))[0]] = False
    found = []
    for i in np.flatnonzero(near).tolist():
        of = marks.points[i][1]
        value = marks.value[of]
        rank = (0, np.inf if np.isnan(value) else -float(value), marks.owners[of])
        if words[of]:
            found.append(_Name(words[of], middles[i], LONGEST_PX, rank))
    return symbols, found


def _shapes(canvas: Canvas, marks: Marks, words: Sequence[str]) -> Iterator[_Name]:
    """Yield the names of lines, in the middle of the longest part, and of areas, within them."""
    pixel_m = canvas.frame.pixel_m
    longest: dict[int, tuple[float, Any]] = {}
    for part, of in zip(*marks.lines(), strict=True):
        length_m = float(shapely.length(part))
        if words[of] and length_m > longest.get(of, (0.0, None))[0]:
            longest[of] = length_m, part
    for of, (length_m, part) in longest.items():
        middle = shapely.line_interpolate_point(part, 0.5, normalized=True)
        yield _name(canvas, marks, words, of, middle, length_m / pixel_m)
    for part, of in zip(*marks.polygons(), strict=True):
        west, _, east, _ = shapely.bounds(part)
        if words[of]:
            middle = shapely.point_on_surface(part)
            yield _name(canvas, marks, words, of, middle, float(east - west) / pixel_m)


def _name(
    canvas: Canvas,
    marks: Marks,
    words: Sequence[str],
    of: int,
    middle: shapely.Geometry,
    room_px: float,
) -> _Name:
    dots = canvas.place(shapely.get_coordinates(middle))[0]
    return _Name(words[of], dots, room_px, (1, -room_px, marks.owners[of]))


def _boxes(canvas: Canvas, middles: NDArray[Any], wide_px: FloatArray) -> NDArray[np.object_]:
    """Return the boxes of names around their middles, in dots."""
    half = np.column_stack((wide_px / 2 + 1, np.full(len(wide_px), TEXT_PX / 2 + 1))) * canvas.unit
    return np.asarray(shapely.box(*(middles - half).T, *(middles + half).T), dtype=object)
