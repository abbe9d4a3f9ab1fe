"""The relief in a view: the pixels that are there, and no more than those."""

import math

import numpy as np
import pytest
from PIL import Image

from layers.render import basemap_relief
from layers.render.basemap_relief import FLAT, MARGIN_PX, RELIEF_PX, Relief, View, halves

WIDTH, HEIGHT = 700, 400
CORNER = np.array([0.6, 0.3])


@pytest.fixture(scope="module")
def levels() -> list[Image.Image]:
    grey = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH), np.uint8)
    return halves(Image.fromarray(grey))


def whole(levels: list[Image.Image], view: View) -> Image.Image:
    """What is seen where the whole view is made of pixels of the relief first."""
    halvings = math.floor(max(0.0, math.log2(RELIEF_PX / view.world_px)) + 1e-9)
    level = min(halvings, len(levels) - 1)
    per_px = RELIEF_PX / 2**level / view.world_px
    corner = np.rint(CORNER * RELIEF_PX) / 2**level
    x, y = np.array([view.west_px, view.north_px]) * per_px - corner
    width, height = view.width * per_px, view.height * per_px
    west, north = math.floor(x) - MARGIN_PX, math.floor(y) - MARGIN_PX
    size = (math.ceil(x + width) + MARGIN_PX - west, math.ceil(y + height) + MARGIN_PX - north)
    part = Image.new("L", size, FLAT)
    part.paste(levels[level], (-west, -north))
    box = (x - west, y - north, x - west + width, y - north + height)
    return part.resize((view.width, view.height), Image.Resampling.BICUBIC, box=box)


@pytest.mark.parametrize("world_px", [300.0, 999.5, 4096.0, RELIEF_PX, 3.3 * RELIEF_PX])
@pytest.mark.parametrize("off", [(0.5, 0.5), (0.2, 0.9), (3.0, 0.5), (-0.4, 0.0)])
def test_it_is_that_of_the_whole_view(
    levels: list[Image.Image], world_px: float, off: tuple[float, float]
) -> None:
    middle = (CORNER + np.array([WIDTH, HEIGHT]) / 2 / RELIEF_PX) * world_px
    west, north = middle - np.array([200, 150]) * np.array(off)
    view = View(world_px, float(west), float(north), 200, 150, 1.0)
    found = np.asarray(Relief(levels, CORNER).of(view), int)
    assert np.abs(found - np.asarray(whole(levels, view), int)).max() <= 1
    assert found.shape == (150, 200)


@pytest.mark.parametrize("world_px", [1e-300, 1e-3, 0.3, 5.0, 60.0, 1e9, 1e300])
def test_no_view_takes_more_than_its_own_pixels_and_those_that_are_there(
    levels: list[Image.Image], world_px: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    new = Image.new

    def counted(mode: str, size: tuple[int, int], *rest: object) -> Image.Image:
        made.append(size[0] * size[1])
        return new(mode, size, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(basemap_relief.Image, "new", counted)
    view = View(world_px, CORNER[0] * world_px - 500, CORNER[1] * world_px - 500, 1000, 1000, 1.0)
    assert Relief(levels, CORNER).of(view).size == (1000, 1000)
    assert sum(made) <= 8_000_000
