"""External rasters in any reference system: one file or a mosaic of many, with times or without."""

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from layers import temporal
from layers.errors import BadFileError, GoneError, NoSurfaceError
from layers.geo import MAX_ZOOM as DEEPEST
from layers.geo import TILE_PX, Bounds, Point, Window, cell_m
from layers.kinds import aligned
from layers.kinds.cells import placed
from layers.kinds.raster_datasets import POOL, Pool, check_blocks
from layers.kinds.raster_files import LOOK_S, Pattern, RasterFile, Shelf
from layers.kinds.raster_mosaic import Mosaic
from layers.kinds.raster_people import Cells, box_around
from layers.kinds.sources import Sources, nothing_yet
from layers.model import Extent, Float32Array, LayerDefinition, Raster
from layers.model.kind import Question
from layers.views import View

MEASURES = ("value",)
MAX_ZOOM = 14
_ROUNDING = 1.0 + 1e-6


class RasterKind:
    """One band of the files of an entry, read where they lie or from their aligned copy."""

    def __init__(
        self, layer: LayerDefinition, sources: Sources, pool: Pool = POOL, look_s: float = LOOK_S
    ) -> None:
        if not layer.paths:
            raise BadFileError(f'layer "{layer.id}" names no file')
        self._layer = layer
        self._copies = sources.store.aligned
        self._unit = str(layer.options.get("unit", ""))
        self._shelf = Shelf(layer.paths, look_s)
        self.mosaic = Mosaic(self._shelf, band_of(layer), pool)
        """The files as they lie."""

    def extent(self) -> Extent:
        """Bounds of the newest files, unless the entry says a domain, and the times of all."""
        times = tuple(at for at in self._shelf.files() if at is not None)
        bounds = self._layer.domain or self.mosaic.bounds(times[-1] if times else None)
        if bounds is None:
            return nothing_yet(self._layer)
        return Extent(bounds, 0, MAX_ZOOM, times)

    def footprint(self, at: datetime | None) -> tuple[Bounds, int]:
        """Return what the files cover, and the zoom whose cells are no larger than theirs.

        Raises
        ------
        BadFileError
            Where no file can be read.
        """
        headers = self.mosaic.headers(self._moment(at))
        bounds = self._layer.domain or self.mosaic.bounds(self._moment(at))
        if not headers or bounds is None:
            raise BadFileError(f'layer "{self._layer.id}": no file can be read')
        finest_m = min(header.cell_m for header in headers)
        zoom = self._layer.native_zoom
        if zoom is None and not math.isfinite(finest_m):
            raise BadFileError(
                f'layer "{self._layer.id}" needs a native_zoom: its middle is a pole'
            )
        if zoom is None:
            zoom = math.ceil(math.log2(cell_m(0) / (finest_m * _ROUNDING)))
            zoom = min(MAX_ZOOM, max(0, zoom))
        return bounds, zoom

    def version(self, at: datetime | None) -> str:
        """Version of the aligned copy where it is made, else of the files as they lie."""
        token = self.token(at)
        aligned = self.aligned_token(token)
        return aligned if aligned and self._copies.has(self._layer.id, aligned) else token

    def token(self, at: datetime | None) -> str:
        """Return a hash of the names, sizes and dates of the files.

        Raises
        ------
        NoSurfaceError
            For a time that no file has.
        """
        return self._shelf.token(self._moment(at))

    def aligned_token(self, token: str) -> str | None:
        """Return the version of the aligned copy of a version, or None for a layer without."""
        if not self._layer.options.get("align"):
            return None
        said = f"{token} {band_of(self._layer)} {self._layer.native_zoom} {self._layer.domain}"
        return hashlib.blake2b(said.encode(), digest_size=5).hexdigest()

    def _moment(self, at: datetime | None) -> datetime | None:
        if not self._shelf.timed:
            return None
        files = self._shelf.files()
        if at is None:
            at = next(reversed(files), None)
        if at is None or at not in files:
            when = f" of {temporal.word(at)}" if at else ""
            raise NoSurfaceError(f'layer "{self._layer.id}" has no file{when}')
        return at

    def tile(
        self, window: Window | View, at: datetime | None, version: str, question: Question
    ) -> Raster | None:
        """Cells at the pixels of a window: those it lies in, or between them for a smooth one."""
        if isinstance(window, View):
            return self._viewed(window, at, version, question.smooth)
        token = self.token(at)
        if version == token:
            value = self._from_files(window, self._moment(at), question.smooth)
            self._still(at, version)
            return _raster(value, 0)
        if version != self.aligned_token(token):
            raise self._gone(version)
        return self._from_copy(window, version, question.smooth)

    def _viewed(self, view: View, at: datetime | None, version: str, smooth: bool) -> Raster | None:
        token = self.token(at)
        if version == token:
            value = self.mosaic.cells(view, self._moment(at), smooth=smooth)
            self._still(at, version)
            return _raster(value, 0)
        if version != self.aligned_token(token):
            raise self._gone(version)
        return self._from_copy(view, version, smooth)

    def _from_copy(self, window: Window | View, version: str, smooth: bool) -> Raster | None:
        try:
            found = aligned.shown(
                lambda zoom: self._copies.level(self._layer.id, version, zoom),
                window,
                smooth=smooth,
            )
        except aligned.NotKept:
            raise self._gone(version) from None
        if found is None:
            return None
        cells = found.cells
        if found.target is not None:
            cells = placed(cells, found.target, found.count)
        raster = _raster(cells, found.margin)
        return raster if raster is None or found.seen is None else found.seen.shown(raster)

    def _from_files(self, window: Window, at: datetime | None, smooth: bool) -> Float32Array | None:
        if window.size_px == TILE_PX or window.zoom == DEEPEST:
            return self.mosaic.cells(window, at, smooth=smooth)
        # A dense tile is its four children, put together.
        whole = np.full((2, TILE_PX, 2, TILE_PX), np.nan, np.float32)
        for row, col in ((0, 0), (0, 1), (1, 0), (1, 1)):
            child = Window(window.zoom + 1, 2 * window.col + col, 2 * window.row + row)
            cells = self.mosaic.cells(child, at, smooth=smooth)
            if cells is not None:
                whole[row, :, col] = cells
        return whole.reshape(2 * TILE_PX, 2 * TILE_PX)

    def _still(self, at: datetime | None, version: str) -> None:
        """Look that no file came while the files were read: the answer is kept for ever."""
        if self.token(at) != version:
            raise self._gone(version)

    def _gone(self, version: str) -> GoneError:
        return GoneError(f'version "{version}" of layer "{self._layer.id}" is no longer kept')

    def people(self, place: Point, radius_m: float) -> Cells | None:
        """Return the newest cells around a place, None where the files do not reach so far.

        Raises
        ------
        BadFileError
            Where they cannot be read, or are too many.
        """
        moment = self._moment(None)
        held, asked = self.mosaic.bounds(moment), box_around(place, radius_m)
        if held is None or not (
            held.west <= asked.west and asked.east <= held.east
            and held.south <= asked.south and asked.north <= held.north
        ):  # fmt: skip
            return None
        return self.mosaic.people(place, moment, radius_m, self._unit)

    def reach(self) -> Bounds | None:
        """Return what the newest files cover, None where there are none that can be read."""
        try:
            return self.mosaic.bounds(self._moment(None))
        except NoSurfaceError:
            return None

    def people_near(self, place: Point, radius_m: float, square_m: float) -> Cells:
        """Return the newest cells around a place that there are, added up in squares.

        Raises
        ------
        BadFileError
            Where they cannot be read, or are too many.
        """
        return self.mosaic.people(place, self._moment(None), radius_m, self._unit, square_m)

    def inspect(self, point: Point, at: datetime | None) -> Mapping[str, Any]:
        """The uppermost cell with a value that holds the point, as stored."""
        try:
            moment = self._moment(at)
        except NoSurfaceError:
            return {"known": False, "reason": "no_surface", "values": []}
        facts: dict[str, Any] = {"version": self.version(moment), "values": []}
        if moment is not None:
            facts["time"] = moment
        try:
            name, cell = self.mosaic.value_at(point, moment)
        except BadFileError as fault:
            return {**facts, "known": False, "reason": "unreadable", "error": str(fault)}
        if cell is None or not np.isfinite(cell):
            reason = "outside_domain" if cell is None else "no_value"
            return {**facts, "known": False, "reason": reason}
        value = {"name": "value", "value": cell, "unit": self._unit}
        return {**facts, "source": {"file": name}, "values": [value], "known": True, "reason": ""}


def _raster(value: Float32Array | None, margin: int) -> Raster | None:
    if value is None:
        return None
    known = ~np.isnan(value)
    return Raster({"value": value}, margin, known) if known.any() else None


def band_of(layer: LayerDefinition) -> int:
    """Return the band that an entry shows."""
    return int(layer.options.get("band", 1))


def is_timed(layer: LayerDefinition) -> bool:
    """Tell whether the names of the files of a layer say times."""
    return any("{time:" in path.name for path in layer.paths)


def check(layer: LayerDefinition) -> None:
    """Look that the patterns of an entry can be read, and the files that it names one by one.

    Raises
    ------
    BadFileError
        With what is wrong.
    """
    Shelf(layer.paths)
    for path in layer.paths:
        pattern = Pattern.of(path)
        if pattern is None and not path.is_file():
            raise BadFileError(f"the file {path} is missing")
        if pattern is None:
            check_file(RasterFile.of(path), band_of(layer))
        elif not pattern.folder.is_dir():
            raise BadFileError(f"the folder {pattern.folder} is missing")


def check_file(file: RasterFile, band: int) -> None:
    """Look that a file can be shown, and that all its cells are there.

    Raises
    ------
    BadFileError
        With what is wrong with it.
    """
    Pool(0).header(file, band)
    check_blocks(file, band)


def problems(layer: LayerDefinition) -> list[str]:
    """Return what is wrong with each of the files of an entry, in words."""
    shelf = Shelf(layer.paths)
    found = []
    for file in (file for files in shelf.files().values() for file in files):
        try:
            check_file(file, band_of(layer))
        except BadFileError as reason:
            found.append(str(reason))
    return [*found, *([shelf.trouble] if shelf.trouble else [])]
