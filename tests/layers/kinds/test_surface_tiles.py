"""What a tile of a surface shows is its cells, at every zoom, size and measure."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest

from layers.geo import Bounds, CellGrid, Window
from layers.interpolation import Predictive
from layers.interpolation.event import PROBABILITIES
from layers.kinds import KINDS, Sources
from layers.model import Context, LayerDefinition, Palette, StyleDefinition, Surface
from layers.model.kind import LayerKind, Question
from layers.render import surface
from layers.store import PUBLIC, Reader, Writer

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
GRID = CellGrid.covering(Bounds(62, 36, 76, 46), 6)
PALETTE = Palette("p", tuple(f"#{i:02x}{i:02x}{i:02x}" for i in range(0, 120, 10)))
LAYER = LayerDefinition("l", "surface", "L", quantity="ambient_dose_rate")
BREAKS = {
    "mean": (70.0, 90.0, 110.0, 140.0, 180.0),
    "median": (70.0, 90.0, 110.0, 140.0, 180.0),
    "sd": (5.0, 10.0, 20.0, 40.0),
    "quantile": (90.0, 130.0, 200.0),
    "exceedance": (0.05, 0.1, 0.3, 0.5, 0.9),
    "uncertainty": (0.05, 0.1, 0.15, 0.2),
}


def routine() -> np.ndarray:
    generator = np.random.default_rng(5)
    bands = np.empty((3, *GRID.shape), np.float32)
    slope = np.linspace(0, 1, GRID.width) + np.linspace(0, 1, GRID.height)[:, None]
    bands[0] = np.log(60) + slope / 2 + generator.normal(0, 0.05, GRID.shape)
    bands[1] = 0.05 + 0.1 * generator.random(GRID.shape)
    bands[2] = np.where(generator.random(GRID.shape) < 0.1, 0.99, 0.2)
    return bands


def event() -> np.ndarray:
    found = Predictive(routine(), "log")
    return np.stack([*(found.quantile(p) for p in PROBABILITIES), found.support])


@pytest.fixture(params=["routine", "event"], scope="module")
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LayerKind, Surface]]:
    is_event = request.param == "event"
    tags = {"mode": request.param, "probabilities": list(PROBABILITIES)}
    found = Surface(
        "l", "ambient_dose_rate", AT, 1, Context.ROUTINE, GRID,
        event() if is_event else routine(), "quantiles" if is_event else "log", 0.1, "i", 1, tags,
    )  # fmt: skip
    root = tmp_path_factory.mktemp("store")
    writer, reader = Writer(root, Context.ROUTINE), Reader(root)
    writer.publish_surface(found, AT)
    yield KINDS["surface"].make(LAYER, Sources(reader, PUBLIC, lambda: AT)), found
    reader.close()
    writer.close()


def shown(kind: LayerKind, window: Window, measure: str, smooth: bool = False) -> np.ndarray:
    style = StyleDefinition(
        "s", measure=measure, palette=PALETTE, breaks=BREAKS[measure],
        threshold=100.0 if measure == "exceedance" else None,
    )  # fmt: skip
    found = kind.tile(window, None, kind.version(None), Question(style, smooth=smooth))
    size = window.size_px
    if found is None:
        return np.zeros((size, size), np.uint8)
    return surface.classes(found, style, size, smooth=smooth)


def true(made: Surface, measure: str) -> np.ndarray:
    """Classes of all cells, from what is read of each."""
    found = Predictive(made.bands, made.transform)
    value = {
        "mean": found.mean,
        "median": lambda: found.quantile(0.5),
        "sd": found.sd,
        "quantile": lambda: found.quantile(0.95),
        "exceedance": lambda: found.exceedance(100.0),
        "uncertainty": found.relative_uncertainty,
    }[measure]()
    classes = 1 + np.searchsorted(np.float32(BREAKS[measure]), value.astype(np.float32), "right")
    return np.where(found.support < LAYER.support_limit, classes, 0)


@pytest.mark.parametrize("measure", BREAKS)
@pytest.mark.parametrize("zoom", [2, 4, 5, 6, 8, 14, 16])
def test_a_pixel_shows_the_class_of_its_cell(
    made: tuple[LayerKind, Surface], measure: str, zoom: int
) -> None:
    kind, of = made
    classes = true(of, measure)
    # the tile that holds the middle of the grid
    row, col = GRID.row + GRID.height // 2, GRID.col + GRID.width // 2
    shift = zoom - GRID.zoom
    at = [(p << shift if shift > 0 else p >> -shift) >> 8 for p in (row, col)]
    found = shown(kind, Window(zoom, at[1], at[0]), measure)
    pixel = [a * 256 + np.arange(256) for a in at]
    if shift >= 0:
        r, c = (p >> shift for p in pixel)
    else:
        r, c = ((p << -shift) + (1 << -shift) // 2 for p in pixel)
    r, c = r - GRID.row, c - GRID.col
    inside = np.ix_((r >= 0) & (r < GRID.height), (c >= 0) & (c < GRID.width))
    expected = np.zeros((256, 256), int)
    expected[inside] = classes[
        np.ix_(r[(r >= 0) & (r < GRID.height)], c[(c >= 0) & (c < GRID.width)])
    ]
    differing = found != expected
    # A normal score and its probability may fall to two sides of a break by one rounding.
    assert differing.mean() <= (1e-4 if measure == "exceedance" else 0)
    assert (found > 0).any()


@pytest.mark.parametrize("smooth", [False, True], ids=["cells", "smooth"])
@pytest.mark.parametrize("zoom", [4, 5, 6, 7, 13])
def test_a_dense_tile_shows_what_its_four_children_show(
    made: tuple[LayerKind, Surface], zoom: int, smooth: bool
) -> None:
    kind, _ = made
    row, col = GRID.row + GRID.height // 2, GRID.col + GRID.width // 2
    shift = zoom - GRID.zoom
    y, x = ((p << shift if shift > 0 else p >> -shift) >> 8 for p in (row, col))
    dense = shown(kind, Window(zoom, x, y, 512), "mean", smooth)
    children = [
        [shown(kind, Window(zoom + 1, 2 * x + c, 2 * y + r), "mean", smooth) for c in (0, 1)]
        for r in (0, 1)
    ]
    np.testing.assert_array_equal(dense, np.block(children))
    assert (dense > 0).any()


def test_a_smooth_picture_goes_on_over_the_edge_of_its_tile(
    made: tuple[LayerKind, Surface],
) -> None:
    kind, _ = made
    x, y = (GRID.col + GRID.width // 2) >> 8, (GRID.row + GRID.height // 2) >> 8
    parent = shown(kind, Window(GRID.zoom + 1, 2 * x, 2 * y, 512), "mean", smooth=True)
    left, right = (
        shown(kind, Window(GRID.zoom + 2, 4 * x + c, 4 * y), "mean", smooth=True) for c in (0, 1)
    )
    np.testing.assert_array_equal(parent[:256], np.hstack([left, right]))
