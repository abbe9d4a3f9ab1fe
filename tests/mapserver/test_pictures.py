"""One truth: a picture of a tile's box is the tile, in every reference system."""

import io
import itertools
import math
from typing import Any

import numpy as np
import pyproj
import pytest
from PIL import Image

from layers.geo import HALF_WORLD_M, Bounds, Window, cell_m
from layers.kinds import KINDS
from layers.pictures import FORMATS, Sheet
from layers.tiles import TileOptions, TileRequest
from layers.views import TOLERANCE_PX, View, projection

TILES = [(6, 44, 23), (4, 10, 5), (9, 354, 188), (2, 2, 1)]


def sheet(house: Any, layer: str, style: str, **options: Any) -> Sheet:
    version, at = house.site.tiler.newest(layer, style)
    return Sheet(layer, style, version, at, TileOptions(**options))


def rgba(body: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))


@pytest.mark.parametrize("tile", TILES, ids=str)
def test_a_picture_of_a_tiles_box_is_the_tile(
    house: Any, layer_id: str, tile: tuple[int, int, int]
) -> None:
    window = Window(*tile)
    view = View("EPSG:3857", *window.bounds_m, 256, 256)
    layer = house.site.catalog.layers[layer_id]
    for style in layer.styles:
        shown = sheet(house, layer_id, style.id)
        own = rgba(house.site.pictures.draw([shown], view, None, "png"))
        request = TileRequest(layer_id, style.id, shown.version, shown.time, window)
        theirs = rgba(house.site.tiler.fetch(request).body)
        # Where nothing is drawn, hidden colours may differ.
        seen = (own[..., 3] > 0) | (theirs[..., 3] > 0)
        off = np.abs(own.astype(int) - theirs)[seen].max(initial=0)
        assert off <= (1 if layer.kind == "basemap" else 0), style.id


STYLES = [("dose-rate", "mean"), ("dose-rate", "sd"), ("temperature", "mean")]
BOXES = [
    ("EPSG:4326", 60, 38, 72, 47, 400, 300),
    ("CRS:84", 66.1, 40.2, 70.3, 43.1, 256, 256),
    ("EPSG:3857", 7.1e6, 4.9e6, 8.3e6, 5.8e6, 333, 250),
    ("EPSG:32642", 2e5, 4.2e6, 9e5, 4.9e6, 256, 256),
    ("EPSG:28412", 12.0e6, 4.3e6, 12.9e6, 5.1e6, 300, 270),
]


@pytest.mark.parametrize("box", BOXES, ids=lambda box: box[0])
@pytest.mark.parametrize(("layer", "style"), STYLES)
def test_every_pixel_shows_the_cell_that_holds_its_centre(
    house: Any, layer: str, style: str, box: tuple[Any, ...]
) -> None:
    """The cell is looked up in the tiles, at a place that the library finds."""
    view = View(*box)
    shown = sheet(house, layer, style)
    own = rgba(house.site.pictures.draw([shown], view, None, "png"))
    info = house.site.store.surface(layer, shown.time)
    larger = math.log2(view.pixel_m / cell_m(info.grid.zoom))
    zoom = info.grid.zoom - max(0, math.floor(larger + 1e-6))
    across, down = view.size
    x, y = np.meshgrid(
        view.west + (np.arange(view.width) + 0.5) * across,
        view.north - (np.arange(view.height) + 0.5) * down,
    )
    authority = "OGC:CRS84" if view.crs == "CRS:84" else view.crs
    to = pyproj.Transformer.from_crs(authority, "EPSG:3857", always_xy=True)
    x_m, y_m = to.transform(x, y)
    col, row = (x_m + HALF_WORLD_M) / cell_m(zoom), (HALF_WORLD_M - y_m) / cell_m(zoom)
    expected = mosaic(house, shown, zoom, np.floor(row).astype(int), np.floor(col).astype(int))
    same = (own == expected).all(axis=-1) | ((own[..., 3] == 0) & (expected[..., 3] == 0))
    assert (own[..., 3] > 0).mean() > 0.3
    # Between interpolated positions and exact ones a pixel near the border of a cell may differ.
    reach = 0 if view.projection.independent else TOLERANCE_PX * view.pixel_m / cell_m(zoom)
    away = np.minimum(np.abs(row - np.rint(row)), np.abs(col - np.rint(col)))
    assert same[away > max(reach, 1e-6)].all()
    assert (away > max(reach, 1e-6)).mean() > 0.3


def mosaic(house: Any, shown: Sheet, zoom: int, row: Any, col: Any) -> Any:
    found = np.zeros((*row.shape, 4), np.uint8)
    for tile_row, tile_col in {*zip((row // 256).flat, (col // 256).flat, strict=True)}:
        window = Window(zoom, int(tile_col), int(tile_row))
        request = TileRequest(shown.layer, shown.style, shown.version, shown.time, window)
        pixels = rgba(house.site.tiler.fetch(request).body)
        here = (row // 256 == tile_row) & (col // 256 == tile_col)
        found[here] = pixels[row[here] % 256, col[here] % 256]
    return found


def test_degrees_in_either_name_are_one_picture(house: Any) -> None:
    shown = [sheet(house, "dose-rate", "mean")]
    both = [
        house.site.pictures.draw(shown, View(crs, 60, 38, 72, 47, 400, 300), None, "png")
        for crs in ("EPSG:4326", "CRS:84")
    ]
    assert both[0] == both[1]


def test_smooth_is_as_smooth_as_a_tile(house: Any) -> None:
    window = Window(8, 177, 95)
    view = View("EPSG:3857", *window.bounds_m, 256, 256)
    shown = sheet(house, "temperature", "mean", smooth=True)
    own = rgba(house.site.pictures.draw([shown], view, None, "png"))
    request = TileRequest(
        "temperature", "mean", shown.version, shown.time, window, options=shown.options
    )
    theirs = rgba(house.site.tiler.fetch(request).body)
    # The last bit of a float32 may tip a pixel on the border of a class.
    assert (own == theirs).all(axis=-1).mean() > 0.999
    hard = rgba(house.site.pictures.draw([sheet(house, "temperature", "mean")], view, None, "png"))
    assert (own != hard).any()


@pytest.mark.parametrize("crs", ["EPSG:32642", "EPSG:4326"])
def test_smooth_in_another_system_is_between_the_cells(house: Any, crs: str) -> None:
    box = {"EPSG:32642": (5e5, 4.5e6, 5.2e5, 4.52e6), "EPSG:4326": (69.0, 41.0, 69.2, 41.2)}[crs]
    view = View(crs, *box, 200, 200)
    soft, hard = (
        rgba(
            house.site.pictures.draw(
                [sheet(house, "temperature", "mean", smooth=smooth)], view, None, "png"
            )
        )
        for smooth in (True, False)
    )
    assert (soft[..., 3] == hard[..., 3]).all()
    assert (hard[..., 3] > 0).all()


def test_a_large_picture_in_strips_shows_what_its_quarters_show(house: Any) -> None:
    shown = [sheet(house, "dose-rate", "mean")]
    box = (50.0, 40.0, 85.0, 53.125)
    whole = rgba(house.site.pictures.draw(shown, View("CRS:84", *box, 4096, 1536), None, "png"))
    middle = (box[0] + box[2]) / 2
    half = rgba(
        house.site.pictures.draw(
            shown, View("CRS:84", box[0], box[1], middle, box[3], 2048, 1536), None, "png"
        )
    )
    # Either may round the border of a cell its own way.
    assert (whole[:, :2048] == half).all(axis=-1).mean() > 0.9999


@pytest.mark.parametrize("crs", ["EPSG:32642", "EPSG:4326", "EPSG:28412"])
@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "own-faults", "own-raster"])
def test_features_and_files_lie_in_the_same_place_in_every_system(
    house: Any, layer: str, crs: str
) -> None:
    """The middle of what is drawn, put on the map by the library, is that of the tiles' picture."""
    style = house.site.catalog.layers[layer].styles[0].id
    shown = [sheet(house, layer, style)]
    box = projection(crs).box(Bounds(67.5, 39.8, 71.1, 42.8))
    view = View(crs, *box, 360, 400)
    # Without names: which have room is another question at another scale.
    drawn = house.site.pictures.rgba(shown[0], view, named=False)
    rows, cols = np.nonzero(drawn[..., 3] > 0)
    assert len(rows)
    x, y = box[0] + (cols + 0.5) * view.size[0], box[3] - (rows + 0.5) * view.size[1]
    to = pyproj.Transformer.from_crs(crs, "EPSG:3857", always_xy=True)
    x_m, y_m = to.transform(x, y)
    flat = View("EPSG:3857", *view.box_m(4), 700, 800)
    theirs = house.site.pictures.rgba(shown[0], flat, named=False)[..., 3] > 0
    rows = ((flat.north - y_m) / flat.size[1]).astype(int)
    cols = ((x_m - flat.west) / flat.size[0]).astype(int)
    # Symbols are as large in pixels here as there, so twice as large on the ground: all that is
    # drawn there lies within what is drawn here, and lines and areas differ at their edges only.
    seen = np.zeros_like(theirs)
    for dr, dc in itertools.product(range(-3, 4), repeat=2):
        seen[np.clip(rows + dr, 0, 799), np.clip(cols + dc, 0, 699)] = True
    inside = np.zeros_like(theirs)
    inside[20:-20, 20:-20] = True
    all_rows, all_cols = np.nonzero(theirs & inside)
    back = pyproj.Transformer.from_crs("EPSG:3857", crs, always_xy=True).transform(
        flat.west + (all_cols + 0.5) * flat.size[0], flat.north - (all_rows + 0.5) * flat.size[1]
    )
    held = (back[0] > box[0]) & (back[0] < box[2]) & (back[1] > box[1]) & (back[1] < box[3])
    assert seen[all_rows[held], all_cols[held]].mean() > 0.99


def test_layers_lie_above_each_other_and_the_ground_below(house: Any) -> None:
    view = View("EPSG:4326", 60, 38, 72, 47, 300, 225)
    surface, stations = sheet(house, "dose-rate", "mean"), sheet(house, "stations", "default")
    pictures = house.site.pictures
    one, other = (rgba(pictures.draw([s], view, None, "png")) for s in (surface, stations))
    both = rgba(pictures.draw([surface, stations], view, None, "png"))
    solid = other[..., 3] == 255
    assert (both[solid] == other[solid]).all()
    free = other[..., 3] == 0
    assert (both[free & (one[..., 3] == 255)] == one[free & (one[..., 3] == 255)]).all()
    grounded = rgba(pictures.draw([surface], view, (1, 2, 3), "png"))
    assert (grounded[..., 3] == 255).all()
    assert (grounded[one[..., 3] == 0] == (1, 2, 3, 255)).all()


@pytest.mark.parametrize("image", FORMATS)
@pytest.mark.parametrize("layers", [["dose-rate"], ["dose-rate", "stations"], ["faults"]])
@pytest.mark.parametrize("size", [(8, 5), (257, 129)])
def test_every_format_is_what_it_says(
    house: Any, image: str, layers: list[str], size: tuple[int, int]
) -> None:
    sheets = [sheet(house, n, house.site.catalog.layers[n].styles[0].id) for n in layers]
    view = View("EPSG:4326", 60, 38, 72, 47, *size)
    body = house.site.pictures.draw(sheets, view, None, image)
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.size == size
        assert (
            picture.format == {"png": "PNG", "png8": "PNG", "webp": "WEBP", "jpeg": "JPEG"}[image]
        )
        assert (picture.mode == "P") == (
            image == "png8" or (image == "png" and len(sheets) == 1 and layers[0] == "dose-rate")
        )


@pytest.mark.parametrize("zoom", [4, 6, 8])
def test_tiles_that_are_put_together_are_one_picture(house: Any, layer_id: str, zoom: int) -> None:
    """No symbol, line or label is cut at a border, or placed in another way beyond it."""
    if not KINDS[house.site.catalog.layers[layer_id].kind].vector:
        return
    col, row = (44 << 2 >> (8 - zoom)) - 1, (23 << 2 >> (8 - zoom)) - 1
    first, last = Window(zoom, col, row), Window(zoom, col + 2, row + 2)
    west, _, _, north = first.bounds_m
    _, south, east, _ = last.bounds_m
    for style in house.site.catalog.layers[layer_id].styles:
        shown = sheet(house, layer_id, style.id)
        tiles = [
            [
                rgba(
                    house.site.tiler.fetch(
                        TileRequest(
                            layer_id, style.id, shown.version, shown.time, Window(zoom, c, r)
                        )
                    ).body
                )
                for c in range(col, col + 3)
            ]
            for r in range(row, row + 3)
        ]
        stitched = np.vstack([np.hstack(line) for line in tiles]).astype(int)
        view = View("EPSG:3857", west, south, east, north, 768, 768)
        whole = rgba(house.site.pictures.draw([shown], view, None, "png")).astype(int)
        off = np.abs(stitched * stitched[..., 3:] - whole * whole[..., 3:]).max(axis=-1) / 255**2
        if style.symbol in ("station", "quake", "point", "site"):
            assert off.max() == 0, style.id
        else:
            # The end of a line that is cut a tile away is rounded, which turns it by a hair: a few
            # pixels of the 589,824 differ at its edge. A cut label would be hundreds.
            assert off.max() <= 1 / 4, style.id
            assert (off > 0).sum() <= 20, style.id
