"""Reading the cells of published surfaces, and letting go of their files."""

import contextlib
import os
import threading
from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from layers.errors import GoneError
from layers.geo import TILE_PX, CellGrid
from layers.model import Float32Array, SurfaceInfo
from layers.store import classed, geotiff
from layers.store.classed import Lines
from layers.store.paths import Paths
from layers.store.pyramid import Pyramid
from layers.store.working_copy import IntArray, WorkingCopy

OPEN_COPIES = 256
READ_BYTES = 16_000_000
WORKING, GEOTIFF = ".tiles", ".tif"


def stem(paths: Paths, layer_id: str, valid_time: datetime, token: str) -> Path:
    """Return the path of a surface's files without their suffix."""
    day = valid_time.strftime("%Y-%m-%d")
    return paths.surfaces / layer_id / day / f"{valid_time.strftime('%H%M%S')}-{token}"


class Cells:
    """Reads cells of published surfaces; a few working copies stay mapped."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._open: OrderedDict[tuple[str, str], WorkingCopy | Float32Array] = OrderedDict()
        self._classed: OrderedDict[tuple[str, str, str], Pyramid[np.uint8]] = OrderedDict()
        self._lock = threading.Lock()

    def path(self, info: SurfaceInfo, suffix: str) -> Path:
        """Return the path of one of the files of a surface."""
        base = stem(self._paths, info.layer_id, info.valid_time, info.token)
        return base.with_name(base.name + suffix)

    def read(self, info: SurfaceInfo, rows: slice, cols: slice) -> Float32Array:
        """Return cells, shape (bands, rows, cols).

        Raises
        ------
        GoneError
            Where the files were retired since the surface was looked up.
        """
        held = self._held(info)
        if isinstance(held, WorkingCopy):
            return held.read(rows, cols)
        return np.array(held[:, rows, cols])

    def cell(self, info: SurfaceInfo, row: int, col: int) -> Float32Array:
        """Return one cell, shape (bands,).

        Raises
        ------
        GoneError
            As ``read``.
        """
        held = self._held(info)
        found = held.cell(row, col) if isinstance(held, WorkingCopy) else held[:, row, col]
        return np.array(found)

    def is_at_hand(self, info: SurfaceInfo) -> bool:
        """Tell whether cells can be had without decoding a whole file."""
        return self._held_already(info) is not None or self.path(info, WORKING).is_file()

    def part(self, info: SurfaceInfo, rows: slice, cols: slice) -> Float32Array:
        """Return cells as ``read`` does, for who reads a little of each of many surfaces.

        Of a compressed one no more is decoded than is asked for, and nothing of it is held.
        """
        held = self._held_already(info)
        if held is None and not self.path(info, WORKING).is_file():
            with contextlib.suppress(OSError):
                return geotiff.read_geotiff(self.path(info, GEOTIFF), (rows, cols))
        return self.read(info, rows, cols)

    def picked(self, info: SurfaceInfo, zoom: int, rows: IntArray, cols: IntArray) -> Float32Array:
        """Return cells of a zoom, shape (bands, rows, cols).

        ``rows`` and ``cols`` rise, and count cells of the grid as it is thinned to that zoom.

        Raises
        ------
        GoneError
            As ``read``.
        """
        held = self._held(info)
        if isinstance(held, WorkingCopy) and held.holds(zoom):
            return held.picked(zoom, rows, cols)
        thinned = info.grid.thinned(zoom)
        assert thinned is not None  # noqa: S101 - there are cells that are asked for
        down, across = info.grid.taken(thinned)
        rows, cols = down.start + rows * down.step, across.start + cols * across.step
        if isinstance(held, WorkingCopy):
            return held.picked(info.grid.zoom, rows, cols)
        return np.array(held[:, rows][:, :, cols])

    def tile(self, info: SurfaceInfo, zoom: int, row: int, col: int) -> Float32Array | None:
        """Return the cells of a tile, shape (bands, 256, 256), NaN beyond the grid.

        At a zoom below the grid's they are every 2^k-th one. None where no cell is in the tile.
        What is returned may be the file itself: it is not to be written to.

        Raises
        ------
        GoneError
            As ``read``.
        """
        held = self._held(info)
        if isinstance(held, WorkingCopy) and held.holds(zoom):
            return held.tile(zoom, row, col)
        thinned = info.grid.thinned(zoom)
        if thinned is None:
            return None
        top, left = row * TILE_PX - thinned.row, col * TILE_PX - thinned.col
        r, c = max(top, 0), max(left, 0)
        height = min(top + TILE_PX, thinned.height) - r
        width = min(left + TILE_PX, thinned.width) - c
        if height <= 0 or width <= 0:
            return None
        part = CellGrid(zoom, thinned.col + c, thinned.row + r, width, height)
        cells = self.read(info, *info.grid.taken(part))
        tile = np.full((len(cells), TILE_PX, TILE_PX), np.nan, np.float32)
        tile[:, r - top : r - top + height, c - left : c - left + width] = cells
        return tile

    def classed(self, info: SurfaceInfo, shown: str, zoom: int, row: int, col: int) -> Lines | None:
        """Return the lines of a tile in the style of a token, or None where none are kept."""
        held = self._mapped(info, shown)
        return held.tile(zoom, row, col) if held is not None and held.holds(zoom) else None

    def classed_part(
        self, info: SurfaceInfo, shown: str, zoom: int, rows: slice, cols: slice
    ) -> tuple[Lines, int] | None:
        """Return what ``classed.part`` does, or None where none are kept."""
        held = self._mapped(info, shown)
        if held is None or not held.holds(zoom):
            return None
        return classed.part(held, zoom, rows, cols)

    def maps_classed(self, info: SurfaceInfo, shown: str) -> bool:
        """Tell whether classes are kept in the style of a token, and can be read."""
        return self._mapped(info, shown) is not None

    def _mapped(self, info: SurfaceInfo, shown: str) -> Pyramid[np.uint8] | None:
        key = (info.layer_id, info.token, shown)
        with self._lock:
            held = self._classed.get(key)
            if held is not None:
                self._classed.move_to_end(key)
                return held
        path = self.path(info, f".{shown}")
        if not os.path.exists(path):  # noqa: PTH110 - a tenth of the time of Path's
            return None
        try:
            held = classed.mapped(path, info.grid)
        except OSError:
            return None  # it went in between, or is not whole: the cells stay
        with self._lock:
            _let_go(self._classed)
            self._classed[key] = held
            while len(self._classed) > OPEN_COPIES:
                self._classed.popitem(last=False)
        return held

    def _held_already(self, info: SurfaceInfo) -> WorkingCopy | Float32Array | None:
        key = (info.layer_id, info.token)
        with self._lock:
            if key in self._open:
                self._open.move_to_end(key)
            return self._open.get(key)

    def _held(self, info: SurfaceInfo) -> WorkingCopy | Float32Array:
        held = self._held_already(info)
        if held is not None:
            return held
        key = (info.layer_id, info.token)
        try:
            # A working copy may be dropped at any moment: its GeoTIFF stays.
            held = WorkingCopy(self.path(info, WORKING), info.grid)
        except OSError:
            try:
                held = geotiff.read_geotiff(self.path(info, GEOTIFF))
            except OSError:
                raise GoneError(
                    f'version "{info.token}" of layer "{info.layer_id}" is no longer kept'
                ) from None
        with self._lock:
            _let_go(self._open)
            self._open[key] = held
            while len(self._open) > OPEN_COPIES or self._read_bytes() > READ_BYTES:
                self._open.popitem(last=False)
        return held

    def _read_bytes(self) -> int:
        """Return what the cells take that were read; those of a working copy are only mapped."""
        if len(self._open) == 1:
            return 0
        return sum(held.nbytes for held in self._open.values() if isinstance(held, np.ndarray))


def _let_go(held: OrderedDict[Any, Any]) -> None:
    """Forget the files that were deleted: mapped, they would keep their room on the disk."""
    for key in [key for key, each in held.items() if isinstance(each, Pyramid) and each.is_gone]:
        del held[key]


def compress(cells: Cells, infos: list[SurfaceInfo]) -> int:
    """Drop all but the GeoTIFF of surfaces: their cells are read from it from now on."""
    dropped = 0
    for info in infos:
        dropped += cells.path(info, WORKING).is_file()
        _delete(cells, info, keep=GEOTIFF)
    return dropped


def delete(cells: Cells, infos: list[SurfaceInfo]) -> None:
    """Delete the files of retired surfaces."""
    for info in infos:
        _delete(cells, info)


def _delete(cells: Cells, info: SurfaceInfo, keep: str | None = None) -> None:
    base = cells.path(info, "")
    for path in base.parent.glob(f"{base.name}.*"):
        if path.suffix != keep:
            path.unlink(missing_ok=True)
