import dataclasses
import io
import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from PIL import Image

from layers.errors import (
    GoneError,
    NoSurfaceError,
    UnknownLayerError,
    UnknownStyleError,
    UnsupportedFormatError,
)
from layers.geo import Bounds, Window
from layers.model import (
    Extent,
    Features,
    LayerDefinition,
    Palette,
    Picture,
    Raster,
    StyleDefinition,
)
from layers.tiles import TileOptions, Tiler, TileRequest, full_version

SPAWN = multiprocessing.get_context("spawn")
WINDOW = Window(5, 21, 11)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
PALETTE = Palette("p", ("#102030", "#8090A0", "#F0F0F0"))
MEAN = StyleDefinition("mean", measure="mean", palette=PALETTE, breaks=(10.0, 20.0))
BOUNDS = Bounds(-180, -85, 61, 85)
"""Column 21 of zoom 5 begins at 56.25 degrees and ends at 67.5."""


LAYER = LayerDefinition("dose-rate", "surface", "Dose", styles=(MEAN,))


class Cells:
    """A layer of hourly cells; every tile it is asked for is a line in a file."""

    def __init__(self, log, times=(NINE - timedelta(hours=1), NINE)):
        self.log, self.times, self.asked = log, times, []

    def extent(self):
        return Extent(BOUNDS, 0, 14, self.times)

    def version(self, at):
        if not self.times:
            raise NoSurfaceError("nothing yet")
        return f"{(at or self.times[-1]).hour:02x}"

    def tile(self, window, at, version, question):
        if version != self.version(at):
            raise GoneError("no longer kept")
        self.asked.append(question)
        with self.log.open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        if window.row == 0:
            return None
        value = np.full((4, 4), 15.0 if window.row != 1 else np.nan, np.float32)
        value[0, 0] = np.nan if window.row == 1 else 5.0
        return Raster({"value": value}, 0)

    def inspect(self, point, at):
        return {}


class Places(Cells):
    """One point in the middle of the tile and one a pixel beyond its eastern border."""

    def version(self, at):
        return "aa"

    def tile(self, window, at, version, question):
        self.asked.append(question)
        west, south, east, north = WINDOW.bounds_m
        middle = (south + north) / 2
        places = [((west + east) / 2, middle), (east + (east - west) / 256, middle)]
        return Features(shapely.points(places), ["a", "b"], {"name": ["x", "y"]})


class Land(Cells):
    def version(self, at):
        return "bb"

    def tile(self, window, at, version, question):
        rgba = np.zeros((window.size_px, window.size_px, 4), np.uint8)
        rgba[:, :, 0], rgba[:, :, 3] = 200, 255
        return Picture(rgba)


def tiler(tmp_path, cache=True, **more):
    log = tmp_path / "renders"
    log.touch()
    layers = {
        "dose-rate": LAYER,
        "sites": LayerDefinition("sites", "points", "Sites", styles=(StyleDefinition("default"),)),
        "basemap": LayerDefinition(
            "basemap", "basemap", "Land", styles=(StyleDefinition("light"),)
        ),
    }
    kinds = {"dose-rate": Cells(log), "sites": Places(log, ()), "basemap": Land(log, ())}
    made = Tiler(layers, kinds, tmp_path / "cache" if cache else None, **more)
    return made, kinds, lambda: len(log.read_text().splitlines())


def request(layer="dose-rate", style="mean", **changes):
    facts = {"version": None, "time": None, "window": WINDOW}
    return TileRequest(layer, style, **(facts | changes))


def decoded(tile):
    with Image.open(io.BytesIO(tile.body)) as image:
        return np.asarray(image.convert("RGBA"))


@pytest.mark.parametrize("form", ["png", "webp"])
def test_cells_become_a_picture_in_the_colours_of_their_classes(tmp_path, form):
    made, _, _ = tiler(tmp_path)
    tile = made.fetch(request(format=form))
    assert tile.media_type == f"image/{form}"
    assert not tile.empty
    pixels = decoded(tile)
    assert pixels.shape == (256, 256, 4)
    assert pixels[0, 0].tolist() == [0x10, 0x20, 0x30, 255]
    assert pixels[63, 63].tolist() == [0x10, 0x20, 0x30, 255]
    assert pixels[64, 64].tolist() == [0x80, 0x90, 0xA0, 255]


def test_dense_tiles_have_twice_the_pixels(tmp_path):
    made, _, _ = tiler(tmp_path)
    tile = made.fetch(request(window=Window(5, 21, 11, 512)))
    assert decoded(tile).shape == (512, 512, 4)


def test_breaks_of_the_request_take_the_place_of_the_styles(tmp_path):
    made, kinds, _ = tiler(tmp_path)
    options = TileOptions(threshold=7.0, quantile=0.5, breaks=(4.0,), smooth=True)
    pixels = decoded(made.fetch(request(options=options)))
    assert np.unique(pixels[:, :, 0]).tolist() == [0xF0]
    (asked,) = kinds["dose-rate"].asked
    assert (asked.threshold, asked.quantile, asked.breaks, asked.smooth) == (7.0, 0.5, (4.0,), True)
    assert asked.style == MEAN


def test_a_faded_tile_asks_for_the_uncertainty_and_is_weaker(tmp_path):
    made, kinds, _ = tiler(tmp_path)
    plain = decoded(made.fetch(request()))
    faded = decoded(made.fetch(request(options=TileOptions(fade=True))))
    assert np.array_equal(faded[:, :, :3], plain[:, :, :3])
    assert np.unique(faded[:, :, 3]).tolist() == [76]  # all of it is above 0.5
    assert [q.style.measure for q in kinds["dose-rate"].asked] == ["mean", "mean", "uncertainty"]


def test_features_become_a_vector_tile_or_a_drawn_one(tmp_path):
    made, kinds, _ = tiler(tmp_path)
    vector = made.fetch(request("sites", "default", format="mvt"))
    assert vector.media_type == "application/vnd.mapbox-vector-tile"
    layer = mapbox_vector_tile.decode(vector.body)["sites"]
    assert [f["properties"]["name"] for f in layer["features"]] == ["x", "y"]
    drawn = decoded(made.fetch(request("sites", "default")))
    assert drawn[128, 128, 3] == 255
    assert drawn[128, 255, 3] == 255  # half of the symbol whose place is in the next tile
    dense = made.fetch(request("sites", "default", window=Window(5, 21, 11, 512)))
    assert decoded(dense)[256, 511, 3] == 255
    buffers = [question.buffer_px for question in kinds["sites"].asked]
    assert buffers == [16, 32, 64]


def test_pictures_go_out_as_they_are(tmp_path):
    made, _, _ = tiler(tmp_path)
    assert (decoded(made.fetch(request("basemap", "light"))) == (200, 0, 0, 255)).all()


@pytest.mark.parametrize(("layer", "style"), [("dose-rate", "mean"), ("basemap", "light")])
def test_what_has_no_features_has_no_vector_tile(tmp_path, layer, style):
    made, _, _ = tiler(tmp_path)
    with pytest.raises(UnsupportedFormatError, match="png and webp are offered"):
        made.fetch(request(layer, style, format="mvt"))
    # The answer does not depend on whether there is something in the tile.
    with pytest.raises(UnsupportedFormatError):
        made.pinned(request(layer, style, format="mvt", window=Window(5, 21, 0)))


@pytest.mark.parametrize("row", [0, 1])
def test_nothing_and_nothing_known_are_the_one_empty_tile(tmp_path, row):
    made, _, _ = tiler(tmp_path)
    tile = made.fetch(request(window=Window(5, 21, row)))
    assert tile.empty
    assert not decoded(tile).any()
    other = made.fetch(request(window=Window(5, 20, row)))
    assert other.body is tile.body
    assert other.etag != tile.etag


@pytest.mark.parametrize("form", ["png", "webp"])
def test_nothing_is_kept_within_the_bounds_of_a_layer_only(tmp_path, form):
    made, _, renders = tiler(tmp_path, memory_bytes=0)
    within, beyond = (request(window=Window(5, col, 0), format=form) for col in (21, 22))
    for each in (within, beyond):
        assert made.fetch(each).empty
        assert made.fetch(each).empty
    assert [path.parent.name for path in (tmp_path / "cache").rglob(f"*.{form}")] == ["21"]
    assert made.is_kept(made.pinned(within))
    assert renders() == 3
    styled, deeper = TileOptions(breaks=(99.0,)), Window(15, 21 << 10, 0)
    for each in (dataclasses.replace(within, options=styled), request(window=deeper)):
        assert made.fetch(each).empty
        assert not made.is_kept(made.pinned(each))


def test_unknown_words_are_answered_with_the_nearest(tmp_path):
    made, _, _ = tiler(tmp_path)
    with pytest.raises(UnknownLayerError, match='did you mean "dose-rate"'):
        made.fetch(request("doserate"))
    with pytest.raises(UnknownStyleError, match='known are mean; did you mean "mean"'):
        made.fetch(request(style="means"))


def test_a_pinned_request_names_version_and_time_and_stays_as_it_is(tmp_path):
    made, _, _ = tiler(tmp_path)
    pinned = made.pinned(request())
    assert pinned.time == NINE
    assert pinned.version == full_version("09", LAYER, MEAN)
    assert made.pinned(pinned) == pinned
    earlier = made.pinned(request(time=NINE - timedelta(hours=1)))
    assert earlier.version == full_version("08", LAYER, MEAN)
    assert made.newest("dose-rate", "mean") == (pinned.version, NINE)


def test_a_version_without_a_time_gets_the_newest_time_only_where_there_are_times(tmp_path):
    made, _, _ = tiler(tmp_path)
    timed = request(version=full_version("09", LAYER, MEAN))
    assert made.pinned(timed).time == NINE
    timeless = request("sites", "default", version="aa-00")
    assert made.pinned(timeless) == timeless


def test_a_layer_that_has_no_hour_yet_says_so(tmp_path):
    made, kinds, _ = tiler(tmp_path)
    kinds["dose-rate"].times = ()
    with pytest.raises(NoSurfaceError):
        made.fetch(request())
    kinds["dose-rate"].times = (NINE,)
    assert made.fetch(request()).etag


def test_the_etag_is_known_without_a_render_and_is_the_one_of_the_tile(tmp_path):
    made, _, renders = tiler(tmp_path)
    pinned = made.pinned(request())
    etag = made.etag(pinned)
    assert renders() == 0
    assert made.fetch(pinned).etag == etag
    assert made.etag(dataclasses.replace(pinned, format="webp")) != etag


def test_a_tile_is_rendered_once_and_then_comes_from_memory_or_disk(tmp_path):
    made, _, renders = tiler(tmp_path)
    first = made.fetch(request())
    assert made.fetch(request()) == first
    again, _, _ = tiler(tmp_path)
    assert again.fetch(request()) == first
    assert renders() == 1


def test_without_a_folder_tiles_are_kept_in_memory_only(tmp_path):
    made, _, renders = tiler(tmp_path, cache=False)
    made.fetch(request())
    made.fetch(request())
    assert renders() == 1
    assert not (tmp_path / "cache").exists()


def test_who_looked_before_the_tile_was_drawn_and_comes_after_draws_no_second(tmp_path):
    made, _, renders = tiler(tmp_path, cache=False)
    tile = made.fetch(request())
    late = made.pinned(request())
    assert made._flown(late, late.path) == tile
    assert renders() == 1


def test_a_version_of_other_data_is_gone(tmp_path):
    made, _, _ = tiler(tmp_path)
    with pytest.raises(GoneError):
        made.fetch(request(version=full_version("07", LAYER, MEAN), time=NINE))


def test_a_version_of_an_older_style_is_gone_unless_its_tile_was_kept(tmp_path):
    made, _, _ = tiler(tmp_path)
    old = request(version="09-00000000", time=NINE)
    with pytest.raises(GoneError, match="as it was drawn before"):
        made.fetch(old)
    kept = tmp_path / "cache" / "tiles" / old.path
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"as it was")
    assert made.fetch(old).body == b"as it was"


def test_an_error_is_not_kept(tmp_path):
    made, kinds, _ = tiler(tmp_path)
    kind = kinds["dose-rate"]
    tile, kind.tile = kind.tile, lambda *_: 1 / 0
    with pytest.raises(ZeroDivisionError):
        made.fetch(request())
    kind.tile = tile
    assert made.fetch(request()).body


def test_what_was_superseded_leaves_the_disk_first(tmp_path):
    made, kinds, _ = tiler(tmp_path, disk_bytes=4 * 4096, memory_bytes=0)
    for col in range(3):
        made.fetch(request(window=Window(5, col, 11)))
    old = made.pinned(request()).version
    kinds["dose-rate"].version = lambda at: "ff"
    for col in range(3):
        made.fetch(request(window=Window(5, col, 11)))
    made._disk.sweep()
    # A sweep that a write has begun may still be at work: its folders go while they are walked.
    names = [
        (*Path(root).parts, name)
        for root, _, files in os.walk(tmp_path / "cache" / "tiles")
        for name in files
    ]
    assert sum(old in parts for parts in names) <= 1
    assert sum(full_version("ff", LAYER, MEAN) in parts for parts in names) >= 2


def test_the_legend_has_the_colours_of_the_picture(tmp_path):
    made, _, _ = tiler(tmp_path)
    entries = made.legend("dose-rate", "mean")
    assert [(e.colour, e.low, e.high) for e in entries] == [
        ("#102030", None, 10.0),
        ("#8090A0", 10.0, 20.0),
        ("#F0F0F0", 20.0, None),
    ]


def asker(folder, barrier, answers):
    made, kinds, _ = tiler(folder)
    tile = kinds["dose-rate"].tile

    def slow(*question):
        found = tile(*question)
        time.sleep(1)  # longer than it takes the other process to ask
        return found

    kinds["dose-rate"].tile = slow
    barrier.wait(120)
    with ThreadPoolExecutor(32) as pool:
        tiles = list(pool.map(lambda _: made.fetch(request()), range(32)))
    answers.put({tile.body for tile in tiles})


def test_equal_cold_requests_of_threads_and_processes_make_one_render(tmp_path):
    barrier, answers = SPAWN.Barrier(2), SPAWN.Queue()
    processes = [SPAWN.Process(target=asker, args=(tmp_path, barrier, answers)) for _ in range(2)]
    for process in processes:
        process.start()
    bodies = set().union(*(answers.get(timeout=240) for _ in processes))
    for process in processes:
        process.join(60)
    assert len(bodies) == 1
    assert len((tmp_path / "renders").read_text().splitlines()) == 1


def test_a_block_is_drawn_once_for_all_of_its_tiles(tmp_path):
    made, kinds, _ = tiler(tmp_path)
    drawn = []

    def tile(window, at, version, question):
        drawn.append(window)
        side = 1024 // window.size_px
        first = (window.col // side * side, window.row // side * side)
        rgba = np.full((window.size_px, window.size_px, 4), 255, np.uint8)
        block = {
            Window(window.zoom, first[0] + i, first[1] + j, window.size_px): rgba
            for i in range(side)
            for j in range(side)
        }
        return Picture(block.pop(window), block)

    kinds["basemap"].tile = tile
    version, _ = made.newest("basemap", "light")
    every = [
        TileRequest("basemap", "light", version, None, Window(5, col, row))
        for col in range(20, 24)
        for row in range(8, 12)
    ]
    with ThreadPoolExecutor(16) as threads:
        tiles = list(threads.map(made.fetch, every))
    assert len(drawn) == 1
    assert len({tile.etag for tile in tiles}) == 16
    again, _, _ = tiler(tmp_path)
    assert again.fetch(every[5]).body == tiles[5].body
    made.fetch(TileRequest("basemap", "light", version, None, Window(5, 24, 8)))
    assert len(drawn) == 2
