"""Many files as one picture: what comes later lies above, and shows through where it has none."""

import logging
from datetime import datetime
from pathlib import Path

import numpy as np

from layers.errors import BadFileError, BadParameterError, GoneError, UnavailableError
from layers.geo import Bounds, Point, Window
from layers.kinds.raster_datasets import Header, Pool
from layers.kinds.raster_files import RasterFile, Shelf
from layers.kinds.raster_reading import read, value_at
from layers.model import Float32Array

LOG = logging.getLogger("layers.raster")
FILES_A_TILE = 64
"""Files that are read for one tile; a mosaic of more is shown from afar when it is aligned."""


class Mosaic:
    """One band of the files of a shelf. A broken file is an error at its place, and only there."""

    def __init__(self, shelf: Shelf, band: int, pool: Pool) -> None:
        self._shelf = shelf
        self._band = band
        self._pool = pool
        self._known: dict[Path, Bounds] = {}
        self._told: set[RasterFile] = set()

    def placed(self, at: datetime | None) -> list[tuple[RasterFile, Header]]:
        """Return the files of a time with their headers; what has none is told in the log."""
        found = []
        for file in self._shelf.at(at):
            try:
                header = self._pool.header(file, self._band)
            except BadFileError as reason:
                if file not in self._told:
                    self._told.add(file)
                    LOG.warning("%s", reason)
                continue
            self._known[file.path] = header.bounds
            found.append((file, header))
        return found

    def bounds(self, at: datetime | None) -> Bounds | None:
        """Return the box around the files of a time, None where none can be read."""
        boxes = [header.bounds for _, header in self.placed(at)]
        if not boxes:
            return None
        west, south = min(b.west for b in boxes), min(b.south for b in boxes)
        return Bounds(west, south, max(b.east for b in boxes), max(b.north for b in boxes))

    def cells(
        self,
        window: Window,
        at: datetime | None,
        *,
        smooth: bool = False,
        most: int | None = FILES_A_TILE,
    ) -> Float32Array | None:
        """Return the value at each pixel of a window, None where no file is.

        Raises
        ------
        UnavailableError
            Where a file that lies here, or the folder, cannot be read.
        GoneError
            Where a file changed while it was read.
        BadParameterError
            For a window that shows more than ``most`` files.
        """
        here = [p for p in self.placed(at) if p[1].bounds.intersects(window.bounds)]
        if most is not None and len(here) > most:
            raise BadParameterError(
                f"tile {window.zoom}/{window.col}/{window.row} shows {len(here)} files; at most "
                f"{most} are read for one: zoom in, or let the layer be aligned"
            )
        self._all_there(window, at)
        found: Float32Array | None = None
        for file, header in reversed(here):
            below = self._read(file, header, window, smooth)
            if found is None:
                found = below
            else:
                np.copyto(found, below, where=np.isnan(found))
            if not np.isnan(found).any():
                break
        return found

    def _all_there(self, window: Window, at: datetime | None) -> None:
        if self._shelf.trouble:
            raise UnavailableError(self._shelf.trouble)
        files = self._shelf.at(at)
        for file in files:
            try:
                self._pool.header(file, self._band)
            except BadFileError as reason:
                # Where it lay is known from before; the only file of a layer lies everywhere.
                box = self._known.get(file.path)
                if len(files) == 1 or (box is not None and box.intersects(window.bounds)):
                    raise UnavailableError(str(reason)) from reason

    def _read(self, file: RasterFile, header: Header, window: Window, smooth: bool) -> Float32Array:
        try:
            value = read(self._pool, file, header, self._band, window, smooth)
        except BadFileError as reason:
            if file.is_unchanged():
                raise UnavailableError(str(reason)) from reason
            raise GoneError(f"{file.path.name} cannot be read any more") from reason
        if not file.is_unchanged():
            raise GoneError(f"{file.path.name} changed while it was read")
        return value

    def value_at(self, point: Point, at: datetime | None) -> tuple[str, float | None]:
        """Return the uppermost file that has a value at a point, and the value as stored.

        NaN where the files have none, None beyond all of them; the name is then empty.

        Raises
        ------
        BadFileError
            Where a file that lies above cannot be read.
        """
        none: float | None = None
        for file, header in reversed(self.placed(at)):
            value = value_at(self._pool, file, header, self._band, point)
            if value is not None and np.isfinite(value):
                return file.path.name, value
            none = value if none is None else none
        return "", none
