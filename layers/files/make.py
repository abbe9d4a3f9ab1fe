"""What is asked for becomes a file: each format from the columns or the cells of a layer."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import GoneError, UnsupportedFormatError, nearest
from layers.exchange import (
    cog,
    csv_features,
    flat,
    flatgeobuf,
    geopackage,
    geoparquet,
    kml,
)
from layers.files import globes, qgis
from layers.files.cells import Cells, RasterCells, SurfaceCells, table
from layers.files.kept import WAITING, Kept
from layers.files.suitability_cells import SuitabilityCells
from layers.files.wanted import Wanted, offered
from layers.kinds import FeatureKind
from layers.kinds.collection import degrees
from layers.kinds.contours import ContoursKind
from layers.kinds.raster import RasterKind
from layers.kinds.suitability import SuitabilityKind
from layers.kinds.surface import SurfaceKind
from layers.model import LayerDefinition
from layers.model.kind import LayerKind
from layers.pictures import Pictures
from layers.store import Reader
from layers.tiles.gate import Gate

if TYPE_CHECKING:
    import pyarrow as pa

Make = Callable[[Path], None]


class Files:
    """The files of the layers of a catalogue; threads may share it."""

    def __init__(
        self,
        layers: Mapping[str, LayerDefinition],
        kinds: Mapping[str, LayerKind],
        store: Reader,
        kept: Kept,
        font: bytes | None = None,
    ) -> None:
        self._kinds = kinds
        self._store = store
        self._kept = kept
        # Of its own: a file of a thousand pictures takes no place from those who look at a map.
        self._pictures = Pictures(layers, kinds, Gate(1, WAITING), font)

    def file(self, wanted: Wanted) -> Path:
        """Return the file, made once.

        Raises
        ------
        UnsupportedFormatError
            For a format that the layer is not offered in.
        GoneError
            For a version that is no longer kept.
        TooLargeError
            For more than a file of that format takes.
        UnavailableError
            Where too many files are being made, or the disk takes no more.
        """
        known = offered(wanted.layer)
        if wanted.suffix not in known or wanted.suffix in ("geojson", "qml"):
            raise UnsupportedFormatError(
                f'layer "{wanted.layer.id}" is offered as .{", .".join(known)}, '
                f'not ".{wanted.suffix}"{nearest(wanted.suffix, known)}'
            )
        self._still(wanted)
        return self._kept.file(wanted.path, self._maker(wanted))

    def _still(self, wanted: Wanted) -> None:
        """Look that a version is still kept: what was taken back is not given away again."""
        of, at = wanted.layer, wanted.time
        kind = self._kinds[of.id]
        if isinstance(kind, SurfaceKind | ContoursKind):
            surface = of.source or of
            self._store.surface(surface.id, at, wanted.version)
            return
        known = {kind.version(at)}
        if isinstance(kind, RasterKind):
            known.add(kind.token(at))
        if wanted.version not in known:
            raise GoneError(f'version "{wanted.version}" of layer "{of.id}" is no longer kept')

    def _maker(self, wanted: Wanted) -> Make:
        kind = self._kinds[wanted.layer.id]
        if isinstance(kind, FeatureKind):
            return lambda path: self._features(kind, wanted, path)
        return lambda path: self._cells(kind, wanted, path)

    def _features(self, kind: FeatureKind, wanted: Wanted, path: Path) -> None:
        features = kind.everything(wanted.time, wanted.version)
        rows = flat.table(features, degrees(features), wanted.facts)
        self._rows(rows, wanted, path)

    def _cells(self, kind: LayerKind, wanted: Wanted, path: Path) -> None:
        cells: Cells
        if isinstance(kind, RasterKind):
            cells = RasterCells.of(kind, wanted)
        elif isinstance(kind, SuitabilityKind):
            cells = SuitabilityCells.of(kind, wanted)
        else:
            cells = SurfaceCells.of(self._store, wanted)
        if wanted.suffix == "tif":
            cog.write(path, cells.grid, cells.bands, cells.strips(), cells.tags)
        elif wanted.suffix == "kmz":
            # Of this hour: the newest one may cover another box.
            bounds = cells.grid.bounds
            last = globes.deepest(bounds, cells.grid.zoom)
            made = globes.tiles(self._pictures, wanted, bounds, last)
            legend = globes.legend(self._pictures, wanted)
            with path.open("wb") as stream:
                kml.write_tiles(stream, made, last, wanted.facts, legend)
        else:
            self._rows(table(cells, wanted.facts), wanted, path)

    def _rows(self, rows: "pa.Table", wanted: Wanted, path: Path) -> None:
        match wanted.suffix:
            case "csv":
                with path.open("wb") as stream:
                    csv_features.write(rows, stream, bom=wanted.bom, packed=wanted.packed)
            case "gpkg":
                of = wanted.layer
                styles = {each.id: qgis.style(of, each) for each in of.styles}
                geopackage.write(rows, path, wanted.facts, styles)
            case "fgb":
                flatgeobuf.write(rows, path, wanted.facts)
            case "parquet":
                geoparquet.write(rows, path, wanted.facts)
            case "kmz":
                look = globes.look(self._pictures, rows, wanted)
                with path.open("wb") as stream:
                    kml.write_features(stream, rows, wanted.facts, look)
