"""Rasters of others: any reference system, many files, times, files that come and break."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
import rasterio.shutil
from rasterio.transform import Affine

from layers.errors import (
    BadFileError,
    BadParameterError,
    GoneError,
    NoSurfaceError,
    UnavailableError,
)
from layers.geo import Point, Window, lonlat, mercator
from layers.kinds import Sources, raster, raster_datasets
from layers.kinds.raster import RasterKind
from layers.kinds.raster_datasets import Pool
from layers.kinds.raster_files import Pattern, RasterFile, Shelf
from layers.model import Context, LayerDefinition, Raster, StyleDefinition
from layers.model.kind import Question
from layers.refresh import aligning
from layers.store import PUBLIC, Reader, Writer

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
PLAIN = Question(StyleDefinition("s"))
SMOOTH = Question(StyleDefinition("s"), smooth=True)
AROUND = Window(6, 44, 23)
HERE = Point(69.3, 41.3)


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[Sources]:
    writer, reader = Writer(tmp_path / "data", Context.ROUTINE), None
    reader = Reader(tmp_path / "data")
    yield Sources(reader, PUBLIC, lambda: NINE)
    reader.close()
    writer.close()


def write(
    path: Path,
    cells: Any,
    place: Affine = Affine(0.1, 0, 66, 0, -0.1, 44),  # noqa: B008
    crs: str = "EPSG:4326",
    **more: Any,
) -> Path:
    cells = np.asarray(cells)
    with rasterio.open(
        path, "w", driver="GTiff", height=cells.shape[0], width=cells.shape[1], count=1,
        dtype=more.pop("dtype", "float32"), crs=crs, transform=place, **more,
    ) as dataset:  # fmt: skip
        dataset.write(cells, 1)
    return path


def layer(*paths: Path, **options: Any) -> LayerDefinition:
    more = {k: options.pop(k) for k in ("domain", "native_zoom") if k in options}
    return LayerDefinition("own", "raster", "Own", paths=paths, options=options, **more)


def value(kind: RasterKind, window: Window = AROUND, question: Question = PLAIN, at: Any = None):
    found = kind.tile(window, at, kind.version(at), question)
    if found is None:
        return None
    inner = slice(found.margin, -found.margin or None)
    return found.bands["value"][inner, inner]


def centres(window: Window) -> tuple[np.ndarray, np.ndarray]:
    west, _, east, north = window.bounds_m
    step = (east - west) / window.size_px
    at = np.arange(window.size_px) + 0.5
    return np.meshgrid(west + at * step, north - at * step)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32642", "EPSG:28412", "EPSG:3408"])
@pytest.mark.parametrize("size_px", [256, 512])
def test_a_pixel_shows_the_cell_that_its_centre_lies_in(
    sources: Sources, tmp_path: Path, crs: str, size_px: int
) -> None:
    window = Window(8, 177, 95, size_px)
    x, y = centres(window)
    to = pyproj.Transformer.from_crs("EPSG:3857", crs, always_xy=True)
    px, py = to.transform(x, y)
    # 150 cells a side over the tile: a cell is nearly two pixels.
    step = float(max(np.ptp(px), np.ptp(py))) / 150
    place = Affine(step, 0, px.min() - step, 0, -step, py.max() + step)
    cells = np.random.default_rng(3).uniform(0, 1, (155, 155)).astype(np.float32)
    kind = RasterKind(layer(write(tmp_path / "a.tif", cells, place, crs)), sources)
    shown = value(kind, window)
    col, row = ~place @ (px, py)
    expected = cells[np.floor(row).astype(int), np.floor(col).astype(int)]
    far = np.minimum(abs(row - np.rint(row)), abs(col - np.rint(col))) > 0.02
    assert far.mean() > 0.85
    np.testing.assert_array_equal(shown[far], expected[far])


@pytest.mark.parametrize("question", [PLAIN, SMOOTH])
def test_a_dense_tile_is_its_four_children(
    sources: Sources, tmp_path: Path, question: Question
) -> None:
    cells = np.random.default_rng(4).uniform(0, 1, (90, 90)).astype(np.float32)
    place = Affine(5_000, 0, 300_000, 0, -5_000, 4_800_000)
    kind = RasterKind(layer(write(tmp_path / "a.tif", cells, place, "EPSG:32642")), sources)
    dense = value(kind, Window(6, 44, 23, 512), question)
    for row in range(2):
        for col in range(2):
            child = value(kind, Window(7, 88 + col, 46 + row), question)
            np.testing.assert_array_equal(dense[256 * row :, 256 * col :][:256, :256], child)
    assert value(kind, Window(22, 2_902_000, 1_570_000, 512)).shape == (512, 512)


def test_neighbours_share_their_edge(sources: Sources, tmp_path: Path) -> None:
    cells = np.random.default_rng(4).uniform(0, 1, (90, 90)).astype(np.float32)
    place = Affine(5_000, 0, 300_000, 0, -5_000, 4_800_000)
    kind = RasterKind(layer(write(tmp_path / "a.tif", cells, place, "EPSG:32642")), sources)
    west, east = (value(kind, Window(8, col, 95), SMOOTH) for col in (176, 177))
    within = max(np.abs(np.diff(each, axis=1)).max() for each in (west, east))
    assert np.abs(west[:, -1] - east[:, 0]).max() <= within * 1.01 < 0.3
    nearest = [value(kind, Window(8, col, 95)) for col in (176, 177)]
    # A cell is eight pixels: it goes on beyond the edge of a tile in most rows.
    assert (nearest[0][:, -1] == nearest[1][:, 0]).mean() > 0.7


def test_a_smooth_pixel_lies_between_the_centres_of_cells(sources: Sources, tmp_path: Path) -> None:
    # A plane is its own bilinear interpolation.
    lon, lat = np.meshgrid(66.05 + 0.1 * np.arange(80), 43.95 - 0.1 * np.arange(60))
    kind = RasterKind(layer(write(tmp_path / "a.tif", 2 * lon + lat)), sources)
    window = Window(8, 177, 95)
    x, y = centres(window)
    lon, lat = lonlat(x, y)
    np.testing.assert_allclose(value(kind, window, SMOOTH), 2 * lon + lat, atol=2e-3)


def test_nothing_is_shown_beyond_the_file_nor_where_it_says_nothing(
    sources: Sources, tmp_path: Path
) -> None:
    ones = np.ones((30, 30), np.int16)
    for name, more in {"plain": {}, "nodata": {"nodata": -1}}.items():
        ones[2, 18] = -1 if more else 1
        path = write(tmp_path / f"{name}.tif", ones, dtype="int16", **more)
        shown = value(RasterKind(layer(path), sources))
        assert set(np.unique(shown[~np.isnan(shown)])) == {1.0}, name
        assert 0.0 < np.isnan(shown).mean() < 1.0
    with rasterio.open(tmp_path / "plain.tif", "r+") as dataset:
        mask = np.full((30, 30), 255, np.uint8)
        mask[:, :20] = 0
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
            dataset.write_mask(mask)
    masked = RasterKind(layer(tmp_path / "plain.tif"), sources)
    assert np.isnan(value(masked)).sum() > np.isnan(shown).sum()
    assert masked.inspect(Point(66.05, 43.95), None)["reason"] == "no_value"
    assert masked.inspect(Point(68.95, 43.95), None)["known"] is True
    assert masked.inspect(Point(0, 0), None)["reason"] == "outside_domain"
    assert value(masked, Window(6, 0, 0)) is None


def test_scaled_whole_numbers_are_shown_and_told_as_values(
    sources: Sources, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.tif", np.full((60, 60), 215, np.int16), dtype="int16", nodata=-1)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (-5.0,)
    kind = RasterKind(layer(path), sources)
    assert np.nanmax(value(kind)) == pytest.approx(16.5)
    assert kind.inspect(HERE, None)["values"][0]["value"] == pytest.approx(16.5)


def test_from_afar_the_overview_that_suits_is_read(sources: Sources, tmp_path: Path) -> None:
    flat = tmp_path / "flat.tif"
    fine = np.tile(np.array([[0.0, 4.0]], np.float32), (2048, 1024))
    place = Affine(0.002, 0, 66, 0, -0.002, 44)
    write(flat, fine, place, tiled=True, blockxsize=256, blockysize=256)
    cog = tmp_path / "cog.tif"
    rasterio.shutil.copy(flat, cog, driver="COG", overview_resampling="AVERAGE")
    near = value(RasterKind(layer(cog), sources), Window(12, 2836, 1530))
    assert set(np.unique(near)) == {0.0, 4.0}
    afar = value(RasterKind(layer(cog), sources), Window(7, 88, 47))
    assert set(np.unique(afar[~np.isnan(afar)])) == {2.0}, "averages of the file's own making"
    plain = value(RasterKind(layer(flat), sources), Window(7, 88, 47))
    assert set(np.unique(plain[~np.isnan(plain)])) == {0.0, 4.0}


def test_what_comes_later_lies_above_and_shows_through_where_it_has_none(
    sources: Sources, tmp_path: Path
) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    above = np.full((60, 60), 2.0, np.float32)
    above[:, 30:] = np.nan
    write(folder / "b.tif", above)
    write(folder / "a.tif", np.ones((60, 60)))
    write(folder / "c.tif", np.full((60, 60), 3.0), Affine(10_000, 0, 5e5, 0, -10_000, 4.6e6),
          crs="EPSG:32642")  # fmt: skip
    (folder / "notes.txt").write_text("no raster")
    (folder / "d.tif.part").write_text("not yet")

    def told(kind: RasterKind, lon: float, lat: float) -> float:
        x, y = mercator(lon, lat)
        window = next(
            w for w in (Window(8, c, r) for c in range(170, 190) for r in range(90, 105))
            if w.bounds_m[0] <= x < w.bounds_m[2] and w.bounds_m[1] < y <= w.bounds_m[3]
        )  # fmt: skip
        gx, gy = centres(window)
        row, col = abs(gy[:, 0] - y).argmin(), abs(gx[0] - x).argmin()
        said = kind.inspect(Point(lon, lat), None)["values"][0]["value"]
        assert value(kind, window)[row, col] == said
        return float(said)

    for paths in ((folder,), (folder / "*.tif",), tuple(sorted(folder.glob("*.tif")))):
        kind = RasterKind(layer(*paths), sources)
        assert told(kind, 66.5, 43.5) == 2.0
        assert told(kind, 70.0, 43.5) == 1.0
        assert told(kind, 69.7, 41.3) == 3.0
        assert kind.extent().times == ()
    turned = RasterKind(layer(folder / "b.tif", folder / "a.tif"), sources)
    assert told(turned, 66.5, 43.5) == 1.0
    assert RasterKind(layer(folder), sources).extent().bounds.east > 72.0


def test_a_file_that_comes_changes_or_goes_is_seen_without_a_restart(
    sources: Sources, tmp_path: Path
) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    kind = RasterKind(layer(folder), sources, look_s=0.0)
    empty = kind.version(None)
    assert value(kind) is None
    path = write(folder / "a.tif", np.ones((60, 60)))
    first = kind.version(None)
    assert first != empty
    assert np.nanmax(value(kind)) == 1.0
    write(path, np.full((60, 60), 5.0))
    os.utime(path, ns=(0, 1))
    second = kind.version(None)
    assert second != first
    assert np.nanmax(value(kind)) == 5.0
    with pytest.raises(GoneError, match="no longer kept"):
        kind.tile(AROUND, None, first, PLAIN)
    path.unlink()
    assert kind.version(None) == empty
    assert value(kind) is None


def test_times_are_read_from_names(sources: Sources, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    for hour, number in ((10, 2.0), (9, 1.0)):
        write(folder / f"dose_20261123T{hour:02}_east.tif", np.full((60, 30), number))
        write(folder / f"dose_20261123T{hour:02}_west.tif", np.full((60, 30), number + 0.5),
              Affine(0.1, 0, 69, 0, -0.1, 44))  # fmt: skip
    write(folder / "dose_20261399T09_east.tif", np.ones((60, 60)))
    kind = RasterKind(layer(folder / "dose_{time:%Y%m%dT%H}_*.tif"), sources)
    ten = NINE.replace(hour=10)
    assert kind.extent().times == (NINE, ten)
    assert kind.version(None) == kind.version(ten) != kind.version(NINE)
    assert set(np.unique(value(kind, at=NINE))) >= {1.0, 1.5}
    assert set(np.unique(value(kind, at=ten))) >= {2.0, 2.5}
    assert kind.inspect(HERE, NINE)["values"][0]["value"] == 1.5
    assert kind.inspect(HERE, None)["time"] == ten
    with pytest.raises(NoSurfaceError, match="2026-11-23T11:00:00Z"):
        kind.version(NINE.replace(hour=11))
    assert raster.is_timed(layer(folder / "dose_{time:%Y%m%dT%H}_*.tif"))
    none = RasterKind(layer(folder / "none_{time:%Y}.tif"), sources)
    assert none.extent().times == ()
    assert none.inspect(HERE, None)["reason"] == "no_surface"
    with pytest.raises(NoSurfaceError):
        none.version(None)


@pytest.mark.parametrize(
    ("name", "word", "moment"),
    [
        ("a_{time:%Y}.tif", "a_2015.tif", datetime(2015, 1, 1, tzinfo=UTC)),
        ("{time:%Y-%m-%d}.tif", "2015-02-03.tif", datetime(2015, 2, 3, tzinfo=UTC)),
        ("x{time:%Y%j}?.tif", "x2015032b.tif", datetime(2015, 2, 1, tzinfo=UTC)),
        ("{time:%Y%m%dT%H%M%S%z}.tif", "20150203T040506+0500.tif",
         datetime(2015, 2, 2, 23, 5, 6, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_pattern_reads_the_time_that_it_says(
    tmp_path: Path, name: str, word: str, moment: datetime
) -> None:
    (tmp_path / word).write_bytes(b"")
    (tmp_path / "other.tif").write_bytes(b"")
    pattern = Pattern.of(tmp_path / name)
    assert pattern
    assert [file.time for file in pattern.files()] == [moment]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["{time:%m%d}.tif"], "no year"),
        (["{time:%Y%Q}.tif"], "%Q"),
        (["{time:%Y%Y}.tif"], "each once"),
        (["{time:%Y}_{time:%H}.tif"], "one time"),
        (["{day}.tif"], "one time"),
        (["*/a.tif"], "last part"),
        (["{time:%Y}.tif", "*.tif"], "some have none"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused(tmp_path: Path, names: list[str], said: str) -> None:
    with pytest.raises(BadFileError, match=said):
        raster.check(layer(*(tmp_path / name for name in names)))


def test_a_broken_file_is_an_error_at_its_place_and_nowhere_else(
    sources: Sources, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    west = write(tmp_path / "1.tif", np.ones((60, 30)))
    east = write(tmp_path / "2.tif", np.ones((60, 30)), Affine(0.1, 0, 72, 0, -0.1, 44))
    kind = RasterKind(layer(tmp_path / "?.tif"), sources, look_s=0.0)
    there, elsewhere = Window(8, 180, 95), Window(8, 176, 95)
    assert value(kind, there) is not None
    whole = east.read_bytes()
    # Its header is there, and its cells are not.
    east.write_bytes(whole[:1200])
    with pytest.raises(UnavailableError, match=r"2\.tif"):
        value(kind, there)
    assert value(kind, elsewhere) is not None
    assert kind.inspect(Point(73, 42), None)["reason"] == "unreadable"
    assert kind.inspect(Point(67, 42), None)["known"] is True
    # Nothing of it is there: where it lay is known from before.
    east.write_bytes(b"nothing")
    with pytest.raises(UnavailableError, match=r"2\.tif is no readable GeoTIFF"):
        value(kind, there)
    assert value(kind, elsewhere) is not None
    assert "2.tif is no readable GeoTIFF" in caplog.text
    assert raster.problems(layer(tmp_path / "?.tif")) == ["2.tif is no readable GeoTIFF"]
    # Not known from before, it is left out, and told.
    assert value(RasterKind(layer(tmp_path / "?.tif"), sources), there) is None
    east.write_bytes(whole)
    assert value(kind, there) is not None
    assert raster.problems(layer(tmp_path / "?.tif")) == []
    assert west.is_file()


def test_a_folder_that_is_gone_is_an_error_and_harms_no_other_question(
    sources: Sources, tmp_path: Path
) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    write(folder / "a.tif", np.ones((60, 60)))
    kind = RasterKind(layer(folder), sources, look_s=0.0)
    (folder / "a.tif").unlink()
    folder.rmdir()
    assert kind.inspect(HERE, None)["known"] is False
    assert kind.extent().times == ()
    with pytest.raises(UnavailableError, match="folder m cannot be read"):
        value(kind)
    with pytest.raises(BadFileError, match="missing"):
        raster.check(layer(tmp_path / "none"))


@pytest.mark.parametrize(
    ("limit", "more", "said"),
    [
        ("LARGEST_CELLS", {}, "cells; the limit is"),
        ("MOST_BANDS", {"count": 2}, "2 bands; the limit is"),
        ("MAX_BLOCK_BYTES", {}, "blocks of"),
    ],
)
def test_a_file_beyond_a_limit_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, more: dict[str, Any], said: str
) -> None:
    path = tmp_path / "a.tif"
    facts = {"driver": "GTiff", "width": 9, "height": 9, "count": 1, "dtype": "float32",
             "crs": "EPSG:4326", "transform": Affine(1, 0, 60, 0, -1, 50)}  # fmt: skip
    rasterio.open(path, "w", **(facts | more)).close()
    raster.check(layer(path))
    monkeypatch.setattr(raster_datasets, limit, 1)
    with pytest.raises(BadFileError, match=said):
        raster.check(layer(path))


def test_complex_numbers_and_pipes_are_refused(sources: Sources, tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((3, 3)), dtype="complex64")
    with pytest.raises(BadFileError, match="complex64"):
        raster.check(layer(path))
    os.mkfifo(tmp_path / "pipe.tif")
    kind = RasterKind(layer(tmp_path / "pipe.tif"), sources)
    with pytest.raises(UnavailableError, match="missing"):
        value(kind)


def test_a_declared_giant_is_refused_though_its_file_is_small(tmp_path: Path) -> None:
    path = tmp_path / "giant.tif"
    rasterio.open(
        path, "w", driver="GTiff", width=100_000, height=100_000, count=1, dtype="uint8",
        crs="EPSG:4326", transform=Affine(1e-3, 0, 0, 0, -1e-3, 50), sparse_ok=True,
        tiled=True, compress="deflate",
    ).close()  # fmt: skip
    with pytest.raises(BadFileError, match="400,000,000"):
        raster.check(layer(path))


def test_a_tile_of_too_many_files_says_what_to_do(sources: Sources, tmp_path: Path) -> None:
    for i in range(66):
        write(tmp_path / f"{i:03}.tif", np.ones((2, 2)), Affine(0.05, 0, 66 + i / 10, 0, -0.05, 43))
    many = layer(tmp_path, align=True)
    kind = RasterKind(many, sources)
    with pytest.raises(BadParameterError, match="66 files; at most 64"):
        value(kind, Window(2, 2, 1))
    assert value(kind, Window(8, 177, 94)) is not None
    assert [error for _, error in aligning.align(many, kind, sources)] == [""]
    assert value(kind, Window(2, 2, 1)) is not None


def test_so_many_files_of_a_folder_are_taken(tmp_path: Path, monkeypatch: Any) -> None:
    for i in range(4):
        (tmp_path / f"{i}.tif").write_bytes(b"")
    assert len(Shelf((tmp_path,)).at(None)) == 4
    monkeypatch.setattr("layers.kinds.raster_files.MOST_FILES", 3)
    shelf = Shelf((tmp_path,))
    assert shelf.at(None) == ()
    assert "4 files; at most 3" in shelf.trouble


def test_open_files_are_bounded_and_lent_to_one_thread_at_a_time(tmp_path: Path) -> None:
    files = [
        RasterFile.of(write(tmp_path / f"{i}.tif", np.full((9, 9), float(i)))) for i in range(6)
    ]
    pool, lent, lock, faults = Pool(3), set(), threading.Lock(), []

    def use(i: int) -> float:
        with pool.dataset(files[i % 6], 1) as dataset:
            with lock:
                if id(dataset) in lent:
                    faults.append(i)
                lent.add(id(dataset))
            found = float(dataset.read(1).mean())
            with lock:
                lent.discard(id(dataset))
        return found

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(use, range(300))) == [float(i % 6) for i in range(300)]
    assert faults == []
    assert len(pool) == 3
    before = len(list(Path("/proc/self/fd").iterdir()))
    for i in range(60):
        use(i)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_threads_read_the_same_as_one_alone(sources: Sources, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for i in range(5):
        write(tmp_path / f"{i}.tif", rng.uniform(0, 9, (60, 60)).astype("f4"),
              Affine(0.1, 0, 66 + i, 0, -0.1, 44), compress="deflate")  # fmt: skip
    kind = RasterKind(layer(tmp_path), sources, Pool(2))
    windows = [Window(8, 176 + i % 4, 94 + i // 4 % 3) for i in range(60)]
    alone = [value(kind, w) for w in windows]
    with ThreadPoolExecutor(8) as threads:
        for one, other in zip(threads.map(lambda w: value(kind, w), windows), alone, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.fixture
def mountain(tmp_path: Path) -> Path:
    """Two files of 5 km cells in UTM that overlap, with a hole."""
    folder = tmp_path / "m"
    folder.mkdir()
    rng = np.random.default_rng(9)
    for i in range(2):
        cells = rng.uniform(0, 99, (80, 60)).astype("f4")
        cells[20:25, 10:20] = np.nan
        place = Affine(5_000, 0, 300_000 + i * 200_000, 0, -5_000, 4_800_000)
        write(folder / f"{i}.tif", cells, place, "EPSG:32642")
    return folder


def test_an_aligned_tile_is_the_tile_of_the_files_up_to_its_native_zoom(
    sources: Sources, mountain: Path
) -> None:
    lies, aligned = layer(mountain), layer(mountain, align=True)
    source, kind = RasterKind(lies, sources), RasterKind(aligned, sources)
    assert kind.version(None) == source.version(None)
    assert list(aligning.align(aligned, kind, sources)) == [("static", "")]
    assert kind.version(None) != source.version(None)
    _, zoom = aligning.extent_of(aligned, kind, None)
    # 5 km on the ground at 41 N are 6.6 km of the map: zoom 5 has 4.9, zoom 4 has 9.8.
    assert zoom == 5
    bounds = source.extent().bounds
    seen = 0
    for z in range(zoom + 1):
        for col in range(2**z):
            for row in range(2**z):
                for size_px in (256, 512) if z < zoom else (256,):
                    window = Window(z, col, row, size_px)
                    if not bounds.intersects(window.bounds):
                        continue
                    ours, theirs = value(kind, window), value(source, window)
                    if theirs is None:
                        assert ours is None
                        continue
                    seen += 1
                    np.testing.assert_array_equal(ours, theirs)
    assert seen >= 10


def test_deeper_than_aligned_a_cell_stays_a_cell(sources: Sources, mountain: Path) -> None:
    aligned = layer(mountain, align=True)
    kind = RasterKind(aligned, sources)
    list(aligning.align(aligned, kind, sources))
    parent, child = Window(5, 22, 11), Window(6, 44, 23)
    whole = value(kind, parent)
    quarter = value(kind, child)
    assert quarter.shape == (128, 128)
    np.testing.assert_array_equal(quarter, whole[128:, :128])
    dense = value(kind, Window(5, 22, 11, 512))
    np.testing.assert_array_equal(dense, whole)


def test_a_version_from_before_the_alignment_is_answered_on(
    sources: Sources, mountain: Path
) -> None:
    aligned = layer(mountain, align=True)
    kind = RasterKind(aligned, sources, look_s=0.0)
    before = kind.version(None)
    list(aligning.align(aligned, kind, sources))
    after = kind.version(None)
    assert isinstance(kind.tile(AROUND, None, before, PLAIN), Raster)
    assert list(aligning.align(aligned, kind, sources)) == [], "once"
    os.utime(mountain / "0.tif", ns=(0, 5))
    with pytest.raises(GoneError):
        kind.tile(AROUND, None, after, PLAIN)
    assert list(aligning.align(aligned, kind, sources)) == [("static", "")]
    copies = sources.store.paths.cache / "aligned" / "own"
    assert [path.name for path in copies.iterdir()] == [kind.version(None)], "old copies go"


def test_an_alignment_that_ends_early_or_meets_a_change_leaves_no_copy(
    sources: Sources, mountain: Path
) -> None:
    aligned = layer(mountain, align=True)
    kind = RasterKind(aligned, sources, look_s=0.0)
    asked = iter(range(100))
    assert list(aligning.align(aligned, kind, sources, lambda: next(asked) > 3)) == []
    assert kind.version(None) == kind.token(None)

    def change() -> bool:
        if next(asked) == 20:
            os.utime(mountain / "0.tif", ns=(0, 7))
        return False

    asked = iter(range(17, 1000))
    ((_, error),) = aligning.align(aligned, kind, sources, change)
    assert "changed while" in error
    assert kind.version(None) == kind.token(None)


def test_a_copy_may_be_deleted_at_any_time(sources: Sources, mountain: Path) -> None:
    aligned = layer(mountain, align=True)
    kind = RasterKind(aligned, sources)
    list(aligning.align(aligned, kind, sources))
    assert value(kind) is not None
    folder = sources.store.paths.cache / "aligned" / "own"
    for path in (folder / kind.version(None)).iterdir():
        path.unlink()
    assert kind.version(None) == kind.token(None)
    assert value(kind) is not None


def test_a_broken_file_is_told_and_not_aligned(sources: Sources, mountain: Path) -> None:
    path = mountain / "1.tif"
    path.write_bytes(path.read_bytes()[:3000])
    aligned = layer(mountain, align=True)
    kind = RasterKind(aligned, sources)
    ((time, error),) = aligning.align(aligned, kind, sources)
    assert time == "static"
    assert "1.tif" in error
    assert value(kind, Window(8, 175, 95)) is not None


def test_more_cells_than_the_limit_are_not_aligned(
    sources: Sources, mountain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aligning, "LARGEST_ALIGNED", 200_000)
    chosen = layer(mountain, align=True)
    kind = RasterKind(chosen, sources)
    assert aligning.extent_of(chosen, kind, None)[1] < 5
    asked = layer(mountain, align=True, native_zoom=8)
    ((_, error),) = aligning.align(asked, RasterKind(asked, sources), sources)
    assert "at most 200,000" in error


def hourly(folder: Path) -> Callable[[int], Path]:
    folder.mkdir()
    return lambda hour: write(folder / f"20261123T{hour:02}.tif", np.full((60, 60), float(hour)))


def test_a_new_hour_is_aligned_beside_those_that_are(sources: Sources, tmp_path: Path) -> None:
    put = hourly(tmp_path / "t")
    put(9)
    entry = layer(tmp_path / "t" / "{time:%Y%m%dT%H}.tif", align=True)
    kind = RasterKind(entry, sources, look_s=0.0)
    assert [time for time, _ in aligning.align(entry, kind, sources)] == ["2026-11-23T09:00:00Z"]
    put(10)
    assert [time for time, _ in aligning.align(entry, kind, sources)] == ["2026-11-23T10:00:00Z"]
    assert np.nanmax(value(kind, at=NINE)) == 9.0
    assert np.nanmax(value(kind)) == 10.0


def test_a_raster_around_a_pole_is_shown_and_needs_a_zoom_to_be_aligned(
    sources: Sources, tmp_path: Path
) -> None:
    place = Affine(25_000, 0, -5_000_000, 0, -25_000, 5_000_000)
    path = write(tmp_path / "pole.tif", np.full((400, 400), 7.0), place, "EPSG:3995")
    entry = layer(path, align=True)
    kind = RasterKind(entry, sources)
    assert np.nanmax(value(kind)) == 7.0
    ((_, error),) = aligning.align(entry, kind, sources)
    assert "native_zoom" in error
