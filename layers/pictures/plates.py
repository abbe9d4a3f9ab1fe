"""The map as a page shows it, in one picture that speaks for itself."""

import dataclasses
import functools
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from layers.geo import cell_m, mercator
from layers.model import Features
from layers.pictures.encoding import Uint8Array, scenery
from layers.pictures.kept import Folder, Recent
from layers.pictures.pictures import Pictures, Sheet
from layers.render import clipping, edges, labels, placed, plate
from layers.render.labels import Fitted, Label, Taken
from layers.render.plate import Caption
from layers.tiles.flight import Flight
from layers.views import View

FloatArray = NDArray[np.float64]

RENDERER = 2
"""Changes with what a plate looks like."""
KEPT, KEPT_LANDS = 300, 8
"""Pictures on the disk, about 100 KB each; and lands in memory, up to 7 MB each at first view."""
_MARK_PX, _NAME_GAP_PX = 30, 18
_SOONER = 1.0
"""A still picture shows names so much sooner than the page, where a reader may zoom in."""
_LOUD = {"alarm": 0, "raised": 1, "late": 2, "normal": 2, "missing": 3}
_DARK_SHARE = 0.8
"""Of a surface on dark land: light colours would glare."""
WATER = {"light": "#4C6377", "dark": "#9DB4C9"}
LAND = {"light": "#6F675A", "dark": "#B3A997"}
OUTLINE = "zone-outline"
_GREAT = 4
"""Places of this zoom and below are named first."""
_SETTLED = ("capital", "city", "town", "village")
_WATERS = ("lake", "sea", "river", "reservoir")


@dataclass(frozen=True, slots=True)
class Place:
    """A place with a name in one language; ``min_zoom`` tells how important it is."""

    name: str
    name_en: str
    kind: str
    home: bool
    lon: float
    lat: float
    min_zoom: float


@dataclass(frozen=True)
class Plate:
    """One picture: what lies below and above a surface, names, and what is written around it.

    ``area`` are rings of longitude and latitude, shape (n, 2), that the surface is shown in;
    ``decimal`` is the decimal sign of marks and ``language`` that of their names. ``dose`` is what
    a dose rate of nSv/h is multiplied by for a mark, and its decimals.
    """

    view: View
    theme: str = "light"
    base: Sheet | None = None
    filled: Sheet | None = None
    lines: Sheet | None = None
    overlays: Sequence[Sheet] = ()
    stations: Sequence[Sheet] = ()
    opacity: float = 0.85
    area: Sequence[FloatArray] = ()
    places: Sequence[Place] = ()
    language: str = "en"
    decimal: str = "."
    dose: tuple[float, int] = (0.001, 2)
    caption: Caption = field(default_factory=Caption)

    @property
    def name(self) -> str:
        """A word that changes with all that is drawn."""
        sheets = [self.base, self.filled, self.lines, *self.overlays, *self.stations]
        said = [sheet.name if sheet else "" for sheet in sheets]
        box = dataclasses.astuple(self.view)
        words = (RENDERER, said, box, self.theme, self.opacity, self.language)
        digest = hashlib.blake2b(repr((words, self.decimal, self.dose)).encode(), digest_size=12)
        digest.update(repr(self.caption).encode() + _digest(tuple(self.places)))
        for ring in self.area:
            digest.update(repr(ring.shape).encode() + np.ascontiguousarray(ring).tobytes())
        return digest.hexdigest()


class Plates:
    """Draws plates, each once: what was drawn last is kept. Threads may share it."""

    def __init__(self, pictures: Pictures, folder: Path) -> None:
        """``folder`` is where pictures are kept for all processes."""
        self._pictures = pictures
        self._kept = Folder(folder, KEPT)
        self._lands: Recent[list[Uint8Array | None]] = Recent(KEPT_LANDS)
        self._flight: Flight[bytes] = Flight(folder.with_name(f"{folder.name}.lock"))

    def draw(self, wanted: Plate, image: str) -> bytes:
        """Return the picture as png, webp or jpeg.

        Raises
        ------
        GoneError
            Where a version is no longer kept.
        BusyError
            Where too many pictures and tiles are being drawn.
        """
        key = f"{wanted.name}.{image}"

        def make() -> bytes:
            with self._pictures.gate.passed():
                made = scenery(self._drawn(wanted), image)
            self._kept.put(key, made)
            return made

        return self._kept.get(key) or self._flight.once(key, lambda: self._kept.get(key), make)

    def _drawn(self, wanted: Plate) -> Uint8Array:
        view = wanted.view
        look = plate.DARK if wanted.theme == "dark" else plate.LIGHT
        below = Image.new("RGBA", (view.width, view.height), look.panel)
        land, lines = self._land(wanted)
        for rgba in (land, self._surface(wanted, look), lines):
            if rgba is not None:
                below.alpha_composite(Image.fromarray(rgba))
        numerals: list[Label] = []
        for sheet in wanted.overlays:
            above, more = self._above(sheet, view, look)
            numerals += more
            if above is not None:
                below.alpha_composite(Image.fromarray(above))
        font = self._pictures.font
        boxes = plate.boxes(view.width, view.height, wanted.caption, font)
        taken = Taken(boxes)
        named: list[Fitted] = []
        for sheet in wanted.stations:
            named += self._stations(below, sheet, wanted, taken)
        said = {each.label.text for each in named}
        places = (label for label in _names(wanted, taken) if label.text not in said)
        size, less = (view.width, view.height), (*numerals, *places)
        named += filter(None, (labels.fitted(label, taken, size, font) for label in less))
        rgba = labels.written(np.asarray(below), named, look.halo, font)
        return plate.framed(rgba, wanted.caption, look, font)

    def _above(
        self, sheet: Sheet, view: View, look: plate.Look
    ) -> tuple[Uint8Array | None, list[Label]]:
        """Return what stands above a surface, and its numerals."""
        style = self._pictures.style(sheet)
        found = self._pictures.asked(sheet, view) if style.symbol == OUTLINE else None
        if not isinstance(found, Features):
            return self._pictures.rgba(sheet, view, named=False), []
        rgba, numerals = edges.dashed(found, style, view, look.zones)
        return rgba, [
            Label(each.text, each.x, each.y, size_px=11, weight=700, ink=look.zones)
            for each in numerals
        ]

    def _land(self, wanted: Plate) -> list[Uint8Array | None]:
        """Return the land and its lines, which are the same in every hour and language."""
        sheets = (wanted.base, wanted.lines)
        key = (wanted.view, *(sheet.name if sheet else "" for sheet in sheets))
        return self._lands(
            key,
            lambda: [self._pictures.rgba(each, wanted.view) if each else None for each in sheets],
        )

    def _surface(self, wanted: Plate, look: plate.Look) -> Uint8Array | None:
        """Return the surface within its area, hatched where it is unknown."""
        if wanted.filled is None:
            return None
        filled = self._pictures.rgba(wanted.filled, wanted.view)
        if not wanted.area:
            return filled
        if filled is None:
            filled = np.zeros((wanted.view.height, wanted.view.width, 4), np.uint8)
        share = wanted.opacity * (_DARK_SHARE if wanted.theme == "dark" else 1.0)
        inside = clipping.inside(wanted.area, wanted.view)
        return clipping.clipped(filled, inside, share, look.hatch)

    def _stations(
        self, below: Image.Image, sheet: Sheet, wanted: Plate, taken: Taken
    ) -> list[Fitted]:
        """Draw the stations: those with room in full, the others as dots; return their names.

        A great city keeps room for its name before the next mark takes it.
        """
        found = self._pictures.asked(sheet, wanted.view)
        if not isinstance(found, Features) or not len(found):
            return []
        ranks = {place.name_en: place.min_zoom for place in wanted.places}
        at = _pixels(found, wanted.view)
        columns = found.properties
        marks, values = columns["mark"], columns["value"]
        english, names = columns["name_en"], columns[f"name_{wanted.language}"]
        order = sorted(
            range(len(found)),
            key=lambda i: (
                _LOUD.get(str(marks[i]), 2),
                ranks.get(str(english[i]), 12.0),
                -(values[i] or 0.0),
                found.ids[i],
            ),
        )
        size, font = (wanted.view.width, wanted.view.height), self._pictures.font
        full, rest, later = [], [], []
        named: list[Fitted | None] = []
        for i in order:
            box = labels.around(*at[i], _MARK_PX / 2)
            if not taken.free(box):
                rest.append(i)
                continue
            full.append(i)
            taken.take(box)
            text = str(names[i] or "")
            if not text:
                continue
            label = _station_name(text, at[i], wanted.theme)
            if ranks.get(str(english[i]), 12.0) <= _GREAT:
                named.append(labels.fitted(label, taken, size, font))
            else:
                later.append(label)
        named += [labels.fitted(label, taken, size, font) for label in later]
        style = self._pictures.style(sheet)
        small = dataclasses.replace(style, symbol="point")
        for part, drawn in ((rest, small), (full[::-1], style)):
            some = _written(_some(found, part), wanted)
            below.alpha_composite(Image.fromarray(placed.picture(some, drawn, wanted.view, font)))
        return [each for each in named if each is not None]


@functools.lru_cache(maxsize=16)
def _digest(places: tuple[Place, ...]) -> bytes:
    """Return a hash of places, of which there are a few lists with many names."""
    return hashlib.blake2b(repr(places).encode(), digest_size=12).digest()


def _some(found: Features, rows: Sequence[int]) -> Features:
    columns = {name: [column[i] for i in rows] for name, column in found.properties.items()}
    return Features(found.geometry[list(rows)], [found.ids[i] for i in rows], columns)


def _written(found: Features, wanted: Plate) -> Features:
    """Return stations with their values as the picture writes them."""
    columns = found.properties
    factor, decimals = wanted.dose
    texts = [
        f"{value * factor:.{decimals}f}" if unit == "nSv/h" and value is not None else label or ""
        for value, unit, label in zip(
            columns["value"], columns["unit"], columns["label"], strict=True
        )
    ]
    labels = [text.replace(".", wanted.decimal) for text in texts]
    return dataclasses.replace(found, properties={**columns, "label": labels})


def _pixels(found: Features, view: View) -> list[tuple[float, float]]:
    across, down = view.size
    return [
        ((point.x - view.west) / across, (view.north - point.y) / down) for point in found.geometry
    ]


def _station_name(text: str, at: tuple[float, float], theme: str) -> Label:
    ink = plate.DARK.ink if theme == "dark" else plate.LIGHT.ink
    return Label(text, *at, gap_px=_NAME_GAP_PX, size_px=12, weight=600, ink=ink)


def _names(wanted: Plate, taken: Taken) -> list[Label]:
    """Return the names of places, the more important first; a station's place has its name."""
    view, dark = wanted.view, wanted.theme == "dark"
    across, down = view.size
    look = plate.DARK if dark else plate.LIGHT
    zoom = math.log2(cell_m(0) / view.pixel_m)
    found = []
    for place in wanted.places:
        if place.min_zoom > zoom + _SOONER:
            continue
        x_m, y_m = mercator(np.array([place.lon]), np.array([place.lat]))
        x, y = (float(x_m[0]) - view.west) / across, (view.north - float(y_m[0])) / down
        settled = place.kind in _SETTLED
        if settled and not taken.free(labels.around(x, y, 6)):
            continue
        if place.kind in _WATERS:
            ink, weight = WATER[wanted.theme], 450
        elif not settled:
            ink, weight = LAND[wanted.theme], 450
        else:
            ink, weight = (look.ink, 600) if place.home else (look.quiet, 450)
        big = place.kind == "capital" and place.home
        found.append(
            Label(
                place.name,
                x,
                y,
                gap_px=7 if settled else 0,
                dot=settled,
                size_px=13 if big else 11,
                weight=700 if big else weight,
                ink=ink,
            )
        )
    return found
