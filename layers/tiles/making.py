"""What a request shows becomes bytes: of classes found ahead, cells, features, or a picture."""

import dataclasses
from collections.abc import Iterable, Mapping

from layers.geo import TILE_PX
from layers.kinds.surface import SurfaceKind
from layers.model import Features, Picture, Raster, StyleDefinition
from layers.model.kind import LayerKind, TileData
from layers.render import draw, fading, mvt, png, ramp, surface, webp
from layers.tiles import classing
from layers.tiles.request import PLAIN, TileRequest
from layers.tiles.version import data_part

_INDEXED = {"png": png.indexed, "webp": webp.indexed}
_PICTURE = {"png": png.picture, "webp": webp.picture}
_SCENERY = {"png": png.picture, "webp": webp.scenery}


class Maker:
    """Makes the bytes of tiles; it keeps nothing, and knows no cache.

    Parameters
    ----------
    kinds : mapping by layer id
    shown : mapping of layer and style to the token of how the style is drawn
    font : bytes, optional
        A TrueType font for the text in drawn tiles.
    """

    def __init__(
        self,
        kinds: Mapping[str, LayerKind],
        shown: Mapping[tuple[str, str], str],
        font: bytes | None,
    ) -> None:
        self._kinds, self._shown, self._font = kinds, shown, font

    def made(
        self, pinned: TileRequest, style: StyleDefinition
    ) -> Iterable[tuple[TileRequest, bytes]]:
        """Return a tile, and those that were drawn along with it; no bytes where nothing is shown.

        Raises
        ------
        GoneError
            For a version whose data is no longer the one kept.
        """
        body = self._from_classes(pinned, style)
        if body is not None:
            return [(pinned, body)]
        found = self._data(pinned, style)
        if isinstance(found, Picture):
            pictures = {pinned.window: found.rgba, **found.beside}
            return [
                (dataclasses.replace(pinned, window=at), _SCENERY[pinned.format](rgba))
                for at, rgba in pictures.items()
            ]
        return [(pinned, b"" if found is None else self._written(found, pinned, style))]

    def _from_classes(self, pinned: TileRequest, style: StyleDefinition) -> bytes | None:
        """Return the picture from classes that were found ahead, or None where the cells count."""
        kind = self._kinds[pinned.layer]
        if not isinstance(kind, SurfaceKind) or pinned.format != "png" or pinned.options != PLAIN:
            return None
        version, shown = data_part(str(pinned.version)), self._shown[pinned.layer, style.id]
        return classing.picture(kind, style, pinned.window, pinned.time, version, shown)

    def _data(self, pinned: TileRequest, style: StyleDefinition) -> TileData | None:
        buffer_px = mvt.BUFFER_PX if pinned.format == "mvt" else draw.reach_px(style)
        question = pinned.options.question(style, buffer_px * pinned.window.size_px // TILE_PX)
        return self._kinds[pinned.layer].tile(
            pinned.window, pinned.time, data_part(str(pinned.version)), question
        )

    def _written(
        self, found: Raster | Features, pinned: TileRequest, style: StyleDefinition
    ) -> bytes:
        chosen = pinned.options
        match found:
            case Features() if pinned.format == "mvt":
                return mvt.encode(found, pinned.window, pinned.layer)
            case Raster():
                size_px = pinned.window.size_px
                shown = surface.classes(found, style, size_px, chosen.breaks, chosen.smooth)
                colours = ramp.colours(style, chosen.breaks)
                if chosen.fade:
                    doubt = self._data(pinned, fading.DOUBT)
                    if isinstance(doubt, Raster):
                        classes = surface.classes(doubt, fading.DOUBT, size_px, (), chosen.smooth)
                        shown, colours = fading.faded(shown, classes, colours)
                return _INDEXED[pinned.format](shown, colours) if shown.any() else b""
            case Features():
                rgba = draw.picture(found, style, pinned.window, self._font, chosen.language)
                return _PICTURE[pinned.format](rgba) if rgba.any() else b""
