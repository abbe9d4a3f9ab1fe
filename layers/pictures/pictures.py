"""Layers laid above each other in a view."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from PIL import Image

from layers import temporal
from layers.errors import BadParameterError
from layers.kinds import KINDS
from layers.kinds.surface import SurfaceKind
from layers.model import Features, LayerDefinition, Picture, Raster, StyleDefinition
from layers.model.kind import LayerKind
from layers.pictures.encoding import Colour, Uint8Array, blank, classed, encoded, ground_of
from layers.render import draw, legend_picture, placed, ramp, sampled
from layers.render.legend_picture import Sample
from layers.tiles import TileOptions, classing, data_part
from layers.tiles.gate import Gate
from layers.tiles.request import PLAIN
from layers.views import View

MOST_SHEETS = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """One layer in one style at one moment, pinned: ``version`` is the full one."""

    layer: str
    style: str
    version: str
    time: datetime | None
    options: TileOptions = field(default_factory=TileOptions)

    @property
    def name(self) -> str:
        """What it shows, in one word that changes with it."""
        at = "static" if self.time is None else temporal.word(self.time)
        return f"{self.layer}/{self.style}/{self.version}/{at}/{self.options.token}"


class Pictures:
    """Draws views of the layers of a catalogue; threads may share it."""

    def __init__(
        self,
        layers: Mapping[str, LayerDefinition],
        kinds: Mapping[str, LayerKind],
        gate: Gate,
        font: bytes | None = None,
    ) -> None:
        self._layers = layers
        self._kinds = kinds
        self.gate = gate
        self.font = font

    def etag(self, sheets: Sequence[Sheet], view: View, ground: Colour | None, image: str) -> str:
        """Return the entity tag of a picture, without quotes; nothing is drawn for it."""
        box = (view.crs, view.west, view.south, view.east, view.north, view.width, view.height)
        said = repr(([sheet.name for sheet in sheets], box, ground, image))
        return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()

    def draw(self, sheets: Sequence[Sheet], view: View, ground: Colour | None, image: str) -> bytes:
        """Return a picture, the first sheet lowest.

        Parameters
        ----------
        ground : (red, green, blue) or None
            What lies below; None leaves it transparent.
        image : str
            One of ``encoding.FORMATS``.

        Raises
        ------
        GoneError
            Where a version is no longer kept.
        BadParameterError
            For too many layers.
        BusyError
            Where too many pictures and tiles are being drawn.
        """
        if len(sheets) > MOST_SHEETS:
            raise BadParameterError(f"{len(sheets)} layers; at most {MOST_SHEETS} in one picture")
        with self.gate.passed():
            return self._drawn(sheets, view, ground_of(ground, image), image)

    def _drawn(
        self, sheets: Sequence[Sheet], view: View, ground: Colour | None, image: str
    ) -> bytes:
        if len(sheets) == 1 and self._is_classed(sheets[0]):
            classes, colours = self._classes(sheets[0], view)
            if classes is None:
                return blank(view.width, view.height, ground, image)
            if ground is not None:
                colours = colours.copy()
                colours[0] = (*ground, 255)
            return classed(classes, colours, image)
        colour = (0, 0, 0, 0) if ground is None else (*ground, 255)
        below = Image.new("RGBA", (view.width, view.height), colour)
        for sheet in sheets:
            rgba = self.rgba(sheet, view)
            if rgba is not None:
                below.alpha_composite(Image.fromarray(rgba))
        return encoded(np.asarray(below), image)

    def legend(
        self, style: StyleDefinition, title: str, sample: Sample, image: str = "png"
    ) -> bytes:
        """Return the legend of a style as a picture."""
        return encoded(legend_picture.picture(style, title, sample, self.font), image)

    def legend_size(self, style: StyleDefinition, title: str, sample: Sample) -> tuple[int, int]:
        """Return width and height of that picture, in pixels."""
        return legend_picture.size_px(style, title, sample, self.font)

    def style(self, sheet: Sheet) -> StyleDefinition:
        """Return the style of a sheet."""
        style = self._layers[sheet.layer].style(sheet.style)
        assert style is not None  # noqa: S101 - a sheet is pinned by the catalogue
        return style

    def _is_classed(self, sheet: Sheet) -> bool:
        return KINDS[self._layers[sheet.layer].kind].cells

    def asked(self, sheet: Sheet, view: View) -> Raster | Features | Picture | None:
        """Return what the kind of a sheet has for a view."""
        style = self.style(sheet)
        question = sheet.options.question(style, draw.reach_px(style))
        kind = self._kinds[sheet.layer]
        return kind.tile(view, sheet.time, data_part(sheet.version), question)

    def _classes(self, sheet: Sheet, view: View) -> tuple[Uint8Array | None, Uint8Array]:
        """Return classes of shape (height, width), None where all is unknown, and the colours."""
        style, breaks = self.style(sheet), sheet.options.breaks
        whole = np.zeros((view.height, view.width), np.uint8)
        first = view.first_px
        for row, col, part in view.parts():
            place = slice(row, row + part.height), slice(col, col + part.width)
            kept = self._kept(sheet, part)
            if kept is not None:
                whole[place] = kept
                continue
            found = self.asked(sheet, part)
            if isinstance(found, Raster):
                origin = first[0] + row, first[1] + col
                whole[place] = sampled.classes(found, style, breaks, origin)
        colours = ramp.colours(style, breaks)
        return (whole if whole.any() else None), colours

    def _kept(self, sheet: Sheet, view: View) -> Uint8Array | None:
        """Return classes that were found when a surface was published, None where none are kept."""
        kind = self._kinds[sheet.layer]
        if not isinstance(kind, SurfaceKind) or sheet.options != PLAIN:
            return None
        version, _, shown = sheet.version.partition("-")
        style = self.style(sheet)
        return classing.view_classes(kind, style, view, sheet.time, version, shown)

    def rgba(self, sheet: Sheet, view: View, *, named: bool = True) -> Uint8Array | None:
        """Return one sheet alone, shape (height, width, 4); None where it shows nothing.

        Without names where the caller writes what has room beside other sheets.
        """
        if self._is_classed(sheet):
            classes, colours = self._classes(sheet, view)
            return None if classes is None else colours[classes]
        if KINDS[self._layers[sheet.layer].kind].vector:
            found = self.asked(sheet, view)
            if isinstance(found, Features):
                language = sheet.options.language if named else ""
                return placed.picture(found, self.style(sheet), view, self.font, language)
            return None
        whole = np.zeros((view.height, view.width, 4), np.uint8)
        for row, col, part in view.parts():
            found = self.asked(sheet, part)
            if isinstance(found, Picture):
                whole[row : row + part.height, col : col + part.width] = found.rgba
        return whole
