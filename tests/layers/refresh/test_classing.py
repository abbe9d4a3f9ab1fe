"""Classes that were found when a surface was published show what its cells show."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from layers.geo import Bounds, CellGrid, Window
from layers.kinds import KINDS, Sources
from layers.model import Context, LayerDefinition, Palette, StyleDefinition, Surface
from layers.pictures import Pictures, Sheet
from layers.refresh.classing import classify
from layers.store import PUBLIC, Reader, Writer
from layers.tiles import Tiler, TileRequest, classing
from layers.tiles.gate import Gate
from layers.tiles.version import style_token
from layers.views import View

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
GRID = CellGrid.covering(Bounds(62, 36, 76, 46), 6)
FEW = Palette("p", tuple(f"#{i:02x}{i:02x}{i:02x}" for i in range(0, 120, 10)))
MANY = Palette("q", tuple(f"#{i:02x}{i:02x}{i:02x}" for i in range(0, 120, 5)))
STYLES = (
    StyleDefinition("mean", measure="mean", palette=FEW, breaks=(70, 90, 110, 140, 180)),
    StyleDefinition("fine", measure="mean", palette=MANY, breaks=tuple(range(60, 250, 10))),
    StyleDefinition("over", measure="exceedance", palette=FEW, breaks=(0.1, 0.5), threshold=100.0),
)
LAYER = LayerDefinition("l", "surface", "L", quantity="ambient_dose_rate", styles=STYLES)
WINDOWS = [
    Window(0, 0, 0),
    Window(3, 5, 2),
    Window(5, 21, 11),
    Window(5, 3, 3),  # nothing of the grid
    Window(6, 43, 23),
    Window(7, 87, 47),
    Window(11, 1390, 752),
    Window(14, 11124, 6017),
    Window(15, 22249, 12035),  # deeper than one cell a tile
    Window(6, 43, 23, 512),
]


def surface(hours: int = 0, revision: int = 1) -> Surface:
    generator = np.random.default_rng(5 + hours + revision)
    bands = np.empty((3, *GRID.shape), np.float32)
    slope = np.linspace(0, 1, GRID.width) + np.linspace(0, 1, GRID.height)[:, None]
    bands[0] = np.log(60) + slope / 2 + generator.normal(0, 0.05, GRID.shape)
    bands[1] = 0.05 + 0.1 * generator.random(GRID.shape)
    bands[2] = np.where(generator.random(GRID.shape) < 0.1, 0.99, 0.2)
    return Surface(
        "l", "ambient_dose_rate", AT + timedelta(hours=hours), revision, Context.ROUTINE, GRID,
        bands, "log", 0.1, f"{hours}", 1, {"mode": "routine"},
    )  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Writer, Sources]]:
    writer, reader = Writer(tmp_path, Context.ROUTINE), Reader(tmp_path)
    writer.publish_surface(surface(), AT)
    yield writer, Sources(reader, PUBLIC, lambda: AT)
    reader.close()
    writer.close()


def tiles(sources: Sources, layer: LayerDefinition = LAYER) -> dict[tuple[str, Window], bytes]:
    """All tiles, drawn by a server that has none."""
    kind = KINDS["surface"].make(layer, sources)
    tiler = Tiler({"l": layer}, {"l": kind}, None, memory_bytes=0)
    return {
        (style.id, window): tiler.fetch(TileRequest("l", style.id, None, None, window)).body
        for style in layer.styles
        for window in WINDOWS
    }


def files(sources: Sources) -> set[str]:
    return {path.suffix for path in sources.store.paths.surfaces.rglob("*") if path.is_file()}


def test_tiles_from_classes_are_those_from_cells_to_the_byte(
    house: tuple[Writer, Sources],
) -> None:
    writer, sources = house
    from_cells = tiles(sources)
    assert classify(writer, sources, [LAYER]) == len(STYLES)
    assert tiles(sources) == from_cells
    assert len(set(from_cells.values())) > 15


def test_a_tile_in_fixed_classes_reads_no_cell(house: tuple[Writer, Sources]) -> None:
    writer, sources = house
    window, info = WINDOWS[2], sources.store.surface("l")
    before = tiles(sources)["mean", window]
    classify(writer, sources, [LAYER])
    for path in sources.store.paths.surfaces.rglob("*"):
        if path.suffix in (".tiles", ".tif"):
            path.write_bytes(b"")
    fresh = Reader(sources.store.paths.root)
    again = dataclasses.replace(sources, store=fresh)
    kind = KINDS["surface"].make(LAYER, again)
    tiler = Tiler({"l": LAYER}, {"l": kind}, None)
    assert tiler.fetch(TileRequest("l", "mean", None, info.valid_time, window)).body == before
    fresh.close()


def test_what_is_classed_is_not_classed_again_and_a_new_style_is(
    house: tuple[Writer, Sources],
) -> None:
    writer, sources = house
    assert classify(writer, sources, [LAYER]) == len(STYLES)
    assert classify(writer, sources, [LAYER]) == 0
    other = dataclasses.replace(STYLES[0], breaks=(80, 100))
    changed = dataclasses.replace(LAYER, styles=(other, *STYLES[1:]))
    assert classify(writer, sources, [changed]) == 1
    from_classes = tiles(sources, changed)
    sources.store.paths.surfaces.rglob(f"*.{style_token(changed, other)}").__next__().unlink()
    assert tiles(Sources(Reader(sources.store.paths.root), PUBLIC, lambda: AT), changed) == (
        from_classes
    )


def test_it_stops_between_styles_when_it_is_asked_to(house: tuple[Writer, Sources]) -> None:
    writer, sources = house
    asked = iter([False, True])
    assert classify(writer, sources, [LAYER], lambda: next(asked)) == 1


@pytest.mark.parametrize("harm", ["empty", "cut"])
def test_classes_that_are_not_whole_are_passed_by(house: tuple[Writer, Sources], harm: str) -> None:
    writer, sources = house
    from_cells = tiles(sources)
    classify(writer, sources, [LAYER])
    for style in STYLES:
        (path,) = sources.store.paths.surfaces.rglob(f"*.{style_token(LAYER, style)}")
        path.write_bytes(b"" if harm == "empty" else path.read_bytes()[:-7])
    assert tiles(sources) == from_cells


def test_classes_go_with_their_surface(house: tuple[Writer, Sources]) -> None:
    writer, sources = house
    classify(writer, sources, [LAYER])
    assert len(files(sources)) == 2 + len(STYLES)
    for hour in (1, 2):
        writer.publish_surface(surface(hour), AT)
        classify(writer, sources, [LAYER])
    writer.retire_surfaces("l", keep_hours=2, open_hours=1)
    by_hour: dict[str, int] = {}
    for path in sources.store.paths.surfaces.rglob("*.*"):
        by_hour[path.name[:6]] = by_hour.get(path.name[:6], 0) + 1
    # The oldest is gone, the one before the newest is compressed, the newest has all.
    assert by_hour == {"100000": 1, "110000": 2 + len(STYLES)}
    writer.withdraw_surfaces("l", AT + timedelta(hours=2))
    assert files(sources) == {".tif"}


def test_what_a_killed_keeper_left_half_written_is_swept(house: tuple[Writer, Sources]) -> None:
    writer, sources = house
    classify(writer, sources, [LAYER])
    (path,) = sources.store.paths.surfaces.rglob(f"*.{style_token(LAYER, STYLES[0])}")
    half = path.with_name(path.name + ".part")
    half.write_bytes(b"half")
    writer.close()
    again = Writer(sources.store.paths.root, Context.ROUTINE)
    assert path.is_file()
    assert not half.exists()
    again.close()


VIEWS = [
    View("EPSG:3857", *Window(6, 43, 23).bounds_m, 256, 256),
    View("EPSG:3857", 7.1e6, 4.4e6, 7.5e6, 4.7e6, 300, 201),
    View("EPSG:4326", 60, 34, 78, 48, 900, 700),  # beyond the grid on all sides
    View("CRS:84", 66.001, 40.0, 66.3, 40.2, 411, 77),
    View("EPSG:32642", 2e5, 4.2e6, 9e5, 4.9e6, 700, 701),
    View("EPSG:32642", -3e6, 1e6, 4e6, 9e6, 333, 350),
    View("EPSG:32642", 4e5, 4.4e6, 4.1e5, 4.41e6, 256, 256),
    View("EPSG:4326", 0, 0, 10, 10, 20, 20),  # nothing of the grid
]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.crs}-{view.width}")
def test_pictures_of_any_box_from_classes_are_those_from_cells_to_the_byte(
    house: tuple[Writer, Sources], view: View
) -> None:
    writer, sources = house
    kind = KINDS["surface"].make(LAYER, sources)
    pictures = Pictures({"l": LAYER}, {"l": kind}, Gate(1, 1))
    sheets = [
        Sheet("l", style.id, f"{kind.version(AT)}-{style_token(LAYER, style)}", AT)
        for style in STYLES
    ]
    before = [pictures.draw([sheet], view, None, "png") for sheet in sheets]
    classify(writer, sources, [LAYER])
    at = kind.version(AT)
    kept = [
        classing.view_classes(kind, style, view, AT, at, style_token(LAYER, style))
        for style in STYLES
    ]
    # Of pixels larger than those of the last level none are kept, and nothing where no cell is.
    assert all(each is not None for each in kept) == (view.pixel_m < 2e4 and view.west != 0)
    assert [pictures.draw([sheet], view, None, "png") for sheet in sheets] == before
