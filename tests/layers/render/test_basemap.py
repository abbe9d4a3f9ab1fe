"""The base map drawn from a small world made by hand: no seams, flat outside, refusals."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from layers.errors import BadFileError, UnknownStyleError
from layers.geo import Window
from layers.render.basemap import Basemap, load
from layers.render.basemap_relief import RELIEF_PX
from layers.render.basemap_style import STYLES

UNIT = 1 << 24
BOUNDS = (40.0, 30.0, 90.0, 60.0)
# Corners of two neighbours in the unit square: one state of the two west, another country east.
NORTH_M, SOUTH_M = (0.62, 0.31), (0.66, 0.39)
WEST_ARC = [NORTH_M, (0.64, 0.30), (0.61, 0.33), (0.62, 0.38), SOUTH_M]
EAST_ARC = [NORTH_M, (0.74, 0.31), (0.735, 0.40), SOUTH_M]
SHARED_ARC = [NORTH_M, (0.66, 0.33), (0.65, 0.36), SOUTH_M]
LAKE = [(0.68, 0.34), (0.69, 0.34), (0.69, 0.35), (0.675, 0.352), (0.68, 0.34)]
RIVER = [(0.63, 0.32), (0.64, 0.345), (0.70, 0.37), (0.72, 0.36)]
TILES = [Window(z, *at) for z, at in ((3, (5, 2)), (5, (20, 11)), (7, (83, 43)), (10, (690, 351)))]


def packed(name: str, lines: list[list[tuple[float, float]]]) -> dict[str, np.ndarray]:
    at = [np.rint(np.array(line) * UNIT).astype(np.int64) for line in lines]
    steps = [np.diff(line, axis=0, prepend=np.zeros((1, 2), np.int64)) for line in at]
    return {
        f"{name}_step": np.concatenate(steps).astype(np.int32),
        f"{name}_size": np.array([len(line) for line in lines], np.int32),
    }


def world() -> dict[str, bytes]:
    shapes = io.BytesIO()
    np.savez_compressed(
        shapes,
        **packed("land_arc", [WEST_ARC, EAST_ARC, SHARED_ARC]),
        land_arc_class=np.array([0, 0, 2], np.int32),
        land_ring=np.array([2, ~0, 1, ~2], np.int32),
        land_ring_size=np.array([2, 2], np.int32),
        land_ring_country=np.array([1, 0], np.int32),
        **packed("lake", [LAKE]),
        **packed("dry", [LAKE]),
        **packed("river", [RIVER]),
        river_rank=np.array([1], np.int32),
    )
    x0, x1 = ((lon / 360 + 0.5) * RELIEF_PX for lon in BOUNDS[::2])
    noise = np.random.default_rng(7).integers(60, 200, (1800, round(x1 - x0)), np.uint8)
    relief = io.BytesIO()
    Image.fromarray(noise).resize((round(x1 - x0), 2400)).save(relief, "PNG")
    return {
        "shapes.npz": shapes.getvalue(),
        "relief.webp": relief.getvalue(),
        "manifest.json": json.dumps({"bounds": BOUNDS}).encode(),
    }


@pytest.fixture(scope="module")
def basemap() -> Basemap:
    return load(world())


@pytest.mark.parametrize("style", ["light", "lines"])
@pytest.mark.parametrize("window", TILES, ids=lambda w: f"z{w.zoom}")
def test_a_tile_drawn_alone_is_the_tile_cut_from_the_block(
    basemap: Basemap, window: Window, style: str
) -> None:
    block = dict(basemap.block(window, style, 1024))
    for col in (window.col, window.col + 1):
        at = Window(window.zoom, col, window.row)
        if at in block:
            alone = basemap.draw(at, style).astype(int)
            assert np.abs(alone - block[at]).max() <= 2


@settings(deadline=None, max_examples=15)
@given(zoom=st.integers(0, 12), x=st.floats(0.6, 0.76), y=st.floats(0.28, 0.42))
def test_every_zoom_draws_the_same_tile_twice(
    basemap: Basemap, zoom: int, x: float, y: float
) -> None:
    window = Window(zoom, int(x * 2**zoom), int(y * 2**zoom))
    first = basemap.draw(window, "light")
    assert first.shape == (256, 256, 3)
    np.testing.assert_array_equal(first, basemap.draw(window, "light"))


@pytest.mark.parametrize("zoom", [4, 6])
def test_a_relief_that_is_kept_draws_the_same_and_is_not_unpacked_again(
    basemap: Basemap, tmp_path: Path, zoom: int
) -> None:
    window = Window(zoom, int(0.66 * 2**zoom), int(0.35 * 2**zoom))
    (tmp_path / "land" / "earlier").mkdir(parents=True)
    cache = tmp_path / "land" / "token"
    for files in (world(), {**world(), "relief.webp": b""}):
        found = load(files, cache).draw(window, "light")
        np.testing.assert_array_equal(found, basemap.draw(window, "light"))
        assert [each.name for each in cache.parent.iterdir()] == ["token"]
    (cache / "0.npy").write_bytes(b"cut")
    found = load(world(), cache).draw(window, "light")
    np.testing.assert_array_equal(found, basemap.draw(window, "light"))


def test_a_relief_that_cannot_be_kept_is_drawn_from_memory(
    basemap: Basemap, tmp_path: Path
) -> None:
    (tmp_path / "land").write_text("no folder")
    found = load(world(), tmp_path / "land" / "token").draw(TILES[1], "dark")
    np.testing.assert_array_equal(found, basemap.draw(TILES[1], "dark"))


def test_tiles_beyond_the_data_are_of_the_one_outside_tone(basemap: Basemap) -> None:
    for style, look in STYLES.items():
        tile = basemap.draw(Window(6, 3, 3), style)
        expected = look.outside if look.ground else (*look.water, 0)
        assert (tile == expected).all()


def test_the_map_fades_into_the_outside_tone_at_its_edge(basemap: Basemap) -> None:
    # 40 E is x = 0.6111, the west end of the data: tile 78 of zoom 7 holds it, 0.22 from its west.
    tile = basemap.draw(Window(7, 78, 44), "light")
    assert (tile[:, :56] == STYLES["light"].outside).all()


def test_land_is_transparent_and_water_opaque_in_a_style_of_lines(basemap: Basemap) -> None:
    # Zoom 10, pixel of (0.684, 0.346) within the lake and of (0.71, 0.33) on land without water.
    for (x, y), alpha in (((0.684, 0.346), 255), ((0.71, 0.33), 0)):
        tile = basemap.draw(Window(10, int(x * 1024), int(y * 1024)), "lines")
        row, col = (int(v * 1024 % 1 * 256) for v in (y, x))
        assert tile[row, col, 3] == alpha


def test_water_lies_over_rivers_and_has_its_tone(basemap: Basemap) -> None:
    tile = basemap.draw(Window(10, int(0.684 * 1024), int(0.346 * 1024)), "light")
    assert (
        tuple(tile[int(0.346 * 1024 % 1 * 256), int(0.684 * 1024 % 1 * 256)])
        == STYLES["light"].water
    )


def test_the_state_in_focus_is_brighter_than_its_neighbour(basemap: Basemap) -> None:
    west = basemap.draw(Window(10, int(0.635 * 1024), int(0.35 * 1024)), "light")
    east = basemap.draw(Window(10, int(0.71 * 1024), int(0.33 * 1024)), "light")
    assert west.mean() > east.mean() + 10


def test_512_px_show_the_same_tile_at_twice_the_pixels(basemap: Basemap) -> None:
    window = Window(6, 42, 22)
    small = basemap.draw(window, "dark").astype(float)
    large = basemap.draw(Window(6, 42, 22, 512), "dark").astype(float)
    halved = large.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - small).mean() < 4


def test_a_picture_of_a_tiles_box_is_the_tile(basemap: Basemap) -> None:
    window = Window(6, 42, 22)
    got = basemap.picture(window.bounds_m, 256, "light").astype(int)
    assert np.abs(got - basemap.draw(window, "light")).max() <= 2


def test_a_block_holds_each_of_its_tiles_once(basemap: Basemap) -> None:
    tiles = [at for at, _ in basemap.block(Window(7, 83, 43), "light", 1024)]
    assert sorted((at.col, at.row) for at in tiles) == [
        (col, row) for col in range(80, 84) for row in range(40, 44)
    ]
    assert len(list(basemap.block(Window(1, 1, 0), "light", 1024))) == 4
    assert len(list(basemap.block(Window(7, 83, 43, 512), "light", 1024))) == 4


def test_an_unknown_style_is_refused_with_the_styles_there_are(basemap: Basemap) -> None:
    with pytest.raises(UnknownStyleError, match="light, dark"):
        basemap.draw(Window(5, 20, 11), "sepia")


@pytest.mark.parametrize("name", ["shapes.npz", "relief.webp", "manifest.json"])
def test_a_missing_or_cut_file_is_refused(name: str) -> None:
    files = world()
    with pytest.raises(BadFileError):
        load({key: value for key, value in files.items() if key != name})
    with pytest.raises(BadFileError):
        load({**files, name: files[name][: len(files[name]) // 3]})
