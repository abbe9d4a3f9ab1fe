"""The hatch of what is excluded runs through all tiles, and is the same on dense screens."""

import numpy as np
import pytest

from layers.geo import HALF_WORLD_M
from layers.model import Palette, Raster, StyleDefinition
from layers.render import hatch, legend, png, ramp, sampled, surface
from layers.views import View

STYLE = StyleDefinition(
    "s", palette=Palette("p", ("#FFFFFF", "#808080", "#000000")), breaks=(0.3, 0.6),
    symbol=hatch.SYMBOL,
)  # fmt: skip
GROUND, LINE = 4, 5


def raster(cells: int, excluded: bool = True) -> Raster:
    value = np.full((cells, cells), 0.9, np.float32)
    area = np.full(value.shape, excluded)
    return Raster({"value": value}, 0, ~area, excluded=area)


def test_what_is_excluded_has_no_class_whatever_its_value():
    shown = surface.classes(raster(256), STYLE, 256)
    assert set(np.unique(shown)) == {GROUND, LINE}
    assert (surface.classes(raster(256, excluded=False), STYLE, 256) == 3).all()


def test_lines_go_on_in_the_next_tile():
    tile = surface.classes(raster(256), STYLE, 256)
    both = np.hstack([tile, tile])
    rows, cols = np.indices(both.shape)
    whole = np.where((cols - rows) % hatch.PERIOD_PX < hatch.LINE_PX, LINE, GROUND)
    assert (both == whole).all()
    assert (np.vstack([tile, tile]) == whole[:, :256].repeat(1, 0)[[*range(256)] * 2]).all()


@pytest.mark.parametrize("cells", [512, 256, 32])
def test_a_dense_tile_shows_the_same_hatch_twice_as_fine(cells):
    dense = surface.classes(raster(cells), STYLE, 512)
    plain = surface.classes(raster(min(cells, 256)), STYLE, 256)
    assert (dense == plain.repeat(2, 0).repeat(2, 1)).all()


@pytest.mark.parametrize("shift_px", [0, 1, 5, 100])
def test_pictures_of_neighbouring_boxes_share_their_lines_with_tiles(shift_px):
    pixel_m, side = 1000.0, 60
    west = shift_px * pixel_m
    views = [
        View("EPSG:3857", west + i * side * pixel_m, 0.0, west + (i + 1) * side * pixel_m,
             side * pixel_m, side, side)
        for i in range(2)
    ]  # fmt: skip
    first = [view.first_px for view in views]
    drawn = [sampled.classes(raster(side), STYLE, (), origin) for origin in first]
    rows, cols = np.indices((side, 2 * side))
    expected = (cols + shift_px - (rows - side)) % hatch.PERIOD_PX < hatch.LINE_PX
    assert (np.hstack(drawn) == np.where(expected, LINE, GROUND)).all()


def test_a_picture_of_a_tile_has_the_lines_of_the_tile():
    size_m = 2 * HALF_WORLD_M / 64
    west, north = 40 * size_m - HALF_WORLD_M, HALF_WORLD_M - 23 * size_m
    view = View("EPSG:3857", west, north - size_m, west + size_m, north, 256, 256)
    assert (
        sampled.classes(raster(256), STYLE, (), view.first_px)
        == surface.classes(raster(256), STYLE, 256)
    ).all()


def test_colours_and_legend_tell_of_the_hatch():
    colours = ramp.colours(STYLE)
    assert colours[GROUND].tolist() == list(hatch.GROUND)
    assert colours[LINE].tolist() == list(hatch.LINE)
    assert len(legend.entries(STYLE)) == 4
    assert legend.entries(STYLE)[-1] == legend.EXCLUDED
    assert png.indexed(surface.classes(raster(256), STYLE, 256), colours)
