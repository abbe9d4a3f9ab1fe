"""The cells of a surface or of a raster as bands: what their files are written from."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.errors import RasterioIOError

from layers.errors import GoneError, TooLargeError
from layers.exchange import flat
from layers.exchange.cog import Band
from layers.files import bands
from layers.files.wanted import Wanted
from layers.geo import DECIMALS, TILE_PX, CellGrid, Window
from layers.interpolation import Predictive
from layers.kinds.raster import RasterKind
from layers.kinds.readings import measured
from layers.model import Float32Array, LayerDefinition, Raster, SurfaceInfo
from layers.model.kind import Question
from layers.store import Reader

if TYPE_CHECKING:
    import pyarrow as pa

FloatArray = NDArray[np.float64]
MOST_ROWS = 1_000_000
"""Cells that are written as rows of a table; a raster of more is read as a raster."""
LARGEST_CELLS = 100_000_000
"""Cells of a raster layer that are written as one file."""


@dataclass(frozen=True, slots=True)
class Cells(ABC):
    """Bands on a grid, read strip by strip; the first ``columns`` of them are those of a table."""

    grid: CellGrid
    bands: tuple[Band, ...]
    columns: int
    tags: Mapping[str, str]

    @abstractmethod
    def strips(self) -> Iterator[tuple[int, Float32Array]]:
        """Yield first row and cells of shape (bands, rows, width), from north to south."""


@dataclass(frozen=True, slots=True)
class SurfaceCells(Cells):
    """The cells of a published surface, in the unit of its quantity.

    What is shown is NaN where the network cannot know; what they are computed from is whole.
    """

    store: Reader
    info: SurfaceInfo
    layer: LayerDefinition

    @classmethod
    def of(cls, store: Reader, wanted: Wanted) -> "SurfaceCells":
        """Look a surface up; its tags are those that it was published with.

        Raises
        ------
        NoSurfaceError, GoneError
        """
        info = store.surface(wanted.layer.id, wanted.time, wanted.version)
        try:
            with rasterio.open(store.geotiff(info), driver="GTiff") as dataset:
                tags = dataset.tags()
        except RasterioIOError:
            raise GoneError(
                f'version "{wanted.version}" of layer "{wanted.layer.id}" is no longer kept'
            ) from None
        tags = {k: v for k, v in tags.items() if k != "AREA_OR_POINT"}
        whole = bands.of_surface(wanted.layer, info)
        columns = len(bands.described(wanted.layer))
        return cls(info.grid, whole, columns, tags | said(wanted), store, info, wanted.layer)

    def strips(self) -> Iterator[tuple[int, Float32Array]]:
        """Yield first row and cells of shape (bands, rows, width), from north to south."""
        for row in range(0, self.grid.height, TILE_PX):
            rows = slice(row, min(row + TILE_PX, self.grid.height))
            cells = self.store.cells(self.info, rows, slice(0, self.grid.width))
            found = Predictive(cells, self.info.transform)
            known = found.support < self.layer.support_limit
            own = [
                np.where(known, measured(Question(style), found), np.float32(np.nan))
                for style in bands.shown(self.layer).values()
            ]
            yield row, np.stack([*own, found.support, *cells[:-1]]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class RasterCells(Cells):
    """The cells that a raster layer shows, at the zoom of its finest file."""

    kind: RasterKind
    wanted: Wanted

    @classmethod
    def of(cls, kind: RasterKind, wanted: Wanted) -> "RasterCells":
        """Look at the files of a layer.

        Raises
        ------
        TooLargeError
            For more than a hundred million cells.
        """
        grid = bounded(CellGrid.covering(*kind.footprint(wanted.time)))
        unit = str(wanted.layer.options.get("unit", ""))
        band = Band("value", unit, wanted.layer.title)
        return cls(grid, (band,), 1, said(wanted), kind, wanted)

    def strips(self) -> Iterator[tuple[int, Float32Array]]:
        """Yield first row and cells of shape (1, rows, width), from north to south."""
        grid, zoom = self.grid, self.grid.zoom
        question = Question(self.wanted.style)
        for tile_row in range(grid.row // TILE_PX, -(-(grid.row + grid.height) // TILE_PX)):
            first = max(grid.row, tile_row * TILE_PX)
            last = min(grid.row + grid.height, (tile_row + 1) * TILE_PX)
            strip = np.full((1, last - first, grid.width), np.nan, np.float32)
            for tile_col in range(grid.col // TILE_PX, -(-(grid.col + grid.width) // TILE_PX)):
                window = Window(zoom, tile_col, tile_row)
                found = self.kind.tile(window, self.wanted.time, self.wanted.version, question)
                if not isinstance(found, Raster):
                    continue
                left = max(grid.col, tile_col * TILE_PX)
                right = min(grid.col + grid.width, (tile_col + 1) * TILE_PX)
                within = slice(first - tile_row * TILE_PX, last - tile_row * TILE_PX)
                across = slice(left - tile_col * TILE_PX, right - tile_col * TILE_PX)
                place = slice(left - grid.col, right - grid.col)
                strip[0, :, place] = found.bands["value"][within, across]
            yield first - grid.row, strip


def bounded(grid: CellGrid) -> CellGrid:
    """Return a grid, or raise TooLargeError where it has more cells than one file takes."""
    if grid.width * grid.height > LARGEST_CELLS:
        raise TooLargeError(
            f"{grid.width:,} x {grid.height:,} cells; at most {LARGEST_CELLS:,} are a file"
        )
    return grid


def said(wanted: Wanted) -> dict[str, str]:
    """Return the tags that every raster has; those without a word are left out."""
    facts = wanted.facts
    told = {
        "TIFFTAG_DOCUMENTNAME": facts.title,
        "title": facts.title,
        "notice": facts.notice,
        "attribution": facts.attribution,
        "licence": facts.licence,
        "context": facts.context,
        "version": facts.version,
        "support_limit": f"{wanted.layer.support_limit:g}" if wanted.layer.quantity else "",
    }
    return {name: text for name, text in told.items() if text}


def table(cells: Cells, facts: flat.Facts) -> "pa.Table":
    """Return a row for every cell that has a value: its place, its values, and the facts.

    Raises
    ------
    TooLargeError
        For more than a million of them.
    """
    import pyarrow as pa

    shown = cells.bands[: cells.columns]
    values, places, indices = [], [], []
    count = 0
    for first, strip in cells.strips():
        rows, cols = np.nonzero(~np.isnan(strip[0]))
        count += len(rows)
        if count > MOST_ROWS:
            raise TooLargeError(
                f"more than {MOST_ROWS:,} cells have a value; take the layer as .tif"
            )
        down = np.arange(first, first + strip.shape[1])
        lon, lat = cells.grid.at(down, np.arange(cells.grid.width))
        places.append(np.column_stack((lon[cols], lat[rows])))
        values.append(strip[: len(shown), rows, cols])
        indices.append(np.column_stack((cells.grid.col + cols, cells.grid.row + first + rows)))
    lonlat: FloatArray = np.concatenate(places).astype(np.float64).round(DECIMALS)
    whole = np.concatenate(values, axis=1)
    ids = [f"{cells.grid.zoom}/{col}/{row}" for col, row in np.concatenate(indices).tolist()]
    columns = {"id": pa.array(ids, pa.string())}
    columns |= {name: pa.array(lonlat[:, i]) for i, name in enumerate(flat.PLACE)}
    for i, band in enumerate(shown):
        columns[band.name] = pa.array(_short(whole[i]), from_pandas=True)
    columns["unit"] = pa.repeat(shown[0].unit, len(ids))
    return flat.finished(columns, _wkb(lonlat), facts)


def _short(values: Float32Array) -> FloatArray:
    """Return numbers with the seven digits that float32 has."""
    wide = values.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = 6 - np.floor(np.log10(np.abs(wide)))
    scale = 10.0 ** np.where(np.isfinite(digits), digits, 0.0)
    # What is written is the nearest number with so few digits, not one beside it.
    return np.asarray(np.round(wide * scale) / scale)


def _wkb(lonlat: FloatArray) -> list[bytes]:
    """Return points as well-known binary."""
    whole = np.zeros(len(lonlat), [("order", "u1"), ("type", "<u4"), ("xy", "<f8", 2)])
    whole["order"], whole["type"], whole["xy"] = 1, shapely.GeometryType.POINT + 1, lonlat
    block, size = whole.tobytes(), whole.itemsize
    return [block[at : at + size] for at in range(0, len(block), size)]
