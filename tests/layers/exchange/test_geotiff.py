import io
import struct
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from layers.errors import BadFileError, TooLargeError
from layers.exchange import ADAPTERS, geotiff, tiff
from layers.model.raster import RasterInfo

TIFF = ADAPTERS["geotiff"]
CELLS = np.arange(12, dtype=np.float32).reshape(1, 3, 4)


def placed(west: float, north: float, width: float, height: float) -> Affine:
    return Affine(width, 0, west, 0, -height, north)


def made(cells: Any = CELLS, tags: dict[str, str] | None = None, **profile: Any) -> bytes:
    usual = {
        "driver": "GTiff", "count": cells.shape[0], "height": cells.shape[1],
        "width": cells.shape[2], "dtype": cells.dtype, "crs": "EPSG:4326",
        "transform": placed(70, 45, 0.5, 0.5),
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**{**usual, **profile}) as target:
            target.write(cells)
            target.update_tags(**(tags or {}))
        return bytes(memory.read())


def read(data: bytes, **defaults: str) -> RasterInfo:
    (found,) = TIFF.records(io.BytesIO(data), defaults)
    assert isinstance(found, RasterInfo)
    return found


def test_a_raster_is_described_by_its_cells() -> None:
    cells = CELLS.copy()
    cells[0, 0, :2] = -9999
    cells[0, 2, 3] = np.nan
    found = read(made(cells, nodata=-9999, tags={"units": "nSv/h"}))
    assert (found.width, found.height, found.bands, found.dtype) == (4, 3, 1, "float32")
    # 0 and 1 are nodata, 11 is NaN: 2..10 are left.
    assert (found.minimum, found.maximum, found.valid_cells) == (2.0, 10.0, 9)
    assert found.bounds.as_tuple() == (70.0, 43.5, 72.0, 45.0)
    assert found.transform == (0.5, 0.0, 70.0, 0.0, -0.5, 45.0)
    assert (found.unit, found.crs_name, found.nodata) == ("nSv/h", "EPSG:4326", -9999)


def test_the_caller_says_the_unit_only_where_the_file_does_not() -> None:
    assert read(made(), unit="g").unit == "g"
    assert read(made(tags={"units": "m"}), unit="g").unit == "m"
    assert read(made()).unit == ""


def test_any_reference_system_is_placed_on_earth() -> None:
    projected = made(crs="EPSG:32642", transform=placed(500_000, 5_000_000, 1000, 1000))
    found = read(projected)
    assert found.crs_name == "EPSG:32642"
    # The central meridian of zone 42 is 69 E; 5,000 km of northing lie near 45.15 N.
    assert found.bounds.west == pytest.approx(69.0, abs=0.01)
    assert found.bounds.north == pytest.approx(45.15, abs=0.01)


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ({"crs": None}, "no coordinate reference system"),
        ({"crs": 'LOCAL_CS["site",UNIT["metre",1]]'}, "position of the raster on Earth"),
        ({"transform": Affine.identity()}, "no georeference"),
        ({"transform": Affine(0.5, 0.1, 70, 0.1, -0.5, 45)}, "or a rotated one"),
        ({"transform": placed(70, 445, 0.5, 0.5)}, "position of the raster on Earth"),
        ({"crs": "EPSG:3857", "transform": placed(9e9, 9e9, 1, 1)}, "on Earth"),
    ],
)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_without_a_place_is_refused(profile: dict[str, Any], words: str) -> None:
    data = made(**profile)
    with pytest.raises(BadFileError, match=words):
        read(data)


def test_a_raster_without_a_value_or_of_complex_numbers_is_refused() -> None:
    with pytest.raises(BadFileError, match="no cell of band 1"):
        read(made(np.full((1, 3, 4), np.nan, np.float32)))
    with pytest.raises(BadFileError, match="complex64"):
        read(made(CELLS.astype(np.complex64)))


def test_cells_beyond_the_limit_are_refused_before_they_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(geotiff, "MAX_CELLS", 11)
    monkeypatch.setattr(geotiff, "_described", None)
    with pytest.raises(TooLargeError, match="12 cells; the limit is 11"):
        read(made())


def test_a_bomb_of_one_small_file_is_refused_by_what_it_declares() -> None:
    # 40,000 x 40,000 cells that were never written are a file of some kB.
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", count=1, height=40_000, width=40_000, dtype="uint8", crs="EPSG:4326",
            transform=placed(70, 45, 1e-4, 1e-4), tiled=True, sparse_ok=True, blockxsize=4096,
            blockysize=4096,
        ):  # fmt: skip
            pass
        data = bytes(memory.read())
    assert len(data) < 20_000
    with pytest.raises(TooLargeError, match="1,600,000,000 cells"):
        read(data)


def test_a_block_that_needs_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geotiff, "MAX_BLOCK_BYTES", 47)
    with pytest.raises(TooLargeError, match="one block of the raster is 48 bytes"):
        read(made())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"<VRTDataset><SRS>EPSG:4326</SRS></VRTDataset>", "no TIFF"),
        (b"<GDAL_WMS><Service name='TMS'/></GDAL_WMS>", "no TIFF"),
        (b"/etc/hostname", "no TIFF"),
        (b"II*\0", "is cut"),
        (b"II*\0\xff\xff\xff\xff", "is cut"),
        (b"II*\0\0\0\0\0", "cut or damaged"),
        (b"MM\0*" + bytes(100), "cut or damaged"),
    ],
)
def test_what_is_no_geotiff_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(BadFileError, match=words) as caught:
        read(data)
    assert "vsimem" not in str(caught.value)


def test_a_damaged_block_of_any_band_refuses_the_file() -> None:
    cells = np.random.default_rng(3).integers(90, 99, (2, 64, 64)).astype(np.float32)
    data = made(cells, compress="deflate", interleave="band")
    assert read(data).bands == 2
    middle = len(data) * 3 // 4
    broken = data[:middle] + bytes(200) + data[middle + 200 :]
    with pytest.raises(BadFileError, match="cut or damaged"):
        read(broken)


@pytest.mark.parametrize("profile", [{}, {"BIGTIFF": "YES"}, {"ENDIANNESS": "BIG"}])
def test_every_kind_of_tiff_is_seen_to_be_whole(profile: dict[str, str]) -> None:
    data = made(**profile)
    assert tiff.is_whole(data)
    assert read(data).valid_cells == 12
    for point in range(4, len(data)):
        with pytest.raises(BadFileError):
            read(data[:point])


def test_a_chain_of_directories_that_bites_its_tail_ends() -> None:
    # One directory of no entries at offset 8, whose successor is itself.
    assert tiff.is_whole(struct.pack("<2sHIHI", b"II", 42, 8, 0, 8))


def test_gdal_leaves_nothing_behind_and_sees_no_other_driver() -> None:
    read(made())
    assert rasterio.env.hasenv() is False
