"""A request becomes bytes: from memory, from the disk, or by one render."""

import contextlib
import dataclasses
import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from isal import igzip

from layers import temporal
from layers.errors import (
    BusyError,
    GoneError,
    LayersError,
    UnknownLayerError,
    UnknownStyleError,
    UnsupportedFormatError,
    nearest,
)
from layers.geo import Window
from layers.kinds import KINDS, is_timed
from layers.kinds.sources import nothing_yet
from layers.kinds.surface import SurfaceKind
from layers.model import LayerDefinition, StyleDefinition
from layers.model.kind import LayerKind
from layers.render import legend, mvt, png, webp
from layers.store.paths import TAKEN_BACK
from layers.tiles.cache import DiskCache
from layers.tiles.flight import Flight
from layers.tiles.gate import Gate
from layers.tiles.making import Maker
from layers.tiles.memory import Memory
from layers.tiles.request import PLAIN, TileRequest
from layers.tiles.seeded import Seeded, Standing
from layers.tiles.tile import Tile
from layers.tiles.version import data_part, style_token

MEDIA_TYPES = {"png": png.MEDIA_TYPE, "webp": webp.MEDIA_TYPE, "mvt": mvt.MEDIA_TYPE}
PACKED_FROM_BYTES = 1_000
PACKING = 2
"""Level of gzip: a fifth of the time of zlib's default for a tenth more bytes."""
Told = Callable[[str, float], None]
"""Takes ``memory``, ``disk`` or ``render`` for a tile; ``made`` and the seconds for a render."""
_EMPTY: Mapping[str, Callable[[int], bytes]] = {
    "png": png.empty,
    "webp": webp.empty,
    "mvt": lambda size_px: b"",
}


class Tiler:
    """Tiles of all layers of a catalogue; one for each process, safe for its threads."""

    def __init__(
        self,
        layers: Mapping[str, LayerDefinition],
        kinds: Mapping[str, LayerKind],
        cache_dir: Path | None,
        *,
        disk_bytes: int = 2 << 30,
        memory_bytes: int = 64 << 20,
        renders: int = 2,
        waiting: int = 8,
        font: bytes | None = None,
        told: Told = lambda what, seconds: None,
    ) -> None:
        """Keep what is needed to answer.

        Parameters
        ----------
        layers, kinds : mapping by layer id
        cache_dir : Path or None
            Folder for rendered tiles and locks, shared by the processes; None keeps none. The time
            of ``taken-back`` in it changes when something is taken back from the public.
        disk_bytes, memory_bytes : int
            Limits of the two caches; 0 keeps nothing.
        renders, waiting : int
            Pictures that are drawn at once in this process, and how many more may wait for their
            turn; of cells and vector tiles, which take a hundredth, four times as many.
        font : bytes, optional
            A TrueType font for the text in drawn tiles.
        told : callable
            Is told where each tile comes from, and how long each render took.
        """
        self._told = told
        self._layers = layers
        self._kinds = kinds
        self._mark = cache_dir and cache_dir / TAKEN_BACK
        self._memory = Memory(memory_bytes, self._state)
        self._disk = None
        if cache_dir and disk_bytes:
            seeded = Seeded(cache_dir / "seeded")
            self._disk = DiskCache(cache_dir / "tiles", disk_bytes, self._standing, seeded)
        self._flight: Flight[Mapping[str, Tile]] = Flight(
            cache_dir / "lock" if cache_dir and disk_bytes else None
        )
        self.gate = Gate(renders, waiting)
        """For what is drawn."""
        self.quick = Gate(1, 4 * waiting)
        """For cells and vector tiles, which take a hundredth of that: one after the other, for two
        that take turns with the interpreter are slower than one."""
        self._timeless = {layer.id for layer in layers.values() if not is_timed(layer)}
        self._shown = {
            (layer.id, style.id): style_token(layer, style)
            for layer in layers.values()
            for style in layer.styles
        }
        self._maker = Maker(kinds, self._shown, font)

    def newest(
        self, layer_id: str, style_id: str, at: datetime | None = None
    ) -> tuple[str, datetime | None]:
        """Return the full version and the time that ``latest`` stands for; ``at`` fixes the time.

        Raises
        ------
        UnknownLayerError, UnknownStyleError, NoSurfaceError
        """
        style = self._style(layer_id, style_id)
        kind = self._kinds[layer_id]
        moment = at or self._newest_time(layer_id)
        return f"{kind.version(moment)}-{self._shown[layer_id, style.id]}", moment

    def pinned(self, request: TileRequest) -> TileRequest:
        """Return the request with version and time filled in; equal to it if they were.

        Raises
        ------
        UnknownLayerError, UnknownStyleError, NoSurfaceError
            With the nearest known word.
        UnsupportedFormatError
            For a vector tile of cells or pictures.
        """
        self._style(request.layer, request.style)
        if request.format == "mvt" and not KINDS[self._layers[request.layer].kind].vector:
            raise UnsupportedFormatError(
                f'layer "{request.layer}" has no vector tiles; png and webp are offered'
            )
        if request.version is not None:
            if request.time is not None or request.layer in self._timeless:
                return request
            return dataclasses.replace(request, time=self._newest_time(request.layer))
        version, at = self.newest(request.layer, request.style, request.time)
        return dataclasses.replace(request, version=version, time=at)

    def etag(self, pinned: TileRequest) -> str:
        """Return the entity tag of a pinned request, without quotes; nothing is rendered for it."""
        return hashlib.blake2b(pinned.path.encode(), digest_size=12).hexdigest()

    def remembered(self, path: str) -> Tile | None:
        """Return the tile of that path if this process has it in memory; who asks counts it."""
        return self._memory.get(path)

    def fetch(self, request: TileRequest, *, waiting: bool = True) -> Tile:
        """Return the tile; without ``waiting`` if that takes no more than some milliseconds.

        Raises
        ------
        GoneError
            For a version whose data, style or renderer is no longer the one kept; and what
            ``pinned`` raises.
        BusyError
            Where it must be drawn, and too many wait for that already.
        BlockingIOError
            Where one who cannot be ``waiting`` would have to.
        """
        pinned = self.pinned(request)
        key = pinned.path
        tile = self._memory.get(key)
        if tile is not None:
            self._told("memory", 0.0)
            return tile
        state = self._state()
        tile = self._stored(pinned, key)
        source = "disk" if tile else "render"
        try:
            tile = tile or self._flown(pinned, key, waiting)
        except LayersError as error:
            if waiting:  # else who can wait comes after, and is the one who is counted
                self._told("refused" if isinstance(error, BusyError) else source, 0.0)
            raise
        self._told(source, 0.0)
        self._memory.put(key, tile, state)
        return tile

    def _state(self) -> int:
        """Return when something was last taken back from the public; 0 for never."""
        try:
            return self._mark.stat().st_mtime_ns if self._mark else 0
        except OSError:
            return 0

    def is_kept(self, pinned: TileRequest) -> bool:
        """Tell whether the disk holds a pinned tile, without reading it."""
        return self._disk is not None and self._disk.holds(pinned.path)

    def _flown(self, pinned: TileRequest, key: str, waiting: bool = True) -> Tile:
        if not waiting and not self._is_quick(pinned):
            raise BlockingIOError
        block = self._block(pinned)

        def make() -> Mapping[str, Tile]:
            # Who cannot wait is the only one of a kind, and draws one after the other anyhow.
            with self._gate(pinned).passed() if waiting else contextlib.nullcontext():
                return self._made(pinned, key)

        while True:
            tiles = self._flight.once(
                block, lambda: self._found(pinned, key), make, waiting=waiting
            )
            # One who waited for a neighbour in the block may find that only the neighbour came.
            if key in tiles:
                return tiles[key]

    def legend(
        self, layer_id: str, style_id: str, breaks: tuple[float, ...] = ()
    ) -> tuple[legend.LegendEntry, ...]:
        """Return what the colours of a style mean, low to high."""
        return legend.entries(self._style(layer_id, style_id), breaks)

    def _gate(self, pinned: TileRequest) -> Gate:
        spec = KINDS[self._layers[pinned.layer].kind]
        quick = spec.cells or (spec.vector and pinned.format == "mvt")
        return self.quick if quick and not spec.slow else self.gate

    def _is_quick(self, pinned: TileRequest) -> bool:
        """Tell whether a render takes no more than some milliseconds: of cells that are mapped."""
        kind = self._kinds[pinned.layer]
        version = data_part(str(pinned.version))
        return isinstance(kind, SurfaceKind) and kind.is_at_hand(pinned.time, version)

    def _block(self, pinned: TileRequest) -> str:
        """Return the name of what is drawn at once: the tile, or the first one of its block."""
        at = pinned.window
        side = KINDS[self._layers[pinned.layer].kind].block_px // at.size_px
        if side < 2:
            return pinned.path
        first = Window(at.zoom, at.col // side * side, at.row // side * side, at.size_px)
        return dataclasses.replace(pinned, window=first).path

    def _stored(self, pinned: TileRequest, key: str) -> Tile | None:
        body = self._disk.get(key) if self._disk else None
        if body is None:
            return None
        nothing = body == _EMPTY[pinned.format](pinned.window.size_px)
        return self._empty(pinned) if nothing else self._tile(pinned, body)

    def _tile(self, pinned: TileRequest, body: bytes) -> Tile:
        packs = pinned.format == "mvt" and len(body) >= PACKED_FROM_BYTES
        packed = igzip.compress(body, PACKING, mtime=0) if packs else None
        return Tile(body, MEDIA_TYPES[pinned.format], self.etag(pinned), packed=packed)

    def _found(self, pinned: TileRequest, key: str) -> Mapping[str, Tile] | None:
        tile = self._memory.get(key) or self._stored(pinned, key)
        return None if tile is None else {key: tile}

    def _made(self, pinned: TileRequest, key: str) -> Mapping[str, Tile]:
        begin_s, state = time.perf_counter(), self._state()
        made = self._drawn(pinned)
        for path, tile in made.items():
            # A vector tile of no bytes is no file: one without bytes has lost them.
            if self._disk and tile.body and not (tile.empty and self._is_idle(pinned)):
                self._disk.put(path, tile.body, lambda: state == self._state())
            # Those who come late find it, even where there is no disk or it takes nothing.
            if path == key or not self._disk:
                self._memory.put(path, tile, state)
        self._told("made", time.perf_counter() - begin_s)
        return made

    def _drawn(self, pinned: TileRequest) -> Mapping[str, Tile]:
        style = self._style(pinned.layer, pinned.style)
        self._check(pinned)
        return {
            each.path: self._tile(each, body) if body else self._empty(each)
            for each, body in self._maker.made(pinned, style)
        }

    def _is_idle(self, pinned: TileRequest) -> bool:
        """Tell whether a tile of nothing is cheaper to find again than to keep.

        There is much of it. Where the layer is, a file lets whoever serves the folder answer
        without us; an address with a query is no file's.
        """
        extent = self._kinds[pinned.layer].extent()
        return (
            pinned.options != PLAIN
            or pinned.window.zoom > extent.max_zoom
            or not extent.bounds.intersects(pinned.window.bounds)
            or extent == nothing_yet(self._layers[pinned.layer])
        )

    def _empty(self, pinned: TileRequest) -> Tile:
        nothing = _EMPTY[pinned.format](pinned.window.size_px)
        return Tile(nothing, MEDIA_TYPES[pinned.format], self.etag(pinned), empty=True)

    def _check(self, pinned: TileRequest) -> None:
        version, shown = str(pinned.version), self._shown[pinned.layer, pinned.style]
        if version != f"{data_part(version)}-{shown}":
            raise GoneError(
                f'version "{version}" shows style "{pinned.style}" as it was drawn before; '
                f'it now ends in "{shown}"'
            )

    def _style(self, layer_id: str, style_id: str) -> StyleDefinition:
        if layer_id not in self._layers:
            raise UnknownLayerError(f'no layer "{layer_id}"{nearest(layer_id, self._layers)}')
        layer = self._layers[layer_id]
        style = layer.style(style_id)
        if style is None:
            known = [s.id for s in layer.styles]
            raise UnknownStyleError(
                f'layer "{layer_id}" has no style "{style_id}"; known are {", ".join(known)}'
                f"{nearest(style_id, known)}"
            )
        return style

    def _newest_time(self, layer_id: str) -> datetime | None:
        kind = self._kinds[layer_id]
        times = kind.extent().times
        if times:
            return times[-1]
        kind.version(None)  # raises where a layer with times has nothing yet
        return None

    def _standing(self, layer: str, style: str, version: str, at: str) -> Standing:
        try:
            moment = None if at == "static" else temporal.instant(at)
            if self.newest(layer, style, moment)[0] != version:
                return Standing.SUPERSEDED
            newest = moment == self._newest_time(layer)
        except LayersError:
            return Standing.SUPERSEDED
        return Standing.NEWEST if newest else Standing.CURRENT
