"""Features on their way to a canvas: placed, cut and classed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.model import Features, StyleDefinition
from layers.render import ramp
from layers.render.canvas import Canvas, Colour, FloatArray, IntArray
from layers.render.surface import ClassArray, classified

GeometryArray = NDArray[np.object_]

_REACH_PX = 256
"""How far lines and polygons are drawn beyond the picture.

The end of a cut is rounded, which turns the line by a hair; cut a tile away, a line of common
length is not cut at all, and the halves in two tiles meet exactly."""


class Marks:
    """What painters ask of features: colours, dots of points, lines and rings."""

    def __init__(self, canvas: Canvas, features: Features, style: StyleDefinition) -> None:
        self.style = style
        self.has_classes = style.palette is not None
        self._canvas = canvas
        self._features = features
        self._colours = ramp.colours(style)
        self.value = _numbers(features.properties.get(style.measure), len(features))
        self.classes: ClassArray = classified(
            self.value.astype(np.float32),
            ~np.isnan(self.value),
            np.asarray(style.breaks, np.float32),
        )
        parts, owner = shapely.get_parts(features.geometry, return_index=True)
        self._parts: GeometryArray = parts
        self._owner: IntArray = owner
        self._dimension = shapely.get_dimensions(parts)
        of_points = self._dimension == 0
        self.centres: IntArray = canvas.place(shapely.get_coordinates(parts[of_points]))
        self.points: list[tuple[IntArray, int]] = list(
            zip(self.centres, owner[of_points].tolist(), strict=True)
        )
        self.ids = [features.ids[of] for _, of in self.points]
        self.owners = features.ids
        self.properties = features.properties

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.points)

    def column(self, name: str, default: Any) -> list[Any]:
        """Return a property of each point."""
        column = self._features.properties.get(name)
        if column is None:
            return [default] * len(self)
        return [default if column[of] is None else column[of] for _, of in self.points]

    def flag(self, name: str, of: int) -> bool:
        """Tell whether a feature has a true property of that name."""
        column = self._features.properties.get(name)
        return column is not None and column[of] is True

    def fill(self, of: int) -> Colour:
        """Return the colour of a feature's class, or of what has none."""
        found = int(self.classes[of]) if self.has_classes else 0
        if found == 0:
            return ramp.rgba(ramp.PLAIN)
        red, green, blue, alpha = self._colours[found].tolist()
        return red, green, blue, alpha

    def label(self, of: int) -> str:
        """Return what is written on a feature of a class: its label, else its value."""
        found = int(self.classes[of])
        if found == 0:
            return ""
        return self.style.labels[found - 1] if self.style.labels else f"{self.value[of]:g}"

    def polygons(self) -> tuple[GeometryArray, Sequence[int]]:
        """Return whole polygons and their features, low values first."""
        mine = self._dimension == 2
        parts, owner = self._parts[mine], self._owner[mine]
        order = np.argsort(np.nan_to_num(self.value[owner], nan=-np.inf), kind="stable")
        return parts[order], owner[order].tolist()

    def lines(self) -> tuple[GeometryArray, Sequence[int]]:
        """Return whole lines and their features."""
        mine = self._dimension == 1
        return self._parts[mine], self._owner[mine].tolist()

    def cut(self, geometry: GeometryArray) -> GeometryArray:
        """Return what lies within the picture, or a tile beyond."""
        return np.asarray(
            shapely.clip_by_rect(geometry, *self._canvas.frame.box_m(_REACH_PX)), dtype=object
        )

    def rings(self, polygon: shapely.Geometry) -> list[list[IntArray]]:
        """Return, for each part, its outer ring and its holes in dots."""
        return [
            [self.vertices(ring) for ring in shapely.get_rings(part)]
            for part in shapely.get_parts(polygon)
            if shapely.get_dimensions(part) == 2
        ]

    def strokes(self, geometry: shapely.Geometry) -> list[IntArray]:
        """Return the lines of a geometry in dots."""
        return [
            self.vertices(part)
            for part in shapely.get_parts(geometry)
            if shapely.get_dimensions(part) == 1
        ]

    def vertices(self, line: shapely.Geometry) -> IntArray:
        """Return the vertices of one line in dots, without repetitions."""
        found = self._canvas.place(shapely.get_coordinates(line))
        fresh = np.append(True, (np.diff(found, axis=0) != 0).any(axis=1))
        kept: IntArray = found[fresh]
        return kept


def _numbers(column: Sequence[Any] | None, count: int) -> FloatArray:
    """Return a column as numbers, NaN where it holds none."""
    if column is None:
        return np.full(count, np.nan)
    return np.array(
        [
            float(v)
            if isinstance(v, int | float | np.number) and not isinstance(v, bool)
            else np.nan
            for v in column
        ],
        float,
    )
