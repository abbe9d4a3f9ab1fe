"""Hazard data sets where they lie: a manifest, its grids and its zones, as one in memory."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.windows import Window as Part

from layers.errors import BadFileError, BadInputError, TooLargeError
from layers.exchange import adapter, xyz_grid
from layers.exchange.hazard_manifest import HazardFile, HazardFiles, parse
from layers.geo import Bounds
from layers.kinds.raster_datasets import ENVIRONMENT, FAULTS, opened
from layers.model import Feature, RejectedRecord, ground_motion
from layers.model.hazard import HazardDataset, HazardGrid, HazardManifest, HazardZones

MOST_CELLS = 25_000_000
"""Of one grid, within the box that is read: half of the world at 0.05 degrees."""
MAX_MANIFEST_BYTES = 100_000
TEXT_SUFFIXES = (".csv", ".txt", ".dat", ".xyz", ".asc", ".grd")
"""Names of grids as text; any other is GeoTIFF."""


def read(path: Path, within: Bounds | None = None) -> HazardDataset:
    """Read a hazard data set.

    Parameters
    ----------
    path : Path
        Its manifest; the files that it names lie beside it.
    within : Bounds or None
        The part of its grids that is wanted; of a map of the world a region is enough.

    Returns
    -------
    HazardDataset
        Accelerations in g, intensities in MSK-64, whatever the files hold.

    Raises
    ------
    BadFileError
        For a manifest, a grid or a GeoJSON file that is none, naming the file.
    BadInputError
        Where values are not of the unit that the manifest declares.
    TooLargeError
        For a grid of more than ``MOST_CELLS`` cells.
    """
    manifest, files = manifest_at(path)
    parts = (_part(path.parent / each.path, each, manifest, within) for each in files.parts)
    territory = None
    if files.territory:
        territory = shapely.union_all(
            [each.geometry for each in _areas(path.parent / files.territory)]
        )
    return HazardDataset(manifest, tuple(parts), territory)


def manifest_at(path: Path) -> tuple[HazardManifest, HazardFiles]:
    """Read and check a manifest alone.

    Raises
    ------
    BadFileError
        With what is wrong with it.
    """
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise BadFileError(f"{path.name} is too long for a manifest")
        text = path.read_text("utf-8")
    except OSError as reason:
        raise BadFileError(f"{path.name} cannot be read ({reason.strerror})") from reason
    except UnicodeDecodeError as reason:
        raise BadFileError(f"{path.name} is not UTF-8 text") from reason
    return parse(text, path.name)


def _part(
    path: Path, file: HazardFile, manifest: HazardManifest, within: Bounds | None
) -> HazardGrid | HazardZones:
    try:
        if file.property:
            return _zones(path, file, manifest.unit)
        if path.suffix.lower() in TEXT_SUFFIXES:
            return _text_grid(path, file, manifest.unit)
        return _grid(path, file, manifest.unit, within)
    except OSError as reason:
        raise BadFileError(f"{path.name} cannot be read ({reason.strerror})") from reason
    except FAULTS as reason:
        raise BadFileError(f"{path.name} cannot be read") from reason
    except BadInputError as reason:
        text = str(reason)
        named = text if path.name in text else f"{path.name}: {text}"
        raise type(reason)(named) from reason


def _grid(path: Path, file: HazardFile, unit: str, within: Bounds | None) -> HazardGrid:
    with rasterio.Env(**ENVIRONMENT), opened(path, file.band) as dataset:
        place = dataset.transform
        if (
            not dataset.crs.is_geographic
            or not place.is_rectilinear
            or place.e >= 0
            or place.a <= 0
        ):
            raise BadFileError(
                f"{path.name} is not in longitude and latitude with its first row in the north"
            )
        declared = dataset.units[file.band - 1]
        if declared and ground_motion.unit(declared) != unit:
            raise BadInputError(f'the file says its unit is "{declared}", the manifest "{unit}"')
        part = _within(dataset, within)
        if part.width * part.height > MOST_CELLS:
            raise TooLargeError(
                f"{part.width} x {part.height} cells; {MOST_CELLS:,} are read at most"
            )
        cells = dataset.read(file.band, window=part, masked=True).astype(np.float64).filled(np.nan)
        cells = cells * dataset.scales[file.band - 1] + dataset.offsets[file.band - 1]
    cells[~np.isfinite(cells)] = np.nan
    values = ground_motion.canonical(cells, unit).astype(np.float32)
    return HazardGrid(
        file.period_y,
        values,
        west=place.c + part.col_off * place.a,
        north=place.f + part.row_off * place.e,
        step_lon=place.a,
        step_lat=-place.e,
    )


def _text_grid(path: Path, file: HazardFile, unit: str) -> HazardGrid:
    with path.open("rb") as stream:
        cells, (west, north, step_lon, step_lat) = xyz_grid.read(stream, file.band)
    values = ground_motion.canonical(cells, unit).astype(np.float32)
    return HazardGrid(file.period_y, values, west, north, step_lon, step_lat)


def _within(dataset: Any, box: Bounds | None) -> Part:
    if box is None:
        return Part(0, 0, dataset.width, dataset.height)
    place = dataset.transform
    first_col = int(np.clip((box.west - place.c) // place.a, 0, dataset.width))
    last_col = int(np.clip(-((place.c - box.east) // place.a), first_col, dataset.width))
    first_row = int(np.clip((place.f - box.north) // -place.e, 0, dataset.height))
    last_row = int(np.clip(-((box.south - place.f) // -place.e), first_row, dataset.height))
    return Part(first_col, first_row, last_col - first_col, last_row - first_row)


def _zones(path: Path, file: HazardFile, unit: str) -> HazardZones:
    features = _areas(path)
    geometry: NDArray[np.object_] = np.empty(len(features), object)
    geometry[:] = [each.geometry for each in features]
    values = np.array([_number(each, file.property, path.name) for each in features])
    return HazardZones(file.period_y, geometry, ground_motion.canonical(values, unit))


def _areas(path: Path) -> list[Feature]:
    """Return the areas of a GeoJSON file; anything else in it is an error."""
    found = []
    try:
        with path.open("rb") as stream:
            for record in adapter("geojson").records(stream, {"collection": "hazard"}):
                if isinstance(record, RejectedRecord):
                    raise BadFileError(f"{path.name}, feature {record.line}: {record.reason}")
                if isinstance(record, Feature):
                    if record.geometry.geom_type not in ("Polygon", "MultiPolygon"):
                        raise BadFileError(f"{path.name}, feature {record.line} is no area")
                    found.append(record)
    except OSError as reason:
        raise BadFileError(f"{path.name} cannot be read ({reason.strerror})") from reason
    if not found:
        raise BadFileError(f"{path.name} holds no area")
    return found


def _number(record: Feature, name: str, file: str) -> float:
    value = record.properties.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadFileError(f'{file}, feature {record.line}: "{name}" is {value!r}, no number')
    return float(value)
