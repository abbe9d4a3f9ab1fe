import gc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.warp import transform_bounds
from rasterio.windows import Window as Part

from layers.errors import GoneError, NoSurfaceError
from layers.geo import CellGrid
from layers.model import (
    BANDS,
    Context,
    Feature,
    Network,
    Organisation,
    Release,
    Station,
    Surface,
    SurfaceInfo,
)
from layers.store import Batch, Reader, Writer

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GRID = CellGrid(5, 5605, 2895, 300, 270)


def surface(revision=1, at=NINE, level=4.5, grid=GRID):
    bands = np.full((3, grid.height, grid.width), level, np.float32)
    bands[0] += np.arange(grid.width, dtype=np.float32)
    bands[1, 0, 0] = np.nan
    return Surface(
        "dose-rate", "ambient_dose_rate", at, revision, Context.ROUTINE, grid, bands,
        "log", 0.1, f"input-{level}", revision, {"method": "kriging", "stations": 3},
    )  # fmt: skip


def test_a_surface_comes_back_cell_by_cell_with_all_it_says(store):
    made = surface()
    info = store.writer.publish_surface(made, NOW)
    found = store.reader.surface("dose-rate")
    assert found == info
    assert (found.grid, found.revision, found.published_at) == (GRID, 1, NOW)
    assert found.tags == {"method": "kriging", "stations": 3}
    part = store.reader.cells(found, slice(10, 200), slice(255, 290))
    np.testing.assert_array_equal(part, made.bands[:, 10:200, 255:290])
    thinned = store.reader.cells(found, slice(0, 270, 4), slice(0, 300, 4))
    np.testing.assert_array_equal(thinned, made.bands[:, ::4, ::4])


def test_the_geotiff_is_cloud_optimized_and_says_what_it_is(store):
    made = surface()
    info = store.writer.publish_surface(made, NOW)
    with rasterio.open(store.reader.geotiff(info)) as dataset:
        np.testing.assert_array_equal(dataset.read(), made.bands)
        assert dataset.descriptions == BANDS
        assert dataset.crs.to_epsg() == 3857
        west, south, east, north = dataset.bounds
        lon, lat = transform_bounds(dataset.crs, "OGC:CRS84", west, south, east, north)[:2]
        assert (lon, lat) == pytest.approx((GRID.bounds.west, GRID.bounds.south))
        tags = dataset.tags()
        assert tags["version"] == info.token
        assert tags["valid_time"] == "2026-11-23T09:00:00Z"
        assert tags["context"] == "routine"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.read(1, window=Part(0, 0, 5, 5)).shape == (5, 5)


def test_a_version_names_one_content_and_changes_with_it(store):
    one = store.writer.publish_surface(surface(), NOW)
    two = store.writer.publish_surface(surface(2, level=5.0), NOW)
    assert one.token != two.token
    assert store.reader.surface("dose-rate", NINE) == two
    assert store.reader.surface("dose-rate", NINE, one.token) == one
    assert [info.revision for info in store.reader.surfaces("dose-rate")] == [2]
    assert store.writer.next_surface_revision("dose-rate", NINE) == 3


def test_a_surface_that_never_was_and_one_that_is_gone_are_told_apart(store):
    with pytest.raises(NoSurfaceError, match="no surface"):
        store.reader.surface("dose-rate")
    infos = [
        store.writer.publish_surface(surface(at=NINE + timedelta(hours=i)), NOW) for i in range(4)
    ]
    assert store.writer.retire_surfaces("dose-rate", keep_hours=2) == 2
    assert [info.valid_time for info in store.reader.surfaces("dose-rate")] == [
        info.valid_time for info in infos[2:]
    ]
    with pytest.raises(GoneError, match="no longer kept"):
        store.reader.surface("dose-rate", NINE, infos[0].token)
    with pytest.raises(NoSurfaceError):
        store.reader.surface("dose-rate", NINE, "0123456789")
    assert not store.reader.geotiff(infos[0]).exists()


def test_an_older_hour_is_compressed_and_reads_the_same(store):
    infos = [
        store.writer.publish_surface(surface(at=NINE + timedelta(hours=i), level=i), NOW)
        for i in range(3)
    ]
    store.writer.retire_surfaces("dose-rate", keep_hours=9, open_hours=1)
    files = (store.root / "surfaces").rglob("090000-*")
    assert [path.suffix for path in files] == [".tif"]
    for i, info in enumerate(infos):
        cells = store.reader.cells(info, slice(5, 9), slice(0, 300))
        np.testing.assert_array_equal(cells, surface(level=i).bands[:, 5:9])


def test_files_that_nobody_named_are_swept_away_at_the_next_opening(store):
    info = store.writer.publish_surface(surface(), NOW)
    folder = store.reader.geotiff(info).parent
    for stray in ("100000-0000000000.tif", "100000-0000000000.tiles", "x.part"):
        (folder / stray).write_bytes(b"half")
    store.writer.close()
    store.writer = Writer(store.root)
    assert sorted(path.suffix for path in folder.iterdir()) == [".tif", ".tiles"]
    assert store.reader.surface("dose-rate") == info


def test_a_surface_whose_file_a_restored_copy_lacks_is_made_anew(store):
    lost, held = (
        store.writer.publish_surface(surface(at=NINE + timedelta(hours=i)), NOW) for i in range(2)
    )
    store.reader.geotiff(lost).unlink()
    store.writer.close()
    store.writer = Writer(store.root)
    assert store.reader.surfaces("dose-rate") == [held]
    with pytest.raises(GoneError, match="no longer kept"):
        store.reader.surface("dose-rate", NINE, lost.token)
    assert not list((store.root / "surfaces").rglob("090000-*"))
    assert store.writer.next_surface_revision("dose-rate", NINE) == 2
    store.writer.publish_surface(surface(revision=2), NOW)
    assert store.reader.surface("dose-rate", NINE).revision == 2


@pytest.mark.parametrize("working", [True, False], ids=["working-copy", "geotiff"])
@pytest.mark.parametrize("zoom", [0, 3, 4, 5])
def test_a_tile_holds_every_second_cell_for_each_zoom_below(store, zoom, working):
    made = surface()
    made.bands[0] += np.arange(GRID.height, dtype=np.float32)[:, None] * 1000
    info = store.writer.publish_surface(made, NOW)
    if not working:
        store.reader.geotiff(info).with_suffix(".tiles").unlink()
    step = 1 << (GRID.zoom - zoom)
    world = np.full((3, *[256 * 2**5] * 2), np.nan, np.float32)
    world[:, GRID.row : GRID.row + GRID.height, GRID.col : GRID.col + GRID.width] = made.bands
    seen = world[:, step // 2 :: step, step // 2 :: step]
    for row in range(2**zoom):
        for col in range(2**zoom):
            true = seen[:, row * 256 : row * 256 + 256, col * 256 : col * 256 + 256]
            found = store.reader.tile(info, zoom, row, col)
            if found is None:
                assert np.isnan(true).all()
            else:
                np.testing.assert_array_equal(found, true)


def test_a_working_copy_of_another_grid_is_not_taken(store):
    info = store.writer.publish_surface(surface(), NOW)
    for left in (b"", b"\0" * 4096):
        store.reader.geotiff(info).with_suffix(".tiles").write_bytes(left)
        reader = Reader(store.root)
        np.testing.assert_array_equal(
            reader.cells(info, slice(0, 3), slice(5, 8)), surface().bands[:, 0:3, 5:8]
        )
        reader.close()


@pytest.mark.parametrize("made", ["tiles", "files", "plates"])
def test_drawn_tiles_and_made_files_go_when_something_is_released_to_fewer(store, made):
    place = store.root / "cache" / made / "stations" / "1.png"

    def drawn():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"tile")

    drawn()
    writer = store.writer
    writer.put_organisations([Organisation("o", "O", "KZ")], writer="t", at=NOW)
    writer.put_networks([Network("n", "o", "N")], writer="t", at=NOW)
    writer.put_stations([Station("a", "n", 70, 45)], writer="t", at=NOW)
    assert place.exists(), "what was added hides nothing"
    for _ in range(2):
        drawn()
        writer.put_networks([Network("n", "o", "N", release=Release.PARTNER)], writer="t", at=NOW)
        assert not place.exists()
        writer.put_networks([Network("n", "o", "N")], writer="t", at=NOW)
    drawn()
    shown, hidden = (
        Feature("f", "c", shapely.Point(70, 45), release=release)
        for release in (Release.PUBLIC, Release.PARTNER)
    )
    for number, row in enumerate((shown, hidden)):
        batch = Batch(f"b{number}", "", "t", None, Context.ROUTINE, NOW)
        writer.append_features(batch, [row])
        assert place.exists() is (row is shown)
    assert not list((store.root / "cache").glob("*-gone-*"))


def test_a_reader_lets_go_of_files_that_were_deleted(store):
    def mapped():
        names = set()
        for line in Path("/proc/self/maps").read_text().splitlines():
            if str(store.root) in line and "/surfaces/" in line:
                names.add(line.partition("/")[2].rpartition("/")[2])
        return names

    for number in range(1, 4):
        info = store.writer.publish_surface(surface(number, level=number), NOW)
        store.reader.cells(info, slice(0, 3), slice(0, 3))
    assert len(mapped()) == 3
    store.writer.retire_surfaces("dose-rate", keep_hours=9, keep_revisions=1)
    info = store.writer.publish_surface(surface(4, level=4), NOW)
    store.reader.cells(info, slice(0, 3), slice(0, 3))
    assert len(mapped()) == 2
    assert not any("deleted" in name for name in mapped())


def test_what_a_list_held_is_forgotten_when_it_is_superseded(store):
    def held():
        gc.collect()
        return sum(isinstance(each, SurfaceInfo) for each in gc.get_objects())

    before = held()
    for number in range(1, 9):
        store.writer.publish_surface(surface(number, level=number), NOW)
        (newest,) = store.reader.surfaces("dose-rate")
        assert newest.revision == number
    assert held() - before <= 2  # the last one listed, and what the reader was asked last
