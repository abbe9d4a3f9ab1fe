"""Every style of every layer looks as it was approved, and its tiles fit together.

The pictures are of the house: fixed values, a fixed moment, the same tile for all. `make bless`
renews them. They are compared after decoding.
"""

import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

GOLDEN = Path(__file__).parents[1] / "golden" / "tiles"
TILE = (5, 22, 11)
FROM_AFAR = (3, 5, 2)
"""Where each surface has several classes."""
DIFFERENT = 0.2
"""Of the distance from black to white, opacity counted: less is rounding, more another colour."""
MOST = 0.004
"""Share of pixels that may differ: rasterisers round an edge otherwise, other builds of BLAS move
the limit of a class by a cell. What has another colour, place, symbol or label is above."""

BASEMAPS = ("basemap", "night")
"""Pictures without classes: WebP loses what no eye finds."""

Rgba = NDArray[np.uint8]


def asked(house: Any, layer_id: str, style: str, leaf: str, tile: tuple[int, int, int]) -> bytes:
    zoom, col, row = tile
    answer = house.get(f"/tiles/{layer_id}/{style}/latest/latest/{zoom}/{col}/{row}{leaf}")
    assert answer.status_code == 200, answer.text
    return bytes(answer.data)


def pillow(body: bytes) -> Rgba:
    with Image.open(io.BytesIO(body)) as image:
        return np.asarray(image.convert("RGBA"))


def gdal(body: bytes, driver: str) -> Rgba:
    """Decode by libpng or libwebp as GDAL has them, which are not those of Pillow."""
    with (
        warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning),
        MemoryFile(body) as memory,
        memory.open(driver=driver) as dataset,
    ):
        bands = dataset.read()
        if dataset.count == 1:
            table = np.zeros((256, 4), np.uint8)
            for entry, colour in dataset.colormap(1).items():
                table[entry] = colour
            return table[bands[0]]
        opaque = np.full((1, *bands.shape[1:]), 255, np.uint8)
        return np.moveaxis(bands if dataset.count == 4 else np.concatenate([bands, opaque]), 0, -1)


def seen(rgba: Rgba) -> NDArray[np.float64]:
    """What is seen on white and on black, 0 to 1: clear pixels are alike whatever their colour."""
    colour, alpha = rgba[..., :3] / 255.0, rgba[..., 3:] / 255.0
    return np.concatenate([colour * alpha, colour * alpha + (1 - alpha)], axis=-1)


def apart(one: Rgba, other: Rgba) -> NDArray[np.float64]:
    return np.abs(seen(one) - seen(other)).max(axis=-1)


def styles(house: Any, layer_id: str) -> list[str]:
    return [style.id for style in house.site.catalog.layers[layer_id].styles]


def test_every_style_looks_as_it_was_approved(house: Any, layer_id: str) -> None:
    for style in styles(house, layer_id):
        tile = FROM_AFAR if of_cells(house, layer_id) else TILE
        shown = pillow(asked(house, layer_id, style, ".png", tile))
        path = GOLDEN / f"{layer_id}.{style}.png"
        if os.environ.get("KYZYLKUM_BLESS") == "1":
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(shown).save(path, optimize=True)
        approved = pillow(path.read_bytes())
        assert (shown[..., 3] > 0).mean() > 0.001, "there is something to see"
        share = float((apart(shown, approved) > DIFFERENT).mean())
        assert share <= MOST, f"{path.name}: {share:.2%} of the pixels differ"


def test_no_picture_is_kept_of_what_is_not_there(house: Any) -> None:
    wanted = {
        f"{layer_id}.{style}.png"
        for layer_id in house.site.catalog.layers
        for style in styles(house, layer_id)
    }
    assert {path.name for path in GOLDEN.iterdir()} == wanted


def test_another_picture_is_found_out(house: Any) -> None:
    """The comparison itself: the styles of one layer are not taken for each other."""
    mean, sd = (pillow((GOLDEN / f"dose-rate.{s}.png").read_bytes()) for s in ("mean", "sd"))
    assert (apart(mean, sd) > DIFFERENT).mean() > MOST
    moved = np.roll(pillow((GOLDEN / "stations.default.png").read_bytes()), 2, axis=1)
    stations = pillow(asked(house, "stations", "default", ".png", TILE))
    assert (apart(stations, moved) > DIFFERENT).mean() > MOST


@pytest.mark.parametrize("dense", ["", "@2x"])
def test_two_decoders_read_the_same_picture(house: Any, layer_id: str, dense: str) -> None:
    for style in styles(house, layer_id):
        png = asked(house, layer_id, style, f"{dense}.png", TILE)
        webp = asked(house, layer_id, style, f"{dense}.webp", TILE)
        shown = pillow(png)
        assert shown.shape == ((512, 512, 4) if dense else (256, 256, 4))
        np.testing.assert_array_equal(seen(gdal(png, "PNG")), seen(shown))
        lossy = layer_id in BASEMAPS
        # libwebp turns the colours of a lossy picture back by another rounding in each build.
        assert apart(gdal(webp, "WEBP"), pillow(webp)).max() <= (0.02 if lossy else 0)
        assert (apart(pillow(webp), shown) > (DIFFERENT if lossy else 0)).mean() <= 0.001 * lossy


def of_cells(house: Any, layer_id: str) -> bool:
    return house.site.catalog.layers[layer_id].kind in ("surface", "raster")


def cells_only(house: Any, layer_id: str) -> None:
    if not of_cells(house, layer_id):
        pytest.skip("symbols and names have a size in pixels, not on the ground")


@pytest.mark.parametrize("query", ["", "?smooth=1"])
@pytest.mark.parametrize("zoom", [3, 5, 7])
def test_a_dense_tile_is_its_four_children(
    house: Any, layer_id: str, zoom: int, query: str
) -> None:
    cells_only(house, layer_id)
    col, row = (at << 2 >> (7 - zoom) for at in (TILE[1], TILE[2]))
    for style in styles(house, layer_id):
        dense = pillow(asked(house, layer_id, style, f"@2x.png{query}", (zoom, col, row)))
        for down in (0, 1):
            for across in (0, 1):
                child = (zoom + 1, 2 * col + across, 2 * row + down)
                quarter = dense[256 * down :, 256 * across :][:256, :256]
                shown = pillow(asked(house, layer_id, style, f".png{query}", child))
                np.testing.assert_array_equal(quarter, shown)


def test_smooth_neighbours_share_their_edge(house: Any, layer_id: str) -> None:
    """A limit of a class that crosses the edge of two tiles goes on where it was."""
    cells_only(house, layer_id)
    zoom, col, row = 8, TILE[1] << 3, TILE[2] << 3
    for style in styles(house, layer_id):
        strip = [
            pillow(asked(house, layer_id, style, ".png?smooth=1", (zoom, col + i, row)))
            for i in range(4)
        ]
        whole = np.concatenate(strip, axis=1)
        change = (apart(whole[:, 1:], whole[:, :-1]) > 0).mean(axis=0)
        edges = change[[255, 511, 767]]
        within = np.delete(change, [255, 511, 767])
        # Across an edge no more changes than from one pixel to the next anywhere else.
        assert edges.max() <= within.max() + 2 / 256, style
