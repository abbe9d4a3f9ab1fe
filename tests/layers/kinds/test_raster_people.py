"""People of rasters whose sums are known, around places of the two states."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from layers.errors import BadFileError
from layers.geo import GEOD, Point
from layers.kinds import raster_people
from layers.kinds.raster_datasets import Pool
from layers.kinds.raster_files import RasterFile
from layers.kinds.raster_people import cells_around
from layers.screening import people_in_cells

ULKEN = Point(73.981, 45.205)
KM2 = 12.0  # people for each square kilometre where they are spread evenly


def written(
    path: Path, values: np.ndarray, crs: str, west: float, north: float, cell: float
) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", crs=crs, transform=Affine(cell, 0, west, 0, -cell, north),
        width=values.shape[1], height=values.shape[0], count=1, dtype="float32", nodata=-99,
        tiled=True, blockxsize=256, blockysize=256, compress="deflate",
    ) as out:  # fmt: skip
        out.write(values.astype(np.float32), 1)
    return path


def counted(path: Path, unit: str, place: Point, radius_km: float) -> tuple[float, int]:
    pool, file = Pool(), RasterFile(path, path.stat().st_size, path.stat().st_mtime_ns)
    header = pool.header(file, 1)
    cells = cells_around(pool, file, header, 1, unit, place, radius_km * 1000)
    country = np.full(len(cells.lon), "KZ")
    (circle,) = people_in_cells(
        place, cells.lon, cells.lat, cells.people, cells.side_m, country, radii_km=(radius_km,)
    )
    return circle.total, len(cells.lon)


@pytest.mark.parametrize("radius_km", [5.0, 32.0, 100.0, 300.0])
def test_a_density_of_degrees_has_the_people_of_the_circle_on_the_ellipsoid(
    tmp_path: Path, radius_km: float
) -> None:
    # 30 seconds, as most rasters of population have.
    values = np.full((840, 1080), KM2)
    path = written(tmp_path / "d.tif", values, "EPSG:4326", 69.5, 48.7, 1 / 120)
    total, cells = counted(path, "1/km2", ULKEN, radius_km)
    assert total == pytest.approx(KM2 * np.pi * radius_km**2, rel=0.005 if radius_km > 5 else 0.01)
    assert cells < 20_000


@pytest.mark.parametrize("radius_km", [5.0, 32.0, 100.0, 300.0])
def test_people_of_cells_of_a_plane_are_not_weighed_by_its_scale(
    tmp_path: Path, radius_km: float
) -> None:
    # Mollweide, as GHSL has it: equal in area, and far from square here.
    side = 1000.0
    to = rasterio.warp.transform("OGC:CRS84", "ESRI:54009", [ULKEN.lon], [ULKEN.lat])
    west, north = np.floor(to[0][0] / side - 450) * side, np.ceil(to[1][0] / side + 450) * side
    values = np.full((900, 900), KM2 * side**2 / 1e6)
    path = written(tmp_path / "m.tif", values, "ESRI:54009", west, north, side)
    total, _ = counted(path, "people", ULKEN, radius_km)
    assert total == pytest.approx(KM2 * np.pi * radius_km**2, rel=0.01 if radius_km > 5 else 0.03)


def test_towns_are_counted_where_they_stand_and_gaps_hold_nobody(tmp_path: Path) -> None:
    values = np.full((840, 1080), -99.0)
    rng = np.random.default_rng(7)
    rows, cols = rng.integers(0, 840, 6000), rng.integers(0, 1080, 6000)
    values[rows, cols] = rng.integers(500, 50_000, 6000)
    values[10, 10] = np.nan
    path = written(tmp_path / "t.tif", values, "EPSG:4326", 69.5, 48.7, 1 / 120)
    down, across = np.nonzero(values > 0)
    lon, lat = 69.5 + (across + 0.5) / 120, 48.7 - (down + 0.5) / 120
    here = np.full(len(lon), ULKEN.lon), np.full(len(lon), ULKEN.lat)
    _, _, away = GEOD.inv(*here, lon, lat)
    people = values[down, across]
    for radius_km, edge in ((32.0, 800), (100.0, 1500)):
        # Whatever the edge does: what is clearly inside counts, what is clearly outside does not.
        least = people[away < radius_km * 1000 - edge].sum()
        most = people[away < radius_km * 1000 + edge].sum()
        total, _ = counted(path, "people", ULKEN, radius_km)
        assert least <= total <= most
        assert most - least < 0.2 * most


def test_far_from_the_file_nobody_is_and_too_fine_a_file_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "d.tif", np.full((300, 300), 1.0), "EPSG:4326", 60, 42, 1 / 120)
    assert counted(path, "people", ULKEN, 100.0) == (0, 0)
    monkeypatch.setattr(raster_people, "MOST_CELLS", 1000)
    with pytest.raises(BadFileError, match="a coarser one is needed"):
        counted(path, "people", Point(61, 41), 100.0)


def test_a_population_without_a_unit_is_no_population(tmp_path: Path) -> None:
    from layers.kinds import evidence
    from layers.model import LayerDefinition

    def entry(**options: Any) -> LayerDefinition:
        return LayerDefinition("people", "raster", "People", options=options)

    evidence.check_cells(entry(evidence="population", unit="1/km2"))
    with pytest.raises(BadFileError, match="of a population it is people or 1/km2"):
        evidence.check_cells(entry(evidence="population", unit="persons"))
