"""Cells made once and aligned to the tiles of WebMercatorQuad: a level for each zoom.

They are copies of external rasters, or computed of what is loaded. They lie in the folder of the
cache and may be deleted at any time. A level is raw numbers, tile by tile: shape (tile rows, tile
columns, 256, 256), or (tile rows, tile columns, bands, 256, 256).
"""

import contextlib
import fcntl
import json
import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.geo import TILE_PX, Bounds, CellGrid, Window
from layers.store.paths import Paths

Cells = NDArray[Any]
OPEN_LEVELS = 64
_SAID = "aligned.json"


@dataclass(frozen=True, slots=True)
class Part:
    """Numbers that a copy holds: how they are written, and how many of them in a cell.

    ``bands`` 0 is one without an axis of its own. A part that is not of every level is of the
    deepest one alone.
    """

    name: str = "cells"
    type: str = "<f4"
    bands: int = 0
    every_level: bool = True

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a tile."""
        return (*((self.bands,) if self.bands else ()), TILE_PX, TILE_PX)


CELLS = Part()
"""The values of a raster."""


@dataclass(frozen=True, slots=True)
class Level:
    """The cells of one zoom, mapped."""

    grid: CellGrid
    tiles: NDArray[Any]

    def tile(self, row: int, col: int) -> NDArray[Any] | None:
        """Return the cells of a tile, shape (..., 256, 256), or None where the copy has none."""
        r, c = row - self.grid.row // TILE_PX, col - self.grid.col // TILE_PX
        rows, cols = self.tiles.shape[:2]
        return self.tiles[r, c] if 0 <= r < rows and 0 <= c < cols else None

    def cell(self, row: int, col: int) -> NDArray[Any]:
        """Return one cell, shape (...), counted as in ``read``, at a tenth of its cost."""
        found: NDArray[Any] = self.tiles[
            row // TILE_PX, col // TILE_PX, ..., row % TILE_PX, col % TILE_PX
        ]
        return found

    def read(self, rows: slice, cols: slice) -> NDArray[Any]:
        """Return cells of shape (..., rows, cols), counted in the grid of whole tiles."""
        row, col = rows.start // TILE_PX, cols.start // TILE_PX
        part = self.tiles[row : -(-rows.stop // TILE_PX), col : -(-cols.stop // TILE_PX)]
        down, across = part.shape[0] * TILE_PX, part.shape[1] * TILE_PX
        whole = np.moveaxis(part, (0, 1), (-4, -3)).swapaxes(-3, -2)
        found: NDArray[Any] = whole.reshape(*part.shape[2:-2], down, across)[
            ...,
            rows.start - row * TILE_PX : rows.stop - row * TILE_PX,
            cols.start - col * TILE_PX : cols.stop - col * TILE_PX,
        ]
        return found


def grid_of(bounds: Bounds, zoom: int) -> CellGrid:
    """Return whole tiles that cover bounds: a copy holds no part of one."""
    found = CellGrid.covering(bounds, zoom)
    col, row = found.col // TILE_PX, found.row // TILE_PX
    width = -(-(found.col + found.width) // TILE_PX) - col
    height = -(-(found.row + found.height) // TILE_PX) - row
    side = TILE_PX
    return CellGrid(zoom, col * side, row * side, width * side, height * side)


class Aligned:
    """The copies in a data folder; safe for threads, and for readers beside the one who writes."""

    def __init__(self, paths: Paths) -> None:
        self._root = paths.cache / "aligned"
        self._open: OrderedDict[tuple[str, str, int, str], Level] = OrderedDict()
        self._told: dict[str, tuple[tuple[int, int], dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def has(self, layer_id: str, token: str) -> bool:
        """Tell whether there is a whole copy of that version."""
        return (self._root / layer_id / token / _SAID).is_file()

    def newest(self, layer_id: str) -> str | None:
        """Return the version that was made last, None without any."""
        made = []
        for said in (self._root / layer_id).glob(f"*/{_SAID}"):
            with contextlib.suppress(OSError):  # it was superseded at this moment
                made.append((said.stat().st_mtime_ns, said.parent.name))
        return max(made)[1] if made else None

    def said(self, layer_id: str, token: str) -> dict[str, Any] | None:
        """Return what is told of a copy: its ``zoom``, its ``bounds``, and what its maker says."""
        path = f"{self._root}/{layer_id}/{token}/{_SAID}"
        try:
            written = os.stat(path)  # noqa: PTH116 - a tenth of the time of Path's
            # Asked at every click: a file that is the same one says the same.
            same = (written.st_ino, written.st_mtime_ns)
            held = self._told.get(path)
            if held is None or held[0] != same:
                held = same, json.loads(Path(path).read_text("utf-8"))
                with self._lock:
                    self._told[path] = held
                    while len(self._told) > OPEN_LEVELS:
                        self._told.pop(next(iter(self._told)))
        except (OSError, ValueError):
            return None
        return dict(held[1])

    def level(
        self,
        layer_id: str,
        token: str,
        zoom: int,
        part: Part = CELLS,
        said: Mapping[str, Any] | None = None,
    ) -> Level | None:
        """Return the cells of a zoom, or of the deepest one below it; None without a copy.

        ``said`` is what is told of the copy, where that is at hand.
        """
        said = said or self.said(layer_id, token)
        if said is None:
            return None
        try:
            zoom = min(zoom, said["zoom"])
            key = (layer_id, token, zoom, part.name)
            with self._lock:
                if key in self._open:
                    self._open.move_to_end(key)
                    return self._open[key]
            folder, grid = self._root / layer_id / token, grid_of(Bounds(*said["bounds"]), zoom)
            # A plain array: a memmap would make each of its slices at ten times the cost.
            flat = np.memmap(folder / f"{zoom}.{part.name}", part.type, "r").view(np.ndarray)
            found = Level(
                grid, flat.reshape(grid.height // TILE_PX, grid.width // TILE_PX, *part.shape)
            )
        except (OSError, ValueError):
            return None
        with self._lock:
            self._open[key] = found
            while len(self._open) > OPEN_LEVELS:
                self._open.popitem(last=False)
        return found

    def write(
        self,
        layer_id: str,
        token: str,
        bounds: Bounds,
        zoom: int,
        read: Callable[[Window], Sequence[Cells]],
        parts: Sequence[Part] = (CELLS,),
        said: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a copy, tile by tile: no more than one tile is held.

        Parameters
        ----------
        bounds : Bounds
            What the copy covers.
        zoom : int
            Its deepest level; there is one for each zoom down to 0.
        read : callable
            Returns the cells of a tile for each part, shapes (..., 256, 256).
        said : mapping, optional
            What is told beside zoom and bounds, as JSON.
        """
        with self._writing():
            if not self.has(layer_id, token):
                told = {**(said or {}), "zoom": zoom, "bounds": bounds.as_tuple()}
                self._write(self._root / layer_id / token, told, read, parts)

    def _write(
        self,
        folder: Path,
        said: Mapping[str, Any],
        read: Callable[[Window], Sequence[Cells]],
        parts: Sequence[Part],
    ) -> None:
        unfinished = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        bounds, zoom = Bounds(*said["bounds"]), said["zoom"]
        for each in range(zoom + 1):
            with contextlib.ExitStack() as opened:
                streams = [
                    opened.enter_context((unfinished / f"{each}.{part.name}").open("wb"))
                    if part.every_level or each == zoom
                    else None
                    for part in parts
                ]
                for window in windows_of(grid_of(bounds, each)):
                    found = read(window)
                    for stream, part, cells in zip(streams, parts, found, strict=True):
                        if stream is not None:
                            stream.write(cells.astype(part.type, order="C").data)
                for stream in filter(None, streams):
                    stream.flush()
                    os.fsync(stream.fileno())
        (unfinished / _SAID).write_text(json.dumps(said), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep other writers out; the kernel lets them in when this one dies."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def keep(self, layer_id: str, tokens: Collection[str]) -> None:
        """Delete the copies of a layer but these; who reads one at this moment reads on."""
        folder = self._root / layer_id
        with self._writing():
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.name not in tokens:
                    shutil.rmtree(path, ignore_errors=True)


def windows_of(grid: CellGrid) -> Iterator[Window]:
    """Yield the tiles of a grid of whole ones, row by row."""
    for row in range(grid.row // TILE_PX, (grid.row + grid.height) // TILE_PX):
        for col in range(grid.col // TILE_PX, (grid.col + grid.width) // TILE_PX):
            yield Window(grid.zoom, col, row)
