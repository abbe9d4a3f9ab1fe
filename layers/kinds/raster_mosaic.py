"""Many files as one picture: what comes later lies above, and shows through where it has none."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadFileError, BadParameterError, GoneError, UnavailableError
from layers.geo import Bounds, Point, Window
from layers.kinds.raster_datasets import Header, Pool
from layers.kinds.raster_files import RasterFile, Shelf
from layers.kinds.raster_people import Cells, box_around, cells_around
from layers.kinds.raster_reading import read, value_at
from layers.model import Float32Array
from layers.views import View

FloatArray = NDArray[np.float64]
LOG = logging.getLogger("layers.raster")
FILES_A_TILE = 64
"""Files that are read for one tile; a mosaic of more is shown from afar when it is aligned."""
_TIMES = 256
"""Times whose headers are held in order."""


@dataclass(frozen=True, slots=True)
class _Laid:
    """The files of a time that say where they lie, with boxes in degrees, and those that do not."""

    files: tuple[RasterFile, ...]
    placed: list[tuple[RasterFile, Header]]
    boxes: FloatArray
    broken: list[tuple[RasterFile, str]]

    def within(self, bounds: Bounds) -> list[tuple[RasterFile, Header]]:
        """Return the files that share an area with a box, in their order."""
        west, south, east, north = self.boxes.T
        here = (west < bounds.east) & (bounds.west < east)
        here &= (south < bounds.north) & (bounds.south < north)
        return [self.placed[i] for i in np.flatnonzero(here)]


class Mosaic:
    """One band of the files of a shelf. A broken file is an error at its place, and only there."""

    def __init__(self, shelf: Shelf, band: int, pool: Pool) -> None:
        self._shelf = shelf
        self._band = band
        self._pool = pool
        self._known: dict[Path, Bounds] = {}
        self._told: set[RasterFile] = set()
        self._held: OrderedDict[datetime | None, _Laid] = OrderedDict()

    def _laid(self, at: datetime | None) -> _Laid:
        """Return where the files of a time lie; what has no header is told in the log, once."""
        files = self._shelf.at(at)
        held = self._held.get(at)
        # What was broken is tried again after each look at the folder: it may have been a moment's.
        if held and (held.files is files or (held.files == files and not held.broken)):
            return held
        placed, broken = [], []
        for file in files:
            try:
                header = self._pool.header(file, self._band)
            except BadFileError as reason:
                broken.append((file, str(reason)))
                if file not in self._told:
                    self._told.add(file)
                    LOG.warning("%s", reason)
                continue
            self._known[file.path] = header.bounds
            placed.append((file, header))
        boxes = np.array([header.bounds.as_tuple() for _, header in placed]).reshape(-1, 4)
        held = self._held[at] = _Laid(files, placed, boxes, broken)
        while len(self._held) > _TIMES:
            self._held.popitem(last=False)
        return held

    def headers(self, at: datetime | None) -> list[Header]:
        """Return what the files of a time say of themselves; broken ones are left out."""
        return [header for _, header in self._laid(at).placed]

    def bounds(self, at: datetime | None) -> Bounds | None:
        """Return the box around the files of a time, None where none can be read."""
        boxes = self._laid(at).boxes
        if not len(boxes):
            return None
        west, south = boxes[:, :2].min(axis=0).tolist()
        east, north = boxes[:, 2:].max(axis=0).tolist()
        return Bounds(west, south, east, north)

    def cells(
        self,
        window: Window | View,
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
        laid, box, view = self._laid(at), window.bounds, _view(window)
        if box is None:
            return None
        here = laid.within(box)
        if most is not None and len(here) > most:
            raise BadParameterError(
                f"a picture that shows {len(here)} files; at most {most} are read for one: "
                "zoom in, or let the layer be aligned"
            )
        self._all_there(laid, box)
        found: Float32Array | None = None
        for file, header in reversed(here):
            below = self._read(file, header, view, smooth)
            if found is None:
                found = below
            else:
                np.copyto(found, below, where=np.isnan(found))
            if not np.isnan(found).any():
                break
        return found

    def _all_there(self, laid: _Laid, box: Bounds) -> None:
        if self._shelf.trouble:
            raise UnavailableError(self._shelf.trouble)
        for file, reason in laid.broken:
            # Where it lay is known from before; the only file of a layer lies everywhere.
            place = self._known.get(file.path)
            if len(laid.files) == 1 or (place is not None and place.intersects(box)):
                raise UnavailableError(reason)

    def _read(self, file: RasterFile, header: Header, view: View, smooth: bool) -> Float32Array:
        try:
            value = read(self._pool, file, header, self._band, view, smooth)
        except BadFileError as reason:
            if file.is_unchanged():
                raise UnavailableError(str(reason)) from reason
            raise GoneError(f"{file.path.name} cannot be read any more") from reason
        if not file.is_unchanged():
            raise GoneError(f"{file.path.name} changed while it was read")
        return value

    def people(
        self,
        place: Point,
        at: datetime | None,
        radius_m: float,
        unit: str,
        square_m: float | None = None,
    ) -> Cells:
        """Return the cells around a place of all files; where two hold people, both count.

        Raises
        ------
        BadFileError
            Where a file cannot be read, or has too many cells there.
        """
        laid = self._laid(at)
        box = box_around(place, radius_m)
        self._all_there(laid, box)
        found = [
            cells_around(self._pool, file, header, self._band, unit, place, radius_m, square_m)
            for file, header in laid.within(box)
        ]
        columns = [(c.lon, c.lat, c.people, c.side_m) for c in found] or [(np.empty(0),) * 4]
        return Cells(*(np.concatenate(each) for each in zip(*columns, strict=True)))

    def value_at(self, point: Point, at: datetime | None) -> tuple[str, float | None]:
        """Return the uppermost file that has a value at a point, and the value as stored.

        NaN where the files have none, None beyond all of them; the name is then empty.

        Raises
        ------
        BadFileError
            Where a file that lies above cannot be read.
        """
        none: float | None = None
        for file, header in reversed(self._laid(at).within(_about(point))):
            value = value_at(self._pool, file, header, self._band, point)
            if value is not None and np.isfinite(value):
                return file.path.name, value
            none = value if none is None else none
        return "", none


def _view(window: Window | View) -> View:
    if isinstance(window, View):
        return window
    return View("EPSG:3857", *window.bounds_m, window.size_px, window.size_px)


def _about(point: Point) -> Bounds:
    """Return a small box around a point."""
    more = 1e-9
    west, south = max(-180.0, point.lon - more), max(-90.0, point.lat - more)
    return Bounds(west, south, min(180.0, point.lon + more), min(90.0, point.lat + more))
